import Big from 'big.js'
import { Num, type Row } from '../../exact.ts'
import { filterOf as parsed, unquoted } from '../../odatafilter.ts'
import { Refusal } from '../../refusal.ts'

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
  return new Refusal(400, '-1000', `Invalid query option: ${message}`)
}

/** Below, at or above; NaN where they cannot be compared. The time of a date does not count. */
function compare(value: unknown, literal: string): number {
  if (literal === 'null') return value === null ? 0 : NaN
  if (value === null || value === undefined) return NaN
  const wanted = unquoted(literal)
  if (value instanceof Num) {
    if (!/^-?\d+(\.\d+)?$/.test(wanted)) throw bad(`'${literal}' is no number`)
    return value.big.cmp(new Big(wanted))
  }
  if (!literal.startsWith("'")) throw bad(`'${literal}'`)
  const text = String(value)
  if (DATE.test(text)) {
    const day = wanted.replaceAll('-', '').slice(0, 8)
    if (!/^\d{8}$/.test(day)) throw new Refusal(400, '-1000', `Invalid date value: ${wanted}`)
    return Number(text.slice(0, 10).replaceAll('-', '')) - Number(day)
  }
  const meant = ENUM.test(text) ? (STORED[wanted] ?? wanted) : wanted
  return text === meant ? 0 : text < meant ? -1 : 1
}

/** The condition of a $filter; a Refusal for what the server would not read. */
export function filterOf(
  text: string,
  entity: string,
  known: (field: string) => boolean,
): (row: Row) => boolean {
  return parsed<Row>(text, {
    version: 4,
    not: true,
    refuse: bad,
    field(name) {
      if (!known(name)) throw new Refusal(400, '-1000', `Property '${name}' of '${entity}' is invalid`)
    },
    compare: (field, literal) => (row) => compare(row[field], literal),
  })
}

const ONE_KEY = /(?:^|[(]|\sor\s)\s*(\w+) eq ('(?:[^']|'')*'|-?\d+)/g

/** The values that a filter of the form "(Key eq a or Key eq b …)" asks for; null where it is another. */
export function keysOf(text: string, key: string): string[] | null {
  const rest = text.replace(ONE_KEY, '').replace(/[\s)]/g, '')
  const found = [...text.matchAll(ONE_KEY)]
  if (rest !== '' || found.length === 0 || found.some(([, field]) => field !== key)) return null
  return found.map(([, , literal = '']) => unquoted(literal))
}
