import Big from 'big.js'
import { NESTED, REFERENCES, fieldsOf } from './fields.ts'
import { invalid } from './problem.ts'
import type { Row, Store } from './store.ts'

type Test = (row: Row) => boolean

const RESERVED = new Set([
  'page',
  'pageSize',
  'offset',
  'sort',
  'properties',
  'includeReferencedEntities',
  'additionalProperties',
  'serializeNulls',
])
const FILTER = /^(?:(or\w*)-)?([\w.]+)-(eq|ne|lt|gt|le|ge|null|notnull|like|notlike|ilike|notilike|in|notin)$/
const DECIMAL = /^-?\d+(\.\d+)?$/
const LARGEST = 1000

function unexpected(name: string) {
  return invalid('pattern', name, `unexpected filter property ${name}`)
}

/** What stands at a path of a row, and of which kind it is: dots lead into lists, customAttribute<id> into one of those. */
function valuesAt(resource: string, path: string): { kind: string; values: (row: Row) => unknown[] } {
  const [, attribute] = /^customAttribute(\d+)$/.exec(path) ?? []
  if (attribute !== undefined && fieldsOf(resource).has('customAttributes')) {
    const values = (row: Row) =>
      ((row.customAttributes ?? []) as Record<string, unknown>[])
        .filter((one) => one.attributeDefinitionId === attribute)
        .map((one) => one.stringValue ?? one.numberValue ?? one.booleanValue ?? one.dateValue)
    return { kind: 's', values }
  }
  const [first = '', second] = path.split('.')
  const nested = NESTED[resource]?.[first]
  const field = second && nested ? fieldsOf(nested).get(second) : fieldsOf(resource).get(path)
  if (!field?.filterable) throw unexpected(path)
  const kind = /(^id|Id)$/.test(second ?? first) ? 'id' : field.kind
  if (!second) return { kind, values: (row) => [row[first]] }
  return {
    kind,
    values: (row) => ((row[first] ?? []) as Record<string, unknown>[]).map((one) => one[second]),
  }
}

function compare(kind: string, a: unknown, b: string): number {
  if (kind === 'id') return BigInt(String(a)) < BigInt(b) ? -1 : Number(BigInt(String(a)) > BigInt(b))
  if (kind === 'd') return new Big(String(a)).cmp(b)
  if (kind === 't' || kind === 'i') return Number(a) - Number(b)
  const text = String(a)
  return text < b ? -1 : Number(text > b)
}

/** `%` and `_` are wildcards, and a backslash takes them as letters. */
function like(pattern: string, flags: string): RegExp {
  const parts = [...pattern.matchAll(/\\(.)|(%)|(_)|([^])/gu)].map(([, escaped, many, one, letter]) => {
    if (many) return '.*'
    if (one) return '.'
    return (escaped ?? letter ?? '').replace(/[.*+?^${}()|[\]\\/]/g, '\\$&')
  })
  return new RegExp(`^${parts.join('')}$`, `su${flags}`)
}

function checked(kind: string, text: string, name: string): string {
  const fits = { id: /^\d+$/, d: DECIMAL, t: /^-?\d+$/, i: /^-?\d+$/, b: /^(true|false)$/ }[kind]
  if (fits && !fits.test(text)) throw invalid('type', name, `"${text}" is not valid for ${name}`)
  return text
}

function listOf(text: string, name: string): string[] {
  try {
    return (JSON.parse(text) as unknown[]).map(String)
  } catch {
    throw invalid('syntax', name, `${name} needs a JSON array`)
  }
}

function testOf(resource: string, path: string, operator: string, text: string): Test {
  const { kind, values } = valuesAt(resource, path)
  const some =
    (fits: (value: unknown) => boolean): Test =>
    (row) =>
      values(row).some((value) => value !== undefined && value !== null && fits(value))
  const not =
    (test: Test): Test =>
    (row) =>
      !test(row)
  if (operator === 'notnull') return some(() => true)
  if (operator === 'null') return not(some(() => true))
  if (operator.endsWith('like')) {
    const pattern = like(text, operator.includes('ilike') ? 'i' : '')
    const test = some((value) => pattern.test(String(value)))
    return operator.startsWith('not') ? not(test) : test
  }
  if (operator === 'in' || operator === 'notin') {
    const wanted = new Set(listOf(text, path).map((one) => checked(kind, one, path)))
    const test = some((value) => wanted.has(String(value)))
    return operator === 'in' ? test : not(test)
  }
  const wanted = checked(kind, text, path)
  const rules: Record<string, (order: number) => boolean> = {
    eq: (order) => order === 0,
    ne: (order) => order !== 0,
    lt: (order) => order < 0,
    gt: (order) => order > 0,
    le: (order) => order <= 0,
    ge: (order) => order >= 0,
  }
  const rule = rules[operator]
  return some((value) => rule?.(compare(kind, value, wanted)) ?? false)
}

/** All plain filters, and at least one of each `or` group: https://www.weclapp.com/api/ (query parameters) */
export function filtered(resource: string, rows: Row[], query: URLSearchParams): Row[] {
  const plain: Test[] = []
  const groups = new Map<string, Test[]>()
  for (const [name, text] of query) {
    if (RESERVED.has(name)) continue
    const [, group, path = '', operator = ''] = FILTER.exec(name) ?? []
    if (!path) throw unexpected(name)
    const test = testOf(resource, path, operator, text)
    if (group) groups.set(group, [...(groups.get(group) ?? []), test])
    else plain.push(test)
  }
  const any = [...groups.values()]
  return rows.filter(
    (row) => plain.every((test) => test(row)) && any.every((tests) => tests.some((test) => test(row))),
  )
}

function sorted(resource: string, rows: Row[], order: string): Row[] {
  const keys = order.split(',').map((name) => {
    const path = name.replace(/^-/, '')
    const { kind, values } = valuesAt(resource, path)
    return { kind, values, way: name.startsWith('-') ? -1 : 1 }
  })
  return rows.toSorted((a, b) => {
    for (const { kind, values, way } of keys) {
      const [one, other] = [values(a)[0], values(b)[0]]
      const step =
        other === undefined
          ? one === undefined
            ? 0
            : 1
          : one === undefined
            ? -1
            : compare(kind, one, String(other))
      if (step !== 0) return way * step
    }
    return 0
  })
}

function whole(query: URLSearchParams, name: string, otherwise: number, least: number, most: number): number {
  const text = query.get(name)
  if (text === null) return otherwise
  const value = /^\d+$/.test(text) ? Number(text) : NaN
  if (value >= least && value <= most) return value
  throw invalid('max', name, `${name} must be between ${least} and ${most}`)
}

/** Only the named properties; `unit:name` is about referenced entities. */
function narrowed(resource: string, row: Row, names: string[]): Record<string, unknown> {
  const kept: Record<string, unknown> = {}
  for (const name of names) {
    const [first = ''] = name.split('.')
    if (!fieldsOf(resource).has(first)) throw invalid('pattern', 'properties', `unexpected property ${name}`)
    if (row[first] !== undefined) kept[first] = row[first]
  }
  return kept
}

/** The targets of references, each once, under the name of their entity. */
function referenced(store: Store, rows: Row[], names: string[]): object {
  const found: Record<string, unknown[]> = {}
  for (const name of names) {
    const entity = REFERENCES[name]
    if (!entity) throw invalid('pattern', 'includeReferencedEntities', `unexpected property ${name}`)
    found[entity] = [...new Set(rows.map((row) => row[name]))].flatMap((id) => store.find(entity, id) ?? [])
  }
  return { referencedEntities: found }
}

/** The answer to a list call. */
export function listed(
  store: Store,
  resource: string,
  all: Row[],
  query: URLSearchParams,
  compute: (name: string, row: Row) => unknown,
): object {
  const found = sorted(resource, filtered(resource, all, query), query.get('sort') ?? 'id')
  const size = whole(query, 'pageSize', 100, 1, LARGEST)
  const from = (whole(query, 'page', 1, 1, 1e9) - 1) * size
  const page = found.slice(from, from + size)
  const names = query
    .get('properties')
    ?.split(',')
    .filter((name) => !name.includes(':'))
  const include = query.get('includeReferencedEntities')?.split(',')
  const computed = query.get('additionalProperties')?.split(',')
  return {
    result: names ? page.map((row) => narrowed(resource, row, names)) : page,
    ...(include ? referenced(store, page, include) : {}),
    ...(computed
      ? {
          additionalProperties: Object.fromEntries(
            computed.map((name) => [name, page.map((row) => compute(name, row))]),
          ),
        }
      : {}),
  }
}
