import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { DEFAULT_TENANT } from '../../subgraphs/hub/access.ts'
import { saveConnection } from '../../subgraphs/hub/connection.ts'
import { planOrder } from '../../subgraphs/hub/plan.ts'
import { acceptCustomer } from '../../subgraphs/hub/upsert.ts'
import { type FreshDatabase, freshDatabase } from '../postgres.ts'
import { ADMIN, type Yard, buildYard } from '../yard.ts'

describe('a webhook endpoint as the only target of the hub', () => {
  let yard: Yard
  let database: FreshDatabase
  let customer: string
  const lines = [{ sku: 'DESK-160', quantity: '2', unitPrice: { amount: '212.50', currency: 'EUR' } }]

  beforeAll(async () => {
    database = await freshDatabase()
    yard = await buildYard({ url: database.url, mounts: ['webhook'] })
    yard.work()
  })
  afterAll(async () => {
    await yard.close()
    await database.drop()
  })

  it('gets an order of a customer that was pushed to it before, once, although it fails twice', async () => {
    const input = { name: 'Grünwald Möbel GmbH', email: 'einkauf@gruenwald.example' }
    const accepted = await acceptCustomer(yard.hub, ADMIN, input, [], yard.key())
    customer = accepted.customer ?? ''
    const made = await yard.ended(accepted.operations[0] ?? '')
    expect(made).toMatchObject({ status: 'DONE', connection: 'webhook:main', externalId: 'D-1061' })
    yard.faults('webhook', { do: 'status', status: 500, match: 'order.upsert', times: 2 })
    const op = await yard.push({ customer, lines })
    expect(op).toMatchObject({ status: 'DONE', connection: 'webhook:main', externalId: 'AB-1001' })
    expect(yard.booked('webhook', op.reference)).toEqual(['booked'])
    const [order] = yard.ledger('webhook').orders
    expect(order).toMatchObject({ customer: 'D-1061', total: '425.00' })
  })

  it('is shown the payload before it is sent', async () => {
    const key = yard.key()
    const { plan, problems } = await planOrder(yard.hub, ADMIN, { customer, lines }, key)
    expect(problems).toEqual([])
    const before = yard.server.calls('webhook').length
    await yard.push({ customer, lines }, key)
    const sent = yard.server.calls('webhook').slice(before)
    expect(sent.map(({ body }) => body)).toContain(plan[0]?.body)
  })

  it('has its refusal told by name, and is not asked again', async () => {
    const op = await yard.push({ customer, lines: [{ sku: 'NO-SUCH', quantity: '1' }] })
    expect(op).toMatchObject({ status: 'REFUSED', attempts: 1 })
    expect(op.problem).toMatchObject({ code: 'INVALID_ITEM', field: 'lines.0.sku' })
  })

  it('that may keep an id twice leaves an unanswered order to a person, and never sends it twice', async () => {
    const { url, secret } = yard.server.sandbox('webhook').config(yard.server.url('webhook'))
    const about = { id: 'webhook:main', tenant: DEFAULT_TENANT, system: 'webhook', settings: {} }
    await saveConnection(yard.hub, { ...about, config: { url, secret, idempotent: false } })
    yard.faults('webhook', { do: 'resetAfter', match: 'order.upsert' })
    const op = await yard.push({ customer, lines })
    expect(op).toMatchObject({ status: 'UNCERTAIN', problem: { code: 'UNCERTAIN' } })
    expect(yard.booked('webhook', op.reference)).toEqual(['booked'])
  })

  it('is sent an unanswered order again, as long as nobody said that it keeps an id twice', async () => {
    const { url, secret } = yard.server.sandbox('webhook').config(yard.server.url('webhook'))
    const about = { id: 'webhook:main', tenant: DEFAULT_TENANT, system: 'webhook', settings: {} }
    await saveConnection(yard.hub, { ...about, config: { url, secret } })
    yard.faults('webhook', { do: 'resetAfter', match: 'order.upsert' })
    const op = await yard.push({ customer, lines })
    expect(op.status).toBe('DONE')
    expect(yard.booked('webhook', op.reference)).toEqual(['booked'])
  })
})
