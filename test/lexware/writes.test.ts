import { describe, expect, it } from 'vitest'
import type { CustomerInput, Kind } from '../../subgraphs/connector.ts'
import { DEMO, customerOf, errorOf, orderOf, stage, value } from './open.ts'

const REF = 'esg_7Q2M9X4K1B8D3F6H'

describe('pushing an order', () => {
  const { open } = stage()

  it('is one request in Lexware’s form, and gives the number that only a later reading tells', async () => {
    const office = open()
    const note = 'Bitte anrufen'
    const ref = await office.erp.order?.create(
      orderOf(office, { note, requestedDelivery: '2026-12-01' }),
      REF,
    )
    expect(ref?.number).toMatch(/^AB\d+$/)
    const [post] = office.sent.filter(({ method }) => method === 'POST')
    expect(post?.url).toBe(`${office.url}/v1/order-confirmations?finalize=true`)
    expect(JSON.parse(post?.body ?? '')).toEqual({
      voucherDate: '2026-11-20T00:00:00.000+01:00',
      address: { contactId: customerOf(office, 1) },
      lineItems: [
        {
          type: 'material',
          id: expect.any(String),
          name: 'Schreibtisch 160',
          quantity: 2,
          unitName: 'Stück',
          unitPrice: { currency: 'EUR', netAmount: 212.5, taxRatePercentage: 19 },
        },
      ],
      totalPrice: { currency: 'EUR' },
      taxConditions: { taxType: 'net' },
      shippingConditions: { shippingDate: '2026-12-01T00:00:00.000+01:00', shippingType: 'delivery' },
      title: 'Auftragsbestätigung',
      remark: `Bitte anrufen\n\nRef: ${REF}`,
    })
    const row = value((await office.erp.orders?.byId([ref?.id ?? '']))?.[0])
    expect(row).toMatchObject({ reference: REF, note, net: { amount: '425' }, total: { amount: '505.75' } })
  })

  it('writes midnight in summer with the offset of summer', async () => {
    const office = open()
    const [planned] = (await office.erp.order?.plan(orderOf(office, { orderedOn: '2026-07-01' }), REF)) ?? []
    expect(planned?.body).toContain('"voucherDate":"2026-07-01T00:00:00.000+02:00"')
  })

  it('is found among the documents of the last days, each of which is read once', async () => {
    const office = open()
    const ref = await office.erp.order?.create(orderOf(office), REF)
    const again = office.reopen()
    expect(await again.erp.order?.find?.(REF)).toMatchObject({
      ref: { id: ref?.id, number: ref?.number },
      done: true,
    })
    office.calls.length = 0
    expect(await again.erp.order?.find?.('esg_other')).toBe(null)
    expect(office.calls.map(({ path }) => path)).toEqual(['/v1/voucherlist'])
  })

  it('takes the lowest id where two documents carry the reference', async () => {
    const office = open()
    const both = [
      await office.erp.order?.create(orderOf(office), REF),
      await office.erp.order?.create(orderOf(office), REF),
    ]
    const lowest = both.map((one) => one?.id ?? '').toSorted()[0]
    expect((await office.erp.order?.find?.(REF))?.ref.id).toBe(lowest)
  })

  it('never takes the reference in a note of a user for ours', async () => {
    const office = open()
    const input = orderOf(office, { note: 'Zeile\nRef: esg_FOREIGN' })
    await office.erp.order?.create(input, REF)
    expect(await office.erp.order?.find?.('esg_FOREIGN')).toBe(null)
    expect(await office.erp.order?.find?.(REF)).toMatchObject({ done: true })
  })

  it('stays a draft where a person approves, and is PENDING_APPROVAL until then', async () => {
    const office = open({ approval: true })
    const ref = await office.erp.order?.create(orderOf(office), REF)
    const row = value((await office.erp.orders?.byId([ref?.id ?? '']))?.[0])
    expect(row).toMatchObject({ state: 'PENDING_APPROVAL', nativeStatus: 'draft' })
    expect((await office.erp.order?.find?.(REF))?.done).toBe(true)
    const strict = office.reopen({})
    const found = await strict.erp.order?.find?.(REF)
    expect(found).toMatchObject({ done: false, step: 1 })
    const error = await errorOf(strict.erp.order?.resume?.(value(found ?? null).ref, 1, orderOf(office)))
    expect(error).toMatchObject({ code: 'CONFLICT', retryable: false })
  })

  it('refuses beforehand what Lexware has no place for', async () => {
    const office = open()
    const line = value(orderOf(office).lines[0] ?? null)
    const bad: [string, object][] = [
      ['currency', { currency: 'USD' }],
      ['lines[0].warehouse', { lines: [{ ...line, warehouse: 'MAIN' }] }],
      ['lines[0].unit', { lines: [{ ...line, unit: 'KGM' }] }],
      ['lines[0].requestedDelivery', { lines: [{ ...line, requestedDelivery: '2026-12-01' }] }],
      ['paymentTerms', { paymentTerms: 'constructor' }],
      ['discounts', { discounts: [{ percent: '5' }, { amount: { amount: '5', currency: 'EUR' } }] }],
      ['customAttributes', { customAttributes: [{ key: 'a', value: 'b' }] }],
      ['note', { note: 'x'.repeat(2000) }],
      ['orderedOn', { orderedOn: '2026-02-30' }],
    ]
    for (const [field, more] of bad)
      expect((await errorOf(office.erp.order?.plan(orderOf(office, more), REF))).field).toBe(field)
    expect(office.sent.filter(({ method }) => method !== 'GET')).toEqual([])
  })

  it('sends terms, discounts and the tax type of the country as the operator mapped them', async () => {
    const office = open({ taxTypes: { AT: 'intraCommunitySupply' } })
    const input = orderOf(office, {
      customer: customerOf(office, 2),
      paymentTerms: 'NET30',
      discounts: [{ percent: '10' }, { percent: '10' }],
    })
    const [planned] = (await office.erp.order?.plan(input, REF)) ?? []
    expect(JSON.parse(planned?.body ?? '')).toMatchObject({
      taxConditions: { taxType: 'intraCommunitySupply' },
      lineItems: [{ unitPrice: { taxRatePercentage: 0 } }],
      paymentConditions: { paymentTermLabel: '30 Tage netto', paymentTermDuration: 30 },
      totalPrice: { totalDiscountPercentage: 19 },
    })
    expect(planned?.headers.authorization).toBe('•••')
  })

  it('says which field Lexware refused, in its words', async () => {
    const office = open()
    const line = value(orderOf(office).lines[0] ?? null)
    const input = orderOf(office, { lines: [{ ...line, quantity: '1.23456' }] })
    const error = await errorOf(office.erp.order?.create(input, REF))
    expect(error).toMatchObject({ code: 'VALIDATION', field: 'lineItems[0].quantity' })
    expect(error.said).toContain('ist ungültig')
  })
})

describe('a pushed order', () => {
  const { open } = stage()

  it('has the status that an operator gave its native one', async () => {
    const office = open({ statuses: { open: 'PENDING_APPROVAL' } })
    const ref = value((await office.erp.order?.create(orderOf(office), REF)) ?? null)
    const row = value((await office.erp.orders?.byId([ref.id]))?.[0])
    expect(row).toMatchObject({ state: 'PENDING_APPROVAL', nativeStatus: 'open' })
  })
})

describe('pushing an invoice', () => {
  const { open } = stage()

  it('follows the order that it bills, which is then invoiced, and is due when it was said', async () => {
    const office = open()
    const { customer, lines } = orderOf(office)
    const order = value((await office.erp.order?.create(orderOf(office), REF)) ?? null)
    const input = { customer, lines, order: order.id, issuedOn: '2026-11-21', dueOn: '2026-12-05' }
    const ref = value((await office.erp.invoice?.create(input, 'esg_INVOICE')) ?? null)
    expect(ref.number).toMatch(/^RE\d+$/)
    const row = value((await office.erp.invoices?.byId([ref.id]))?.[0])
    expect(row).toMatchObject({
      orders: [order.number],
      dueOn: '2026-12-05',
      payment: 'UNPAID',
      state: 'OPEN',
    })
    expect(value((await office.erp.orders?.byId([order.id]))?.[0])).toMatchObject({ state: 'INVOICED' })
    expect(await office.erp.invoice?.find?.('esg_INVOICE')).toMatchObject({ ref: { id: ref.id }, done: true })
    expect(await office.erp.order?.find?.('esg_INVOICE')).toBe(null)
  })

  it('refuses an order that is not there, and a day before it was issued', async () => {
    const office = open()
    const { customer, lines } = orderOf(office)
    const plan = (more: object) => errorOf(office.erp.invoice?.plan({ customer, lines, ...more }, REF))
    expect(await plan({ order: '../contacts' })).toMatchObject({ code: 'VALIDATION', field: 'order' })
    expect(await plan({ issuedOn: '2026-11-21', dueOn: '2026-11-20' })).toMatchObject({ field: 'dueOn' })
  })
})

describe('changing a customer', () => {
  const { open } = stage()
  const input: CustomerInput = {
    name: 'Grünwald GmbH',
    email: 'einkauf@gruenwald.example',
    phone: '+49 30 555',
    taxId: 'DE123456789',
    addresses: [{ type: 'BILLING', lines: ['Allee 1'], postalCode: '10115', city: 'Berlin', country: 'DE' }],
  }

  it('sends everything that was read, because Lexware replaces the whole contact', async () => {
    const office = open()
    const ref = value((await office.erp.customer?.create(input, REF)) ?? null)
    const contactPersons = [{ firstName: 'Erika', lastName: 'Muster', primary: true }]
    const read = JSON.parse((await office.raw('GET', `contacts/${ref.id}`)).text)
    const put = { ...read, company: { ...read.company, contactPersons } }
    expect((await office.raw('PUT', `contacts/${ref.id}`, put)).status).toBe(200)
    await office.erp.customer?.update?.(ref, { phone: '+49 30 777' }, null)
    const after = JSON.parse((await office.raw('GET', `contacts/${ref.id}`)).text)
    expect(after).toEqual({
      ...put,
      phoneNumbers: { business: ['+49 30 777'] },
      version: 3,
      updatedDate: after.updatedDate,
    })
    expect(await office.reopen().erp.customer?.find?.(REF)).toMatchObject({
      ref: { id: ref.id, version: '3' },
      done: true,
    })
  })

  it('and looking for a new one never trusts a copy, however long the operator allows one', async () => {
    const office = open({ copySeconds: 3600 })
    expect(await office.erp.customer?.find?.(REF)).toBe(null)
    const ref = await office.erp.customer?.create(input, REF)
    expect(await office.erp.customer?.find?.(REF)).toMatchObject({ ref: { id: ref?.id }, done: true })
  })

  it('over a stale version is a CONFLICT, although Lexware says 406', async () => {
    const office = open()
    const ref = value((await office.erp.customer?.create(input, REF)) ?? null)
    await office.erp.customer?.update?.(ref, { name: 'Neu GmbH' }, '1')
    const error = await errorOf(office.erp.customer?.update?.(ref, { name: 'Alt GmbH' }, '1'))
    expect(error).toMatchObject({ code: 'CONFLICT', field: 'version' })
    expect(office.ledger().customers.find(({ id }) => id === ref.id)?.name).toBe('Neu GmbH')
  })

  it('with two billing addresses is refused before anything is sent', async () => {
    const office = open()
    const id = customerOf(office, -1)
    const error = await errorOf(office.erp.customer?.update?.({ id }, { phone: '+49 30 1' }, null))
    expect(error).toMatchObject({ code: 'VALIDATION', retryable: false })
    expect(office.sent.some(({ method }) => method === 'PUT')).toBe(false)
    const read = JSON.parse((await office.raw('GET', `contacts/${id}`)).text)
    expect((await office.raw('PUT', `contacts/${id}`, read)).status).toBe(406)
  })

  it('refuses groups, terms, dollars and a second billing address', async () => {
    const office = open()
    const bad: [string, Partial<CustomerInput>][] = [
      ['group', { group: 'key' }],
      ['paymentTerms', { paymentTerms: 'NET30' }],
      ['currency', { currency: 'USD' }],
      ['addresses', { addresses: [...(input.addresses ?? []), ...(input.addresses ?? [])] }],
      ['name', { name: '' }],
    ]
    for (const [field, more] of bad)
      expect((await errorOf(office.erp.customer?.plan({ ...input, ...more }, REF))).field).toBe(field)
  })
})

describe('what changed', () => {
  const { open } = stage()

  it('is told from the cursor on, with a minute of overlap for what was committed late', async () => {
    const office = open()
    const since = (kind: string) => `lexware:${kind}:2026-11-20T23:00:00.000Z`
    const told = async (kind: Kind) => {
      const ids: string[] = []
      for await (const page of office.erp.changes?.(kind, since(kind)) ?? [])
        ids.push(...page.changes.map(({ id }) => id))
      return ids
    }
    expect([await told('item'), await told('order')]).toEqual([[], []])
    office.act({ do: 'setPrice', sku: DEMO.products[7]?.sku ?? '', price: '9.99' })
    const order = office.ledger().orders.at(-1)?.id ?? ''
    office.act({ do: 'setOrderStatus', id: order, status: 'draft' })
    expect(await told('item')).toHaveLength(1)
    expect(await told('order')).toEqual([order])
    expect((await errorOf(told('payment'))).code).toBe('NOT_SUPPORTED')
  })
})
