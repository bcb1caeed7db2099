import { Arg, Ctx, Field, ID, InputType, Int, Mutation, ObjectType, Query, Resolver } from 'type-graphql'
import { ErpError } from '../../schema/errors.ts'
import { DateTimeScalar } from '../../schema/scalars.ts'
import { demand } from '../caller.ts'
import { READ_AHEAD, cursorOfNow, positionOf, readEvents } from './events.ts'
import type { HubContext } from './hub.ts'
import { operationOf } from './operators.ts'
import { type PageOf, pageOf } from './page.ts'
import { rows } from './database.ts'
import { resync, resyncRecords } from './resync.ts'
import { eventFilter, filterNow } from './subscriptions.ts'
import { SyncEvent, SyncFilter, SyncObject, SyncOperation, toOperation } from './sync.ts'
import { OperationTable, type OperationObject } from './tables.ts'

const SyncEventPage = pageOf('SyncEventPage', () => SyncEvent)

const MAX_IDS = 1_000
const MAX_DAYS = 36_500

/** Which records are read again. */
@InputType({
  description: 'Which records are read again. Nothing given: all that are known of the connection.',
})
export class ResyncFilter {
  @Field(() => [ID], { nullable: true, description: `The ERP's own ids, at most ${MAX_IDS}.` })
  ids?: string[] | null

  @Field(() => String, { nullable: true, description: 'A part of the number, name, SKU or e-mail.' })
  search?: string | null

  @Field(() => DateTimeScalar, { nullable: true, description: 'Changed here since then.' })
  since?: string | null
}

/** A re-reading that was begun. */
@ObjectType({ description: 'A re-reading that was begun; it runs in the background.' })
export class Resync {
  @Field(() => ID)
  batch!: string

  @Field(() => Int, { description: 'Records that it reads.' })
  total!: number
}

/** The sync log for clients that ask again and again instead of subscribing. */
@Resolver()
export class LogResolver {
  @Query(() => SyncOperation, { description: 'One write with its whole life. NOT_FOUND for an unknown one.' })
  async syncOperation(
    @Arg('id', () => ID) id: string,
    @Ctx() { hub, caller }: HubContext,
  ): Promise<SyncOperation> {
    demand(caller, 'read:sync')
    return toOperation(await operationOf(hub, caller, id))
  }

  @Query(() => SyncEventPage, {
    description: `Up to ${READ_AHEAD} state changes behind a cursor, oldest first, for clients that poll: pass endCursor as the next \`after\` to miss nothing and get nothing twice. Without a cursor: no events, and the cursor of now.`,
  })
  async syncEvents(
    @Arg('after', () => ID, { nullable: true }) after: string | null,
    @Arg('filter', () => SyncFilter, { nullable: true }) filter: SyncFilter | null,
    @Ctx() { hub, caller }: HubContext,
  ): Promise<PageOf<SyncEvent>> {
    demand(caller, 'read:sync')
    const em = hub.db.em()
    // Before the events are read: what is not there yet then lies behind it.
    const now = await cursorOfNow(em)
    const from = after ? await positionOf(hub, caller.tenant, after) : null
    const found = from
      ? await readEvents(em, from, eventFilter(caller, await filterNow(hub, caller, filter ?? null)))
      : []
    const last = found.at(-1)
    const ids = [...new Set(found.map(({ operation }) => operation))]
    const rows = await em.find(OperationTable, { id: { $in: ids }, tenant: caller.tenant })
    const known = new Map(rows.map((row) => [row.id, row]))
    const nodes = found.flatMap(({ cursor, at, status, operation }) => {
      const row = known.get(operation)
      return row ? [{ cursor, at, status, operation: toOperation(row) }] : []
    })
    return {
      nodes,
      pageInfo: { endCursor: last?.cursor ?? now, hasNextPage: found.length === READ_AHEAD },
    }
  }

  @Mutation(() => SyncOperation, {
    description:
      'Does the work of one operation once more: reads the record again, or sends it again where that cannot double it.',
  })
  async resync(
    @Arg('operation', () => ID) operation: string,
    @Ctx() { hub, caller }: HubContext,
  ): Promise<SyncOperation> {
    demand(caller, 'admin')
    return toOperation(await operationOf(hub, caller, await resync(hub, caller, operation)))
  }

  @Mutation(() => Resync, { description: 'Reads many records of a connection again, in the background.' })
  async resyncRecords(
    @Arg('connection', () => ID) connection: string,
    @Arg('object', () => SyncObject) object: OperationObject,
    @Arg('filter', () => ResyncFilter, { nullable: true }) filter: ResyncFilter | null | undefined,
    @Ctx() { hub, caller }: HubContext,
  ): Promise<Resync> {
    demand(caller, 'admin')
    if ((filter?.ids?.length ?? 0) > MAX_IDS)
      throw new ErpError('LIMIT_EXCEEDED', `At most ${MAX_IDS} ids.`, { field: 'filter.ids' })
    return resyncRecords(hub, caller, connection, object, filter ?? {})
  }

  @Query(() => Int, { nullable: true, description: 'For how many days the log is kept; null: for ever.' })
  async logDays(@Ctx() { hub, caller }: HubContext): Promise<number | null> {
    demand(caller, 'read:sync')
    const sql = 'select log_days as days from tenant where id = ?'
    const [row] = await rows<{ days: number | null }>(hub.db.em(), sql, [caller.tenant])
    return row?.days ?? null
  }

  @Mutation(() => Int, {
    nullable: true,
    description:
      'Keeps what has ended for so many days, null for ever. What is open, dead or uncertain stays, and so do all records. Events of what is deleted are no longer delivered.',
  })
  async setLogDays(
    @Arg('days', () => Int, { nullable: true }) days: number | null | undefined,
    @Ctx() { hub, caller }: HubContext,
  ): Promise<number | null> {
    demand(caller, 'admin')
    if (caller.connections || caller.customer)
      throw new ErpError('FORBIDDEN', 'The log is that of all connections; the key reaches only some.')
    if (typeof days === 'number' && (days < 1 || days > MAX_DAYS))
      throw new ErpError('VALIDATION', `days must be between 1 and ${MAX_DAYS}.`, { field: 'days' })
    await hub.db.em().execute('update tenant set log_days = ? where id = ?', [days ?? null, caller.tenant])
    return days ?? null
  }
}
