import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Company } from '../../subgraphs/customermates/sandbox/company.ts'
import { rows } from '../../subgraphs/hub/database.ts'
import { importIds } from '../../subgraphs/hub/intake.ts'
import { type TestHouse, openHouse } from '../whole.ts'

const ODOO = 'odoo:main'
const WAIT = { timeout: 60_000, interval: 50 }

interface QuoteRow {
  id: string
  order: string | null
  native: string
  problem: { code: string; message: string } | null
}

describe.each([
  ['the first', 'customermates:main', 'customermates'],
  ['the second', 'customermates:2', 'customermates2'],
])('a CRM of %s generation', (_name, CRM, mount) => {
  let house: TestHouse
  beforeAll(async () => {
    house = await openHouse({ only: [CRM, ODOO], connection: { createMissingCustomers: true } })
    await house.poll()
  })
  afterAll(() => house.close())

  const sql = <T extends object>(text: string, values: unknown[] = []) =>
    rows<T>(house.hub.db.em(), text, values)
  const open = (id: string) => {
    const found = house.hub.directory.find('default', id)
    if (!found) throw new Error(id)
    return found
  }
  const company = () => {
    const sandbox = house.sandboxes.sandbox(mount)
    if (!(sandbox instanceof Company)) throw new Error(mount)
    return sandbox.tables
  }
  const row = (table: 'deals' | 'organizations', name: string) => {
    const found = company().all[table].rows.find((one) => one.name === name)
    if (!found) throw new Error(name)
    return found
  }
  /** What people see in a column of a deal or an organisation. */
  const shown = (table: 'deals' | 'organizations', name: string, label: string) =>
    company().valueOf(row(table, name), company().column(table, label))
  const quote = async (title: string): Promise<QuoteRow> => {
    const text =
      'select id, sales_order as "order", native_id as native, problem from quote where native_id = ?'
    const [found] = await sql<QuoteRow>(text, [row('deals', title).id])
    if (!found) throw new Error(title)
    return found
  }
  /** A person moves a deal, and a webhook tells. */
  const move = async (title: string, stage: string) => {
    const { id } = row('deals', title)
    house.sandboxes.sandbox(mount).act({ do: 'setQuoteStatus', id, status: stage })
    await importIds(house.hub, open(CRM), 'quote', [id], { by: 'webhook' })
  }
  const writes = () =>
    house.sandboxes
      .calls(mount)
      .filter(({ method, path }) => method !== 'GET' && !/search|query|read|discover|list/.test(path)).length

  it('takes back an order that was not sent when its deal leaves the won stage, and may win it anew', async () => {
    const before = await quote('Pumps for dock 7')
    expect(before.order).toBeTruthy()
    await move('Pumps for dock 7', 'proposal')
    expect((await quote('Pumps for dock 7')).order).toBeNull()
    const ended = 'select status from operation where sales_order = ?'
    expect(await sql(ended, [before.order])).toEqual([{ status: 'CANCELLED' }])
    await house.settle()
    expect(shown('deals', 'Pumps for dock 7', 'ERP-Status')).toBeNull()
    await move('Pumps for dock 7', 'won')
    const now = await quote('Pumps for dock 7')
    expect(now.order).toBeTruthy()
    expect(now.order).not.toBe(before.order)
  })

  it('is told the number and state of the order, once, also when it was down meanwhile', async () => {
    house.sandboxes.faults(mount, [{ do: 'status', status: 503, times: 6 }])
    house.work()
    for (const title of ['Pumps for dock 7', 'Büroausstattung Étage 2'])
      await expect.poll(() => shown('deals', title, 'ERP-Auftrag'), WAIT).toMatch(/^S\d+/)
    expect(shown('deals', 'Pumps for dock 7', 'ERP-Status')).toBe('OPEN')
    const sent = house.sandboxes
      .sandbox('odoo')
      .ledger()
      .orders.filter(({ ref }) => ref?.startsWith('esg_'))
    expect(sent).toHaveLength(2)
    // What a person wrote over it stays: the same is not told twice.
    company().put('deals', row('deals', 'Pumps for dock 7'), 'ERP-Auftrag', 'von Hand')
    const told = writes()
    await importIds(house.hub, open(CRM), 'quote', [row('deals', 'Pumps for dock 7').id], { by: 'poll' })
    const { id } = await quote('Pumps for dock 7')
    await sql("insert into job (tenant, kind, subject) values ('default', 'back-quote', ?)", [`${id} again`])
    const done = 'select state from job where subject = ?'
    await expect.poll(() => sql(done, [`${id} again`]), WAIT).toEqual([{ state: 'DONE' }])
    expect(writes()).toBe(told)
    expect(shown('deals', 'Pumps for dock 7', 'ERP-Auftrag')).toBe('von Hand')
  })

  it('is told all fields that a customer lacks, and the order goes on when they are there', async () => {
    const title = 'Regale für die Werkstatt'
    const { problem, native } = await quote(title)
    expect(problem).toMatchObject({ code: 'MISSING_REQUIRED_FIELD' })
    expect(problem?.message).toContain('country')
    await expect.poll(() => shown('deals', title, 'ERP-Fehler'), WAIT).toContain('country')
    const buyer = `select r.hub_id as id, c.name from mirror m join external_ref r on r.connection = m.connection
      and r.kind = 'customer' and r.native_id = m.content->>'customer' join customer c on c.id = r.hub_id
      where m.kind = 'quote' and m.native_id = ?`
    const [customer] = await sql<{ id: string; name: string }>(buyer, [native])
    const upsert = `mutation ($input: UpsertCustomerInput!) { upsertCustomer(input: $input, idempotencyKey: "country") {
      customer { country } problems { message } } }`
    const input = { ...customer, country: 'DE', connections: [] }
    expect((await house.ask(upsert, { input })).data).toEqual({
      upsertCustomer: { customer: { country: 'DE' }, problems: [] },
    })
    await expect.poll(() => shown('deals', title, 'ERP-Auftrag'), WAIT).toMatch(/^S\d+/)
    expect(shown('deals', title, 'ERP-Fehler')).toBeNull()
  })

  it('is told the invoice and how much of it is paid', async () => {
    const { order } = await quote('Büroausstattung Étage 2')
    const [bought] = await sql<{ customer: string }>('select customer from sales_order where id = ?', [order])
    const sku =
      'select sku from product p join external_ref r on r.hub_id = p.id where r.connection = ? limit 1'
    const [item] = await sql<{ sku: string }>(sku, [ODOO])
    const push = `mutation ($input: PushInvoiceInput!) { pushInvoice(input: $input, idempotencyKey: "invoice", waitMs: 30000) {
      operation { status problem { message } } problems { message } } }`
    const lines = [{ sku: item?.sku, quantity: '1', unitPrice: { amount: '10', currency: 'EUR' } }]
    const { data, errors } = await house.ask<{ pushInvoice: { operation: { status: string } } }>(push, {
      input: { connection: ODOO, customer: bought?.customer, order, currency: 'EUR', lines },
    })
    expect(errors).toBeUndefined()
    expect(data.pushInvoice.operation).toEqual({ status: 'DONE', problem: null })
    await expect.poll(() => shown('deals', 'Büroausstattung Étage 2', 'Rechnung'), WAIT).toBeTruthy()
    expect(shown('deals', 'Büroausstattung Étage 2', 'Zahlung')).toBeTruthy()
  })

  it('is told that the ERP cancelled the order, puts the deal into the stage for it, and cancels nothing again', async () => {
    const { order } = await quote('Pumps for dock 7')
    const [there] = await sql<{ native: string }>(
      'select native_id as native from sales_order where id = ?',
      [order],
    )
    house.sandboxes.sandbox('odoo').act({ do: 'setOrderStatus', id: there?.native ?? '', status: 'cancel' })
    await importIds(house.hub, open(ODOO), 'order', [there?.native ?? ''], { by: 'webhook' })
    await expect.poll(() => shown('deals', 'Pumps for dock 7', 'ERP-Status'), WAIT).toBe('CANCELLED')
    await importIds(house.hub, open(CRM), 'quote', [row('deals', 'Pumps for dock 7').id], { by: 'poll' })
    const state = 'select state from quote where native_id = ?'
    expect(await sql(state, [row('deals', 'Pumps for dock 7').id])).toEqual([{ state: 'REJECTED' }])
    expect(
      await sql("select id from operation where sales_order = ? and action = 'CANCEL'", [order]),
    ).toEqual([])
    expect(shown('deals', 'Pumps for dock 7', 'ERP-Fehler')).toBeNull()
  })

  it('is told what its customers owe, and again only when that changed', async () => {
    const again = async () => {
      await sql("update job set next_at = now() where kind = 'back-standing' and subject = ?", [CRM])
      const rests =
        "select 1 as n from job where kind = 'back-standing' and lease_until is null and next_at > now() + interval '1 minute'"
      await expect.poll(() => sql(rests), WAIT).toHaveLength(1)
    }
    await again()
    const text = `select c.id, c.name, r.native_id as native from customer c
      join external_ref r on r.hub_id = c.id and r.connection = ? and r.kind = 'customer'
      join told t on t.connection = ? and t.kind = 'customer' where t.native_id in (
        select native_id from external_ref where hub_id = c.id and connection = ?) order by c.name limit 1`
    const [customer] = await sql<{ id: string; name: string; native: string }>(text, [ODOO, CRM, CRM])
    const name = customer?.name ?? ''
    const balance = shown('organizations', name, 'Saldo')
    expect(balance).toBeTruthy()
    const before = Number(shown('organizations', name, 'Überfällig') ?? 0)
    const told = writes()
    await again()
    expect(writes()).toBe(told)
    await sql(
      `insert into invoice (id, tenant, connection, native_id, customer, type, state, due_on, currency, total, balance)
       select 'inv_late', 'default', ?, 'late', ?, 'INVOICE', 'OPEN', '2020-01-01', t.said->'balance'->>'currency', '70', '70'
       from told t join external_ref r on r.native_id = t.native_id and r.connection = t.connection
       where t.connection = ? and t.kind = 'customer' and r.hub_id = ? and r.kind = 'customer' limit 1`,
      [ODOO, customer?.id, CRM, customer?.id],
    )
    await again()
    expect(Number(shown('organizations', name, 'Überfällig'))).toBe(before + 70)
    expect(shown('organizations', name, 'Saldo')).toBe(balance)
    expect(writes()).toBe(told + 1)
  })
})
