import { Field, ID, InputType, ObjectType } from 'type-graphql'
import { closed } from '../exchange.ts'
import type { By } from './rules.ts'

/** What a rule routes. */
export const RoutedObject = closed('RoutedObject', 'What a routing rule is for.', ['ORDER', 'CUSTOMER'])
const RoutingBy = closed(
  'RoutingBy',
  "COMPANY: the customer's name. COUNTRY, CURRENCY: of the order, else of the customer. FIELD: a field or custom attribute.",
  ['COMPANY', 'COUNTRY', 'CURRENCY', 'FIELD'],
)
const CONNECTIONS = 'An order goes to the first; a new customer to all of them.'
const FIELD = 'With FIELD: group, paymentTerms, taxId, email, phone, or the key of a custom attribute.'

/** Where orders or new customers go that have a value. */
@ObjectType({ description: 'Where orders or new customers go that have a value.' })
export class RoutingRule {
  @Field(() => RoutingBy)
  by!: By

  @Field(() => String, { nullable: true, description: FIELD })
  field?: string | null

  @Field(() => String)
  value!: string

  @Field(() => [ID], { description: CONNECTIONS })
  connections!: string[]
}

/** Where orders or new customers go that have a value. */
@InputType({ description: 'Where orders or new customers go that have a value.' })
export class RoutingRuleInput {
  @Field(() => RoutingBy)
  by!: By

  @Field(() => String, { nullable: true, description: FIELD })
  field?: string | null

  @Field(() => String, { description: 'Upper and lower case are one.' })
  value!: string

  @Field(() => [ID], { description: CONNECTIONS })
  connections!: string[]
}
