import Big from 'big.js'
import type { Demo, DemoCustomer, DemoDocument, DemoProduct } from '../../demo.ts'
import { values as own } from './custom.ts'
import { type Line, content } from './lines.ts'
import type { Row, Store } from './store.ts'

/** Tables that more than one file names. */
export const ITEMS = 'inventory-control/item'
export const STOCK = 'inventory-control/item-warehouse-inventory'
export const CUSTOMERS = 'accounts-receivable/customer'
export const CONTACTS = 'company-config/contact'
export const ORDERS = 'order-entry/document::Sales Order'
export const QUOTES = 'order-entry/document::Sales Quote'
export const INVOICES = 'accounts-receivable/invoice'
export const ENTRIES = 'order-entry/price-list-entry'
export const PAYMENTS = 'ARPYMT'

const GROUPS: Record<DemoProduct['unit'], [group: string, unit: string]> = {
  H87: ['Count', 'Each'],
  KGM: ['Weight', 'Kilogram'],
  MTR: ['Length', 'Meter'],
  LTR: ['Volume', 'Liter'],
  HUR: ['Time', 'Hour'],
}
const COUNTRIES = new Intl.DisplayNames(['en'], { type: 'region' })

/** The name of the base unit of an item. */
function unitOf(item: Row | undefined): string | undefined {
  const group = (item?.unitOfMeasureGroup as { id?: string } | undefined)?.id
  return Object.values(GROUPS).find(([name]) => name === group)?.[1]
}

/** How many base units a unit of the item's group has; undefined for a unit of another group. */
export function factorOf(item: Row | undefined, unit: string): string | undefined {
  const base = unitOf(item)
  if (unit === base) return '1'
  return base === 'Each' && unit === 'Carton' ? '12' : undefined
}

/** A contact as REST nests it. */
export function contact(name: string, more: Partial<Record<string, string | null>>): Record<string, unknown> {
  const { email1 = null, phone1 = null, country, ...address } = more
  return {
    printAs: name,
    companyName: name,
    email1,
    phone1,
    mailingAddress: {
      ...{
        addressLine1: null,
        addressLine2: null,
        addressLine3: null,
        city: null,
        state: null,
        postCode: null,
      },
      ...address,
      country: country ? (COUNTRIES.of(country) ?? null) : null,
      isoCountryCode: country?.toLowerCase() ?? null,
    },
  }
}

function ofCustomer(one: DemoCustomer): Record<string, unknown> {
  const { street, city, postalCode: postCode, country, email: email1, phone: phone1 } = one
  return contact(one.name, { addressLine1: street, city, postCode, country, email1, phone1 })
}

/** A new item with its rows of stock. */
export function addItem(
  store: Store,
  item: { sku: string; name: string; price: string } & Partial<DemoProduct>,
): Row {
  const [group] = GROUPS[item.unit ?? 'H87']
  const { sku, name, price, description = null, barcode = null, category, cost = null } = item
  return store.insert(ITEMS, {
    ...{ id: sku, name, status: 'active', itemType: item.unit === 'HUR' ? 'nonInventory' : 'inventory' },
    ...{
      productLine: category ? { id: category } : null,
      unitOfMeasureGroup: { id: group },
      basePrice: price,
    },
    ...{ standardCost: cost, isTaxable: true, upc: barcode, salesDescription: description },
  })
}

/** A new customer with its contact. */
export function addCustomer(store: Store, more: Record<string, unknown>): Row {
  return store.insert(CUSTOMERS, {
    ...{ status: 'active', taxId: null, currency: null, creditLimit: null, isOnHold: false, totalDue: '0' },
    ...{
      discountPercent: null,
      customerType: null,
      term: null,
      priceList: null,
      priceSchedule: null,
      notes: null,
    },
    ...more,
  })
}

function seedStock(store: Store, demo: Demo): void {
  for (const { sku, name, stock } of demo.products)
    for (const { warehouse, onHand, reserved, incoming } of stock)
      store.insert(STOCK, {
        item: { id: sku, name },
        warehouse: {
          id: warehouse,
          name: demo.warehouses.find(({ code }) => code === warehouse)?.name ?? null,
        },
        ...{ onHand, onOrder: incoming, onHold: reserved },
      })
}

function seedCustomers(store: Store, demo: Demo): void {
  for (const one of demo.customers)
    addCustomer(store, {
      ...{
        id: one.number,
        name: one.name,
        taxId: one.taxId,
        currency: one.currency,
        creditLimit: one.creditLimit,
      },
      ...{ totalDue: '487.5', customerType: { id: one.group }, term: { id: `Net ${one.termsDays}` } },
      priceList: one.group === 'wholesale' ? { id: 'Wholesale' } : null,
      priceSchedule: one.group === 'key' ? { id: `Key ${one.number}` } : null,
      contacts: { default: ofCustomer(one) },
      ...own.customer(one),
    })
}

/** Bands from each quantity up to just before the next. */
function seedEntries(store: Store, demo: Demo): void {
  for (const { customer, currency, sku, tiers } of demo.agreements)
    for (const [at, { minimum, price }] of tiers.entries()) {
      const next = tiers[at + 1]?.minimum
      store.insert(ENTRIES, {
        ...{ priceList: { id: customer === null ? 'Wholesale' : `Key ${customer}` }, item: { id: sku } },
        ...{ productLine: null, startDate: '2026-01-01', endDate: null, minimumQuantity: minimum },
        maximumQuantity: next === undefined ? '9999999999999' : new Big(next).minus(1).toFixed(),
        ...{ value: price, valueType: 'actual', isFixedPrice: 'true', currency, status: 'active' },
      })
    }
}

const STATES = {
  open: 'pending',
  delivered: 'converted',
  invoiced: 'converted',
  cancelled: 'closed',
} as const

function seedDocument(store: Store, demo: Demo, table: string, one: DemoDocument, prefix: string): Row {
  const type = table.replace(/^.*::/, '')
  const number = `${prefix}${one.number.padStart(4, '0')}`
  const customer = demo.customers.find((each) => each.number === one.customer)
  const done = one.state === 'delivered' || one.state === 'invoiced'
  const lines = one.lines.map(({ sku, quantity, price }): Line => {
    const product = demo.products.find((each) => each.sku === sku)
    const unit = GROUPS[product?.unit ?? 'H87'][1]
    const warehouse = product?.unit === 'HUR' ? null : 'MAIN'
    const common = { unit, factor: '1', warehouse, retail: price, discount: null, memo: null }
    return { ...common, item: sku, name: product?.name ?? null, quantity, price }
  })
  const row = store.insert(table, {
    ...{ id: `${type}-${number}`, documentNumber: number, documentType: type, state: STATES[one.state] },
    ...{
      txnDate: one.on,
      dueDate: '2026-12-31',
      referenceNumber: null,
      customerPONumber: `PO-${one.number}`,
    },
    ...{ memo: null, notes: null, customer: { id: one.customer, name: customer?.name ?? null } },
    contacts: { shipTo: { id: customer?.name ?? null }, billTo: { id: customer?.name ?? null } },
    ...{ paymentTerm: { id: `Net ${customer?.termsDays ?? 30}` }, txnCurrency: 'EUR', baseCurrency: 'EUR' },
    ...own.order(one),
    ...{ requestedShippingDate: null, history: [], ...content(lines, done, Number(one.number) * 10 + 9000) },
  })
  if (done) row.history = [historyOf(row, one.state === 'invoiced' ? 'Sales Invoice' : 'Shipper')]
  return row
}

function historyOf({ key, id, documentType }: Row, into: string): object {
  const from = { key, id, documentType }
  return { convertedTo: { key: `9${key}`, id: `${into}-${key}`, documentType: into }, convertedFrom: from }
}

/** Every third is paid in half, every third in full. */
function seedInvoices(store: Store): void {
  const sold = store.all(ORDERS).filter(({ history }) => JSON.stringify(history).includes('Sales Invoice'))
  for (const [at, order] of sold.entries()) {
    const total = String(order.totalInTxnCurrency)
    const due = [total, new Big(total).div(2).round(2).toFixed(), '0'][at % 3] ?? total
    store.insert(INVOICES, {
      ...{
        id: String(at + 1),
        invoiceNumber: `INV-${3001 + at}`,
        state: ['posted', 'partiallyPaid', 'paid'][at % 3],
      },
      ...{
        referenceNumber: null,
        invoiceDate: order.txnDate,
        dueDate: '2026-12-19',
        customer: order.customer,
      },
      ...{
        currency: { baseCurrency: 'EUR', txnCurrency: 'EUR' },
        totalTxnAmount: total,
        totalTxnAmountDue: due,
      },
      salesDocument: { id: `Sales Invoice-${order.key}` },
    })
  }
}

/** Payments have the field names of the gateway. */
function seedPayments(store: Store): void {
  for (const invoice of store.all(INVOICES)) {
    const paid = new Big(String(invoice.totalTxnAmount)).minus(String(invoice.totalTxnAmountDue)).toFixed()
    if (paid === '0') continue
    const { id } = invoice.customer as { id: string }
    store.insert(PAYMENTS, {
      ...{ STATE: 'C', PAYMENTMETHOD: 'EFT', CUSTOMERID: id, DOCNUMBER: `EFT-${invoice.key}` },
      ...{ RECEIPTDATE: '11/18/2026', PAYMENTDATE: '11/18/2026', CURRENCY: 'EUR', TOTALENTERED: paid },
      ...{ TRX_TOTALENTERED: paid, WHENMODIFIED: '11/18/2026 10:15:00' },
      details: [{ RECORDKEY: invoice.key, ENTRYKEY: `7${invoice.key}`, TRX_PAYMENTAMOUNT: paid }],
    })
  }
}

/** The demo company in Intacct's words. */
export function plant(store: Store, demo: Demo): void {
  const named = (table: string, ids: string[], more: (id: string) => object = () => ({})) =>
    store.plant(table, () => {
      for (const id of ids) store.insert(table, { id, status: 'active', ...more(id) })
    })
  const keys = demo.customers.filter(({ group }) => group === 'key').map(({ number }) => `Key ${number}`)
  named(
    'inventory-control/warehouse',
    demo.warehouses.map(({ code }) => code),
  )
  named('accounts-receivable/term', ['Net 14', 'Net 30', 'Net 60'])
  named('order-entry/price-schedule', keys, (id) => ({ priceList: { id }, discountPercent: null }))
  store.plant(ITEMS, () => {
    for (const one of demo.products)
      Object.assign(addItem(store, { ...one, price: one.listPrice }), own.item(one))
  })
  store.plant(STOCK, () => seedStock(store, demo))
  store.plant(CUSTOMERS, () => seedCustomers(store, demo))
  store.plant(CONTACTS, () => {
    for (const one of demo.customers)
      store.insert(CONTACTS, { id: one.name, status: 'active', ...ofCustomer(one) })
  })
  store.plant(ENTRIES, () => seedEntries(store, demo))
  store.plant(ORDERS, () => {
    for (const one of demo.orders) seedDocument(store, demo, ORDERS, one, 'SO')
  })
  store.plant(QUOTES, () => {
    for (const one of demo.orders.slice(0, 5)) seedDocument(store, demo, QUOTES, one, 'SQ')
  })
  store.plant(INVOICES, () => seedInvoices(store))
  store.plant(PAYMENTS, () => seedPayments(store))
}
