import { describe, expect, it } from 'vitest'
import type { Change, Cursor, Kind } from '../../subgraphs/connector.ts'
import { demo } from '../../subgraphs/demo.ts'
import { type Installation, errorOf, rowsOf, stage, value } from './open.ts'

const { server, open } = stage()
const data = demo(7)
const KEY = 'demoKey0'.repeat(8)

function ask({ url }: Installation, path: string, body?: object, key = KEY): Promise<Response> {
  return fetch(`${url}/v1/${path}`, {
    method: body ? 'POST' : 'GET',
    headers: { 'x-api-key': key, 'content-type': 'application/json' },
    body: body && JSON.stringify(body),
  })
}

async function drain({ erp }: Installation, kind: Kind, since: Cursor | null) {
  const changes: Change[] = []
  let cursor = since
  for await (const page of erp.changes?.(kind, since) ?? []) {
    changes.push(...page.changes)
    cursor = page.cursor
  }
  return { ids: changes.map(({ id }) => id), cursor }
}

describe('a row of Customermates', () => {
  it('is found by an id alone, with its custom columns as fields and as attributes', async () => {
    const { erp } = open()
    const [item] = await rowsOf(erp.items?.list({ first: 1, after: null }))
    expect(item).toMatchObject({ sku: 'DESK-60', unit: 'H87', nativeUnit: 'Stück' })
    expect(item?.customAttributes).toContainEqual({ key: 'Artikelnummer', value: 'DESK-60' })
    const [customer] = await rowsOf(erp.customers?.list({ first: 1, after: null }))
    const { number, taxId, phone, country, postalCode, city } = value(data.customers[0])
    expect(customer).toMatchObject({ number, taxId, phone, country })
    expect(customer?.addresses).toMatchObject([{ postalCode, city, country }])
  })

  it('of 50 costs two calls by pages of a hundred, a few cost one call each, and equal ones are asked once', async () => {
    const { erp, calls } = open()
    const items = await rowsOf(erp.items?.list({ first: 60, after: null }))
    const ids = items.slice(0, 50).map(({ id }) => id)
    calls.length = 0
    expect((await erp.items?.byId(ids))?.map((row) => value(row).id)).toEqual(ids)
    expect(calls).toHaveLength(2)
    calls.length = 0
    const [one = '', two = ''] = ids
    const missing = '99999999-9999-4999-8999-999999999999'
    const answers = (await erp.items?.byId([two, one, missing, two, 'no id'])) ?? []
    expect(answers.map((row) => row && value(row).id)).toEqual([two, one, null, two, null])
    expect(calls).toHaveLength(3)
  })

  it('is found by part of its SKU or its whole name, but not by words that only stand near each other', async () => {
    const { erp } = open()
    const items = async (search: string) =>
      (await rowsOf(erp.items?.list({ first: 100, after: null, search }))).map(({ sku }) => sku)
    expect(await items('pump-2')).toEqual(['PUMP-200', 'PUMP-220', 'PUMP-240', 'PUMP-260', 'PUMP-280'])
    expect(await items('Bürostuhl 140')).toEqual(['CHAIR-140'])
    expect(await items('140 Bürostuhl')).toEqual([])
    expect(await items('Bürostuhl 1_0')).toEqual([])
    const people = await rowsOf(erp.customers?.list({ first: 9, after: null, search: 'Ada Marsh' }))
    expect(people.map(({ name }) => name)).toEqual(['Ada Marsh'])
  })

  it('that is a contact of an organisation is no customer of its own, listed or by id', async () => {
    const installation = open()
    const found = await ask(installation, 'contacts/search', { pagination: { page: 1, pageSize: 5 } })
    const { items } = (await found.json()) as { items: { id: string }[] }
    const { erp } = installation
    expect(await erp.customers?.byId([`contact:${items[0]?.id}`])).toEqual([null])
    const all = await rowsOf(erp.customers?.list({ first: 100, after: null }))
    expect(all).toHaveLength(63)
    expect(all.filter(({ id }) => id.startsWith('contact:'))).toHaveLength(3)
  })

  it('that the server did not sort or filter is never shown as if it had', async () => {
    const installation = open()
    const { erp } = installation.reopen({ columns: { services: { sku: 'Einheit' } } })
    expect(await rowsOf(erp.items?.list({ first: 5, after: null, search: 'PUMP-200' }))).toEqual([])
    const body = { filters: [{ field: 'name', operator: 'contains', value: 'Regal' }] }
    const answer = (await (await ask(installation, 'services/search', body)).json()) as {
      filters: object[]
      pagination: { total: number }
    }
    expect([answer.filters, answer.pagination.total]).toEqual([[], 200])
  })
})

describe('changes of Customermates', () => {
  it('tell organisations and persons in one order, then only what came since, rows of one instant included', async () => {
    const installation = open()
    const first = await drain(installation, 'customer', null)
    expect(new Set(first.ids).size).toBe(63)
    expect((await drain(installation, 'customer', first.cursor)).ids).toEqual([])
    installation.act({ do: 'addCustomer', name: 'Neu', email: 'neu@kunde.example' })
    const second = await drain(installation.reopen(), 'customer', first.cursor)
    expect(second.ids).toHaveLength(1)
  })

  it('tell a row of the last minute again, because another may be committed late', async () => {
    const installation = open()
    const { cursor } = await drain(installation, 'item', null)
    installation.act({ do: 'addItem', sku: 'NEW-1', name: 'Neu', price: '1' })
    const second = await drain(installation, 'item', cursor)
    expect(second.ids).toHaveLength(1)
    expect((await drain(installation, 'item', second.cursor)).ids).toEqual(second.ids)
  })

  it('are refused for what the system does not have', async () => {
    expect(await errorOf(drain(open(), 'invoice', null))).toMatchObject({ code: 'NOT_SUPPORTED' })
  })
})

describe('the refusals of Customermates', () => {
  it('have their class by status, with the words of the JSON string and the field it names', async () => {
    for (const [fault, code, field] of [
      ['invalid', 'VALIDATION', 'searchTerm'],
      ['required', 'MISSING_REQUIRED_FIELD', 'name'],
      ['unauthorized', 'AUTHENTICATION_FAILED', undefined],
      ['forbidden', 'AUTHENTICATION_FAILED', undefined],
      ['newer', 'NOT_FOUND', undefined],
      ['limited', 'RATE_LIMITED', undefined],
      ['broken', 'UNAVAILABLE', undefined],
    ] as const) {
      const { erp, name } = open()
      server.faults(name, [{ do: 'error', name: fault, times: 0 }])
      const error = await errorOf(erp.items?.list({ first: 5, after: null }))
      expect([fault, error.code, error.field]).toEqual([fault, code, field])
      expect(error.said).toMatch(/^[^"]/)
    }
  })

  it('say of an address under which no API is that it should be checked', async () => {
    const { erp } = open({ url: `${open().url}/v2` })
    const error = await errorOf(erp.check())
    expect(error).toMatchObject({ code: 'NOT_FOUND' })
    expect(error.message).toContain('check the base address')
  })
})

describe('the sandbox of Customermates', () => {
  it('takes a page of 5, 10, 25 or 100 rows only, and filter values as strings only', async () => {
    const installation = open()
    const status = async (body: object) => (await ask(installation, 'deals/search', body)).status
    for (const pageSize of [5, 10, 25, 100])
      expect(await status({ pagination: { page: 1, pageSize } })).toBe(200)
    for (const pageSize of [1, 50, 500]) expect(await status({ pagination: { page: 1, pageSize } })).toBe(400)
    expect(await status({ filters: [{ field: 'updatedAt', operator: 'gte', value: 5 }] })).toBe(400)
  })

  it('answers a missing id with 200 and null, and a refusal with a JSON string', async () => {
    const installation = open()
    const missing = await ask(installation, 'deals/99999999-9999-4999-8999-999999999999')
    expect([missing.status, await missing.json()]).toMatchObject([200, { deal: null }])
    const bad = await ask(installation, 'deals/search', { pagination: { page: 1 } })
    expect([bad.status, typeof (await bad.json())]).toEqual([400, 'string'])
    expect((await ask(installation, 'users/me', undefined, 'wrong')).status).toBe(401)
    expect((await ask(installation, 'model/discover', {})).status).toBe(404)
  })
})
