import Big from 'big.js'
import type { Demo, DemoProduct } from '../../demo.ts'

/** A record of Nordwerk: decimals are text, ids are numbers. */
export type Record_ = {
  id: number
  changed: string
  rev: number
  deleted?: boolean
  [field: string]: unknown
}

/** What Nordwerk refuses, with its own code. */
export class Refusal extends Error {
  readonly status: number
  readonly code: string
  readonly path: string | undefined

  constructor(status: number, code: string, text: string, path?: string) {
    super(text)
    this.status = status
    this.code = code
    this.path = path
  }
}

const UOM: Record<DemoProduct['unit'], string> = { H87: 'ST', KGM: 'KG', MTR: 'M', LTR: 'L', HUR: 'STD' }
const SEEDED = '2026-11-20T08:00:00.000Z'
const STATES = { open: 'REL', delivered: 'SHIP', invoiced: 'INV', cancelled: 'STO' }

/** A line's net amount, to the cent. */
export function netOf(qty: string, price: string, disc: string): string {
  return new Big(qty).times(price).times(new Big(100).minus(disc)).div(100).toFixed(2)
}

/** Rows of one kind by id, in the order of ids. */
export class Table {
  readonly rows = new Map<number, Record_>()
  #next: number

  constructor(first: number) {
    this.#next = first
  }

  add(fields: Record<string, unknown>, changed = new Date().toISOString()): Record_ {
    const row: Record_ = { id: this.#next++, ...fields, changed, rev: 1 }
    this.rows.set(row.id, row)
    return row
  }

  touch(row: Record_): void {
    row.changed = new Date().toISOString()
    row.rev += 1
  }

  find(fits: (row: Record_) => boolean): Record_ | undefined {
    return [...this.rows.values()].find((row) => !row.deleted && fits(row))
  }
}

/** Everything that the invented company has. */
export class Store {
  readonly demo: Demo
  readonly articles = new Table(4711)
  readonly customers = new Table(10_001)
  readonly orders = new Table(9001)
  readonly invoices = new Table(5001)
  readonly payments = new Table(7001)
  readonly quotes = new Table(3001)
  readonly byNo = new Map<string, Record_>()
  readonly stock = new Map<string, { wh: string; qty: string; res: string; ordered: string }[]>()
  readonly listPrices = new Map<string, string>()

  constructor(demo: Demo) {
    this.demo = demo
    for (const product of demo.products) this.#article(product)
    for (const person of demo.customers) this.#customer(person)
    for (const document of demo.orders) this.#order(document)
    this.#quotes()
  }

  article(no: string): Record_ | undefined {
    const row = this.byNo.get(no)
    return row?.deleted ? undefined : row
  }

  addArticle(no: string, name: string, price: string): void {
    const fields = {
      no,
      text: { de: name },
      kind: 'L',
      uom: 'ST',
      blocked: false,
      price: { net: price, cur: 'EUR' },
      groups: [],
    }
    this.byNo.set(no, this.articles.add(fields))
    this.listPrices.set(no, price)
  }

  #article(product: DemoProduct): void {
    const { sku: no, name, description, unit, category, listPrice, barcode, minimum, leadDays } = product
    const row = this.articles.add(
      {
        no,
        text: { de: name },
        longText: description,
        kind: unit === 'HUR' ? 'S' : 'L',
        ean: barcode,
        uom: UOM[unit],
        blocked: false,
        price: { net: listPrice, cur: 'EUR' },
        minQty: minimum,
        lead: leadDays,
        groups: [category],
      },
      SEEDED,
    )
    this.byNo.set(no, row)
    this.listPrices.set(no, listPrice)
    const levels = product.stock.map(({ warehouse, onHand, reserved, incoming }) => ({
      wh: warehouse,
      qty: onHand,
      res: reserved,
      ordered: incoming,
    }))
    if (levels.length > 0) this.stock.set(no, levels)
  }

  #customer(person: Demo['customers'][number]): void {
    const {
      number: no,
      name,
      email,
      phone,
      taxId,
      country,
      currency,
      street,
      postalCode,
      city,
      group,
      termsDays,
      creditLimit,
    } = person
    this.customers.add(
      {
        no,
        name1: name,
        vat: taxId,
        contact: { mail: email, tel: phone },
        ctry: country,
        class: group,
        lock: '',
        addr: [{ role: 'R', street, zip: postalCode, town: city, ctry: country }],
        terms: `${termsDays}N`,
        limit: { amount: creditLimit, cur: currency },
      },
      SEEDED,
    )
  }

  #order({ number, customer, on, state, lines }: Demo['orders'][number]): void {
    const owner = this.customers.find((row) => row.no === customer)
    const pos = lines.map(({ sku, quantity, price }, index) => ({
      no: index + 1,
      article: sku,
      text: this.demo.products.find((product) => product.sku === sku)?.name,
      qty: quantity,
      uom: this.byNo.get(sku)?.uom,
      price,
      disc: '0',
      net: netOf(quantity, price, '0'),
      wh: 'MAIN',
      shipped: state === 'delivered' || state === 'invoiced' ? quantity : '0',
      invoiced: state === 'invoiced' ? quantity : '0',
    }))
    const sum = this.sum(pos, 'EUR', String(owner?.ctry))
    const no = `A-${String(8000 + Number(number))}`
    const fields = {
      no,
      customer: owner?.id,
      custName: owner?.name1,
      state: STATES[state],
      date: on,
      terms: owner?.terms,
      pos,
      sum,
    }
    this.orders.add(fields, SEEDED)
    if (state === 'invoiced') this.#invoice(no, owner, on, sum)
  }

  #invoice(order: string, owner: Record_ | undefined, on: string, sum: { gross: string; cur: string }): void {
    const paid = this.invoices.rows.size % 2 === 1
    const due = new Date(Date.parse(on) + 30 * 86_400_000).toISOString().slice(0, 10)
    const fields = {
      cust: owner?.id,
      date: on,
      due,
      state: paid ? 30 : 10,
      sum,
      open: paid ? '0.00' : sum.gross,
      dun: 0,
      orders: [order],
    }
    const row = this.invoices.add(fields, SEEDED)
    row.no = `R-${row.id}`
    if (!paid) return
    const alloc = [{ inv: row.id, amount: sum.gross }]
    const payment = this.payments.add(
      { cust: owner?.id, date: due, amount: sum.gross, cur: sum.cur, alloc },
      SEEDED,
    )
    payment.no = `Z-${payment.id}`
  }

  #quotes(): void {
    const orders = [...this.orders.rows.values()].slice(0, 4)
    for (const [index, { customer, custName, date, terms, pos, sum }] of orders.entries()) {
      const state = ['REL', 'ACC', 'REJ', 'OUT'][index]
      const row = this.quotes.add(
        { customer, custName, state, date, validTo: '2026-12-31', terms, pos, sum },
        SEEDED,
      )
      row.no = `Q-${row.id}`
    }
  }

  /** Totals of an order: 19 % for customers at home, nothing abroad. */
  sum(
    pos: { net: string }[],
    cur: string,
    country: string,
  ): { net: string; tax: string; gross: string; cur: string } {
    const net = pos.reduce((total, line) => total.plus(line.net), new Big(0))
    const tax = country === 'DE' ? net.times('0.19').round(2) : new Big(0)
    return { net: net.toFixed(2), tax: tax.toFixed(2), gross: net.plus(tax).toFixed(2), cur }
  }
}
