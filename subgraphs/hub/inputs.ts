import { Field, ID, InputType } from 'type-graphql'
import { AddressType } from '../../schema/enums.ts'
import {
  CountryCodeScalar,
  CurrencyCodeScalar,
  DateScalar,
  DecimalScalar,
  EmailAddressScalar,
  PhoneNumberScalar,
  UnitCodeScalar,
} from '../../schema/scalars.ts'

/** An exact amount in one currency. */
@InputType({ description: 'An exact amount in one currency.' })
export class MoneyInput {
  @Field(() => DecimalScalar)
  amount!: string

  @Field(() => CurrencyCodeScalar)
  currency!: string
}

/** A reduction of the whole order, by percent or amount. */
@InputType({ description: 'A reduction of the whole order, by percent or amount.' })
export class DiscountInput {
  @Field(() => String, { nullable: true })
  reason?: string | null

  @Field(() => DecimalScalar, { nullable: true, description: '5 means 5 percent.' })
  percent?: string | null

  @Field(() => MoneyInput, { nullable: true })
  amount?: MoneyInput | null
}

/** A field that only this ERP has, as text. */
@InputType({ description: 'A field that only this ERP has, as text.' })
export class CustomAttributeInput {
  @Field(() => String)
  key!: string

  @Field(() => String, { nullable: true })
  value?: string | null
}

/** A postal address. */
@InputType({ description: 'A postal address.' })
export class AddressInput {
  @Field(() => AddressType, { nullable: true })
  type?: AddressType | null

  @Field(() => String, { nullable: true })
  name?: string | null

  @Field(() => [String])
  lines!: string[]

  @Field(() => String, { nullable: true })
  postalCode?: string | null

  @Field(() => String, { nullable: true })
  city?: string | null

  @Field(() => String, { nullable: true })
  region?: string | null

  @Field(() => CountryCodeScalar, { nullable: true })
  country?: string | null

  @Field(() => PhoneNumberScalar, { nullable: true })
  phone?: string | null

  @Field(() => EmailAddressScalar, { nullable: true })
  email?: string | null
}

/** One line to be ordered. */
@InputType({ description: 'One line to be ordered.' })
export class OrderLineInput {
  @Field(() => ID)
  sku!: string

  @Field(() => DecimalScalar)
  quantity!: string

  @Field(() => UnitCodeScalar, { nullable: true })
  unit?: string | null

  @Field(() => MoneyInput, { nullable: true, description: "The ERP's own price when left out." })
  unitPrice?: MoneyInput | null

  @Field(() => DecimalScalar, { nullable: true, description: '5 means 5 percent.' })
  discountPercent?: string | null

  @Field(() => String, { nullable: true })
  warehouse?: string | null

  @Field(() => DateScalar, { nullable: true })
  requestedDelivery?: string | null

  @Field(() => String, { nullable: true })
  description?: string | null
}

/** An order to be pushed. */
@InputType({ description: 'An order to be pushed.' })
export class PushOrderInput {
  @Field(() => ID, {
    nullable: true,
    description:
      "Left out: the customer's home connection, else the first that takes orders and knows all SKUs.",
  })
  connection?: string | null

  @Field(() => ID, { description: "The id of a Customer, or the ERP's customer number." })
  customer!: string

  @Field(() => [OrderLineInput])
  lines!: OrderLineInput[]

  @Field(() => CurrencyCodeScalar, { nullable: true })
  currency?: string | null

  @Field(() => String, { nullable: true })
  purchaseOrderNumber?: string | null

  @Field(() => DateScalar, { nullable: true })
  requestedDelivery?: string | null

  @Field(() => String, { nullable: true })
  paymentTerms?: string | null

  @Field(() => AddressInput, { nullable: true })
  shipTo?: AddressInput | null

  @Field(() => String, { nullable: true })
  note?: string | null

  @Field(() => [DiscountInput], { nullable: true })
  discounts?: DiscountInput[] | null

  @Field(() => ID, { nullable: true, description: 'The id of the Quote that it is made from.' })
  quote?: string | null

  @Field(() => Boolean, {
    nullable: true,
    description: 'Whether the order becomes a project as well; for systems with the capability `projects`.',
  })
  project?: boolean | null

  @Field(() => [CustomAttributeInput], { nullable: true })
  customAttributes?: CustomAttributeInput[] | null
}

/** A customer to be created, or changed with `id`. What is left out stays as it is. */
@InputType({
  description: 'A customer to be created, or changed with `id`. What is left out stays as it is.',
})
export class UpsertCustomerInput {
  @Field(() => ID, { nullable: true })
  id?: string | null

  @Field(() => [ID], {
    nullable: true,
    description:
      'Where to write it. Left out: every ERP that knows the customer; a new one goes to the first that takes customers.',
  })
  connections?: string[] | null

  @Field(() => String)
  name!: string

  @Field(() => EmailAddressScalar, { nullable: true })
  email?: string | null

  @Field(() => PhoneNumberScalar, { nullable: true })
  phone?: string | null

  @Field(() => String, { nullable: true })
  taxId?: string | null

  @Field(() => CountryCodeScalar, { nullable: true })
  country?: string | null

  @Field(() => CurrencyCodeScalar, { nullable: true })
  currency?: string | null

  @Field(() => String, { nullable: true })
  group?: string | null

  @Field(() => String, { nullable: true })
  paymentTerms?: string | null

  @Field(() => [AddressInput], { nullable: true })
  addresses?: AddressInput[] | null

  @Field(() => [CustomAttributeInput], { nullable: true })
  customAttributes?: CustomAttributeInput[] | null
}
