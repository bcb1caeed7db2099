import { Arg, Ctx, ID, Query, Resolver } from 'type-graphql'
import { demand } from '../caller.ts'
import { READ_AHEAD, cursorOfNow, positionOf, readEvents } from './events.ts'
import type { HubContext } from './hub.ts'
import { operationOf } from './operators.ts'
import { type PageOf, pageOf } from './page.ts'
import { eventFilter } from './subscriptions.ts'
import { SyncEvent, SyncFilter, SyncOperation, toOperation } from './sync.ts'
import { OperationTable } from './tables.ts'

const SyncEventPage = pageOf('SyncEventPage', () => SyncEvent)

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
    const found = from ? await readEvents(em, from, eventFilter(caller, filter ?? null)) : []
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
}
