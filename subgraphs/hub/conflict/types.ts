import { Field, ID, InputType, Int, ObjectType } from 'type-graphql'
import { DateTimeScalar, JsonScalar } from '../../../schema/scalars.ts'
import { closed } from '../exchange.ts'
import { pageOf } from '../page.ts'
import { FIELD_NAMES, type Field as FieldName } from './fields.ts'
import type { Strategy } from './rules.ts'

const ConflictStrategy = closed('ConflictStrategy', 'How it is decided which side is right.', [
  'FIELD_MASTER',
  'MASTER_SYSTEM',
  'LAST_WRITE_WINS',
  'MANUAL',
])
const ConflictState = closed('ConflictState', 'Whether a person still has to decide.', ['OPEN', 'DECIDED'])

/** Which side of a conflict is right. */
export const ConflictSide = closed(
  'ConflictSide',
  'LEFT: ours. RIGHT: that of the ERP. CUSTOM: another value.',
  ['LEFT', 'RIGHT', 'CUSTOM'],
)

/** Who is right when a field was changed on both sides. */
@ObjectType({ description: 'Who is right when a field was changed on both sides.' })
export class ConflictRule {
  @Field(() => String, { description: `${FIELD_NAMES.join(', ')}, or * for all others.` })
  field!: FieldName | '*'

  @Field(() => ConflictStrategy)
  strategy!: Strategy

  @Field(() => ID, {
    nullable: true,
    description: 'A connection, or "hub" for what is written through the graph.',
  })
  master?: string | null
}

/** Who is right when a field was changed on both sides. */
@InputType({ description: 'Who is right when a field was changed on both sides.' })
export class ConflictRuleInput {
  @Field(() => String, { description: `${FIELD_NAMES.join(', ')}, or * for all others.` })
  field!: FieldName | '*'

  @Field(() => ConflictStrategy)
  strategy!: Strategy

  @Field(() => ID, { nullable: true, description: 'A connection, or "hub". Needed with a master strategy.' })
  master?: string | null
}

/** A field that two sides changed, until a person has decided. */
@ObjectType({ description: 'A field that two sides changed, until a person has decided.' })
export class Conflict {
  @Field(() => ID)
  id!: string

  @Field(() => ID, { description: 'The ERP whose change it is.' })
  connection!: string

  @Field(() => String)
  field!: string

  @Field(() => ConflictState)
  state!: 'OPEN' | 'DECIDED'

  @Field(() => JsonScalar, { nullable: true, description: 'LEFT: the value of the golden record.' })
  ours?: unknown

  @Field(() => JsonScalar, { nullable: true, description: 'RIGHT: the value in the ERP.' })
  theirs?: unknown

  @Field(() => JsonScalar, { nullable: true, description: 'What both sides last agreed on.' })
  base?: unknown

  @Field(() => String, { nullable: true })
  decidedBy?: string | null

  @Field(() => DateTimeScalar, { nullable: true })
  decidedAt?: string | null

  @Field(() => DateTimeScalar)
  createdAt!: string

  customerId!: string
}

/** A page of conflicts. */
export const ConflictPage = pageOf('ConflictPage', () => Conflict)

/** Who decides on a field of a customer, and who changed it last. */
@ObjectType({ description: 'Who decides on a field of a customer, and who changed it last.' })
export class Master {
  @Field(() => ConflictStrategy)
  strategy!: Strategy

  @Field(() => ID, { nullable: true })
  master?: string | null

  @Field(() => Boolean, {
    description: 'False where no rule was made: the home connection of the customer decides.',
  })
  isRule!: boolean

  @Field(() => String, {
    nullable: true,
    description: 'A connection, or the key that wrote through the graph.',
  })
  changedBy?: string | null

  @Field(() => DateTimeScalar, { nullable: true })
  changedAt?: string | null
}

/** What other rules would have decided about a change of the past. */
@ObjectType({ description: 'What other rules would have decided about a change, had both sides changed it.' })
export class Simulated {
  @Field(() => ID)
  operation!: string

  @Field(() => ID)
  connection!: string

  @Field(() => String)
  field!: string

  @Field(() => JsonScalar, { nullable: true })
  before?: unknown

  @Field(() => JsonScalar, { nullable: true })
  after?: unknown

  @Field(() => String, { description: 'TAKE, KEEP or ASK by the rules of today.' })
  now!: string

  @Field(() => String, { description: 'TAKE, KEEP or ASK by the rules given.' })
  then!: string
}

/** What changed rules would do. */
@ObjectType({ description: 'What changed rules would do.' })
export class Simulation {
  @Field(() => Int, { description: 'Changes of fields that were looked at.' })
  looked!: number

  @Field(() => [Simulated], { description: 'Those that would be decided otherwise, newest first.' })
  different!: Simulated[]
}
