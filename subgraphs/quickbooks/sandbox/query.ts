import Big from 'big.js'
import { Num, type Row } from '../../exact.ts'
import { FILTERABLE } from './fields.ts'
import { Refusal, rowOf } from './rows.ts'

const MAX = 1_000
const TOKEN = /\s*(?:('(?:[^'\\]|\\.)*')|([(),*])|(<=|>=|=|<|>)|([\w.-]+))/gsy
const LISTS = new Set(['Item', 'Customer', 'Term', 'PaymentMethod', 'TaxCode'])

interface Condition {
  property: string
  operator: string
  values: string[]
}

function broken(near: string): never {
  const detail = `QueryParserError: Encountered " <UNKNOWN> "${near.slice(0, 40)}"`
  throw new Refusal('4000', 'Error parsing query', detail)
}

/** The words of a query one after the other. */
class Words {
  readonly #all: string[]
  #at = 0

  constructor(text: string) {
    const end = text.trimEnd().length
    TOKEN.lastIndex = 0
    this.#all = []
    while (TOKEN.lastIndex < end) {
      const at = TOKEN.lastIndex
      const found = TOKEN.exec(text)
      if (!found) broken(text.slice(at))
      this.#all.push(found[0].trim())
    }
  }

  get next(): string | undefined {
    return this.#all[this.#at]
  }

  take(): string {
    return this.#all[this.#at++] ?? broken('<EOF>')
  }

  /** Takes a keyword if it comes next. */
  has(word: string): boolean {
    const here = this.next?.toLowerCase() === word
    if (here) this.#at += 1
    return here
  }

  must(word: string): void {
    if (!this.has(word)) broken(this.next ?? '<EOF>')
  }
}

function value(word: string): string {
  if (word.startsWith("'")) return word.slice(1, -1).replaceAll(/\\(.)/gs, '$1')
  return /^(-?\d+(\.\d+)?|true|false)$/i.test(word) ? word : broken(word)
}

function known(entity: string, property: string): string {
  const all = [...(FILTERABLE[entity] ?? []), 'Id', 'MetaData.CreateTime', 'MetaData.LastUpdatedTime']
  const found = all.find((one) => one.toLowerCase() === property.toLowerCase())
  if (found) return found
  const detail = `QueryValidationError: Property ${property} not found for Entity ${entity}`
  throw new Refusal('4001', 'Invalid query', detail)
}

function condition(words: Words, entity: string): Condition {
  const property = known(entity, words.take())
  const operator = words.take().toLowerCase()
  if (operator !== 'in') {
    if (!/^(=|<|>|<=|>=|like)$/.test(operator)) broken(operator)
    return { property, operator, values: [value(words.take())] }
  }
  words.must('(')
  const values = [value(words.take())]
  while (words.has(',')) values.push(value(words.take()))
  words.must(')')
  return { property, operator, values }
}

/** What stands at a property: text, or a number as its text; null where there is nothing. */
function at(row: Row, property: string): string | null {
  const found = property.split('.').reduce<unknown>((part, name) => rowOf(part)[name], row)
  const inner =
    property === 'PrimaryEmailAddr'
      ? rowOf(found).Address
      : property.endsWith('Ref')
        ? rowOf(found).value
        : found
  if (inner instanceof Num) return inner.text
  return typeof inner === 'string' ? inner : typeof inner === 'boolean' ? String(inner) : null
}

function compare(one: string, other: string, property: string): number {
  if (property.startsWith('MetaData')) return Date.parse(one) - Date.parse(other)
  const numeric = property === 'Id' || /Balance|Amt|Price/.test(property)
  if (numeric && /^-?\d+(\.\d+)?$/.test(one) && /^-?\d+(\.\d+)?$/.test(other))
    return property === 'Id' ? Number(one) - Number(other) : new Big(one).cmp(other)
  const [a, b] = [one.toLowerCase(), other.toLowerCase()]
  return a < b ? -1 : a > b ? 1 : 0
}

/** The test of a condition; IN is a look-up, for there may be hundreds of values. */
function testOf({ property, operator, values }: Condition): (row: Row) => boolean {
  const [first = ''] = values
  if (operator === 'in' || (operator === '=' && !property.startsWith('MetaData'))) {
    const set = new Set(values.map((one) => one.toLowerCase()))
    return (row) => set.has(at(row, property)?.toLowerCase() ?? '\0')
  }
  if (operator === 'like') {
    const source = first.split('%').map((part) => part.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&'))
    const pattern = new RegExp(`^${source.join('.*')}$`, 'isu')
    return (row) => pattern.test(at(row, property) ?? '')
  }
  return (row) => {
    const found = at(row, property)
    if (found === null) return false
    const order = compare(found, first, property)
    return operator === '<'
      ? order < 0
      : operator === '>'
        ? order > 0
        : operator === '<='
          ? order <= 0
          : operator === '>='
            ? order >= 0
            : order === 0
  }
}

function count(words: Words, word: string, least: number, otherwise: number): number {
  if (!words.has(word)) return otherwise
  const text = words.take()
  if (!/^\d+$/.test(text) || Number(text) < least) broken(text)
  return Number(text)
}

/** Runs a query over the rows of a company: the `QueryResponse` of its answer. */
export function runQuery(text: string, tables: Map<string, Map<string, Row>>): object {
  const words = new Words(text)
  words.must('select')
  const counted = words.has('count')
  if (counted) words.must('(')
  words.must('*')
  if (counted) words.must(')')
  words.must('from')
  const entity = words.take()
  const table = Object.hasOwn(FILTERABLE, entity) ? tables.get(entity) : undefined
  if (!table) throw new Refusal('4001', 'Invalid query', `QueryValidationError: Entity ${entity} is unknown`)
  const conditions: Condition[] = []
  if (words.has('where')) {
    do conditions.push(condition(words, entity))
    while (words.has('and'))
  }
  const order = words.has('orderby') ? known(entity, words.take()) : 'Id'
  const down = words.has('desc')
  if (!down) words.has('asc')
  const from = count(words, 'startposition', 1, 1)
  const max = count(words, 'maxresults', 1, 100)
  if (max > MAX)
    throw new Refusal('4001', 'Invalid query', `QueryValidationError: maxresults is above ${MAX}`)
  if (words.next !== undefined) broken(words.next)
  const silent = LISTS.has(entity) && !conditions.some(({ property }) => property === 'Active')
  const tests = conditions.map(testOf)
  const rows = [...table.values()].filter(
    (row) => !(silent && row.Active === false) && tests.every((test) => test(row)),
  )
  if (counted) return { totalCount: rows.length }
  const sign = down ? -1 : 1
  rows.sort((a, b) => sign * compare(at(a, order) ?? '', at(b, order) ?? '', order))
  const page = rows.slice(from - 1, from - 1 + max)
  return page.length === 0 ? {} : { [entity]: page, startPosition: from, maxResults: page.length }
}
