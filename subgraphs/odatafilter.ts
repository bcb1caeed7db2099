import type { Row } from './exact.ts'

/** A condition: whether a row fits, and which fields it names. */
interface Condition<R> {
  fields: Set<string>
  holds(row: R): boolean
  /** For "field eq value" its parts, so that many of them become one look into a set. */
  equal?: { field: string; keys: Set<string> }
}

/** How the server behind a sandbox reads a $filter. */
export interface Dialect<R extends Row> {
  /** In version 2 the part of a text is looked for with `substringof(part,field)`, later with `contains(field,part)`. */
  version: 2 | 4
  /** Whether "not" is understood. */
  not?: true
  /** Throws for a field that there is not. */
  field(name: string): void
  /** Reads a literal once: below, at or above it; NaN where a row cannot be compared. */
  compare(field: string, literal: string): (row: R) => number
  /** For fields that are equal by text alone: how both sides are compared. */
  key?(field: string): ((value: string) => string) | null
  /** Throws where conditions over these fields must not be joined by "or". */
  either?(fields: Set<string>): void
  /** What the server says to a filter that it cannot read. */
  refuse(message: string): Error
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
  contains: (value, part) => value.includes(part),
  substringof: (value, part) => value.includes(part),
  startswith: (value, part) => value.startsWith(part),
  endswith: (value, part) => value.endsWith(part),
}

/** The text in a literal, its quotes taken away; the literal itself where it has none. */
export function unquoted(literal: string): string {
  return literal.startsWith("'") ? literal.slice(1, -1).replaceAll("''", "'") : literal
}

function tokensOf<R extends Row>(text: string, { refuse }: Dialect<R>): string[] {
  const tokens: string[] = []
  const end = text.trimEnd().length
  TOKEN.lastIndex = 0
  while (TOKEN.lastIndex < end) {
    const [, token] = TOKEN.exec(text) ?? []
    if (token === undefined) throw refuse(`There is an unterminated string literal in '${text}'.`)
    tokens.push(token)
  }
  return tokens
}

/** The grammar that the servers share: no arithmetic, no "in", no lambdas, no other functions. */
class Parser<R extends Row> {
  readonly #tokens: string[]
  readonly #dialect: Dialect<R>
  #at = 0

  constructor(text: string, dialect: Dialect<R>) {
    this.#tokens = tokensOf(text, dialect)
    this.#dialect = dialect
  }

  whole(): Condition<R> {
    const condition = this.#or()
    if (this.#at < this.#tokens.length)
      throw this.#dialect.refuse(`Syntax error at '${this.#tokens[this.#at]}'.`)
    return condition
  }

  #or(): Condition<R> {
    let left = this.#and()
    while (this.#take('or')) {
      const [a, b] = [left, this.#and()]
      if (a.equal && b.equal?.field === a.equal.field) {
        for (const key of b.equal.keys) a.equal.keys.add(key)
        continue
      }
      const fields = new Set([...a.fields, ...b.fields])
      this.#dialect.either?.(fields)
      left = { fields, holds: (row) => a.holds(row) || b.holds(row) }
    }
    return left
  }

  #and(): Condition<R> {
    let left = this.#term()
    while (this.#take('and')) {
      const [a, b] = [left, this.#term()]
      left = { fields: new Set([...a.fields, ...b.fields]), holds: (row) => a.holds(row) && b.holds(row) }
    }
    return left
  }

  #term(): Condition<R> {
    if (this.#dialect.not && this.#take('not')) {
      const inner = this.#term()
      return { fields: inner.fields, holds: (row) => !inner.holds(row) }
    }
    if (this.#take('(')) {
      const inner = this.#or()
      this.#must(')')
      return inner
    }
    const name = this.#next()
    if (name !== (this.#dialect.version === 2 ? 'contains' : 'substringof') && Object.hasOwn(FUNCTIONS, name))
      return this.#call(name)
    this.#dialect.field(name)
    const operator = this.#next()
    return this.#comparison(name, operator, this.#next())
  }

  #comparison(field: string, operator: string, literal: string): Condition<R> {
    const test = Object.hasOwn(OPERATORS, operator) ? OPERATORS[operator] : undefined
    if (!test) throw this.#dialect.refuse(`Operator or function '${operator}' is not supported.`)
    const fields = new Set([field])
    const same = operator === 'eq' ? this.#dialect.key?.(field) : null
    const compare = this.#dialect.compare(field, literal)
    if (!same) return { fields, holds: (row) => test(compare(row)) }
    const keys = new Set([same(unquoted(literal))])
    return { fields, equal: { field, keys }, holds: (row) => keys.has(same(String(row[field]))) }
  }

  #call(name: string): Condition<R> {
    this.#must('(')
    const first = this.#next()
    this.#must(',')
    const second = this.#next()
    this.#must(')')
    const [field, literal] = name === 'substringof' ? [second, first] : [first, second]
    this.#dialect.field(field)
    if (!literal.startsWith("'"))
      throw this.#dialect.refuse(`Invalid literal '${literal}' for property '${field}'.`)
    const [call, part] = [FUNCTIONS[name], unquoted(literal)]
    const holds = (value: unknown) => value !== null && call?.(String(value), part) === true
    return { fields: new Set([field]), holds: (row) => holds(row[field]) }
  }

  #next(): string {
    const token = this.#tokens[this.#at++]
    if (token === undefined) throw this.#dialect.refuse('The filter ends too early.')
    return token
  }

  #take(token: string): boolean {
    if (this.#tokens[this.#at] !== token) return false
    this.#at += 1
    return true
  }

  #must(token: string): void {
    if (!this.#take(token)) throw this.#dialect.refuse(`'${token}' is missing.`)
  }
}

/** The condition of a $filter over rows, as the server behind a sandbox reads it; its refusal for what it would not. */
export function filterOf<R extends Row>(text: string, dialect: Dialect<R>): (row: R) => boolean {
  return new Parser(text, dialect).whole().holds
}
