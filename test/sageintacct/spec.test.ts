import { describe, expect, it } from 'vitest'
import { type Company, DEMO, order, stage } from './open.ts'
import { HAS_SPEC, Spec } from './spec.ts'

const { open } = stage()
const KEY = DEMO.customers[0]?.number ?? ''

/** Everything that the connector can do, once. */
async function exercise({ erp, sandbox }: Company): Promise<void> {
  const ask = { first: 5, after: null }
  await erp.check()
  for (const read of [erp.items, erp.customers, erp.orders, erp.invoices, erp.payments, erp.quotes]) {
    const { rows } = (await read?.list(ask)) ?? { rows: [] }
    await read?.byId(rows.map(({ id }) => id))
    await read?.list({ ...ask, search: 'DESK' })
  }
  const item = { item: 'DESK-60', sku: 'DESK-60' }
  await erp.stock?.([{ ...item, warehouses: null }])
  const price = { ...item, quantity: '10', unit: null, currency: null, on: '2026-11-21' }
  await erp.prices?.([
    { ...price, customer: KEY },
    { ...price, customer: null },
  ])
  await erp.credit?.([KEY])
  const ref = await erp.order?.create(order({ currency: 'EUR' }), 'ord_1')
  await erp.order?.create(
    order({
      currency: 'USD',
      lines: order().lines.map((line) => ({ ...line, unitPrice: null, discountPercent: '5' })),
    }),
    'ord_2',
  )
  if (ref) sandbox.act({ do: 'setOrderStatus', id: ref.id, status: 'draft' })
  const found = await erp.order?.find?.('ord_1')
  if (found) await erp.order?.resume?.(found.ref, found.step, order())
  if (ref) await erp.order?.undo?.(ref)
  const address = { lines: ['Königsallee 1'], postalCode: '40212', city: 'Düsseldorf', country: 'DE' }
  const customer = {
    name: 'Grünwald',
    email: 'a@b.example',
    phone: '+4930123',
    taxId: 'DE1',
    currency: 'EUR',
  }
  const made = await erp.customer?.create(
    { ...customer, country: 'DE', group: 'retail', paymentTerms: 'Net 30', addresses: [address] },
    'cus_1',
  )
  if (made) await erp.customer?.update?.(made, { phone: '+4930999' }, null)
  for await (const page of erp.changes?.('order', null) ?? []) expect(page.cursor).not.toBe('')
}

let exercised: Promise<Company['wire']> | null = null

/** What went over the wire, exercised once. */
function wire(): Promise<Company['wire']> {
  exercised ??= (async () => {
    const company = open()
    await exercise(company)
    return company.wire
  })()
  return exercised
}

describe('the vendor data of Sage Intacct', () => {
  it.skipIf(!HAS_SPEC)(
    'knows every field that is sent and every field that the sandbox answers',
    async () => {
      const all = await wire()
      expect(all.length).toBeGreaterThan(40)
      expect(new Spec().check(all)).toEqual([])
    },
  )

  it.skipIf(!HAS_SPEC)(
    'is held against the wire: a wrong field, type, or order of elements is named',
    async () => {
      const broken = (await wire()).map(({ request, answer }) => ({
        request: { ...request, body: request.body?.replace('<customerid>', '<memo>x</memo><customerid>') },
        answer: { ...answer, text: answer.text.replaceAll(/"basePrice":"([\d.]+)"/g, '"basePrice":$1') },
      }))
      const problems = new Spec().check(broken)
      expect(problems).toContain('create_sotransaction has no memo there')
      expect(problems).toContain('inventory-control/item basePrice basePrice is a number')
    },
  )
})
