import Big from 'big.js'
import { ErpError } from '../../schema/errors.ts'
import type { InvoiceInput, OrderLineInput } from '../connector.ts'
import { exactNumber } from '../json.ts'
import { invalid, partiesOf, remarkOf, valued } from './body.ts'
import type { Config } from './config.ts'
import type { Connection } from './masters.ts'
import { daysAgo, midnight } from './time.ts'
import { allVouchers } from './vouchers.ts'

/** Posting categories of revenue, from goods and from services: https://developers.lexware.io/docs/ (vouchers) */
const CATEGORIES: Record<string, string> = {
  PRODUCT: '8f8664a8-fd86-11e1-a21f-0800200c9a66',
  SERVICE: '8f8664a0-fd86-11e1-a21f-0800200c9a66',
}

/** Lines that are booked together: they have one rate of tax and one category. */
interface Group {
  rate: string
  category: string
  net: Big
}

function cents(value: Big): object {
  return exactNumber(value.toFixed(2))
}

/** Abroad revenue has categories of its own, which only the operator can name. */
function categoryOf({ categories }: Config, type: string | null, taxType: string): string {
  const name = taxType === 'net' ? (type ?? '') : taxType
  const own = Object.hasOwn(categories, name) ? categories[name] : CATEGORIES[name]
  if (own) return own
  throw new ErpError('MAPPING_MISSING', `No posting category is named for "${name}".`, {
    field: 'categories',
  })
}

/** What a line comes to, in cents; below zero for what is given back. */
function netOf({ quantity, discountPercent }: OrderLineInput, price: string, field: string): Big {
  if (!/^-?\d+(\.\d+)?$/.test(quantity)) throw invalid('This is no quantity.', `${field}.quantity`)
  if (!/^-?\d+(\.\d+)?$/.test(price)) throw invalid('This is no price.', `${field}.unitPrice`)
  if (discountPercent && !/^\d+(\.\d+)?$/.test(discountPercent))
    throw invalid('This is no percentage.', `${field}.discountPercent`)
  const left = new Big(100).minus(discountPercent || 0)
  return new Big(quantity).times(price).times(left).div(100).round(2, Big.roundHalfUp)
}

/** Lexware keeps two vouchers with one number; the list of vouchers tells whether there is one already. */
async function mustBeNew({ client }: Connection, number: string): Promise<void> {
  const found = await allVouchers(client, {
    voucherType: 'salesinvoice,salescreditnote',
    voucherStatus: 'any',
    voucherNumber: number,
  })
  if (found.every(({ voucherNumber }) => voucherNumber !== number)) return
  throw new ErpError('DUPLICATE_ORDER', `Lexware has a voucher ${number.slice(0, 60)} already.`, {
    field: 'number',
  })
}

async function groupsOf(connection: Connection, input: InvoiceInput) {
  const { buyer, articles, taxType } = await partiesOf(connection, input)
  const groups = new Map<string, Group>()
  for (const [at, line] of input.lines.entries()) {
    const field = `lines[${at}]`
    const { article, net, rate } = valued(line, articles[at] ?? null, field, taxType, connection.config)
    const category = categoryOf(connection.config, article.type, taxType)
    const group = groups.get(`${rate} ${category}`) ?? { rate, category, net: new Big(0) }
    group.net = group.net.plus(netOf(line, net, field))
    groups.set(`${rate} ${category}`, group)
  }
  const kept = [...groups.values()].filter(({ net }) => !net.eq(0))
  if (kept.length === 0) throw invalid('Lexware books no voucher of nothing.', 'lines')
  return { buyer, groups: kept }
}

/** The days of a voucher, which here are days and no moments; VALIDATION where one is none. */
function daysOf({ issuedOn, dueOn }: InvoiceInput): { day: string; dueDate?: string } {
  const day = issuedOn ?? daysAgo(0)
  midnight(day, 'issuedOn')
  if (!dueOn) return { day }
  midnight(dueOn, 'dueOn')
  return { day, dueDate: dueOn }
}

/**
 * An invoice or a credit note that another system made and numbered, as a bookkeeping voucher. One that comes to less
 * than nothing is a credit note: its amounts are never negative. https://developers.lexware.io/docs/ (vouchers)
 */
export async function voucherBody(
  connection: Connection,
  input: InvoiceInput & { number: string },
  ref: string,
): Promise<object> {
  const { number, note, type } = input
  if (input.order) throw invalid('An invoice with a number of its own follows no order of Lexware.', 'order')
  const { day, ...days } = daysOf(input)
  const { buyer, groups } = await groupsOf(connection, input)
  await mustBeNew(connection, number)
  const net = groups.reduce((sum, group) => sum.plus(group.net), new Big(0))
  const sign = net.lt(0) ? -1 : 1
  const items = groups.map((group) => {
    const amount = group.net.times(sign)
    return { group, amount, tax: amount.times(group.rate).div(100).round(2, Big.roundHalfUp) }
  })
  const tax = items.reduce((sum, one) => sum.plus(one.tax), new Big(0))
  return {
    type: type === 'CREDIT_NOTE' || sign < 0 ? 'salescreditnote' : 'salesinvoice',
    voucherNumber: number,
    voucherDate: day,
    shippingDate: day,
    ...days,
    totalGrossAmount: cents(net.times(sign).plus(tax)),
    totalTaxAmount: cents(tax),
    taxType: 'net',
    useCollectiveContact: false,
    contactId: buyer.id,
    remark: remarkOf(note, ref),
    voucherItems: items.map(({ group, amount, tax: part }) => ({
      amount: cents(amount),
      taxAmount: cents(part),
      taxRatePercent: exactNumber(new Big(group.rate).toFixed()),
      categoryId: group.category,
    })),
    voucherStatus: connection.config.approval ? 'unchecked' : 'open',
    version: exactNumber('0'),
  }
}
