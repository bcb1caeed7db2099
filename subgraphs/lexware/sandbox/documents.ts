import Big from 'big.js'
import type { Num } from '../../exact.ts'
import { Answered } from '../../refusal.ts'
import { type DocumentBody, bodyOf, document, firstWrong } from './body.ts'
import { invalid, regular } from './refuse.ts'
import { type Row, type Store, num } from './store.ts'

/** Collections of documents, what the voucher list calls each, and how it is numbered. */
export const SERIES: Record<string, { type: string; prefix: string; first: number }> = {
  'order-confirmations': { type: 'orderconfirmation', prefix: 'AB', first: 1001 },
  invoices: { type: 'invoice', prefix: 'RE', first: 1001 },
  quotations: { type: 'quotation', prefix: 'AG', first: 1001 },
  'credit-notes': { type: 'creditnote', prefix: 'GS', first: 1001 },
  'delivery-notes': { type: 'deliverynote', prefix: 'LS', first: 1001 },
}

/** A document as the sandbox keeps it. */
export type Doc = Row & {
  voucherStatus: string
  voucherNumber: string
  voucherDate: string
  dueDate?: string
  address: { contactId: string; name: string }
  totalPrice: { totalGrossAmount: Num }
  relatedVouchers: { id: string; voucherNumber: string; voucherType: string }[]
  paid: { paymentItemType: string; postingDate: string; amount: Num }[]
}

type Line = DocumentBody['lineItems'][number]

function cents(value: Big): Big {
  return value.round(2, Big.roundHalfUp)
}

function amountOf({ quantity, unitPrice, discountPercentage }: Line): Big {
  const left = new Big(100).minus(discountPercentage?.text ?? 0)
  return cents(new Big(quantity.text).times(unitPrice.netAmount.text).times(left).div(100))
}

function priced(line: Line): object {
  const { netAmount, taxRatePercentage } = line.unitPrice
  const gross = cents(new Big(netAmount.text).times(new Big(100).plus(taxRatePercentage.text)).div(100))
  return {
    discountPercentage: num('0'),
    ...line,
    unitPrice: { ...line.unitPrice, grossAmount: num(gross.toFixed()) },
    lineItemAmount: num(amountOf(line).toFixed()),
  }
}

/** Sums of a document: rounded to cents a line, tax for each rate after the discount of the whole. */
function sums({ lineItems, totalPrice }: DocumentBody): {
  totalPrice: Doc['totalPrice']
  taxAmounts: object[]
} {
  const net = lineItems.reduce((sum, line) => sum.plus(amountOf(line)), new Big(0))
  const percent = new Big(totalPrice.totalDiscountPercentage?.text ?? 0)
  const off = cents(net.times(percent).div(100)).plus(totalPrice.totalDiscountAbsolute?.text ?? 0)
  const share = net.eq(0) ? new Big(1) : net.minus(off).div(net)
  const rates = new Map<string, Big>()
  for (const line of lineItems) {
    const rate = String(Number(line.unitPrice.taxRatePercentage.text))
    rates.set(rate, (rates.get(rate) ?? new Big(0)).plus(amountOf(line)))
  }
  const taxes = [...rates].map(([rate, sum]) => {
    const part = cents(sum.times(share))
    return { rate, part, tax: cents(part.times(rate).div(100)) }
  })
  const tax = taxes.reduce((sum, one) => sum.plus(one.tax), new Big(0))
  const left = cents(net.minus(off))
  return {
    totalPrice: {
      ...totalPrice,
      ...{ totalNetAmount: num(left.toFixed()), totalTaxAmount: num(tax.toFixed()) },
      totalGrossAmount: num(left.plus(tax).toFixed()),
    },
    taxAmounts: taxes.map(({ rate, part, tax: amount }) => ({
      taxRatePercentage: num(rate),
      taxAmount: num(amount.toFixed()),
      netAmount: num(part.toFixed()),
    })),
  }
}

/** Keeps a document that was checked, with its sums and its number. */
export function keep(store: Store, collection: string, body: DocumentBody, more: Partial<Doc>): Doc {
  const buyer = store.find('contacts', body.address.contactId)
  const firm = buyer?.company as { name: string } | undefined
  const place = (buyer?.addresses as { billing?: object[] } | undefined)?.billing?.[0]
  const { prefix = '', first = 1 } = SERIES[collection] ?? {}
  const row = {
    language: 'de',
    ...body,
    ...sums(body),
    address: { ...place, contactId: body.address.contactId, name: firm?.name ?? '' },
    lineItems: body.lineItems.map(priced),
    voucherNumber: `${prefix}${store.next(collection, first)}`,
    relatedVouchers: [],
    paid: [],
    ...more,
  }
  return store.insert(collection, row) as Doc
}

/** Both documents name each other. */
export function relate(one: [string, Doc], other: [string, Doc]): void {
  const nameOf = ([collection, { id, voucherNumber }]: [string, Doc]) => ({
    id,
    voucherNumber,
    voucherType: SERIES[collection]?.type ?? '',
  })
  one[1].relatedVouchers.push(nameOf(other))
  other[1].relatedVouchers.push(nameOf(one))
}

/** Refuses lines whose article is not there or of another type. */
function checkLines(store: Store, path: string, { lineItems }: DocumentBody): void {
  for (const [at, { type, id }] of lineItems.entries()) {
    const wanted = { material: 'PRODUCT', service: 'SERVICE' }[type as string]
    if (wanted === undefined) continue
    if (store.find('articles', id)?.type !== wanted)
      throw invalid(path, 'INVALID', `lineItems[${at}].id`, 'Der Artikel existiert nicht')
  }
}

/** POST of a document: https://developers.lexware.io/docs/ (order confirmations) */
export function create(store: Store, collection: string, text: string, query: URLSearchParams): Doc {
  const path = `/v1/${collection}`
  const body = bodyOf(text)
  if (!body) throw new Answered(regular(400, path, 'Malformed JSON request'))
  const wrong = firstWrong(document, body)
  if (wrong) throw invalid(path, wrong.missing ? 'NOTNULL' : 'INVALID', wrong.field, 'ist ungültig')
  const checked = document.parse(body)
  const buyer = store.find('contacts', checked.address.contactId)
  if (!(buyer?.roles as { customer?: object } | undefined)?.customer)
    throw invalid(path, 'INVALID', 'address.contactId', 'Der Kontakt existiert nicht')
  checkLines(store, path, checked)
  if (collection === 'quotations' && !checked.expirationDate)
    throw invalid(path, 'NOTNULL', 'expirationDate', 'darf nicht leer sein')
  const preceding = query.get('precedingSalesVoucherId')
  const sources = ['order-confirmations', 'quotations'].map((one): [string, Row | undefined] => [
    one,
    store.find(one, preceding),
  ])
  const [source] = sources.filter(([, row]) => row !== undefined)
  if (preceding && !source) throw invalid(path, 'INVALID', 'precedingSalesVoucherId', 'ist nicht geeignet')
  const days = Number(checked.paymentConditions?.paymentTermDuration.text ?? 0)
  const dueDate = checked.voucherDate.replace(/^.{10}/, (day) =>
    new Date(Date.parse(day) + days * 86_400_000).toISOString().slice(0, 10),
  )
  const voucherStatus = query.get('finalize') === 'true' ? 'open' : 'draft'
  const made = keep(store, collection, checked, {
    voucherStatus,
    ...(collection === 'invoices' ? { dueDate } : {}),
  })
  if (source) relate([collection, made], [source[0], source[1] as Doc])
  return made
}

/** What is still to be paid of a document. */
export function openOf({ voucherStatus, totalPrice, paid }: Doc): Big {
  if (voucherStatus === 'voided' || voucherStatus === 'paidoff') return new Big(0)
  return paid.reduce((left, { amount }) => left.minus(amount.text), new Big(totalPrice.totalGrossAmount.text))
}
