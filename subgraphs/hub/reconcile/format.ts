import { type CountryCode, isSupportedCountry, parsePhoneNumberFromString } from 'libphonenumber-js'

const EMAIL = /^[^\s@]{1,64}@[^\s@.]+(\.[^\s@.]+)+$/
const CURRENCIES = new Set(Intl.supportedValuesOf('currency'))
const COUNTRIES = new Intl.DisplayNames('en', { type: 'region', fallback: 'none' })
const UNIT = /^[A-Z0-9]{2,3}$/

/** VAT numbers as the VIES service describes them: https://ec.europa.eu/taxation_customs/vies/#/faq */
const VAT: Record<string, RegExp> = {
  AT: /^ATU\d{8}$/,
  BE: /^BE[01]\d{9}$/,
  BG: /^BG\d{9,10}$/,
  CY: /^CY\d{8}[A-Z]$/,
  CZ: /^CZ\d{8,10}$/,
  DE: /^DE\d{9}$/,
  DK: /^DK\d{8}$/,
  EE: /^EE\d{9}$/,
  ES: /^ES[A-Z0-9]\d{7}[A-Z0-9]$/,
  FI: /^FI\d{8}$/,
  FR: /^FR[A-Z0-9]{2}\d{9}$/,
  GR: /^EL\d{9}$/,
  HR: /^HR\d{11}$/,
  HU: /^HU\d{8}$/,
  IE: /^IE\d[A-Z0-9+*]\d{5}[A-Z]{1,2}$/,
  IT: /^IT\d{11}$/,
  LT: /^LT(\d{9}|\d{12})$/,
  LU: /^LU\d{8}$/,
  LV: /^LV\d{11}$/,
  MT: /^MT\d{8}$/,
  NL: /^NL[A-Z0-9+*]{12}$/,
  PL: /^PL\d{10}$/,
  PT: /^PT\d{9}$/,
  RO: /^RO\d{2,10}$/,
  SE: /^SE\d{12}$/,
  SI: /^SI\d{8}$/,
  SK: /^SK\d{10}$/,
}

function vatFault(taxId: string): string | null {
  const plain = taxId.toUpperCase().replace(/[^A-Z0-9+*]/g, '')
  const prefix = plain.slice(0, 2) === 'EL' ? 'GR' : plain.slice(0, 2)
  const pattern = VAT[prefix]
  if (pattern) return pattern.test(plain) ? null : `No VAT number of ${prefix}.`
  return /^[A-Z0-9+*]{5,20}$/.test(plain) ? null : 'No tax id: 5 to 20 letters and digits.'
}

function phoneFault(phone: string, country: unknown): string | null {
  const region =
    typeof country === 'string' && isSupportedCountry(country) ? (country as CountryCode) : undefined
  return parsePhoneNumberFromString(phone, region)?.isPossible()
    ? null
    : 'No telephone number that can be called.'
}

/** What is wrong with the form of a value, in words; null where nothing is, or the field has no form. */
export function formatFault(field: string, value: unknown, record: Record<string, unknown>): string | null {
  if (typeof value !== 'string') return null
  if (field === 'taxId') return vatFault(value)
  if (field === 'email') return EMAIL.test(value) ? null : 'No e-mail address.'
  if (field === 'phone') return phoneFault(value, record.country)
  if (field === 'country') {
    return /^[A-Z]{2}$/.test(value) && COUNTRIES.of(value) ? null : 'No country code of ISO 3166-1.'
  }
  if (field === 'currency') return CURRENCIES.has(value) ? null : 'No currency code of ISO 4217.'
  if (field === 'unit') return UNIT.test(value) ? null : 'No unit code of UN/ECE Recommendation 20.'
  return null
}
