import { existsSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { type Field, modelsOf } from '../../subgraphs/odoo/sandbox/models.ts'
import { Float, parseBody } from '../../subgraphs/odoo/sandbox/values.ts'
import { everything } from './everything.ts'
import { open } from './bench.ts'
import { SPEC } from './recordings.ts'

interface SpecField {
  type: string
  comodel?: string
  values?: string[]
}
type Models = Record<string, Record<string, SpecField>>

const given = existsSync(SPEC)
/** Every model has these; the list names only what a model adds. */
const ALWAYS: Record<string, SpecField> = {
  id: { type: 'integer' },
  display_name: { type: 'char' },
  create_date: { type: 'datetime' },
  write_date: { type: 'datetime' },
}

function specification(): Models {
  if (!given) return {}
  const { models } = JSON.parse(readFileSync(SPEC, 'utf8')) as { models: Models }
  // The list writes the class, Odoo itself many2one_reference; its value is a plain id.
  const reference = models['ir.model.data']?.res_id
  if (reference) reference.type = 'many2one_reference'
  // A variant has every field of its template.
  models['product.product'] = { ...models['product.template'], ...models['product.product'] }
  return Object.fromEntries(Object.entries(models).map(([name, fields]) => [name, { ...ALWAYS, ...fields }]))
}

const spec = specification()

/** Whether a value fits a field's type, as Odoo sends it (`read`) or takes it (`write`). */
function fits(field: SpecField, value: unknown, reading: boolean): boolean {
  if (field.type === 'boolean') return typeof value === 'boolean'
  if (field.type === 'float' || field.type === 'monetary')
    return value instanceof Float || (!reading && typeof value === 'number')
  if (field.type === 'integer' || field.type === 'many2one_reference') return typeof value === 'number'
  if (field.type.endsWith('2many')) return Array.isArray(value)
  if (value === false) return true
  if (field.type === 'many2one')
    return reading ? Array.isArray(value) && value.length === 2 : typeof value === 'number'
  if (field.type === 'datetime') return /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$/.test(String(value))
  if (field.type === 'date') return /^\d{4}-\d\d-\d\d$/.test(String(value))
  if (field.type === 'selection' && field.values) return field.values.includes(String(value))
  return typeof value === 'string'
}

/** Names of a model that the list does not know; own fields (x_…) and models that it leaves out are passed over. */
function unknown(model: string, names: unknown): string[] {
  const fields = spec[model]
  if (!fields) return []
  const list = (names as string[]).map((name) => name.split(/[.:/]/)[0] ?? '')
  return list
    .filter((name) => name !== '' && !fields[name] && !name.startsWith('x_'))
    .map((name) => `${model}.${name}`)
}

function misfits(model: string, row: Record<string, unknown>, reading: boolean): string[] {
  const fields = spec[model]
  if (!fields) return []
  return Object.entries(row).flatMap(([name, value]) => {
    const field = fields[name]
    if (name.startsWith('x_')) return []
    if (!field) return [`${model}.${name} is unknown`]
    const problems = fits(field, value, reading)
      ? []
      : [`${model}.${name}: ${JSON.stringify(value)} is no ${field.type}`]
    if (reading || !Array.isArray(value)) return problems
    const inner = (value as [number, unknown, Record<string, unknown>][]).flatMap((command) =>
      typeof command[2] === 'object' && !Array.isArray(command[2])
        ? misfits(field.comodel ?? '', command[2], reading)
        : [],
    )
    return [...problems, ...inner]
  })
}

type Body = Record<string, unknown>

function asked(model: string, body: Body): string[] {
  const leaves = ((body.domain ?? []) as unknown[])
    .filter((term) => Array.isArray(term))
    .map((term) => (term as string[])[0])
  const rows = [...((body.vals_list ?? []) as Body[]), ...(body.vals ? [body.vals as Body] : [])]
  const { values, fields_spec: wanted } = body as {
    values?: Body
    fields_spec?: Record<string, { fields: Body }>
  }
  const lines = wanted?.order_line?.fields ?? {}
  const order = String(body.order ?? '')
    .split(',')
    .map((part) => part.trim().split(' ')[0])
  const data = (body.data ?? []) as unknown[]
  return [
    ...unknown(model, [
      ...leaves,
      ...order,
      ...((body.fields ?? []) as string[]).filter((name) => name !== '.id'),
    ]),
    ...unknown(model, [...((body.groupby ?? []) as string[]), ...((body.aggregates ?? []) as string[])]),
    ...unknown('sale.order.line', Object.keys(lines)),
    ...unknown(
      'product.product',
      Object.keys((lines.product_id as { fields: object } | undefined)?.fields ?? {}),
    ),
    ...rows.flatMap((row) => misfits(model, row, false)),
    ...(values ? misfits(model, { ...values, order_line: [] }, false) : []),
    ...data
      .flat()
      .filter((cell) => typeof cell !== 'string')
      .map(() => `${model}.load has a cell that is no text`),
  ]
}

describe.skipIf(!given)('against the field list of Odoo 19 (skipped where it is absent)', () => {
  it('every field that the connector names exists, and every value that it sends fits', async () => {
    await using bench = await open(19)
    await everything(bench.erp)
    const problems = bench.sent.flatMap(({ request }) => {
      const [, model = ''] = /\/json\/2\/([^/]+)\//.exec(request.url) ?? []
      return asked(model, parseBody(request.body ?? '{}') as Body)
    })
    expect([...new Set(problems)]).toEqual([])
    expect(bench.sent.length).toBeGreaterThan(50)
  })

  it('every row that the sandbox answers has the fields and types of Odoo', async () => {
    await using bench = await open(19)
    await everything(bench.erp)
    const reads = bench.sent.filter(({ request }) => request.url.endsWith('/search_read'))
    const problems = reads.flatMap(({ request, answer }) => {
      const [, model = ''] = /\/json\/2\/([^/]+)\//.exec(request.url) ?? []
      return (parseBody(answer.text) as Body[]).flatMap((row) => misfits(model, row, true))
    })
    expect([...new Set(problems)]).toEqual([])
    expect(reads.length).toBeGreaterThan(30)
  })

  it('the fields of the sandbox are those of Odoo, with their types, targets and words', () => {
    const differ: string[] = []
    for (const [model, fields] of modelsOf(19)) {
      for (const [name, field] of fields) differ.push(...compared(model, name, field))
    }
    expect(differ).toEqual([])
  })
})

function compared(model: string, name: string, { type, relation, values = [] }: Field): string[] {
  const real = spec[model]?.[name]
  if (!spec[model] || name.startsWith('x_')) return []
  if (!real) return [`${model}.${name} is unknown`]
  const problems = real.type === type ? [] : [`${model}.${name} is ${real.type}, not ${type}`]
  if (real.comodel && relation && real.comodel !== relation)
    problems.push(`${model}.${name} points to ${real.comodel}`)
  const strange = values.filter((value) => real.values && !real.values.includes(value))
  return [...problems, ...strange.map((value) => `${model}.${name} is never ${value}`)]
}
