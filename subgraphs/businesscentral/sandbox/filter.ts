import Big from 'big.js'
import { Refusal } from './answers.ts'
import { Num, type Row } from './values.ts'

/** A parsed condition: what it says about a row, and which fields it names. */
interface Condition {
  fields: Set<string>
  holds(row: Row): boolean
}

const TOKEN = /\s*('(?:[^']|'')*'|[(),]|[^\s(),']+)/y
/** Codes: kept in upper case, compared without case. */
const CODES =
  /^(number|externalDocumentNumber|code|orderNumber|customerNumber|No|Source_No|Asset_No|itemNo|locationCode)$/
const TIMES = /DateTime$/

function bad(message: string): Refusal {
  return new Refusal(400, 'BadRequest', message)
}

function tokensOf(text: string): string[] {
  const tokens: string[] = []
  TOKEN.lastIndex = 0
  while (TOKEN.lastIndex < text.trimEnd().length) {
    const [, token] = TOKEN.exec(text) ?? []
    if (token === undefined) throw bad(`There is an unterminated string literal in '${text}'.`)
    tokens.push(token)
  }
  return tokens
}

function compare(field: string, value: unknown, literal: string): number {
  if (value instanceof Num) return value.big.cmp(new Big(literal))
  if (typeof value === 'boolean') return value === (literal === 'true') ? 0 : 1
  const quoted = literal.startsWith("'")
  const wanted = quoted ? literal.slice(1, -1).replaceAll("''", "'") : literal
  if (TIMES.test(field)) return Date.parse(String(value)) - Date.parse(wanted)
  if (!quoted && !/^([0-9a-f-]{36}|\d{4}-\d\d-\d\d)$/i.test(literal))
    throw bad(`The literal '${literal}' is no value of '${field}'.`)
  const [a, b] = CODES.test(field)
    ? [String(value).toUpperCase(), wanted.toUpperCase()]
    : [String(value), wanted]
  return a === b ? 0 : a < b ? -1 : 1
}

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
  startswith: (value, part) => value.startsWith(part),
  endswith: (value, part) => value.endsWith(part),
}

class Parser {
  readonly #tokens: string[]
  readonly #known: Set<string>
  #at = 0

  constructor(text: string, known: Set<string>) {
    this.#tokens = tokensOf(text)
    this.#known = known
  }

  whole(): Condition {
    const condition = this.#or()
    if (this.#at < this.#tokens.length) throw bad(`Syntax error at '${this.#tokens[this.#at]}'.`)
    return condition
  }

  #or(): Condition {
    let left = this.#and()
    while (this.#take('or')) {
      const [a, b] = [left, this.#and()]
      const fields = new Set([...a.fields, ...b.fields])
      if (fields.size > 1)
        throw bad("The 'OR' operator is not supported on distinct fields on an OData filter.")
      left = { fields, holds: (row) => a.holds(row) || b.holds(row) }
    }
    return left
  }

  #and(): Condition {
    let left = this.#term()
    while (this.#take('and')) {
      const [a, b] = [left, this.#term()]
      left = { fields: new Set([...a.fields, ...b.fields]), holds: (row) => a.holds(row) && b.holds(row) }
    }
    return left
  }

  #term(): Condition {
    if (this.#take('(')) {
      const inner = this.#or()
      this.#must(')')
      return inner
    }
    const name = this.#next()
    const call = FUNCTIONS[name]
    if (call) return this.#call(call)
    const field = this.#field(name)
    const operator = OPERATORS[this.#next()]
    if (!operator) throw bad(`Syntax error behind '${name}'.`)
    const literal = this.#next()
    return { fields: new Set([field]), holds: (row) => operator(compare(field, row[field], literal)) }
  }

  #call(call: (value: string, part: string) => boolean): Condition {
    this.#must('(')
    const field = this.#field(this.#next())
    this.#must(',')
    const part = this.#next().slice(1, -1).replaceAll("''", "'")
    this.#must(')')
    return { fields: new Set([field]), holds: (row) => call(String(row[field]), part) }
  }

  #field(name: string): string {
    if (this.#known.has(name)) return name
    throw bad(`Could not find a property named '${name}'.`)
  }

  #next(): string {
    const token = this.#tokens[this.#at++]
    if (token === undefined) throw bad('The filter ends too early.')
    return token
  }

  #take(token: string): boolean {
    if (this.#tokens[this.#at] !== token) return false
    this.#at += 1
    return true
  }

  #must(token: string): void {
    if (!this.#take(token)) throw bad(`'${token}' is missing.`)
  }
}

/** The condition of a $filter over rows with these fields; a Refusal for what the server would not read. */
export function filterOf(text: string, known: Set<string>): (row: Row) => boolean {
  return new Parser(text, known).whole().holds
}
