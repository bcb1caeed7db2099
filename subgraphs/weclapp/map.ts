import Big from 'big.js'
import type { Address, DocumentLine, ItemType, Money } from '../../schema/index.ts'
import type { Customer, Item } from '../connector.ts'
import type { Config } from './config.ts'
import { toAttributes } from './custom.ts'
import { chosen, netOf } from './tiers.ts'
import type * as rows from './shapes.ts'
import { codeOf } from './setup.ts'
import { toUtc } from './time.ts'
import { plainText, unitCode } from './words.ts'

/** Names that stand behind the ids of a row. */
export interface Names {
  units: Map<string, { name: string | null }>
  currencies: Map<string, { name: string | null }>
  categories: Map<string, { name: string | null }>
  terms: Map<string, { name: string | null }>
  warehouses: Map<string, { id: string; shortIdentifier: string | null }>
  attributes: Map<string, rows.Definition>
  ownCurrency: string
}

const TYPES: Record<string, ItemType> = {
  BASIC: 'GOODS',
  STORABLE: 'GOODS',
  PACKAGING_UNIT: 'GOODS',
  LOADING_EQUIPMENT: 'GOODS',
  LOADING_EQUIPMENT_STORABLE: 'GOODS',
  SERVICE: 'SERVICE',
  SERVICE_QUOTA: 'SERVICE',
  SHIPPING_COST: 'SERVICE',
  SALES_BILL_OF_MATERIAL: 'KIT',
}

/** An amount in a currency by its id; null where either is unknown. */
export function moneyOf(
  amount: string | null,
  currency: string | null,
  names: Pick<Names, 'currencies'>,
): Money | null {
  const code = codeOf(names.currencies, currency)
  return amount === null || code === null ? null : { amount, currency: code }
}

/** What is between two amounts; null where one of them is unknown. */
export function minus(whole: string | null, part: string | null): string | null {
  return whole === null || part === null ? null : new Big(whole).minus(part).toFixed()
}

function fitting(text: string | null, pattern: RegExp): string | null {
  return text !== null && pattern.test(text) ? text : null
}

/** An address; `type` only where weclapp says what it is for. */
export function toAddress(row: rows.PlaceRow, type?: Address['type']): Address {
  return {
    ...(type ? { type } : {}),
    name: row.company ?? ([row.firstName, row.lastName].filter(Boolean).join(' ') || null),
    lines: [row.street1, row.street2].filter((line) => line !== null),
    postalCode: row.zipcode,
    city: row.city,
    region: row.state,
    country: fitting(row.countryCode, /^[A-Z]{2}$/),
    phone: fitting(row.phoneNumber, /^[+\d][\d\s()./-]{2,30}$/),
  }
}

/** An article. Its list price is the general one of the list channel for one unit at `at`. */
export function toItem(row: rows.ArticleRow, names: Names, config: Config, at: number): Item {
  const nativeUnit = names.units.get(row.unitId)?.name ?? null
  const list = { customer: null, channel: config.listChannel, currency: names.ownCurrency, at }
  const price = chosen(row.articlePrices, list, new Big(1))
  const category = row.articleCategoryId && names.categories.get(row.articleCategoryId)?.name
  return {
    id: row.id,
    sku: row.articleNumber,
    name: row.name,
    description: row.shortDescription1 ?? plainText(row.description),
    type: TYPES[row.articleType] ?? 'UNKNOWN',
    unit: unitCode(nativeUnit, config.units),
    nativeUnit,
    active: row.active && row.availableInSale,
    barcode: row.ean ?? row.barcode,
    categories: category ? [category] : [],
    leadTimeDays: row.averageDeliveryTime ?? null,
    listPrice: price && moneyOf(netOf(price), price.currencyId, names),
    customAttributes: toAttributes(row.customAttributes, names, config),
    updatedAt: toUtc(row.lastModifiedDate),
  }
}

/** A customer: a party that is marked as one. Its sales channel stands for its group. */
export function toCustomer(row: rows.PartyRow, names: Names, config: Config): Customer {
  const main = row.addresses.find(({ primaryAddress }) => primaryAddress) ?? row.addresses[0]
  return {
    id: row.id,
    number: row.customerNumber,
    name: row.company ?? ([row.firstName, row.lastName].filter(Boolean).join(' ') || null),
    email: fitting(row.email, /^[^\s@]{1,64}@[^\s@]{1,190}$/),
    phone: fitting(row.phone, /^[+\d][\d\s()./-]{2,30}$/),
    taxId: row.vatIdentificationNumber,
    country: fitting(main?.countryCode ?? null, /^[A-Z]{2}$/),
    currency: codeOf(names.currencies, row.currencyId),
    group: row.customerSalesChannel,
    paymentTerms: (row.customerTermOfPaymentId && names.terms.get(row.customerTermOfPaymentId)?.name) || null,
    addresses: row.addresses.map((one) =>
      toAddress(
        one,
        one.invoiceAddress || one.primaryAddress ? 'BILLING' : one.deliveryAddress ? 'SHIPPING' : 'OTHER',
      ),
    ),
    active: !row.customerBlocked,
    customAttributes: toAttributes(row.customAttributes, names, config),
    updatedAt: toUtc(row.lastModifiedDate),
  }
}

/** What the lines of a document need besides themselves. */
export interface LineNames {
  names: Names
  config: Config
  skus: Map<string, string>
  currency: string | null
  /** The document's warehouse; weclapp has none on lines. */
  warehouse?: string | null
}

/** A line of an order, invoice or quote. */
export function toLine(
  row: rows.LineRow,
  { names, config, skus, currency, warehouse }: LineNames,
): DocumentLine {
  const percent = row.discountPercentage
  return {
    id: row.id,
    sku: (row.articleId && skus.get(row.articleId)) || null,
    item: row.articleId,
    description: row.title,
    quantity: row.quantity,
    unit: unitCode(row.unitId && names.units.get(row.unitId)?.name, config.units),
    unitPrice: moneyOf(row.unitPrice, currency, names),
    discounts: percent && !new Big(percent).eq(0) ? [{ percent }] : [],
    net: moneyOf(row.netAmount, currency, names),
    tax: moneyOf(minus(row.grossAmount, row.netAmount), currency, names),
    ...(warehouse ? { warehouse } : {}),
    delivered: row.shippedQuantity ?? null,
    invoiced: row.invoicedQuantity ?? null,
  }
}
