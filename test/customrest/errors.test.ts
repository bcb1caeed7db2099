import { describe, expect, it } from 'vitest'
import { ErpError } from '../../schema/errors.ts'
import { Room, small } from './open.ts'

const LIST = { request: { method: 'GET', path: '/items' }, fields: { externalId: 'id', sku: 'id' } }
const ORDER = {
  customer: '7',
  lines: [{ item: null, sku: 'A', quantity: '2' }],
}
const CREATE = {
  request: {
    method: 'POST',
    path: '/orders',
    body: "{'ref': input.reference, 'who': input.order.customerId, 'rows': [input.order.lines.{'a': sku, 'q': quantity}]}",
  },
  fields: { externalId: 'id' },
}

describe('a refusal that no rule of the manifest names', () => {
  const room = new Room()
  const met = async (status: number, body: unknown = {}): Promise<string> => {
    const { erp } = room.open(small({ 'products.list': LIST, 'orders.create': CREATE }))
    room.say = () => ({ status, body })
    const error: unknown = await erp.order?.create(ORDER, 'r1').catch((why: unknown) => why)
    if (!(error instanceof ErpError)) throw new Error('There is no refusal.')
    return `${status} ${error.code}${error.retryable ? ', again' : ''}`
  }

  it('has the class of its status, and is tried again only where that may help', async () => {
    const statuses = [400, 401, 403, 404, 408, 409, 412, 418, 422, 429, 500, 503]
    const all: string[] = []
    for (const status of statuses) all.push(await met(status))
    expect(all).toEqual([
      '400 VALIDATION',
      '401 AUTHENTICATION_FAILED',
      '403 PERMISSION_DENIED',
      '404 NOT_FOUND',
      '408 UNAVAILABLE, again',
      '409 CONFLICT',
      '412 CONFLICT',
      '418 VALIDATION',
      '422 VALIDATION',
      '429 RATE_LIMITED, again',
      '500 UNAVAILABLE, again',
      '503 UNAVAILABLE, again',
    ])
  })
})
