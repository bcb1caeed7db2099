import { describe, expect, it } from 'vitest'
import { cardCode } from '../../subgraphs/sapbusinessone/customer.ts'
import { branched } from '../../subgraphs/sapbusinessone/sandbox.ts'
import { errorOf, orderInput, priceAsk, stage, value } from './stand.ts'

const { server, open } = stage()
const MILLION = { unitPrice: { amount: '2000000', currency: 'EUR' } }
const REF = 'ord_01JD2WQ3000001'

describe('orders', () => {
  it('that fall under an approval procedure are answered with -2028, found as drafts and never written twice', async () => {
    const { erp, sandbox, calls } = open()
    const ref = await erp.order?.create(orderInput({}, MILLION), REF)
    expect(ref?.id).toBe('draft:1')
    expect(calls.filter(({ method, path }) => method === 'POST' && path === '/b1s/v2/Orders')).toMatchObject([
      { status: 400 },
    ])
    expect(await erp.order?.find?.(REF)).toEqual({
      ref: { id: 'draft:1', number: null },
      step: 1,
      done: true,
    })
    const row = value((await erp.orders?.byId(['draft:1']))?.[0])
    expect(row).toMatchObject({
      id: 'draft:1',
      state: 'PENDING_APPROVAL',
      nativeStatus: 'dasPending',
      reference: REF,
    })
    expect(sandbox.ledger().orders.filter(({ ref: one }) => one === REF)).toMatchObject([{ state: 'draft' }])
  })

  it('that were approved are half done until the draft is added, and live on under both ids', async () => {
    const { erp, sandbox } = open()
    const ref = await erp.order?.create(orderInput({}, MILLION), REF)
    sandbox.act({ do: 'setOrderStatus', id: 'draft:1', status: 'dasApproved' })
    const found = await erp.order?.find?.(REF)
    expect(found).toMatchObject({ ref, step: 1, done: false })
    const made = await erp.order?.resume?.(ref ?? { id: '' }, 1, orderInput({}, MILLION))
    expect(made?.number).toMatch(/^\d+$/)
    expect(await erp.order?.find?.(REF)).toMatchObject({ ref: { id: made?.id }, done: true })
    const [draft, order] = ((await erp.orders?.byId(['draft:1', made?.id ?? ''])) ?? []).map(value)
    expect({ ...draft, id: '' }).toEqual({ ...order, id: '' })
    expect(order).toMatchObject({ state: 'OPEN', reference: REF })
  })

  it('that wait for approval can be cancelled twice', async () => {
    const { erp } = open()
    const ref = (await erp.order?.create(orderInput({}, MILLION), REF)) ?? { id: '' }
    await erp.order?.undo?.(ref)
    await erp.order?.undo?.(ref)
    expect(value((await erp.orders?.byId([ref.id]))?.[0]).state).toBe('CANCELLED')
  })

  it('name the customer or the item that went away between the look and the write, which -2028 does not', async () => {
    const { erp, sandbox } = open()
    await erp.order?.plan(orderInput(), REF)
    sandbox.act({ do: 'addItem', sku: 'GONE-1', name: 'Weg', price: '1' })
    const input = orderInput({}, { item: 'GONE-1', sku: 'GONE-1' })
    await erp.order?.plan(input, REF)
    sandbox.act({ do: 'deleteItem', sku: 'GONE-1' })
    expect((await errorOf(erp.order?.create(input, REF))).code).toBe('INVALID_ITEM')
  })

  it('that are closed are refused to be cancelled, and DELETE is not supported at all', async () => {
    const { erp, raw } = open()
    const ref = (await erp.order?.create(orderInput(), REF)) ?? { id: '' }
    expect((await raw('DELETE', `Orders(${ref.id})`)).json()).toMatchObject({ error: { code: '-5006' } })
    expect((await raw('POST', `Orders(${ref.id})/Close`)).status).toBe(204)
    const error = await errorOf(erp.order?.undo?.(ref))
    expect([error.code, error.retryable]).toEqual(['CONFLICT', false])
    expect(value((await erp.orders?.byId([ref.id]))?.[0])).toMatchObject({
      state: 'CLOSED',
      fulfilment: 'NONE',
    })
  })

  it('fix price and discount together, so that the ERP adds none of its own', async () => {
    const { erp } = open()
    const [plan] = (await erp.order?.plan(orderInput(), REF)) ?? []
    expect(plan?.body).toContain('"UnitPrice":212.5,"DiscountPercent":0')
    const bare = orderInput({}, { unitPrice: null })
    expect((await erp.order?.plan(bare, REF))?.[0]?.body).not.toMatch(/UnitPrice|DiscountPercent/)
  })

  it('name the branch that sells, as do previews of their prices, because companies with branches refuse others', async () => {
    const { erp } = open({ branch: 3 }, branched)
    expect((await erp.order?.create(orderInput(), REF))?.number).toMatch(/^\d+$/)
    expect(value((await erp.prices?.([priceAsk('DESK-60', '1')]))?.[0]).unitPrice?.currency).toBe('EUR')
    expect((await errorOf(open({}, branched).erp.order?.create(orderInput(), REF))).field).toBe('BPLId')
  })

  it('carry user-defined fields by their names, and refuse others and discounts in money', async () => {
    const { erp } = open()
    const attribute = (key: string) => ({ customAttributes: [{ key, value: 'web' }] })
    expect((await erp.order?.plan(orderInput(attribute('U_Channel')), REF))?.[0]?.body).toContain(
      '"U_Channel":"web"',
    )
    for (const key of ['Channel', 'U_ExtRef', 'CardCode'])
      expect((await errorOf(erp.order?.plan(orderInput(attribute(key)), REF))).field).toBe(
        `customAttributes.${key}`,
      )
    // In the metadata, and no property before the Service Layer is started again.
    const error = await errorOf(erp.order?.create(orderInput(attribute('U_NotLoaded')), REF))
    expect([error.code, error.field]).toEqual(['VALIDATION', 'customAttributes.U_NotLoaded'])
    expect((await erp.fields?.('order'))?.map(({ name }) => name)).toEqual(['U_Channel', 'U_Freight'])
    const discounts = [{ amount: { amount: '5', currency: 'EUR' } }]
    expect((await errorOf(erp.order?.plan(orderInput({ discounts }), REF))).field).toBe('discounts')
  })

  it('whose answer was lost behind the commit are found by the reference, the oldest of several', async () => {
    const company = open()
    server.faults(company.name, [{ do: 'resetAfter', match: 'POST /b1s/v2/Orders ' }])
    expect((await errorOf(company.erp.order?.create(orderInput(), REF))).code).toBe('UNAVAILABLE')
    const first = await company.erp.order?.find?.(REF)
    await company.erp.order?.create(orderInput(), REF)
    expect(await company.erp.order?.find?.(REF)).toEqual(first)
    expect(company.sandbox.ledger().orders.filter(({ ref }) => ref === REF)).toHaveLength(2)
  })
})

describe('customers', () => {
  it('get a code that is made from the reference, so that a second create finds the first', async () => {
    const { erp, sandbox } = open()
    const input = { name: 'Grünwald ✨ GmbH', email: 'a@gruenwald.example' }
    const first = await erp.customer?.create(input, 'cus_1')
    expect(first?.id).toBe(cardCode('cus_1'))
    expect(first?.id).toMatch(/^W[0-9A-Z]{14}$/)
    expect((await erp.customer?.create(input, 'cus_1'))?.id).toBe(first?.id)
    expect(sandbox.ledger().customers.filter(({ email }) => email === input.email)).toHaveLength(1)
  })

  it('are numbered by a series where one is set', async () => {
    const { erp } = open({ customerSeries: 72 })
    expect((await erp.customer?.create({ name: 'Reihe AG' }, 'cus_2'))?.id).toMatch(/^C\d+$/)
    expect((await erp.customer?.find?.('cus_2'))?.done).toBe(true)
  })

  it('take a new address into the row that is there, and keep the version of the header, not of a $select', async () => {
    const { erp, raw } = open()
    const address = { lines: ['Ring 5', 'Hof'], postalCode: '20095', city: 'Hamburg', country: 'DE' }
    const addresses = [{ type: 'SHIPPING' as const, ...address }]
    const ref = await erp.customer?.update?.({ id: 'C-10001' }, { addresses }, null)
    const row = value((await erp.customers?.byId(['C-10001']))?.[0])
    expect(row.addresses?.map(({ type, city }) => [type, city])).toEqual([
      ['BILLING', 'Berlin'],
      ['SHIPPING', 'Hamburg'],
    ])
    const frozen = (await raw('GET', "BusinessPartners('C-10001')?$select=CardCode")).json() as Record<
      string,
      string
    >
    expect(frozen['@odata.etag']).not.toBe(ref?.version)
    const again = await erp.customer?.update?.({ id: 'C-10001' }, { phone: '+4930' }, ref?.version ?? null)
    expect(again?.version).not.toBe(ref?.version)
    const stale = errorOf(erp.customer?.update?.({ id: 'C-10001' }, { phone: '+4931' }, ref?.version ?? null))
    expect((await stale).code).toBe('CONFLICT')
  })
})

describe('the sandbox', () => {
  it('refuses what the grammar of filters does not have', async () => {
    const { raw } = open()
    const wrong = [
      "ItemCode in ('A')",
      'QuantityOnStock add 1 eq 2',
      'ItemPrices/any(p:p/Price gt 1)',
      "tolower(ItemCode) eq 'a'",
    ]
    for (const filter of wrong) {
      const answer = await raw('GET', `Items?$filter=${encodeURIComponent(filter)}`)
      expect([answer.status, answer.json()], filter).toMatchObject([400, { error: { code: '-1000' } }])
    }
  })

  it('stops a $batch at the first refused part, and answers one without its end with -1000', async () => {
    const { raw } = open()
    const part = (path: string) =>
      `--b\r\nContent-Type: application/http\r\n\r\nGET /b1s/v2/${path}\r\n\r\n\r\n`
    const send = (body: string) =>
      raw('POST', '$batch', body, { 'content-type': 'multipart/mixed;boundary=b' })
    const parts = ["Items('DESK-60')", "Items('NOBODY')", "Items('DESK-80')"].map(part).join('')
    const { text, status } = await send(`${parts}--b--`)
    expect([status, text.match(/HTTP\/1\.1 \d+/g)]).toEqual([200, ['HTTP/1.1 200', 'HTTP/1.1 404']])
    expect((await send(parts)).json()).toMatchObject({ error: { message: 'Incomplete Batch Request Body!' } })
  })
})
