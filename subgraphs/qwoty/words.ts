import { ErpError } from '../../schema/errors.ts'
import type { Address, QuoteStatus } from '../../schema/index.ts'
import type { z } from 'zod'
import type { Config } from './config.ts'
import type { address } from './shapes.ts'

/** Quote statuses of the user interface and of the API example, normalised. https://docs.qwoty.io/llms.txt */
const STATUSES: Record<string, QuoteStatus> = {
  draft: 'DRAFT',
  approved: 'DRAFT',
  pending_approval: 'PENDING_APPROVAL',
  changes_requested: 'PENDING_APPROVAL',
  published: 'SENT',
  sent: 'SENT',
  pending_signature: 'SENT',
  accepted: 'ACCEPTED',
  won: 'ACCEPTED',
  expired: 'EXPIRED',
  lost: 'REJECTED',
  rejected: 'REJECTED',
  declined: 'REJECTED',
  canceled: 'CANCELLED',
  cancelled: 'CANCELLED',
}

/** Units of measure are free names in Qwoty. */
const UNITS: Record<string, string> = {
  piece: 'H87',
  pieces: 'H87',
  pcs: 'H87',
  unit: 'C62',
  each: 'EA',
  kg: 'KGM',
  kilogram: 'KGM',
  m: 'MTR',
  meter: 'MTR',
  metre: 'MTR',
  l: 'LTR',
  liter: 'LTR',
  litre: 'LTR',
  hour: 'HUR',
  h: 'HUR',
  day: 'DAY',
  month: 'MON',
}

const EU = 'AT BE BG CY CZ DE DK EE ES FI FR GR HR HU IE IT LT LU LV MT NL PL PT RO SE SI SK'.split(' ')
/** Kinds of tax ids: eu_vat and gb_vat are published, the others are recalled from similar systems. */
const TAX_CODES: Record<string, string> = {
  ...Object.fromEntries([...EU, 'EL'].map((country) => [country, 'eu_vat'])),
  GB: 'gb_vat',
  US: 'us_ein',
  CH: 'ch_vat',
}

function simple(text: string): string {
  return text
    .trim()
    .toLowerCase()
    .replace(/[\s-]+/g, '_')
}

/** What a table says about a word, whichever way it is written; own properties only. */
function look<T>(table: Record<string, T>, word: string): T | undefined {
  return Object.entries(table).find(([name]) => simple(name) === simple(word))?.[1]
}

/** Where a quote stands; UNKNOWN for a status that nobody mapped. */
export function stateOf(status: string, config: Config): QuoteStatus {
  return look(config.statuses, status) ?? look(STATUSES, status) ?? 'UNKNOWN'
}

/** The UN/ECE code of a unit of measure; null where it is not mapped. */
export function unitOf(unit: string, config: Config): string | null {
  return look(config.units, unit) ?? look(UNITS, unit) ?? null
}

/** The kind of a tax id by its country. Throws MAPPING_MISSING for a country that nobody mapped. */
export function taxCodeOf(taxId: string, country: string | null | undefined, config: Config): string {
  const land = (country ?? /^[A-Za-z]{2}/.exec(taxId)?.[0] ?? '').toUpperCase()
  const code = look(config.taxCodes, land) ?? look(TAX_CODES, land)
  if (code) return code
  throw new ErpError(
    'MAPPING_MISSING',
    `Which kind of tax id "${land || 'no country'}" has in Qwoty is not mapped.`,
    {
      field: 'taxId',
    },
  )
}

/** A postal address inside a quote; null where it holds nothing. */
export function toAddress(
  native: z.output<typeof address> | null | undefined,
  type: Address['type'],
  name: string | null,
): Address | null {
  if (!native) return null
  const lines = [native.line1, native.line2].filter((line) => line !== null)
  if (lines.length === 0 && !native.city && !native.postal_code) return null
  const country = native.country_code?.toUpperCase() ?? null
  return {
    type,
    name,
    lines,
    postalCode: native.postal_code,
    city: native.city,
    region: native.state,
    country: country && /^[A-Z]{2}$/.test(country) ? country : null,
  }
}
