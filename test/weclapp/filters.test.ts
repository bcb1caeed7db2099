import { describe, expect, it } from 'vitest'
import { customerOf, errorOf, stage, value } from './open.ts'

const { open } = stage()

/** The tenant ignores this filter from now on, as the documentation says of unknown ones. */
function ignore({ sandbox }: ReturnType<typeof open>, filter: string): void {
  const handle = sandbox.handle.bind(sandbox)
  sandbox.handle = (request) => {
    request.query.delete(filter)
    return handle(request)
  }
}

describe('a filter that says which records are meant', () => {
  it('is checked where it is ignored in silence: a supplier is never listed as a customer', async () => {
    const tenant = open()
    await tenant.raw('POST', 'party', { company: 'Stahlwerk', supplier: true })
    ignore(tenant, 'customer-eq')
    const error = await errorOf(tenant.erp.customers?.list({ first: 200, after: null }))
    expect(error).toMatchObject({ code: 'BAD_ANSWER', field: 'customer' })
  })

  it('is checked for orders that count against a credit limit', async () => {
    const tenant = open()
    ignore(tenant, 'status-eq')
    ignore(tenant, 'invoiced-eq')
    const ids = tenant.sandbox.ledger().customers.map(({ id }) => id)
    expect((await errorOf(tenant.erp.credit?.(ids))).code).toBe('BAD_ANSWER')
  })
})

describe('an address that is asked', () => {
  it('stays below 8 kB, however long the article numbers are', async () => {
    const tenant = open()
    const customer = customerOf(tenant, 'C-10001')
    const skus = Array.from({ length: 100 }, (_, at) => `${at}-${'Ä'.repeat(60)}`)
    const lines = ['DESK-60', ...skus].map((one) => ({ item: null, sku: one, quantity: '1' }))
    expect(await errorOf(tenant.erp.order?.plan({ customer, lines }, 'ord_1'))).toMatchObject({
      code: 'INVALID_ITEM',
      field: 'lines[1].sku',
    })
    const asked = tenant.wire.filter(({ request }) => request.url.includes('articleNumber-in'))
    expect(asked.length).toBeGreaterThan(3)
    expect(Math.max(...asked.map(({ request }) => request.url.length))).toBeLessThan(8_000)
  })
})

describe('an invoice whose open item is settled', () => {
  it('is paid, even before the invoice says so itself', async () => {
    const tenant = open()
    const handle = tenant.sandbox.handle.bind(tenant.sandbox)
    tenant.sandbox.handle = async (request) => {
      const answer = await handle(request)
      if (!request.path.endsWith('/salesOpenItem')) return answer
      const { result } = answer.body as { result: { amount: string }[] }
      return {
        ...answer,
        body: { result: result.map((one) => ({ ...one, amountPaid: one.amount, amountOpen: '0' })) },
      }
    }
    const rows = (await tenant.erp.invoices?.list({ first: 5, after: null }))?.rows ?? []
    expect(rows.map(({ payment, balance }) => `${payment} ${balance?.amount}`)).toEqual(
      rows.map(() => 'PAID 0'),
    )
  })
})

describe('an address of a customer', () => {
  it('that is changed keeps nothing of the old one', async () => {
    const tenant = open()
    const place = { type: 'BILLING' as const, postalCode: '20457', city: 'Hamburg', country: 'DE' }
    const input = { name: 'Reeder', addresses: [{ ...place, lines: ['Am Kai 1', 'Hof 2'] }] }
    const ref = value((await tenant.erp.customer?.create(input, 'ord_2')) ?? null)
    await tenant.erp.customer?.update?.(ref, { addresses: [{ ...place, lines: ['Allee 9'] }] }, null)
    const row = value((await tenant.erp.customers?.byId([ref.id]))?.[0])
    expect(row.addresses).toMatchObject([{ lines: ['Allee 9'], city: 'Hamburg' }])
  })
})
