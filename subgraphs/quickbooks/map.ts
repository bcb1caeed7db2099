import type { Address, ItemType, Money } from '../../schema/index.ts'
import type { Credit, Customer, Item } from '../connector.ts'
import type { Config } from './config.ts'
import type { NativeAddress, NativeCustomer, NativeItem } from './shapes.ts'

const TYPES: Record<string, ItemType> = {
  Inventory: 'GOODS',
  NonInventory: 'GOODS',
  Service: 'SERVICE',
  Group: 'KIT',
  Bundle: 'KIT',
}
const EMAIL = /^[^\s@]{1,64}@[^\s@]{1,190}$/
const PHONE = /^[+\d][\d\s()./-]{2,30}$/
/** An inactive name gets this at its end. */
const DELETED = / \(deleted\)$/
/** ISO 3166-1 alpha-3 of the countries that QuickBooks Online is sold in, and their neighbours. */
const ALPHA3 =
  'USA US CAN CA MEX MX GBR GB IRL IE AUS AU NZL NZ FRA FR DEU DE AUT AT CHE CH LIE LI ITA IT ESP ES PRT PT NLD NL BEL BE LUX LU DNK DK SWE SE NOR NO FIN FI ISL IS POL PL CZE CZ SVK SK HUN HU SVN SI HRV HR ROU RO BGR BG GRC GR CYP CY MLT MT EST EE LVA LV LTU LT TUR TR ISR IL ARE AE SAU SA IND IN SGP SG MYS MY PHL PH THA TH IDN ID VNM VN JPN JP KOR KR CHN CN HKG HK TWN TW ZAF ZA NGA NG KEN KE EGY EG BRA BR ARG AR CHL CL COL CO PER PE'

function countryNames(): Map<string, string> {
  const letters = [...'ABCDEFGHIJKLMNOPQRSTUVWXYZ']
  const names = new Intl.DisplayNames(['en'], { type: 'region', fallback: 'none' })
  const all = letters.flatMap((one) => letters.map((two) => one + two))
  // Codes that are no country of ISO 3166-1: unions, user-assigned and former ones.
  const real = all.filter((code) => !/^(EU|EZ|UN|UK|SU|YU|DD|X.|Q[M-Z]|ZZ|AA)$/.test(code))
  const known = real.flatMap((code): [string, string][] => {
    const name = names.of(code)
    return name
      ? [
          [name.toUpperCase(), code],
          [code, code],
        ]
      : []
  })
  const three = ALPHA3.match(/\w{3} \w{2}/g)?.map((pair) => pair.split(' ')) ?? []
  return new Map([
    ...known,
    ...three.map(([long = '', short = '']): [string, string] => [long, short]),
    ['UNITED STATES OF AMERICA', 'US'],
  ])
}

let countries: Map<string, string> | null = null

/** ISO 3166-1 alpha-2 of a country that is written as people like; null where nobody knows it. */
export function countryOf(text: string | null | undefined): string | null {
  countries ??= countryNames()
  return (text && countries.get(text.toUpperCase())) || null
}

/** An amount in a currency; null where either is missing. */
export function money(amount: string | null | undefined, currency: string | null): Money | null {
  return amount != null && currency ? { amount, currency } : null
}

/** The first address of a field that may hold several; null for a text that is none. */
export function emailOf(text: string | null | undefined): string | null {
  const first = text?.split(/[;,]/)[0]?.trim() ?? ''
  return EMAIL.test(first) ? first : null
}

/** The unit that an operator gave these SKUs; null where nobody did. */
export function unitOf(sku: string | null, { units }: Config): string | null {
  const fitting = Object.keys(units).filter((prefix) => sku?.startsWith(prefix))
  const [longest] = fitting.toSorted((a, b) => b.length - a.length)
  return longest === undefined ? null : (units[longest] ?? null)
}

/** An item; `UnitPrice` is in the home currency. */
export function itemOf(native: NativeItem, home: string, config: Config): Item {
  const type = native.Type ?? ''
  return {
    id: native.Id,
    sku: native.Sku,
    name: native.Active === false ? native.Name.replace(DELETED, '') : native.Name,
    description: native.Description,
    type: (Object.hasOwn(TYPES, type) ? TYPES[type] : null) ?? 'UNKNOWN',
    unit: unitOf(native.Sku, config),
    active: native.Active,
    categories: native.FullyQualifiedName?.split(':').slice(0, -1).filter(Boolean) ?? [],
    listPrice: money(native.UnitPrice, home),
    updatedAt: native.MetaData,
  }
}

/** An address; null where nothing is filled in. */
export function addressOf(native: NativeAddress | null, type: 'BILLING' | 'SHIPPING'): Address | null {
  if (!native) return null
  const lines = [native.Line1, native.Line2, native.Line3, native.Line4, native.Line5]
  const known = { postalCode: native.PostalCode, city: native.City, region: native.CountrySubDivisionCode }
  const country = countryOf(native.Country)
  if (![...lines, ...Object.values(known), country].some(Boolean)) return null
  return { type, name: null, lines: lines.filter((one) => one !== null), ...known, country }
}

/** A name as DisplayName takes it: no colon, tab or line break. */
export function displayName(name: string): string {
  return name.replaceAll(/\s*[:\t\r\n]+\s*/g, ' - ').trim()
}

/** The company name, where the display name is only the same without the signs that it cannot hold. */
export function nameOf({ DisplayName: shown, CompanyName: company, Active: active }: NativeCustomer): string {
  const name = active === false ? shown.replace(DELETED, '') : shown
  return company && displayName(company) === name ? company : name
}

/** A customer; the tax identifier comes masked and is not told then. */
export function customerOf(native: NativeCustomer, terms: Map<string, string>): Customer {
  const phone = native.PrimaryPhone?.FreeFormNumber
  const tax = native.PrimaryTaxIdentifier
  const addresses = [addressOf(native.BillAddr, 'BILLING'), addressOf(native.ShipAddr, 'SHIPPING')]
  return {
    id: native.Id,
    name: nameOf(native),
    email: emailOf(native.PrimaryEmailAddr?.Address),
    phone: phone && PHONE.test(phone) ? phone : null,
    taxId: tax && !/^[X*]{2,}/i.test(tax) ? tax : null,
    country: addresses[0]?.country ?? addresses[1]?.country ?? null,
    currency: native.CurrencyRef,
    paymentTerms: (native.SalesTermRef && terms.get(native.SalesTermRef.value)) ?? null,
    addresses: addresses.filter((one) => one !== null),
    active: native.Active,
    updatedAt: native.MetaData,
  }
}

/** What a customer owes in its own currency; QuickBooks Online has no credit limits. */
export function creditOf(native: NativeCustomer, home: string): Credit {
  return {
    limit: null,
    balance: money(native.Balance, native.CurrencyRef ?? home),
    available: null,
    onHold: null,
  }
}
