import { Field, ID, InputType, Int, ObjectType } from 'type-graphql'
import { Problem } from '../../../schema/index.ts'
import { DateTimeScalar, JsonScalar } from '../../../schema/scalars.ts'
import { closed } from '../exchange.ts'
import { type PageOf, pageOf } from '../page.ts'
import { SyncAction, SyncObject } from '../sync.ts'
import { type Change, REASONS, type Reason } from './judge.ts'

const RollbackState = closed(
  'RollbackState',
  'RUNNING goes on by itself, also after a restart. FAILED: given up, see the problem.',
  ['RUNNING', 'DONE', 'CANCELLED', 'FAILED'],
)

/** How a row of a rollback stands. */
export const RollbackRowState = closed(
  'RollbackRowState',
  'PLANNED: not written yet. SENT: the write is under way, see the operation written. RESTORED, SKIPPED and FAILED are ends.',
  ['PLANNED', 'SENT', 'RESTORED', 'SKIPPED', 'FAILED'],
)
const RollbackReason = closed(
  'RollbackReason',
  'Why an operation is left as it is. CHANGED: somebody changed the record since. ALREADY: another rollback has undone it.',
  REASONS,
)

/** Which operations are undone: one, a batch, or those of a span of time. */
@InputType({ description: 'Which operations are undone: one, a batch, or those of a span of time.' })
export class RollbackInput {
  @Field(() => ID, { nullable: true })
  operation?: string | null

  @Field(() => ID, { nullable: true, description: 'An import, a flow run, or an earlier rollback.' })
  batch?: string | null

  @Field(() => DateTimeScalar, { nullable: true, description: 'Accepted since then.' })
  from?: string | null

  @Field(() => DateTimeScalar, { nullable: true, description: 'Accepted before then; now when left out.' })
  to?: string | null

  @Field(() => [ID], { nullable: true, description: 'Only of these connections.' })
  connections?: string[] | null

  @Field(() => [SyncObject], { nullable: true, description: 'Only of these objects.' })
  objects?: (keyof typeof SyncObject)[] | null

  @Field(() => Boolean, {
    nullable: true,
    description: 'Also what followed from them, such as the same change in other ERPs.',
  })
  following?: boolean | null
}

/** A field that is restored. */
@ObjectType({ description: 'A field that is restored.' })
export class RollbackChange {
  @Field(() => String)
  field!: string

  @Field(() => JsonScalar, { nullable: true, description: 'What it says now.' })
  now?: unknown

  @Field(() => JsonScalar, { nullable: true, description: 'What it said before the operation.' })
  to?: unknown
}

/** What becomes of one operation in a rollback. */
@ObjectType({ description: 'What becomes of one operation in a rollback.' })
export class RollbackRow {
  @Field(() => ID, { description: 'The operation that is undone.' })
  operation!: string

  @Field(() => ID)
  connection!: string

  @Field(() => SyncObject)
  object!: keyof typeof SyncObject

  @Field(() => SyncAction)
  action!: keyof typeof SyncAction

  @Field(() => ID, { nullable: true, description: "The ERP's own id of the record." })
  record?: string | null

  @Field(() => String, { nullable: true })
  number?: string | null

  @Field(() => RollbackRowState)
  state!: keyof typeof RollbackRowState

  @Field(() => RollbackReason, { nullable: true })
  reason?: Reason | null

  @Field(() => String, { nullable: true, description: 'The reason in words, with what a person has to do.' })
  message?: string | null

  @Field(() => [RollbackChange], { description: 'Empty where a document is cancelled as a whole.' })
  changes!: Change[]

  @Field(() => ID, { nullable: true, description: 'The operation that writes it to the ERP.' })
  written?: string | null
}

/** A page of the rows of a rollback. */
export const RollbackRowPage = pageOf('RollbackRowPage', () => RollbackRow)

/** What a rollback would do. */
@ObjectType({ description: 'What a rollback would do; nothing is written.' })
export class RollbackPlan {
  @Field(() => Int, { description: 'Operations in all.' })
  total!: number

  @Field(() => Int, { description: 'Of the rows of this page, those that would be restored.' })
  restorable!: number

  @Field(() => Int, { description: 'Of the rows of this page, those that would be left as they are.' })
  skipped!: number

  @Field(() => RollbackRowPage, { description: 'Newest operation first.' })
  rows!: PageOf<RollbackRow>
}

/** Operations that are undone in the background. */
@ObjectType({ description: 'Operations that are undone in the background.' })
export class Rollback {
  @Field(() => ID, { description: 'Also the batch of the operations that it writes.' })
  id!: string

  @Field(() => RollbackState)
  state!: keyof typeof RollbackState

  @Field(() => JsonScalar, { description: 'What was asked for.' })
  input!: object

  @Field(() => Int, { description: 'Operations in all.' })
  planned!: number

  @Field(() => Int)
  restored!: number

  @Field(() => Int)
  skipped!: number

  @Field(() => Int)
  failed!: number

  @Field(() => Problem, { nullable: true, description: 'Why it does not go on, or was given up.' })
  problem?: Problem | null

  @Field(() => String, { nullable: true })
  requestedBy?: string | null

  @Field(() => DateTimeScalar)
  createdAt!: string

  @Field(() => DateTimeScalar, { nullable: true })
  finishedAt?: string | null
}

/** A page of rollbacks. */
export const RollbackPage = pageOf('RollbackPage', () => Rollback)
