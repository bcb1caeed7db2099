import { Directive, Field, ID, Int, ObjectType, registerEnumType } from 'type-graphql'
import { AddressType } from './enums.ts'
import { ERROR_CODES, type ErrorCode } from './errors.ts'
import {
  CountryCodeScalar,
  CurrencyCodeScalar,
  DecimalScalar,
  EmailAddressScalar,
  PhoneNumberScalar,
} from './scalars.ts'

const CODES = Object.fromEntries(Object.keys(ERROR_CODES).map((code) => [code, code]))
registerEnumType(CODES, { name: 'ErrorCode', description: 'The closed list of what can go wrong.' })

/** An exact amount in one currency. */
@Directive('@shareable')
@ObjectType({ description: 'An exact amount in one currency.' })
export class Money {
  @Field(() => DecimalScalar, { description: 'In units of the currency, for example "12.50".' })
  amount!: string

  @Field(() => CurrencyCodeScalar)
  currency!: string
}

/** What went wrong in one branch of an answer, as data beside the value. */
@Directive('@shareable')
@ObjectType({ description: 'What went wrong in one branch of an answer, as data beside the value.' })
export class Problem {
  @Field(() => CODES)
  code!: ErrorCode

  @Field(() => String, { description: 'What happened, for a person.' })
  message!: string

  @Field(() => String, { description: 'What to do next, for a person.' })
  resolution!: string

  @Field(() => Int, { nullable: true, description: 'Milliseconds to wait before asking again.' })
  retryAfterMs?: number | null

  @Field(() => ID, { nullable: true })
  connection?: string | null

  @Field(() => String, { nullable: true, description: 'The input field that is concerned.' })
  field?: string | null
}

/** Where a page ends and whether there is more. */
@Directive('@shareable')
@ObjectType({ description: 'Where a page ends and whether there is more.' })
export class PageInfo {
  @Field(() => String, { nullable: true, description: 'Pass it as `after` to read on.' })
  endCursor?: string | null

  @Field(() => Boolean)
  hasNextPage!: boolean
}

/** A postal address. */
@Directive('@shareable')
@ObjectType({ description: 'A postal address.' })
export class Address {
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

  @Field(() => String, { nullable: true, description: 'State or province, as the ERP writes it.' })
  region?: string | null

  @Field(() => CountryCodeScalar, { nullable: true })
  country?: string | null

  @Field(() => PhoneNumberScalar, { nullable: true })
  phone?: string | null

  @Field(() => EmailAddressScalar, { nullable: true })
  email?: string | null
}

/** A reduction of a line or a document; percent (19 means 19 %) or amount. */
@Directive('@shareable')
@ObjectType({ description: 'A reduction of a line or a document, by percent or amount.' })
export class Discount {
  @Field(() => String, { nullable: true })
  reason?: string | null

  @Field(() => DecimalScalar, { nullable: true, description: '5 means 5 percent.' })
  percent?: string | null

  @Field(() => Money, { nullable: true })
  amount?: Money | null
}

/** A field that only this ERP has, as text. */
@Directive('@shareable')
@ObjectType({ description: 'A field that only this ERP has, as text.' })
export class CustomAttribute {
  @Field(() => String)
  key!: string

  @Field(() => String, { nullable: true })
  value?: string | null
}
