import { describe, expect, it } from 'vitest'
import { readOf, KINDS } from '../contract/kinds.ts'
import { Schemas, hasSpecs } from './spec.ts'
import { type Message, type Stand, orderFor, using } from './stand.ts'

/** Type of the body of a write, by the resource of its address. */
const BODIES: Record<string, string> = {
  batch: 'IntuitBatchRequest',
  customer: 'Customer',
  estimate: 'Estimate',
  invoice: 'Invoice',
  payment: 'Payment',
  salesreceipt: 'SalesReceipt',
}

let schemas: Schemas | null = null

/** The schemas, read once. */
function read(): Schemas {
  schemas ??= new Schemas()
  return schemas
}

function check(schemas: Schemas, { request, answer }: Message): string[] {
  const { pathname } = new URL(request.url)
  if (!pathname.includes('/v3/company/')) return []
  const resource = pathname.split('/').at(5) ?? ''
  const sent = request.body
    ? schemas.problems(JSON.parse(request.body), BODIES[resource] ?? 'none', `sent ${resource}`, true)
    : []
  const said = schemas.problems(JSON.parse(answer.text), 'IntuitResponse', `said ${resource}`)
  return [...sent, ...said]
}

/** Everything the connector can do, once. */
async function everything(stand: Stand): Promise<void> {
  const { erp, company } = stand
  await erp.check()
  for (const kind of KINDS) {
    const page = await readOf(erp, kind)?.list({ first: 500, after: null })
    await readOf(erp, kind)?.byId((page?.rows ?? []).slice(0, 3).map(({ id }) => id))
  }
  // Credit memos and sales receipts stand behind the invoices.
  let bills = await erp.invoices?.list({ first: 500, after: null })
  while (bills?.next) bills = await erp.invoices?.list({ first: 500, after: bills.next })
  const [item] = (await erp.items?.list({ first: 1, after: null }))?.rows ?? []
  const input = await orderFor(stand, {
    purchaseOrderNumber: 'PO-1',
    orderedOn: '2026-11-21',
    requestedDelivery: '2026-12-01',
    paymentTerms: 'Net 30',
    note: 'Läuten 🔔',
    shipTo: {
      name: 'Tor 3',
      lines: ['Weg 7'],
      postalCode: '80331',
      city: 'München',
      region: 'BY',
      country: 'DE',
    },
    discounts: [{ percent: '10' }],
    customAttributes: [{ key: 'quote', value: 'Q-1' }],
  })
  const ask = { item: item?.id ?? '', sku: item?.sku ?? '' }
  await erp.stock?.([{ ...ask, warehouses: null }])
  const price = { customer: input.customer, quantity: '1', unit: null, currency: null, on: '2026-11-21' }
  await erp.prices?.([{ ...ask, ...price }])
  await erp.credit?.([input.customer])
  const spent = await erp.expenses?.list({ first: 10, after: null, search: 'EXP' })
  await erp.expenses?.byId(spent?.rows.map(({ id }) => id) ?? [])
  const time = await erp.timeEntries?.list({ first: 2, after: null })
  await erp.timeEntries?.byId(time?.rows.map(({ id }) => id) ?? [])
  const order = await erp.order?.create(input, 'ord_spec1')
  await erp.order?.find?.('ord_spec1')
  const bill = await erp.invoice?.create({ ...input, order: order?.id, dueOn: '2026-12-21' }, 'inv_spec1')
  const amount = { amount: '12.34', currency: 'EUR' }
  const allocations = [{ invoice: bill?.id ?? '', amount }]
  const paid = { customer: input.customer, amount, paidOn: '2026-11-21', method: 'Wire', allocations }
  await erp.payment?.create(paid, 'pay_spec1')
  const other = await erp.order?.create(input, 'ord_spec2')
  if (other) await erp.order?.undo?.(other)
  const second = await erp.invoice?.create(input, 'inv_spec2')
  if (second) await erp.invoice?.undo?.(second)
  const address = { lines: ['Königsallee 1'], city: 'Düsseldorf', postalCode: '40212', country: 'DE' }
  const person = {
    name: 'Grün: GmbH',
    email: 'a@gruen.example',
    phone: '+49301',
    taxId: 'DE123',
    currency: 'USD',
  }
  const made = await erp.customer?.create({ ...person, addresses: [address] }, 'cus_spec1')
  if (made) await erp.customer?.update?.(made, { phone: '+493012345' }, null)
  for (const kind of ['order', 'item'] as const) {
    let cursor = null
    for await (const page of erp.changes?.(kind, null) ?? []) cursor = page.cursor
    company.books.write('Estimate', { Id: other?.id, SyncToken: '1' }, 'delete', null)
    for await (const page of erp.changes?.(kind, cursor) ?? []) cursor = page.cursor
    if (kind === 'order')
      company.books.add('Estimate', {
        ...company.books.find('Estimate', order?.id ?? ''),
        Id: other?.id,
        SyncToken: '1',
      })
  }
}

describe.skipIf(!hasSpecs)('the vendor’s schemas (skipped where ../shared/specs is absent)', () => {
  it('hold every request that is sent and every answer of the sandbox, by name and type', async () => {
    const vendor = read()
    expect(vendor.size).toBeGreaterThan(300)
    const fields = { customFields: { quote: '1' } }
    const messages = await using(async (stand) => {
      await everything(stand)
      return stand.messages
    }, fields)
    const settings = { ...fields, orderTarget: 'SALES_RECEIPT', invoiceTarget: 'SALES_RECEIPT' }
    messages.push(
      ...(await using(async (stand) => {
        const input = await orderFor(stand, { paymentTerms: 'Net 30', orderedOn: '2026-11-21' })
        const order = await stand.erp.order?.create(input, 'ord_spec3')
        await stand.erp.orders?.byId([order?.id ?? ''])
        const bill = await stand.erp.invoice?.create({ ...input, dueOn: '2026-12-21' }, 'inv_spec3')
        await stand.erp.invoices?.byId([bill?.id ?? ''])
        if (bill) await stand.erp.invoice?.undo?.(bill)
        return stand.messages
      }, settings)),
    )
    const lists = messages.map(({ request }) => decodeURIComponent(request.url))
    for (const entity of ['Invoice', 'CreditMemo', 'SalesReceipt', 'Purchase', 'TimeActivity'])
      expect(lists.some((url) => url.includes(`from ${entity} `))).toBe(true)
    const resources = new Set(messages.map(({ request }) => new URL(request.url).pathname.split('/').at(5)))
    for (const one of [
      'query',
      'batch',
      'cdc',
      'preferences',
      'companyinfo',
      'estimate',
      'invoice',
      'salesreceipt',
      'payment',
      'customer',
    ])
      expect(resources).toContain(one)
    expect([...new Set(messages.flatMap((message) => check(vendor, message)))]).toEqual([])
  })

  it('hold every native error that validation answers', () =>
    using(async ({ company }) => {
      const vendor = read()
      const bodies = Object.values(company.errors).map(({ answer }) => answer.body)
      const faults = bodies.filter((body) => body !== null && typeof body === 'object' && 'Fault' in body)
      expect(faults.length).toBeGreaterThan(15)
      for (const body of faults)
        expect(vendor.problems(JSON.parse(JSON.stringify(body)), 'IntuitResponse', 'fault')).toEqual([])
    }))

  it('refuse an unknown name, a wrong type and what only the desktop product has', () => {
    const vendor = read()
    const body = { CustomerRef: { value: '58' }, Line: [{ Amount: 499 }], TxnDate: '2026-11-21' }
    expect(vendor.problems(body, 'Estimate', 'it', true)).toEqual([])
    expect(vendor.problems({ ...body, Colour: 'red' }, 'Estimate', 'it', true)).toHaveLength(1)
    expect(vendor.problems({ ...body, Line: [{ Amount: '499' }] }, 'Estimate', 'it', true)).toHaveLength(1)
    expect(vendor.problems({ ...body, CustomerRef: '58' }, 'Estimate', 'it', true)).toHaveLength(1)
    expect(vendor.problems({ ...body, TrackingNum: '1' }, 'Estimate', 'it', true)).toHaveLength(1)
  })
})
