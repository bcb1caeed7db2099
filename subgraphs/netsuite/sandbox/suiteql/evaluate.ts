import Big from 'big.js'
import { SqlError } from './tokens.ts'
import type { Expr, Value } from './tree.ts'

/** A row of a table; lower-case names. */
export type Fields = Record<string, Value>
/** The rows that stand side by side; null for an outer join without a partner. */
export type Env = Record<string, Fields | null>

/** What an expression is evaluated against. */
export interface Scope {
  env: Env
  /** The rows of a group, for SUM. */
  group: Env[] | null
  /** The account's clock. */
  now: Date
  /** The display text of a column (BUILTIN.DF). */
  display: (table: string, column: string, value: Value) => Value
}

/** The value of an expression; null is unknown, as in SQL. */
export function evaluate(expr: Expr, scope: Scope): Value {
  switch (expr.is) {
    case 'value':
      return expr.value
    case 'column':
      return scope.env[expr.table ?? '']?.[expr.name] ?? null
    case 'not':
      return negate(evaluate(expr.of, scope))
    case 'null':
      return (evaluate(expr.of, scope) === null) !== expr.not
    case 'in':
      return contained(expr, scope)
    case 'call':
      return call(expr.name, expr.args, scope)
    case 'binary':
      return binary(expr.op, expr.left, expr.right, scope)
  }
}

function negate(value: Value): Value {
  return value === null ? null : value !== true
}

function contained(expr: Extract<Expr, { is: 'in' }>, scope: Scope): Value {
  const of = evaluate(expr.of, scope)
  if (of === null) return null
  const found = expr.list.some((one) => compare(of, evaluate(one, scope)) === 0)
  return found !== expr.not
}

function binary(op: string, left: Expr, right: Expr, scope: Scope): Value {
  const a = evaluate(left, scope)
  if (op === 'AND' && a === false) return false
  if (op === 'OR' && a === true) return true
  const b = evaluate(right, scope)
  if (op === 'AND') return b === false ? false : a === null || b === null ? null : true
  if (op === 'OR') return b === true ? true : a === null || b === null ? null : false
  if (op === '||') return `${textOf(a) ?? ''}${textOf(b) ?? ''}`
  if (a === null || b === null) return null
  if (op === '+') return numberOf(a).plus(numberOf(b))
  if (op === '-') return numberOf(a).minus(numberOf(b))
  if (op === '*') return numberOf(a).times(numberOf(b))
  if (op === '/') return numberOf(a).div(numberOf(b))
  const order = compare(a, b)
  const holds: Record<string, boolean> = {
    '=': order === 0,
    '<>': order !== 0,
    '<': order < 0,
    '>': order > 0,
    '<=': order <= 0,
    '>=': order >= 0,
  }
  return holds[op] ?? null
}

/** -1, 0 or 1; a text beside a number is read as a number, as Oracle does. NaN where one side is null. */
export function compare(a: Value, b: Value): number {
  if (a === null || b === null) return Number.NaN
  if (a instanceof Date && b instanceof Date) return Math.sign(a.getTime() - b.getTime())
  if (a instanceof Big || b instanceof Big) return numberOf(a).cmp(numberOf(b))
  const [x, y] = [String(a), String(b)]
  return x < y ? -1 : x > y ? 1 : 0
}

/** A value as number; ORA-01722 for a text that is none. */
export function numberOf(value: Value): Big {
  if (value instanceof Big) return value
  if (typeof value === 'string' && /^-?\d+(\.\d+)?$/.test(value.trim())) return new Big(value.trim())
  throw new SqlError('ORA-01722: invalid number')
}

/** A value as it stands in the answer: dates in the display format of the user. */
export function textOf(value: Value): string | null {
  if (value === null) return null
  if (value instanceof Big) return value.toFixed()
  if (value instanceof Date)
    return `${value.getUTCMonth() + 1}/${value.getUTCDate()}/${value.getUTCFullYear()}`
  if (typeof value === 'boolean')
    throw new SqlError('Invalid or unsupported search: a condition is no column.')
  return value
}

const FUNCTIONS: Record<string, (args: Value[]) => Value> = {
  lower: ([text = null]) => textOf(text)?.toLowerCase() ?? null,
  upper: ([text = null]) => textOf(text)?.toUpperCase() ?? null,
  abs: ([number = null]) => (number === null ? null : numberOf(number).abs()),
  nvl: ([value = null, other = null]) => value ?? other,
  instr: ([text = null, part = null]) => {
    const [whole, wanted] = [textOf(text), textOf(part)]
    return whole === null || wanted === null || wanted === '' ? null : new Big(whole.indexOf(wanted) + 1)
  },
  to_char: ([value = null, format = null]) => {
    if (value === null || format === null) return textOf(value)
    if (!(value instanceof Date)) throw new SqlError('ORA-01481: invalid number format model')
    return toChar(value, String(format))
  },
  to_date: ([text = null, format = null]) => (text === null ? null : toDate(String(text), String(format))),
}

function call(name: string, args: Expr[], scope: Scope): Value {
  if (name === 'sysdate') return scope.now
  if (name === 'builtin.df') return displayed(args, scope)
  if (name === 'sum') return sum(args, scope)
  const known = FUNCTIONS[name]
  if (!known) throw new SqlError(`Invalid or unsupported search: unknown function ${name.toUpperCase()}.`)
  return known(args.map((arg) => evaluate(arg, scope)))
}

function displayed(args: Expr[], { env, display }: Scope): Value {
  const [column] = args
  if (column?.is !== 'column' || args.length !== 1) {
    throw new SqlError('Invalid or unsupported search: BUILTIN.DF takes one column.')
  }
  const value = env[column.table ?? '']?.[column.name] ?? null
  return value === null ? null : display(column.table ?? '', column.name, value)
}

function sum([arg]: Expr[], scope: Scope): Value {
  if (!scope.group || !arg) throw new SqlError('ORA-00937: not a single-group group function')
  const values = scope.group
    .map((env) => evaluate(arg, { ...scope, env, group: null }))
    .filter((value) => value !== null)
  return values.length === 0
    ? null
    : values.reduce<Big>((all, value) => all.plus(numberOf(value)), new Big(0))
}

const FIELDS = /"([^"]*)"|YYYY|MM|DD|HH24|MI|SS|[- :/.]|(.)/g
const WIDTHS: Record<string, number> = { YYYY: 4, MM: 2, DD: 2, HH24: 2, MI: 2, SS: 2 }

function toChar(at: Date, format: string): string {
  const iso = at.toISOString()
  const said: Record<string, string> = {
    YYYY: iso.slice(0, 4),
    MM: iso.slice(5, 7),
    DD: iso.slice(8, 10),
    HH24: iso.slice(11, 13),
    MI: iso.slice(14, 16),
    SS: iso.slice(17, 19),
  }
  return format.replace(FIELDS, (whole, quoted: string | undefined, odd: string | undefined) => {
    if (odd !== undefined) throw new SqlError('ORA-01821: date format not recognized')
    return quoted ?? said[whole] ?? whole
  })
}

function toDate(text: string, format: string): Date {
  const found: Record<string, string> = {}
  let at = 0
  for (const [whole, quoted, odd] of format.matchAll(FIELDS)) {
    if (odd !== undefined) throw new SqlError('ORA-01821: date format not recognized')
    const width = WIDTHS[whole] ?? (quoted ?? whole).length
    const piece = text.slice(at, at + width)
    at += width
    if (WIDTHS[whole] && !/^\d+$/.test(piece))
      throw new SqlError('ORA-01861: literal does not match format string')
    found[whole] = piece
  }
  const { YYYY = '', MM = '01', DD = '01', HH24 = '00', MI = '00', SS = '00' } = found
  const date = new Date(`${YYYY}-${MM}-${DD}T${HH24}:${MI}:${SS}Z`)
  if (Number.isNaN(date.getTime()) || at !== text.length) throw new SqlError('ORA-01843: not a valid month')
  return date
}
