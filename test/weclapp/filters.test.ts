import { describe, expect, it } from 'vitest'
import { errorOf, stage } from './open.ts'

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
