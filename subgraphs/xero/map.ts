import type { Address, Money } from '../../schema/index.ts'
import { ErpError } from '../../schema/errors.ts'
import type { Customer, Item } from '../connector.ts'
import { plain } from '../json.ts'
import type { Config } from './config.ts'
import type { ContactRow, ItemRow } from './shapes.ts'
import { termText } from './terms.ts'

const DATE = /^\/Date\((-?\d+)(?:[+-]\d{4})?\)\/$/
const EMAIL = /^[^\s@]{1,64}@[^\s@]{1,190}$/
const PHONE = /^[+\d][\d\s()./-]{2,30}$/
const english = new Intl.DisplayNames(['en'], { type: 'region', fallback: 'none' })

/** Names that people write and no list has. */
const ALIASES: [string, string][] = [
  ['usa', 'US'],
  ['great britain', 'GB'],
  ['england', 'GB'],
  ['scotland', 'GB'],
  ['wales', 'GB'],
]
/** Countries by their English names, in lower case; made when the first address is read. */
let countries: Map<string, string> | null = null

/** The code that is in use today: "UK" is "GB", "DD" is "DE". */
function current(code: string): string | null {
  return english.of(code) ? (new Intl.Locale(`und-${code}`).region ?? null) : null
}

function allCountries(): Map<string, string> {
  const letters = [...'ABCDEFGHIJKLMNOPQRSTUVWXYZ']
  const codes = letters
    .flatMap((one) => letters.map((other) => one + other))
    .filter((code) => current(code) === code)
  return new Map([
    ...codes.map((code): [string, string] => [english.of(code)?.toLowerCase() ?? '', code]),
    ...ALIASES,
  ])
}

/** The code of a country that Xero keeps as free text; null where it is none. */
export function countryCode(text: string | null | undefined): string | null {
  const name = text?.trim() ?? ''
  if (/^[A-Za-z]{2}$/.test(name)) return current(name.toUpperCase())
  countries ??= allCountries()
  return countries.get(name.toLowerCase()) ?? null
}

/** The instant of "/Date(…)/", UTC. */
export function toUtc(text: string | null | undefined): string | null {
  const at = new Date(Number(DATE.exec(text ?? '')?.[1] ?? NaN))
  return Number.isNaN(at.getTime()) ? null : at.toISOString()
}

/** The calendar day of "/Date(…)/": a day is its midnight in UTC. */
export function toDay(text: string | null | undefined): string | null {
  return toUtc(text)?.slice(0, 10) ?? null
}

/** An amount in a currency; null where either is missing. */
export function money(amount: string | null | undefined, currency: string | null | undefined): Money | null {
  return amount == null || !currency ? null : { amount: plain(amount), currency }
}

/** A currency code; null for an empty one, BAD_ANSWER for what is none. */
export function currencyOf(code: string | null | undefined, field: string): string | null {
  if (!code) return null
  if (/^[A-Z]{3}$/.test(code)) return code
  throw new ErpError('BAD_ANSWER', `Xero's ${field} is no currency.`, { field, said: code })
}

/** An item. Xero keeps neither units nor an active flag. */
export function toItem(row: ItemRow, currency: string): Item {
  return {
    id: row.ItemID,
    sku: row.Code,
    name: row.Name || null,
    description: row.Description || null,
    type: row.IsTrackedAsInventory ? 'GOODS' : 'UNKNOWN',
    unit: null,
    nativeUnit: null,
    active: row.IsSold ?? null,
    barcode: null,
    categories: null,
    minimumQuantity: null,
    leadTimeDays: null,
    listPrice: money(row.SalesDetails?.UnitPrice, currency),
    components: null,
    customAttributes: null,
    updatedAt: toUtc(row.UpdatedDateUTC),
  }
}

type AddressRow = NonNullable<ContactRow['Addresses']>[number]

function toAddress(row: AddressRow): Address[] {
  const lines = [row.AddressLine1, row.AddressLine2, row.AddressLine3, row.AddressLine4].filter(
    (one) => one != null && one !== '',
  ) as string[]
  // Both types always come back, empty ones with empty texts.
  if (lines.length === 0 && !row.City && !row.PostalCode && !row.Country) return []
  const type = { POBOX: 'BILLING', STREET: 'SHIPPING' }[row.AddressType ?? ''] as Address['type']
  return [
    {
      type: type ?? 'OTHER',
      name: row.AttentionTo || null,
      lines,
      postalCode: row.PostalCode || null,
      city: row.City || null,
      region: row.Region || null,
      country: countryCode(row.Country),
    },
  ]
}

/** An address as Xero keeps it: four lines, the country by its English name. */
export function fromAddress(type: 'POBOX' | 'STREET', address: Address): object {
  const { lines, city, region, postalCode, country, name } = address
  const more = lines.slice(3).join(', ')
  return {
    AddressType: type,
    AddressLine1: lines[0] ?? '',
    AddressLine2: lines[1] ?? '',
    AddressLine3: lines[2] ?? '',
    AddressLine4: more,
    City: city ?? '',
    Region: region ?? '',
    PostalCode: postalCode ?? '',
    Country: countryName(country),
    AttentionTo: name ?? '',
  }
}

/** The English name of a country. */
export function countryName(code: string | null | undefined): string {
  return (code && /^[A-Z]{2}$/.test(code) && english.of(code)) || ''
}

function phoneOf({ Phones }: ContactRow): string | null {
  const all = (Phones ?? []).filter(({ PhoneNumber }) => PhoneNumber)
  const first = all.find(({ PhoneType }) => PhoneType === 'DEFAULT') ?? all[0]
  if (!first) return null
  const { PhoneCountryCode: country, PhoneAreaCode: area, PhoneNumber: number } = first
  const joined = [area, number].filter(Boolean).join('')
  const whole = country ? `+${country.replace(/\D/g, '')}${joined.replace(/^0/, '')}` : joined
  return PHONE.test(whole) ? whole : null
}

/** A contact as a customer; its country is that of the billing address. */
export function toCustomer(row: ContactRow): Customer {
  const addresses = (row.Addresses ?? []).flatMap(toAddress)
  const main = addresses.find(({ type }) => type === 'BILLING') ?? addresses[0]
  const email = row.EmailAddress ?? ''
  return {
    id: row.ContactID,
    number: row.AccountNumber || row.ContactNumber || null,
    name: row.Name || null,
    email: EMAIL.test(email) ? email : null,
    phone: phoneOf(row),
    taxId: row.TaxNumber || null,
    country: main?.country ?? null,
    currency: currencyOf(row.DefaultCurrency, 'DefaultCurrency'),
    group: row.ContactGroups?.[0]?.Name || null,
    paymentTerms: termText(row),
    addresses,
    active: row.ContactStatus == null ? null : row.ContactStatus === 'ACTIVE',
    customAttributes: null,
    updatedAt: toUtc(row.UpdatedDateUTC),
  }
}

/** Whether a contact is a customer: one that was never on a document is, one that only supplies is not. */
export function isCustomer({ IsCustomer, IsSupplier }: ContactRow): boolean {
  return IsCustomer === true || IsSupplier !== true
}

/** The texts of an order for which Xero has no field: each stands in a line of its own, without an amount. */
const NOTES = {
  purchaseOrderNumber: 'Purchase order: ',
  requestedDelivery: 'Delivery date: ',
  shipTo: 'Deliver to: ',
  note: 'Note: ',
} as const
type NoteName = keyof typeof NOTES

/** A line that carries nothing but such a text. */
export function noteLine(name: NoteName, text: string): object {
  return { Description: `${NOTES[name]}${text}` }
}

/** Which text a description-only line carries; null where it is none of ours. */
export function noteOf(description: string): [NoteName, string] | null {
  const found = (Object.entries(NOTES) as [NoteName, string][]).find(([, mark]) =>
    description.startsWith(mark),
  )
  return found ? [found[0], description.slice(found[1].length)] : null
}

/** Whether orders of this connection are quotes. */
export function areQuotes({ orderTarget }: Config): boolean {
  return orderTarget === 'QUOTE'
}
