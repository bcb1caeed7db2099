import { describe, expect, it } from 'vitest'
import type { Http } from '../../subgraphs/http.ts'
import { Outbound } from '../../subgraphs/http.ts'
import { sageaccounting } from '../../subgraphs/sageaccounting/index.ts'
import { stage } from './open.ts'

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
})
