import Big from 'big.js'
import type { Db } from './db.ts'
import { Float, Raise, type Sent, type Stored, type Value, numeric, repr } from './values.ts'

type Test = (row: Stored) => boolean

/** A domain in prefix notation as a test of rows; an unknown field or operator is a ValueError. */
export function domainTest(db: Db, model: string, domain: unknown, context: Sent): Test {
  if (!Array.isArray(domain))
    throw new Raise('builtins.ValueError', `Domain() invalid item in domain: ${repr(domain)}`)
  const rest = [...(domain as unknown[])]
  const tests: Test[] = []
  while (rest.length > 0) tests.push(term(db, model, rest, context))
  return (row) => tests.every((test) => test(row))
}

function term(db: Db, model: string, rest: unknown[], context: Sent): Test {
  const next = rest.shift()
  if (next === '!') {
    const inner = term(db, model, rest, context)
    return (row) => !inner(row)
  }
  if (next === '|' || next === '&') {
    const left = term(db, model, rest, context)
    const right = term(db, model, rest, context)
    return next === '|' ? (row) => left(row) || right(row) : (row) => left(row) && right(row)
  }
  if (!Array.isArray(next) || next.length !== 3) {
    throw new Raise('builtins.ValueError', `Domain() invalid item in domain: ${repr(next)}`)
  }
  const [path, operator, value] = next as [string, string, unknown]
  return leaf(db, model, String(path), String(operator), value, context)
}

function leaf(db: Db, model: string, path: string, operator: string, value: unknown, context: Sent): Test {
  const [name = '', ...more] = path.split('.')
  const field = name === 'id' ? { type: 'integer' } : db.model(model).get(name)
  if (!field) {
    const word = db.version < 19 ? 'leaf' : 'condition'
    const shown = `('${path}', '${operator}', ${repr(value)})`
    throw new Raise('builtins.ValueError', `Invalid field ${model}.${name} in ${word} ${shown}`)
  }
  const relation = 'relation' in field ? field.relation : undefined
  if (more.length > 0 && relation) {
    const inner = leaf(db, relation, more.join('.'), operator, value, context)
    return (row) => linked(db, model, row, name).some((id) => inner(db.get(relation, id)))
  }
  const compare = comparison(operator, value)
  if (relation) {
    const byName = typeof value === 'string'
    return (row) => {
      const ids = linked(db, model, row, name)
      const values: Value[] = byName
        ? ids.map((id) => db.value(relation, db.get(relation, id), 'display_name'))
        : ids
      return negative(operator) || ids.length === 0
        ? values.every(compare) && (ids.length > 0 || compare(false))
        : values.some(compare)
    }
  }
  return (row) => compare(name === 'id' ? row.id : db.value(model, row, name, context))
}

function negative(operator: string): boolean {
  return operator === '!=' || operator.startsWith('not ')
}

function linked(db: Db, model: string, row: Stored, name: string): number[] {
  const value = db.value(model, row, name)
  if (Array.isArray(value)) return value
  return typeof value === 'number' ? [value] : []
}

function comparison(operator: string, value: unknown): (held: Value) => boolean {
  const equals = (wanted: unknown) => (held: Value) => same(held, wanted)
  const order = (accepts: (sign: number) => boolean) => (held: Value) => {
    const sign = compared(held, value)
    return sign !== null && accepts(sign)
  }
  const list = Array.isArray(value) ? value : [value]
  const tests: Record<string, (held: Value) => boolean> = {
    '=': equals(value),
    '!=': (held) => !same(held, value),
    '<>': (held) => !same(held, value),
    in: (held) => list.some((wanted) => same(held, wanted)),
    'not in': (held) => !list.some((wanted) => same(held, wanted)),
    '>': order((sign) => sign > 0),
    '>=': order((sign) => sign >= 0),
    '<': order((sign) => sign < 0),
    '<=': order((sign) => sign <= 0),
    like: pattern(`%${String(value)}%`, ''),
    ilike: pattern(`%${String(value)}%`, 'i'),
    'not ilike': (held) => !pattern(`%${String(value)}%`, 'i')(held),
    '=like': pattern(String(value), ''),
    '=ilike': pattern(String(value), 'i'),
  }
  const test = tests[operator]
  if (!test) throw new Raise('builtins.ValueError', `Invalid operator ${operator}`)
  return test
}

function same(held: Value, wanted: unknown): boolean {
  if (wanted === null || wanted === false) return held === false || held === '' || held === 0
  const number = wanted instanceof Float || typeof wanted === 'number' ? numeric(wanted) : null
  if (number !== null && typeof held !== 'boolean' && !Array.isArray(held)) {
    const own = numeric(held)
    return own !== null && new Big(own).eq(number)
  }
  return held === wanted
}

/** Below zero, zero or above; null where one side is empty, which no comparison matches. */
function compared(held: Value, wanted: unknown): number | null {
  if (held === false || wanted === false || wanted === null || Array.isArray(held)) return null
  const number = wanted instanceof Float || typeof wanted === 'number' ? numeric(wanted) : null
  const own = number === null ? null : numeric(held)
  if (number !== null && own !== null) return new Big(own).cmp(number)
  const text = String(wanted)
  return String(held) === text ? 0 : String(held) < text ? -1 : 1
}

/** SQL's LIKE: % and _ are wild unless a backslash stands before them. */
function pattern(text: string, flags: string): (held: Value) => boolean {
  const source = text.replace(
    /\\(.)|%|_|([.*+?^${}()|[\]\\])/gs,
    (all, escaped?: string, special?: string) => {
      if (escaped !== undefined) return escaped.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
      if (special !== undefined) return `\\${special}`
      return all === '%' ? '.*' : '.'
    },
  )
  const expression = new RegExp(`^${source}$`, `s${flags}`)
  return (held) => typeof held === 'string' && expression.test(held)
}
