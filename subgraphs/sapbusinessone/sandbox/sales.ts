import Big from 'big.js'
import type { Demo } from '../../demo.ts'
import { Num, type Row, bigOf, num, textOf } from '../../exact.ts'
import { Refusal } from '../../refusal.ts'
import { broken, noMatch } from './answers.ts'
import { emptyOf } from './custom.ts'
import { DOCUMENT, LINE, SHIPPING, checkFields } from './fields.ts'
import { seedSales } from './history.ts'
import { type Priced, priceOf } from './pricing.ts'
import type { Master } from './master.ts'
import { clock, dayOf, round, rowsIn } from './values.ts'

/** Orders above this sum need an approval: the answer is a refusal, and a draft stays. */
const APPROVAL = new Big(1_000_000)
const NONE = [
  ...['NumAtCard', 'Comments', 'ShipToCode', 'PayToCode', 'AddressExtension'],
  ...Object.keys(emptyOf('ORDR')),
]

/** The sets of documents. */
export type DocumentSet =
  'Orders' | 'Drafts' | 'Quotations' | 'DeliveryNotes' | 'Invoices' | 'CreditNotes' | 'Returns'
/** What is paid, or used up by what is paid. */
const SETTLED = new Set<DocumentSet>(['Invoices', 'CreditNotes'])

/** Marketing documents: their rows, how they are reckoned, and what may be done to them. */
export class Sales {
  readonly rows: Record<DocumentSet, Row[]> = {
    Orders: [],
    Drafts: [],
    Quotations: [],
    DeliveryNotes: [],
    Invoices: [],
    CreditNotes: [],
    Returns: [],
  }
  readonly payments: Row[] = []
  readonly #master: Master
  readonly #branches: string[]
  readonly #next: Record<string, number> = {}

  constructor(master: Master, demo: Demo, branches: string[]) {
    this.#master = master
    this.#branches = branches
    seedSales(this, master, demo)
  }

  find(set: DocumentSet, entry: string): Row | undefined {
    return this.rows[set].find(({ DocEntry }) => DocEntry instanceof Num && DocEntry.text === entry)
  }

  /** An order as it would be, without keeping it. */
  preview(body: Row): Row {
    this.#check(body)
    return this.#build('Orders', body)
  }

  /** Adds an order; where an approval procedure applies, keeps a draft and says that nothing was found. */
  add(body: Row): Row {
    this.#check(body)
    const total = bigOf(this.#build('Orders', body), 'DocTotal')
    if (total.gt(APPROVAL)) {
      this.make('Drafts', body, { AuthorizationStatus: 'dasPending', DocObjectCode: 'oOrders' })
      throw noMatch(400)
    }
    return this.#made(this.make('Orders', body, {}))
  }

  /** Adds a draft as the order that it is. */
  saveDraft(entry: string): void {
    const draft = this.find('Drafts', entry)
    if (!draft || draft.DocumentStatus !== 'bost_Open') throw noMatch(400)
    if (draft.AuthorizationStatus === 'dasPending') throw broken('Document is pending approval')
    const generated = { DraftKey: draft.DocEntry, AuthorizationStatus: 'dasGenerated', ...this.#stamp() }
    const made = { ...draft, ...this.#numbers('Orders'), ...generated }
    this.rows.Orders.push(made)
    Object.assign(draft, {
      DocumentStatus: 'bost_Close',
      AuthorizationStatus: 'dasGenerated',
      ...this.#stamp(draft),
    })
    this.#made(made)
  }

  /** Cancelling is for good, and only before anything was delivered. */
  cancel(row: Row): void {
    if (row.Cancelled === 'tYES' || row.DocumentStatus === 'bost_Close')
      throw new Refusal(400, '-5006', 'Document is already closed/cancelled')
    const moved = rowsIn(row, 'DocumentLines').some((line) =>
      bigOf(line, 'RemainingOpenQuantity').lt(bigOf(line, 'Quantity')),
    )
    if (moved) throw broken('You cannot cancel a document that was delivered in part')
    const cancelled = { Cancelled: 'tYES', CancelStatus: 'csYes', DocumentStatus: 'bost_Close' }
    Object.assign(row, cancelled, this.#stamp(row))
    this.#tell(row)
  }

  /** Closes what is left. */
  close(row: Row): void {
    if (row.DocumentStatus === 'bost_Close') throw new Refusal(400, '-5006', 'Document is already closed')
    Object.assign(row, { DocumentStatus: 'bost_Close' }, this.#stamp(row))
    this.#tell(row)
  }

  /** Changes what is named; rows are merged by LineNum, and what is read-only is passed over. */
  patch(row: Row, body: Row): void {
    const { DocumentLines, ...head } = body
    const own = Object.entries(head).filter(([name]) => name in DOCUMENT && name !== 'DocEntry')
    Object.assign(row, Object.fromEntries(own))
    const lines = rowsIn(row, 'DocumentLines')
    for (const line of Array.isArray(DocumentLines) ? (DocumentLines as Row[]) : []) {
      const old = lines.find((one) => bigOf(one, 'LineNum').eq(bigOf(line, 'LineNum')))
      if (old) Object.assign(old, line)
    }
    this.touch(row)
  }

  /** Puts a delivery between an order and its invoices. */
  deliver(order: Row): void {
    const lines = rowsIn(order, 'DocumentLines')
    const numbers = this.#numbers('DeliveryNotes')
    const based = lines.map((line) => ({ ...line, BaseType: num(17), BaseEntry: order.DocEntry }))
    this.rows.DeliveryNotes.push({ ...order, ...numbers, DocumentLines: based })
    const billed = this.rows.Invoices.flatMap((row) => rowsIn(row, 'DocumentLines'))
    for (const line of billed)
      if (bigOf(line, 'BaseType').eq(17) && bigOf(line, 'BaseEntry').eq(bigOf(order, 'DocEntry')))
        Object.assign(line, { BaseType: num(15), BaseEntry: numbers.DocEntry })
  }

  touch(row: Row): void {
    Object.assign(row, this.#stamp(row))
    this.#tell(row)
  }

  #made(row: Row): Row {
    for (const line of rowsIn(row, 'DocumentLines')) this.#master.commit(line)
    this.#tell(row)
    return row
  }

  #tell(row: Row): void {
    if (this.rows.Orders.includes(row))
      this.#master.tell({ kind: 'order', id: (row.DocEntry as Num).text, deleted: false, at: null })
  }

  #stamp(row?: Row): Row {
    const { day, time } = clock()
    return { UpdateDate: dayOf(day), UpdateTime: time, DataVersion: num(bigOf(row, 'DataVersion').plus(1)) }
  }

  #check(body: Row): void {
    checkFields(body, DOCUMENT, 'Document')
    const lines = rowsIn(body, 'DocumentLines')
    for (const line of lines) checkFields(line, LINE, 'DocumentLine')
    if (body.AddressExtension) checkFields(body.AddressExtension as Row, SHIPPING, 'AddressExtension')
    const buyer = this.#master.partner(textOf(body, 'CardCode'))
    if (!buyer) throw noMatch(400)
    if (buyer.Frozen === 'tYES')
      throw new Refusal(400, '-10', 'Business partner is inactive  [ORDR.CardCode]')
    if (!body.DocDueDate) throw broken('Due date missing  [ORDR.DocDueDate]')
    if (textOf(body, 'DocDate').slice(0, 10) > textOf(body, 'DocDueDate').slice(0, 10))
      throw broken('Due date must not be before posting date')
    const branch = body.BPL_IDAssignedToInvoice instanceof Num ? body.BPL_IDAssignedToInvoice.text : ''
    if (this.#branches.length > 0 && !this.#branches.includes(branch))
      throw broken('Specify an active branch  [ORDR.BPLId]')
    const currency = textOf(body, 'DocCurrency')
    if (currency && buyer.Currency !== '##' && currency !== buyer.Currency && currency !== 'EUR')
      throw broken('Document currency differs from currency of business partner')
    if (lines.length === 0) throw broken('No lines in document  [ORDR.DocumentLines]')
    for (const line of lines) this.#master.checkLine(line)
    if (body.PaymentGroupCode && !this.#master.hasTerm(body.PaymentGroupCode)) throw noMatch(400)
  }

  /** The next numbers of a set. */
  #numbers(set: DocumentSet): Row {
    const count = (this.#next[set] = (this.#next[set] ?? 0) + 1)
    return { DocEntry: num(count), DocNum: num(5000 + count) }
  }

  /** Keeps a new document under the next numbers of its set. */
  make(set: DocumentSet, body: Row, more: Row): Row {
    const row = { ...this.#build(set, body), ...this.#numbers(set), ...more }
    this.rows[set].push(row)
    return row
  }

  #build(set: DocumentSet, body: Row): Row {
    const buyer = this.#master.partner(textOf(body, 'CardCode')) ?? {}
    const given = textOf(body, 'DocCurrency')
    const currency = given || (buyer.Currency === '##' ? 'EUR' : textOf(buyer, 'Currency'))
    const DocDate = dayOf(textOf(body, 'DocDate') || clock().day)
    const lines = rowsIn(body, 'DocumentLines').map((line, index) =>
      this.#line(line, index, buyer, currency, body),
    )
    return {
      ...Object.fromEntries(NONE.map((name) => [name, null])),
      DocType: 'dDocument_Items',
      DocRate: num(0),
      DiscountPercent: num(0),
      PaymentGroupCode: buyer.PayTermsGrpCode,
      Confirmed: 'tYES',
      AuthorizationStatus: 'dasWithout',
      DraftKey: null,
      ...body,
      ...shippingOf(body),
      DocEntry: num(0),
      DocNum: num(0),
      DocDate,
      TaxDate: dayOf(textOf(body, 'TaxDate') || DocDate),
      DocDueDate: dayOf(textOf(body, 'DocDueDate') || DocDate),
      CardName: buyer.CardName ?? null,
      DocCurrency: currency,
      DocumentStatus: 'bost_Open',
      Cancelled: 'tNO',
      CancelStatus: 'csNo',
      ...(SETTLED.has(set) && { PaidToDate: num(0), PaidToDateFC: num(0) }),
      ...this.#totals(lines, bigOf(body, 'DiscountPercent'), currency),
      ...this.#stamp(),
      DataVersion: num(1),
      DocumentLines: lines,
    }
  }

  /** Sums in the local currency and, where it is another, in the document's. */
  #totals(lines: Row[], discount: Big, currency: string): Row {
    const left = new Big(100).minus(discount).div(100)
    const sum = (field: string) => lines.reduce((total, line) => total.plus(bigOf(line, field)), new Big(0))
    const [net, tax] = ['LineTotal', 'NetTaxAmount'].map((field) => round(sum(field).times(left)))
    const [netFc, taxFc] = ['RowTotalFC', 'NetTaxAmountFC'].map((field) => round(sum(field).times(left)))
    const foreign = currency !== 'EUR'
    return {
      DocTotal: num((net ?? new Big(0)).plus(tax ?? 0)),
      VatSum: num(tax ?? 0),
      DocTotalFc: num(foreign ? (netFc ?? new Big(0)).plus(taxFc ?? 0) : 0),
      VatSumFc: num(foreign ? (taxFc ?? 0) : 0),
    }
  }

  #line(body: Row, index: number, buyer: Row, currency: string, head: Row): Row {
    const item = this.#master.item(textOf(body, 'ItemCode')) ?? {}
    const found = priceOf(this.#master, item, buyer, body, textOf(head, 'DocDate'))
    const manual = body.UnitPrice instanceof Num
    const priced: Priced = manual
      ? { ...found, price: bigOf(body, 'UnitPrice'), currency, source: 'dpsManual' }
      : found
    return {
      FreeText: null,
      U_ExtLine: null,
      ShipDate: head.DocDueDate ?? null,
      WarehouseCode: item.InventoryItem === 'tYES' ? 'MAIN' : null,
      BaseType: num(-1),
      BaseEntry: null,
      BaseLine: null,
      ItemDescription: item.ItemName ?? null,
      UoMEntry: item.DefaultSalesUoMEntry ?? num(-1),
      ...body,
      LineNum: num(index),
      VisualOrder: num(index),
      ListNum: buyer.PriceListNum,
      TreeType: 'iNotATree',
      ...this.#amounts(body, priced, buyer, currency),
      MeasureUnit: bigOf(body, 'UoMEntry').eq(6) ? 'Rol' : (item.SalesUnit ?? null),
      LineStatus: 'bost_Open',
      RemainingOpenQuantity: num(bigOf(body, 'Quantity')),
    }
  }

  /** What a line costs: its price after the discount, its total and its tax in both currencies. */
  #amounts(body: Row, priced: Priced, buyer: Row, currency: string): Row {
    const percent = body.DiscountPercent instanceof Num ? body.DiscountPercent.big : new Big(0)
    const price = priced.price.times(new Big(100).minus(percent)).div(100)
    const sum = round(price.times(bigOf(body, 'Quantity')))
    const [total, own] = this.#master.both(sum, priced.currency, currency)
    const rate = buyer.Country === 'DE' ? '0.19' : '0'
    return {
      UnitPrice: num(priced.price),
      DiscountPercent: num(percent),
      Price: num(price),
      Currency: priced.currency,
      PriceSource: priced.source,
      LineTotal: num(total),
      RowTotalFC: num(own),
      NetTaxAmount: num(round(total.times(rate))),
      NetTaxAmountFC: num(round(own.times(rate))),
      VatGroup: rate === '0' ? 'A0' : 'A2',
    }
  }
}

/** Where a document goes, with all the fields of a place; nothing where the body names none. */
function shippingOf({ AddressExtension: given }: Row): Row {
  if (given === undefined) return {}
  const empty = Object.fromEntries(Object.keys(SHIPPING).map((name) => [name, null]))
  return { AddressExtension: { ...empty, ...(given as Row) } }
}
