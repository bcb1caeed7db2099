import Big from 'big.js'
import type { Demo, DemoCustomer, DemoDocument, DemoProduct } from '../../demo.ts'
import { post } from './account.ts'
import type { Db } from './db.ts'
import { rates } from './pricing.ts'
import type { Sent, Stored } from './values.ts'
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
    rates.USD = this.#demo.usdRate
    this.#company()
    this.#units()
    this.#warehouses()
    for (const product of this.#demo.products) this.#product(product)
    this.#pricelists()
    for (const customer of this.#demo.customers) this.#customer(customer)
    this.#agreements()
    for (const document of this.#demo.orders) this.#document(document)
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
    for (const code of ['EUR', 'USD']) this.#make('currency', code, 'res.currency', { name: code })
    const { company, currency, customers } = this.#demo
    this.#db.create('res.company', { name: company, currency_id: this.#id('currency', currency) })
    const countries = new Intl.DisplayNames('en', { type: 'region' })
    for (const code of new Set([...customers.map((customer) => customer.country), 'GB', 'CH', 'NL'])) {
      this.#make('country', code, 'res.country', { name: countries.of(code), code })
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
    const place = (values: Sent) =>
      this.#db.create('stock.location', { complete_name: values.name, ...values }).id
    place({ name: 'Partners/Customers', usage: 'customer' })
    place({ name: 'Partners/Vendors', usage: 'supplier' })
    for (const { code, name } of this.#demo.warehouses) {
      const view = place({ name: code, usage: 'view' })
      const stock = place({
        name: 'Stock',
        complete_name: `${code}/Stock`,
        usage: 'internal',
        location_id: view,
      })
      const values = { name, code, lot_stock_id: stock, view_location_id: view, company_id: 1 }
      const id = this.#make('warehouse', code, 'stock.warehouse', values)
      for (const location of [view, stock])
        this.#db.put(this.#db.get('stock.location', location), { warehouse_id: id })
    }
  }

  #product(product: DemoProduct): void {
    const { sku, stock, unit } = product
    const category = this.#ids.get(`category ${product.category}`) ?? this.#category(product.category)
    const service = unit === 'HUR'
    const stored = this.#db.version < 18 ? 'product' : 'consu'
    const template = this.#db.create('product.template', { name: product.name }).id
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
      product_tmpl_id: template,
    })
    for (const { warehouse, onHand, reserved, incoming } of stock)
      this.#quant(id, warehouse, onHand, reserved, incoming)
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
          product_tmpl_id: this.#db.get('product.product', product).product_tmpl_id,
          min_quantity: minimum,
          compute_price: 'fixed',
          fixed_price: price,
          base: 'list_price',
        })
      }
    }
  }

  #document({ customer, on, state, lines }: DemoDocument): void {
    const partner = this.#id('customer', customer)
    const order = this.#db.create('sale.order', {
      partner_id: partner,
      date_order: `${on} 09:00:00`,
      order_line: lines.map(({ sku, quantity, price }) => [
        0,
        0,
        { product_id: this.#id('product', sku), product_uom_qty: quantity, price_unit: price },
      ]),
    })
    const delivered = state === 'delivered' || state === 'invoiced'
    for (const line of this.#db.all('sale.order.line').filter((each) => each.order_id === order.id)) {
      const qty = line.product_uom_qty ?? '0'
      this.#db.put(line, {
        qty_delivered: delivered ? qty : '0',
        qty_invoiced: state === 'invoiced' ? qty : '0',
      })
    }
    this.#db.put(order, {
      state: state === 'cancelled' ? 'cancel' : 'sale',
      delivery_status: state === 'cancelled' ? false : delivered ? 'full' : 'pending',
      invoice_status: state === 'delivered' ? 'to invoice' : state === 'invoiced' ? 'invoiced' : 'no',
    })
    if (state === 'invoiced') this.#invoice(order, on, partner)
  }

  #invoice(order: Stored, on: string, partner: number): void {
    const lines = this.#db.all('sale.order.line').filter((line) => line.order_id === order.id)
    const due = new Date(`${on}T00:00:00Z`)
    due.setUTCDate(due.getUTCDate() + 30)
    const move = this.#db.create('account.move', {
      move_type: 'out_invoice',
      partner_id: partner,
      invoice_origin: order.name,
      invoice_date: on,
      invoice_date_due: due.toISOString().slice(0, 10),
      currency_id: order.currency_id,
      invoice_line_ids: lines.map((line) => [
        0,
        0,
        { product_id: line.product_id, quantity: line.product_uom_qty, price_unit: line.price_unit },
      ]),
    })
    post(this.#db, [move.id])
    this.#db.put(order, { invoice_ids: [move.id] })
    const half = new Big(String(move.amount_total)).div(2).round(2).toFixed()
    if (order.id % 2 === 0) this.#db.put(move, { amount_residual: half, payment_state: 'partial' })
  }
}

function listName({ customer, group, currency }: Demo['agreements'][number]): string {
  return `${customer ?? group} ${currency}`
}

/** Fills an empty database with the demo company. */
export function plant(db: Db, flow: Flow, demo: Demo): void {
  new Seed(db, flow, demo).plant()
}
