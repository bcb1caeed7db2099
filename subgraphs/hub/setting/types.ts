import { Field, ID, InputType, Int, ObjectType } from 'type-graphql'
import { Problem } from '../../../schema/index.ts'
import { DateTimeScalar, JsonScalar } from '../../../schema/scalars.ts'
import { closed } from '../exchange.ts'
import { pageOf } from '../page.ts'
import { SyncObject } from '../sync.ts'
import type { Direction, SyncSetting as Stored } from './read.ts'

const SyncWay = closed(
  'SyncWay',
  'IN: taken over from the ERP. OUT: written to it. BOTH: in both directions.',
  ['IN', 'OUT', 'BOTH'],
)
const SyncMode = closed(
  'SyncMode',
  'WEBHOOK: as the ERP tells, with a poll as a safety net. POLL: every so many minutes, and as it tells. HOURLY, DAILY: only then.',
  ['WEBHOOK', 'POLL', 'HOURLY', 'DAILY'],
)
const DeletionStrategy = closed(
  'DeletionStrategy',
  'SOFT: kept and marked as gone. PROPAGATE: also ended in the other ERPs. REVIEW: a person decides.',
  ['SOFT', 'PROPAGATE', 'REVIEW'],
)

/** What syncs and when, of one kind of record of one connection. */
@ObjectType({ description: 'What syncs and when, of one kind of record of one connection.' })
export class SyncSetting {
  @Field(() => SyncObject)
  object!: keyof typeof SyncObject

  @Field(() => Boolean)
  enabled!: boolean

  @Field(() => SyncWay)
  direction!: Direction

  @Field(() => SyncMode)
  mode!: Stored['mode']

  @Field(() => Int, {
    nullable: true,
    description: 'Milliseconds between polls; null: the pace of the connection.',
  })
  everyMs?: number | null

  @Field(() => DeletionStrategy)
  deletions!: Stored['deletions']

  @Field(() => DateTimeScalar, { nullable: true, description: 'When it was last read without a failure.' })
  lastReadAt?: string | null

  @Field(() => DateTimeScalar, { nullable: true, description: 'When it is due; null while it rests.' })
  nextReadAt?: string | null

  @Field(() => Boolean, { description: 'Whether everything was read once; only what is newer is told.' })
  isBaselineDone!: boolean

  @Field(() => Problem, {
    nullable: true,
    description: 'Why the last reading failed, or what a person has to confirm.',
  })
  problem?: Problem | null
}

/** What shall be different; what is left out stays. */
@InputType({ description: 'What shall be different; what is left out stays.' })
export class SyncSettingInput {
  @Field(() => Boolean, { nullable: true })
  enabled?: boolean | null

  @Field(() => SyncWay, { nullable: true })
  direction?: Direction | null

  @Field(() => SyncMode, { nullable: true })
  mode?: Stored['mode'] | null

  @Field(() => Int, {
    nullable: true,
    description: 'Only with POLL: 60000 to 900000; null: the pace of the connection.',
  })
  everyMs?: number | null

  @Field(() => DeletionStrategy, { nullable: true })
  deletions?: Stored['deletions'] | null
}

const DeletionState = closed('DeletionState', 'Whether a person still has to decide.', [
  'OPEN',
  'KEPT',
  'GONE',
])

/** What shall become of a record that its ERP no longer has. */
export const DeletionDecision = closed(
  'DeletionDecision',
  'KEEP: it stays known here. SOFT: marked as gone. PROPAGATE: also ended in the other ERPs.',
  ['KEEP', 'SOFT', 'PROPAGATE'],
)

/** A record that its ERP no longer has, until a person has decided. */
@ObjectType({ description: 'A record that its ERP no longer has, until a person has decided.' })
export class Deletion {
  @Field(() => ID)
  connection!: string

  @Field(() => SyncObject)
  object!: keyof typeof SyncObject

  @Field(() => ID, { description: "The ERP's own id." })
  externalId!: string

  @Field(() => DeletionState)
  state!: 'OPEN' | 'KEPT' | 'GONE'

  @Field(() => JsonScalar, { nullable: true, description: 'The record as it was last seen.' })
  record?: unknown

  @Field(() => String, { nullable: true })
  decidedBy?: string | null

  @Field(() => DateTimeScalar, { nullable: true })
  decidedAt?: string | null

  @Field(() => DateTimeScalar)
  createdAt!: string
}

/** A page of deletions. */
export const DeletionPage = pageOf('DeletionPage', () => Deletion)
