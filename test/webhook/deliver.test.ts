import { describe, expect, it } from 'vitest'
import { receiver } from '../../subgraphs/webhook/sandbox.ts'
import { PRESETS, signBody, signStandard } from '../../subgraphs/webhook/sign.ts'
import { refusal } from '../contract/outcome.ts'
import { CUSTOMER, type Endpoint, ORDER, hex, stage } from './open.ts'

const { server, open, post } = stage()
const OLD = `whsec_${Buffer.from('an old key of at least 24 bytes').toString('base64')}`
const NEW = `whsec_${Buffer.from('a new key of at least 24 bytes!').toString('base64')}`

function headers(endpoint: Endpoint, nth = -1): Record<string, string> {
  return endpoint.sent.at(nth)?.headers ?? {}
}

describe('the signatures of a webhook', () => {
  const BODY = '{"invoice_id":"inv_01","number":"INV-2026-0001","total":"119.00"}'

  it('are those of the published schemes, letter by letter', () => {
    expect(signBody('whsec-for-tests', BODY, PRESETS.aforo)).toBe(
      'sha256=7062df1aac9fdc31f0d9bb2a6ade5d062c427e35d563d6de09b86f78eeee0bb8',
    )
    const secret = 'whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3'
    expect(signStandard([secret], 'msg_01J00000000000000000000000', '1795169000', BODY)).toBe(
      'v1,ExY8N7ZbDR+fs/sbVR3ykD7hLs8bDZIxQ4FEFz+eaR8=',
    )
  })

  it('stand in the header that the operator names, over the very bytes that are sent', async () => {
    const secret = 'a secret of mine'
    for (const [more, name, prefix] of [
      [{}, 'x-aforo-signature', 'sha256='],
      [{ signature: 'github' }, 'x-hub-signature-256', 'sha256='],
      [{ signature: 'plain', signatureHeader: 'X-My-Mac' }, 'x-my-mac', ''],
    ] as const) {
      const endpoint = open({ ...more, secret })
      await refusal(async () => endpoint.erp.order?.create(ORDER, 'ord_1'))
      const [body] = server.calls(endpoint.name).map((call) => call.body)
      expect(headers(endpoint)[name]).toBe(prefix + hex(secret, body ?? ''))
    }
  })

  it('are refused when the body was written anew on the way, or the secret is another', async () => {
    const endpoint = open()
    const body = '{ "event":"ping", "price":1e3, "text":"\\/ ü 日本 🚀" }'
    expect((await post(endpoint, body)).status).toBe(200)
    expect((await post(endpoint, JSON.stringify(JSON.parse(body)), body)).status).toBe(401)
    const other = open({ secret: NEW })
    const error = await refusal(() => other.erp.check())
    expect([error.code, error.said, error.retryable]).toEqual([
      'AUTHENTICATION_FAILED',
      'invalid signature',
      false,
    ])
  })

  it('carry the old and the new secret while it is changed', async () => {
    const steps: [string[], Record<string, string>][] = [
      [[OLD], { secret: OLD }],
      [[OLD, NEW], { secret: OLD }],
      [[OLD, NEW], { secret: NEW, previousSecret: OLD }],
      [[NEW], { secret: NEW, previousSecret: OLD }],
      [[NEW], { secret: NEW }],
    ]
    for (const [accepted, secrets] of steps) {
      const endpoint = open(secrets, receiver(accepted))
      await endpoint.erp.check()
      const values = headers(endpoint)['webhook-signature']?.split(' ') ?? []
      expect(values).toHaveLength(secrets.previousSecret ? 2 : 1)
    }
    await refusal(() => open({ secret: OLD }, receiver([NEW])).erp.check())
  })
})

describe('a delivery', () => {
  it('is previewed byte for byte, without signatures and secrets', async () => {
    const endpoint = open({ authorization: 'Bearer hush-hush', headers: { 'X-Room': 'blue' } })
    const [plan] = (await endpoint.erp.order?.plan(ORDER, 'ord_1')) ?? []
    expect(endpoint.sent).toEqual([])
    await endpoint.erp.order?.create(ORDER, 'ord_1')
    expect(server.calls(endpoint.name).map(({ body }) => body)).toEqual([plan?.body])
    expect(headers(endpoint)).toMatchObject({ authorization: 'Bearer hush-hush', 'x-room': 'blue' })
    const hidden = ['authorization', 'webhook-signature', 'webhook-timestamp', 'x-aforo-signature']
    for (const [name, value] of Object.entries(plan?.headers ?? {}))
      expect(value, name).toBe(hidden.includes(name) ? '•••' : headers(endpoint)[name])
  })

  it('has the same id, key and body on every attempt, and another for another event', async () => {
    const endpoint = open()
    const { order } = endpoint.erp
    const made = await order?.create(ORDER, 'ord_1')
    expect(await order?.create(ORDER, 'ord_1')).toEqual(made)
    await order?.undo?.({ id: 'ord_1' })
    const [one, two, three] = endpoint.sent
    expect(two?.body).toBe(one?.body)
    for (const name of ['webhook-id', 'idempotency-key']) {
      expect(two?.headers?.[name]).toBe(one?.headers?.[name])
      expect(three?.headers?.[name]).not.toBe(one?.headers?.[name])
    }
    expect(server.sandbox(endpoint.name).ledger().orders).toMatchObject([
      { id: made?.id, ref: 'ord_1', state: 'cancelled', total: '425.00' },
    ])
  })

  it('whose answer is lost after it was stored is found, and sent again does not make a second one', async () => {
    const endpoint = open()
    server.faults(endpoint.name, [{ do: 'resetAfter' }])
    expect((await refusal(async () => endpoint.erp.order?.create(ORDER, 'ord_1'))).code).toBe('UNAVAILABLE')
    const found = await endpoint.erp.order?.find?.('ord_1')
    expect(found).toMatchObject({ ref: { id: 'AB-1001', number: 'AB1001' }, step: 1, done: true })
    expect((await endpoint.erp.order?.create(ORDER, 'ord_1'))?.id).toBe('AB-1001')
    expect(server.sandbox(endpoint.name).ledger().orders).toHaveLength(1)
    expect(await endpoint.erp.customer?.find?.('ord_1')).toBe(null)
  })

  it('is proved by a look-up, by an endpoint that keeps each id once, or not at all', async () => {
    const sure = open().erp
    expect([sure.order?.proof, typeof sure.order?.find]).toEqual(['lookup', 'function'])
    const once = open({ lookupUrl: undefined }).erp
    expect([once.order?.proof, once.order?.find]).toEqual(['key', undefined])
    const none = open({ lookupUrl: undefined, idempotent: false }).erp
    for (const write of [none.order, none.customer, none.invoice, none.payment])
      expect([write?.proof, write?.find]).toEqual(['none', undefined])
    expect(Object.keys(none).toSorted()).toEqual(['check', 'customer', 'invoice', 'order', 'payment'])
  })

  it('gives our reference as id where the answer names no other, in whatever form it comes', async () => {
    for (const fault of [
      { do: 'html' },
      { do: 'empty' },
      { do: 'half' },
      { do: 'status', status: 204 },
    ] as const) {
      const endpoint = open()
      server.faults(endpoint.name, [fault])
      const made = await endpoint.erp.customer?.create(CUSTOMER, 'cus_1')
      expect(made).toEqual({ id: 'cus_1', number: null, url: null })
    }
  })

  it('can name its customer by our reference as well as by the id that the endpoint gave', async () => {
    const endpoint = open()
    const { erp } = endpoint
    const made = await erp.customer?.create(CUSTOMER, 'cus_1')
    expect(made?.id).toBe('D-1061')
    await erp.order?.create({ ...ORDER, customer: 'cus_1' }, 'ord_1')
    await erp.order?.create({ ...ORDER, customer: 'D-1061' }, 'ord_2')
    const { orders } = server.sandbox(endpoint.name).ledger()
    expect(orders.map(({ customer }) => customer)).toEqual(['D-1061', 'D-1061'])
  })

  it('of an invoice and its payment arrives, and a void invoice is void', async () => {
    const { erp, name } = open()
    const { customer, lines, currency } = ORDER
    const invoice = await erp.invoice?.create({ customer, lines, currency, issuedOn: '2026-11-21' }, 'inv_1')
    const amount = { amount: '119.00', currency: 'EUR' }
    const allocations = [{ invoice: invoice?.id ?? '', amount }]
    const paid = { customer, amount, paidOn: '2026-11-22', allocations }
    expect((await erp.payment?.create(paid, 'pay_1'))?.id).toBe('ZE-1001')
    const unknown = { ...paid, allocations: [{ invoice: 'RE-9', amount }] }
    const error = await refusal(async () => erp.payment?.create(unknown, 'pay_2'))
    expect([error.code, error.field]).toEqual(['VALIDATION', 'allocations'])
    if (invoice) await erp.invoice?.undo?.(invoice)
    const bodies = server.calls(name).map(({ body }) => JSON.parse(body) as Record<string, unknown>)
    expect(bodies[0]).toMatchObject({ event: 'invoice.upsert', invoice_id: 'inv_1' })
    expect(bodies.at(-1)).toMatchObject({ event: 'invoice.void', data: { id: 'RE-1001', status: 'VOID' } })
  })

  it('keeps 18 digits, umlauts, emoji and the names of prototypes as they are', async () => {
    const endpoint = open()
    const price = { amount: '123456789012.345678', currency: 'EUR' }
    const lines = [{ item: null, sku: 'DESK-160', quantity: '0.000001', unitPrice: price }]
    const customAttributes = [{ key: '__proto__', value: 'Ärger 🚧' }]
    await endpoint.erp.order?.create({ ...ORDER, lines, customAttributes }, 'ord_1')
    const body = server.calls(endpoint.name)[0]?.body
    expect(body).toContain('"quantity":"0.000001"')
    expect(body).toContain('"unitPrice":"123456789012.345678"')
    expect(body).toContain('"customFields":{"__proto__":"Ärger 🚧"}')
  })

  it('is never sent where its own figures cannot be right', async () => {
    const endpoint = open()
    const [line] = ORDER.lines
    const dollars = { ...line!, unitPrice: { amount: '1', currency: 'USD' } }
    for (const [input, code, field] of [
      [{ ...ORDER, lines: [] }, 'MISSING_REQUIRED_FIELD', 'lines'],
      [{ ...ORDER, customer: '' }, 'MISSING_REQUIRED_FIELD', 'customer'],
      [{ ...ORDER, lines: [dollars] }, 'VALIDATION', 'lines.0.unitPrice.currency'],
      [{ ...ORDER, note: 'x'.repeat(1_100_000) }, 'VALIDATION', undefined],
    ] as const) {
      const error = await refusal(async () => endpoint.erp.order?.create(input as typeof ORDER, 'ord_1'))
      expect([error.code, error.field]).toEqual([code, field])
    }
    expect(endpoint.sent).toEqual([])
  })
})
