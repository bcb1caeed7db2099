import { Field, ID, InputType } from 'type-graphql'
import { InvoiceType } from '../../../schema/enums.ts'
import { CurrencyCodeScalar, DateScalar } from '../../../schema/scalars.ts'
import { MoneyInput, OrderLineInput } from '../inputs.ts'

/** An invoice to be written. */
@InputType({ description: 'An invoice to be written.' })
export class PushInvoiceInput {
  @Field(() => ID)
  connection!: string

  @Field(() => InvoiceType, {
    nullable: true,
    description:
      'INVOICE when left out. Quantities of a CREDIT_NOTE are positive; where an ERP takes none it is refused.',
  })
  type?: InvoiceType | null

  @Field(() => ID, { description: 'The id of a Customer that the connection knows.' })
  customer!: string

  @Field(() => ID, {
    nullable: true,
    description: 'The id of the Order that it bills, of the same connection.',
  })
  order?: string | null

  @Field(() => String, { nullable: true, description: "The ERP's own numbering when left out." })
  number?: string | null

  @Field(() => DateScalar, { nullable: true })
  issuedOn?: string | null

  @Field(() => DateScalar, { nullable: true })
  dueOn?: string | null

  @Field(() => CurrencyCodeScalar, { nullable: true })
  currency?: string | null

  @Field(() => String, { nullable: true })
  note?: string | null

  @Field(() => [OrderLineInput])
  lines!: OrderLineInput[]
}

/** The part of a payment that settles one invoice. */
@InputType({ description: 'The part of a payment that settles one invoice.' })
export class AllocationInput {
  @Field(() => ID, { description: 'The id of an Invoice of the same connection.' })
  invoice!: string

  @Field(() => MoneyInput)
  amount!: MoneyInput
}

/** A payment to be written against invoices. */
@InputType({ description: 'A payment to be written against invoices.' })
export class PushPaymentInput {
  @Field(() => ID)
  connection!: string

  @Field(() => ID)
  customer!: string

  @Field(() => MoneyInput)
  amount!: MoneyInput

  @Field(() => DateScalar)
  paidOn!: string

  @Field(() => String, { nullable: true })
  method?: string | null

  @Field(() => [AllocationInput])
  allocations!: AllocationInput[]
}
