import { beforeAll, describe, expect, it } from 'vitest'
import type { Setting } from './host.ts'
import type { Item } from './package.ts'
import { OPEN_MS, type Stand, theStand, run as runIn } from './stand.ts'

let stand: Stand
beforeAll(async () => {
  stand = await theStand()
}, OPEN_MS)

type Ran = ReturnType<typeof runIn>
const run = (parameters: Record<string, unknown>, more: Partial<Setting> = {}): Ran =>
  runIn(stand, parameters, more)

const order = () => ({
  resource: 'order',
  operation: 'push',
  customer: stand.customer,
  connection: 'odoo:main',
  specifyLines: 'json',
  linesJson: JSON.stringify([{ sku: stand.skus[0], quantity: 2 }]),
})

describe('an order push', () => {
  it('that is run again, in the same execution or another one, is one order in the ERP', async () => {
    const items = [{ deal: 1, amount: '10' }, { deal: 2 }, { deal: 2 }]
    const { items: first } = await run(order(), { items, executionId: '7' })
    expect(first.map(({ json }) => json.ok)).toEqual([true, true, true])
    const { items: again } = await run(order(), { items, executionId: '8' })
    const [late] = (await run(order(), { items: [{ amount: '10', deal: 1 }], executionId: '9' })).items
    const references = (done: Item[]) =>
      done.map(({ json }) => (json.operation as { reference: string }).reference)
    expect(references(again)).toEqual(references(first))
    expect(references([late!])).toEqual(references(first).slice(0, 1))
    expect(new Set(references(first)).size).toBe(3)
    expect(references(first).map(stand.booked)).toEqual([1, 1, 1])
    expect(first[0]!.json).toMatchObject({
      operation: { status: 'DONE' },
      order: { connection: 'odoo:main' },
      problems: [],
    })
  })

  it('takes the key that the workflow gives, and refuses it another order', async () => {
    const idempotencyKey = (item: number) => `deal-${item}`
    const { items, requests } = await run({ ...order(), idempotencyKey }, { items: [{}, {}] })
    expect(requests.map(({ body }) => body.variables.key)).toEqual(['deal-0', 'deal-1'])
    expect(items.map(({ json }) => json.idempotencyKey)).toEqual(['deal-0', 'deal-1'])
    const other = run({ ...order(), idempotencyKey, additionalFields: { note: 'other' } })
    await expect(other).rejects.toMatchObject({
      message: expect.stringContaining('[IDEMPOTENCY_MISMATCH]'),
      description: 'Use a new idempotency key for a different request.',
    })
  })

  it('tells items that say nothing apart by the order itself', async () => {
    const { items: one } = await run(order())
    const { items: same } = await run(order())
    const { items: other } = await run({ ...order(), additionalFields: { note: 'another' } })
    const ids = [one, same, other].map(([item]) => (item!.json.operation as { id: string }).id)
    expect(ids[1]).toBe(ids[0])
    expect(ids[2]).not.toBe(ids[0])
  })

  it('writes what the fields say, and nothing for those left empty', async () => {
    const line = {
      sku: stand.skus[0],
      quantity: 3,
      unitPrice: '9.90',
      currency: 'EUR',
      requestedDelivery: '2026-12-01T00:00:00',
    }
    const additionalFields = {
      purchaseOrderNumber: 'PO 7',
      requestedDelivery: '2026-12-02T10:00:00.000Z',
      note: ' ',
    }
    const parameters = {
      ...order(),
      specifyLines: 'fields',
      lines: { line: [line] },
      additionalFields,
      dryRun: true,
    }
    const { items, requests } = await run(parameters)
    expect(requests[0]!.body.variables.input).toEqual({
      connection: 'odoo:main',
      customer: stand.customer,
      lines: [
        {
          sku: stand.skus[0],
          quantity: '3',
          unitPrice: { amount: '9.90', currency: 'EUR' },
          requestedDelivery: '2026-12-01',
        },
      ],
      purchaseOrderNumber: 'PO 7',
      requestedDelivery: '2026-12-02',
    })
    const { ok, operation, plan } = items[0]!.json
    expect({ ok, operation }).toEqual({ ok: true, operation: null })
    expect(JSON.stringify(plan)).toContain('PO 7')
  })

  it('that is refused at once fails its item alone, or goes on as data', async () => {
    const parameters = { ...order(), customer: (item: number) => (item === 1 ? 'nobody' : stand.customer) }
    const items = [{ nth: 1 }, { nth: 2 }, { nth: 3 }]
    await expect(run(parameters, { items })).rejects.toMatchObject({
      message: expect.stringMatching(/^\[INVALID_CUSTOMER\]/),
      context: { itemIndex: 1 },
    })
    const { items: done } = await run(parameters, { items, continueOnFail: true })
    expect(done.map(({ json }) => json.code ?? json.ok)).toEqual([true, 'INVALID_CUSTOMER', true])
    expect(done[1]).toMatchObject({
      json: {
        field: 'customer',
        resolution: expect.any(String),
        operation: null,
        problems: [{ code: 'INVALID_CUSTOMER' }],
      },
      error: { name: 'NodeApiError' },
      pairedItem: { item: 1 },
    })
    expect(done[0]!.json).not.toHaveProperty('error')
    const { items: told } = await run({ ...parameters, failOnRefusal: false }, { items })
    expect(told.map(({ json }) => json.ok)).toEqual([true, false, true])
    expect(told[1]!.json).toMatchObject({ problems: [{ code: 'INVALID_CUSTOMER', field: 'customer' }] })
  })

  it('that the ERP refuses fails with its reason and its operation, whose status can be asked', async () => {
    const match = 'sale.order/create'
    stand.house.sandboxes.faults('odoo', [{ do: 'error', name: 'businessRule', match, times: 0 }])
    const { items } = await run(order(), { items: [{ deal: 'refused' }], continueOnFail: true })
    stand.house.sandboxes.faults('odoo', [])
    expect(items[0]!.json).toMatchObject({ code: 'VALIDATION', operation: { status: 'REFUSED' } })
    const { id: operationId } = items[0]!.json.operation as { id: string }
    const status = { resource: 'syncOperation', operation: 'get', operationId }
    const { items: asked } = await run(status)
    expect(asked[0]!.json).toMatchObject({
      id: operationId,
      status: 'REFUSED',
      attempts: [{ outcome: 'ERROR' }],
    })
    const none = run({ ...status, operationId: 'no-such' })
    await expect(none).rejects.toMatchObject({ message: expect.stringContaining('[NOT_FOUND]') })
  })

  it('with lines that are no list sends nothing', async () => {
    for (const linesJson of ['{', '{}']) {
      const wrong = run({ ...order(), linesJson })
      await expect(wrong).rejects.toMatchObject({ message: expect.stringMatching(/^\[VALIDATION\] lines/) })
    }
  })
})

describe('a customer upsert', () => {
  const customer = { resource: 'customer', operation: 'upsert', name: 'Nordlicht GmbH' }

  it('creates a customer once, however often it is run, and may change it to and fro', async () => {
    const additionalFields = { email: 'info@nordlicht.example', country: 'DE', connections: 'odoo:main' }
    const items = [{ company: 17 }]
    const { items: first } = await run({ ...customer, additionalFields }, { items, executionId: '1' })
    const { items: again } = await run({ ...customer, additionalFields }, { items, executionId: '2' })
    expect(first[0]!.json).toMatchObject({ ok: true, operations: [{ status: 'DONE', action: 'CREATE' }] })
    expect(again[0]!.json).toEqual(first[0]!.json)
    const { id } = first[0]!.json.customer as { id: string }
    const change = async (email: string, executionId: string) => {
      const parameters = { ...customer, customerId: id, additionalFields: { email } }
      const [changed] = (await run(parameters, { items, executionId })).items
      return changed!.json
    }
    const away = await change('new@nordlicht.example', '3')
    const back = await change('info@nordlicht.example', '4')
    expect([away.ok, back.ok]).toEqual([true, true])
    expect(back.customer).toMatchObject({ email: 'info@nordlicht.example' })
  })
})
