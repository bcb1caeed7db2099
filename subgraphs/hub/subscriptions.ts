import type { FilterQuery } from '@mikro-orm/core'
import { Arg, Ctx, ID, Int, Query, Resolver, Root, Subscription } from 'type-graphql'
import { type Caller, demand } from '../caller.ts'
import { type EventFilter, type EventRow, cursorOfNow, streamEvents, streamOperation } from './events.ts'
import { customerIdNow } from './customer.ts'
import { type Manager, iso, rows } from './database.ts'
import type { Hub, HubContext } from './hub.ts'
import type { Operation } from './operations.ts'
import { operationOf } from './operators.ts'
import { type PageOf, checkFirst, readTimeCursor, toPage } from './page.ts'
import { SyncEvent, SyncFilter, SyncOperation, SyncOperationPage, toOperation } from './sync.ts'
import { OperationTable } from './tables.ts'

interface EventArgs {
  after?: string | null
  filter?: SyncFilter | null
}

/** Shows the sync log and streams what happens. */
@Resolver()
export class SyncResolver {
  @Query(() => SyncOperationPage, { description: 'The sync log, newest first.' })
  async syncOperations(
    @Arg('filter', () => SyncFilter, { nullable: true }) filter: SyncFilter | null,
    @Arg('first', () => Int, { defaultValue: 50 }) first: number,
    @Arg('after', () => String, { nullable: true }) after: string | null,
    @Ctx() { hub, caller }: HubContext,
  ): Promise<PageOf<SyncOperation>> {
    demand(caller, 'read:sync')
    checkFirst(first)
    const [createdAt, id] = readTimeCursor(after) ?? []
    const now = await filterNow(hub, caller, filter)
    const all: FilterQuery<Operation>[] = [{ tenant: caller.tenant }, ...wanted(now), ...allowed(caller)]
    if (filter?.record) all.push(await ofRecord(hub.db.em(), caller.tenant, filter.record))
    if (createdAt && id)
      all.push({ $or: [{ createdAt: { $lt: createdAt } }, { createdAt, id: { $lt: id } }] })
    const options = { orderBy: { createdAt: 'desc', id: 'desc' }, limit: first + 1 } as const
    const found = await hub.db.em().find(OperationTable, { $and: all }, options)
    const key = (row: Operation) => [iso(row.createdAt ?? new Date()), row.id]
    return toPage(found, first, key, (row) => toOperation(row))
  }

  @Query(() => ID, {
    description: 'Where syncEvents stands now: pass it as `after` to miss nothing from here on.',
  })
  async syncCursor(@Ctx() { hub, caller }: HubContext): Promise<string> {
    demand(caller, 'read:sync')
    return cursorOfNow(hub.db.em())
  }

  @Subscription(() => SyncEvent, {
    description: 'Every state change, in order. With the last cursor as `after` nothing is missed.',
    subscribe: ({ args, context }) => eventsFor(args as EventArgs, context as HubContext),
  })
  async syncEvents(
    @Root() event: EventRow,
    @Arg('after', () => ID, { nullable: true }) _after: string | null,
    @Arg('filter', () => SyncFilter, { nullable: true }) _filter: SyncFilter | null,
    @Ctx() { hub, caller }: HubContext,
  ): Promise<SyncEvent> {
    const row = await operationOf(hub, caller, event.operation)
    return { cursor: event.cursor, at: event.at, status: event.status, operation: toOperation(row) }
  }

  @Subscription(() => SyncOperation, {
    description: 'Each state of one operation; completes at a final one.',
    subscribe: ({ args, context }) => operationFor(args as { id: string }, context as HubContext),
  })
  async operation(
    @Root() event: EventRow,
    @Arg('id', () => ID) _id: string,
    @Ctx() { hub, caller }: HubContext,
  ): Promise<SyncOperation> {
    return toOperation(await operationOf(hub, caller, event.operation), event.status)
  }
}

async function operationFor({ id }: { id: string }, { hub, caller }: HubContext) {
  demand(caller, 'read:sync')
  await operationOf(hub, caller, id)
  return streamOperation(hub, id)
}

async function eventsFor({ after, filter }: EventArgs, { hub, caller }: HubContext) {
  demand(caller, 'read:sync')
  return streamEvents(hub, after ?? null, eventFilter(caller, await filterNow(hub, caller, filter ?? null)))
}

/** The filter with the id that its customer has now, if it was merged into another. */
export async function filterNow(
  hub: Hub,
  { tenant }: Caller,
  filter: SyncFilter | null,
): Promise<SyncFilter | null> {
  if (!filter?.customer) return filter
  return { ...filter, customer: await customerIdNow(hub, tenant, filter.customer) }
}

/** What was asked for, within what the caller may see. */
export function eventFilter(caller: Caller, filter: SyncFilter | null): EventFilter {
  const mine = caller.connections
  const asked = filter?.connections ?? mine
  const own = caller.customer?.id ?? null
  const foreign = own !== null && Boolean(filter?.customer) && filter?.customer !== own
  const connections = asked && mine ? asked.filter((id) => mine.includes(id)) : asked
  return {
    tenant: caller.tenant,
    connections: foreign ? [] : connections,
    objects: filter?.objects ?? null,
    actions: filter?.actions ?? null,
    statuses: filter?.statuses ?? null,
    customer: own ?? filter?.customer ?? null,
    order: filter?.order ?? null,
    direction: filter?.direction ?? null,
  }
}

function allowed(caller: Caller): FilterQuery<Operation>[] {
  const all: FilterQuery<Operation>[] = []
  if (caller.connections) all.push({ connection: { $in: caller.connections } })
  if (caller.customer) all.push({ customer: caller.customer.id })
  return all
}

function wanted(filter: SyncFilter | null): FilterQuery<Operation>[] {
  const all: FilterQuery<Operation>[] = []
  if (filter?.connections) all.push({ connection: { $in: filter.connections } })
  if (filter?.objects) all.push({ object: { $in: filter.objects } })
  if (filter?.actions) all.push({ action: { $in: filter.actions } })
  if (filter?.statuses) all.push({ status: { $in: filter.statuses } })
  if (filter?.customer) all.push({ customer: filter.customer })
  if (filter?.order) all.push({ salesOrder: filter.order })
  if (filter?.direction) all.push({ direction: filter.direction })
  if (filter?.since) all.push({ createdAt: { $gte: filter.since } })
  if (filter?.until) all.push({ createdAt: { $lt: filter.until } })
  if (filter?.outcomes) all.push({ outcome: { $in: filter.outcomes } })
  if (filter?.batch) all.push({ batch: filter.batch })
  if (filter?.cause) all.push({ cause: filter.cause })
  return all
}

const MAX_NAMED = 200

/** Operations about one record, by whatever a person has of it at hand. */
async function ofRecord(em: Manager, tenant: string, text: string): Promise<FilterQuery<Operation>> {
  const named = `%${text.replace(/[\\%_]/g, '\\$&')}%`
  const sql = `select id from customer where tenant = ? and name ilike ? limit ${MAX_NAMED}`
  const customers = (await rows<{ id: string }>(em, sql, [tenant, named])).map(({ id }) => id)
  const exact = [
    ...[{ id: text }, { externalId: text }, { externalNumber: text }, { reference: text }],
    ...[{ salesOrder: text }, { subject: text }],
  ]
  return { $or: [...exact, { customer: { $in: [text, ...customers] } }] }
}
