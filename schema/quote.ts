import { Field, ID } from 'type-graphql'
import { Answered, Canonical } from './answer.ts'
import { QuoteStatus } from './enums.ts'
import { DocumentLine } from './order.ts'
import { CurrencyCodeScalar, DateScalar, DateTimeScalar } from './scalars.ts'
import { Address, Discount, Money } from './values.ts'

/** A quote as the quoting source or an ERP holds it. */
@Canonical('ErpQuote', 'A quote as the quoting source or an ERP holds it.')
export abstract class ErpQuote extends Answered {
  @Field(() => String, { nullable: true })
  number?: string | null

  @Field(() => String, { nullable: true })
  title?: string | null

  @Field(() => QuoteStatus, { nullable: true })
  state?: QuoteStatus | null

  @Field(() => String, { nullable: true })
  nativeStatus?: string | null

  @Field(() => ID, { nullable: true, description: "The source's own id of the customer." })
  customer?: string | null

  @Field(() => String, { nullable: true })
  customerName?: string | null

  @Field(() => String, { nullable: true })
  customerEmail?: string | null

  @Field(() => String, { nullable: true })
  customerTaxId?: string | null

  @Field(() => String, {
    nullable: true,
    description: "The customer's id in the ERP, where the source knows it.",
  })
  customerErpId?: string | null

  @Field(() => CurrencyCodeScalar, { nullable: true })
  currency?: string | null

  @Field(() => DateScalar, { nullable: true })
  issuedOn?: string | null

  @Field(() => DateScalar, { nullable: true })
  validUntil?: string | null

  @Field(() => String, { nullable: true })
  paymentTerms?: string | null

  @Field(() => String, { nullable: true })
  purchaseOrderNumber?: string | null

  @Field(() => Address, { nullable: true })
  shipTo?: Address | null

  @Field(() => String, { nullable: true })
  note?: string | null

  @Field(() => [DocumentLine], { nullable: true })
  lines?: DocumentLine[] | null

  @Field(() => [Discount], { nullable: true, description: 'Reductions of the whole document.' })
  discounts?: Discount[] | null

  @Field(() => Money, { nullable: true })
  net?: Money | null

  @Field(() => Money, { nullable: true })
  total?: Money | null

  @Field(() => String, { nullable: true, description: 'Link into the source.' })
  url?: string | null

  @Field(() => DateTimeScalar, { nullable: true })
  updatedAt?: string | null
}
