import { Field, Float, ID, InputType, Int, ObjectType } from 'type-graphql'
import { Problem } from '../../../schema/index.ts'
import { DateTimeScalar } from '../../../schema/scalars.ts'
import { closed } from '../exchange.ts'
import { pageOf } from '../page.ts'
import { CHANNELS, CONDITIONS, type Channel, type Condition } from './rules.ts'

/** What an alert can be about. */
export const AlertCondition = closed(
  'AlertCondition',
  'ERROR_RATE: share of failed attempts. DEAD_LETTERS: how many. OLDEST_WAITING: seconds. NEEDS_AUTH: a person has to sign in.',
  CONDITIONS,
)
/** How an alert is told. */
export const AlertChannel = closed(
  'AlertChannel',
  'WEBHOOK: signed as standardwebhooks.com says. SLACK: an incoming webhook, also of Mattermost and others. EMAIL: by SMTP.',
  CHANNELS,
)
/** Whether an alert is still going on. */
export const AlertState = closed('AlertState', 'Whether an alert is still going on.', ['FIRING', 'RESOLVED'])

/** When somebody is told, and how. */
@ObjectType({ description: 'When somebody is told, and how.' })
export class AlertRule {
  @Field(() => ID)
  id!: string

  @Field(() => String)
  name!: string

  @Field(() => AlertCondition)
  condition!: Condition

  @Field(() => Float, {
    description:
      'From here on: a share from 0 to 1 of ERROR_RATE, a number of DEAD_LETTERS, seconds of OLDEST_WAITING.',
  })
  threshold!: number

  @Field(() => [ID], { nullable: true, description: 'Null: all.' })
  connections?: string[] | null

  @Field(() => Int, { description: 'Of ERROR_RATE: over how many seconds it is measured.' })
  windowSeconds!: number

  @Field(() => AlertChannel)
  channel!: Channel

  @Field(() => String, { description: 'Where it goes; of an address only its host.' })
  target!: string

  @Field(() => Int, {
    description: 'After a notice no other one about the same connection for so many seconds.',
  })
  quietSeconds!: number

  @Field(() => Boolean)
  enabled!: boolean

  @Field(() => String, { nullable: true })
  createdBy?: string | null
}

/** A rule that was saved. */
@ObjectType({ description: 'A rule that was saved.' })
export class SavedAlertRule {
  @Field(() => AlertRule)
  rule!: AlertRule

  @Field(() => String, {
    nullable: true,
    description: 'Of a new WEBHOOK: what its messages are signed with. Shown this once.',
  })
  secret?: string | null
}

/** Something that was, or is, not well. */
@ObjectType({ description: 'Something that was, or is, not well.' })
export class Alert {
  @Field(() => ID)
  id!: string

  @Field(() => ID)
  rule!: string

  @Field(() => ID)
  connection!: string

  @Field(() => AlertState)
  state!: keyof typeof AlertState

  @Field(() => Float, { description: 'In the unit of the threshold.' })
  value!: number

  @Field(() => DateTimeScalar)
  beganAt!: string

  @Field(() => DateTimeScalar, { nullable: true, description: 'Null within the quiet period.' })
  toldAt?: string | null

  @Field(() => DateTimeScalar, { nullable: true })
  resolvedAt?: string | null
}

/** A page of alerts. */
export const AlertPage = pageOf('AlertPage', () => Alert)

/** Whether a notice arrived. */
@ObjectType({ description: 'Whether a notice arrived.' })
export class AlertTest {
  @Field(() => Boolean)
  delivered!: boolean

  @Field(() => Problem, { nullable: true })
  problem?: Problem | null
}

/** When somebody shall be told, and how. */
@InputType({ description: 'When somebody shall be told, and how. With an id, an existing rule is replaced.' })
export class AlertRuleInput {
  @Field(() => ID, { nullable: true })
  id?: string | null

  @Field(() => String)
  name!: string

  @Field(() => AlertCondition)
  condition!: Condition

  @Field(() => Float, {
    nullable: true,
    description:
      'A share from 0 to 1 of ERROR_RATE (0.1), a number of DEAD_LETTERS (1), seconds of OLDEST_WAITING (900).',
  })
  threshold?: number | null

  @Field(() => [ID], { nullable: true, description: 'Left out: all.' })
  connections?: string[] | null

  @Field(() => Int, { defaultValue: 900 })
  windowSeconds!: number

  @Field(() => AlertChannel)
  channel!: Channel

  @Field(() => String, {
    nullable: true,
    description: 'An absolute address, or an e-mail address. Left out in a change: as it is.',
  })
  target?: string | null

  @Field(() => Int, { defaultValue: 3600 })
  quietSeconds!: number

  @Field(() => Boolean, { defaultValue: true })
  enabled!: boolean
}
