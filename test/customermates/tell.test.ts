import { describe, expect, it } from 'vitest'
import type { Erp, QuoteNews, Standing, Tell } from '../../subgraphs/connector.ts'
import { type Installation, errorOf, rowsOf, stage, titled, value } from './open.ts'

const { server, open } = stage()
const KEY = 'demoKey0'.repeat(8)
const NOTHING: QuoteNews = {
  orderNumber: null,
  orderState: null,
  failure: null,
  invoiceNumber: null,
  payment: null,
}
const STANDING: Standing = {
  balance: { amount: '1234567890123456.78', currency: 'EUR' },
  overdue: { amount: '0.50', currency: 'EUR' },
  creditLimit: { amount: '5000', currency: 'EUR' },
  onHold: true,
  dunningLevel: 2,
}

function tellOf({ tell }: Erp): Required<Tell> {
  if (!tell?.quote || !tell.customer) throw new Error('Nothing can be told.')
  return { quote: tell.quote, customer: tell.customer }
}

interface Model {
  revision: number
  types: { id: string; label: string }[]
  fields: { id: string; label: string; typeId: string; options: { id: string; label: string }[] }[]
}
interface Result {
  state: string
  value?: { value: unknown }
}

async function ask<T>({ url }: Installation, path: string, body?: object): Promise<T> {
  const headers = { 'x-api-key': KEY, 'content-type': 'application/json' }
  const method = body ? 'POST' : 'GET'
  const answer = await fetch(`${url}/v1/${path}`, { method, headers, body: body && JSON.stringify(body) })
  return (await answer.json()) as T
}

interface Shown {
  label: string
  value: string | null
}

/** What stands in the columns of a record, by label, as the system itself shows it. */
async function columns(installation: Installation, entity: 'deal' | 'organization', id: string) {
  const { calls } = installation
  const before = calls.length
  const shown = await (calls.some(({ path }) => path.includes('/records/'))
    ? inRecord(installation, entity, id)
    : inRow(installation, entity, id))
  calls.length = before
  return Object.fromEntries(shown.map(({ label, value: text }) => [label, text]))
}

async function inRow(installation: Installation, entity: string, id: string): Promise<Shown[]> {
  const { [entity as 'deal']: row, customColumns } = await ask<{
    deal: { customFieldValues: { columnId: string; value: string }[] }
    customColumns: { id: string; label: string }[]
  }>(installation, `${entity}s/${id}`)
  return row.customFieldValues.map(({ columnId, value: text }) => ({
    label: customColumns.find((column) => column.id === columnId)?.label ?? '',
    value: text,
  }))
}

async function inRecord(installation: Installation, entity: string, recordId: string): Promise<Shown[]> {
  const model = await ask<Model>(installation, 'model/discover', {})
  const typeId = model.types.find(({ label }) => label.toLowerCase() === entity)?.id
  const { fields } = await ask<{ fields: { fieldId: string; result: Result }[] }>(
    installation,
    'records/read',
    {
      typeId,
      recordId,
    },
  )
  return fields.flatMap(({ fieldId, result }) => {
    const field = model.fields.find(({ id }) => id === fieldId)
    const text = String(result.value?.value ?? result.state)
    const option = field?.options.find(({ id }) => id === text)
    return result.state === 'missing' ? [] : [{ label: field?.label ?? '', value: option?.label ?? text }]
  })
}

function writes({ calls }: Installation) {
  return calls.filter(({ method, path }) => method === 'PUT' || /mutate$|\/tasks$/.test(path))
}

async function firstCustomers({ erp }: Installation): Promise<string[]> {
  return (await rowsOf(erp.customers?.list({ first: 20, after: null }))).map(({ id }) => id)
}

describe.each([1, 2] as const)('generation %i of Customermates', (generation) => {
  it('is told of an order, its state, invoice and payment in the columns that an operator named', async () => {
    const installation = open({ words: { PAID: 'bezahlt' } }, generation)
    const { id } = await titled(installation, 'Pumps for dock 7')
    const news = {
      ...NOTHING,
      orderNumber: 'SO-1042',
      orderState: 'OPEN',
      invoiceNumber: 'RE-7',
      payment: 'PAID',
    }
    await tellOf(installation.erp).quote(id, news as QuoteNews)
    expect(await columns(installation, 'deal', id)).toMatchObject({
      'ERP-Auftrag': 'SO-1042',
      'ERP-Status': 'OPEN',
      'ERP-Abgleich': expect.stringMatching(/^synced$/i) as string,
      Rechnung: 'RE-7',
      Zahlung: 'bezahlt',
    })
  })

  it('is told the same twice by one write, and by another only what has changed', async () => {
    const installation = open({}, generation)
    const { id } = await titled(installation, 'Großauftrag')
    const tell = tellOf(installation.reopen().erp)
    const news: QuoteNews = { ...NOTHING, orderNumber: 'SO-1', orderState: 'OPEN' }
    await tell.quote(id, news)
    await tell.quote(id, news)
    expect(writes(installation)).toHaveLength(1)
    await tell.quote(id, { ...news, orderState: 'INVOICED' })
    const [, second] = writes(installation)
    expect(second?.body).toContain('INVOICED')
    expect(second?.body).not.toContain('SO-1')
    expect(writes(installation)).toHaveLength(2)
    await tell.quote(id, NOTHING)
    expect(writes(installation)).toHaveLength(2)
  })

  it('shows why no order could be made, and clears it once there is one', async () => {
    const installation = open({ remindOwner: false }, generation)
    const { id } = await titled(installation, 'Valves')
    const tell = tellOf(installation.erp)
    await tell.quote(id, { ...NOTHING, failure: 'Kein Artikel "X" ✨' })
    const failed = await columns(installation, 'deal', id)
    expect(failed).toMatchObject({ 'ERP-Fehler': 'Kein Artikel "X" ✨' })
    expect(failed['ERP-Abgleich']).toMatch(/^failed$/i)
    await tell.quote(id, { ...NOTHING, failure: '', orderNumber: 'SO-2' })
    const mended = await columns(installation, 'deal', id)
    expect(mended['ERP-Fehler']).toBeUndefined()
    expect(mended['ERP-Abgleich']).toMatch(/^synced$/i)
  })

  it('puts a deal into the stage that an operator gave to the state of its order, which is read back as that', async () => {
    const stageOfOrder = { CANCELLED: 'Lost', PENDING_APPROVAL: 'proposal' }
    const installation = open({ stageOfOrder }, generation)
    const { id } = await titled(installation, 'Pumps for dock 7')
    const state = async () => value((await installation.erp.quotes?.byId([id]))?.[0]).state
    const tell = tellOf(installation.erp)
    expect(await state()).toBe('ACCEPTED')
    await tell.quote(id, { ...NOTHING, orderState: 'OPEN' })
    expect(await state()).toBe('ACCEPTED')
    await tell.quote(id, { ...NOTHING, orderState: 'CANCELLED' })
    expect(await state()).toBe('REJECTED')
    await tell.quote(id, { ...NOTHING, orderState: 'PENDING_APPROVAL' })
    expect(await state()).toBe('SENT')
    const wrong = installation.reopen({ stageOfOrder: { OPEN: 'Nirgends' } })
    const error = errorOf(tellOf(wrong.erp).quote(id, { ...NOTHING, orderState: 'OPEN' }))
    expect(await error).toMatchObject({ code: 'MAPPING_MISSING', field: 'columns.deals.stage' })
  })

  it('is told what a customer owes to the last of 18 digits, and again only when it is another amount', async () => {
    const installation = open({}, generation)
    const [id = ''] = await firstCustomers(installation)
    const tell = tellOf(installation.erp)
    await tell.customer(id, STANDING)
    expect(await columns(installation, 'organization', id)).toMatchObject({
      Saldo: '1234567890123456.78',
      Überfällig: '0.50',
      Kreditlimit: '5000',
      Gesperrt: 'true',
      Mahnstufe: '2',
    })
    await tell.customer(id, { ...STANDING, overdue: { amount: '0.5', currency: 'EUR' } })
    expect(writes(installation)).toHaveLength(1)
  })

  it('keeps in a customer and a deal all that was not told, so that its own writes change nothing that is read', async () => {
    const installation = open({}, generation)
    const before = await titled(installation, 'Valves')
    const [id = ''] = await firstCustomers(installation)
    const customer = async () => value((await installation.erp.customers?.byId([id]))?.[0])
    const known = await customer()
    await tellOf(installation.erp).quote(before.id, { ...NOTHING, orderNumber: 'SO-3', orderState: 'OPEN' })
    await tellOf(installation.erp).customer(id, STANDING)
    expect({ ...(await titled(installation, 'Valves')), updatedAt: null }).toEqual({
      ...before,
      updatedAt: null,
    })
    expect({ ...(await customer()), updatedAt: null }).toEqual({ ...known, updatedAt: null })
  })

  it('sends webhooks of what was told under our own user, and those are ignored', async () => {
    const installation = open({}, generation)
    const { id } = await titled(installation, 'Valves')
    const sandbox = server.sandbox(installation.name)
    const told: unknown[] = []
    sandbox.watch?.((change) => {
      const raw = sandbox.hook?.(change, 'secret of both')
      if (raw) told.push(installation.erp.hook?.read(raw))
    })
    await tellOf(installation.erp).quote(id, { ...NOTHING, orderNumber: 'SO-4' })
    installation.act({ do: 'setQuoteStatus', id, status: 'won' })
    const [own, other] = await Promise.all(told)
    expect(own).toEqual([])
    expect(other).toMatchObject([{ kind: 'quote', id, deleted: false }])
  })

  it('leaves out columns that nobody mapped, and says so where none is', async () => {
    const installation = open({}, generation)
    const { id } = await titled(installation, 'Valves')
    const [customer = ''] = await firstCustomers(installation)
    const one = installation.reopen({ columns: { deals: { orderNumber: 'ERP-Auftrag' } }, stageOfOrder: {} })
    await tellOf(one.erp).quote(id, { ...NOTHING, orderNumber: 'SO-5', orderState: 'OPEN' })
    expect(await columns(one, 'deal', id)).not.toHaveProperty('ERP-Status')
    const none = tellOf(installation.reopen({ columns: {}, stageOfOrder: {} }).erp)
    const quote = errorOf(none.quote(id, { ...NOTHING, orderNumber: 'SO-5' }))
    expect(await quote).toMatchObject({ code: 'MAPPING_MISSING', field: 'columns.deals' })
    const standing = errorOf(none.customer(customer, STANDING))
    expect(await standing).toMatchObject({ code: 'MAPPING_MISSING', field: 'columns.organizations' })
  })

  it('refuses news of a deal or customer that it does not have, without asking for what is no id', async () => {
    const { erp, calls } = open({}, generation)
    const tell = tellOf(erp)
    for (const id of ['99999999-9999-4999-8999-999999999999', '../users/me', '']) {
      const news = { ...NOTHING, orderNumber: 'SO-6' }
      expect(await errorOf(tell.quote(id, news))).toMatchObject({ code: 'NOT_FOUND' })
      expect(await errorOf(tell.customer(id, STANDING))).toMatchObject({ code: 'NOT_FOUND' })
    }
    expect(calls.filter(({ path }) => path.includes('users'))).toEqual([])
  })
})

describe('the owner of a deal in Customermates', () => {
  it('gets one task for each reason why no order could be made, however often it is told', async () => {
    const installation = open()
    const { id } = await titled(installation, 'Valves')
    const tell = (why: string) => tellOf(installation.erp).quote(id, { ...NOTHING, failure: why })
    await Promise.all([tell('Kreditsperre'), tell('Kreditsperre'), tell('Kreditsperre')])
    await tellOf(installation.reopen().erp).quote(id, { ...NOTHING, failure: 'Kreditsperre' })
    await tell('Artikel fehlt')
    const body = { pagination: { page: 1, pageSize: 25 } }
    const { items } = await ask<{ items: { name: string; users: object[]; deals: object[] }[] }>(
      installation,
      'tasks/search',
      body,
    )
    expect(items.map(({ name }) => name)).toEqual(['ERP: Kreditsperre', 'ERP: Artikel fehlt'])
    for (const { users, deals } of items) {
      expect(users).toMatchObject([{ id: expect.any(String) as string }])
      expect(deals).toMatchObject([{ id }])
    }
  })

  it('gets no second task when the answer to the first was lost, and none where an operator wants none', async () => {
    const installation = open()
    const { id } = await titled(installation, 'Valves')
    const tell = () => tellOf(installation.erp).quote(id, { ...NOTHING, failure: 'Periode zu' })
    server.faults(installation.name, [{ do: 'resetAfter', match: 'POST /v1/tasks {' }])
    expect(await errorOf(tell())).toMatchObject({ code: 'UNAVAILABLE' })
    await tell()
    const made = () => installation.calls.filter(({ path }) => path === '/v1/tasks')
    expect(made()).toHaveLength(1)
    const quiet = installation.reopen({ remindOwner: false })
    await tellOf(quiet.erp).quote(id, { ...NOTHING, failure: 'Anderer Grund' })
    expect(made()).toHaveLength(1)
  })
})
