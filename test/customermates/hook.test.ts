import { createHmac } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import type { Erp, RawRequest } from '../../subgraphs/connector.ts'
import { rowsOf, stage, value } from './open.ts'

const { server, open } = stage()
const SECRET = 'what the CRM and we agreed on'
const ID = '8c1d0000-1111-4222-8333-444455556666'

function hookOf({ hook }: Erp): NonNullable<Erp['hook']> {
  if (!hook) throw new Error('There is no hook.')
  return hook
}

function raw(event: string, userId = 'u100', signature?: string): RawRequest {
  const data = { userId, companyId: 'co10', entityId: ID, payload: {} }
  const body = Buffer.from(JSON.stringify({ event, data, timestamp: '2026-11-20T09:59:01.000Z' }))
  const signed = signature ?? createHmac('sha256', SECRET).update(body).digest('hex')
  return { headers: { 'x-webhook-signature': signed }, body, query: {} }
}

describe('a webhook of Customermates', () => {
  it('names the record of each event by the id under which it is read', async () => {
    const { read } = hookOf(open().erp)
    const at = '2026-11-20T09:59:01.000Z'
    const told = async (event: string) => read(raw(event))
    expect(await told('deal.updated')).toEqual([{ kind: 'quote', id: ID, deleted: false, at }])
    expect(await told('service.created')).toMatchObject([{ kind: 'item', id: ID }])
    expect(await told('organization.deleted')).toMatchObject([{ kind: 'customer', id: ID, deleted: true }])
    expect(await told('contact.updated')).toMatchObject([{ kind: 'customer', id: `contact:${ID}` }])
    for (const event of ['task.updated', 'record.updated', '__proto__.x', ''])
      expect(await told(event)).toEqual([])
  })

  it('about what our own user changed is ignored, so that nothing goes round in circles', async () => {
    const { read } = hookOf(open({ user: 'u-erp' }).erp)
    expect(await read(raw('deal.updated', 'u-erp'))).toEqual([])
    expect(await read(raw('deal.updated', 'u-seller'))).toHaveLength(1)
  })

  it('is refused unsigned, cut, in capitals, with another secret or with none agreed', () => {
    const { verify } = hookOf(open().erp)
    const good = raw('deal.updated')
    const signature = good.headers['x-webhook-signature'] ?? ''
    expect(verify(good, SECRET)).toBe(true)
    for (const wrong of ['', 'x', signature.slice(2), `${signature}00`, signature.toUpperCase()])
      expect(verify(raw('deal.updated', 'u100', wrong), SECRET)).toBe(false)
    expect(verify({ ...good, headers: {} }, SECRET)).toBe(false)
    expect(verify(good, `${SECRET}x`)).toBe(false)
    const empty = createHmac('sha256', '').update(good.body).digest('hex')
    expect(verify({ ...good, headers: { 'x-webhook-signature': empty } }, '')).toBe(false)
  })

  it('that the CRM sends for a deal that was won leads to an accepted quote', async () => {
    const { erp, name, act } = open()
    const deals = await rowsOf(erp.quotes?.list({ first: 100, after: null }))
    const open1 = value(deals.find(({ state }) => state === 'SENT'))
    const sent: RawRequest[] = []
    server.sandbox(name).watch?.((change) => {
      const made = server.sandbox(name).hook?.(change, SECRET)
      if (made) sent.push(made)
    })
    act({ do: 'setQuoteStatus', id: open1.id, status: 'won' })
    const [delivery] = sent
    const { verify, read } = hookOf(erp)
    expect(delivery && verify(delivery, SECRET)).toBe(true)
    const [change] = delivery ? await read(delivery) : []
    expect(value((await erp.quotes?.byId([change?.id ?? '']))?.[0]).state).toBe('ACCEPTED')
  })
})
