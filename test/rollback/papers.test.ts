import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { rows } from '../../subgraphs/hub/database.ts'
import type { Customer, Invoice, Payment } from '../../subgraphs/records.ts'
import { type TestHouse, openHouse } from '../whole.ts'

const NEXT = 'erpnext:main'
const WAIT = { timeout: 60_000, interval: 30 }
const PUSHED = '{ operation { id status externalId } problems { message field } }'

interface Pushed {
  operation: { id: string; status: string; externalId: string } | null
  problems: { message: string }[]
}
interface Report {
  state: string
  restored: number
  skipped: number
  rows: { nodes: { operation: string; state: string; reason: string | null }[] }
}

describe('a rollback of what people pushed', () => {
  let house: TestHouse
  beforeAll(async () => {
    house = await openHouse({ only: [NEXT], settings: { maxPushMs: 400, backoffMs: 20 } })
    await house.poll()
    house.work()
  }, 120_000)
  afterAll(() => house.close())

  const erp = () => {
    const found = house.hub.directory.find('default', NEXT)
    if (!found) throw new Error(NEXT)
    return found.erp
  }
  const one = async <T extends object>(sql: string, values: unknown[] = []) => {
    const [row] = await rows<T>(house.hub.db.em(), sql, values)
    if (!row) throw new Error(`There is nothing: ${sql}`)
    return row
  }
  const push = async (what: 'Invoice' | 'Payment', input: object) => {
    const query = `mutation ($input: Push${what}Input!, $key: ID!) {
      pushed: push${what}(input: $input, idempotencyKey: $key, waitMs: 30000) ${PUSHED} }`
    const key = `${what} ${randomUUID()}`
    const { data, errors } = await house.ask<{ pushed: Pushed }>(query, { input, key })
    expect(errors).toBeUndefined()
    expect(data.pushed).toMatchObject({ operation: { status: 'DONE' }, problems: [] })
    return data.pushed.operation!
  }
  const start = async (input: object) => {
    const query = 'mutation ($input: RollbackInput!) { startRollback(input: $input) { id } }'
    const { data, errors } = await house.ask<{ startRollback: { id: string } }>(query, { input })
    expect(errors).toBeUndefined()
    return data.startRollback.id
  }
  const report = async (id: string) => {
    const query = `query ($id: ID!) { rollback(id: $id) { state restored skipped
      rows { nodes { operation state reason } } } }`
    return (await house.ask<{ rollback: Report }>(query, { id })).data.rollback
  }
  const ended = async (id: string) => {
    await expect.poll(async () => (await report(id)).state, WAIT).not.toBe('RUNNING')
    return report(id)
  }
  const change = async (customer: string, phone: string) => {
    const query = `mutation ($input: UpsertCustomerInput!, $key: ID!) {
      upsertCustomer(input: $input, idempotencyKey: $key, waitMs: 30000) { operations { id status } } }`
    const { name } = await one<{ name: string }>('select name from customer where id = ?', [customer])
    const input = { id: customer, name, phone, connections: [NEXT] }
    type Upserted = { upsertCustomer: { operations: { id: string; status: string }[] } }
    const { data } = await house.ask<Upserted>(query, { input, key: `${customer} ${phone}` })
    expect(data.upsertCustomer.operations).toMatchObject([{ status: 'DONE' }])
    return data.upsertCustomer.operations[0]!.id
  }
  const customer = (nth: number) =>
    one<{ hub: string; native: string }>(
      `select hub_id as hub, native_id as native from external_ref where kind = 'customer' order by hub_id offset ? limit 1`,
      [nth],
    )

  it('takes back a payment before the invoice that it settles, and leaves neither in the ERP', async () => {
    const { hub } = await customer(0)
    const { sku } = await one<{ sku: string }>(
      "select number as sku from external_ref where kind = 'item' order by number limit 1",
    )
    const { now } = await one<{ now: string }>('select now()::text as now')
    const unitPrice = { amount: '40', currency: 'EUR' }
    const lines = [{ sku, quantity: '1', unitPrice }]
    const bill = await push('Invoice', { connection: NEXT, customer: hub, currency: 'EUR', lines })
    const { id: invoice } = await one<{ id: string }>('select id from invoice where native_id = ?', [
      bill.externalId,
    ])
    const amount = { amount: '40', currency: 'EUR' }
    const allocations = [{ invoice, amount }]
    const payment = { connection: NEXT, customer: hub, amount, paidOn: '2026-11-21', allocations }
    const paid = await push('Payment', payment)
    const input = { from: new Date(now).toISOString(), connections: [NEXT] }
    const plan = 'query ($input: RollbackInput!) { planRollback(input: $input) { restorable skipped } }'
    expect((await house.ask(plan, { input })).data).toEqual({ planRollback: { restorable: 2, skipped: 0 } })
    const rollback = await ended(await start(input))
    expect(rollback).toMatchObject({ state: 'DONE', restored: 2, skipped: 0 })
    expect(rollback.rows.nodes.map(({ operation }) => operation)).toEqual([paid.id, bill.id])
    const [gone] = (await erp().payments?.byId([paid.externalId])) ?? []
    const [voided] = (await erp().invoices?.byId([bill.externalId])) ?? []
    expect([(gone as Payment).nativeStatus, (voided as Invoice).state]).toEqual(['Cancelled', 'VOID'])
  })

  it('that is cancelled finishes the write that is under way, and leaves the rest as it is', async () => {
    const { hub, native } = await customer(1)
    const { now } = await one<{ now: string }>('select now()::text as now')
    const operations = [await change(hub, '+493011111'), await change(hub, '+493022222')]
    house.sandboxes.faults('erpnext', [{ do: 'hold', match: 'PUT' }])
    const id = await start({ from: new Date(now).toISOString(), objects: ['CUSTOMER'], connections: [NEXT] })
    const states = async () => (await report(id)).rows.nodes.map(({ state }) => state)
    await expect.poll(states, WAIT).toEqual(['SENT', 'PLANNED'])
    const cancel = `mutation { cancelRollback(id: "${id}") { state } }`
    expect((await house.ask(cancel)).data).toEqual({ cancelRollback: { state: 'CANCELLED' } })
    house.sandboxes.faults('erpnext', [])
    await expect.poll(states, WAIT).toEqual(['RESTORED', 'SKIPPED'])
    expect((await report(id)).rows.nodes).toEqual([
      { operation: operations[1], state: 'RESTORED', reason: null },
      { operation: operations[0], state: 'SKIPPED', reason: 'CANCELLED' },
    ])
    const [live] = (await erp().customers?.byId([native])) ?? []
    expect((live as Customer).phone).toBe('+493011111')
    expect((await house.ask(cancel)).errors?.[0]?.extensions?.code).toBe('CONFLICT')
  })
})
