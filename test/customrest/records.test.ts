import { describe, expect, it } from 'vitest'
import { ErpError } from '../../schema/errors.ts'
import type { Change } from '../../subgraphs/connector.ts'
import { Room, small } from './open.ts'

const FIELDS = { externalId: 'id', sku: 'sku', listPrice: "$decAdd(price, '0')", currencyCode: "'EUR'" }
const LIST = {
  request: { method: 'GET', path: '/items' },
  fields: FIELDS,
  changedSince: { param: 'since', cursor: 'at' },
}
const GET = {
  request: { method: 'GET', path: '/items', query: { no: "${$join($batch, ',')}" } },
  batch: { over: 'skus', maxSize: 50, key: 'sku' },
  fields: FIELDS,
}

function row(id: number | null, sku: string | null, price: unknown = '1.50'): object {
  return { id, sku, price, at: `2026-11-20T08:00:0${id ?? 0}Z` }
}

describe('a record that is not as it should be', () => {
  const room = new Room()
  const open = (rows: object[]) => {
    const { erp } = room.open(small({ 'products.list': LIST, 'products.get': GET }))
    room.say = () => ({ body: rows })
    return erp
  }
  const changes = async (rows: object[]): Promise<Change[]> => {
    const all: Change[] = []
    for await (const page of open(rows).changes?.('item', null) ?? []) all.push(...page.changes)
    return all
  }

  it('is left out of a list where it lacks what makes it one, and all others are shown', async () => {
    const { items } = open([row(1, 'A'), row(2, null), row(null, 'C'), row(4, 'D')])
    const page = await items?.list({ first: 10, after: null })
    expect(page?.rows.map(({ sku }) => sku)).toEqual(['A', 'D'])
  })

  it('is told where not one is whole, because then the mapping is wrong and nothing has vanished', async () => {
    const { items } = open([row(1, null), row(2, null)])
    await expect(items?.list({ first: 10, after: null })).rejects.toMatchObject({
      code: 'BAD_ANSWER',
      field: 'sku',
    })
  })

  it('holds up no change of the others: that it changed is told, and reading it says what is wrong', async () => {
    const rows = [row(1, 'A'), row(2, 'B', { net: 1 }), row(3, 'C')]
    expect((await changes(rows)).map(({ id }) => id)).toEqual(['A', 'B', 'C'])
    const [first, bad] = (await open(rows).items?.byId(['A', 'B'])) ?? []
    expect(first).toMatchObject({ sku: 'A' })
    expect(bad).toBeInstanceOf(ErpError)
    expect(bad).toMatchObject({ code: 'BAD_ANSWER', field: 'listPrice' })
    expect((await changes([row(1, 'A'), row(null, 'B')])).map(({ id }) => id)).toEqual(['A'])
  })

  it('ends the changes where nobody can say when it changed, so that none is passed over', async () => {
    await expect(changes([row(1, 'A'), { ...row(2, 'B'), at: 'yesterday' }])).rejects.toMatchObject({
      code: 'BAD_ANSWER',
    })
  })
})

describe('an invoice of a manifest', () => {
  const room = new Room()

  it('tells how often payment was reminded of, where the ERP says it', async () => {
    const fields = { externalId: 'id', number: 'no', status: "'OPEN'", dunningLevel: 'dun' }
    const list = { request: { method: 'GET', path: '/invoices' }, fields }
    const { erp } = room.open(small({ 'invoices.list': list }))
    room.say = () => ({ body: [{ id: 1, dun: 2 }, { id: 2, dun: '3' }, { id: 3, dun: '' }, { id: 4 }] })
    const page = await erp.invoices?.list({ first: 10, after: null })
    expect(page?.rows.map(({ dunningLevel }) => dunningLevel)).toEqual([2, 3, null, null])
  })
})

describe('a custom attribute of a manifest', () => {
  const room = new Room()
  const ORDER = { customer: '7', lines: [{ item: null, sku: 'A', quantity: '2' }] }
  const body =
    "{'ref': input.reference, 'who': input.order.customerId, 'own': input.order.custom.named, 'rows': [input.order.lines.{'a': sku, 'q': quantity}]}"
  const create = { request: { method: 'POST', path: '/orders', body }, fields: { externalId: 'id' } }
  const plan = async (field: { key?: string; type?: string; writePath?: string }, value: string) => {
    const { key = 'named' } = field
    const customFields = [{ key, entity: 'order', type: 'text', ...field }]
    const { erp } = room.open(small({ 'orders.create': create }, { customFields }))
    const [request] = (await erp.order?.plan({ ...ORDER, customAttributes: [{ key, value }] }, 'r1')) ?? []
    return JSON.parse(request?.body ?? '') as Record<string, unknown>
  }

  it('is never lost in silence: one that no request names and no path leads to is refused', async () => {
    expect(await plan({}, 'x')).toMatchObject({ own: 'x' })
    expect(await plan({ key: 'other', writePath: 'udf.O' }, 'x')).toMatchObject({ udf: { O: 'x' } })
    const lost = { code: 'NOT_SUPPORTED', field: 'customAttributes' }
    await expect(plan({ key: 'other' }, 'x')).rejects.toMatchObject(lost)
  })

  it.each([
    ['number', '-12.50', 'a dozen'],
    ['boolean', 'true', 'yes'],
    ['date', '2026-12-24', '24.12.2026'],
    ['datetime', '2026-12-24T08:00:00Z', '2026-12-24'],
  ])('is written as it is where it fits the type %s, and refused where not', async (type, right, wrong) => {
    expect(await plan({ type }, right)).toMatchObject({ own: right })
    const refused = { code: 'VALIDATION', field: 'customAttributes' }
    await expect(plan({ type }, wrong)).rejects.toMatchObject(refused)
  })
})
