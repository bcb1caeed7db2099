import { z } from 'zod'
import { type Call, type Rpc, openRpc } from './client.ts'
import type { Config } from './config.ts'
import type { Http } from '../http.ts'
import type { Json } from '../json.ts'
import { Kept } from '../kept.ts'
import { shaped } from '../shape.ts'
import type { Dialect } from './dialect.ts'
import { flag, id, namesOf, one, text } from './shapes.ts'

const company = z.object({ id, name: z.string(), currency_id: one })
const named = z.object({ id, name: z.string() })
const warehouse = z.object({ id, name: z.string(), code: z.string() })
const location = z.object({ id, warehouse_id: one })
const pricelist = z.object({ id, name: z.string(), currency_id: one })
const unitInCategory = named.extend({ category_id: one })
const unitInTree = named.extend({ parent_path: text })
const country = z.object({ id, code: text })
const state = z.object({ id, name: z.string(), code: text, country_id: one })
const field = z.object({
  type: z.string(),
  string: z.string().optional(),
  required: flag.optional(),
  selection: z.array(z.tuple([z.string(), z.string()])).optional(),
})

/** A price list and its currency. */
export interface Pricelist {
  id: string
  name: string
  currency: string
}

/** A unit; two of the same family convert into each other. */
export interface Unit {
  id: string
  name: string
  family: string
}

/** The fields of a model in one database. */
export type Fields = Map<string, z.output<typeof field>>

/** Set-up data of one database, read once and kept. */
export interface Setup {
  company: Kept<{ id: string; name: string; currency: string }>
  warehouses: Kept<z.output<typeof warehouse>[]>
  /** Internal location -> warehouse; null for a location outside of any. */
  locations: Kept<Map<string, string | null>>
  units: Kept<Unit[]>
  pricelists: Kept<Pricelist[]>
  paymentTerms: Kept<z.output<typeof named>[]>
  countries: Kept<z.output<typeof country>[]>
  /** States and provinces. */
  states: Kept<z.output<typeof state>[]>
  currencies: Kept<z.output<typeof named>[]>
  tags: Kept<z.output<typeof named>[]>
  /** The fields that a model has in this very database; modules add and rename them. */
  fields(model: string): Promise<Fields>
}

/** An opened database. */
export interface Odoo {
  config: Config
  setup: Setup
  dialect(): Promise<Dialect>
  version(): Promise<string>
  read(call: Call): Promise<Json>
  write(call: Call): Promise<Json>
  plan: Rpc['plan']
  /** Rows of a model. Archived ones too, unless `active` is part of the domain. */
  rows(model: string, fields: string[], domain: Domain, page?: Page): Promise<Row[]>
}

/** A search domain in prefix notation; every value inside is data, never text of a query. */
export type Domain = unknown[]
/** A row as Odoo sent it. */
export type Row = { [field: string]: Json }
/** Which part of the rows. */
export interface Page {
  order?: string
  limit?: number
  context?: Record<string, unknown>
}

const listed = z.array(z.record(z.string(), z.unknown()))

/** Opens a database; nothing is sent before the first question. */
export function openOdoo(config: Config, http: Http): Odoo {
  const rpc = openRpc(config, http)
  const base = {
    // Error texts are classified by their English words.
    lang: 'en_US',
    ...(config.company && { allowed_company_ids: [config.company] }),
  }
  const withContext = (call: Call): Call => ({ ...call, context: { ...base, ...call.context } })
  const read = (call: Call) => rpc.read(withContext(call))
  const rows = async (model: string, fields: string[], domain: Domain, page: Page = {}): Promise<Row[]> => {
    const { context, order = 'id', limit } = page
    const args = { domain, fields, order, limit }
    const answer = await read({
      model,
      method: 'search_read',
      args,
      context: { active_test: false, ...context },
    })
    return shaped(listed, answer, `The answer of ${model}.search_read`) as Row[]
  }
  const odoo = {
    config,
    dialect: rpc.dialect,
    version: rpc.version,
    read,
    write: (call: Call) => rpc.write(withContext(call)),
    plan: (call: Call) => rpc.plan(withContext(call)),
    rows,
  }
  return { ...odoo, setup: openSetup(odoo) }
}

function openSetup(odoo: Omit<Odoo, 'setup'>): Setup {
  const models = new Map<string, Kept<Fields>>()
  const all = <T extends z.ZodObject>(model: string, schema: T, domain: Domain = []) =>
    odoo.rows(model, namesOf(schema), domain).then((rows) => rows.map((row) => shaped(schema, row, model)))
  return {
    company: new Kept(async () => {
      const mine = odoo.config.company ? [['id', '=', odoo.config.company]] : []
      const page = { limit: 1 }
      const rows = await odoo.rows('res.company', namesOf(company), mine, page)
      const found = shaped(company, rows[0] ?? null, 'The company')
      return { id: found.id, name: found.name, currency: found.currency_id?.name ?? '' }
    }),
    warehouses: new Kept(() => all('stock.warehouse', warehouse, [['active', '=', true]])),
    locations: new Kept(async () => {
      const internal = [['usage', '=', 'internal']]
      const rows = await all('stock.location', location, internal)
      return new Map(rows.map((row) => [row.id, row.warehouse_id?.id ?? null]))
    }),
    units: new Kept(async () => {
      const { unitFamily } = await odoo.dialect()
      const rows = await all('uom.uom', unitFamily === 'category_id' ? unitInCategory : unitInTree)
      return rows.map((row) => ({ id: row.id, name: row.name, family: familyOf(row) }))
    }),
    pricelists: new Kept(async () => {
      const rows = await all('product.pricelist', pricelist)
      return rows.map((row) => ({ id: row.id, name: row.name, currency: row.currency_id?.name ?? '' }))
    }),
    paymentTerms: new Kept(() => all('account.payment.term', named, [['active', '=', true]])),
    countries: new Kept(() => all('res.country', country)),
    states: new Kept(() => all('res.country.state', state)),
    currencies: new Kept(() => all('res.currency', named)),
    tags: new Kept(() => all('res.partner.category', named)),
    fields(model) {
      const known = models.get(model) ?? new Kept(() => fieldsOf(odoo, model))
      models.set(model, known)
      return known.get()
    },
  }
}

function familyOf(row: z.output<typeof unitInCategory> | z.output<typeof unitInTree>): string {
  return ('category_id' in row ? row.category_id?.id : row.parent_path?.split('/')[0]) ?? row.id
}

async function fieldsOf(odoo: Omit<Odoo, 'setup'>, model: string): Promise<Fields> {
  const args = { attributes: ['type', 'string', 'required', 'selection'] }
  const answer = await odoo.read({ model, method: 'fields_get', args })
  const fields = shaped(z.record(z.string(), z.unknown()), answer, `The answer of ${model}.fields_get`)
  const known = Object.entries(fields).map(([name, facts]) => [name, field.safeParse(facts).data] as const)
  return new Map(known.filter((each): each is [string, z.output<typeof field>] => each[1] !== undefined))
}
