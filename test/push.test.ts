import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { acceptOrder } from '../subgraphs/hub/accept.ts'
import { acceptCancel } from '../subgraphs/hub/cancel.ts'
import { rows } from '../subgraphs/hub/database.ts'
import { retry } from '../subgraphs/hub/operators.ts'
import { planOrder } from '../subgraphs/hub/plan.ts'
import { Refused } from '../subgraphs/hub/request.ts'
import { acceptCustomer } from '../subgraphs/hub/upsert.ts'
import { type FreshDatabase, databases } from './postgres.ts'
import { ADMIN, type Yard, buildYard } from './yard.ts'

/** Odoo's two requests of one push. */
const CREATE = 'sale.order/create'
const CONFIRM = 'sale.order/action_confirm'

function codes(refusal: unknown): string[] {
  if (refusal instanceof Refused) return refusal.problems.map(({ code, field }) => `${code} ${field}`)
  throw refusal
}

describe.each(databases)('an order push on $name', ({ fresh }) => {
  let yard: Yard
  let database: FreshDatabase
  beforeAll(async () => {
    database = await fresh()
    yard = await buildYard({ url: database.url, mounts: ['odoo', 'erpnext'] })
    yard.work()
  })
  afterAll(async () => {
    await yard.close()
    await database.drop()
  })

  async function count(table: 'operation' | 'request' | 'event' | 'sales_order'): Promise<number> {
    const [row] = await rows<{ n: number }>(yard.hub.db.em(), `select count(*)::int as n from ${table}`)
    return row?.n ?? 0
  }

  it('reaches the ERP once, and keeps every request, the record and its number', async () => {
    const op = await yard.push(await yard.order('odoo'))
    expect(op).toMatchObject({ status: 'DONE', outcome: 'SUCCESS', attempts: 1, problem: null, before: null })
    expect(yard.booked('odoo', op.reference)).toEqual(['booked'])
    const booked = yard.ledger('odoo').orders.find(({ ref }) => ref === op.reference)
    expect(op).toMatchObject({ externalId: booked?.id, externalNumber: booked?.number })
    expect(op.after).toMatchObject({ reference: op.reference, state: 'OPEN' })
    const [attempt] = await yard.attempts(op.id)
    const urls = attempt?.exchanges.map(({ request }) => request.url) ?? []
    expect(urls.filter((url) => url.includes(CREATE))).toHaveLength(1)
    expect(urls.filter((url) => url.includes(CONFIRM))).toHaveLength(1)
    const secret = String(yard.server.sandbox('odoo').config('').secret)
    expect(JSON.stringify(attempt)).not.toContain(secret)
    const [order] = await rows(
      yard.hub.db.em(),
      'select native_id, number, state from sales_order where id = ?',
      [op.salesOrder],
    )
    expect(order).toEqual({ native_id: booked?.id, number: booked?.number, state: 'OPEN' })
  })

  it('gives the same key its first answer, at once and later, and refuses it another body', async () => {
    const [input, key] = [await yard.order('odoo', { note: 'a hundred' }), yard.key()]
    const answers = await Promise.all(
      Array.from({ length: 100 }, () => acceptOrder(yard.hub, ADMIN, { ...input }, key)),
    )
    expect(new Set(answers.map(({ operations, order }) => `${operations} ${order}`)).size).toBe(1)
    const op = await yard.ended(answers[0]!.operations[0]!)
    expect(yard.booked('odoo', op.reference)).toEqual(['booked'])
    expect(await acceptOrder(yard.hub, ADMIN, input, key)).toEqual(answers[0])
    await expect(acceptOrder(yard.hub, ADMIN, { ...input, note: 'other' }, key)).rejects.toMatchObject({
      code: 'IDEMPOTENCY_MISMATCH',
    })
  })

  it('names everything that is wrong at once, and then accepts nothing', async () => {
    const before = [await count('operation'), await count('request'), await count('sales_order')]
    const lines = [
      { sku: 'NO-SUCH', quantity: '-1' },
      { sku: await yard.sku('odoo'), quantity: '1', unitPrice: { amount: '-5', currency: 'QQQ' } },
      { sku: await yard.sku('odoo'), quantity: '0', discountPercent: '101' },
    ]
    const input = { connection: 'odoo:main', customer: 'nobody', lines, currency: 'EUR' }
    const refusal = await acceptOrder(yard.hub, ADMIN, input, yard.key()).catch((error: unknown) => error)
    expect(codes(refusal).sort()).toEqual([
      'INVALID_CUSTOMER customer',
      'INVALID_ITEM lines.0.sku',
      'VALIDATION lines.0.quantity',
      'VALIDATION lines.1.unitPrice.amount',
      'VALIDATION lines.1.unitPrice.currency',
      'VALIDATION lines.1.unitPrice.currency',
      'VALIDATION lines.2.discountPercent',
      'VALIDATION lines.2.quantity',
    ])
    const empty = acceptOrder(yard.hub, ADMIN, { ...input, lines: [] }, yard.key())
    expect(codes(await empty.catch((error: unknown) => error))).toContain('MISSING_REQUIRED_FIELD lines')
    const nowhere = acceptOrder(yard.hub, ADMIN, { ...input, connection: 'sap:main' }, yard.key())
    expect(codes(await nowhere.catch((error: unknown) => error))).toContain('NOT_FOUND connection')
    expect([await count('operation'), await count('request'), await count('sales_order')]).toEqual(before)
  })

  it('shows in a dry run the very bytes that are sent afterwards, and sends and stores nothing', async () => {
    const [input, key] = [await yard.order('odoo', { purchaseOrderNumber: 'PO 7' }), yard.key()]
    const before = [await count('operation'), yard.ledger('odoo').orders.length]
    const { plan, problems } = await planOrder(yard.hub, ADMIN, input, key)
    expect(problems).toEqual([])
    expect([await count('operation'), yard.ledger('odoo').orders.length]).toEqual(before)
    const op = await yard.push(input, key)
    const sent = yard.server
      .calls('odoo')
      .filter(({ path }) => path.includes(CREATE))
      .at(-1)
    expect(plan[0]?.body).toBe(sent?.body)
    expect(plan[0]?.body).toContain(op.reference)
  })

  it('never repeats what a business rule refuses, and goes on when a person retries', async () => {
    yard.faults('odoo', { do: 'error', name: 'businessRule', match: CREATE, times: 0 })
    const op = await yard.push(await yard.order('odoo'))
    expect(op).toMatchObject({ status: 'REFUSED', outcome: 'ERROR', attempts: 1, sentAt: null })
    expect(op.problem).toMatchObject({ code: 'VALIDATION', resolution: expect.any(String) as string })
    yard.faults('odoo')
    await retry(yard.hub, ADMIN, op.id)
    expect(await yard.ended(op.id)).toMatchObject({ status: 'DONE', attempts: 2, problem: null })
    expect(yard.booked('odoo', op.reference)).toEqual(['booked'])
    await expect(retry(yard.hub, ADMIN, op.id)).rejects.toMatchObject({ code: 'CONFLICT' })
  })

  it('names the draft that a refused step left behind, and a retry finishes that draft', async () => {
    yard.faults('odoo', { do: 'error', name: 'businessRule', match: CONFIRM, times: 0 })
    const op = await yard.push(await yard.order('odoo'))
    expect(op.status).toBe('REFUSED')
    expect(yard.booked('odoo', op.reference)).toEqual(['draft'])
    const draft = yard.ledger('odoo').orders.find(({ ref }) => ref === op.reference)
    expect(op.externalNumber).toBe(draft?.number)
    expect(op.problem?.message).toContain(draft?.number)
    yard.faults('odoo')
    await retry(yard.hub, ADMIN, op.id)
    expect(await yard.ended(op.id)).toMatchObject({ status: 'DONE', externalId: draft?.id })
    expect(yard.booked('odoo', op.reference)).toEqual(['booked'])
  })

  it('waits out locks, wrong credentials and rate limits, and goes on by itself', async () => {
    yard.faults(
      'odoo',
      { do: 'error', name: 'locked', match: CREATE },
      { do: 'error', name: 'wrongKey', match: CREATE },
      { do: 'error', name: 'noRight', match: CREATE },
      { do: 'status', status: 429, retryAfter: '2', match: CREATE },
    )
    const id = await yard.accept(await yard.order('odoo'))
    const limited = await yard.until(id, ({ problem }) => problem?.code === 'RATE_LIMITED')
    expect(limited).toMatchObject({ status: 'WAITING', outcome: 'WARNING', tries: 4, sentAt: null })
    const pause = Number(limited.nextAttemptAt) - Date.now()
    expect(pause).toBeGreaterThan(1_000)
    expect(pause).toBeLessThanOrEqual(2_100)
    const op = await yard.ended(id)
    expect(op).toMatchObject({ status: 'DONE', attempts: 5 })
    expect(yard.booked('odoo', op.reference)).toEqual(['booked'])
  })

  it('asks before it sends again when the connection is cut after the ERP has committed', async () => {
    yard.faults('odoo', { do: 'resetAfter', match: CREATE })
    const op = await yard.push(await yard.order('odoo'))
    expect(op).toMatchObject({ status: 'DONE', attempts: 2 })
    expect(await yard.history(op.id)).toEqual(['ACCEPTED', 'RUNNING', 'WAITING', 'RUNNING', 'DONE'])
    const [lost, found] = await yard.attempts(op.id)
    expect(lost?.problem?.code).toBe('UNAVAILABLE')
    expect(Date.parse(found?.started_at ?? '') - Date.parse(lost?.finished_at ?? '')).toBeGreaterThanOrEqual(
      400,
    )
    expect(yard.booked('odoo', op.reference)).toEqual(['booked'])
  })

  it('sends again when the request never reached the ERP', async () => {
    yard.faults('odoo', { do: 'reset', match: CREATE })
    const op = await yard.push(await yard.order('odoo'))
    expect(op).toMatchObject({ status: 'DONE', attempts: 2 })
    expect(yard.booked('odoo', op.reference)).toEqual(['booked'])
  })

  it('cancels in the ERP an order that is there', async () => {
    const op = await yard.push(await yard.order('odoo'))
    const { operations } = await acceptCancel(yard.hub, ADMIN, op.salesOrder!, 'mistake', yard.key())
    const cancelled = await yard.ended(operations[0]!)
    expect(cancelled).toMatchObject({ status: 'DONE', action: 'CANCEL', before: { state: 'OPEN' } })
    expect(cancelled.after).toMatchObject({ state: 'CANCELLED' })
    expect(yard.booked('odoo', op.reference)).toEqual(['cancelled'])
  })

  it('keeps what was there before its first try, though a later one sees what that one left', async () => {
    const op = await yard.push(await yard.order('odoo'))
    yard.faults('odoo', { do: 'resetAfter', match: 'sale.order/action_cancel' })
    const { operations } = await acceptCancel(yard.hub, ADMIN, op.salesOrder!, 'mistake', yard.key())
    const cancelled = await yard.ended(operations[0]!)
    expect(cancelled).toMatchObject({ status: 'DONE', attempts: 2 })
    expect(cancelled.before).toMatchObject({ state: 'OPEN' })
    expect(cancelled.after).toMatchObject({ state: 'CANCELLED' })
  })

  it('never sends an order that was cancelled while its push waited', async () => {
    yard.faults('odoo', { do: 'status', status: 503, times: 0 })
    const id = await yard.accept(await yard.order('odoo'))
    const waiting = await yard.until(id, ({ status }) => status === 'WAITING')
    const { operations } = await acceptCancel(yard.hub, ADMIN, waiting.salesOrder!, null, yard.key())
    expect(operations).toEqual([id])
    yard.faults('odoo')
    expect(await yard.ended(id)).toMatchObject({ status: 'CANCELLED' })
    await yard.push(await yard.order('odoo'))
    expect(yard.booked('odoo', waiting.reference)).toEqual([])
  })

  it('refuses with the fence a push that was cancelled in the moment before it sent', async () => {
    yard.faults('odoo', { do: 'hold', match: 'sale.order/search_read' })
    const input = await yard.order('odoo')
    yard.server.calls('odoo').length = 0
    const id = await yard.accept(input)
    await yard.called('odoo', 'sale.order/search_read')
    const { salesOrder, reference } = await yard.operation(id)
    await acceptCancel(yard.hub, ADMIN, salesOrder!, null, yard.key())
    yard.faults('odoo')
    await yard.push(await yard.order('odoo'))
    expect(await yard.operation(id)).toMatchObject({ status: 'CANCELLED' })
    expect(yard.booked('odoo', reference)).toEqual([])
  })

  it('lets a hanging ERP hold up no other', async () => {
    yard.faults('odoo', { do: 'hold', times: 0 })
    const input = await yard.order('odoo')
    const stuck = await Promise.all(Array.from({ length: 12 }, () => yard.accept(input)))
    const op = await yard.push(await yard.order('erpnext'))
    expect(op.status).toBe('DONE')
    expect((await yard.operation(stuck[0]!)).status).not.toBe('DONE')
    yard.faults('odoo')
    const ends = await Promise.all(stuck.map((id) => yard.ended(id)))
    for (const { status, reference } of ends) {
      expect([status, ...yard.booked('odoo', reference)]).toEqual(['DONE', 'booked'])
    }
  })

  it('refuses a customer whom the ERP does not know, unless missing customers are to be created', async () => {
    const { customer } = await acceptCustomer(
      yard.hub,
      ADMIN,
      { name: 'Quill & Feather', email: 'hello@quill.example', country: 'DE', connections: [] },
      [],
      yard.key(),
    )
    const input = await yard.order('erpnext', { customer: customer! })
    const refusal = await acceptOrder(yard.hub, ADMIN, input, yard.key()).catch((error: unknown) => error)
    expect(codes(refusal)).toEqual(['INVALID_CUSTOMER customer'])
    yard.open('erpnext').settings.createMissingCustomers = true
    const both = await Promise.all([0, 1].map(() => acceptOrder(yard.hub, ADMIN, input, yard.key())))
    const ends = await Promise.all(both.map(({ operations }) => yard.ended(operations[0]!)))
    yard.open('erpnext').settings.createMissingCustomers = false
    expect(ends.map(({ status }) => status)).toEqual(['DONE', 'DONE'])
    expect(new Set(ends.map(({ dependsOn }) => dependsOn)).size).toBe(1)
    const made = yard.ledger('erpnext').customers.filter(({ name }) => name === 'Quill & Feather')
    expect(made).toHaveLength(1)
    for (const { reference } of ends) expect(yard.booked('erpnext', reference)).toEqual(['booked'])
  })

  it('refuses an order with its customer, and retries both', async () => {
    const named = { name: 'Brass Lantern Works', email: 'post@lantern.example', connections: [] }
    const { customer } = await acceptCustomer(yard.hub, ADMIN, named, [], yard.key())
    yard.open('erpnext').settings.createMissingCustomers = true
    yard.faults('erpnext', { do: 'status', status: 417, match: 'POST /api/resource/Customer', times: 0 })
    const id = await yard.accept(await yard.order('erpnext', { customer: customer! }))
    const op = await yard.ended(id)
    expect(op).toMatchObject({ status: 'REFUSED', problem: { code: 'INVALID_CUSTOMER', field: 'customer' } })
    expect(await yard.operation(op.dependsOn!)).toMatchObject({ status: 'REFUSED' })
    yard.faults('erpnext')
    await retry(yard.hub, ADMIN, id)
    expect(await yard.ended(id)).toMatchObject({ status: 'DONE' })
    yard.open('erpnext').settings.createMissingCustomers = false
    expect(yard.booked('erpnext', op.reference)).toEqual(['booked'])
  })
})
