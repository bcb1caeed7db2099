import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Demo, demo } from '../../subgraphs/demo.ts'
import { rows } from '../../subgraphs/hub/database.ts'
import { Poller } from '../../subgraphs/hub/poll.ts'
import { sandboxes } from '../../subgraphs/sandboxes.ts'
import { type TestHouse, openHouse } from '../whole.ts'

const [QWOTY, LEXWARE] = ['qwoty:main', 'lexware:main']

interface Setting {
  object: string
  enabled: boolean
  direction: string
  mode: string
  everyMs: number | null
  deletions: string
  nextReadAt: string | null
  problem: { code: string; message: string } | null
}

let house: TestHouse
beforeAll(async () => {
  house = await openHouse({ only: [QWOTY, LEXWARE] })
  await house.poll()
})
afterAll(() => house.close())

const sql = <T extends object>(text: string, values: unknown[] = []) =>
  rows<T>(house.hub.db.em(), text, values)
const FIELDS = 'object enabled direction mode everyMs deletions nextReadAt problem { code message }'

/** The sandbox as it would be with other data; what was there under the same numbers is the same record. */
function remount(connection: string, change: (own: Demo) => Partial<Demo>): void {
  const found = sandboxes.find((one) => one.connection === connection)
  if (!found) throw new Error(connection)
  const own = demo(found.seed)
  house.sandboxes.unmount(found.name)
  house.sandboxes.mount(found.name, found.factory, { ...own, ...change(own) })
}

async function setSync(connection: string, object: string, input: object) {
  const query = `mutation ($c: ID!, $o: SyncObject!, $i: SyncSettingInput!) { setSync(connection: $c, object: $o, input: $i) { ${FIELDS} } }`
  const variables = { c: connection, o: object, i: input }
  return house.ask<{ setSync: Setting }>(query, variables)
}

async function settings(connection: string): Promise<Setting[]> {
  const { data } = await house.ask<{ connections: { id: string; sync: Setting[] }[] }>(
    `{ connections { id sync { ${FIELDS} } } }`,
  )
  return data.connections.find(({ id }) => id === connection)?.sync ?? []
}

/** Reads one kind of one connection now. */
async function read(connection: string, kind: string): Promise<void> {
  await sql("update poll set next_at = now() + interval '1 hour'")
  await sql('update poll set next_at = now() where connection = ? and kind = ?', [connection, kind])
  await house.poll()
}

async function pause(connection: string, kind: string): Promise<number> {
  const [row] = await sql<{ seconds: number }>(
    'select round(extract(epoch from next_at - now()))::int as seconds from poll where connection = ? and kind = ?',
    [connection, kind],
  )
  return Math.round((row?.seconds ?? 0) / 60)
}

describe('what syncs and when', () => {
  it('shows each kind of record of a connection with its defaults', async () => {
    const found = await settings(QWOTY)
    expect(found.map(({ object }) => object)).toEqual(['PRODUCT', 'CUSTOMER', 'QUOTE'])
    const standard = { enabled: true, direction: 'IN', mode: 'POLL', everyMs: null, deletions: 'SOFT' }
    for (const one of found) expect(one).toMatchObject(standard)
  })

  it('reads as often as an operator says', async () => {
    for (const [input, minutes] of [
      [{ mode: 'POLL', everyMs: 120_000 }, 2],
      [{ mode: 'HOURLY' }, 60],
      [{ mode: 'DAILY' }, 24 * 60],
      [{ mode: 'WEBHOOK' }, 15],
    ] as const) {
      expect((await setSync(LEXWARE, 'PRODUCT', input)).errors).toBeUndefined()
      await read(LEXWARE, 'item')
      expect([input.mode, await pause(LEXWARE, 'item')]).toEqual([input.mode, minutes])
    }
    await setSync(LEXWARE, 'PRODUCT', { mode: 'POLL' })
  })

  it('reads nothing that is switched off, keeps the rest of the setting, and goes on where it stood', async () => {
    await setSync(QWOTY, 'PRODUCT', { everyMs: 60_000 })
    const { data } = await setSync(QWOTY, 'PRODUCT', { enabled: false })
    expect(data.setSync).toMatchObject({ enabled: false, everyMs: 60_000, nextReadAt: null })
    house.sandboxes.calls('qwoty').length = 0
    await read(QWOTY, 'item')
    expect(house.sandboxes.calls('qwoty')).toEqual([])
    await setSync(QWOTY, 'PRODUCT', { enabled: true })
    await house.poll()
    expect(house.sandboxes.calls('qwoty').length).toBeGreaterThan(0)
  })

  it('ends a reading that is under way when it is switched off', async () => {
    house.sandboxes.faults('qwoty', [{ do: 'hold', match: '/products', times: 0 }])
    const poller = new Poller(house.hub)
    await sql("update poll set next_at = now() + interval '1 hour'")
    await sql("update poll set next_at = now() where connection = ? and kind = 'item'", [QWOTY])
    house.sandboxes.calls('qwoty').length = 0
    poller.start()
    await expect.poll(() => house.sandboxes.calls('qwoty').length, { timeout: 20_000 }).toBeGreaterThan(0)
    await setSync(QWOTY, 'PRODUCT', { enabled: false })
    // It would stand for ever: stopping waits for what is under way, and nothing is any more.
    await poller.stop()
    house.sandboxes.faults('qwoty', [])
    await setSync(QWOTY, 'PRODUCT', { enabled: true, mode: 'POLL', everyMs: null })
  })

  it('refuses what cannot be, with the field, and changes nothing', async () => {
    const before = await settings(QWOTY)
    for (const [connection, object, input, code, field] of [
      [QWOTY, 'ORDER', {}, 'NOT_SUPPORTED', 'object'],
      ['foreign:one', 'PRODUCT', {}, 'NOT_FOUND', 'connection'],
      [QWOTY, 'PRODUCT', { direction: 'BOTH' }, 'NOT_SUPPORTED', 'input.direction'],
      [QWOTY, 'PRODUCT', { everyMs: 59_999 }, 'VALIDATION', 'input.everyMs'],
      [QWOTY, 'PRODUCT', { everyMs: 900_001 }, 'VALIDATION', 'input.everyMs'],
      [QWOTY, 'PRODUCT', { mode: 'DAILY', everyMs: 60_000 }, 'VALIDATION', 'input.everyMs'],
    ] as const) {
      const { errors } = await setSync(connection, object, input)
      expect(errors?.[0]?.extensions).toMatchObject({ code, field })
    }
    const plain = (all: Setting[]) => all.map((one) => ({ ...one, nextReadAt: null }))
    expect(plain(await settings(QWOTY))).toEqual(plain(before))
  })
})

describe('what vanished', () => {
  const gone = async (kind: string) => {
    const text = 'select count(*)::int as n from mirror where connection = ? and kind = ? and deleted'
    return (await sql<{ n: number }>(text, [QWOTY, kind]))[0]?.n
  }

  it('is found by a whole reading and marked as gone, with a line in the log', async () => {
    remount(QWOTY, (own) => ({ products: own.products.slice(0, 195) }))
    await read(QWOTY, 'item')
    expect(await gone('item')).toBe(5)
    const log = await sql(
      "select action, requested_by from operation where object = 'PRODUCT' and action = 'DELETE' and connection = ?",
      [QWOTY],
    )
    expect(log).toEqual(Array.from({ length: 5 }, () => ({ action: 'DELETE', requested_by: 'poll' })))
  })

  it('is not believed when it is too much at once, until a person confirms it', async () => {
    remount(QWOTY, (own) => ({ products: own.products.slice(0, 100) }))
    await read(QWOTY, 'item')
    expect(await gone('item')).toBe(5)
    const [items] = await settings(QWOTY)
    expect(items?.problem?.message).toContain('95 of 195')
    const confirm =
      'mutation ($c: ID!) { confirmDeletions(connection: $c, object: PRODUCT) { problem { code } } }'
    const { data } = await house.ask<{ confirmDeletions: { problem: unknown } }>(confirm, { c: QWOTY })
    expect(data.confirmDeletions.problem).toBeNull()
    await house.settle()
    expect(await gone('item')).toBe(100)
    const again = await house.ask(confirm, { c: QWOTY })
    expect(again.errors?.[0]?.extensions).toMatchObject({ code: 'CONFLICT' })
  })

  it('comes back without a word from a person when the reading was wrong', async () => {
    remount(QWOTY, () => ({}))
    await read(QWOTY, 'item')
    expect(await gone('item')).toBe(0)
  })

  it('waits for a decision where an operator wants to decide', async () => {
    await setSync(QWOTY, 'PRODUCT', { deletions: 'REVIEW' })
    remount(QWOTY, (own) => ({ products: own.products.slice(0, 197) }))
    await read(QWOTY, 'item')
    await read(QWOTY, 'item')
    const list = async () => {
      const query = '{ deletions { nodes { externalId state record } } }'
      return (await house.ask<{ deletions: { nodes: { externalId: string }[] } }>(query)).data.deletions.nodes
    }
    const [one, other, third] = await list()
    expect(await list()).toHaveLength(3)
    expect(await gone('item')).toBe(0)
    const decide = `mutation ($id: ID!, $d: DeletionDecision!) {
      decideDeletion(connection: "${QWOTY}", object: PRODUCT, externalId: $id, decision: $d) { state decidedBy } }`
    const kept = await house.ask<{ decideDeletion: { state: string } }>(decide, {
      id: one?.externalId,
      d: 'KEEP',
    })
    expect(kept.data.decideDeletion.state).toBe('KEPT')
    const ended = await house.ask<{ decideDeletion: { state: string } }>(decide, {
      id: other?.externalId,
      d: 'SOFT',
    })
    expect(ended.data.decideDeletion.state).toBe('GONE')
    const twice = await house.ask(decide, { id: one?.externalId, d: 'SOFT' })
    expect(twice.errors?.[0]?.extensions).toMatchObject({ code: 'CONFLICT' })
    await read(QWOTY, 'item')
    expect(await list()).toMatchObject([{ externalId: third?.externalId }])
    expect(await gone('item')).toBe(1)
    await setSync(QWOTY, 'PRODUCT', { deletions: 'SOFT' })
  })

  it('of a customer says what a person must do in the systems that cannot end it from here', async () => {
    await setSync(QWOTY, 'CUSTOMER', { deletions: 'PROPAGATE' })
    remount(QWOTY, (own) => ({ customers: own.customers.slice(0, 59) }))
    await read(QWOTY, 'customer')
    await house.settle()
    const text = `select status, problem from operation where connection = ? and object = 'CUSTOMER' and action = 'DELETE'`
    const [op] = await sql<{ status: string; problem: { code: string; message: string } }>(text, [QWOTY])
    expect(op).toMatchObject({ status: 'DEAD', problem: { code: 'NOT_SUPPORTED' } })
    expect(op?.problem.message).toContain(LEXWARE)
  })
})

describe('the golden product', () => {
  const product = async (sku: string) => {
    const query = 'query ($sku: ID!) { product(sku: $sku) { name active leadTimeDays } }'
    return (await house.ask<{ product: { name: string; active: boolean | null } }>(query, { sku })).data
      .product
  }

  it('follows later readings of its master, and of no other', async () => {
    const [first, second] = house.hub.directory.every().map(({ id }) => id)
    const named = (name: string) => (own: Demo) => ({
      products: own.products.map((one) => (one.sku === 'DESK-60' ? { ...one, name } : one)),
    })
    remount(second ?? '', named('Of the second'))
    await read(second ?? '', 'item')
    expect((await product('DESK-60')).name).toBe('Schreibtisch 60')
    remount(first ?? '', named('Of the master'))
    await read(first ?? '', 'item')
    expect((await product('DESK-60')).name).toBe('Of the master')
    await read(second ?? '', 'item')
    expect((await product('DESK-60')).name).toBe('Of the master')
  })

  it('shows when its master no longer sells it', async () => {
    remount(QWOTY, () => ({}))
    await sql('update connection set position = -1 where id = ?', [QWOTY])
    await read(QWOTY, 'item')
    expect((await product('LAMP-80')).active).toBe(true)
    house.sandboxes.sandbox('qwoty').act({ do: 'deleteItem', sku: 'LAMP-80' })
    await read(QWOTY, 'item')
    expect((await product('LAMP-80')).active).toBe(false)
  })
})
