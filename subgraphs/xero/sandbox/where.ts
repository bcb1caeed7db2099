import { Answered } from '../../refusal.ts'
import { type Row, exception, textOf } from './answers.ts'

type Test = (row: Row) => boolean

const TOKEN =
  /\s*(?:(?<text>"(?:[^"\\]|\\.)*")|(?<guid>Guid\("[^"]*"\))|(?<date>DateTime\(\d{4},\d{1,2},\d{1,2}\))|(?<sign>==|!=|>=|<=|>|<|&&|\|\||[()])|(?<word>[A-Za-z][\w.]*)|(?<number>-?\d+(?:\.\d+)?))/y

function fail(where: string): never {
  throw new Answered(exception('QueryParseException', `Syntax error in the where clause: ${where}`, 16))
}

interface Token {
  kind: string
  text: string
}

function tokensOf(where: string): Token[] {
  const tokens: Token[] = []
  TOKEN.lastIndex = 0
  while (TOKEN.lastIndex < where.trimEnd().length) {
    const found = TOKEN.exec(where)
    const [kind, text] = Object.entries(found?.groups ?? {}).find(([, part]) => part !== undefined) ?? []
    if (!found || kind === undefined || text === undefined) return fail(where)
    tokens.push({ kind, text })
  }
  return tokens
}

function unquoted(text: string): string {
  return text.slice(1, -1).replace(/\\(.)/g, '$1')
}

function valueAt(row: Row, path: string): unknown {
  return path
    .split('.')
    .reduce<unknown>(
      (part, name) => (part && typeof part === 'object' ? (part as Row)[name] : undefined),
      row,
    )
}

function literalOf({ kind, text }: Token, where: string): unknown {
  if (kind === 'text') return unquoted(text)
  if (kind === 'guid') return text.slice(6, -2).toLowerCase()
  if (kind === 'number') return Number(text)
  if (kind === 'date') {
    const [year = 0, month = 1, day = 1] = text.slice(9, -1).split(',').map(Number)
    return Date.UTC(year, month - 1, day)
  }
  if (kind === 'word' && ['true', 'false', 'null'].includes(text)) return JSON.parse(text)
  return fail(where)
}

function comparable(value: unknown, other: unknown): unknown {
  if (value === undefined) return null
  if (typeof other !== 'number') return value
  const [, ms] = /^\/Date\((-?\d+)/.exec(String(value)) ?? []
  return Number(ms ?? textOf(value))
}

function compare(sign: string, one: unknown, other: unknown): boolean {
  if (sign === '==') return one === other
  if (sign === '!=') return one !== other
  const [a, b] = [one as number, other as number]
  return sign === '>' ? a > b : sign === '<' ? a < b : sign === '>=' ? a >= b : a <= b
}

/** Reads filters as Xero does: double quotes, Guid(), DateTime(), AND or &&, OR or ||. */
class Reader {
  readonly #tokens: Token[]
  readonly #where: string
  #at = 0

  constructor(where: string) {
    this.#where = where
    this.#tokens = tokensOf(where)
  }

  whole(): Test {
    const test = this.#any()
    return this.#at === this.#tokens.length ? test : fail(this.#where)
  }

  #any(): Test {
    const parts = [this.#all()]
    while (this.#take('OR', '||')) parts.push(this.#all())
    return (row) => parts.some((part) => part(row))
  }

  #all(): Test {
    const parts = [this.#one()]
    while (this.#take('AND', '&&')) parts.push(this.#one())
    return (row) => parts.every((part) => part(row))
  }

  #one(): Test {
    if (this.#take('(')) {
      const test = this.#any()
      return this.#take(')') ? test : fail(this.#where)
    }
    const path = this.#next()
    if (path.kind !== 'word') return fail(this.#where)
    if (path.text.endsWith('.Contains')) return this.#contains(path.text.slice(0, -9))
    const sign = this.#next()
    if (!/^(==|!=|[<>]=?)$/.test(sign.text)) return fail(this.#where)
    const wanted = literalOf(this.#next(), this.#where)
    return (row) => compare(sign.text, comparable(valueAt(row, path.text), wanted), wanted)
  }

  #contains(path: string): Test {
    if (!this.#take('(')) return fail(this.#where)
    const text = String(literalOf(this.#next(), this.#where))
    if (!this.#take(')')) return fail(this.#where)
    return (row) => String(valueAt(row, path) ?? '').includes(text)
  }

  #next(): Token {
    const token = this.#tokens[this.#at]
    this.#at += 1
    return token ?? fail(this.#where)
  }

  #take(...texts: string[]): boolean {
    const taken = texts.includes(this.#tokens[this.#at]?.text ?? '')
    if (taken) this.#at += 1
    return taken
  }
}

/** The filter as a test of a row; throws the refusal of Xero for what it cannot read. */
export function testOf(where: string): Test {
  return new Reader(where).whole()
}
