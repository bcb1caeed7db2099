import type { Demo } from '../../demo.ts'
import { partners, products, stocks } from './company.ts'
import { records } from './conditions.ts'
import { documents } from './documents.ts'
import { byMaterial } from './pricing.ts'
import { type Row, entityOf, rowsIn, textIn } from './types.ts'

/** Everything that the imitation remembers; built when it is first asked for. */
export class State {
  readonly demo: Demo
  readonly #sets = new Map<string, Row[]>()
  #prices: Map<string, Row[]> | null = null
  #products: Map<string, Row> | null = null
  #last = 0

  constructor(demo: Demo) {
    this.demo = demo
  }

  /** The rows of a set; those that lie inside others are collected from them. */
  rows(set: string): Row[] {
    const parent = PARENTS[set]
    if (parent) return this.rows(parent[0]).flatMap((one) => rowsIn(one, parent[1]))
    const known = this.#sets.get(set)
    if (known) return known
    this.#build(set)
    return this.#sets.get(set) ?? []
  }

  product(id: string): Row | undefined {
    this.#products ??= new Map(this.rows('A_Product').map((one) => [textIn(one, 'Product'), one]))
    return this.#products.get(id)
  }

  /** The price records of a material. */
  prices(material: string): Row[] {
    this.#prices ??= byMaterial(this.rows('A_SlsPrcgCndnRecdValidity'))
    return this.#prices.get(material) ?? []
  }

  /** Forgets what was made from rows that have changed. */
  changed(): void {
    this.#prices = null
    this.#products = null
  }

  /** A moment that is later than every one before it. */
  now(): number {
    this.#last = Math.max(Date.now(), this.#last + 1)
    return this.#last
  }

  /** What must be put back when a change set fails. */
  save(): () => void {
    const sets = ['A_SalesOrder', 'A_BusinessPartner']
    const kept = sets.map((set): [string, Row[]] => [set, structuredClone(this.rows(set))])
    return () => {
      for (const [set, rows] of kept) this.#sets.set(set, rows)
    }
  }

  #build(set: string): void {
    entityOf(set)
    const { demo } = this
    const makers: Record<string, () => Row[]> = {
      A_Product: () => products(demo),
      A_MaterialStock: () => stocks(demo),
      A_BusinessPartner: () => partners(demo),
      A_SlsPrcgCndnRecdValidity: () => records(demo),
    }
    const make = makers[set]
    if (make) this.#sets.set(set, make())
    else for (const [name, rows] of Object.entries(documents(this))) this.#sets.set(name, rows)
  }
}

/** Sets that lie inside the rows of another. */
const PARENTS: Record<string, [set: string, navigation: string]> = {
  A_ProductDescription: ['A_Product', 'to_Description'],
  A_BusinessPartnerAddress: ['A_BusinessPartner', 'to_BusinessPartnerAddress'],
  A_AddressEmailAddress: ['A_BusinessPartnerAddress', 'to_EmailAddress'],
  A_AddressPhoneNumber: ['A_BusinessPartnerAddress', 'to_PhoneNumber'],
  A_BusinessPartnerTaxNumber: ['A_BusinessPartner', 'to_BusinessPartnerTax'],
  A_Customer: ['A_BusinessPartner', 'to_Customer'],
  A_CustomerSalesArea: ['A_Customer', 'to_CustomerSalesArea'],
  A_SalesOrderItem: ['A_SalesOrder', 'to_Item'],
}
