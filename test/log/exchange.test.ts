import { afterAll, describe, expect, it } from 'vitest'
import { Wires, reply } from '../wire.ts'

const wires = new Wires()
afterAll(() => wires.close())

async function answered(headers: Record<string, string>) {
  const wire = await wires.open(reply(200, '{}', headers), {}, ['the-secret'])
  await wire.send()
  return wire.exchanges[0]?.response
}

describe('an exchange in the log', () => {
  it('keeps what the provider called the request, in whichever header it stands, without a secret', async () => {
    for (const name of ['X-Request-Id', 'intuit_tid', 'Xero-Correlation-Id', 'request-id'])
      expect(await answered({ [name]: '1-5f84c7a5' })).toMatchObject({ status: 200, requestId: '1-5f84c7a5' })
    expect((await answered({ 'x-request-id': 'of the-secret' }))?.requestId).toBe('of •••')
    expect((await answered({}))?.requestId).toBeNull()
  })
})
