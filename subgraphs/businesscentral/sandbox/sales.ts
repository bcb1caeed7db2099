import Big from 'big.js'
import { Num, type Row, bigOf, num, textOf } from '../../exact.ts'
import { Refusal } from '../../refusal.ts'
import { LINE_WRITABLE, TEXTS, WRITABLE, checkFields } from './checks.ts'
import type { Tables } from './data.ts'
import { dialog } from './answers.ts'
import { KINDS, type Kind, SERIES } from './kinds.ts'
import { lineOf } from './lines.ts'
import { NO_ID, guidOf, timeOf } from './values.ts'

/** Sales documents with their lines, and what the server reckons in them. */
export class Sales {
  readonly rows: Record<Kind, Row[]> = { order: [], invoice: [], creditMemo: [], quote: [] }
  readonly #tables: Tables
  readonly #lines = new Map<string, Row[]>()
  readonly #touch: () => string
  #next = 101000

  constructor(tables: Tables, touch: () => string) {
    this.#tables = tables
    this.#touch = touch
  }

  /** The lines of a document. */
  linesOf(row: Row): Row[] {
    return this.#lines.get(textOf(row, 'id')) ?? []
  }

  /** The document with a line of this id. */
  holder(id: string): Row | undefined {
    return this.rows.order.find((row) => this.linesOf(row).some((line) => line.id === id))
  }

  find(kind: Kind, id: string): Row | undefined {
    return this.rows[kind].find((row) => row.id === id)
  }

  /** Deep insert of an order; the first thing that is wrong fails all of it. */
  insert(body: Row): Row {
    checkFields(body, WRITABLE, 'Microsoft.NAV.salesOrder')
    const { salesOrderLines: lines = [], discountAmount = num(0), ...fields } = body
    const customer = this.#customer(body)
    this.#checkLinks(body)
    const natives = (lines as Row[]).map((line) => this.#checked(line))
    const head = this.head('order', customer, { ...fields, discountAmount, customerNumber: customer.number })
    head.externalDocumentNumber = textOf(head, 'externalDocumentNumber').toUpperCase()
    for (const line of natives) this.addLine(head, line, customer)
    return head
  }

  /** A line as a client sends it. */
  insertLine(head: Row, body: Row): Row {
    const customer = this.#customer({ customerNumber: head.customerNumber })
    return this.addLine(head, this.#checked(body), customer)
  }

  #customer(body: Row): Row {
    const { customerNumber: number, customerId: id } = body
    if (!number && !id) throw dialog('A "customerNumber" or a "customerId" must be provided.')
    const found = this.#tables.customers.find((row) => row.number === number || row.id === id)
    if (!found) throw dialog('The sell-to customer cannot be found.')
    return found
  }

  #checkLinks({ currencyCode: code, paymentTermsId: terms }: Row): void {
    const { currencies, paymentTerms } = this.#tables
    const unknown = (table: string) =>
      new Refusal(
        400,
        'Internal_InvalidTableRelation',
        `The field contains a value that cannot be found in the related table (${table}).`,
      )
    if (code && code !== 'EUR' && !currencies.some((row) => row.code === code)) throw unknown('Currency')
    if (terms && !paymentTerms.some((row) => row.id === terms)) throw unknown('Payment Terms')
  }

  #checked(line: Row): Row {
    checkFields(line, LINE_WRITABLE, 'Microsoft.NAV.salesOrderLine')
    if (line.lineType === 'Comment') return line
    if (line.lineType !== 'Item')
      throw new Refusal(400, 'Unknown', `'${String(line.lineType)}' is not an option.`)
    const number = textOf(line, 'lineObjectNumber').toUpperCase()
    const item = this.#tables.items.find((row) => row.number === number && row.blocked === false)
    if (!item) throw dialog('Item does not exist.')
    const unit = line.unitOfMeasureCode
    if (unit && unit !== item.baseUnitOfMeasureCode)
      throw new Refusal(
        400,
        'Internal_InvalidTableRelation',
        'The field Unit of Measure Code contains a value that cannot be found in the related table (Item Unit of Measure).',
      )
    if (line.locationId && !this.#tables.locations.some((row) => row.id === line.locationId))
      throw dialog('The location does not exist.')
    return { ...line, lineObjectNumber: number }
  }

  /** The header of a new document. */
  head(kind: Kind, customer: Row, more: Row): Row {
    const number = `${SERIES[kind]}${++this.#next}`
    // What takes goods back sends none.
    const texts = kind === 'creditMemo' ? TEXTS.filter((name) => !name.startsWith('shipTo')) : TEXTS
    const common = {
      ...Object.fromEntries(texts.map((name) => [name, ''])),
      id: guidOf(`${kind} ${number}`),
      number,
      externalDocumentNumber: '',
      postingDate: '2026-11-21',
      customerId: customer.id,
      customerNumber: customer.number,
      customerName: customer.displayName,
      billToName: customer.displayName,
      billToCustomerId: customer.id,
      billToCustomerNumber: customer.number,
      sellToCity: customer.city,
      sellToCountry: customer.country,
      currencyId: customer.currencyId,
      currencyCode: customer.currencyCode,
      paymentTermsId: customer.paymentTermsId,
      shipmentMethodId: NO_ID,
      discountAmount: num(0),
      totalAmountExcludingTax: num(0),
      totalTaxAmount: num(0),
      totalAmountIncludingTax: num(0),
      status: 'Draft',
      lastModifiedDateTime: this.#touch(),
    }
    const row: Row = { ...common, ...KINDS[kind], ...more, $version: 1 }
    this.rows[kind].push(row)
    this.#lines.set(textOf(row, 'id'), [])
    return row
  }

  /** A line with what the server fills in: text, unit, price, amounts. */
  addLine(head: Row, body: Row, customer: Row, more: Row = {}): Row {
    const lines = this.linesOf(head)
    const item = this.#tables.items.find((row) => row.number === body.lineObjectNumber)
    const found = item ? this.#price(item, customer, bigOf(body, 'quantity')) : num(0)
    const price = body.unitPrice instanceof Num ? body.unitPrice : found
    const sequence = bigOf(lines.at(-1), 'sequence').plus(10_000)
    const line = lineOf(head, { ...body, unitPrice: price }, { item, customer, sequence }, more)
    lines.push(line)
    this.reckon(head)
    return line
  }

  /** The lowest price of what fits, else the price of the item. */
  #price(item: Row, customer: Row, quantity: Big): Num {
    const group = this.#tables.groups.get(textOf(customer, 'number'))
    const currency = customer.currencyCode === 'EUR' ? '' : customer.currencyCode
    const fitting = this.#tables.priceLines.filter(
      (line) =>
        line.Asset_No === item.number &&
        line.Currency_Code === currency &&
        line.Source_No === (line.Source_Type === 'Customer' ? customer.number : group) &&
        bigOf(line, 'Minimum_Quantity').lte(quantity),
    )
    const prices = fitting.map((line) => line.Unit_Price as Num)
    return prices.toSorted((a, b) => a.big.cmp(b.big))[0] ?? (item.unitPrice as Num)
  }

  /** Sums, and the mark of a change. */
  reckon(head: Row): void {
    const lines = this.linesOf(head)
    const sum = (field: string) => lines.reduce((total, line) => total.plus(bigOf(line, field)), new Big(0))
    const net = sum('netAmount').minus(bigOf(head, 'discountAmount'))
    const tax = sum('netTaxAmount')
    head.totalAmountExcludingTax = num(net)
    head.totalTaxAmount = num(tax)
    head.totalAmountIncludingTax = num(net.plus(tax))
    if (head.remainingAmount !== undefined) head.remainingAmount = head.totalAmountIncludingTax
    this.touch(head)
  }

  touch(head: Row): void {
    head.lastModifiedDateTime = this.#touch()
    head.$version = Number(head.$version ?? 1) + 1
  }

  /** Removes a line; released orders are closed to changes. */
  removeLine(head: Row, id: string): void {
    if (head.status === 'Open')
      throw new Refusal(
        400,
        'Application_FieldValidationException',
        `Status must be equal to 'Open'  in Sales Header: Document Type=Order, No.=${textOf(head, 'number')}. Current value is 'Released'.`,
      )
    const lines = this.linesOf(head).filter((line) => line.id !== id)
    this.#lines.set(textOf(head, 'id'), lines)
    this.reckon(head)
  }

  /** Posts an order: it is deleted, and an invoice that names it appears. */
  post(order: Row, status: string): Row {
    const customer = this.#customer({ customerNumber: order.customerNumber })
    const invoice = this.head('invoice', customer, {
      externalDocumentNumber: order.externalDocumentNumber,
      currencyCode: order.currencyCode,
      orderId: order.id,
      orderNumber: order.number,
      invoiceDate: order.orderDate,
      dueDate: timeOf(Date.parse(`${textOf(order, 'orderDate')}T00:00:00Z`) + 30 * 86_400_000).slice(0, 10),
      status,
    })
    for (const line of this.linesOf(order)) this.addLine(invoice, line, customer)
    if (status === 'Paid') invoice.remainingAmount = num(0)
    this.rows.order.splice(this.rows.order.indexOf(order), 1)
    return invoice
  }

  /** Credits lines of an invoice. */
  credit(invoice: Row, lines: Row[], status: string): Row {
    const customer = this.#customer({ customerNumber: invoice.customerNumber })
    const { currencyCode, id: invoiceId, number: invoiceNumber } = invoice
    const memo = this.head('creditMemo', customer, { currencyCode, invoiceId, invoiceNumber, status })
    for (const line of lines) this.addLine(memo, line, customer)
    return memo
  }

  /** Cancels a posted invoice, which leaves a corrective credit memo. */
  cancelInvoice(invoice: Row): void {
    Object.assign(invoice, { status: 'Canceled', remainingAmount: num(0) })
    this.touch(invoice)
    this.credit(invoice, this.linesOf(invoice), 'Corrective')
  }

  /** A copy of everything, to go back to. */
  snapshot(): () => void {
    const { order, invoice, quote } = this.rows
    const rows = { order: [...order], invoice: [...invoice], quote: [...quote] }
    const lines = new Map([...this.#lines].map(([id, all]) => [id, [...all]]))
    return () => {
      Object.assign(this.rows, rows)
      this.#lines.clear()
      for (const [id, all] of lines) this.#lines.set(id, all)
    }
  }
}
