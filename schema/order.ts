import { Directive, Field, ID, ObjectType } from 'type-graphql'
import { Answered, Canonical } from './answer.ts'
import { FulfilmentStatus, InvoicingStatus, OrderStatus, PaymentStatus } from './enums.ts'
import { CurrencyCodeScalar, DateScalar, DateTimeScalar, DecimalScalar, UnitCodeScalar } from './scalars.ts'
import { Address, CustomAttribute, Discount, Money } from './values.ts'

/** One line of an order, quote or invoice. */
@Directive('@shareable')
@ObjectType({ description: 'One line of an order, quote or invoice.' })
export class DocumentLine {
  @Field(() => ID, { nullable: true, description: "The ERP's own id of the line." })
  id?: string | null

  @Field(() => ID, { nullable: true })
  sku?: string | null

  @Field(() => ID, { nullable: true, description: "The ERP's own id of the item." })
  item?: string | null

  @Field(() => String, { nullable: true })
  description?: string | null

  @Field(() => DecimalScalar, { nullable: true })
  quantity?: string | null

  @Field(() => UnitCodeScalar, { nullable: true })
  unit?: string | null

  @Field(() => Money, { nullable: true, description: 'Before line discounts.' })
  unitPrice?: Money | null

  @Field(() => [Discount], { nullable: true })
  discounts?: Discount[] | null

  @Field(() => Money, { nullable: true, description: 'Net of discounts, without tax.' })
  net?: Money | null

  @Field(() => Money, { nullable: true })
  tax?: Money | null

  @Field(() => String, { nullable: true })
  warehouse?: string | null

  @Field(() => DecimalScalar, { nullable: true })
  delivered?: string | null

  @Field(() => DecimalScalar, { nullable: true })
  invoiced?: string | null
}

/** A sales order as one ERP holds it. Document, fulfilment, invoicing and payment are separate axes. */
@Canonical(
  'ErpOrder',
  'A sales order as one ERP holds it. Document, fulfilment, invoicing and payment are separate axes.',
)
export abstract class ErpOrder extends Answered {
  @Field(() => String, { nullable: true })
  number?: string | null

  @Field(() => String, {
    nullable: true,
    description: 'Our reference, written into the ERP when we pushed it.',
  })
  reference?: string | null

  @Field(() => String, { nullable: true })
  purchaseOrderNumber?: string | null

  @Field(() => ID, { nullable: true, description: "The ERP's own id of the customer." })
  customer?: string | null

  @Field(() => String, { nullable: true })
  customerName?: string | null

  @Field(() => OrderStatus, { nullable: true })
  state?: OrderStatus | null

  @Field(() => String, { nullable: true })
  nativeStatus?: string | null

  @Field(() => FulfilmentStatus, { nullable: true })
  fulfilment?: FulfilmentStatus | null

  @Field(() => InvoicingStatus, { nullable: true })
  invoicing?: InvoicingStatus | null

  @Field(() => PaymentStatus, { nullable: true })
  payment?: PaymentStatus | null

  @Field(() => DateScalar, { nullable: true })
  orderedOn?: string | null

  @Field(() => DateScalar, { nullable: true })
  requestedDelivery?: string | null

  @Field(() => CurrencyCodeScalar, { nullable: true })
  currency?: string | null

  @Field(() => String, { nullable: true })
  paymentTerms?: string | null

  @Field(() => Address, { nullable: true })
  shipTo?: Address | null

  @Field(() => String, { nullable: true })
  note?: string | null

  @Field(() => [DocumentLine], { nullable: true })
  lines?: DocumentLine[] | null

  @Field(() => Money, { nullable: true })
  net?: Money | null

  @Field(() => Money, { nullable: true })
  tax?: Money | null

  @Field(() => Money, { nullable: true })
  total?: Money | null

  @Field(() => String, { nullable: true, description: 'Link into the ERP.' })
  url?: string | null

  @Field(() => [CustomAttribute], { nullable: true })
  customAttributes?: CustomAttribute[] | null

  @Field(() => DateTimeScalar, { nullable: true })
  updatedAt?: string | null
}
