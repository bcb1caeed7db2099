import Big from 'big.js'
import { ErpError } from '../../schema/errors.ts'
import type { InvoiceInput, OrderLineInput, PaymentInput } from '../connector.ts'
import type { Books } from './books.ts'
import type { Job } from './client.ts'
import { type Config, type Online, isDebtor } from './config.ts'
import { FORMATS } from './extf.ts'
import { toCustomer } from './map.ts'
import { type Draft, type Maker, mustBeDay, oneLine, rowOf, today } from './upload.ts'

type Rule = Config['revenue'][number]

/** What decides the tax of a debtor. */
interface Buyer {
  country: string | null
  vatId: string | null
}

const format = FORMATS.posting
/** Columns of a posting, counted from 1. https://developer.datev.de/datev/platform/de/dtvf/formate/buchungsstapel */
const AT = {
  amount: 1,
  side: 2,
  currency: 3,
  account: 7,
  contra: 8,
  taxKey: 9,
  day: 10,
  document: 11,
  text: 14,
  infos: 21,
  costCentre: 37,
  costObject: 38,
  euVatId: 40,
  notes: 48,
  order: 95,
  lock: 114,
  due: 117,
} as const
const ORDER_MOST = 30
/** The number must also fit into the label of the file, by which a sent invoice is found again. */
const NUMBER = /^[A-Za-z0-9$&%*+\-/]{1,30}$/
const NOTE_MOST = 210
const NOTES = 20

function wrong(field: string, message: string): ErpError {
  return new ErpError('VALIDATION', message, { field })
}

function decimal(text: string, field: string): Big {
  if (/^-?\d{1,28}(\.\d{1,18})?$/.test(text)) return new Big(text)
  throw wrong(field, `"${text.slice(0, 40)}" is no decimal number.`)
}

const ddmm = (day: string): string => day.slice(8, 10) + day.slice(5, 7)

/** Pairs of a kind and a content, in the columns that come two by two. */
function pairs(from: number, list: [string, string][]): Record<number, string> {
  return Object.fromEntries(
    list.flatMap(([kind, content], index) => [
      [from + 2 * index, kind],
      [from + 2 * index + 1, content],
    ]),
  )
}

/** A long note, cut into pieces that fit: no letter is lost. */
function noteOf(text: string): [string, string][] {
  const letters = [...text]
  const pieces = Math.ceil(letters.length / NOTE_MOST)
  if (pieces > NOTES) throw wrong('note', `A note takes at most ${NOTES * NOTE_MOST} characters.`)
  return Array.from({ length: pieces }, (_, index) => [
    'Notiz',
    letters.slice(index * NOTE_MOST, (index + 1) * NOTE_MOST).join(''),
  ])
}

/** The cells that every posting has; the sign of the amount says the side, as seen from the debtor. */
function posting(amount: Big, cells: { account: string; contra: string; day: string; text: string }) {
  return {
    [AT.amount]: amount.abs().toFixed(2).replace('.', ','),
    [AT.side]: amount.gt(0) ? 'S' : 'H',
    [AT.currency]: 'EUR',
    [AT.account]: cells.account,
    [AT.contra]: cells.contra,
    [AT.day]: ddmm(cells.day),
    [AT.text]: [...oneLine(cells.text)].slice(0, 60).join(''),
    // A single posting without it locks the whole batch.
    [AT.lock]: '0',
  }
}

function mustBeDebtor(config: Config, account: string): string {
  if (isDebtor(account, config.accountLength)) return account
  throw new ErpError('INVALID_CUSTOMER', `"${account.slice(0, 40)}" is no debtor account.`, {
    field: 'customer',
  })
}

/** Exchange rates are nobody's to guess: what is not in EUR is refused. */
function mustBeEuro(currency: string | null | undefined, field: string): void {
  if (currency && currency !== 'EUR')
    throw wrong(field, `Postings are written in EUR, and no rate for ${currency} is known.`)
}

function fits(skus: string[], sku: string): boolean {
  return (
    skus.length === 0 ||
    skus.some((one) => (one.endsWith('*') ? sku.startsWith(one.slice(0, -1)) : one === sku))
  )
}

function ruleOf(rules: Rule[], { sku }: OrderLineInput, country: string | null, index: number): Rule {
  const rule = rules.find(
    ({ skus, countries }) =>
      fits(skus, sku) && (countries.length === 0 || (country !== null && countries.includes(country))),
  )
  if (rule) return rule
  throw new ErpError('MAPPING_MISSING', `No rule of revenue fits ${sku.slice(0, 60)}.`, {
    field: `lines.${index}.sku`,
  })
}

/** What a line comes to: quantity times price less its discount, exactly. */
function amountOf(line: OrderLineInput, index: number): Big {
  const { unitPrice, discountPercent } = line
  const at = `lines.${index}`
  if (!unitPrice)
    throw new ErpError('MISSING_REQUIRED_FIELD', 'DATEV knows no prices: every line needs its own.', {
      field: `${at}.unitPrice`,
    })
  mustBeEuro(unitPrice.currency, `${at}.unitPrice`)
  const whole = decimal(line.quantity, `${at}.quantity`).times(decimal(unitPrice.amount, `${at}.unitPrice`))
  const percent = decimal(discountPercent ?? '0', `${at}.discountPercent`)
  if (percent.lt(0) || percent.gt(100))
    throw wrong(`${at}.discountPercent`, 'A discount is 0 to 100 percent.')
  return whole.times(new Big(100).minus(percent)).div(100)
}

/** The gross sum of each revenue account: the account or its key takes the tax out of it again. */
function grossByRule(config: Config, { lines }: InvoiceInput, country: string | null): [Rule, Big][] {
  if (lines.length === 0)
    throw new ErpError('MISSING_REQUIRED_FIELD', 'An invoice needs lines.', { field: 'lines' })
  const sums = new Map<Rule, Big>()
  lines.forEach((line, index) => {
    const rule = ruleOf(config.revenue, line, country, index)
    sums.set(rule, (sums.get(rule) ?? new Big(0)).plus(amountOf(line, index)))
  })
  const factor = ({ taxPercent }: Rule) =>
    config.pricesIncludeTax ? new Big(1) : new Big(100).plus(taxPercent).div(100)
  const gross = [...sums].map(([rule, sum]): [Rule, Big] => [rule, sum.times(factor(rule)).round(2)])
  const kept = gross.filter(([, sum]) => !sum.eq(0))
  if (kept.length === 0) throw wrong('lines', 'DATEV takes no posting of 0.')
  if (kept.some(([, sum]) => sum.abs().gte('1e10'))) throw wrong('lines.unitPrice', 'The sum is too large.')
  return kept
}

/** A credit note stands on the other side of the debtor: its quantities are positive, as those of an invoice. */
function signed({ type }: InvoiceInput, sums: [Rule, Big][]): [Rule, Big][] {
  if (type !== 'CREDIT_NOTE') return sums
  if (sums.reduce((all, [, sum]) => all.plus(sum), new Big(0)).lt(0))
    throw wrong('lines', 'A credit note has positive quantities.')
  return sums.map(([rule, sum]) => [rule, sum.neg()])
}

/** The invoice number: the caller's, else our reference in the letters that the field takes. */
function numberOf({ number }: InvoiceInput, ref: string): string {
  const wanted = number ?? ref.replace(/[^A-Za-z0-9$&%*+\-/]/g, '-')
  if (NUMBER.test(wanted)) return wanted
  throw wrong('number', 'An invoice number takes up to 30 letters, digits and $ & % * + - /.')
}

/** Where a debtor is and its VAT number, read only where a rule asks for countries. */
async function buyerOf(config: Config, books: Books | null, account: string): Promise<Buyer> {
  if (!books || config.revenue.every(({ countries }) => countries.length === 0))
    return { country: null, vatId: null }
  const row = (await books.debtorsOf([account])).get(account)
  if (row) {
    const { country = null, taxId = null } = toCustomer(row, config.accountLength)
    return { country, vatId: taxId }
  }
  throw new ErpError('INVALID_CUSTOMER', `DATEV has no debtor ${account}.`, { field: 'customer' })
}

function textOf({ type }: InvoiceInput, number: string): string {
  return `${type === 'CREDIT_NOTE' ? 'Gutschrift' : 'Rechnung'} ${number}`
}

/** A delivery without tax to another country of the EU is told to the tax office with the buyer's VAT number. */
function euVatId({ taxPercent, countries }: Rule, { vatId }: Buyer): string {
  const isAbroad = countries.length > 0 && Number(taxPercent) === 0
  return isAbroad && vatId && /^(?!DE)[A-Z]{2}[\dA-Z+*]{2,13}$/.test(vatId) ? vatId : ''
}

async function draftInvoice(config: Config, books: Books | null, input: InvoiceInput, ref: string) {
  const account = mustBeDebtor(config, input.customer)
  mustBeEuro(input.currency, 'currency')
  const number = numberOf(input, ref)
  const day = mustBeDay(input.issuedOn ?? today(), 'issuedOn')
  const due = input.dueOn ? mustBeDay(input.dueOn, 'dueOn') : null
  const note = oneLine(input.note ?? '')
  const order = input.order ? oneLine(input.order) : ''
  const infos: [string, string][] = [['Referenz', ref]]
  if (order) infos.unshift(['Auftrag', order])
  const buyer = await buyerOf(config, books, account)
  const sums = signed(input, grossByRule(config, input, buyer.country))
  const rows = sums.map(([rule, sum]) =>
    rowOf(format, {
      ...posting(sum, { account, contra: rule.account, day, text: note || textOf(input, number) }),
      [AT.taxKey]: rule.taxKey,
      [AT.costCentre]: rule.costCentre,
      [AT.costObject]: rule.costObject,
      [AT.euVatId]: euVatId(rule, buyer),
      [AT.document]: number,
      ...pairs(AT.infos, infos),
      ...pairs(AT.notes, [...note].length > 60 ? noteOf(note) : []),
      [AT.order]: [...order].length <= ORDER_MOST ? order : '',
      [AT.due]: due ? ddmm(due) + due.slice(0, 4) : '',
    }),
  )
  return { id: number, rows, label: number, day }
}

/** Invoices as postings on the debtor, one for each revenue account; the label of the file is the number. */
export function invoiceMaker(config: Config, books: Books | null): Maker<InvoiceInput> {
  return {
    format,
    draft: (input, ref) => draftInvoice(config, books, input, ref),
    idOf: ({ label }: Job) => label ?? null,
  }
}

function parts({ amount, allocations }: PaymentInput): { document: string; sum: Big }[] {
  mustBeEuro(amount.currency, 'amount')
  const all = decimal(amount.amount, 'amount')
  const settled = allocations.map(({ invoice, amount: part }, index) => {
    const field = `allocations.${index}`
    mustBeEuro(part.currency, field)
    if (!NUMBER.test(invoice)) throw wrong(`${field}.invoice`, 'This is no invoice number.')
    return { document: invoice, sum: decimal(part.amount, field) }
  })
  const rest = settled.reduce((left, { sum }) => left.minus(sum), all)
  if (rest.lt(0)) throw wrong('allocations', 'The parts of a payment are more than the payment.')
  // What settles no invoice stands on the account.
  return rest.gt(0) ? [...settled, { document: '', sum: rest }] : settled
}

function draftPayment(config: Online, input: PaymentInput, ref: string): Draft {
  const account = mustBeDebtor(config, input.customer)
  const own = input.method ? config.paymentAccounts[input.method] : undefined
  const contra = own ?? config.paymentAccount
  const day = mustBeDay(input.paidOn, 'paidOn')
  const rows = parts(input).map(({ document, sum }, index) => {
    if (sum.lte(0) || !sum.eq(sum.round(2)) || sum.gte('1e10'))
      throw wrong(`allocations.${index}`, 'A payment is more than 0, in whole cents.')
    return rowOf(format, {
      ...posting(sum.neg(), { account, contra, day, text: `Zahlung ${document || ref}` }),
      [AT.document]: document,
      ...pairs(AT.infos, [['Referenz', ref]]),
    })
  })
  if (rows.length === 0) throw wrong('amount', 'A payment is more than 0.')
  return { id: ref, rows, label: 'Zahlungen', day }
}

/** Payments as postings from the debtor to the bank; they have no number but our reference. */
export function paymentMaker(config: Online): Maker<PaymentInput> {
  return {
    format,
    draft: async (input, ref) => draftPayment(config, input, ref),
    idOf: ({ reference_id: reference }: Job) => reference ?? null,
  }
}
