import type { Demo, DemoCustomer, DemoProduct } from '../../demo.ts'
import { customerExtras, productExtras } from '../../extras.ts'
import type { Db } from './db.ts'
import { plantDocuments } from './documents.ts'
import type { Sent } from './values.ts'
import type { Flow } from './warehouse.ts'

/** Odoo's own names of the demo's units; "Units" is a piece. */
const UNITS: Record<DemoProduct['unit'], string> = {
  H87: 'Units',
  KGM: 'kg',
  MTR: 'm',
  LTR: 'L',
  HUR: 'Hours',
}
/** Families of units that convert, with the factor to the first. */
const FAMILIES: [string, string][][] = [
  [
    ['Units', '1'],
    ['Dozens', '12'],
  ],
  [
    ['kg', '1'],
    ['g', '0.001'],
    ['t', '1000'],
  ],
  [
    ['m', '1'],
    ['cm', '0.01'],
    ['km', '1000'],
  ],
  [
    ['L', '1'],
    ['ml', '0.001'],
  ],
  [
    ['Hours', '1'],
    ['Days', '8'],
  ],
]

const STATES: [string, string, string][] = [
  ['DE', 'BE', 'Berlin'],
  ['DE', 'BY', 'Bayern'],
  ['US', 'IL', 'Illinois'],
  ['US', 'CA', 'California'],
]

class Seed {
  readonly #db: Db
  readonly #flow: Flow
  readonly #demo: Demo
  readonly #ids = new Map<string, number>()

  constructor(db: Db, flow: Flow, demo: Demo) {
    this.#db = db
    this.#flow = flow
    this.#demo = demo
  }

  plant(): void {
    this.#company()
    this.#units()
    this.#warehouses()
    for (const product of this.#demo.products) this.#product(product)
    this.#discount()
    this.#pricelists()
    for (const customer of this.#demo.customers) this.#customer(customer)
    this.#agreements()
    plantDocuments(this.#db, this.#demo, (kind, key) => this.#id(kind, key))
  }

  #make(kind: string, key: string, model: string, values: Sent): number {
    const { id } = this.#db.create(model, values)
    this.#ids.set(`${kind} ${key}`, id)
    return id
  }

  #id(kind: string, key: string): number {
    const id = this.#ids.get(`${kind} ${key}`)
    if (id === undefined) throw new Error(`The demo has no ${kind} ${key}.`)
    return id
  }

  #company(): void {
    const rates = { EUR: '1', USD: this.#demo.usdRate }
    for (const [name, rate] of Object.entries(rates))
      this.#make('currency', name, 'res.currency', { name, rate })
    const { company, currency, customers } = this.#demo
    this.#db.create('res.company', { name: company, currency_id: this.#id('currency', currency) })
    const countries = new Intl.DisplayNames('en', { type: 'region' })
    for (const code of new Set([...customers.map((customer) => customer.country), 'GB', 'CH', 'NL'])) {
      this.#make('country', code, 'res.country', { name: countries.of(code), code })
    }
    for (const [country, code, name] of STATES) {
      this.#db.create('res.country.state', { name, code, country_id: this.#id('country', country) })
    }
    for (const days of [14, 30, 60])
      this.#make('term', String(days), 'account.payment.term', { name: `${days} Days` })
    for (const group of ['retail', 'wholesale', 'key']) {
      this.#make('tag', group, 'res.partner.category', { name: group })
    }
  }

  #units(): void {
    for (const family of FAMILIES) {
      const [[root = ''] = []] = family
      const category = this.#db.version < 19 ? this.#db.create('uom.category', { name: root }).id : 0
      for (const [name, factor] of family) {
        const id = this.#make('unit', name, 'uom.uom', { name, factor })
        const own = this.#db.get('uom.uom', id)
        const first = this.#id('unit', root)
        const tree = {
          parent_path: id === first ? `${id}/` : `${first}/${id}/`,
          relative_uom_id: id === first ? false : first,
        }
        this.#db.put(own, category ? { category_id: category } : tree)
      }
    }
  }

  #warehouses(): void {
    for (const usage of ['customer', 'supplier']) {
      this.#db.create('stock.location', { name: usage, complete_name: `Partners/${usage}`, usage })
    }
    for (const { code, name } of this.#demo.warehouses)
      this.#make('warehouse', code, 'stock.warehouse', { name, code })
  }

  #product(product: DemoProduct): void {
    const { sku, stock, unit } = product
    const category = this.#ids.get(`category ${product.category}`) ?? this.#category(product.category)
    const service = unit === 'HUR'
    const { hazardous, customsTariff } = productExtras(product)
    const stored = this.#db.version < 18 ? 'product' : 'consu'
    const id = this.#make('product', sku, 'product.product', {
      default_code: sku,
      barcode: product.barcode,
      name: product.name,
      description_sale: product.description,
      type: service ? 'service' : stored,
      ...(this.#db.version >= 18 && { is_storable: !service }),
      sale_ok: true,
      uom_id: this.#id('unit', UNITS[unit]),
      list_price: product.listPrice,
      standard_price: product.cost,
      currency_id: this.#id('currency', this.#demo.currency),
      categ_id: category,
      sale_delay: product.leadDays,
      x_hazardous: hazardous,
      x_customs_tariff: customsTariff,
    })
    for (const { warehouse, onHand, reserved, incoming } of stock)
      this.#quant(id, warehouse, onHand, reserved, incoming)
  }

  /** What Odoo's own discount wizard makes: a service without a SKU that is not for sale by itself. */
  #discount(): void {
    this.#make('product', 'discount', 'product.product', {
      name: 'Discount',
      type: 'service',
      sale_ok: false,
      uom_id: this.#id('unit', UNITS.H87),
      list_price: '0',
      currency_id: this.#id('currency', this.#demo.currency),
    })
  }

  #category(name: string): number {
    return this.#make('category', name, 'product.category', { name, complete_name: `All / ${name}` })
  }

  #quant(product: number, code: string, quantity: string, reserved: string, incoming: string): void {
    const warehouse = this.#id('warehouse', code)
    const location_id = this.#db.get('stock.warehouse', warehouse).lot_stock_id
    this.#db.create('stock.quant', {
      product_id: product,
      location_id,
      quantity,
      reserved_quantity: reserved,
    })
    this.#flow.incoming.set(`${product} ${warehouse}`, incoming)
    this.#flow.outgoing.set(`${product} ${warehouse}`, reserved)
  }

  /** One list per currency, one per agreement group and currency, one per customer with prices of its own. */
  #pricelists(): void {
    const list = (name: string, currency: string) =>
      this.#make('list', name, 'product.pricelist', {
        name,
        currency_id: this.#id('currency', currency),
        company_id: 1,
      })
    list('Public', 'EUR')
    list('Public USD', 'USD')
    const names = new Map(this.#demo.agreements.map((each) => [listName(each), each.currency]))
    for (const [name, currency] of names) list(name, currency)
  }

  #customer(customer: DemoCustomer): void {
    const { number, group, currency } = customer
    const { route, abcClass, customerSince } = customerExtras(customer)
    const own = [number, group]
      .map((key) => this.#ids.get(`list ${key} ${currency}`))
      .find((id) => id !== undefined)
    this.#make('customer', number, 'res.partner', {
      name: customer.name,
      ref: number,
      is_company: true,
      email: customer.email,
      phone: customer.phone,
      vat: customer.taxId,
      street: customer.street,
      zip: customer.postalCode,
      city: customer.city,
      country_id: this.#id('country', customer.country),
      category_id: [[6, 0, [this.#id('tag', group)]]],
      property_payment_term_id: this.#id('term', String(customer.termsDays)),
      property_product_pricelist: own ?? this.#id('list', currency === 'USD' ? 'Public USD' : 'Public'),
      credit_limit: customer.creditLimit,
      use_partner_credit_limit: true,
      customer_rank: 1,
      x_route: route,
      x_abc_class: abcClass,
      x_customer_since: customerSince,
    })
  }

  #agreements(): void {
    for (const agreement of this.#demo.agreements) {
      const product = this.#id('product', agreement.sku)
      for (const { minimum, price } of agreement.tiers) {
        this.#db.create('product.pricelist.item', {
          pricelist_id: this.#id('list', listName(agreement)),
          applied_on: '0_product_variant',
          product_id: product,
          min_quantity: minimum,
          compute_price: 'fixed',
          fixed_price: price,
          base: 'list_price',
        })
      }
    }
  }
}

function listName({ customer, group, currency }: Demo['agreements'][number]): string {
  return `${customer ?? group} ${currency}`
}

/** Fills an empty database with the demo company. */
export function plant(db: Db, flow: Flow, demo: Demo): void {
  new Seed(db, flow, demo).plant()
}
