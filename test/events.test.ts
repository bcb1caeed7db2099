import { type ExecutionResult, parse, subscribe } from 'graphql'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Caller } from '../subgraphs/caller.ts'
import { streamEvents, sweepEvents } from '../subgraphs/hub/events.ts'
import { rows } from '../subgraphs/hub/database.ts'
import { ChildWorker } from './child.ts'
import { type FreshDatabase, databases } from './postgres.ts'
import { ADMIN, type Yard, buildYard, schema } from './yard.ts'

const EVERYTHING = {
  tenant: ADMIN.tenant,
  connections: null,
  objects: null,
  actions: null,
  statuses: null,
  customer: null,
  order: null,
}

type Told = { syncEvents: { cursor: string; status: string; operation: { id: string; status: string } } }

/** Takes the next `count` results of a stream. */
async function take<T>(stream: AsyncIterator<T>, count: number): Promise<T[]> {
  const taken: T[] = []
  while (taken.length < count) {
    const { value, done } = await stream.next()
    if (done) break
    taken.push(value as T)
  }
  return taken
}

describe.each(databases)('sync events on $name', ({ fresh }) => {
  let yard: Yard
  let database: FreshDatabase
  beforeAll(async () => {
    database = await fresh()
    yard = await buildYard({ url: database.url, mounts: ['odoo'] })
    yard.work()
  })
  afterAll(async () => {
    await yard.close()
    await database.drop()
  })

  async function stream<T>(source: string, variableValues = {}, caller: Caller = ADMIN) {
    const contextValue = yard.context(caller)
    const result = await subscribe({
      schema: schema(),
      document: parse(source),
      variableValues,
      contextValue,
    })
    if (Symbol.asyncIterator in result) return result as AsyncGenerator<ExecutionResult<T>>
    throw result.errors?.[0]?.originalError ?? new Error('No stream.')
  }

  const EVENTS = `subscription ($after: ID, $filter: SyncFilter) {
    syncEvents(after: $after, filter: $filter) { cursor status operation { id status } } }`

  it('come live, one per state change, in order, with the operation as it stands', async () => {
    const events = await stream<Told>(EVENTS)
    const op = await yard.push(await yard.order('odoo'))
    const told = (await take(events, 3)).map(({ data }) => data?.syncEvents)
    expect(told.map((event) => event?.status)).toEqual(['ACCEPTED', 'RUNNING', 'DONE'])
    expect(told.map((event) => event?.operation.id)).toEqual([op.id, op.id, op.id])
    await events.return(undefined)
  })

  it('are replayed behind a cursor without a gap or a repetition, then go on live', async () => {
    const first = await stream<Told>(EVENTS)
    await Promise.all([0, 1, 2].map(async () => yard.push(await yard.order('odoo'))))
    const all = (await take(first, 9)).map(({ data }) => data!.syncEvents)
    await first.return(undefined)
    for (const [index, { cursor }] of all.entries()) {
      const again = await stream<Told>(EVENTS, { after: cursor })
      const rest = (await take(again, all.length - index - 1)).map(({ data }) => data!.syncEvents.cursor)
      expect(rest).toEqual(all.slice(index + 1).map((event) => event.cursor))
      await again.return(undefined)
    }
    const live = await stream<Told>(EVENTS, { after: all.at(-1)!.cursor })
    const op = await yard.push(await yard.order('odoo'))
    const next = (await take(live, 3)).map(({ data }) => data!.syncEvents)
    expect(next.map(({ operation, status }) => `${operation.id} ${status}`)).toEqual(
      ['ACCEPTED', 'RUNNING', 'DONE'].map((status) => `${op.id} ${status}`),
    )
    await live.return(undefined)
  })

  it('keep to their filter and to what the key may see', async () => {
    const buyer = await yard.customer('odoo', 1)
    const done = await stream<Told>(EVENTS, { filter: { statuses: ['DONE'], customer: buyer } })
    const elsewhere = await stream<Told>(EVENTS, { after: null }, { ...ADMIN, connections: ['other'] })
    const nothing = elsewhere.next()
    await yard.push(await yard.order('odoo'))
    const op = await yard.push(await yard.order('odoo', { customer: buyer }))
    const [only] = await take(done, 1)
    expect(only?.data?.syncEvents).toMatchObject({ status: 'DONE', operation: { id: op.id } })
    await elsewhere.return(undefined)
    expect(await nothing).toMatchObject({ done: true })
    await done.return(undefined)
    const blind = { ...ADMIN, scopes: ['read:order' as const] }
    await expect(stream(EVENTS, {}, blind)).rejects.toMatchObject({ code: 'FORBIDDEN' })
  })

  it('of one operation come in order from its acceptance and end with its final state', async () => {
    const op = await yard.push(await yard.order('odoo'))
    const source = 'subscription ($id: ID!) { operation(id: $id) { status externalNumber order { number } } }'
    const watched = await stream<{ operation: { status: string } }>(source, { id: op.id })
    const states = await take(watched, 10)
    expect(states.map(({ data }) => data?.operation.status)).toEqual(['ACCEPTED', 'RUNNING', 'DONE'])
    expect(states.at(-1)?.data).toEqual({
      operation: { status: 'DONE', externalNumber: op.externalNumber, order: { number: op.externalNumber } },
    })
    await expect(stream(source, { id: 'op_other' })).rejects.toMatchObject({ code: 'NOT_FOUND' })
    const foreign = { ...ADMIN, customer: { id: 'cus_other', natives: {} } }
    await expect(stream(source, { id: op.id }, foreign)).rejects.toMatchObject({ code: 'NOT_FOUND' })
  })

  it('refuse a cursor that is none, and one whose events are no longer kept', async () => {
    await expect(stream(EVENTS, { after: 'rubbish' })).rejects.toMatchObject({ code: 'VALIDATION' })
    const forged = Buffer.from(JSON.stringify(['1; drop', '2'])).toString('base64url')
    await expect(stream(EVENTS, { after: forged })).rejects.toMatchObject({ code: 'VALIDATION' })
    const events = await stream<Told>(EVENTS)
    const op = await yard.push(await yard.order('odoo'))
    const [old, , last] = (await take(events, 3)).map(({ data }) => data!.syncEvents.cursor)
    await events.return(undefined)
    const aged = `update event set at = now() - interval '31 days' where operation = ? and status = 'ACCEPTED'`
    await yard.hub.db.em().execute(aged, [op.id])
    await sweepEvents(yard.hub)
    await expect(stream(EVENTS, { after: old })).rejects.toMatchObject({ code: 'CURSOR_EXPIRED' })
    await (await stream(EVENTS, { after: last })).return(undefined)
    const [left] = await rows<{ n: number }>(yard.hub.db.em(), 'select count(*)::int as n from event')
    expect(left?.n).toBe(2)
  })

  it('are read from the log only as fast as their consumer takes them', async () => {
    const insert = `insert into event (tenant, connection, operation, object, status)
      select tenant, connection, id, object, 'RUNNING' from operation, generate_series(1, 500) limit 500`
    const events = await streamEvents(yard.hub, null, EVERYTHING)
    await yard.hub.db.em().execute(insert)
    const seen = await take(events, 500)
    expect(new Set(seen.map(({ cursor }) => cursor)).size).toBe(500)
    const [one] = [events.next(), events.return()]
    expect(await one).toMatchObject({ done: true })
  })

  it('are shown as a log, page by page, newest first', async () => {
    const source = `query ($after: String) { syncOperations(first: 3, after: $after) {
      nodes { id status attempts { number outcome exchanges { method status } } } pageInfo { endCursor hasNextPage } } }`
    const seen: string[] = []
    let after: string | null = null
    for (let more = true; more;) {
      const { data, errors } = await yard.ask<{ syncOperations: LogPage }>(source, { after })
      expect(errors).toBeUndefined()
      if (!data) throw new Error('Nothing was answered.')
      const page: LogPage = data.syncOperations
      seen.push(...page.nodes.map(({ id }) => id))
      ;[after, more] = [page.pageInfo.endCursor, page.pageInfo.hasNextPage]
    }
    const all = await rows<{ id: string }>(
      yard.hub.db.em(),
      'select id from operation order by created_at desc, id desc',
    )
    expect(seen).toEqual(all.map(({ id }) => id))
  })
})

interface LogPage {
  nodes: { id: string }[]
  pageInfo: { endCursor: string; hasNextPage: boolean }
}

describe('sync events on a PostgreSQL server', () => {
  it('wait for a transaction that commits late, so that a cursor never passes it by', async () => {
    const database = await databases[1]!.fresh()
    const yard = await buildYard({ url: database.url, mounts: ['odoo'] })
    const op = await yard.accept(await yard.order('odoo'))
    const slow = new pg.Client({ connectionString: database.url! })
    await slow.connect()
    const insert = (status: string) =>
      `insert into event (tenant, connection, operation, object, status)
        select tenant, connection, id, object, '${status}' from operation where id = '${op}'`
    const events = await streamEvents(yard.hub, null, EVERYTHING)
    await slow.query('begin')
    await slow.query(insert('UNCERTAIN'))
    await yard.hub.db.em().execute(insert('DEAD'))
    const first = events.next()
    await slow.query('commit')
    const told = [(await first).value, ...(await take(events, 1))].map((event) => event?.status)
    expect(told).toEqual(['UNCERTAIN', 'DEAD'])
    await events.return()
    await slow.end()
    await yard.close()
    await database.drop()
  })

  it('reach a subscriber in one process when another process does the work', async () => {
    const database = await databases[1]!.fresh()
    const yard = await buildYard({ url: database.url, mounts: ['odoo'] })
    const events = await streamEvents(yard.hub, null, EVERYTHING)
    const child = await new ChildWorker(yard).start()
    const op = await yard.accept(await yard.order('odoo'))
    const told = await take(events, 3)
    expect(told.map(({ status, operation }) => `${operation} ${status}`)).toEqual(
      ['ACCEPTED', 'RUNNING', 'DONE'].map((status) => `${op} ${status}`),
    )
    await events.return()
    await child.stop()
    await yard.close()
    await database.drop()
  })
})
