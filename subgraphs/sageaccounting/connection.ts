import { ErpError } from '../../schema/errors.ts'
import type { Json } from '../json.ts'
import { Kept } from '../kept.ts'
import { rowOf, shaped } from '../shape.ts'
import { type Client, PAGE, isId } from './client.ts'
import type { Resource } from './map.ts'
import * as shapes from './shapes.ts'

/** An item as it was read, and where it stands. */
export interface Held {
  id: string
  resource: Resource
  /** An ErpError where the row has another form. */
  row: shapes.ItemRow | ErpError
}

/** The resources in the order in which an id is looked for. */
export const RESOURCES: Resource[] = ['stock_items', 'products', 'services']
/** How long pages that follow the first one come from the list that was read for it. */
const LIST_MS = 5 * 60_000
/** So many are asked one by one even where one page would hold them all. */
const FEW = 2
const NESTED = { nested_attributes: 'all' }

const identified = shapes.item.pick({ id: true })

function heldOf(resource: Resource, row: Json): Held {
  const { id } = shaped(identified, row, 'An item')
  return { id, resource, row: rowOf(() => shaped(shapes.item, row, 'An item')) }
}

/** What belongs to an opened connection: the wire, set-up data that is kept, and where each item stands. */
export class Connection {
  readonly client: Client
  readonly settings: Kept<{ currency: string; many: boolean }>
  /** All items and all customers as they were when a first page was read. */
  readonly itemPages: Kept<Held[]>
  readonly customerPages: Kept<Json[]>
  readonly #where = new Map<string, Resource>()
  readonly #sizes = new Map<string, number>()
  #loading: Promise<Held[]> | null = null

  constructor(client: Client) {
    this.client = client
    this.settings = new Kept(async () => {
      const body = await client.get('financial_settings')
      const read = shaped(shapes.settings, body, 'The financial settings')
      return { currency: read.base_currency.id, many: read.multi_currency_enabled !== false }
    })
    this.itemPages = new Kept(() => this.allItems(), LIST_MS)
    this.customerPages = new Kept(() => this.#allContacts(), LIST_MS)
  }

  /** Every item of all three resources. */
  async allItems(search?: string): Promise<Held[]> {
    const all = await Promise.all(RESOURCES.map((resource) => this.#whole(resource, search)))
    return all.flat()
  }

  /**
   * Items by their ids, as they are now. Sage has no list of ids: a few are read one by one, and more than their
   * list has pages by reading that list.
   */
  async items(ids: Iterable<string>): Promise<Map<string, Held>> {
    const wanted = [...new Set([...ids].filter(isId))]
    if (wanted.length === 0) return new Map()
    if (this.#where.size === 0) return mapOf(await this.#first(), wanted)
    const strangers = wanted.filter((id) => !this.#where.has(id))
    const groups = RESOURCES.map((resource) => ({
      resource,
      own: wanted.filter((id) => this.#where.get(id) === resource),
    }))
    const parts = [
      ...groups.map(({ resource, own }) => this.#some(resource, own)),
      ...RESOURCES.map((resource) => this.#some(resource, strangers)),
    ]
    return mapOf((await Promise.all(parts)).flat(), wanted)
  }

  /** Items by their codes, which no filter of Sage compares exactly. */
  async itemsByCode(codes: string[]): Promise<Map<string, Held>> {
    const wanted = [...new Set(codes)]
    const lists = wanted.length > FEW ? [await this.allItems()] : await this.#searchEach(wanted)
    const found = new Map<string, Held>()
    for (const held of lists.flat()) {
      const code = held.row instanceof ErpError ? null : held.row.item_code
      const old = found.get(code ?? '')
      if (code && wanted.includes(code) && (!old || held.id < old.id)) found.set(code, held)
    }
    return found
  }

  /** Contacts by their ids, suppliers too; an ErpError where a row has another form. */
  async contacts(ids: Iterable<string>): Promise<Map<string, shapes.ContactRow | ErpError>> {
    const wanted = [...new Set([...ids].filter(isId))]
    const rows = this.#isFew('contacts', wanted.length)
      ? await Promise.all(wanted.map((id) => this.client.one('contacts', id)))
      : await this.#allContacts()
    return new Map(
      rows
        .filter((row) => row !== null)
        .map((row) => [
          shaped(shapes.contact.pick({ id: true }), row, 'A contact').id,
          rowOf(() => shaped(shapes.contact, row, 'A contact')),
        ]),
    )
  }

  /** The percentage of a tax rate; undefined where there is no such rate. */
  taxPercent(id: string): Promise<string | undefined> {
    return this.client.kept('tax_rates').find((rows) => {
      const all = rows.map((row) => shaped(shapes.taxRate, row, 'A tax rate'))
      return all.find((one) => one.id === id)?.percentage ?? undefined
    })
  }

  #searchEach(codes: string[]): Promise<Held[][]> {
    return Promise.all(codes.map((code) => (code === '' ? Promise.resolve([]) : this.allItems(code))))
  }

  #first(): Promise<Held[]> {
    this.#loading ??= this.allItems().finally(() => (this.#loading = null))
    return this.#loading
  }

  #isFew(path: string, count: number): boolean {
    return count <= Math.max(FEW, Math.ceil((this.#sizes.get(path) ?? 0) / PAGE))
  }

  async #some(resource: Resource, ids: string[]): Promise<Held[]> {
    if (ids.length === 0) return []
    if (!this.#isFew(resource, ids.length)) return this.#whole(resource)
    const rows = await Promise.all(ids.map((id) => this.client.one(resource, id)))
    return rows.flatMap((row) => (row === null ? [] : [this.#seen(heldOf(resource, row))]))
  }

  async #whole(resource: Resource, search?: string): Promise<Held[]> {
    const rows = await this.client.all(resource, { search })
    if (search === undefined) this.#sizes.set(resource, rows.length)
    return rows.map((row) => this.#seen(heldOf(resource, row)))
  }

  #seen(held: Held): Held {
    this.#where.set(held.id, held.resource)
    return held
  }

  async #allContacts(): Promise<Json[]> {
    const rows = await this.client.all('contacts', { contact_type_id: 'CUSTOMER', ...NESTED })
    this.#sizes.set('contacts', rows.length)
    return rows
  }
}

/** By id; the first resource that has an id wins, because one may answer for the other too. */
function mapOf(rows: Held[], wanted: string[]): Map<string, Held> {
  const asked = new Set(wanted)
  const found = new Map<string, Held>()
  for (const held of rows) if (asked.has(held.id) && !found.has(held.id)) found.set(held.id, held)
  return found
}
