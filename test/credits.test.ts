import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type TestHouse, openHouse } from './whole.ts'

const [ODOO, QUICKBOOKS] = ['odoo:main', 'quickbooks:main']
const BUYER = `mutation ($input: UpsertCustomerInput!) { upsertCustomer(input: $input, idempotencyKey: "buyer", waitMs: 20000) {
  customer { id } operations { status } } }`
const PUSH = `mutation ($input: PushInvoiceInput!, $key: ID!) { pushInvoice(input: $input, idempotencyKey: $key, waitMs: 20000) {
  operation { status externalId problem { code field } } problems { code field } } }`

interface Pushed {
  operation: {
    status: string
    externalId: string | null
    problem: { code: string; field: string } | null
  } | null
  problems: { code: string; field: string }[]
}

describe('a credit note', () => {
  let house: TestHouse
  let customer = ''
  beforeAll(async () => {
    house = await openHouse({ only: [ODOO, QUICKBOOKS] })
    await house.poll()
    house.work()
    const input = { name: 'Grünwald GmbH', email: 'a@gruenwald.example', connections: [ODOO, QUICKBOOKS] }
    const made = await house.ask<{ upsertCustomer: { customer: { id: string } } }>(BUYER, { input })
    customer = made.data.upsertCustomer.customer.id
  })
  afterAll(() => house.close())

  const push = async (connection: string, type: string): Promise<Pushed> => {
    const unitPrice = { amount: '10.00', currency: 'EUR' }
    const lines = [{ sku: 'DESK-160', quantity: '1', unitPrice }]
    const input = { connection, customer, type, lines }
    const answer = await house.ask<{ pushInvoice: Pushed }>(PUSH, { input, key: `${connection} ${type}` })
    expect(answer.errors).toBeUndefined()
    return answer.data.pushInvoice
  }

  it('is booked as such by an ERP that takes credit notes', async () => {
    const { operation } = await push(ODOO, 'CREDIT_NOTE')
    expect(operation).toMatchObject({ status: 'DONE', problem: null })
    const erp = house.hub.directory.find('default', ODOO)?.erp
    const [row] = (await erp?.invoices?.byId([operation?.externalId ?? ''])) ?? []
    expect(row).toMatchObject({ type: 'CREDIT_NOTE' })
  })

  it('is refused by an ERP that takes none, and nothing is booked', async () => {
    const before = house.sandboxes.calls('quickbooks').filter(({ path }) => path.endsWith('/invoice')).length
    const { operation } = await push(QUICKBOOKS, 'CREDIT_NOTE')
    expect(operation).toMatchObject({ status: 'REFUSED', problem: { code: 'NOT_SUPPORTED', field: 'type' } })
    const after = house.sandboxes.calls('quickbooks').filter(({ path }) => path.endsWith('/invoice')).length
    expect(after).toBe(before)
  })

  it('is not accepted where its type says nothing', async () => {
    const { operation, problems } = await push(ODOO, 'UNKNOWN')
    expect(operation).toBeNull()
    expect(problems).toMatchObject([{ code: 'VALIDATION', field: 'type' }])
  })
})
