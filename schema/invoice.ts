import { Directive, Field, ID, Int, ObjectType } from 'type-graphql'
import { Answered, Canonical } from './answer.ts'
import { InvoiceStatus, InvoiceType, PaymentStatus } from './enums.ts'
import { DocumentLine } from './order.ts'
import { CurrencyCodeScalar, DateScalar, DateTimeScalar } from './scalars.ts'
import { Money } from './values.ts'

/** An invoice or credit note as one ERP holds it. */
@Canonical('ErpInvoice', 'An invoice or credit note as one ERP holds it.')
export abstract class ErpInvoice extends Answered {
  @Field(() => String, { nullable: true })
  number?: string | null

  @Field(() => InvoiceType, { nullable: true })
  type?: InvoiceType | null

  @Field(() => InvoiceStatus, { nullable: true })
  state?: InvoiceStatus | null

  @Field(() => String, { nullable: true })
  nativeStatus?: string | null

  @Field(() => PaymentStatus, { nullable: true })
  payment?: PaymentStatus | null

  @Field(() => ID, { nullable: true, description: "The ERP's own id of the customer." })
  customer?: string | null

  @Field(() => String, { nullable: true })
  customerName?: string | null

  @Field(() => [String], { nullable: true, description: 'Numbers or ids of the orders it bills.' })
  orders?: string[] | null

  @Field(() => DateScalar, { nullable: true })
  issuedOn?: string | null

  @Field(() => DateScalar, { nullable: true })
  dueOn?: string | null

  @Field(() => CurrencyCodeScalar, { nullable: true })
  currency?: string | null

  @Field(() => [DocumentLine], { nullable: true })
  lines?: DocumentLine[] | null

  @Field(() => Money, { nullable: true })
  net?: Money | null

  @Field(() => Money, { nullable: true })
  tax?: Money | null

  @Field(() => Money, { nullable: true })
  total?: Money | null

  @Field(() => Money, { nullable: true, description: 'Still to be paid.' })
  balance?: Money | null

  @Field(() => Int, {
    nullable: true,
    description: 'How often payment was reminded of; null where the ERP does not say.',
  })
  dunningLevel?: number | null

  @Field(() => DateTimeScalar, { nullable: true })
  updatedAt?: string | null
}

/** The part of a payment that settles one invoice. */
@Directive('@shareable')
@ObjectType({ description: 'The part of a payment that settles one invoice.' })
export class Allocation {
  @Field(() => ID, { description: "The ERP's own id of the invoice." })
  invoice!: string

  @Field(() => Money, { nullable: true })
  amount?: Money | null
}

/** A payment received, as one ERP holds it. */
@Canonical('ErpPayment', 'A payment received, as one ERP holds it.')
export abstract class ErpPayment extends Answered {
  @Field(() => String, { nullable: true })
  number?: string | null

  @Field(() => ID, { nullable: true })
  customer?: string | null

  @Field(() => Money, { nullable: true })
  amount?: Money | null

  @Field(() => DateScalar, { nullable: true })
  paidOn?: string | null

  @Field(() => String, { nullable: true })
  nativeStatus?: string | null

  @Field(() => [Allocation], { nullable: true })
  allocations?: Allocation[] | null

  @Field(() => DateTimeScalar, { nullable: true })
  updatedAt?: string | null
}
