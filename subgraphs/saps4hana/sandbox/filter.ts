import Big from 'big.js'
import { milliseconds } from '../../odata2.ts'
import { unreadable } from './answers.ts'
import { type Entity, type Field, type Row, bare } from './types.ts'

/** A condition, and for "field eq value" its parts, so that many of them become one look into a set. */
interface Condition {
  holds(row: Row): boolean
  equal?: { name: string; keys: Set<string> }
}

const TOKEN = /\s*((?:datetimeoffset|datetime|guid|time)?'(?:[^']|'')*'|[(),]|[^\s(),']+)/y
const OPERATORS: Record<string, (order: number) => boolean> = {
  eq: (order) => order === 0,
  ne: (order) => order !== 0,
  gt: (order) => order > 0,
  ge: (order) => order >= 0,
  lt: (order) => order < 0,
  le: (order) => order <= 0,
}
const FUNCTIONS: Record<string, (value: string, part: string) => boolean> = {
  substringof: (value, part) => value.includes(part),
  startswith: (value, part) => value.startsWith(part),
  endswith: (value, part) => value.endsWith(part),
}

function tokensOf(text: string): string[] {
  const tokens: string[] = []
  const end = text.trimEnd().length
  TOKEN.lastIndex = 0
  while (TOKEN.lastIndex < end) {
    const [, token] = TOKEN.exec(text) ?? []
    if (token === undefined) throw unreadable(`Invalid token detected in the filter '${text}'`)
    tokens.push(token)
  }
  return tokens
}

/** What numbers and texts are ordered by. */
function sortable(value: string): string {
  return /^\d+$/.test(value) ? bare(value).padStart(40, '0') : value
}

function textOf(literal: string, name: string): string {
  if (!literal.startsWith("'")) throw unreadable(`Invalid literal '${literal}' for property '${name}'`)
  return literal.slice(1, -1).replaceAll("''", "'")
}

function moment(literal: string, prefix: string): number {
  const [, kind, text = ''] = /^(datetimeoffset|datetime)'(.*)'$/.exec(literal) ?? []
  const ms = kind === prefix ? Date.parse(/Z$|[+-]\d\d:\d\d$/.test(text) ? text : `${text}Z`) : NaN
  if (Number.isNaN(ms)) throw unreadable(`Invalid literal '${literal}'; ${prefix}'…' is expected`)
  return ms
}

/** Compares with a literal that is read once; rows without a value are below everything. */
function comparison({ kind }: Field, name: string, literal: string): (row: Row) => number {
  if (kind === 'd') {
    const wanted = new Big(literal.replace(/[MD]$/i, ''))
    return (row) => new Big(String(row[name])).cmp(wanted)
  }
  if (kind === 'b') return (row) => (String(row[name]) === literal ? 0 : 1)
  if (kind === 't' || kind === 'i') {
    const wanted = moment(literal, kind === 't' ? 'datetime' : 'datetimeoffset')
    return (row) => (milliseconds(String(row[name])) ?? -Infinity) - wanted
  }
  const wanted = kind === 'a' ? sortable(textOf(literal, name)) : textOf(literal, name)
  return (row) => {
    const value = kind === 'a' ? sortable(String(row[name])) : String(row[name])
    return value === wanted ? 0 : value < wanted ? -1 : 1
  }
}

class Parser {
  readonly #tokens: string[]
  readonly #entity: Entity
  #at = 0

  constructor(text: string, entity: Entity) {
    this.#tokens = tokensOf(text)
    this.#entity = entity
  }

  whole(): Condition {
    const condition = this.#or()
    if (this.#at < this.#tokens.length)
      throw unreadable(`Invalid token '${this.#tokens[this.#at]}' in the filter`)
    return condition
  }

  #or(): Condition {
    let left = this.#and()
    while (this.#take('or')) {
      const [a, b] = [left, this.#and()]
      if (a.equal && b.equal?.name === a.equal.name) {
        for (const key of b.equal.keys) a.equal.keys.add(key)
        continue
      }
      left = { holds: (row) => a.holds(row) || b.holds(row) }
    }
    return left
  }

  #and(): Condition {
    let left = this.#term()
    while (this.#take('and')) {
      const [a, b] = [left, this.#term()]
      left = { holds: (row) => a.holds(row) && b.holds(row) }
    }
    return left
  }

  #term(): Condition {
    if (this.#take('(')) {
      const inner = this.#or()
      this.#must(')')
      return { holds: (row) => inner.holds(row), ...(inner.equal && { equal: inner.equal }) }
    }
    const name = this.#next()
    const call = FUNCTIONS[name]
    if (call) return this.#call(name, call)
    const field = this.#field(name)
    const operator = this.#next()
    const test = OPERATORS[operator]
    if (!test) throw unreadable(`Operator or function '${operator}' is not supported`)
    const literal = this.#next()
    if (operator === 'eq' && (field.kind === 'a' || field.kind === 's')) {
      const same = field.kind === 'a' ? sortable : (value: string) => value
      const keys = new Set([same(textOf(literal, name))])
      return { holds: (row) => keys.has(same(String(row[name]))), equal: { name, keys } }
    }
    const compare = comparison(field, name, literal)
    return { holds: (row) => test(compare(row)) }
  }

  #call(name: string, call: (value: string, part: string) => boolean): Condition {
    this.#must('(')
    const first = this.#next()
    this.#must(',')
    const second = this.#next()
    this.#must(')')
    // The text comes first in one of them and last in the others.
    const [field, literal] = name === 'substringof' ? [second, first] : [first, second]
    this.#field(field)
    const part = textOf(literal, field)
    return { holds: (row) => call(String(row[field]), part) }
  }

  #field(name: string): Field {
    const field = this.#entity.fields.get(name)
    if (!field) throw unreadable(`Property ${name} not found in type ${this.#entity.set}Type`)
    return field
  }

  #next(): string {
    const token = this.#tokens[this.#at++]
    if (token === undefined) throw unreadable('The filter ends too early')
    return token
  }

  #take(token: string): boolean {
    if (this.#tokens[this.#at] !== token) return false
    this.#at += 1
    return true
  }

  #must(token: string): void {
    if (!this.#take(token)) throw unreadable(`'${token}' is missing in the filter`)
  }
}

/** The condition of a $filter; refused for what the gateway would not read. */
export function filterOf(text: string, entity: Entity): (row: Row) => boolean {
  return new Parser(text, entity).whole().holds
}

/** Orders rows as $orderby says; refused for unknown fields. */
export function orderOf(text: string, entity: Entity): (one: Row, other: Row) => number {
  const parts = text.split(',').map((part) => {
    const [name = '', direction = 'asc'] = part.trim().split(/\s+/)
    const field = entity.fields.get(name)
    if (!field) throw unreadable(`Property ${name} not found in type ${entity.set}Type`)
    return { name, field, sign: direction === 'desc' ? -1 : 1 }
  })
  return (one, other) => {
    for (const { name, field, sign } of parts) {
      const [a, b] = [rank(one[name], field), rank(other[name], field)]
      if (a !== b) return (a < b ? -1 : 1) * sign
    }
    return 0
  }
}

function rank(value: Row[string] | undefined, { kind }: Field): string | number {
  const text = String(value ?? '')
  if (kind === 't' || kind === 'i') return milliseconds(text) ?? -Infinity
  return kind === 'a' ? sortable(text) : text
}
