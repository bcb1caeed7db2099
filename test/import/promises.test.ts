import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { rows } from '../../subgraphs/hub/database.ts'
import { type TestHouse, openHouse } from '../whole.ts'
import { overEvents } from '../gateway/live.ts'

const ODOO = 'odoo:main'
/** Of the demo, with the item that the sandbox has of its own. */
const PRODUCTS = 201

interface Import {
  id: string
  state: string
  done: number
  failed: number
  skipped: number
  total: number | null
  problem: { code: string } | null
  failures: { nodes: { externalId: string; externalNumber: string; problem: { code: string } }[] }
}

const FIELDS = `id state done failed skipped total problem { code }
  failures { nodes { externalId externalNumber problem { code } } }`

let house: TestHouse
beforeAll(async () => {
  house = await openHouse({ only: [ODOO] })
})
afterAll(() => house.close())
afterEach(() => house.sandboxes.faults('odoo', []))

const sql = <T extends object>(text: string, values: unknown[] = []) =>
  rows<T>(house.hub.db.em(), text, values)

/** The error that an answer must have. */
async function refused(answer: Promise<{ errors?: readonly { extensions?: object }[] }>) {
  return (await answer).errors?.[0]?.extensions
}

function ask(objects: string[], more: { since?: string; filter?: string } = {}) {
  const query = `mutation ($c: ID!, $o: [SyncObject!]!, $since: DateTime, $filter: String) {
    startImport(connection: $c, objects: $o, since: $since, filter: $filter) { id } }`
  return house.ask<{ startImport: { id: string } }>(query, { c: ODOO, o: objects, ...more })
}

async function start(objects: string[], more: { since?: string; filter?: string } = {}): Promise<string> {
  const { data, errors } = await ask(objects, more)
  expect(errors).toBeUndefined()
  return data.startImport.id
}

async function look(id: string): Promise<Import> {
  const query = `query ($id: ID!) { syncImport(id: $id) { ${FIELDS} } }`
  return (await house.ask<{ syncImport: Import }>(query, { id })).data.syncImport
}

async function whole(objects: string[], more: { since?: string; filter?: string } = {}): Promise<Import> {
  const id = await start(objects, more)
  await house.settle()
  return look(id)
}

const act = (name: string, id: string) => {
  const query = `mutation ($id: ID!) { ${name}(id: $id) { id state } }`
  return house.ask<Record<string, { state: string }>>(query, { id })
}

const READS = '/product.product/search_read'

/** Lets an import run until its request for a further page stands still; `ended` when nothing is due any more. */
async function untilPage(page: number): Promise<{ ended: Promise<void> }> {
  house.sandboxes.faults('odoo', [{ do: 'hold', match: READS, skip: page - 1, times: 0 }])
  house.sandboxes.calls('odoo').length = 0
  const ended = house.settle()
  await expect.poll(() => reads(), { timeout: 30_000 }).toBe(page)
  return { ended }
}

/** So many pages of products were asked for. */
function reads(): number {
  return house.sandboxes.calls('odoo').filter(({ path }) => path.endsWith(READS)).length
}

/** Changes the name of a product in the ERP, as a person would. */
async function rename(sku: string, name: string): Promise<void> {
  const own = house.sandboxes.sandbox('odoo').config(house.sandboxes.url('odoo')) as { secret: string }
  const call = async (method: string, body: object) => {
    const answer = await fetch(`${house.sandboxes.url('odoo')}/json/2/product.product/${method}`, {
      method: 'POST',
      headers: { authorization: `bearer ${own.secret}`, 'content-type': 'application/json' },
      body: JSON.stringify(body),
    })
    expect(answer.status).toBe(200)
    return answer.json()
  }
  const ids: unknown = await call('search', { domain: [['default_code', '=', sku]] })
  await call('write', { ids, vals: { name } })
}

const COUNTS = `select (select count(*)::int from mirror where kind = 'item') as mirrored,
  (select count(*)::int from product) as products, (select count(*)::int from external_ref where kind = 'item') as "references",
  (select count(*)::int from operation where object = 'PRODUCT') as operations`

describe('an import', () => {
  it('doubles nothing when it runs twice, and knows the second time how many there are', async () => {
    const first = await whole(['PRODUCT'])
    expect(first).toMatchObject({ state: 'DONE', done: PRODUCTS, failed: 0, skipped: 0, total: PRODUCTS })
    const counts = await sql(COUNTS)
    expect(counts).toMatchObject([{ mirrored: PRODUCTS, operations: PRODUCTS }])
    await house.poll()
    const id = await start(['PRODUCT'])
    expect(await look(id)).toMatchObject({ state: 'WAITING', total: PRODUCTS })
    await house.settle()
    expect(await look(id)).toMatchObject({ state: 'DONE', done: PRODUCTS })
    expect(await sql(COUNTS)).toEqual(counts)
  })

  it('takes only what was touched since a moment', async () => {
    house.sandboxes.sandbox('odoo').act({ do: 'addItem', sku: 'NEW-1', name: 'New', price: '1.00' })
    await whole(['PRODUCT'])
    const latest =
      'select max(touched_at) as since, count(*)::int as n from mirror group by touched_at order by 1 desc limit 1'
    const [last] = await sql<{ since: Date; n: number }>(latest)
    const since = new Date(last?.since ?? 0).toISOString()
    expect(last?.n).toBeLessThan(10)
    const found = await whole(['PRODUCT'], { since })
    expect(found).toMatchObject({ state: 'DONE', done: last?.n, skipped: PRODUCTS + 1 - (last?.n ?? 0) })
  })

  it('takes only what meets its filter, and leaves the rest untouched', async () => {
    await sql("delete from mirror where kind = 'customer'")
    const found = await whole(['CUSTOMER'], { filter: 'country = "AT"' })
    const text = `select count(*)::int as n, count(*) filter (where content->>'country' = 'AT')::int as at
      from mirror where kind = 'customer' and told`
    expect(found.skipped).toBeGreaterThan(0)
    expect(found.done).toBeGreaterThan(0)
    expect(await sql(text)).toEqual([{ n: found.done, at: found.done }])
  })

  it('refuses what cannot be, with the field', async () => {
    const future = new Date(Date.now() + 3_600_000).toISOString()
    expect(await refused(ask([]))).toMatchObject({ code: 'MISSING_REQUIRED_FIELD', field: 'objects' })
    expect(await refused(ask(['PRODUCT'], { since: future }))).toMatchObject({ field: 'since' })
    expect(await refused(ask(['PRODUCT'], { filter: 'country = (' }))).toMatchObject({ field: 'filter' })
    expect(await refused(act('retryImport', 'imp_0'))).toMatchObject({ code: 'NOT_FOUND', field: 'id' })
  })

  it('sets a record aside that cannot be kept while the others go on, and takes it when it is mended', async () => {
    house.sandboxes.sandbox('odoo').act({ do: 'addItem', sku: 'BAD-1', name: 'a\u0000b', price: '1.00' })
    house.sandboxes.sandbox('odoo').act({ do: 'addItem', sku: 'GOOD-1', name: 'Good', price: '1.00' })
    const found = await whole(['PRODUCT'])
    expect(found).toMatchObject({ state: 'DONE', done: PRODUCTS + 2, failed: 1 })
    expect(found.failures.nodes).toMatchObject([{ externalNumber: 'BAD-1', problem: { code: 'BAD_ANSWER' } }])
    const known = "select count(*)::int as n from product where sku in ('BAD-1', 'GOOD-1')"
    expect(await sql(known)).toEqual([{ n: 1 }])

    expect((await act('retryImport', found.id)).errors).toBeUndefined()
    await house.settle()
    expect(await look(found.id)).toMatchObject({ state: 'DONE', done: PRODUCTS + 2, failed: 1 })
    await rename('BAD-1', 'Mended')
    await act('retryImport', found.id)
    await house.settle()
    const mended = { state: 'DONE', done: PRODUCTS + 3, failed: 0, failures: { nodes: [] } }
    expect(await look(found.id)).toMatchObject(mended)
    expect(await sql(known)).toEqual([{ n: 2 }])
    expect(await refused(act('retryImport', found.id))).toMatchObject({ code: 'CONFLICT', field: 'id' })
  })

  it('rests at once when its connection is paused, and goes on behind its last page when it is resumed', async () => {
    const id = await start(['PRODUCT'])
    const { ended } = await untilPage(2)
    expect((await act('pauseConnection', ODOO)).errors).toBeUndefined()
    // The second page would stand for ever.
    await ended
    house.sandboxes.faults('odoo', [])
    await due()
    expect(reads()).toBe(2)
    expect(await look(id)).toMatchObject({ state: 'RUNNING', done: 100, problem: null })
    expect(await refused(ask(['PRODUCT']))).toMatchObject({ code: 'CONFLICT', field: 'connection' })

    await act('resumeConnection', ODOO)
    await due()
    expect(await look(id)).toMatchObject({ state: 'DONE', done: PRODUCTS + 3, failed: 0 })
    expect(reads()).toBe(4)
  })

  it('ends when it is cancelled, keeps what was taken, and goes on there when it is tried again', async () => {
    const id = await start(['PRODUCT'])
    const { ended } = await untilPage(2)
    expect(await refused(ask(['PRODUCT']))).toMatchObject({ code: 'CONFLICT', field: 'connection' })
    expect((await act('cancelImport', id)).data.cancelImport).toMatchObject({ state: 'CANCELLED' })
    house.sandboxes.faults('odoo', [])
    await ended
    expect(await look(id)).toMatchObject({ state: 'CANCELLED', done: 100 })
    expect(reads()).toBe(2)
    expect(await refused(act('cancelImport', id))).toMatchObject({ code: 'CONFLICT', field: 'id' })

    expect((await act('retryImport', id)).data.retryImport).toMatchObject({ state: 'WAITING' })
    await house.settle()
    expect(await look(id)).toMatchObject({ state: 'DONE', done: PRODUCTS + 3, failed: 0 })
    // The second and third page only.
    expect(reads()).toBe(4)
  })

  it('tells its progress as it moves, and completes at its end', async () => {
    const server = await house.serve()
    const live = overEvents(server.url)
    const id = await start(['PRODUCT'])
    const query = 'subscription ($id: ID!) { importProgress(id: $id) { state done total } }'
    const told: object[] = []
    const stream = live.ask<{ importProgress: { state: string; done: number } }>(query, { id })
    const first = await stream.next()
    told.push(first.value?.data?.importProgress ?? {})
    const { ended } = await untilPage(2)
    const second = await stream.next()
    expect(second.value?.data?.importProgress).toMatchObject({ state: 'RUNNING', done: 100 })
    house.sandboxes.faults('odoo', [])
    for await (const one of stream) told.push(one.data?.importProgress ?? {})
    await ended
    expect(told[0]).toMatchObject({ state: 'WAITING', done: 0 })
    const total = PRODUCTS + 3
    expect(told.at(-1)).toEqual({ state: 'DONE', done: total, total })
    const foreign = await live.ask(query, { id: 'imp_0' }).next()
    expect(foreign.value?.errors?.[0]).toMatchObject({ extensions: { code: 'NOT_FOUND' } })
    live.close()
  })
})

/** Does what waits, as if its time had come. */
async function due(): Promise<void> {
  await sql("update job set next_at = now() where state = 'WAITING'")
  await house.settle()
}
