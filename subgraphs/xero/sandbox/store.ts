import Big from 'big.js'
import type { Change } from '../../connector.ts'
import type { Demo, DemoCustomer, DemoDocument, DemoProduct } from '../../demo.ts'
import { type Row, guid, num, stamp, textOf } from './answers.ts'
import { contactOf, emptyContact, phones } from './contacts.ts'
import { creditNotes } from './credits.ts'

/** The sets that are kept. */
export type SetName = 'Items' | 'Contacts' | 'Invoices' | 'CreditNotes' | 'Payments' | 'Quotes'

/** The name of the id of each set. */
export const IDS: Record<SetName, string> = {
  Items: 'ItemID',
  Contacts: 'ContactID',
  Invoices: 'InvoiceID',
  CreditNotes: 'CreditNoteID',
  Payments: 'PaymentID',
  Quotes: 'QuoteID',
}
/** Percent by which the demo company is taxed. */
export const TAX = { type: 'OUTPUT', percent: '19' }
/** Sales account, and the bank account that takes payments. */
export const ACCOUNTS = ['200', '090']

const DAY_MS = 24 * 60 * 60_000
const FIRST_MS = Date.UTC(2026, 9, 1)
const COUNTRY: Record<string, string> = { DE: 'Germany', AT: 'Austria', FR: 'France', US: 'United States' }

/** Two decimals, as Xero rounds each line. */
export function cents(value: Big): string {
  return value.toFixed(2)
}

/** Everything that the organisation holds, in memory. */
export class Store {
  readonly rows: Record<SetName, Map<string, Row>> = {
    Items: new Map(),
    Contacts: new Map(),
    Invoices: new Map(),
    CreditNotes: new Map(),
    Payments: new Map(),
    Quotes: new Map(),
  }
  readonly itemsByCode = new Map<string, Row>()
  /** Where the stock of an item lies is not told by Xero; kept so that a person may count it in parts. */
  readonly parts = new Map<string, Map<string, string>>()
  readonly demo: Demo
  #listener: ((change: Change) => void) | null = null
  #last = FIRST_MS
  #made = 0
  #open = false

  constructor(demo: Demo) {
    this.demo = demo
    demo.products.forEach((one) => this.#product(one))
    demo.customers.forEach((one) => this.#customer(one))
    demo.orders.forEach((one, index) => this.#document(one, index))
    for (const row of creditNotes([...this.rows.Invoices.values()])) this.put('CreditNotes', row)
    this.#open = true
  }

  watch(listener: (change: Change) => void): void {
    this.#listener = listener
  }

  /** The next id of a set. */
  nextId(set: string): string {
    this.#made += 1
    return guid(`${set} ${this.#made}`)
  }

  /** The next free number of a series. */
  nextNumber(set: 'Invoices' | 'Quotes'): string {
    const [name, prefix] = set === 'Invoices' ? ['InvoiceNumber', 'INV-'] : ['QuoteNumber', 'QU-']
    const taken = new Set([...this.rows[set].values()].map((row) => row[name]))
    for (let at = this.rows[set].size + 1; ; at += 1) {
      const number = `${prefix}${String(at).padStart(4, '0')}`
      if (!taken.has(number)) return number
    }
  }

  /** Keeps a row as changed just now. */
  put(set: SetName, row: Row): Row {
    this.#last = this.#open ? Math.max(Date.now(), this.#last + 1) : this.#last + 1000
    row.UpdatedDateUTC = stamp(this.#last, set === 'Quotes' ? '' : '+0000')
    const id = String(row[IDS[set]])
    this.rows[set].set(id, row)
    if (set === 'Items') this.itemsByCode.set(String(row.Code), row)
    const kind = ({ Contacts: 'customer', Invoices: 'invoice', CreditNotes: 'invoice' } as const)[
      set as 'Contacts' | 'Invoices'
    ]
    if (kind && this.#open)
      this.#listener?.({ kind, id, deleted: false, at: new Date(this.#last).toISOString() })
    return row
  }

  /** The row whose id or number is asked for. */
  get(set: SetName, key: string): Row | undefined {
    const found = this.rows[set].get(key.toLowerCase())
    const name = { Items: 'Code', Contacts: 'ContactNumber', Invoices: 'InvoiceNumber' }[set as string]
    return found ?? (name ? [...this.rows[set].values()].find((row) => row[name] === key) : undefined)
  }

  /** Counts the stock of an item anew. */
  count(code: string): void {
    const sum = [...(this.parts.get(code)?.values() ?? [])].reduce((all, one) => all.plus(one), new Big(0))
    const row = this.itemsByCode.get(code)
    if (row?.IsTrackedAsInventory)
      this.put('Items', Object.assign(row, { QuantityOnHand: num(sum.toFixed()) }))
  }

  /** A new item, tracked where stock is given. */
  addItem(code: string, name: string, price: string, stock: [string, string][] | null): Row {
    this.parts.set(code, new Map(stock ?? []))
    const row = this.put('Items', {
      ItemID: this.nextId('Items'),
      Code: code,
      Name: name,
      Description: name,
      PurchaseDetails: {},
      SalesDetails: { UnitPrice: num(price), AccountCode: '200', TaxType: TAX.type },
      IsTrackedAsInventory: stock !== null,
      ...(stock && { InventoryAssetAccountCode: '630', TotalCostPool: num('0'), QuantityOnHand: num('0') }),
      IsSold: true,
      IsPurchased: false,
    })
    this.count(code)
    return row
  }

  #product({ sku, name, description, listPrice, stock }: DemoProduct): void {
    const parts = stock.map(({ warehouse, onHand }): [string, string] => [warehouse, onHand])
    const row = this.addItem(sku, name, listPrice, stock.length > 0 ? parts : null)
    row.Description = description
  }

  #customer(one: DemoCustomer): void {
    const place = { Region: '', AddressLine1: one.street, City: one.city, PostalCode: one.postalCode }
    this.put('Contacts', {
      ...emptyContact(),
      ContactID: this.nextId('Contacts'),
      AccountNumber: one.number,
      Name: one.name,
      EmailAddress: one.email,
      TaxNumber: one.taxId,
      Addresses: [
        { AddressType: 'STREET', City: '', Region: '', PostalCode: '', Country: '' },
        { AddressType: 'POBOX', ...place, Country: COUNTRY[one.country] ?? '', AttentionTo: '' },
      ],
      Phones: phones(one.phone),
      IsCustomer: true,
      DefaultCurrency: one.currency,
      PaymentTerms: { Sales: { Day: one.termsDays, Type: 'DAYSAFTERBILLDATE' } },
    })
  }

  #document({ customer, on, state, lines }: DemoDocument, index: number): void {
    const contact = [...this.rows.Contacts.values()].find((row) => row.AccountNumber === customer)
    const date = Date.parse(on)
    const made = lines.map(({ sku, quantity, price }) => this.#line(sku, quantity, price))
    const sum = (name: string) => made.reduce((all, row) => all.plus(textOf(row[name])), new Big(0))
    const [net, tax] = [sum('LineAmount'), sum('TaxAmount')]
    const total = net.plus(tax)
    const paid = state !== 'invoiced' ? new Big(0) : index % 2 === 0 ? total : new Big(10)
    const status = { open: 'DRAFT', delivered: 'AUTHORISED', invoiced: 'AUTHORISED', cancelled: 'VOIDED' }[
      state
    ]
    const invoice = this.put('Invoices', {
      Type: 'ACCREC',
      InvoiceID: this.nextId('Invoices'),
      InvoiceNumber: `INV-${String(index + 1).padStart(4, '0')}`,
      Reference: '',
      Contact: contactOf(contact ?? {}),
      Date: stamp(date),
      DueDate: stamp(date + 30 * DAY_MS),
      Status: paid.gt(0) && paid.eq(total) ? 'PAID' : status,
      LineAmountTypes: 'Exclusive',
      LineItems: made,
      SubTotal: num(cents(net)),
      TotalTax: num(cents(tax)),
      Total: num(cents(total)),
      CurrencyCode: 'EUR',
      CurrencyRate: num('1.0'),
      ...amounts(total, { paid }, state === 'cancelled'),
      Payments: [],
      HasAttachments: false,
      HasErrors: false,
    })
    if (paid.gt(0)) this.addPayment(invoice, cents(paid), date + DAY_MS, `WIRE-${index + 1}`)
    if (index % 5 === 0) this.#quote(contact ?? {}, made, date, index)
  }

  #line(sku: string, quantity: string, price: string): Row {
    const item = this.itemsByCode.get(sku) ?? {}
    const amount = new Big(quantity).times(price)
    return {
      LineItemID: this.nextId('LineItems'),
      ItemCode: sku,
      Item: { ItemID: item.ItemID, Name: item.Name, Code: sku },
      Description: item.Description,
      Quantity: num(quantity),
      UnitAmount: num(price),
      LineAmount: num(cents(amount)),
      TaxType: TAX.type,
      TaxAmount: num(cents(amount.times(TAX.percent).div(100))),
      AccountCode: '200',
      Tracking: [],
    }
  }

  #quote(contact: Row, lines: Row[], date: number, index: number): void {
    const sum = (name: string) => lines.reduce((all, row) => all.plus(textOf(row[name])), new Big(0))
    this.put('Quotes', {
      QuoteID: this.nextId('Quotes'),
      QuoteNumber: `QU-${String(index + 1).padStart(4, '0')}`,
      Reference: '',
      Title: 'Angebot',
      Terms: '30 Tage',
      Contact: { ContactID: contact.ContactID, Name: contact.Name },
      LineItems: lines,
      Date: stamp(date, ''),
      ExpiryDate: stamp(date + 30 * DAY_MS, ''),
      Status: ['DRAFT', 'SENT', 'ACCEPTED', 'INVOICED', 'DECLINED'][(index / 5) % 5],
      LineAmountTypes: 'EXCLUSIVE',
      CurrencyCode: 'EUR',
      CurrencyRate: num('1.0'),
      SubTotal: num(cents(sum('LineAmount'))),
      TotalTax: num(cents(sum('TaxAmount'))),
      Total: num(cents(sum('LineAmount').plus(sum('TaxAmount')))),
    })
  }

  /** A payment of an invoice; what it does to the invoice is not its business. */
  addPayment(invoice: Row, amount: string, date: number, reference: string): Row {
    const { Type, InvoiceID, InvoiceNumber, Contact, CurrencyCode } = invoice
    const { ContactID, Name } = Contact as Row
    return this.put('Payments', {
      PaymentID: this.nextId('Payments'),
      Date: stamp(date),
      Amount: num(amount),
      BankAmount: num(amount),
      CurrencyRate: num('1.0'),
      Reference: reference,
      PaymentType: 'ACCRECPAYMENT',
      Status: 'AUTHORISED',
      IsReconciled: false,
      HasAccount: true,
      Account: { AccountID: guid('090'), Code: '090' },
      Invoice: { Type, InvoiceID, InvoiceNumber, Contact: { ContactID, Name }, CurrencyCode },
      HasValidationErrors: false,
    })
  }
}

/** What was paid, what credit notes took off, and what is still due. */
export function amounts(
  total: Big,
  { paid = new Big(0), credited = new Big(0) }: { paid?: Big; credited?: Big },
  voided = false,
): Row {
  return {
    AmountDue: num(cents(voided ? new Big(0) : total.minus(paid).minus(credited))),
    AmountPaid: num(cents(paid)),
    AmountCredited: num(cents(credited)),
  }
}
