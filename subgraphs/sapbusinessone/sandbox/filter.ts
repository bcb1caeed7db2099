import Big from 'big.js'
import { Refusal } from './answers.ts'
import { Num, type Row } from './values.ts'

type Condition = (row: Row) => boolean

const TOKEN = /\s*('(?:[^']|'')*'|[(),]|[^\s(),']+)/y
const DATE = /^\d{4}-\d\d-\d\dT00:00:00Z$/
/** Values as the database keeps them; a filter takes both. */
const STORED: Record<string, string> = {
  Y: 'tYES',
  N: 'tNO',
  C: 'cCustomer',
  S: 'cSupplier',
  L: 'cLid',
  O: 'bost_Open',
}
const ENUM = /^(t(YES|NO)|c[A-Z]\w+|bost_\w+)$/

function bad(message: string): Refusal {
  return new Refusal(400, '-1000', message)
}

function tokensOf(text: string): string[] {
  const tokens: string[] = []
  TOKEN.lastIndex = 0
  while (TOKEN.lastIndex < text.trimEnd().length) {
    const [, token] = TOKEN.exec(text) ?? []
    if (token === undefined) throw bad('Invalid query option: unterminated string literal')
    tokens.push(token)
  }
  return tokens
}

function valueOf(literal: string): string {
  return literal.startsWith("'") ? literal.slice(1, -1).replaceAll("''", "'") : literal
}

/** Below, at or above; NaN where they cannot be compared. The time of a date does not count. */
function compare(value: unknown, literal: string): number {
  if (literal === 'null') return value === null ? 0 : NaN
  if (value === null || value === undefined) return NaN
  const wanted = valueOf(literal)
  if (value instanceof Num) {
    if (!/^-?\d+(\.\d+)?$/.test(wanted)) throw bad(`Invalid query option: '${literal}' is no number`)
    return value.big.cmp(new Big(wanted))
  }
  if (!literal.startsWith("'")) throw bad(`Invalid query option: '${literal}'`)
  const text = String(value)
  if (DATE.test(text)) {
    const day = wanted.replaceAll('-', '').slice(0, 8)
    if (!/^\d{8}$/.test(day)) throw bad(`Invalid date value: ${wanted}`)
    return Number(text.slice(0, 10).replaceAll('-', '')) - Number(day)
  }
  const meant = ENUM.test(text) ? (STORED[wanted] ?? wanted) : wanted
  return text === meant ? 0 : text < meant ? -1 : 1
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

/** The grammar of the server: no arithmetic, no "in", no lambdas, no other functions. */
class Parser {
  readonly #tokens: string[]
  readonly #entity: string
  readonly #known: (field: string) => boolean
  #at = 0

  constructor(text: string, entity: string, known: (field: string) => boolean) {
    this.#tokens = tokensOf(text)
    this.#entity = entity
    this.#known = known
  }

  whole(): Condition {
    const condition = this.#or()
    if (this.#at < this.#tokens.length) throw bad(`Invalid query option near '${this.#tokens[this.#at]}'`)
    return condition
  }

  #or(): Condition {
    const any = [this.#and()]
    while (this.#take('or')) any.push(this.#and())
    return (row) => any.some((one) => one(row))
  }

  #and(): Condition {
    const all = [this.#term()]
    while (this.#take('and')) all.push(this.#term())
    return (row) => all.every((one) => one(row))
  }

  #term(): Condition {
    if (this.#take('not')) {
      const inner = this.#term()
      return (row) => !inner(row)
    }
    if (this.#take('(')) {
      const inner = this.#or()
      this.#must(')')
      return inner
    }
    const name = this.#next()
    const call = Object.hasOwn(FUNCTIONS, name) ? FUNCTIONS[name] : undefined
    if (call) return this.#call(call)
    const field = this.#field(name)
    const word = this.#next()
    const operator = Object.hasOwn(OPERATORS, word) ? OPERATORS[word] : undefined
    if (!operator) throw bad(`Invalid query option near '${word}'`)
    const literal = this.#next()
    return (row) => operator(compare(row[field], literal))
  }

  #call(call: (value: string, part: string) => boolean): Condition {
    this.#must('(')
    const field = this.#field(this.#next())
    this.#must(',')
    const part = valueOf(this.#next())
    this.#must(')')
    return (row) => row[field] !== null && call(String(row[field]), part)
  }

  #field(name: string): string {
    if (this.#known(name)) return name
    throw bad(`Property '${name}' of '${this.#entity}' is invalid`)
  }

  #next(): string {
    const token = this.#tokens[this.#at++]
    if (token === undefined) throw bad('Invalid query option: the filter ends too early')
    return token
  }

  #take(token: string): boolean {
    if (this.#tokens[this.#at] !== token) return false
    this.#at += 1
    return true
  }

  #must(token: string): void {
    if (!this.#take(token)) throw bad(`Invalid query option: '${token}' is missing`)
  }
}

/** The condition of a $filter; a Refusal for what the server would not read. */
export function filterOf(text: string, entity: string, known: (field: string) => boolean): Condition {
  return new Parser(text, entity, known).whole()
}

const ONE_KEY = /(?:^|[(]|\sor\s)\s*(\w+) eq ('(?:[^']|'')*'|-?\d+)/g

/** The values that a filter of the form "(Key eq a or Key eq b …)" asks for; null where it is another. */
export function keysOf(text: string, key: string): string[] | null {
  const rest = text.replace(ONE_KEY, '').replace(/[\s)]/g, '')
  const found = [...text.matchAll(ONE_KEY)]
  if (rest !== '' || found.length === 0 || found.some(([, field]) => field !== key)) return null
  return found.map(([, , literal = '']) => valueOf(literal))
}
