import Big from 'big.js'
import type { Demo, DemoAgreement, DemoDocument, DemoProduct } from '../../demo.ts'
import {
  contractRows,
  customerKey,
  customerRow,
  invoiceKey,
  itemRow,
  lineRow,
  orderHead,
  orderKey,
  priceRow,
  stockRows,
} from './rows.ts'
import { type Row, padded } from './wire.ts'

const STATES = { open: '1', delivered: '8', invoiced: '9', cancelled: '\\' }
/** Terms codes of the company, and days. */
export const TERMS: Record<string, number> = { '14': 14, '30': 30, '60': 60 }
/** SYSPRO's currencies: the local one is "$". */
export const CURRENCIES: Record<string, string> = { $: 'EUR', US$: 'USD' }

/** An order with its lines: columns of SorMaster and of SorDetail. */
export interface OrderRow {
  head: Row
  lines: Row[]
  comments: string[]
}

/** What a company does otherwise than the usual one. */
export interface Ways {
  /** Invoices without a balance were credited in full, not paid. */
  credited?: boolean
  /** Payments are not matched to invoices. */
  balanceForward?: boolean
}

function later(day: string, days: number): string {
  return new Date(Date.parse(day) + days * 86_400_000).toISOString().slice(0, 10)
}

/** The tables of the demo company, each made when it is first needed. */
export class Tables {
  readonly demo: Demo
  readonly #ways: Ways
  readonly #made = new Map<string, Row[]>()
  readonly #make: Record<string, () => Row[]>
  #orders: Map<string, OrderRow> | null = null
  #agreed: Map<string, DemoAgreement> | null = null

  constructor(demo: Demo, ways: Ways = {}) {
    this.demo = demo
    this.#ways = ways
    this.#make = {
      InvWhControl: () => demo.warehouses.map(({ code, name }) => ({ Warehouse: code, Description: name })),
      InvMaster: () => demo.products.map(itemRow),
      InvWarehouse: () => demo.products.flatMap(stockRows),
      InvPrice: () => demo.products.flatMap((product) => this.#pricesOf(product)),
      ArCustomer: () =>
        demo.customers.map((one) => ({ ...customerRow(one), BalanceType: ways.balanceForward ? 'B' : 'I' })),
      SorContractPrice: () => demo.agreements.flatMap(contractRows),
      ArInvoice: () => demo.orders.flatMap((order) => this.#invoices(order)),
      SorMaster: () => [...this.orders.values()].map(({ head }) => head),
    }
  }

  /** Orders by their number. */
  get orders(): Map<string, OrderRow> {
    this.#orders ??= new Map(this.demo.orders.map((order) => [orderKey(order.number), this.#order(order)]))
    return this.#orders
  }

  /** The rows of a table; null where there is no such table. */
  table(name: string): Row[] | null {
    const made = this.#made.get(name) ?? (Object.hasOwn(this.#make, name) ? this.#make[name]?.() : undefined)
    if (made) this.#made.set(name, made)
    return made ?? null
  }

  rows(name: string): Row[] {
    return this.table(name) ?? []
  }

  /** Takes the rows of an item out of every table. */
  removeItem(sku: string): void {
    for (const name of ['InvMaster', 'InvWarehouse', 'InvPrice', 'SorContractPrice'])
      this.#made.set(
        name,
        this.rows(name).filter(({ StockCode }) => StockCode !== sku),
      )
  }

  find(table: string, column: string, value: string): Row | undefined {
    return this.rows(table).find((row) => row[column]?.toUpperCase() === value.toUpperCase())
  }

  addItem(product: DemoProduct): void {
    this.rows('InvMaster').push(itemRow(product))
    this.rows('InvPrice').push(priceRow(product.sku, 'A', product.listPrice))
  }

  /** The price that an order gets when it brings none: contract or group with its quantity breaks, else the list. */
  priceFor(customer: Row, sku: string, quantity: string): string {
    const owner = this.demo.customers.find(({ number }) =>
      number.endsWith(customer.Customer?.slice(-5) ?? '?'),
    )
    const currency = CURRENCIES[customer.Currency ?? ''] ?? 'EUR'
    const agreed =
      this.#agreements.get(`${owner?.number} ${currency} ${sku}`) ??
      this.#agreements.get(`${owner?.group} ${currency} ${sku}`)
    const tier = agreed?.tiers.findLast(({ minimum }) => new Big(minimum).lte(quantity))
    const list = this.rows('InvPrice').find((row) => row.StockCode === sku && row.PriceCode === 'A')
    return tier?.price ?? list?.SellingPrice?.trim() ?? '0'
  }

  keepOrder(order: OrderRow): void {
    const heads = this.rows('SorMaster')
    this.orders.set(order.head.SalesOrder ?? '', order)
    heads.push(order.head)
  }

  get #agreements(): Map<string, DemoAgreement> {
    this.#agreed ??= new Map(
      this.demo.agreements.map((one) => [`${one.customer ?? one.group} ${one.currency} ${one.sku}`, one]),
    )
    return this.#agreed
  }

  #pricesOf({ sku, listPrice }: DemoProduct): Row[] {
    const wholesale = this.#agreements.get(`wholesale EUR ${sku}`)?.tiers[0]
    return [priceRow(sku, 'A', listPrice), ...(wholesale ? [priceRow(sku, 'W', wholesale.price)] : [])]
  }

  #order({ number, customer, on, state, lines }: DemoDocument): OrderRow {
    const code = customerKey(customer)
    const done = state === 'delivered' || state === 'invoiced'
    return {
      head: {
        ...orderHead(orderKey(number), code, on),
        CustomerPoNumber: `Best. ${number}`,
        OrderStatus: STATES[state],
        LastInvoice: state === 'invoiced' ? invoiceKey(number) : '',
        Currency: this.find('ArCustomer', 'Customer', code)?.Currency ?? '$',
      },
      lines: lines.map(({ sku, quantity, price }, index) => ({
        ...lineRow(index + 1, sku, this.find('InvMaster', 'StockCode', sku) ?? {}),
        MOrderQty: padded(quantity),
        MShipQty: padded(done ? quantity : '0'),
        MPrice: padded(price, 5),
      })),
      comments: [],
    }
  }

  #invoices({ number, customer, on, state, lines }: DemoDocument): Row[] {
    if (state !== 'invoiced') return []
    const total = lines.reduce((sum, line) => sum.plus(new Big(line.quantity).times(line.price)), new Big(0))
    const share = [0, 1, 0.5][Number(number) % 3] ?? 1
    const code = customerKey(customer)
    const terms = this.find('ArCustomer', 'Customer', code)?.TermsCode ?? '30'
    const invoice = {
      Customer: code,
      Invoice: invoiceKey(number),
      DocumentType: 'I',
      InvoiceDate: on,
      DueDate: later(on, TERMS[terms] ?? 30),
      CustomerPoNumber: '',
      SalesOrder: orderKey(number),
      CurrencyValue: padded(total.toFixed(2), 2),
      InvoiceBal1: padded(total.times(share).toFixed(2), 2),
    }
    const credit = { ...invoice, DocumentType: 'C', CurrencyValue: padded(total.times(-1).toFixed(2), 2) }
    return this.#ways.credited && share === 0 ? [credit, invoice] : [invoice]
  }
}
