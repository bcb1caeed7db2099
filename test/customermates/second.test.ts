import { createHmac } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { demo } from '../../subgraphs/demo.ts'
import { type Installation, errorOf, rowsOf, stage, titled, value } from './open.ts'

const { server, open } = stage()
const data = demo(7)
const headers = { 'x-api-key': 'demoKey0'.repeat(8), 'content-type': 'application/json' }
const NEWS = { orderNumber: 'SO-9', orderState: null, failure: null, invoiceNumber: null, payment: null }

interface Model {
  revision: number
  types: { id: string; label: string }[]
  fields: { id: string; label: string; typeId: string }[]
}

async function post<T>({ url }: Installation, path: string, body: object): Promise<T> {
  const answer = await fetch(`${url}/v1/${path}`, { method: 'POST', headers, body: JSON.stringify(body) })
  return (await answer.json()) as T
}

async function changeModel(installation: Installation, type: string, label: string): Promise<void> {
  const model = await post<Model>(installation, 'model/discover', {})
  const typeId = model.types.find((one) => one.label === type)?.id
  const field = { id: crypto.randomUUID(), typeId, label, valueType: 'text' }
  const operations = [{ operation: 'putField', field }]
  const keys = { expectedRevision: model.revision, idempotencyKey: crypto.randomUUID() }
  await post(installation, 'model/apply', { ...keys, operations })
}

function count({ calls }: Installation, path: string): number {
  return calls.filter((call) => call.path === `/v1/${path}`).length
}

describe('an installation of Customermates', () => {
  it('is recognised by its model, or by having none, and both generations tell the same company', async () => {
    const [one, two] = [open(), open({}, 2)]
    expect((await one.erp.check()).version).toBe('API generation 1')
    expect((await two.erp.check()).version).toBe('API generation 2')
    for (const read of ['items', 'customers'] as const) {
      const ask = { first: 30, after: null }
      const plain = async ({ erp }: Installation) =>
        (await rowsOf<object>(erp[read]?.list(ask))).map((row) => ({ ...row, addresses: null }))
      expect(await plain(two)).toEqual(await plain(one))
    }
    expect(count(two, 'users/me')).toBe(0)
  })

  it('names its custom columns as fields, under which the values of its rows stand, and none that we write', async () => {
    for (const generation of [1, 2] as const) {
      const { erp } = open({}, generation)
      const fields = (await erp.fields?.('customer')) ?? []
      const names = fields.map(({ name }) => name)
      expect(names).toContain('USt-IdNr.')
      expect(names).not.toContain('Saldo')
      const [row] = await rowsOf(erp.customers?.list({ first: 1, after: null }))
      for (const { key } of row?.customAttributes ?? []) expect(names).toContain(key)
      expect((await erp.fields?.('item'))?.map(({ label }) => label)).toEqual(['Artikelnummer', 'Einheit'])
      expect(await erp.fields?.('order')).toEqual([])
    }
  })
})

describe('the second generation of Customermates', () => {
  it('is discovered once, and again only when an answer names another revision', async () => {
    const installation = open({}, 2)
    const { erp } = installation
    await Promise.all([
      erp.items?.list({ first: 5, after: null }),
      erp.customers?.list({ first: 5, after: null }),
    ])
    await erp.quotes?.list({ first: 100, after: null })
    expect(count(installation, 'model/discover')).toBe(1)
    await changeModel(installation, 'Organization', 'Branche')
    installation.calls.length = 0
    await erp.customers?.list({ first: 5, after: null })
    await erp.customers?.list({ first: 5, after: null })
    expect(count(installation, 'model/discover')).toBe(1)
    expect((await erp.fields?.('customer'))?.map(({ name }) => name)).toContain('Branche')
  })

  it('has lines as records of their own, which one call reads for all deals of a page', async () => {
    const installation = open({}, 2)
    const quote = await titled(installation, 'Büroausstattung Étage 2')
    const [desk, chair] = [data.products[0], data.products[20]]
    expect(quote).toMatchObject({
      customerErpId: data.customers[0]?.number,
      customerEmail: data.customers[0]?.email,
      note: 'Anlieferung über die Rampe ✨',
      currency: 'EUR',
      discounts: [{ percent: '10' }],
    })
    expect(quote.lines).toMatchObject([
      { sku: desk?.sku, quantity: '4', unit: 'H87', description: desk?.name },
      { sku: chair?.sku, quantity: '8', unit: 'H87' },
    ])
    installation.calls.length = 0
    await installation.erp.quotes?.list({ first: 100, after: null })
    expect(installation.calls.filter(({ body }) => body.includes('"recordIds":["'))).toHaveLength(1)
  })

  it('carries the currency on the amount, and a price that was agreed in another one stays in it', async () => {
    const quote = await titled(open({}, 2), 'Valves')
    expect(quote).toMatchObject({ currency: 'USD', net: { currency: 'USD' } })
    expect(quote.lines?.[0]?.unitPrice?.currency).toBe('USD')
  })

  it('hides some fields: they are read as unknown, never written, and no deal is ordered at a hidden discount', async () => {
    const installation = open({}, 2)
    const { erp } = installation
    const hidden = value((await rowsOf(erp.customers?.list({ first: 20, after: null })))[9])
    const limit = { amount: '5000', currency: 'EUR' }
    const standing = { balance: null, overdue: null, creditLimit: limit, onHold: true, dunningLevel: null }
    await erp.tell?.customer?.(hidden.id, standing)
    const sent = installation.calls.filter(({ path }) => path.endsWith('mutate'))
    expect(sent.map(({ status, body }) => [status, body.includes('5000')])).toEqual([[200, false]])
    const { id } = await titled(installation, 'Valves')
    const other = installation.reopen({ columns: { deals: { discountPercent: 'Marge %' } } })
    const wanted = { code: 'PERMISSION_DENIED', field: 'columns.deals.discountPercent' }
    expect(await errorOf(other.erp.quotes?.byId([id]))).toMatchObject(wanted)
    expect(await rowsOf(other.erp.quotes?.list({ first: 100, after: null }))).toEqual([])
  })

  it('takes a write again after somebody changed the record or the model meanwhile, once', async () => {
    const installation = open({}, 2)
    const { id } = await titled(installation, 'Valves')
    await changeModel(installation, 'Deal', 'Neu')
    await installation.erp.tell?.quote?.(id, NEWS)
    const sent = installation.calls.filter(({ path }) => path.endsWith('mutate'))
    expect(sent.map(({ status }) => status)).toEqual([409, 200])
    const [first, second] = sent.map(({ body }) => JSON.parse(body) as Record<string, unknown>)
    expect(first?.expectedRevision).toBe(3)
    expect(second?.expectedRevision).toBe(4)
    server.faults(installation.name, [{ do: 'error', name: 'conflict', match: 'mutate', times: 0 }])
    installation.calls.length = 0
    const error = errorOf(installation.erp.tell?.quote?.(id, { ...NEWS, orderNumber: 'SO-10' }))
    expect(await error).toMatchObject({ code: 'CONFLICT' })
    expect(count(installation, 'records/mutate')).toBe(2)
  })

  it('is sent a write with the same key when its answer was lost, and changes the record once', async () => {
    const installation = open({}, 2)
    const { id } = await titled(installation, 'Valves')
    server.faults(installation.name, [{ do: 'resetAfter', match: 'records/mutate' }])
    await installation.erp.tell?.quote?.(id, NEWS)
    const sent = installation.calls.filter(({ path }) => path.endsWith('mutate'))
    expect(new Set(sent.map(({ body }) => body)).size).toBe(1)
    expect(sent).toHaveLength(2)
    const [{ typeId } = { typeId: '' }] = sent.map(
      ({ body }) => (JSON.parse(body) as { mutation: { ref: { typeId: string } } }).mutation.ref,
    )
    const record = await post<{ version: number }>(installation, 'records/read', { typeId, recordId: id })
    expect(record.version).toBe(2)
  })

  it('may put a write off, whose end is waited for', async () => {
    const installation = open({}, 2)
    const { id } = await titled(installation, 'Großauftrag')
    await installation.erp.tell?.quote?.(id, NEWS)
    expect(count(installation, 'operations/status')).toBe(2)
  })

  it('sends webhooks about records: types are found in the model, and a line is about its deal', async () => {
    const installation = open({}, 2)
    const quote = await titled(installation, 'Valves')
    const { types } = await post<Model>(installation, 'model/discover', {})
    const tell = async (label: string, recordId: string, event = 'record.updated', userId = 'seller') => {
      const typeId = types.find((type) => type.label === label)?.id ?? crypto.randomUUID()
      const payload = { version: 2, event, record: { ref: { typeId, recordId } } }
      const sent = { event, data: { userId, entityId: recordId, payload }, timestamp: '2026-11-20T09:59:01Z' }
      const body = Buffer.from(JSON.stringify(sent))
      const signature = createHmac('sha256', 'secret').update(body).digest('hex')
      return installation.erp.hook?.read({ headers: { 'x-webhook-signature': signature }, body, query: {} })
    }
    const line = quote.lines?.[0]?.id ?? ''
    const at = '2026-11-20T09:59:01.000Z'
    expect(await tell('Deal', quote.id)).toEqual([{ kind: 'quote', id: quote.id, deleted: false, at }])
    expect(await tell('Line item', line)).toEqual([{ kind: 'quote', id: quote.id, deleted: false, at }])
    expect(await tell('Deal', quote.id, 'record.deleted')).toMatchObject([{ deleted: true }])
    expect(await tell('Contact', quote.id)).toMatchObject([{ kind: 'customer', id: `contact:${quote.id}` }])
    expect(await tell('Task', quote.id)).toEqual([])
    expect(await tell('Ticket', quote.id)).toEqual([])
    const own = String(server.sandbox(installation.name).config('').user)
    expect(await tell('Deal', quote.id, 'record.updated', own)).toEqual([])
  })

  it('is recognised although people renamed its types, by the ids that the company has or by what is said', async () => {
    const installation = open({}, 2)
    const calm = await titled(installation, 'Valves')
    const [change] = [{ kind: 'quote' as const, id: calm.id, deleted: false, at: null }]
    const raw = server.sandbox(installation.name).hook?.(change, 'secret')
    const sent = JSON.parse(String(raw?.body)) as { data: { companyId: string } }
    const { types } = await post<Model>(installation, 'model/discover', {})
    const dealType = types.find(({ label }) => label === 'Deal')?.id ?? ''
    expect(await titled(installation.reopen({ company: sent.data.companyId }), 'Valves')).toEqual(calm)
    expect(await titled(installation.reopen({ model: { deal: dealType } }), 'Valves')).toEqual(calm)
    const wrong = installation.reopen({ model: { deal: 'Verkauf' } })
    expect(await errorOf(wrong.erp.check())).toMatchObject({ code: 'MAPPING_MISSING', field: 'model.deal' })
  })

  it('has none of the older addresses, and its refusals carry their words and place', async () => {
    const installation = open({}, 2)
    const old = await fetch(`${installation.url}/v1/deals/search`, { method: 'POST', headers, body: '{}' })
    expect(old.status).toBe(404)
    server.faults(installation.name, [{ do: 'error', name: 'invalid', match: 'records/query', times: 0 }])
    const error = await errorOf(installation.erp.items?.list({ first: 5, after: null }))
    expect(error).toMatchObject({ code: 'VALIDATION', field: 'sort.0.fieldId' })
    expect(error.said).toContain('Invalid value')
  })
})
