import { z } from 'zod'
import { ErpError } from '../../schema/errors.ts'
import type { Address, ItemType, Money } from '../../schema/index.ts'
import type { Credit, Customer, Item, StockReading } from '../connector.ts'
import Big from 'big.js'
import { shaped } from '../shape.ts'
import type { Row } from './client.ts'
import type { Config } from './config.ts'
import type { Zone } from '../zone.ts'

const DECIMAL = /^-?(\d+(\.\d*)?|\.\d+)(E[+-]?\d+)?$/i

/** A text that may be missing; SuiteQL leaves out what is null. */
export const text = z.string().nullish()
/** A number as SuiteQL writes it (".5", "1E+3" are possible), as a canonical decimal. */
export const decimal = z
  .string()
  .regex(DECIMAL, 'is no number')
  .transform((value) => new Big(value.startsWith('.') ? `0${value}` : value.replace('-.', '-0.')).toFixed())
/** "T" or "F". */
export const flag = z.enum(['T', 'F']).transform((value) => value === 'T')
/** An internal id. */
export const id = z.string().regex(/^-?\d+$/, 'is no internal id')

const UNITS: Record<string, string> = {
  each: 'H87',
  ea: 'H87',
  piece: 'H87',
  pieces: 'H87',
  pcs: 'H87',
  pc: 'H87',
  stück: 'H87',
  stk: 'H87',
  kilogram: 'KGM',
  kg: 'KGM',
  gram: 'GRM',
  g: 'GRM',
  tonne: 'TNE',
  pound: 'LBR',
  lb: 'LBR',
  meter: 'MTR',
  metre: 'MTR',
  m: 'MTR',
  centimeter: 'CMT',
  cm: 'CMT',
  foot: 'FOT',
  ft: 'FOT',
  liter: 'LTR',
  litre: 'LTR',
  l: 'LTR',
  hour: 'HUR',
  hr: 'HUR',
  day: 'DAY',
  minute: 'MIN',
  pallet: 'PF',
  carton: 'CT',
}
const ITEM_TYPES: Record<string, ItemType> = {
  InvtPart: 'GOODS',
  NonInvtPart: 'GOODS',
  Assembly: 'GOODS',
  Service: 'SERVICE',
  OthCharge: 'SERVICE',
  Kit: 'KIT',
}

/** The Rec 20 code of a unit of the account: the operator's own map first. Undefined where nobody knows it. */
export function unitOf(native: string | null | undefined, config: Config): string | undefined {
  if (!native) return undefined
  return config.units[native] ?? UNITS[native.toLowerCase()]
}

/** An amount in a currency; null where either is missing. */
export function money(amount: string | null | undefined, currency: string | null | undefined): Money | null {
  return amount != null && currency ? { amount, currency } : null
}

/** A text that is there, or null; never an empty one. */
export function filled(value: string | null | undefined): string | null {
  return value?.trim() ? value : null
}

const item = z.object({
  id,
  itemid: z.string(),
  displayname: text,
  description: text,
  itemtype: z.string(),
  isinactive: flag,
  upccode: text,
  saleunit: text,
  stockunit: text,
  lastmodified: text,
})

/** A row of `item`. */
export function itemOf(row: Row, config: Config, zone: Zone): Item {
  const native = shaped(item, row, 'An item')
  const nativeUnit = filled(native.saleunit) ?? filled(native.stockunit)
  return {
    id: native.id,
    sku: native.itemid,
    name: filled(native.displayname) ?? native.itemid,
    description: filled(native.description),
    type: ITEM_TYPES[native.itemtype] ?? 'UNKNOWN',
    unit: unitOf(nativeUnit, config),
    nativeUnit,
    active: !native.isinactive,
    barcode: filled(native.upccode),
    updatedAt: native.lastmodified ? zone.toUtc(native.lastmodified) : null,
  }
}

const customer = z.object({
  id,
  entityid: text,
  companyname: text,
  email: text,
  phone: text,
  vatregnumber: text,
  currency: text,
  terms: text,
  pricelevel: text,
  isinactive: flag,
  lastmodified: text,
})

/** A row of `customer` with the addresses that were read beside it. */
export function customerOf(row: Row, addresses: Address[], zone: Zone): Customer {
  const native = shaped(customer, row, 'A customer')
  const main = addresses.find(({ type }) => type === 'BILLING') ?? addresses[0]
  return {
    id: native.id,
    number: filled(native.entityid),
    name: filled(native.companyname) ?? filled(native.entityid),
    email: filled(native.email),
    phone: phoneOf(native.phone),
    taxId: filled(native.vatregnumber),
    country: main?.country ?? null,
    currency: filled(native.currency),
    group: filled(native.pricelevel),
    paymentTerms: filled(native.terms),
    addresses,
    active: !native.isinactive,
    updatedAt: native.lastmodified ? zone.toUtc(native.lastmodified) : null,
  }
}

function phoneOf(native: string | null | undefined): string | null {
  return native && /^[+\d][\d\s()./-]{2,30}$/.test(native) ? native : null
}

const address = z.object({
  addressee: text,
  attention: text,
  addr1: text,
  addr2: text,
  addr3: text,
  city: text,
  state: text,
  zip: text,
  country: text,
})

/** The columns of an address table, for `addressOf`. */
export const ADDRESS_COLUMNS = Object.keys(address.shape)

/** The address part of a row; null where there is none. */
export function addressOf(row: Row, type: Address['type']): Address | null {
  const native = shaped(address, row, 'An address')
  const lines = [native.attention, native.addr1, native.addr2, native.addr3].filter((part) => part?.trim())
  if (lines.length === 0 && !native.city && !native.zip) return null
  return {
    type,
    name: filled(native.addressee),
    lines: lines as string[],
    postalCode: filled(native.zip),
    city: filled(native.city),
    region: filled(native.state),
    country: /^[A-Z]{2}$/.test(native.country ?? '') ? native.country : null,
  }
}

const level = z.object({
  location_name: text,
  quantityonhand: decimal.nullish(),
  quantityavailable: decimal.nullish(),
  quantitycommitted: decimal.nullish(),
  quantityonorder: decimal.nullish(),
})

/** Stock of one item in one location, in the stock unit; no figure is zero. */
export function levelOf(row: Row): NonNullable<StockReading['levels']>[number] {
  const native = shaped(level, row, 'A stock level')
  const name = filled(native.location_name)
  if (!name) throw new ErpError('BAD_ANSWER', 'A stock level names no location.', { field: 'location_name' })
  return {
    warehouse: { code: name, name },
    available: native.quantityavailable ?? '0',
    onHand: native.quantityonhand ?? '0',
    reserved: native.quantitycommitted ?? '0',
    incoming: native.quantityonorder ?? '0',
  }
}

const credit = z.object({
  currency: text,
  creditlimit: decimal.nullish(),
  balancesearch: decimal.nullish(),
})

/** What a customer owes; `open` is the worth of orders that are not billed yet, in the customer's currency. */
export function creditOf(row: Row, open: string): Credit {
  const native = shaped(credit, row, 'A customer')
  const balance = native.balancesearch ?? '0'
  const limit = native.creditlimit ?? null
  const free = limit === null ? null : new Big(limit).minus(balance).minus(open).toFixed()
  return {
    limit: money(limit, native.currency),
    balance: money(balance, native.currency),
    available: money(free, native.currency),
  }
}
