import { z } from 'zod'
import { ErpError } from '../../schema/errors.ts'
import { Kept } from '../kept.ts'
import type { Client } from './client.ts'
import type { Config } from './config.ts'
import { DOCTYPES, type OwnField, customField, toOwnField } from './custom.ts'
import * as shapes from './shapes.ts'

const DAY_MS = 24 * 3_600_000
const MAX_AGE_MS = 10 * 60_000
/** So many items' units are fetched ahead in one call; more are asked for by name. */
const AHEAD = 2_000

/** Everything that is kept; read once more where a name is missing. */
async function all<T>(kept: Kept<Map<string, T>>, names: string[]): Promise<Map<string, T>> {
  const found = await kept.find((known) => (names.every((name) => known.has(name)) ? known : undefined))
  return found ?? kept.get()
}

/** What an item's unit conversions and flags are. */
export interface ItemSetup extends shapes.ItemFacts {
  /** How many stock units one of these units is. */
  factors: Map<string, string>
}

/** What a site's administrator sets up and hardly ever changes; read once and kept. */
export class Setup {
  readonly #client: Client
  readonly #config: Config
  readonly #items = new Map<string, ItemSetup>()
  #itemsAt = 0
  readonly #references = new Map<string, Kept<boolean>>()

  readonly #zone = new Kept(() => this.#readZone(), DAY_MS)
  readonly #companies = new Kept(() =>
    this.#client.list('Company', shapes.company, {
      fields: shapes.fieldsOf(shapes.company),
      order: 'creation asc',
      limit: 0,
    }),
  )
  readonly #warehouses = new Kept(() => this.#readWarehouses())
  readonly #lists = new Kept(() => this.#readLists())
  readonly #groups = new Kept(() => this.#readGroups())
  readonly #defaultList = new Kept(() => this.#readDefaultList())
  readonly #rules = new Kept(() => this.#readRules())
  readonly #own = new Kept(() => this.#readOwnFields())

  constructor(client: Client, config: Config) {
    this.#client = client
    this.#config = config
  }

  /** The site's time zone, IANA. */
  zone(): Promise<string> {
    return this.#config.timeZone ? Promise.resolve(this.#config.timeZone) : this.#zone.get()
  }

  /** The company that sells: the configured one, or the only one. */
  async company(): Promise<{ name: string; currency: string | null }> {
    const all = await this.#companies.get()
    const wanted = this.#config.company
    const found = wanted ? all.find(({ name }) => name === wanted) : all.length === 1 ? all[0] : undefined
    if (found) return { name: found.name, currency: found.default_currency }
    const names = all.map(({ name }) => name).join(', ')
    const problem = wanted
      ? `The site has no company "${wanted}"`
      : 'The site does not have exactly one company'
    throw new ErpError('VALIDATION', `${problem}; set "company" to one of: ${names || '(none)'}.`, {
      field: 'company',
    })
  }

  /** The company's warehouses by name; `names` that are missing are looked for once more. */
  warehouses(names: string[] = []): Promise<Map<string, z.output<typeof shapes.warehouse>>> {
    return all(this.#warehouses, names)
  }

  /** Price lists by name; those that are missing are looked for once more. */
  priceLists(names: string[]): Promise<Map<string, shapes.PriceListRow>> {
    return all(this.#lists, names)
  }

  /** A customer group and those above it, nearest first; only the nearest one's price list counts. */
  async groups(name: string | null): Promise<z.output<typeof shapes.customerGroup>[]> {
    if (!name) return []
    const known = await all(this.#groups, [name])
    const path: z.output<typeof shapes.customerGroup>[] = []
    for (
      let row = known.get(name);
      row && !path.includes(row);
      row = known.get(row.parent_customer_group ?? '')
    )
      path.push(row)
    return path
  }

  /** The price list of everyone who has none of their own. */
  defaultPriceList(): Promise<string> {
    return this.#config.priceList ? Promise.resolve(this.#config.priceList) : this.#defaultList.get()
  }

  /** Enabled selling rules with the item, group or brand they are for; null where we may not read them. */
  rules(): Promise<{ rule: shapes.RuleRow; target: string | null }[] | null> {
    return this.#rules.get()
  }

  /** Units and flags by item; an unknown item is left out. `anew` distrusts what is kept of these. */
  async items(names: string[], anew = false): Promise<Map<string, ItemSetup>> {
    if (this.#items.size === 0) await this.#readItems([])
    if (anew) for (const name of names) this.#items.delete(name)
    const missing = names.filter((name) => !this.#items.has(name))
    const old = Date.now() - this.#itemsAt > MAX_AGE_MS ? names : []
    if (missing.length > 0 || old.length > 0) await this.#readItems([...new Set([...missing, ...old])])
    return this.#items
  }

  /** Whether a DocType has the custom field that keeps our reference. */
  async hasReference(doctype: string, anew = false): Promise<boolean> {
    const kept = this.#references.get(doctype) ?? new Kept(() => this.#readReference(doctype))
    this.#references.set(doctype, kept)
    return anew ? ((await kept.find((has) => has || undefined)) ?? false) : kept.get()
  }

  /** The custom fields of a DocType without the one of our reference; `anew` distrusts what is kept. */
  async ownFields(doctype: string, anew = false): Promise<OwnField[]> {
    if (anew) this.#own.forget()
    return (await this.#own.get()).get(doctype) ?? []
  }

  async #readOwnFields(): Promise<Map<string, OwnField[]>> {
    const found = await this.#client.list('Custom Field', customField, {
      fields: shapes.fieldsOf(customField),
      filters: [['dt', 'in', Object.values(DOCTYPES)]],
      order: 'dt asc, idx asc, fieldname asc',
      limit: 0,
    })
    const others = found.filter(({ fieldname }) => fieldname !== this.#config.referenceField)
    const byDoctype = Map.groupBy(others, ({ dt }) => dt)
    return new Map([...byDoctype].map(([dt, all]) => [dt, all.flatMap(toOwnField)]))
  }

  /** A field that does not exist is refused in a list call; in a document it would be dropped in silence. */
  async #readReference(doctype: string): Promise<boolean> {
    try {
      const fields = ['name', this.#config.referenceField]
      await this.#client.list(doctype, shapes.named, { fields, limit: 1 })
      return true
    } catch (error) {
      if (error instanceof ErpError && error.code === 'VALIDATION') return false
      throw error
    }
  }

  async #readZone(): Promise<string> {
    const form = z.object({ time_zone: z.string() })
    try {
      return (await this.#client.ask('frappe.client.get_time_zone', form)).time_zone
    } catch (error) {
      // Sites before 15 have no such method; there the operator says it.
      if (error instanceof ErpError && (error.code === 'VALIDATION' || error.code === 'PERMISSION_DENIED'))
        return 'UTC'
      throw error
    }
  }

  async #readWarehouses(): Promise<Map<string, z.output<typeof shapes.warehouse>>> {
    const { name } = await this.company()
    const found = await this.#client.list('Warehouse', shapes.warehouse, {
      fields: shapes.fieldsOf(shapes.warehouse),
      filters: [['company', '=', name]],
      limit: 0,
    })
    return new Map(found.map((row) => [row.name, row]))
  }

  async #readLists(): Promise<Map<string, shapes.PriceListRow>> {
    const found = await this.#client.list('Price List', shapes.priceList, {
      fields: shapes.fieldsOf(shapes.priceList),
      limit: 0,
    })
    return new Map(found.map((row) => [row.name, row]))
  }

  async #readGroups(): Promise<Map<string, z.output<typeof shapes.customerGroup>>> {
    const fields = shapes.fieldsOf(shapes.customerGroup)
    const found = await this.#client.list('Customer Group', shapes.customerGroup, { fields, limit: 0 })
    return new Map(found.map((row) => [row.name, row]))
  }

  async #readDefaultList(): Promise<string> {
    const form = z.object({ selling_price_list: z.string().nullish() })
    try {
      const settings = await this.#client.document('Selling Settings', 'Selling Settings', form)
      return settings?.selling_price_list || 'Standard Selling'
    } catch (error) {
      if (error instanceof ErpError && error.code === 'PERMISSION_DENIED') return 'Standard Selling'
      throw error
    }
  }

  /** One call: the unit conversions come as child fields, a row each. */
  async #readItems(names: string[]): Promise<void> {
    const form = shapes.itemFacts.extend(shapes.conversion.shape)
    const ahead = names.length === 0
    const found = await this.#client.list('Item', form, {
      fields: [...shapes.fieldsOf(shapes.itemFacts), 'uoms.uom', 'uoms.conversion_factor'],
      filters: ahead ? [] : [['name', 'in', names]],
      order: 'modified desc, name asc',
      limit: ahead ? AHEAD : 0,
    })
    // The last item of a full page may lack some of its units.
    const cut = ahead && found.length === AHEAD ? found.at(-1)?.name : undefined
    for (const name of names) this.#items.delete(name)
    for (const [name, all] of Map.groupBy(found, (row) => row.name)) {
      const [first] = all
      if (!first || name === cut) continue
      const factors = all.flatMap(({ uom, conversion_factor: factor }) =>
        uom && factor ? [[uom, factor] as const] : [],
      )
      this.#items.set(name, { ...first, factors: new Map(factors) })
    }
    if (ahead) this.#itemsAt = Date.now()
  }

  async #readRules(): Promise<{ rule: shapes.RuleRow; target: string | null }[] | null> {
    const form = shapes.rule.extend({
      item_code: z.string().nullish(),
      item_group: z.string().nullish(),
      brand: z.string().nullish(),
    })
    const fields = [
      ...shapes.fieldsOf(shapes.rule),
      'items.item_code',
      'item_groups.item_group',
      'brands.brand',
    ]
    const filters: [string, string, number][] = [
      ['selling', '=', 1],
      ['disable', '=', 0],
    ]
    try {
      const found = await this.#client.list('Pricing Rule', form, { fields, filters, limit: 0 })
      return found.map((row) => ({ rule: row, target: row.item_code ?? row.item_group ?? row.brand ?? null }))
    } catch (error) {
      if (error instanceof ErpError && (error.code === 'PERMISSION_DENIED' || error.code === 'VALIDATION'))
        return null
      throw error
    }
  }
}
