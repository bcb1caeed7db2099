import Big from 'big.js'
import { describe, expect, it } from 'vitest'
import { customerOf, errorOf, itemOf, stage, value } from './open.ts'
import { againstSpec, hasSpec } from './spec.ts'

const { open } = stage()
type Tenant = ReturnType<typeof open>

async function asksOf(tenant: Tenant, customers: string[]) {
  const skus = ['DESK-60', 'CHAIR-60', 'VALVE-60']
  const items = await Promise.all(skus.map((sku) => itemOf(tenant, sku)))
  const more = { quantity: '10', unit: null, currency: null, on: '2026-11-21' }
  return customers.flatMap((number) => {
    const customer = customerOf(tenant, number)
    return skus.map((sku, at) => ({ ...more, sku, item: items[at] ?? '', customer }))
  })
}

const dryRuns = ({ wire }: Tenant) => wire.filter(({ request }) => request.url.includes('dryRun=true'))

/** Takes 12.5 percent off every line of an order, as a discount of an article category would. */
function discount({ sandbox }: Tenant): void {
  const handle = sandbox.handle.bind(sandbox)
  sandbox.handle = async (request) => {
    const answer = await handle(request)
    if (request.query.get('dryRun') !== 'true' || answer.status !== 200) return answer
    const body = answer.body as { orderItems: { netAmount: string }[] }
    const orderItems = body.orderItems.map((line) => ({
      ...line,
      netAmount: new Big(line.netAmount).times('0.875').toFixed(),
      reductionAdditionItems: [
        { position: 1, source: 'ARTICLE_CATEGORY', type: 'REDUCTION_PERCENT', value: '12.5' },
      ],
    }))
    return { ...answer, body: { ...body, orderItems } }
  }
}

describe('prices that weclapp itself makes', () => {
  it('are those of our own rule where the price rows say all, in one call for each customer, and nothing is stored', async () => {
    const tenant = open({ exactPrices: true })
    const asks = await asksOf(tenant, ['C-10001', 'C-10002'])
    const before = tenant.sandbox.ledger()
    const exact = (await tenant.erp.prices?.(asks))?.map(value) ?? []
    expect(dryRuns(tenant)).toHaveLength(2)
    expect(tenant.sandbox.ledger()).toEqual(before)
    expect(new Set(exact.map(({ source }) => source))).toEqual(new Set(['dryRun:salesOrder']))
    const sent = dryRuns(tenant).flatMap(({ request, answer }) =>
      hasSpec ? againstSpec(request, answer) : [],
    )
    expect(sent).toEqual([])
    const other = open()
    const ours = (await other.erp.prices?.(await asksOf(other, ['C-10001', 'C-10002'])))?.map(value) ?? []
    expect(exact.map(({ unitPrice }) => unitPrice)).toEqual(ours.map(({ unitPrice }) => unitPrice))
  })

  it('have the discounts that stand in no price row', async () => {
    const tenant = open({ exactPrices: true })
    const [ask] = await asksOf(tenant, ['C-10001'])
    const asks = ask ? [ask, { ...ask, customer: null }] : []
    const [before] = (await tenant.erp.prices?.(asks))?.map(value) ?? []
    discount(tenant)
    const [after, list] = (await tenant.erp.prices?.(asks))?.map(value) ?? []
    const wanted = new Big(before?.unitPrice?.amount ?? 0).times('0.875')
    expect(wanted.eq(after?.unitPrice?.amount ?? 0)).toBe(true)
    expect([after?.tiers, list?.source]).toEqual([null, 'list'])
  })

  it('are an error of that customer alone where weclapp refuses to price', async () => {
    const tenant = open({ exactPrices: true })
    const asks = await asksOf(tenant, ['C-10001', 'C-10002'])
    const blocked = asks[0]?.customer ?? ''
    const change = { customerBlocked: true }
    await tenant.raw('PUT', `party/id/${blocked}?ignoreMissingProperties=true`, change)
    const answers = (await tenant.erp.prices?.(asks)) ?? []
    expect((await errorOf(Promise.resolve(answers))).code).toBe('INVALID_CUSTOMER')
    expect(answers.slice(3).map((row) => value(row).source)).toEqual(Array(3).fill('dryRun:salesOrder'))
  })
})
