import Big from 'big.js'
import { Num, type Row, num } from '../../exact.ts'
import type { Books } from './books.ts'
import { Refusal, bigOf, refId, rowOf, rowsOf, textOf } from './rows.ts'

/** Tax codes of the company: id -> percent. */
const TAXES: Record<string, number> = { '2': 19, '3': 0 }
const STATUSES = /^(Accepted|Closed|Pending|Rejected)$/

function required(name: string): never {
  const detail = `Required parameter ${name} is missing in the request`
  throw new Refusal(
    '2020',
    'Required param missing, need to supply the required value for the API',
    detail,
    name,
  )
}

/** Changes what a customer owes. */
export function owed(buyer: Row, by: Big): void {
  const sum = num(bigOf(buyer.Balance).plus(by))
  buyer.Balance = sum
  buyer.BalanceWithJobs = sum
}

function itemOf(books: Books, detail: Row): Row {
  const id = refId(detail.ItemRef)
  const item = books.table('Item').get(id)
  if (!item)
    throw new Refusal(
      '2500',
      'Invalid Reference Id',
      `Invalid Reference Id : Item elements id ${id} not found`,
      'ItemRef',
    )
  if (item.Active !== false) return item
  const detailText = "Object Not Found : Something you're trying to use has been made inactive."
  throw new Refusal('610', 'Object Not Found', detailText, 'ItemRef')
}

/** A line that sells: its amount must be quantity times price. */
function soldLine(books: Books, line: Row, index: number, taxed: boolean): Row {
  const detail = rowOf(line.SalesItemLineDetail)
  const item = itemOf(books, detail)
  if (!(line.Amount instanceof Num)) required('Line.Amount')
  const wanted = bigOf(detail.Qty ?? num(1)).times(bigOf(detail.UnitPrice ?? line.Amount))
  if (wanted.minus(bigOf(line.Amount)).abs().gt('0.01')) {
    const told = `Amount is not equal to UnitPrice * Qty. Supplied value:${line.Amount.text}`
    throw new Refusal('6070', 'Amount calculation incorrect in the request', told, 'Line.Amount')
  }
  const code = refId(detail.TaxCodeRef)
  if (taxed && !Object.hasOwn(TAXES, code)) {
    const told = 'Business Validation Error: Make sure all your transactions have a VAT rate before you save.'
    throw new Refusal('6000', 'A business validation error has occurred while processing your request', told)
  }
  const ItemRef = { value: item.Id, name: item.Name }
  return {
    Description: item.Description,
    ...line,
    Id: String(index + 1),
    LineNum: num(index + 1),
    SalesItemLineDetail: { ...detail, ItemRef },
  }
}

interface Sums {
  lines: Row[]
  net: Big
  tax: Big
}

/** The server adds the subtotal, reckons the discount by percent, and the taxes. */
function sums(books: Books, given: Row[], taxed: boolean): Sums {
  const sold = given.filter(({ DetailType }) => DetailType === 'SalesItemLineDetail')
  if (sold.length === 0) required('Line')
  const lines = sold.map((line, index) => soldLine(books, line, index, taxed))
  const subtotal = lines.reduce((sum, line) => sum.plus(bigOf(line.Amount)), new Big(0))
  const discounts = given.filter(({ DetailType }) => DetailType === 'DiscountLineDetail')
  const off = discounts.map((line): [Row, Big] => {
    const detail = rowOf(line.DiscountLineDetail)
    const amount =
      detail.PercentBased === true
        ? subtotal.times(bigOf(detail.DiscountPercent)).div(100).round(2)
        : bigOf(line.Amount)
    return [
      {
        ...line,
        Amount: num(amount),
        DiscountLineDetail: { ...detail, DiscountAccountRef: { value: '86', name: 'Discounts given' } },
      },
      amount,
    ]
  })
  const discount = off.reduce((sum, [, amount]) => sum.plus(amount), new Big(0))
  const share = subtotal.eq(0) ? new Big(1) : subtotal.minus(discount).div(subtotal)
  const tax = lines.reduce((sum, line) => {
    const percent = TAXES[refId(rowOf(line.SalesItemLineDetail).TaxCodeRef)] ?? 0
    return sum.plus(bigOf(line.Amount).times(percent).div(100))
  }, new Big(0))
  return {
    lines: [
      ...lines,
      { Amount: num(subtotal), DetailType: 'SubTotalLineDetail', SubTotalLineDetail: {} },
      ...off.map(([line]) => line),
    ],
    net: subtotal.minus(discount),
    tax: taxed ? tax.times(share).round(2) : new Big(0),
  }
}

function checkNumber(books: Books, entity: string, body: Row): void {
  const number = textOf(body.DocNumber)
  if (number.length > 21)
    throw new Refusal(
      '2050',
      'String length is either shorter or longer than supported',
      'Max: 21',
      'DocNumber',
    )
  if (!number || !books.preferences.warnDuplicates) return
  const taken = [...books.table(entity).values()].some(
    (row) => row.DocNumber === number && row.Id !== body.Id,
  )
  if (!taken) return
  const detail = `Duplicate Document Number Error : You must specify a different number. DocNumber=${number}`
  throw new Refusal('6140', 'Duplicate Document Number Error', detail)
}

/** An estimate that an invoice names is closed by it. */
function bill(books: Books, body: Row, id: string): void {
  for (const { TxnId, TxnType } of rowsOf(body.LinkedTxn)) {
    if (TxnType !== 'Estimate') continue
    const estimate = books.table('Estimate').get(textOf(TxnId))
    if (!estimate)
      throw new Refusal('2500', 'Invalid Reference Id', `Estimate ${textOf(TxnId)} not found`, 'LinkedTxn')
    estimate.TxnStatus = 'Closed'
    estimate.LinkedTxn = [...rowsOf(estimate.LinkedTxn), { TxnId: id, TxnType: 'Invoice' }]
    books.touch('Estimate', estimate)
  }
}

/** An invoice takes goods out of stock; an estimate does not. */
function ship(books: Books, lines: Row[]): void {
  for (const line of lines) {
    const detail = rowOf(line.SalesItemLineDetail)
    const item = books.table('Item').get(refId(detail.ItemRef))
    if (item?.Type === 'Inventory') item.QtyOnHand = num(bigOf(item.QtyOnHand).minus(bigOf(detail.Qty)))
  }
}

function check(books: Books, entity: string, body: Row): Row {
  const buyer = books.customerOf(body)
  checkNumber(books, entity, body)
  const [currency, own] = [refId(body.CurrencyRef), refId(buyer.CurrencyRef)]
  if (currency ? currency !== own : own !== 'EUR')
    throw new Refusal(
      '6000',
      'A business validation error',
      'The currency must be that of the customer.',
      'CurrencyRef',
    )
  const term = body.SalesTermRef === undefined ? null : refId(body.SalesTermRef)
  if (term !== null && !books.table('Term').has(term))
    throw new Refusal('2500', 'Invalid Reference Id', `SalesTerm id ${term} not found`, 'SalesTermRef')
  if (body.TxnStatus !== undefined && !STATUSES.test(textOf(body.TxnStatus)))
    throw new Refusal(
      '2170',
      'Invalid Enumeration',
      `Invalid Enumeration : ${textOf(body.TxnStatus)}`,
      'TxnStatus',
    )
  if (!/^(TaxExcluded|TaxInclusive|NotApplicable|)$/.test(textOf(body.GlobalTaxCalculation)))
    throw new Refusal('2170', 'Invalid Enumeration', 'Invalid Enumeration', 'GlobalTaxCalculation')
  return buyer
}

/** An estimate, invoice or sales receipt as the server completes it. */
export function draft(books: Books, entity: string, body: Row): Row {
  const buyer = check(books, entity, body)
  const taxed = body.GlobalTaxCalculation !== 'NotApplicable'
  const { lines, net, tax } = sums(books, rowsOf(body.Line), taxed)
  const total = net.plus(tax)
  const made: Row = {
    TxnDate: new Date().toISOString().slice(0, 10),
    LinkedTxn: [],
    CustomField: [],
    PrintStatus: 'NotSet',
    EmailStatus: 'NotSet',
    ApplyTaxAfterDiscount: false,
    ...body,
    CurrencyRef: buyer.CurrencyRef,
    CustomerRef: { value: buyer.Id, name: buyer.DisplayName },
    Line: lines,
    TxnTaxDetail: { TotalTax: num(tax) },
    TotalAmt: num(total),
  }
  if (entity === 'Estimate') return { TxnStatus: 'Pending', ...made }
  if (body.Id === undefined) {
    bill(books, body, books.nextId)
    ship(books, lines)
    if (entity === 'Invoice') owed(buyer, total)
  }
  if (entity === 'SalesReceipt') return { ...made, Balance: num(0) }
  return { DueDate: made.TxnDate, ...made, Balance: num(total) }
}
