import Big from 'big.js'
import type { Demo, DemoCustomer, DemoDocument, DemoProduct } from '../../demo.ts'
import { type Row, idOf, num, ref, textOf } from './answers.ts'
import {
  BANK,
  CURRENCIES,
  PRICE_TYPES,
  SALES,
  country,
  emptyContact,
  later,
  nameOf,
  priceOf,
  rateOf,
  settled,
  status,
  sums,
} from './parts.ts'

/** The lists that are kept. */
export const LISTS = [
  'stock_items',
  'products',
  'services',
  'contacts',
  'sales_quotes',
  'sales_estimates',
  'sales_invoices',
  'contact_payments',
] as const
/** The name of a list that is kept. */
export type ListName = (typeof LISTS)[number]

const FIRST_MS = Date.UTC(2026, 9, 1)
const DEMO_STATES: Record<DemoDocument['state'], string> = {
  open: 'PENDING',
  delivered: 'ACCEPTED',
  invoiced: 'ACCEPTED',
  cancelled: 'DECLINED',
}

/** Everything that the business holds, in memory. */
export class Store {
  readonly rows = Object.fromEntries(LISTS.map((name) => [name, new Map<string, Row>()])) as Record<
    ListName,
    Map<string, Row>
  >
  readonly deleted = Object.fromEntries(LISTS.map((name) => [name, [] as Row[]])) as Record<ListName, Row[]>
  /** Where the stock of an item lies is not told by Sage; kept so that a person may count it in parts. */
  readonly parts = new Map<string, Map<string, string>>()
  readonly #byCode = new Map<string, { list: ListName; row: Row }>()
  readonly demo: Demo
  readonly #now: () => number
  #last = FIRST_MS
  #made = 0
  #open = false

  constructor(demo: Demo, now: () => number) {
    this.demo = demo
    this.#now = now
    demo.products.forEach((one) => this.#product(one))
    demo.customers.forEach((one) => this.#customer(one))
    this.put('contacts', { ...emptyContact('Lieferant AG', 'VENDOR'), reference: 'V-1' })
    demo.orders.forEach((one, index) => this.#document(one, index))
    this.#open = true
  }

  /** Keeps a row as changed just now; a new one gets an id. */
  put(list: ListName, row: Row): Row {
    // Seconds are all that Sage tells.
    this.#last = this.#open ? Math.max(this.#now(), this.#last + 1000) : this.#last + 60_000
    const stamp = `${new Date(this.#last).toISOString().slice(0, 19)}Z`
    const id = typeof row.id === 'string' ? row.id : idOf(`${list} ${++this.#made}`)
    const whole = Object.assign(row, {
      id,
      $path: `/${list}/${id}`,
      created_at: row.created_at ?? stamp,
      updated_at: stamp,
    })
    this.rows[list].set(id, whole)
    if (typeof row.item_code === 'string') this.#byCode.set(row.item_code, { list, row })
    return whole
  }

  /** Deletes a row; `deleted_since` tells it from then on. */
  remove(list: ListName, row: Row): void {
    this.put(list, row)
    this.rows[list].delete(String(row.id))
    this.deleted[list].push(Object.assign(row, { deleted_at: row.updated_at }))
    if (typeof row.item_code === 'string') this.#byCode.delete(row.item_code)
  }

  /** The item of a code. */
  item(code: string): { list: ListName; row: Row } {
    const found = this.#byCode.get(code)
    if (!found) throw new Error(`There is no item ${code}.`)
    return found
  }

  /** A new item under one of the three lists. */
  addItem(list: ListName, code: string, text: string, prices: [Row, string][], more: Row = {}): Row {
    return this.put(list, {
      displayed_as: `${text} (${code})`,
      deleted_at: null,
      item_code: code,
      description: text,
      notes: null,
      active: true,
      sales_ledger_account: SALES,
      sales_tax_rate: ref('tax_rates', 'GB_STANDARD', 'Standard 20.00%'),
      ...(list === 'services' ? { sales_rates: prices.map(rateOf) } : { sales_prices: prices.map(priceOf) }),
      ...more,
    })
  }

  /** Counts the stock of an item anew. */
  count(code: string): void {
    const { list, row } = this.item(code)
    const sum = [...(this.parts.get(code)?.values() ?? [])].reduce((all, one) => all.plus(one), new Big(0))
    this.put(list, Object.assign(row, { quantity_in_stock: num(sum.toFixed()) }))
  }

  /** The next number of a list of documents. */
  number(list: ListName): { prefix: string; number: string } {
    const prefix = list === 'sales_invoices' ? 'SI-' : list === 'sales_quotes' ? 'SQ-' : 'SE-'
    return { prefix, number: String(this.rows[list].size + 1) }
  }

  #product({ sku, name, description, listPrice, stock, barcode, unit }: DemoProduct): void {
    const trade = this.demo.agreements.find((one) => one.sku === sku && one.group === 'wholesale')?.tiers[0]
      ?.price
    const prices: [Row, string][] = [[PRICE_TYPES.usual, listPrice]]
    if (unit === 'HUR') return void this.addItem('services', sku, name, prices, { notes: description })
    if (trade) prices.push([PRICE_TYPES.trade, trade])
    const sum = stock.reduce((all, { onHand }) => all.plus(onHand), new Big(0))
    this.parts.set(sku, new Map(stock.map(({ warehouse, onHand }) => [warehouse, onHand])))
    this.addItem('stock_items', sku, name, prices, {
      notes: description,
      barcode,
      // The unit of the weight, not of the sale.
      measurement_unit: 'KG',
      weight: num('1'),
      quantity_in_stock: num(sum.toFixed()),
      reorder_level: num('10'),
      location: 'A-12',
    })
  }

  #customer(one: DemoCustomer): void {
    const { currency, street, city, postalCode, group } = one
    this.put('contacts', {
      ...emptyContact(one.name, 'CUSTOMER'),
      displayed_as: `${one.name} (${one.number})`,
      reference: one.number,
      tax_number: one.taxId,
      email: one.email,
      credit_limit: num(one.creditLimit),
      credit_days: JSON.rawJSON(String(one.termsDays)),
      currency: CURRENCIES[currency],
      product_sales_price_type: group === 'wholesale' ? PRICE_TYPES.trade : null,
      main_address: {
        name: 'Main',
        address_line_1: street,
        address_line_2: null,
        city,
        region: '',
        postal_code: postalCode,
        country: country(one.country),
      },
      main_contact_person: { name: 'Main Contact', email: one.email, telephone: one.phone },
    })
  }

  #document({ customer, on, state, lines }: DemoDocument, index: number): void {
    const contact = [...this.rows.contacts.values()].find(({ reference }) => reference === customer) ?? {}
    const made = lines.map(({ sku, quantity, price }) => this.#line(sku, quantity, price))
    const common: Row = {
      contact: nameOf(contact),
      contact_name: contact.name,
      date: on,
      reference: null,
      ...sums(made),
      currency: CURRENCIES.EUR,
      exchange_rate: num('1'),
      deleted_at: null,
      notes: null,
    }
    const total = textOf(common.total_amount)
    const isBilled = state === 'invoiced' || state === 'delivered'
    const paid = index % 2 === 0 && state === 'invoiced' ? total : state === 'invoiced' ? '10.00' : '0.00'
    const invoice = isBilled ? this.#bill(common, on, made, paid) : null
    if (invoice && paid !== '0.00') this.pay(invoice, contact, paid, later(on, 1), `BACS-${index + 1}`)
    this.put('sales_quotes', {
      ...common,
      ...this.#numbered('sales_quotes'),
      expiry_date: later(on, 30),
      status: status('sales_quotes', textOf(common.net_amount) === '0' ? 'DRAFT' : DEMO_STATES[state]),
      quote_lines: made,
      invoice:
        state === 'invoiced' && invoice
          ? ref('sales_invoices', String(invoice.id), String(invoice.displayed_as))
          : null,
    })
  }

  #bill(common: Row, on: string, lines: Row[], paid: string): Row {
    return this.put('sales_invoices', {
      ...common,
      ...this.#numbered('sales_invoices'),
      due_date: later(on, 30),
      status: status('sales_invoices', 'UNPAID'),
      void_reason: null,
      invoice_lines: lines,
      ...settled(textOf(common.total_amount), paid),
    })
  }

  #numbered(list: ListName): Row {
    const { prefix, number } = this.number(list)
    const name = list === 'sales_invoices' ? 'invoice' : 'quote'
    return {
      displayed_as: `${prefix}${number}`,
      [`${name}_number_prefix`]: prefix,
      [`${name}_number`]: number,
    }
  }

  #line(sku: string, quantity: string, price: string): Row {
    const { list, row } = this.item(sku)
    const net = new Big(quantity).times(price)
    const tax = net.times('0.2')
    const sold = { ...ref('products', String(row.id), sku), item_code: sku }
    return {
      id: idOf(`line ${++this.#made}`),
      displayed_as: String(row.description),
      description: row.description,
      [list === 'services' ? 'service' : 'product']: sold,
      quantity: num(quantity),
      unit_price: num(price),
      discount_amount: num('0'),
      discount_percentage: num('0'),
      net_amount: num(net.toFixed(2)),
      tax_rate: ref('tax_rates', 'GB_STANDARD', 'Standard 20.00%'),
      tax_amount: num(tax.toFixed(2)),
      total_amount: num(net.plus(tax).toFixed(2)),
    }
  }

  /** A payment of an invoice; what it does to the invoice is not its business. */
  pay(invoice: Row, contact: Row, amount: string, date: string, reference: string): Row {
    return this.put('contact_payments', {
      displayed_as: reference,
      deleted_at: null,
      transaction_type: ref('transaction_types', 'CUSTOMER_RECEIPT', 'Customer Receipt'),
      contact: nameOf(contact),
      bank_account: BANK,
      date,
      total_amount: num(amount),
      currency: invoice.currency,
      reference,
      allocated_artefacts: [
        {
          id: idOf(`allocation ${++this.#made}`),
          artefact: ref('sales_invoices', String(invoice.id), String(invoice.displayed_as)),
          amount: num(amount),
          discount: num('0'),
        },
      ],
    })
  }
}
