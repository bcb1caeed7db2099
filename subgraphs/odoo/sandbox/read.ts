import Big from 'big.js'
import type { Db } from './db.ts'
import { domainTest } from './domain.ts'
import { LABELS, ORDER } from './models.ts'
import { Float, Raise, type Sent, type Stored, type Value } from './values.ts'

/** What a search may say beside its domain. */
export interface Search {
  domain?: unknown
  offset?: number
  limit?: number | null
  order?: string | null
}

/** The rows a search finds; archived ones only if the domain or the context speaks of them. */
export function search(
  db: Db,
  model: string,
  { domain = [], offset = 0, limit, order }: Search,
  context: Sent,
): Stored[] {
  const test = domainTest(db, model, domain, context)
  const mentions = JSON.stringify(domain).includes('"active"')
  const onlyActive = db.model(model).has('active') && context.active_test !== false && !mentions
  const rows = db.all(model).filter((row) => (!onlyActive || row.active !== false) && test(row))
  const sorted = rows.sort(sorter(db, model, order || (ORDER[model] ?? 'id')))
  return sorted.slice(offset, limit ? offset + limit : undefined)
}

function sorter(db: Db, model: string, order: string): (a: Stored, b: Stored) => number {
  const keys = order.split(',').map((part) => {
    const [, name = '', direction = 'asc'] = /^\s*(\w+)(?:\s+(asc|desc))?\s*$/i.exec(part) ?? []
    if (name !== 'id' && !db.model(model).has(name)) {
      throw new Raise('builtins.ValueError', `Invalid field '${name}' on '${model}'`)
    }
    return { name, sign: direction.toLowerCase() === 'desc' ? -1 : 1 }
  })
  return (a, b) => {
    for (const { name, sign } of keys) {
      const compared = compare(a[name], b[name])
      if (compared !== 0) return compared * sign
    }
    return a.id - b.id
  }
}

/** Empty values come last, as PostgreSQL sorts NULL. */
function compare(a: Value | undefined, b: Value | undefined): number {
  if (a === b) return 0
  if (a === false || a === undefined) return 1
  if (b === false || b === undefined) return -1
  if (typeof a === 'number' && typeof b === 'number') return a - b
  return String(a) < String(b) ? -1 : 1
}

/** Rows as `read` gives them; `classic` puts labels beside references. */
export function format(
  db: Db,
  model: string,
  rows: Stored[],
  fields: unknown,
  context: Sent,
  classic = true,
): Sent[] {
  const all = db.model(model)
  const names = Array.isArray(fields) && fields.length > 0 ? (fields as string[]) : [...all.keys()]
  for (const name of names) {
    if (name !== 'id' && !all.has(name))
      throw new Raise('builtins.ValueError', `Invalid field '${name}' on '${model}'`)
  }
  checkLanguage(context)
  return rows.map((row) => ({
    id: row.id,
    ...Object.fromEntries(names.map((name) => [name, shown(db, model, row, name, context, classic)])),
  }))
}

/** Only English is installed in this database. */
function checkLanguage(context: Sent): void {
  const { lang } = context
  if (lang === undefined || lang === false || lang === 'en_US') return
  throw new Raise('odoo.exceptions.UserError', `Invalid language code: ${String(lang)}`)
}

/** One value as it goes over the wire. */
export function shown(
  db: Db,
  model: string,
  row: Stored,
  name: string,
  context: Sent,
  classic: boolean,
): unknown {
  if (name === 'id') return row.id
  const field = db.model(model).get(name)
  const value = db.value(model, row, name, context)
  if (field?.type === 'float' || field?.type === 'monetary') return new Float(String(value))
  if (field?.type === 'datetime' && typeof value === 'string') return value.slice(0, 19)
  if (field?.type !== 'many2one' || typeof value !== 'number' || !classic) return value
  const target = db.get(field.relation ?? '', value)
  return [value, db.value(field.relation ?? '', target, 'display_name')]
}

/** Sums by group; up to 18 in the words of `read_group`, from 19 on of `formatted_read_group`. */
export function grouped(
  db: Db,
  model: string,
  {
    domain,
    groupby,
    aggregates,
    old,
  }: { domain: unknown; groupby: string[]; aggregates: string[]; old: boolean },
  context: Sent,
): Sent[] {
  const groups = Map.groupBy(search(db, model, { domain }, context), (row) =>
    groupby.map((name) => row[name]).join(' '),
  )
  return [...groups.values()].map((rows) => {
    const [first] = rows as [Stored]
    const own = groupby.map((name) => [name, '=', first[name]])
    const group = Object.fromEntries(
      groupby.map((name) => [name, shown(db, model, first, name, context, true)]),
    )
    const extra = own.length > 1 ? ['&', ...own] : own
    const sums = aggregates.map((text) => {
      const [name = ''] = text.split(':')
      const total = rows.reduce((sum, row) => sum.plus(String(row[name] || 0)), new Big(0))
      return [old ? name : text, new Float(total.toFixed())]
    })
    const rest = old ? { __count: rows.length, __domain: ['&', extra, domain] } : { __extra_domain: extra }
    return { ...group, ...rest, ...Object.fromEntries(sums) } as Sent
  })
}

/** What `fields_get` tells of a model. */
export function fieldsGet(db: Db, model: string, names: unknown, attributes: unknown): Sent {
  const wanted = Array.isArray(attributes) ? (attributes as string[]) : null
  const chosen = [...db.model(model)].filter(
    ([name]) => !Array.isArray(names) || names.length === 0 || names.includes(name),
  )
  const id: [string, Sent] = ['id', { type: 'integer', string: 'ID', readonly: true, required: false }]
  const described = chosen.map(([name, field]): [string, Sent] => [
    name,
    {
      type: field.type,
      string: LABELS[`${model}.${name}`] ?? name,
      required: field.required,
      readonly: db.computed.has(`${model}.${name}`) || db.computed.has(`*.${name}`),
      ...(field.relation && { relation: field.relation }),
      ...(field.values && { selection: field.values.map((value) => [value, value]) }),
    },
  ])
  const all = Array.isArray(names) && names.length > 0 ? described : [id, ...described]
  return Object.fromEntries(
    all.map(([name, facts]) => [
      name,
      Object.fromEntries(Object.entries(facts).filter(([fact]) => !wanted || wanted.includes(fact))),
    ]),
  )
}
