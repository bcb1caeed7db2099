import { createHmac } from 'node:crypto'
import { type Server, createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { Erp, RawRequest } from '../../subgraphs/connector.ts'
import { stage, value } from './open.ts'

const { server, open } = stage()
const SECRET = 'whsec_0123456789abcdef0123456789abcdef'
const BODY = Buffer.from('{"event_type":"quote.accepted","id":"qte_1"}')

function hookOf(erp: Erp): NonNullable<Erp['hook']> {
  if (!erp.hook) throw new Error('There is no hook.')
  return erp.hook
}

function sign(body: Buffer | string, encoding: 'hex' | 'base64' = 'hex'): string {
  return createHmac('sha256', SECRET).update(body).digest(encoding)
}

function raw(headers: RawRequest['headers'], query: RawRequest['query'] = {}, body = BODY): RawRequest {
  return { headers, body, query }
}

describe('a webhook of Qwoty', () => {
  it('passes under the header and encoding that the operator set, with or without the name of the scheme', () => {
    const plain = hookOf(open({ webhook: {} }).erp)
    expect(plain.verify(raw({ 'x-qwoty-signature': sign(BODY) }), SECRET)).toBe(true)
    expect(plain.verify(raw({ 'x-qwoty-signature': `sha256=${sign(BODY)}` }), SECRET)).toBe(true)
    const other = hookOf(open({ webhook: { header: 'X-Sig', encoding: 'base64' } }).erp)
    expect(other.verify(raw({ 'x-sig': sign(BODY, 'base64') }), SECRET)).toBe(true)
    expect(other.verify(raw({ 'x-sig': sign(BODY) }), SECRET)).toBe(false)
  })

  it('is refused when it is unsigned, cut, lengthened, changed or signed with another or an empty secret', () => {
    const { verify } = hookOf(open({ webhook: {} }).erp)
    const good = sign(BODY)
    for (const signature of [
      undefined,
      '',
      'x',
      good.slice(2),
      `${good}00`,
      `${good} 00`,
      good.replace(/.$/, 'g'),
    ])
      expect(verify(raw({ 'x-qwoty-signature': signature }), SECRET)).toBe(false)
    expect(verify(raw({ 'x-qwoty-signature': good }, {}, Buffer.from(`${BODY.toString()} `)), SECRET)).toBe(
      false,
    )
    expect(verify(raw({ 'x-qwoty-signature': good }), `${SECRET}x`)).toBe(false)
    const empty = createHmac('sha256', '').update(BODY).digest('hex')
    expect(verify(raw({ 'x-qwoty-signature': empty }), '')).toBe(false)
  })

  it('is refused when its time is missing, unreadable or more than five minutes away', () => {
    const { verify } = hookOf(open({ webhook: { timestampHeader: 'X-Time', signs: 'timestamp.body' } }).erp)
    const at = (time: string | undefined) =>
      verify(raw({ 'x-qwoty-signature': sign(`${time}.${BODY.toString()}`), 'x-time': time }), SECRET)
    const now = Date.now()
    for (const time of [String(now), String(Math.floor(now / 1000)), new Date(now - 240_000).toISOString()])
      expect(at(time)).toBe(true)
    for (const time of [undefined, '', 'soon', String(now - 301_000), String(now + 330_000), 'NaN'])
      expect(at(time)).toBe(false)
    const moved = raw({ 'x-qwoty-signature': sign(`${now - 1}.${BODY.toString()}`), 'x-time': String(now) })
    expect(verify(moved, SECRET)).toBe(false)
  })

  it('can prove itself by the secret in its address while the scheme of the vendor is not known', () => {
    const { verify } = hookOf(open({ webhook: { proof: 'query' } }).erp)
    expect(verify(raw({}, { token: SECRET }), SECRET)).toBe(true)
    for (const token of ['', SECRET.slice(1), `${SECRET}x`])
      expect(verify(raw({}, { token }), SECRET)).toBe(false)
    expect(verify(raw({ 'x-qwoty-signature': sign(BODY) }), SECRET)).toBe(false)
  })

  it('names the quote for every quote event and for the events the operator named, and nothing for others', async () => {
    const { read } = hookOf(open({ acceptedEvents: ['deal.won'], cancelledEvents: ['order.void'] }).erp)
    const told = async (event: string) =>
      (await read(raw({}, {}, Buffer.from(JSON.stringify({ event_type: event, id: 'x1' }))))).map(
        ({ kind, id }) => [kind, id],
      )
    for (const event of ['quote.accepted', 'quote.some_new_word', 'deal.won', 'order.void'])
      expect(await told(event)).toEqual([['quote', 'x1']])
    expect(await told('customer.updated')).toEqual([['customer', 'x1']])
    expect(await told('product.updated')).toEqual([['item', 'x1']])
    for (const event of ['contract.signed', '__proto__', 'constructor.x', ''])
      expect(await told(event)).toEqual([])
  })
})

describe('the sandbox of Qwoty', () => {
  const got: RawRequest[] = []
  let refuse = 0
  let receiver: Server
  let url: string
  beforeAll(async () => {
    receiver = createServer((request, response) => {
      const chunks: Buffer[] = []
      request
        .on('data', (chunk: Buffer) => chunks.push(chunk))
        .on('end', () => {
          const headers = request.headers as RawRequest['headers']
          got.push({ headers, body: Buffer.concat(chunks), query: {} })
          response.writeHead(refuse-- > 0 ? 500 : 204).end()
        })
    })
    await new Promise<void>((resolve) => receiver.listen(0, '127.0.0.1', resolve))
    url = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}/webhooks/qwoty`
  })
  afterAll(() => new Promise((resolve) => receiver.close(resolve)))
  beforeEach(() => {
    got.length = 0
    refuse = 0
  })

  const subscribe = (name: string, manners: object = {}) =>
    fetch(`${server.url(name)}/_hooks`, {
      method: 'PUT',
      body: JSON.stringify({ targets: [{ url, secret: SECRET }], retryMs: 1, ...manners }),
    })
  const act = (name: string, id: string, status: string) =>
    server.sandbox(name).act({ do: 'setQuoteStatus', id, status })
  const events = () =>
    got.map(({ body }) => (JSON.parse(body.toString()) as { event_type: string }).event_type)

  it('sends a thin signed webhook that the connector takes and that leads to the new status', async () => {
    const { erp, name } = open()
    await subscribe(name)
    act(name, 'qte_11', 'accepted')
    await server.hooks(name).idle()
    const [first] = got
    expect(JSON.parse(first?.body.toString() ?? '')).toEqual({ event_type: 'quote.accepted', id: 'qte_11' })
    const { verify, read } = hookOf(erp)
    expect(first && verify(first, SECRET)).toBe(true)
    const [change] = first ? await read(first) : []
    expect(value((await erp.quotes?.byId([change?.id ?? '']))?.[0]).state).toBe('ACCEPTED')
  })

  it('sends again after a 500 until it is taken, byte for byte the same', async () => {
    const { name } = open()
    await subscribe(name)
    refuse = 3
    act(name, 'qte_11', 'won')
    await server.hooks(name).idle()
    expect(got).toHaveLength(4)
    expect(new Set(got.map(({ body }) => body.toString())).size).toBe(1)
    expect(server.hooks(name).log.map(({ status }) => status)).toEqual([500, 500, 500, 204])
  })

  it('sends twice and in wrong order when told to, and the status that is read is the newest', async () => {
    const { erp, name } = open()
    await subscribe(name, { twice: true, swap: true })
    act(name, 'qte_11', 'accepted')
    act(name, 'qte_11', 'canceled')
    await server.hooks(name).idle()
    expect(events()).toEqual(['quote.canceled', 'quote.canceled', 'quote.accepted', 'quote.accepted'])
    expect(value((await erp.quotes?.byId(['qte_11']))?.[0]).state).toBe('CANCELLED')
  })

  it('shows what it sent and to whom, without the secret', async () => {
    const { name } = open()
    await subscribe(name)
    act(name, 'qte_9', 'sent')
    await server.hooks(name).idle()
    const shown = await (await fetch(`${server.url(name)}/_hooks`)).text()
    expect(JSON.parse(shown)).toMatchObject({ targets: [{ url }], sent: [{ url, status: 204 }] })
    expect(shown).not.toContain(SECRET)
  })
})
