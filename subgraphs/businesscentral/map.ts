import Big from 'big.js'
import type { Address, Money } from '../../schema/index.ts'
import type { Credit, Customer, Item } from '../connector.ts'
import type { Settings } from './setup.ts'
import type { NativeCustomer, NativeItem } from './shapes.ts'

const ITEM_TYPES: Record<string, Item['type']> = {
  Inventory: 'GOODS',
  'Non-Inventory': 'GOODS',
  Service: 'SERVICE',
}
/** Both mean "piece". */
const PIECES = new Set(['H87', 'C62'])
const EMAIL = /^[^\s@]{1,64}@[^\s@]{1,190}$/
const PHONE = /^[+\d][\d\s()./-]{2,30}$/

/** An amount in a currency; null where either is missing. */
export function money(amount: string | null | undefined, currency: string | null): Money | null {
  return amount != null && currency ? { amount, currency } : null
}

/** An e-mail address, or null for a text that is none; Business Central keeps lists of them, too. */
export function emailOf(text: string | null): string | null {
  const first = text?.split(/[;,]/)[0]?.trim() ?? ''
  return EMAIL.test(first) ? first : null
}

/** The Rec 20 code of a unit of measure; null where nobody knows it. */
export function unitOf(code: string | null, settings: Settings): string | null {
  return (code && settings.units.get(code)) || null
}

/** Whether two Rec 20 codes mean the same. */
export function isSameUnit(one: string | null, other: string): boolean {
  return one === other || (PIECES.has(one ?? '') && PIECES.has(other))
}

/** A row of `items`; the list price is in the local currency. */
export function itemOf(native: NativeItem, settings: Settings): Item {
  return {
    id: native.id,
    sku: native.number,
    name: native.displayName ?? native.number,
    description: native.displayName2,
    type: (Object.hasOwn(ITEM_TYPES, native.type) ? ITEM_TYPES[native.type] : null) ?? 'UNKNOWN',
    unit: unitOf(native.baseUnitOfMeasureCode, settings),
    nativeUnit: native.baseUnitOfMeasureCode,
    active: !native.blocked,
    barcode: native.gtin,
    categories: native.itemCategoryCode ? [native.itemCategoryCode] : [],
    listPrice: money(native.unitPrice, settings.currency),
    updatedAt: native.lastModifiedDateTime,
  }
}

function addressOf(native: NativeCustomer): Address | null {
  const lines = [native.addressLine1, native.addressLine2].filter((line) => line !== null)
  if (lines.length === 0 && !native.city && !native.postalCode) return null
  return {
    type: 'BILLING',
    name: native.displayName,
    lines,
    postalCode: native.postalCode,
    city: native.city,
    region: native.state,
    country: native.country,
  }
}

/** A row of `customers`. */
export function customerOf(native: NativeCustomer, settings: Settings): Customer {
  const address = addressOf(native)
  const { phoneNumber: phone } = native
  return {
    id: native.id,
    number: native.number,
    name: native.displayName ?? native.number,
    email: emailOf(native.email),
    phone: phone && PHONE.test(phone) ? phone : null,
    taxId: native.taxRegistrationNumber,
    country: native.country,
    currency: native.currencyCode,
    paymentTerms: settings.terms.find(({ id }) => id === native.paymentTermsId)?.code ?? null,
    addresses: address ? [address] : [],
    active: native.blocked !== 'All',
    updatedAt: native.lastModifiedDateTime,
  }
}

/** Credit in the local currency; a limit of 0 means none. Open orders are not counted by Business Central. */
export function creditOf(native: NativeCustomer, balance: string, { currency }: Settings): Credit {
  const limited = !new Big(native.creditLimit).eq(0)
  return {
    limit: limited ? money(native.creditLimit, currency) : null,
    balance: money(balance, currency),
    available: limited ? money(new Big(native.creditLimit).minus(balance).toFixed(), currency) : null,
    onHold: native.blocked.trim() !== '',
  }
}
