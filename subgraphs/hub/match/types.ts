import { Field, Float, ID, InputType, Int, ObjectType } from 'type-graphql'
import { DateTimeScalar } from '../../../schema/scalars.ts'
import { Customer } from '../customer.ts'
import { closed } from '../exchange.ts'
import { pageOf } from '../page.ts'
import type { MatchState as State } from './candidates.ts'

/** Whether two golden records are one customer. */
export const MatchState = closed('MatchState', 'Whether two golden records are one customer.', [
  'OPEN',
  'SAME',
  'DIFFERENT',
])

/** What a person decides about two golden records. */
export const MatchDecision = closed('MatchDecision', 'SAME merges both. DIFFERENT is remembered for ever.', [
  'SAME',
  'DIFFERENT',
])

/** From which score on records of ERPs are linked by themselves. */
@ObjectType({ description: 'From which score on records of ERPs are linked by themselves.' })
export class MatchPolicy {
  @Field(() => Float, { description: 'From 0 to 1. From here on a new record is linked by itself.' })
  autoLink!: number

  @Field(() => Float, { description: 'From 0 to 1. From here on a person is asked.' })
  review!: number

  @Field(() => [[ID]], { description: 'Groups of connections in which a customer has the same number.' })
  sharedNumbers!: string[][]
}

/** From which score on records of ERPs are linked by themselves. */
@InputType({ description: 'From which score on records of ERPs are linked by themselves.' })
export class MatchPolicyInput {
  @Field(() => Float, { description: 'From 0 to 1. From here on a new record is linked by itself.' })
  autoLink!: number

  @Field(() => Float, { description: 'From 0 to 1, at most autoLink. From here on a person is asked.' })
  review!: number

  @Field(() => [[ID]], {
    defaultValue: [],
    description: 'Groups of connections in which a customer has the same number.',
  })
  sharedNumbers!: string[][]
}

/** A new customer that may be another one, until a person has decided. */
@ObjectType({ description: 'A new customer that may be another one, until a person has decided.' })
export class MatchReview {
  @Field(() => ID)
  id!: string

  @Field(() => ID, { description: 'The connection whose record brought the new customer.' })
  connection!: string

  @Field(() => ID, { description: "The ERP's own id of that record." })
  externalId!: string

  @Field(() => Float, { description: 'From 0 to 1.' })
  score!: number

  @Field(() => [String])
  reasons!: string[]

  @Field(() => MatchState)
  state!: State

  @Field(() => String, { nullable: true })
  decidedBy?: string | null

  @Field(() => DateTimeScalar, { nullable: true })
  decidedAt?: string | null

  @Field(() => DateTimeScalar)
  createdAt!: string

  customerId!: string
  otherId!: string
}

/** A page of the queue. */
export const MatchReviewPage = pageOf('MatchReviewPage', () => MatchReview)

/** How much belonged to the record that goes. */
@ObjectType({ description: 'How much belonged to the customer that goes, and belongs to the other now.' })
export class MergeCount {
  @Field(() => Int, { description: 'Records of ERPs.' })
  records!: number

  @Field(() => Int)
  orders!: number

  @Field(() => Int)
  invoices!: number

  @Field(() => Int)
  payments!: number

  @Field(() => Int, { description: 'Lines of the sync log.' })
  operations!: number

  @Field(() => Int)
  conflicts!: number

  @Field(() => Int, { description: 'API keys of this one customer, which see both from now on.' })
  keys!: number
}

/** What became of a merge. */
@ObjectType({ description: 'What became of a merge, or with dryRun would.' })
export class MergePayload {
  @Field(() => MergeCount)
  moved!: MergeCount

  @Field(() => Customer, {
    nullable: true,
    description: 'The customer that stays. Needs the scope read:customer.',
  })
  customer?: Customer | null
}

/** The two customers of a split. */
@ObjectType({ description: 'The two customers of a split. Needs the scope read:customer.' })
export class SplitPayload {
  @Field(() => Customer, { nullable: true })
  customer?: Customer | null

  @Field(() => Customer, { nullable: true, description: 'To whom the records belong now.' })
  split?: Customer | null
}
