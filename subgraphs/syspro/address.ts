import { ErpError } from '../../schema/errors.ts'
import type { Address } from '../../schema/index.ts'
import type { Element } from '../xml.ts'
import type { Config } from './config.ts'
import { text } from './shapes.ts'
import { short } from './words.ts'

type Names = 'SoldToAddr' | 'ShipToAddr' | 'ShipAddress'
const POSTAL: Record<Names, string> = {
  SoldToAddr: 'SoldPostalCode',
  ShipToAddr: 'ShipPostalCode',
  ShipAddress: 'ShipPostalCode',
}
const LINES = [1, 2, 3, 4, 5] as const
const LETTERS = [...'ABCDEFGHIJKLMNOPQRSTUVWXYZ']
let names: Map<string, string> | null = null

const english = new Intl.DisplayNames(['en'], { type: 'region', fallback: 'none' })

/** English country names in lower case -> ISO code; made once, when first needed. */
function countryNames(): Map<string, string> {
  names ??= new Map(
    LETTERS.flatMap((one) =>
      LETTERS.flatMap((other): [string, string][] => {
        const name = english.of(one + other)
        return name === undefined ? [] : [[name.toLowerCase(), one + other]]
      }),
    ),
  )
  return names
}

/** The ISO code of a country that SYSPRO keeps as free text; null where it is none. */
export function countryOf(said: string | null): string | null {
  if (said === null) return null
  const code = said.toUpperCase()
  if (/^[A-Z]{2}$/.test(code) && english.of(code) !== undefined) return code
  return countryNames().get(said.toLowerCase()) ?? null
}

/** The columns of an address of five free lines. */
export function addressColumns(prefix: Names): string[] {
  return [...LINES.map((number) => `${prefix}${number}`), POSTAL[prefix]]
}

/** Five free lines as an address; null where all are blank. */
export function addressOf(
  row: Element,
  prefix: Names,
  config: Config,
  type: Address['type'],
): Address | null {
  const address: Address = { type, lines: [], postalCode: text(row, POSTAL[prefix]) }
  for (const [index, holds] of config.addressLines.entries()) {
    const value = text(row, `${prefix}${index + 1}`)
    if (value === null) continue
    if (holds === 'line') address.lines.push(value)
    else if (holds === 'country') address.country = countryOf(value)
    else address[holds] = value
  }
  const empty = address.lines.length === 0 && !address.postalCode && !address.city && !address.country
  return empty ? null : address
}

/**
 * The elements of an address; blank ones too, so that no line of an older one stays. An import of an order takes
 * a blank line for one that is not said, and then the customer's own holds; "{blank}" takes it away (SORTOI schema).
 */
export function addressFields(
  address: Address,
  prefix: Names,
  config: Config,
  country: string | null,
  field: string,
): Record<string, string> {
  const lines = [...address.lines]
  const said = country === null ? '' : (english.of(country) ?? country)
  const nothing = prefix === 'ShipAddress' ? '{blank}' : ''
  const values = config.addressLines.map((holds) => {
    if (holds === 'line') return lines.shift() ?? ''
    return holds === 'country' ? said : (address[holds] ?? '')
  })
  if (lines.length > 0)
    throw new ErpError('VALIDATION', 'SYSPRO has no further line for this address.', {
      field: `${field}.lines`,
    })
  const named = values.map((value, index): [string, string] => [
    `${prefix}${index + 1}`,
    short(value, 40, field) || nothing,
  ])
  return {
    ...Object.fromEntries(named),
    [POSTAL[prefix]]: short(address.postalCode ?? '', 15, `${field}.postalCode`),
  }
}
