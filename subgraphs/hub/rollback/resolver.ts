import { Arg, Ctx, FieldResolver, ID, Int, Mutation, Query, Resolver, Root } from 'type-graphql'
import { ErpError } from '../../../schema/errors.ts'
import { demand } from '../../caller.ts'
import { iso } from '../database.ts'
import type { HubContext } from '../hub.ts'
import { type PageOf, checkFirst, readCursor, readTimeCursor, toPage } from '../page.ts'
import { demandWhole, rollbackOf, rollbacksOf, rowsOf } from './report.ts'
import { type Planned, cancel, planOf, start } from './start.ts'
import {
  Rollback,
  RollbackInput,
  RollbackPage,
  RollbackPlan,
  RollbackRow,
  RollbackRowPage,
  RollbackRowState,
} from './types.ts'

function toRow({ past, ...rest }: Planned): RollbackRow {
  const { id: operation, connection, object, action, record, number } = past
  return { operation, connection, object, action, record, number, ...rest }
}

/** Undoes operations from their before and after values. */
@Resolver(() => Rollback)
export class RollbackResolver {
  @Query(() => RollbackPlan, {
    description: 'What a rollback would do, with the records read live; nothing is written.',
  })
  async planRollback(
    @Arg('input', () => RollbackInput) input: RollbackInput,
    @Arg('first', () => Int, { defaultValue: 100 }) first: number,
    @Arg('after', () => String, { nullable: true }) after: string | null,
    @Ctx() { hub, caller }: HubContext,
  ): Promise<RollbackPlan> {
    demand(caller, 'read:sync')
    checkFirst(first)
    const from = readTimeCursor(after) ?? ([null, null] as const)
    const { total, planned } = await planOf(hub, caller, input, [...from], first + 1)
    const page = toPage(planned, first, ({ past }) => [iso(past.createdAt), past.id], toRow)
    const restorable = page.nodes.filter(({ state }) => state === 'PLANNED').length
    return { total, restorable, skipped: page.nodes.length - restorable, rows: page }
  }

  @Mutation(() => Rollback, {
    description:
      'Undoes operations in the background: each record is looked at again right before it is written. Poll rollback(id) for its progress.',
  })
  async startRollback(
    @Arg('input', () => RollbackInput) input: RollbackInput,
    @Ctx() { hub, caller }: HubContext,
  ): Promise<Rollback> {
    demand(caller, 'admin')
    return rollbackOf(hub.db.em(), caller, await start(hub, caller, input))
  }

  @Mutation(() => Rollback, {
    description: 'Ends a rollback: what is not written yet is left as it is; what is under way is finished.',
  })
  async cancelRollback(
    @Arg('id', () => ID) id: string,
    @Ctx() { hub, caller }: HubContext,
  ): Promise<Rollback> {
    demand(caller, 'admin')
    await demandWhole(hub.db.em(), caller, id)
    await cancel(hub, id)
    return rollbackOf(hub.db.em(), caller, id)
  }

  @Query(() => Rollback, { description: 'A rollback with its report. NOT_FOUND for an unknown one.' })
  async rollback(@Arg('id', () => ID) id: string, @Ctx() { hub, caller }: HubContext): Promise<Rollback> {
    demand(caller, 'read:sync')
    return rollbackOf(hub.db.em(), caller, id)
  }

  @Query(() => RollbackPage, { description: 'Newest first.' })
  async rollbacks(
    @Arg('first', () => Int, { defaultValue: 20 }) first: number,
    @Arg('after', () => String, { nullable: true }) after: string | null,
    @Ctx() { hub, caller }: HubContext,
  ): Promise<PageOf<Rollback>> {
    demand(caller, 'read:sync')
    checkFirst(first)
    const from = readTimeCursor(after) ?? ([null, null] as const)
    const found = await rollbacksOf(hub.db.em(), caller, [...from], first + 1)
    return toPage(
      found,
      first,
      ({ createdAt, id }) => [createdAt, id],
      (one) => one,
    )
  }

  @FieldResolver(() => RollbackRowPage, { description: 'What becomes of each operation, newest first.' })
  async rows(
    @Root() { id }: Rollback,
    @Arg('states', () => [RollbackRowState], { nullable: true }) states: string[] | null,
    @Arg('first', () => Int, { defaultValue: 100 }) first: number,
    @Arg('after', () => String, { nullable: true }) after: string | null,
    @Ctx() { hub, caller }: HubContext,
  ): Promise<PageOf<RollbackRow>> {
    checkFirst(first)
    const from = rowCursor(after)
    const found = await rowsOf(hub.db.em(), caller, id, states ?? null, from, first + 1)
    return toPage(
      found,
      first,
      ({ n }) => [String(n)],
      (row) => row,
    )
  }
}

/** The number of a row behind which a page begins; throws VALIDATION for a cursor of another list. */
export function rowCursor(after: string | null | undefined): number {
  const [text = '0'] = readCursor(after) ?? []
  if (/^\d{1,9}$/.test(text)) return Number(text)
  throw new ErpError('VALIDATION', 'The cursor is none that was given out here.', { field: 'after' })
}
