import Big from 'big.js'
import { Num, type Row } from '../../exact.ts'
import { filterOf as parsed, unquoted } from '../../odatafilter.ts'
import { Refusal } from '../../refusal.ts'

/** Codes: kept in upper case, compared without case. */
const CODES =
  /^(number|externalDocumentNumber|code|orderNumber|customerNumber|No|Source_No|Asset_No|itemNo|locationCode)$/
const TIMES = /DateTime$/

function bad(message: string): Refusal {
  return new Refusal(400, 'BadRequest', message)
}

function compare(field: string, value: unknown, literal: string): number {
  if (value instanceof Num) return value.big.cmp(new Big(literal))
  if (typeof value === 'boolean') return value === (literal === 'true') ? 0 : 1
  const wanted = unquoted(literal)
  if (TIMES.test(field)) return Date.parse(String(value)) - Date.parse(wanted)
  if (!literal.startsWith("'") && !/^([0-9a-f-]{36}|\d{4}-\d\d-\d\d)$/i.test(literal))
    throw bad(`The literal '${literal}' is no value of '${field}'.`)
  const [a, b] = CODES.test(field)
    ? [String(value).toUpperCase(), wanted.toUpperCase()]
    : [String(value), wanted]
  return a === b ? 0 : a < b ? -1 : 1
}

/**
 * The condition of a $filter over rows with these fields; a Refusal for what the server would not read, such as "or"
 * over different fields (.../dev-itpro/webservices/odata-known-limitations).
 */
export function filterOf(text: string, known: Set<string>): (row: Row) => boolean {
  return parsed<Row>(text, {
    version: 4,
    refuse: bad,
    field(name) {
      if (!known.has(name)) throw bad(`Could not find a property named '${name}'.`)
    },
    compare: (field, literal) => (row) => compare(field, row[field], literal),
    either(fields) {
      if (fields.size > 1)
        throw bad("The 'OR' operator is not supported on distinct fields on an OData filter.")
    },
  })
}
