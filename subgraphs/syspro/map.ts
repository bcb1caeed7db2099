import type { Address } from '../../schema/index.ts'
import type { Customer, Item } from '../connector.ts'
import type { Element } from '../xml.ts'
import { addressColumns, addressOf } from './address.ts'
import type { Config } from './config.ts'
import { key, text } from './shapes.ts'
import { currencyOf, unitOf } from './words.ts'

const EMAIL = /^[^\s@]{1,64}@[^\s@]{1,190}$/
const PHONE = /^[+\d][\d\s()./-]{2,30}$/

/** The columns of InvMaster that items, prices and orders need. */
export const ITEM_COLUMNS = [
  'StockCode',
  'Description',
  'LongDesc',
  'StockUom',
  'AlternateUom',
  'ProductClass',
  'KitType',
  'StockOnHold',
  'ListPriceCode',
]
/** The columns of ArCustomer. */
export const CUSTOMER_COLUMNS = [
  'Customer',
  'Name',
  'Email',
  'Telephone',
  'CompanyTaxNumber',
  'Currency',
  'PriceCode',
  'TermsCode',
  'CustomerClass',
  'CustomerOnHold',
  'UserField1',
  ...addressColumns('SoldToAddr'),
  ...addressColumns('ShipToAddr'),
]

/** An e-mail address, or null for a text that is none; SYSPRO keeps lists of them, too. */
export function emailOf(said: string | null): string | null {
  const first = said?.split(/[;,]/)[0]?.trim() ?? ''
  return EMAIL.test(first) ? first : null
}

/** A row of InvMaster with the price of its list price code, where it has one. */
export function itemOf(row: Element, listPrice: string | null, config: Config): Item {
  const sku = key(row, 'StockCode')
  const [uom, kit, productClass] = [text(row, 'StockUom'), text(row, 'KitType'), text(row, 'ProductClass')]
  return {
    id: sku,
    sku,
    name: text(row, 'Description') ?? sku,
    description: text(row, 'LongDesc'),
    type: kit === null || kit === 'N' ? 'GOODS' : 'KIT',
    unit: unitOf(uom, config),
    nativeUnit: uom,
    active: text(row, 'StockOnHold') !== 'F',
    categories: productClass === null ? [] : [productClass],
    listPrice: listPrice === null ? null : { amount: listPrice, currency: config.currency },
  }
}

/** A row of ArCustomer. */
export function customerOf(row: Element, config: Config): Customer {
  const number = key(row, 'Customer')
  const phone = text(row, 'Telephone')
  const addresses = [
    addressOf(row, 'SoldToAddr', config, 'BILLING'),
    addressOf(row, 'ShipToAddr', config, 'SHIPPING'),
  ].filter((one): one is Address => one !== null)
  return {
    id: number,
    number,
    name: text(row, 'Name') ?? number,
    email: emailOf(text(row, 'Email')),
    phone: phone && PHONE.test(phone) ? phone : null,
    taxId: text(row, 'CompanyTaxNumber'),
    country: addresses[0]?.country ?? null,
    currency: currencyOf(text(row, 'Currency'), config),
    group: text(row, 'CustomerClass'),
    paymentTerms: text(row, 'TermsCode'),
    addresses,
    active: text(row, 'CustomerOnHold') !== 'Y',
  }
}
