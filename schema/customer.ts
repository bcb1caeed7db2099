import { Field } from 'type-graphql'
import { Answered, Canonical } from './answer.ts'
import {
  CountryCodeScalar,
  CurrencyCodeScalar,
  DateTimeScalar,
  EmailAddressScalar,
  PhoneNumberScalar,
} from './scalars.ts'
import { Address, CustomAttribute, Money } from './values.ts'

/** A customer as one ERP knows it. */
@Canonical('ErpCustomer', 'A customer as one ERP knows it.')
export abstract class ErpCustomer extends Answered {
  @Field(() => String, { nullable: true, description: "The ERP's customer number." })
  number?: string | null

  @Field(() => String, { nullable: true })
  name?: string | null

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

  @Field(() => [Address], { nullable: true })
  addresses?: Address[] | null

  @Field(() => Boolean, { nullable: true })
  active?: boolean | null

  @Field(() => [CustomAttribute], { nullable: true })
  customAttributes?: CustomAttribute[] | null

  @Field(() => DateTimeScalar, { nullable: true })
  updatedAt?: string | null
}

/** What a customer owes and may still order in one ERP. */
@Canonical('CreditAnswer', 'What a customer owes and may still order in one ERP.')
export abstract class CreditAnswer extends Answered {
  @Field(() => Money, { nullable: true, description: 'Null where no limit is set.' })
  limit?: Money | null

  @Field(() => Money, { nullable: true, description: 'Open balance.' })
  balance?: Money | null

  @Field(() => Money, { nullable: true, description: 'Limit minus balance and open orders.' })
  available?: Money | null

  @Field(() => Boolean, { nullable: true, description: 'True when the ERP blocks new orders.' })
  onHold?: boolean | null
}
