import { describe, expect, it } from 'vitest'
import { stage } from './open.ts'

const SECRET = 'whsec_weclapp_0123456789'
const URL = 'https://api.example.test/webhooks/weclapp:main'
const { open } = stage()

interface Webhook {
  id: string
  version: string
  entityName: string
  url: string
  deactivatedDate?: number
}

async function webhooks({ raw }: ReturnType<typeof open>): Promise<Webhook[]> {
  return JSON.parse((await raw('GET', 'webhook')).text).result
}

describe('webhooks of weclapp', () => {
  it('are asked for once for each kind of record, with our secret in the address, and nowhere written down', async () => {
    const tenant = open()
    const until = await tenant.erp.hook?.subscribe?.(URL, SECRET)
    expect(Date.parse(until ?? '')).toBeGreaterThan(Date.now())
    await tenant.erp.hook?.subscribe?.(URL, SECRET)
    const rows = await webhooks(tenant)
    expect(rows.map(({ entityName }) => entityName).toSorted()).toEqual([
      ...['article', 'party', 'quotation', 'salesInvoice', 'salesOrder'],
    ])
    expect(rows[0]).toMatchObject({
      url: `${URL}?secret=${SECRET}`,
      requestMethod: 'POST',
      ...{ atCreate: true, atUpdate: true, atDelete: true },
    })
    const ours = tenant.wire.filter(({ request, answer }) => `${request.body}${answer.text}`.includes(SECRET))
    expect(ours.length).toBeGreaterThan(5)
    expect(ours.every(({ request }) => request.confidential)).toBe(true)
  })

  it('that weclapp switched off after failures are switched on again, and others are left alone', async () => {
    const tenant = open()
    await tenant.erp.hook?.subscribe?.(URL, SECRET)
    const [first, ...others] = await webhooks(tenant)
    const change = { version: first?.version, deactivatedDate: 1_763_700_000_000 }
    await tenant.raw('PUT', `webhook/id/${first?.id}?ignoreMissingProperties=true`, change)
    expect((await webhooks(tenant))[0]).toMatchObject({ deactivatedDate: change.deactivatedDate })
    await tenant.erp.hook?.subscribe?.(URL, SECRET)
    const [after, ...same] = await webhooks(tenant)
    expect(after?.deactivatedDate).toBe(undefined)
    expect(same).toEqual(others)
  })
})
