import Big from 'big.js'
import type { Demo } from '../../demo.ts'
import { customerFields, itemFields } from './custom.ts'
import { seedDocuments } from './documents.ts'
import { seedPrices } from './pricelists.ts'
import type { CustomerRow, ItemRow, NamedRow, PriceRow, TransactionRow } from './rows.ts'

/** When the demo company was set up: the time of last change of everything that came with it. */
export const SET_UP = Date.parse('2025-01-01T08:00:00Z')
/** The account's clock stands eight hours behind UTC, whatever zone its users are in. */
const BEHIND_UTC_MS = 8 * 3_600_000

const UNITS: Record<string, string> = {
  H87: 'Each',
  KGM: 'Kilogram',
  MTR: 'Meter',
  LTR: 'Liter',
  HUR: 'Hour',
}

/** The discount item of the account. */
export const DISCOUNT_ITEM = 900

/** Everything the account holds. */
export class State {
  readonly company: string
  readonly currencies = [
    { id: 1, symbol: 'EUR', name: 'Euro', base: true },
    { id: 2, symbol: 'USD', name: 'US Dollar', base: false },
  ]
  readonly terms: (NamedRow & { days: number })[]
  readonly locations: NamedRow[]
  readonly units: NamedRow[] = Object.values(UNITS).map((name, index) => ({ id: index + 1, name }))
  readonly groups: NamedRow[]
  levels: (NamedRow & { percent: string | null })[] = []
  items: ItemRow[]
  customers: CustomerRow[]
  prices: PriceRow[] = []
  itemPricing: { customer: number; item: number; level: number; price: string | null; currency: number }[] =
    []
  groupPricing: { customer: number; group: number; level: number }[] = []
  transactions: TransactionRow[] = []
  deleted: { id: number; type: string; at: number }[] = []
  readonly usdRate: string
  #last = 0

  constructor(demo: Demo) {
    this.company = demo.company
    this.usdRate = demo.usdRate
    this.terms = [14, 30, 60].map((days, index) => ({ id: index + 1, name: `Net ${days}`, days }))
    this.locations = demo.warehouses.map(({ code }, index) => ({ id: index + 1, name: code }))
    const categories = [...new Set(demo.products.map(({ category }) => category))]
    this.groups = categories.map((name, index) => ({ id: index + 1, name }))
    this.items = [...demo.products.map((product, index) => this.#item(product, index)), discountItem()]
    this.customers = demo.customers.map((customer, index) => this.#customer(customer, index))
    seedPrices(this, demo)
    seedDocuments(this, demo)
  }

  /** A new internal id above all others. */
  nextId(): number {
    const used = [...this.items, ...this.customers, ...this.transactions].map(({ id }) => id)
    this.#last = Math.max(this.#last, 20_000, ...used) + 1
    return this.#last
  }

  /** The account's clock as a date whose UTC fields show it. */
  local(ms: number): Date {
    return new Date(Math.floor((ms - BEHIND_UTC_MS) / 1000) * 1000)
  }

  item(id: number): ItemRow | undefined {
    return this.items.find((row) => row.id === id)
  }

  customer(id: number): CustomerRow | undefined {
    return this.customers.find((row) => row.id === id)
  }

  transaction(id: number): TransactionRow | undefined {
    return this.transactions.find((row) => row.id === id)
  }

  nameOf(list: NamedRow[], id: number | null): string | null {
    return list.find((row) => row.id === id)?.name ?? null
  }

  #item(product: Demo['products'][number], index: number): ItemRow {
    return {
      id: 1001 + index,
      itemid: product.sku,
      displayname: product.name,
      description: product.description,
      itemtype: product.unit === 'HUR' ? 'Service' : 'InvtPart',
      subtype: product.unit === 'HUR' ? 'Sale' : null,
      isinactive: false,
      upccode: product.barcode,
      unit: this.units.find(({ name }) => name === UNITS[product.unit])?.id ?? null,
      pricinggroup: this.groups.find(({ name }) => name === product.category)?.id ?? null,
      externalid: null,
      stock: product.stock.map((row) => ({
        location: this.locations.find(({ name }) => name === row.warehouse)?.id ?? 1,
        onHand: row.onHand,
        committed: row.reserved,
        onOrder: row.incoming,
      })),
      custom: itemFields(product),
      changed: SET_UP,
    }
  }

  #customer(customer: Demo['customers'][number], index: number): CustomerRow {
    return {
      id: 501 + index,
      entityid: customer.number,
      companyname: customer.name,
      email: customer.email,
      phone: customer.phone,
      vatregnumber: customer.taxId,
      currency: customer.currency === 'USD' ? 2 : 1,
      terms: this.terms.find(({ days }) => days === customer.termsDays)?.id ?? null,
      pricelevel: null,
      subsidiary: 1,
      isinactive: false,
      externalid: null,
      creditlimit: new Big(customer.creditLimit).toFixed(),
      addresses: [
        {
          defaultBilling: true,
          defaultShipping: true,
          addressee: customer.name,
          addr1: customer.street,
          zip: customer.postalCode,
          city: customer.city,
          country: customer.country,
        },
      ],
      custom: customerFields(customer),
      changed: SET_UP,
    }
  }
}

function discountItem(): ItemRow {
  return {
    id: DISCOUNT_ITEM,
    itemid: 'Order Discount',
    displayname: 'Order Discount',
    description: '',
    itemtype: 'Discount',
    subtype: null,
    isinactive: false,
    upccode: null,
    unit: null,
    pricinggroup: null,
    externalid: null,
    stock: [],
    custom: {},
    changed: SET_UP,
  }
}
