import { describe, expect, it } from 'vitest'
import type { Http } from '../../subgraphs/http.ts'
import { Outbound } from '../../subgraphs/http.ts'
import { sageaccounting } from '../../subgraphs/sageaccounting/index.ts'
import { customerId, stage, value } from './open.ts'

const open = stage()

describe('the limits of Sage Accounting', () => {
  it('are not overrun by a long list: its pages never queue up beyond what may go out at once', async () => {
    const { url, sandbox, vault } = open()
    for (let nth = 0; nth < 2_000; nth += 1)
      sandbox.act({ do: 'addCustomer', name: `Kunde ${nth}`, email: `k${nth}@x.example` })
    const limits = { ...sageaccounting.limits, perMinute: undefined, perDay: undefined }
    const allowHosts = [new URL(url).host]
    const way = new Outbound({ connection: 'sage:long', limits, vault, allowHosts, secrets: [] })
    let [waiting, most, sent] = [0, 0, 0]
    const send: Http['send'] = async (request) => {
      waiting += 1
      sent += 1
      most = Math.max(most, waiting)
      return way.send(request).finally(() => (waiting -= 1))
    }
    const config = sageaccounting.config.parse(sandbox.config(url))
    const erp = sageaccounting.connect(config, { vault, send })
    const told = new Set<string>()
    for await (const { changes } of erp.changes?.('customer', null) ?? [])
      for (const { id } of changes) told.add(id)
    await way.close()
    expect(told.size).toBeGreaterThan(2_000)
    expect(sent).toBeGreaterThan(10)
    expect(most).toBeLessThanOrEqual(sageaccounting.limits.parallel)
  })

  it('are spared when a payment is looked for: among the newest thousand, not all that were ever booked', async () => {
    const { erp, sandbox, calls } = open()
    const handle = sandbox.handle.bind(sandbox)
    sandbox.handle = async (request) => {
      const answer = await handle(request)
      if (request.path !== '/contact_payments') return answer
      return { ...answer, body: { ...(answer.body as object), $total: 40_000, $next: '/contact_payments' } }
    }
    expect(await erp.payment?.find?.('pay_unknown')).toBe(null)
    expect(calls.filter(({ path }) => path === '/contact_payments')).toHaveLength(5)
  })

  it('are spared when one customer is asked for: its own open invoices are read, not those of all', async () => {
    const { erp, wire } = open()
    const invoices = (await erp.invoices?.list({ first: 200, after: null }))?.rows ?? []
    const [open_] = invoices.filter(({ balance }) => Number(balance?.amount) > 0)
    const customer = open_?.customer ?? ''
    wire.length = 0
    const owed = value((await erp.credit?.([customer]))?.[0]).balance
    const asked = wire.map(({ request }) => request.url).filter((url) => url.includes('/sales_invoices'))
    expect(asked).toHaveLength(2)
    for (const url of asked) expect(url).toContain(`contact_id=${customer}`)
    const all = (await erp.credit?.([customer, await customerId(erp, 1), await customerId(erp, 2)])) ?? []
    expect(value(all[0]).balance).toEqual(owed)
  })
})
