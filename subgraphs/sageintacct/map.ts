import Big from 'big.js'
import type { Address, Money } from '../../schema/index.ts'
import type { Credit, Customer, Item } from '../connector.ts'
import type { Config } from './config.ts'
import type { NativeCustomer, NativeItem, Place } from './shapes.ts'

/** Names of units as companies have them, as UN/ECE Rec 20. */
const UNITS: Record<string, string> = {
  ...{ each: 'H87', ea: 'H87', piece: 'H87', pcs: 'H87', pair: 'PR', dozen: 'DZN', box: 'BX', carton: 'CT' },
  ...{ kilogram: 'KGM', kg: 'KGM', gram: 'GRM', pound: 'LBR', lbs: 'LBR', ounce: 'ONZ', ton: 'TNE' },
  ...{
    meter: 'MTR',
    metre: 'MTR',
    centimeter: 'CMT',
    millimeter: 'MMT',
    foot: 'FOT',
    inch: 'INH',
    yard: 'YRD',
  },
  ...{ liter: 'LTR', litre: 'LTR', milliliter: 'MLT', gallon: 'GLL' },
  ...{
    minute: 'MIN',
    hour: 'HUR',
    hours: 'HUR',
    day: 'DAY',
    days: 'DAY',
    week: 'WEE',
    month: 'MON',
    year: 'ANN',
  },
}
/** Groups that a new company has, with the unit on which each is based. */
const GROUPS: Record<string, string> = {
  ...{ Count: 'Each', Weight: 'Kilogram', Length: 'Meter', Volume: 'Liter', Time: 'Hour' },
}
const TYPES: Record<string, Item['type']> = {
  ...{ inventory: 'GOODS', stockableKit: 'KIT', kit: 'KIT', nonInventory: 'SERVICE' },
  ...{ nonInventorySalesOnly: 'SERVICE', nonInventoryPurchaseOnly: 'SERVICE' },
}
const EMAIL = /^[^\s@]{1,64}@[^\s@]{1,190}$/
const PHONE = /^[+\d][\d\s()./-]{2,30}$/

/** A value of a map by a name that came from outside. */
export function own<T>(map: Record<string, T>, name: string): T | undefined {
  return Object.hasOwn(map, name) ? map[name] : undefined
}

/** An amount in a currency; null where either is missing. */
export function money(amount: string | null, currency: string | null): Money | null {
  return amount !== null && currency !== null && /^[A-Z]{3}$/.test(currency) ? { amount, currency } : null
}

/** The name of an item's base unit, in which its stock and its base price are. */
export function baseUnit({ unitOfMeasureGroup: { id } }: NativeItem, { baseUnits }: Config): string | null {
  return id === null ? null : (own(baseUnits, id) ?? own(GROUPS, id) ?? null)
}

/** A unit's code in Rec 20; null where nobody knows it. */
export function unitCode(name: string | null, { units }: Config): string | null {
  return name === null ? null : (own(units, name) ?? own(UNITS, name.toLowerCase()) ?? null)
}

/** Whether an item can be ordered at all. */
export function isSold({ status, itemType }: NativeItem): boolean {
  return status !== 'inactive' && itemType !== 'nonInventoryPurchaseOnly'
}

/** An item; its base price is in the base currency. */
export function itemOf(native: NativeItem, config: Config): Item {
  const unit = baseUnit(native, config)
  return {
    id: native.id,
    sku: native.id,
    name: native.name ?? native.id,
    description: native.salesDescription,
    type: (native.itemType && own(TYPES, native.itemType)) || 'UNKNOWN',
    unit: unitCode(unit, config),
    nativeUnit: unit,
    active: native.status !== 'inactive',
    barcode: native.upc,
    categories: native.productLine.id === null ? [] : [native.productLine.id],
    listPrice: money(native.basePrice, config.baseCurrency),
    updatedAt: native.audit,
  }
}

/** An ISO code, which REST writes in small letters. */
function countryOf(place: Place | null): string | null {
  const code = place?.mailingAddress?.isoCountryCode?.toUpperCase() ?? ''
  return /^[A-Z]{2}$/.test(code) ? code : null
}

/** A contact as an address; null where it has none. */
export function addressOf(place: Place | null, type: Address['type']): Address | null {
  const at = place?.mailingAddress
  if (!place || !at || !(at.addressLine1 ?? at.city ?? at.postCode)) return null
  return {
    type,
    name: place.printAs,
    lines: [at.addressLine1, at.addressLine2, at.addressLine3].filter((line) => line !== null),
    postalCode: at.postCode,
    city: at.city,
    region: at.state,
    country: countryOf(place),
    ...(place.phone1 && PHONE.test(place.phone1) && { phone: place.phone1 }),
    ...(place.email1 && EMAIL.test(place.email1) && { email: place.email1 }),
  }
}

/** A customer with its default contact. */
export function customerOf(native: NativeCustomer): Customer {
  const { contacts: contact, currency } = native
  const address = addressOf(contact, 'BILLING')
  return {
    id: native.id,
    number: native.id,
    name: native.name ?? native.id,
    email: contact?.email1 && EMAIL.test(contact.email1) ? contact.email1 : null,
    phone: contact?.phone1 && PHONE.test(contact.phone1) ? contact.phone1 : null,
    taxId: native.taxId,
    country: countryOf(contact),
    currency: isoCurrency(currency),
    group: native.customerType.id,
    paymentTerms: native.term.id,
    addresses: address ? [address] : [],
    active: native.status !== 'inactive',
    updatedAt: native.audit,
  }
}

/** Credit in the base currency. Open orders are not counted by Intacct. */
export function creditOf(
  { creditLimit, totalDue, isOnHold }: NativeCustomer,
  { baseCurrency }: Config,
): Credit {
  const left =
    creditLimit === null || totalDue === null ? null : new Big(creditLimit).minus(totalDue).toFixed()
  return {
    limit: money(creditLimit, baseCurrency),
    balance: money(totalDue, baseCurrency),
    available: money(left, baseCurrency),
    onHold: isOnHold ?? null,
  }
}

/** The id of a dimension; some answers write it as "WID-100--Widget 100", with the name beside it. */
export function dimension({ id, name }: { id: string | null; name: string | null }): string | null {
  const tail = `--${name ?? ''}`
  return id !== null && name !== null && id.endsWith(tail) ? id.slice(0, -tail.length) : id
}

/** A currency in ISO 4217; null for anything else. */
export function isoCurrency(code: string | null): string | null {
  return code !== null && /^[A-Z]{3}$/.test(code) ? code : null
}
