import { afterAll, describe, expect, it } from 'vitest'
import { type Exchange, asCall } from '../../subgraphs/http.ts'
import { Wires } from '../wire.ts'

const wires = new Wires()
afterAll(() => wires.close())

async function exchanged(headers: Record<string, string>): Promise<Exchange | undefined> {
  const wire = await wires.open((_request, response) => response.writeHead(200, headers).end('{}'))
  const seen: Exchange[] = []
  await asCall({ lane: 'live', record: (one) => seen.push(one) }, () => wire.send())
  return seen[0]
}

describe('an exchange in the log', () => {
  it('keeps what the provider called the request, in whichever header it stands', async () => {
    for (const name of ['X-Request-Id', 'intuit_tid', 'Xero-Correlation-Id', 'request-id'])
      expect((await exchanged({ [name]: '1-5f84c7a5' }))?.response).toMatchObject({
        status: 200,
        requestId: '1-5f84c7a5',
      })
    expect((await exchanged({}))?.response?.requestId).toBeNull()
  })
})
