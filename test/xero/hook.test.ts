import { describe, expect, it } from 'vitest'
import type { RawRequest } from '../../subgraphs/connector.ts'
import { TENANT } from '../../subgraphs/xero/sandbox/access.ts'
import { stage } from './open.ts'

const open = stage()

describe('webhooks of Xero', () => {
  const KEY = 'xero-webhook-key-for-tests'
  const INTENT = '{"events":[],"firstEventSequence":0,"lastEventSequence":0,"entropy":"S0m3r4nd0mt3xt"}'
  const UPDATE =
    '{"events":[{"resourceUrl":"https://api.xero.com/api.xro/2.0/Invoices/b6f7a5cd-1f0e-4a44-9c3b-0a52e2f6d111","resourceId":"b6f7a5cd-1f0e-4a44-9c3b-0a52e2f6d111","tenantId":"5b1f2d3e-0a6c-4c1e-9d5d-7f1d0c9b2a10","tenantType":"ORGANISATION","eventCategory":"INVOICE","eventType":"UPDATE","eventDateUtc":"2026-11-20T09:15:02.123"}],"firstEventSequence":7,"lastEventSequence":7,"entropy":"KQPLMXZTRWVBNDSHGFJC"}'
  const raw = (text: string, signature: string): RawRequest => ({
    headers: { 'x-xero-signature': signature },
    body: Buffer.from(text),
    query: {},
  })

  it('prove the address: the intent to receive is accepted with a true signature and refused with a false one', async () => {
    const { hook } = open().erp
    const good = raw(INTENT, 'lTaGum9CEUiETRQQCRJq8vLJQ7ODe8h6G5JWaFf+phM=')
    expect(hook?.verify(good, KEY)).toBe(true)
    expect(await hook?.read(good)).toEqual([])
    expect(hook?.verify(raw(INTENT, 'Th0mL1oPa2dCqy/7OIGkVwReR3e7DhE0jhzOivcIccI='), KEY)).toBe(false)
    expect(hook?.verify(raw(INTENT, ''), KEY)).toBe(false)
    expect(hook?.verify(good, '')).toBe(false)
  })

  it('tell an invoice as invoice and as order, in UTC, and pass over what is of another organisation', async () => {
    const good = raw(UPDATE, 'Th0mL1oPa2dCqy/7OIGkVwReR3e7DhE0jhzOivcIccI=')
    const own = open({ tenantId: '5b1f2d3e-0a6c-4c1e-9d5d-7f1d0c9b2a10' }).erp.hook
    expect(own?.verify(good, KEY)).toBe(true)
    const change = {
      id: 'b6f7a5cd-1f0e-4a44-9c3b-0a52e2f6d111',
      deleted: false,
      at: '2026-11-20T09:15:02.123Z',
    }
    expect(await own?.read(good)).toEqual([
      { kind: 'invoice', ...change },
      { kind: 'order', ...change },
    ])
    expect(await open({ tenantId: TENANT }).erp.hook?.read(good)).toEqual([])
  })

  it('tell of the only organisation of a consent where no tenant is filled in, and of no other one', async () => {
    const { erp, calls } = open({ tenantId: undefined })
    const foreign = JSON.parse(UPDATE).events[0] as object
    const own = { ...foreign, resourceId: '61ed71fc-01bf-4eb8-8419-8a18789ff45f', tenantId: TENANT }
    const mixed = raw(JSON.stringify({ events: [foreign, own] }), '')
    const told = { kind: 'invoice', id: '61ed71fc-01bf-4eb8-8419-8a18789ff45f' }
    expect(await erp.hook?.read(mixed)).toMatchObject([told, { ...told, kind: 'order' }])
    expect(await erp.hook?.read(mixed)).toHaveLength(2)
    expect(calls.filter(({ path }) => path === '/connections')).toHaveLength(1)
  })

  it('lose nothing while the organisation cannot be looked up', async () => {
    const { erp, fault, name } = open({ tenantId: undefined })
    fault(name, [{ do: 'status', status: 400, match: '/connections', times: 0 }])
    expect(await erp.hook?.read(raw(UPDATE, ''))).toHaveLength(2)
  })
})
