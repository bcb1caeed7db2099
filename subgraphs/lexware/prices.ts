import Big from 'big.js'
import { ErpError } from '../../schema/errors.ts'
import type { Answer, Credit, Id, PriceAsk, PriceReading } from '../connector.ts'
import { euros } from './map.ts'
import { type Connection, articlesOf } from './masters.ts'
import { allVouchers } from './vouchers.ts'
import { unitCode } from './words.ts'

/**
 * The one price of each article, whoever asks and for how many: Lexware knows no prices of customers, no tiers and
 * no other currency. https://developers.lexware.io/docs/ (articles)
 */
export async function prices(connection: Connection, asks: PriceAsk[]): Promise<Answer<PriceReading>[]> {
  const customers = [...new Set(asks.flatMap(({ customer }) => customer ?? []))]
  const [articles, known] = await Promise.all([
    articlesOf(connection, asks),
    connection.contacts.byId(customers),
  ])
  return asks.map(({ quantity, customer, unit }, at) => {
    if (!/^\d+(\.\d+)?$/.test(quantity))
      return new ErpError('VALIDATION', `"${quantity.slice(0, 40)}" is no quantity.`, { field: 'quantity' })
    const buyer = customer === null ? undefined : (known[customers.indexOf(customer)] ?? null)
    const row = articles[at] ?? null
    if (buyer instanceof ErpError) return buyer
    if (row === null || row instanceof ErpError || buyer === null) return row instanceof ErpError ? row : null
    const own = unitCode(row.unitName, connection.config.units)
    const price = euros(row.price.netPrice)
    // A price for another unit than the one asked for would look like a price for that one.
    if (row.archived || price === null || (unit && own && unit !== own)) return null
    return {
      unitPrice: price,
      listPrice: price,
      priceQuantity: '1',
      unit: own,
      tiers: [{ minimumQuantity: '1', unitPrice: price }],
      taxIncluded: false,
      source: 'list',
    }
  })
}

/** Kinds of vouchers that a customer owes, and those that Lexware's user owes a customer. */
const OWED = ['invoice', 'salesinvoice', 'downpaymentinvoice']
const OWING = ['creditnote', 'salescreditnote']

/**
 * What customers owe: the voucher list tells what is open of 250 documents a call. Lexware keeps no credit limits.
 * "overdue" may not stand beside another status, so it is asked for by itself.
 */
export async function credit(connection: Connection, ids: Id[]): Promise<Answer<Credit>[]> {
  if (ids.length === 0) return []
  const one = new Set(ids).size === 1 ? ids[0] : undefined
  const known = await connection.contacts.byId(ids)
  if (known.every((row) => row === null || row instanceof ErpError))
    return known.map((row) => (row instanceof ErpError ? row : null))
  const voucherType = [...OWED, ...OWING].join(',')
  const lists = await Promise.all(
    ['open', 'overdue'].map((voucherStatus) =>
      allVouchers(connection.client, { voucherType, voucherStatus, ...(one ? { contactId: one } : {}) }),
    ),
  )
  const vouchers = new Map(lists.flat().map((row) => [row.id, row]))
  const sums = new Map<string | null, Big>()
  for (const { contactId, voucherType: type, openAmount } of vouchers.values()) {
    if (openAmount === null)
      throw new ErpError('BAD_ANSWER', 'The voucher list does not say what is open.', { field: 'openAmount' })
    const amount = OWING.includes(type) ? new Big(openAmount).abs().neg() : new Big(openAmount)
    sums.set(contactId, (sums.get(contactId) ?? new Big(0)).plus(amount))
  }
  return known.map((row) => {
    if (row instanceof ErpError || row === null) return row
    return {
      limit: null,
      balance: euros((sums.get(row.id) ?? new Big(0)).toFixed()),
      available: null,
      onHold: null,
    }
  })
}
