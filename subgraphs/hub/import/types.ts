import { Field, ID, Int, ObjectType } from 'type-graphql'
import { Problem } from '../../../schema/index.ts'
import { DateTimeScalar } from '../../../schema/scalars.ts'
import { closed } from '../exchange.ts'
import { pageOf } from '../page.ts'
import { SyncObject } from '../sync.ts'
import type { ImportState as State } from './store.ts'

const ImportState = closed(
  'ImportState',
  'WAITING: not begun. FAILED: given up at a page; retryImport goes on there.',
  ['WAITING', 'RUNNING', 'DONE', 'FAILED', 'CANCELLED'],
)

/** History that is taken over from a connection. */
@ObjectType({ description: 'History that is taken over from a connection, page by page in the background.' })
export class SyncImport {
  @Field(() => ID, { description: 'Also the batch of its operations in the sync log.' })
  id!: string

  @Field(() => ID)
  connection!: string

  @Field(() => [SyncObject])
  objects!: (keyof typeof SyncObject)[]

  @Field(() => DateTimeScalar, { nullable: true, description: 'Only what was touched since then.' })
  since?: string | null

  @Field(() => String, { nullable: true, description: 'A JSONata condition on the record.' })
  filter?: string | null

  @Field(() => ImportState)
  state!: State

  @Field(() => Problem, { nullable: true, description: 'Why it waits or was given up.' })
  problem?: Problem | null

  @Field(() => Int, { description: 'Records taken in.' })
  done!: number

  @Field(() => Int, { description: 'Records that could not be taken in; retryImport tries them again.' })
  failed!: number

  @Field(() => Int, { description: 'Records that were not wanted: older, or not meeting the filter.' })
  skipped!: number

  @Field(() => Int, { nullable: true, description: 'All records, where it is known how many there are.' })
  total?: number | null

  @Field(() => Int, { nullable: true, description: 'Records per minute since the start.' })
  ratePerMinute?: number | null

  @Field(() => Int, {
    nullable: true,
    description: 'Milliseconds to the end at this rate, where the total is known.',
  })
  remainingMs?: number | null

  @Field(() => String, { nullable: true, description: 'The key that asked for it.' })
  requestedBy?: string | null

  @Field(() => DateTimeScalar)
  createdAt!: string

  @Field(() => DateTimeScalar, { nullable: true })
  startedAt?: string | null

  @Field(() => DateTimeScalar, { nullable: true })
  finishedAt?: string | null
}

/** A page of imports. */
export const SyncImportPage = pageOf('SyncImportPage', () => SyncImport)

/** A record that an import could not take in. */
@ObjectType({ description: 'A record that an import could not take in.' })
export class ImportFailure {
  @Field(() => SyncObject)
  object!: keyof typeof SyncObject

  @Field(() => ID, { description: "The ERP's own id." })
  externalId!: string

  @Field(() => String, { nullable: true, description: 'Its number or SKU.' })
  externalNumber?: string | null

  @Field(() => Problem)
  problem!: Problem
}

/** A page of records that failed. */
export const ImportFailurePage = pageOf('ImportFailurePage', () => ImportFailure)
