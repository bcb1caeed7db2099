import Big from 'big.js'
import type { Address, Money } from '../../schema/index.ts'
import type { Customer, Item } from '../connector.ts'
import type { z } from 'zod'
import { ahead, instantOf } from '../zone.ts'
import type { Config } from './config.ts'
import type { NativeAddress, NativeCondition, NativePartner, product } from './shapes.ts'

/** External codes of units in English -> UN/ECE Rec 20; the first code of a meaning is the one that is sent. */
const UNITS: Record<string, string> = {
  PC: 'H87',
  EA: 'EA',
  KG: 'KGM',
  G: 'GRM',
  TO: 'TNE',
  M: 'MTR',
  CM: 'CMT',
  MM: 'MMT',
  KM: 'KMT',
  M2: 'MTK',
  M3: 'MTQ',
  L: 'LTR',
  ML: 'MLT',
  H: 'HUR',
  HR: 'HUR',
  MIN: 'MIN',
  DAY: 'DAY',
  CAR: 'CT',
  BOX: 'BX',
  DZ: 'DZN',
  SET: 'SET',
}
const PIECES = new Set(['H87', 'C62', 'EA'])
const TYPES: Record<string, Item['type']> = {
  HAWA: 'GOODS',
  FERT: 'GOODS',
  HALB: 'GOODS',
  ROH: 'GOODS',
  VERP: 'GOODS',
  KMAT: 'GOODS',
  SERV: 'SERVICE',
  DIEN: 'SERVICE',
}
const EMAIL = /^[^\s@]{1,64}@[^\s@]{1,190}$/
const PHONE = /^[+\d][\d\s()./-]{2,30}$/

/** A key without the zeros that the database pads it with. */
export function unpadded(key: string): string {
  return /^\d+$/.test(key) ? key.replace(/^0+(?=\d)/, '') : key
}

/** An amount in a currency; null where either is missing. */
export function money(amount: string | null | undefined, currency: string | null): Money | null {
  return amount != null && currency ? { amount, currency } : null
}

/** The Rec 20 code of a unit; null where nobody knows it. */
export function unitOf(unit: string | null, { units }: Config): string | null {
  if (unit === null) return null
  return (Object.hasOwn(units, unit) ? units[unit] : Object.hasOwn(UNITS, unit) ? UNITS[unit] : null) ?? null
}

/** The system's code of a Rec 20 unit, of `offered` ones where they are known; undefined where there is none. */
export function unitCode(wanted: string, config: Config, offered?: string[]): string | undefined {
  const same = (unit: string) => {
    const code = unitOf(unit, config)
    return unit === wanted || code === wanted || (PIECES.has(wanted) && PIECES.has(code ?? ''))
  }
  return (offered ?? [...Object.keys(config.units), ...Object.keys(UNITS)]).find(same)
}

/** A row of `A_Product` with its texts and sales areas; sold in ours only. */
export function itemOf(native: z.output<typeof product>, config: Config): Item {
  const texts = native.to_Description
  const text = texts.find(({ Language }) => Language === config.language) ?? texts[0]
  const sold = native.to_SalesDelivery.find(
    (area) =>
      area.ProductSalesOrg === config.salesOrganization &&
      area.ProductDistributionChnl === config.distributionChannel,
  )
  const unit = sold?.SalesMeasureUnit ?? native.BaseUnit
  return {
    id: native.Product,
    sku: native.Product,
    name: text?.ProductDescription ?? native.Product,
    type: (Object.hasOwn(TYPES, native.ProductType) ? TYPES[native.ProductType] : null) ?? 'UNKNOWN',
    unit: unitOf(unit, config),
    nativeUnit: unit,
    active: !native.IsMarkedForDeletion && sold !== undefined && !sold.IsMarkedForDeletion,
    barcode: native.ProductStandardID,
    categories: native.ProductGroup ? [native.ProductGroup] : [],
    minimumQuantity: sold && new Big(sold.MinimumOrderQuantity).gt(0) ? sold.MinimumOrderQuantity : null,
    updatedAt: native.LastChangeDateTime,
  }
}

/** An e-mail address, or null for a text that is none. */
function emailOf(text: string | null | undefined): string | null {
  return text && EMAIL.test(text) ? text : null
}

function addressOf(native: NativeAddress): Address {
  const street = [native.StreetName, native.HouseNumber].filter(Boolean).join(' ')
  const lines = [street, native.StreetSuffixName, native.AdditionalStreetSuffixName]
  return {
    lines: lines.filter((line): line is string => Boolean(line)),
    postalCode: native.PostalCode,
    city: native.CityName,
    region: native.Region,
    country: native.Country,
  }
}

/** The name over the four fields that hold forty signs each. */
export function nameOf(native: NativePartner): string | null {
  const {
    OrganizationBPName1: a,
    OrganizationBPName2: b,
    OrganizationBPName3: c,
    OrganizationBPName4: d,
  } = native
  return [a, b, c, d].filter(Boolean).join(' ') || native.BusinessPartnerFullName
}

/** The row of our sales area. */
export function areaOf(native: NativePartner, config: Config) {
  return native.to_Customer.to_CustomerSalesArea.find(
    (area) =>
      area.SalesOrganization === config.salesOrganization &&
      area.DistributionChannel === config.distributionChannel &&
      area.Division === config.division,
  )
}

/** An instant UTC of a day and a second of it in a time zone. */
export function zoned(day: string | null, seconds: number, timeZone: string): string | null {
  if (day === null) return null
  const local = Date.parse(`${day}T00:00:00Z`) + seconds * 1000
  return new Date(instantOf(local, (at) => ahead(at, timeZone))).toISOString()
}

/** When a partner was last changed, or made: the time of change is empty until the first one. */
export function changedAt(
  native: Pick<NativePartner, 'CreationDate' | 'CreationTime' | 'LastChangeDate' | 'LastChangeTime'>,
  { timeZone }: Config,
): string | null {
  const { CreationDate: made, CreationTime: madeAt, LastChangeDate: changed, LastChangeTime: at } = native
  return changed === null ? zoned(made, madeAt, timeZone) : zoned(changed, at, timeZone)
}

/** A business partner that is a customer; currency, terms and group are those of our sales area. */
export function customerOf(native: NativePartner, config: Config): Customer {
  const area = areaOf(native, config)
  const [first] = native.to_BusinessPartnerAddress
  const [tax] = native.to_BusinessPartnerTax
  const phone = first?.to_PhoneNumber[0]
  const number = phone?.InternationalPhoneNumber ?? phone?.PhoneNumber
  const { DeletionIndicator: deleted, OrderIsBlockedForCustomer: blocked } = native.to_Customer
  return {
    id: unpadded(native.Customer),
    number: unpadded(native.Customer),
    name: nameOf(native),
    email: emailOf(first?.to_EmailAddress[0]?.EmailAddress),
    phone: number && PHONE.test(number) ? number : null,
    taxId: tax?.BPTaxNumber ?? tax?.BPTaxLongNumber,
    country: first?.Country,
    currency: area?.Currency,
    group: area?.CustomerGroup,
    paymentTerms: area?.CustomerPaymentTerms,
    addresses: native.to_BusinessPartnerAddress.map(addressOf),
    active:
      !native.BusinessPartnerIsBlocked &&
      !native.IsMarkedForArchiving &&
      !deleted &&
      !blocked &&
      area !== undefined &&
      !area.DeletionIndicator &&
      !area.OrderIsBlockedForCustomer,
    updatedAt: changedAt(native, config),
  }
}

/** Conditions that make up the net value: active, not statistical, no taxes (class D). */
export function effective(conditions: NativeCondition[]): NativeCondition[] {
  return conditions.filter(
    (one) =>
      one.ConditionInactiveReason === null && !one.ConditionIsForStatistics && one.ConditionClass !== 'D',
  )
}

/** The price (class B) among the conditions, in the currency of the document; null where there is none. */
export function priceOf(conditions: NativeCondition[], currency: string | null) {
  const prices = effective(conditions).filter(({ ConditionClass: kind }) => kind === 'B')
  const [price] = prices
  if (prices.length !== 1 || !price || price.ConditionCurrency !== currency) return null
  if (price.ConditionCalculationType !== 'C' || new Big(price.ConditionQuantity).lte(0)) return null
  return { rate: price.ConditionRateValue, per: price.ConditionQuantity, unit: price.ConditionQuantityUnit }
}
