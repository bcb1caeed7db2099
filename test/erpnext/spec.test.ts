import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { asked, doctypeOf, faults, why } from './doctypes.ts'
import { type Line, open } from './line.ts'
import { absent, recordings } from './recordings.ts'

const ON = '2026-11-21'

/** Uses every part of the connection once. */
async function everything({ erp }: Line): Promise<void> {
  await erp.check()
  for (const read of [erp.items, erp.customers, erp.orders, erp.invoices, erp.payments, erp.quotes]) {
    const page = await read?.list({ first: 3, after: null, search: 'e' })
    await read?.byId(page?.rows.map(({ id }) => id) ?? [])
  }
  await erp.stock?.([{ item: 'DESK-60', sku: 'DESK-60', warehouses: null }])
  const price = { item: 'DESK-60', sku: 'DESK-60', quantity: '12', unit: null, currency: null, on: ON }
  await erp.prices?.([
    { ...price, customer: 'Nordwind GmbH' },
    { ...price, customer: null },
  ])
  await erp.credit?.(['Acme GmbH'])
  const lines = [
    {
      item: 'DESK-60',
      sku: 'DESK-60',
      quantity: '2',
      unit: 'H87',
      unitPrice: { amount: '99.5', currency: 'EUR' },
      discountPercent: '10',
      warehouse: 'Lager Süd - NHG',
      description: 'a <b> & c',
    },
  ]
  const address = {
    type: 'SHIPPING' as const,
    name: 'Tor 3',
    lines: ['Hafen 1'],
    postalCode: '20457',
    city: 'Hamburg',
    country: 'DE',
  }
  const order = await erp.order?.create(
    {
      customer: 'Acme GmbH',
      currency: 'EUR',
      purchaseOrderNumber: 'PO-77',
      requestedDelivery: '2027-01-05',
      paymentTerms: '30 Days',
      note: 'bitte\nklingeln',
      shipTo: address,
      discounts: [{ percent: '2' }],
      lines,
    },
    'ref-all',
  )
  const invoice = await erp.invoice?.create(
    { customer: 'Acme GmbH', order: order?.id, currency: 'EUR', issuedOn: ON, dueOn: '2027-01-31', lines },
    'ref-inv',
  )
  const amount = { amount: '5', currency: 'EUR' }
  const payment = await erp.payment?.create(
    {
      customer: 'Acme GmbH',
      amount,
      paidOn: ON,
      method: 'Cash',
      allocations: [{ invoice: invoice?.id ?? '', amount }],
    },
    'ref-pay',
  )
  if (payment) await erp.payment?.undo?.(payment)
  if (invoice) await erp.invoice?.undo?.(invoice)
  if (order) await erp.order?.undo?.(order)
  const billing = { ...address, type: 'BILLING' as const }
  const customer = await erp.customer?.create(
    {
      name: 'Ganz Neu KG',
      email: 'neu@ganz.example',
      phone: '+49401',
      taxId: 'DE1',
      currency: 'EUR',
      group: 'Retail',
      paymentTerms: '14 Days',
      addresses: [billing, address],
    },
    'ref-cust',
  )
  if (customer)
    await erp.customer?.update?.(
      customer,
      { phone: '+49402', taxId: null, addresses: [{ ...billing, city: 'Kiel' }] },
      null,
    )
  for await (const page of erp.changes?.('order', null) ?? []) expect(page.cursor).toBeTruthy()
}

describe('what goes over the wire', () => {
  let line: Line
  beforeAll(async () => {
    line = await open()
    await everything(line)
  })
  afterAll(() => line.close())

  it.skipIf(why)(
    `every document that is sent has only fields of its DocType, in their types and words${why}`,
    () => {
      const sent = line.exchanges.filter(
        ({ request }) => ['POST', 'PUT'].includes(request.method) && request.body,
      )
      const wrong = sent.flatMap(({ request }) => {
        const at = doctypeOf(request.url)
        return at ? faults(at.doctype, JSON.parse(request.body ?? '{}') as Record<string, unknown>) : []
      })
      expect(wrong).toEqual([])
      const written = new Set(sent.flatMap(({ request }) => doctypeOf(request.url)?.doctype ?? []))
      const all = ['Address', 'Contact', 'Customer', 'Payment Entry', 'Sales Invoice', 'Sales Order']
      expect([...written].toSorted()).toEqual(all)
    },
  )

  it.skipIf(why)(`every list call names only fields that exist${why}`, () => {
    expect(line.exchanges.flatMap(asked)).toEqual([])
  })

  it.skipIf(why)(`every row and document that the sandbox answers fits its DocType${why}`, () => {
    const wrong = line.exchanges.flatMap(({ request, response }) => {
      const at = doctypeOf(request.url)
      const body = JSON.parse(response?.body.length === 20_000 ? '{}' : (response?.body ?? '{}')) as {
        data?: unknown
      }
      const rows = Array.isArray(body.data)
        ? body.data
        : body.data && typeof body.data === 'object'
          ? [body.data]
          : []
      const joined = at?.query.get('fields')?.includes('.') ?? false
      return at && !joined ? rows.flatMap((row) => faults(at.doctype, row as Record<string, unknown>)) : []
    })
    expect(wrong).toEqual([])
  })

  it.skipIf(absent)(
    `requests have the form of the recorded ones: paths, parameters and headers${absent ? ` (skipped: ${absent})` : ''}`,
    () => {
      const known = recordings()
      const parameters = new Set(
        known.flatMap(({ request }) => [...new URL(request.path, 'http://x').searchParams.keys()]),
      )
      const headers = (one: Record<string, string>) => Object.keys(one).map((name) => name.toLowerCase())
      const plain = headers(
        known.find(({ request }) => request.method === 'GET')?.request.headers ?? {},
      ).toSorted()
      const withBody = headers(
        known.find(({ request }) => request.method === 'POST')?.request.headers ?? {},
      ).toSorted()
      for (const { method, url, headers: own, body } of line.sent) {
        const { pathname, searchParams } = new URL(url)
        expect(pathname).toMatch(/^\/erpnext\/api\/(resource\/[^/?]+(\/[^/?]+)?|method\/[\w.]+)$/)
        expect(headers(own ?? {}).toSorted(), `${method} ${pathname}`).toEqual(body ? withBody : plain)
        for (const name of searchParams.keys())
          expect([...parameters, 'or_filters', 'parent']).toContain(name)
        expect(() => JSON.parse(body || '{}') as unknown).not.toThrow()
      }
      const cancels = line.sent
        .filter(({ url }) => url.endsWith('frappe.client.cancel'))
        .map(({ body }) => Object.keys(JSON.parse(body ?? '{}') as object))
      expect(cancels.length).toBe(3)
      for (const keys of cancels) expect(keys).toEqual(['doctype', 'name'])
    },
  )
})
