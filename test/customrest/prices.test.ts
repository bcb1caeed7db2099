import { describe, expect, it } from 'vitest'
import type { PriceAsk, PriceReading } from '../../subgraphs/connector.ts'
import { values } from '../contract/outcome.ts'
import { Room, small } from './open.ts'

const LIST = {
  request: { method: 'GET', path: '/p', query: { skus: "${$join($batch, ',')}" } },
  batch: { over: 'skus', maxSize: 50 },
  fields: {
    sku: 'a',
    unitPrice: 'p',
    currencyCode: 'c',
    customerId: 'who',
    minimumQuantity: 'm',
    validFrom: 'f',
    validThrough: 't',
  },
}

function row(p: string, more: object = {}): object {
  return { a: 'A', p, c: 'EUR', ...more }
}

describe('prices that are stored rows', () => {
  const room = new Room()
  const ask = async (rows: object[], more: Partial<PriceAsk>, settings: Record<string, unknown> = {}) => {
    const { erp } = room.open(small({ 'prices.list': LIST }), settings)
    room.say = () => ({ body: rows })
    const usual = { item: 'A', sku: 'A', customer: null, quantity: '1', unit: null, currency: null }
    return values((await erp.prices?.([{ ...usual, on: '2026-11-21', ...more }])) ?? [])[0]
  }
  const shown = (reading: PriceReading | null | undefined) =>
    reading && [
      `${reading.unitPrice?.amount} ${reading.unitPrice?.currency}`,
      reading.tiers?.map(({ minimumQuantity, unitPrice }) => `${minimumQuantity}: ${unitPrice.amount}`),
    ]

  it('hold the general price until the quantity from which the customer has one of its own', async () => {
    const rows = [
      row('8.00', { who: '7', m: 100 }),
      row('10.00'),
      row('9.00', { m: 50 }),
      row('7.50', { m: 200 }),
    ]
    const tiers = ['0: 10.00', '50: 9.00', '100: 8.00']
    expect(shown(await ask(rows, { customer: '7' }))).toEqual(['10.00 EUR', tiers])
    expect(shown(await ask(rows, { customer: '7', quantity: '60' }))).toEqual(['9.00 EUR', tiers])
    expect(shown(await ask(rows, { customer: '7', quantity: '250' }))).toEqual(['8.00 EUR', tiers])
    expect(shown(await ask(rows, { customer: '8', quantity: '250' }))?.[0]).toBe('7.50 EUR')
  })

  it('are never mixed with those of another currency: the house currency counts where nobody names one', async () => {
    const rows = [row('11.00', { c: 'USD' }), row('10.00'), row('9.90', { c: 'USD', m: 10 })]
    expect(shown(await ask(rows, { quantity: '10' }, { currency: 'EUR' }))).toEqual([
      '10.00 EUR',
      ['0: 10.00'],
    ])
    const dollars = ['9.90 USD', ['0: 11.00', '10: 9.90']]
    expect(shown(await ask(rows, { quantity: '10', currency: 'USD' }, { currency: 'EUR' }))).toEqual(dollars)
    expect(shown(await ask(rows, { quantity: '10' }, { currency: 'CHF' }))).toEqual(dollars)
    expect(await ask(rows, { currency: 'CHF' })).toBe(null)
  })

  it('count from the first to the last of their days, also where the ERP tells times', async () => {
    const rows = [row('10.00', { f: '2026-11-21T08:00:00Z', t: '2026-11-21T00:00:00Z' })]
    expect(shown(await ask(rows, {}))?.[0]).toBe('10.00 EUR')
    expect(await ask(rows, { on: '2026-11-20' })).toBe(null)
    expect(await ask(rows, { on: '2026-11-22' })).toBe(null)
  })
})
