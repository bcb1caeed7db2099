import Big from 'big.js'
import type { Demo, DemoAgreement, DemoCustomer, DemoProduct } from '../../demo.ts'
import { type Row, padded } from './wire.ts'

const UOM: Record<DemoProduct['unit'], string> = { H87: 'EA', KGM: 'KG', MTR: 'M', LTR: 'L', HUR: 'HR' }
const COUNTRIES: Record<string, string> = { DE: 'Germany', AT: 'Austria', FR: 'France', US: 'United States' }
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

function currencyCode(iso: string): string {
  return iso === 'EUR' ? '$' : 'US$'
}

function later(day: string, days: number): string {
  return new Date(Date.parse(day) + days * 86_400_000).toISOString().slice(0, 10)
}

/** The tables of the demo company, made when first needed. */
export class Tables {
  readonly demo: Demo
  readonly orders = new Map<string, OrderRow>()
  /** Tables that COMFND searches. */
  readonly all: Record<string, Row[]>
  readonly #agreements = new Map<string, DemoAgreement>()

  constructor(demo: Demo) {
    this.demo = demo
    for (const one of demo.agreements)
      this.#agreements.set(`${one.customer ?? one.group} ${one.currency} ${one.sku}`, one)
    this.all = {
      InvWhControl: demo.warehouses.map(({ code, name }) => ({ Warehouse: code, Description: name })),
      InvMaster: [],
      InvWarehouse: [],
      InvPrice: [],
      ArCustomer: demo.customers.map((one) => customerRow(one)),
      SorContractPrice: this.#contracts(),
      ArInvoice: [],
      SorMaster: [],
    }
    for (const product of demo.products) this.addItem(product)
    for (const order of demo.orders) this.#addOrder(order)
  }

  rows(table: string): Row[] {
    return this.all[table] ?? []
  }

  find(table: string, column: string, value: string): Row | undefined {
    return this.rows(table).find((row) => row[column]?.toUpperCase() === value.toUpperCase())
  }

  addItem({ sku, name, description, unit, category, listPrice, stock }: DemoProduct): void {
    this.rows('InvMaster').push({
      StockCode: sku,
      Description: name,
      LongDesc: description,
      AlternateKey1: '',
      StockUom: UOM[unit],
      AlternateUom: unit === 'H87' ? 'BX' : UOM[unit],
      ProductClass: category,
      TaxCode: 'A',
      KitType: 'N',
      StockOnHold: ' ',
      ListPriceCode: 'A',
      WarehouseToUse: 'MAIN',
    })
    this.addPrice(sku, 'A', listPrice)
    const wholesale = this.#agreements.get(`wholesale EUR ${sku}`)?.tiers[0]
    if (wholesale) this.addPrice(sku, 'W', wholesale.price)
    for (const { warehouse, onHand, reserved, incoming } of stock)
      this.addStock(sku, warehouse, onHand, reserved, incoming)
  }

  addPrice(sku: string, code: string, price: string): void {
    this.rows('InvPrice').push({
      StockCode: sku,
      PriceCode: code,
      SellingPrice: padded(price, 5),
      PriceBasis: 'S',
    })
  }

  addStock(sku: string, warehouse: string, onHand: string, reserved = '0', incoming = '0'): void {
    this.rows('InvWarehouse').push({
      StockCode: sku,
      Warehouse: warehouse,
      QtyOnHand: padded(onHand),
      QtyAllocated: padded(reserved),
      QtyOnOrder: padded(incoming),
      QtyInTransit: padded('0'),
      QtyAllocatedWip: padded('0'),
      UnitCost: padded('1', 5),
    })
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
    this.orders.set(order.head.SalesOrder ?? '', order)
    this.rows('SorMaster').push(order.head)
  }

  #contracts(): Row[] {
    return this.demo.agreements.flatMap(({ customer, sku, currency, tiers }) =>
      customer === null
        ? []
        : [
            {
              CustomerBuygrp: customerKey(customer),
              ContractType: 'C',
              StockCode: sku,
              Contract: `K${customer.slice(-3)}`,
              FixedPrice: padded(tiers[0]?.price ?? '0', 5),
              Currency: currencyCode(currency),
              StartDate: '2026-01-01',
              ExpiryDate: '2027/12/31',
            },
          ],
    )
  }

  #addOrder({ number, customer, on, state, lines }: Demo['orders'][number]): void {
    const code = customerKey(customer)
    const buyer = this.find('ArCustomer', 'Customer', code) ?? {}
    // Order numbers may hold letters; one of the recorded ones does.
    const order = number === '1' ? '16R069' : number.padStart(6, '0')
    const invoice = state === 'invoiced' ? (200_000 + Number(number)).toString().padStart(15, '0') : ''
    const done = state === 'delivered' || state === 'invoiced'
    this.keepOrder({
      head: {
        ...orderHead(order, code, on),
        CustomerPoNumber: `Best. ${number}`,
        OrderStatus: STATES[state],
        LastInvoice: invoice,
        Currency: buyer.Currency ?? '$',
      },
      lines: lines.map(({ sku, quantity, price }, index) => ({
        ...lineRow(index + 1, sku, this.find('InvMaster', 'StockCode', sku) ?? {}),
        MOrderQty: padded(quantity),
        MShipQty: padded(done ? quantity : '0'),
        MPrice: padded(price, 5),
      })),
      comments: [],
    })
    if (invoice) this.#addInvoice(invoice, order, code, on, lines, Number(number))
  }

  #addInvoice(
    invoice: string,
    order: string,
    customer: string,
    on: string,
    lines: Demo['orders'][number]['lines'],
    nth: number,
  ): void {
    const total = lines.reduce((sum, line) => sum.plus(new Big(line.quantity).times(line.price)), new Big(0))
    const share = [0, 1, 0.5][nth % 3] ?? 1
    const terms = this.find('ArCustomer', 'Customer', customer)?.TermsCode ?? '30'
    this.rows('ArInvoice').push({
      Customer: customer,
      Invoice: invoice,
      DocumentType: 'I',
      InvoiceDate: on,
      DueDate: later(on, TERMS[terms] ?? 30),
      CustomerPoNumber: '',
      SalesOrder: order,
      CurrencyValue: padded(total.toFixed(2), 2),
      InvoiceBal1: padded(total.times(share).toFixed(2), 2),
    })
  }
}

/** C-10001 of the demo company is customer 0010001 here: numeric codes are padded to seven signs. */
export function customerKey(number: string): string {
  return number.replace(/\D/g, '').padStart(7, '0')
}

function customerRow(one: DemoCustomer): Row {
  return {
    ...blankCustomer(customerKey(one.number), one.name),
    Email: one.email,
    Telephone: one.phone,
    CompanyTaxNumber: one.taxId,
    Currency: currencyCode(one.currency),
    PriceCode: one.group === 'wholesale' ? 'W' : 'A',
    TermsCode: String(one.termsDays),
    CustomerClass: { retail: 'RT', wholesale: 'WS', key: 'KY' }[one.group],
    CreditLimit: padded(one.creditLimit, 0),
    SoldToAddr1: one.street,
    SoldToAddr3: one.city,
    SoldToAddr5: COUNTRIES[one.country] ?? one.country,
    SoldPostalCode: one.postalCode,
  }
}

/** A row of ArCustomer with every column. */
export function blankCustomer(customer: string, name: string): Row {
  const lines = (prefix: string) =>
    Object.fromEntries([1, 2, 3, 4, 5].map((line) => [`${prefix}${line}`, '']))
  return {
    Customer: customer,
    Name: name,
    ShortName: '',
    Email: '',
    Telephone: '',
    Contact: '',
    TaxExemptNumber: '',
    CompanyTaxNumber: '',
    Currency: '$',
    PriceCode: 'A',
    TermsCode: '30',
    CustomerClass: 'RT',
    Salesperson: '100',
    Branch: '10',
    Area: 'S',
    CreditStatus: '0',
    CreditLimit: padded('0', 0),
    CustomerOnHold: 'N',
    UserField1: '',
    ...lines('SoldToAddr'),
    SoldPostalCode: '',
    ...lines('ShipToAddr'),
    ShipPostalCode: '',
  }
}

/** The header of an order with every column. */
export function orderHead(number: string, customer: string, on: string): Row {
  const lines = Object.fromEntries([1, 2, 3, 4, 5].map((line) => [`ShipAddress${line}`, '']))
  return {
    SalesOrder: number,
    Customer: customer,
    CustomerPoNumber: '',
    OrderStatus: '1',
    OrderDate: on,
    ReqShipDate: '0000-00-00',
    InvTermsOverride: '30',
    LastInvoice: '',
    Currency: '$',
    ...lines,
    ShipPostalCode: '',
    Email: '',
    AlternateKey: '',
  }
}

/** A line of an order with every column. */
export function lineRow(number: number, sku: string, item: Row): Row {
  return {
    SalesOrderLine: String(number),
    MStockCode: sku,
    MStockDes: item.Description ?? sku,
    MWarehouse: item.WarehouseToUse ?? '',
    MOrderQty: padded('0'),
    MShipQty: padded('0'),
    MBackOrderQty: padded('0'),
    MOrderUom: item.StockUom ?? 'EA',
    MPrice: padded('0', 5),
    MPriceUom: item.StockUom ?? 'EA',
    MDiscPct1: padded('0', 2),
    MDiscPct2: padded('0', 2),
    MDiscPct3: padded('0', 2),
  }
}
