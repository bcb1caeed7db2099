import { describe, expect, it } from 'vitest'
import type { ErpError } from '../../schema/errors.ts'
import { webhook } from '../../subgraphs/webhook/index.ts'
import { refusal } from '../contract/outcome.ts'
import { CUSTOMER, ORDER, stage } from './open.ts'

const { server, open, post } = stage()

describe('an answer of an endpoint', () => {
  async function meets(name: string, more: Record<string, unknown> = {}): Promise<ErpError> {
    const endpoint = open(more)
    const native = server.sandbox(endpoint.name).errors[name]
    server.faults(endpoint.name, [{ do: 'error', name, times: 0 }])
    const error = await refusal(async () =>
      native?.on === 'pushOrder'
        ? endpoint.erp.order?.create(ORDER, 'ord_1')
        : endpoint.erp.customer?.create(CUSTOMER, 'cus_1'),
    )
    expect(error.code).toBe(native?.code)
    expect(server.calls(endpoint.name)).toHaveLength(1)
    return error
  }

  it('is retried where the sheet says so, and refused for good where not', async () => {
    const retried = ['slow', 'early', 'busy', 'broken']
    for (const name of Object.keys(server.sandbox(open().name).errors))
      expect([name, (await meets(name)).retryable]).toEqual([name, retried.includes(name)])
  })

  it('is always retried where the operator wants it so', async () => {
    for (const name of ['badSignature', 'refused', 'gone', 'conflict'])
      expect((await meets(name, { retryAll: true })).retryable).toBe(true)
  })

  it('is told in its own words, with the field and the wait that it names', async () => {
    expect(await meets('unknownItem')).toMatchObject({ field: 'lines.0.sku', said: 'There is no article X.' })
    expect(await meets('busy')).toMatchObject({ retryAfterMs: 7000 })
  })

  it('of 409 that says "duplicate" means that the document is there', async () => {
    const endpoint = open()
    const { errors } = server.sandbox(endpoint.name)
    errors.again = {
      ...errors.duplicate!,
      answer: { status: 409, body: { duplicate: true, external_id: 'A-17' } },
    }
    server.faults(endpoint.name, [{ do: 'error', name: 'again' }])
    expect((await endpoint.erp.order?.create(ORDER, 'ord_1'))?.id).toBe('A-17')
    delete errors.again
  })

  it('of the look-up must say found or not: nonsense is BAD_ANSWER, a refusal is no "not found"', async () => {
    const endpoint = open()
    server.faults(endpoint.name, [{ do: 'html' }])
    expect((await refusal(async () => endpoint.erp.order?.find?.('x'))).code).toBe('BAD_ANSWER')
    server.faults(endpoint.name, [{ do: 'status', status: 404 }])
    expect((await refusal(async () => endpoint.erp.order?.find?.('x'))).code).toBe('NOT_FOUND')
    expect(await endpoint.erp.order?.find?.('x')).toBe(null)
  })
})

describe('the endpoint of the sandbox', () => {
  it('takes no GET, no body above 1 MiB, and a later version only', async () => {
    const endpoint = open()
    expect((await fetch(`${endpoint.url}/erp/inbox`)).status).toBe(405)
    expect((await post(endpoint, `"${'x'.repeat(1024 * 1024)}"`)).status).toBe(413)
    const [plan] = (await endpoint.erp.customer?.plan(CUSTOMER, 'cus_1')) ?? []
    const version = (nth: number, name: string) => {
      const body = JSON.parse(plan?.body ?? '') as { data: object }
      return post(endpoint, JSON.stringify({ ...body, data: { ...body.data, version: nth, name } }))
    }
    for (const [nth, name] of [
      [2, 'Second'],
      [1, 'First'],
      [2, 'Again'],
    ] as const)
      expect((await version(nth, name)).status).toBe(200)
    const { customers } = server.sandbox(endpoint.name).ledger()
    expect(customers.filter(({ email }) => email === CUSTOMER.email).map(({ name }) => name)).toEqual([
      'Second',
    ])
  })

  it('is named by its host, never by a secret', async () => {
    const endpoint = open()
    expect(await endpoint.erp.check()).toEqual({
      name: `Endpoint at 127.0.0.1:${server.port}`,
      version: null,
      currency: null,
    })
    expect(webhook.capabilities).not.toContain('orders')
  })
})
