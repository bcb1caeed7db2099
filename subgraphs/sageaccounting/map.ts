import { ErpError } from '../../schema/errors.ts'
import type { Address, ItemType, Money } from '../../schema/index.ts'
import type { Customer, Item } from '../connector.ts'
import { plain } from '../json.ts'
import type { ContactRow, ItemRow } from './shapes.ts'

/** The three kinds of items, each a resource of its own; ids never meet between them. */
export type Resource = 'stock_items' | 'products' | 'services'

/** What an item is sold for under one price type. */
export interface Price {
  type: string | null
  name: string | null
  amount: string
  taxIncluded: boolean
}

const EMAIL = /^[^\s@]{1,64}@[^\s@]{1,190}$/
const PHONE = /^[+\d][\d\s()./-]{2,30}$/
const english = new Intl.DisplayNames(['en'], { type: 'region', fallback: 'none' })
const TYPES: Record<Resource, ItemType> = { stock_items: 'GOODS', products: 'GOODS', services: 'SERVICE' }

/** The instant of a time of Sage, UTC. */
export function toUtc(text: string | null | undefined): string | null {
  return text ? new Date(text).toISOString() : null
}

/** An amount in a currency; null where either is missing. */
export function money(amount: string | null | undefined, currency: string | null | undefined): Money | null {
  return amount == null || !currency ? null : { amount: plain(amount), currency }
}

/** The currency that a record names; BAD_ANSWER for what is none. */
export function currencyOf(ref: { id: string } | null | undefined): string | null {
  if (!ref) return null
  if (/^[A-Z]{3}$/.test(ref.id)) return ref.id
  throw new ErpError('BAD_ANSWER', "Sage's currency is no currency.", { field: 'currency', said: ref.id })
}

/** A country; constants of Sage that are none of ISO 3166-1, such as Northern Ireland's, give null. */
function countryOf(ref: { id: string } | null | undefined): string | null {
  const code = ref?.id ?? ''
  return /^[A-Z]{2}$/.test(code) && english.of(code) ? code : null
}

/** Every price of an item, the first one being the usual; services have rates instead. */
export function pricesOf({ sales_prices: prices, sales_rates: rates }: ItemRow): Price[] {
  const goods = (prices ?? []).map((one) => ({
    type: one.product_sales_price_type?.id ?? null,
    name: one.price_name ?? null,
    amount: one.price,
    taxIncluded: one.price_includes_tax === true,
  }))
  const work = (rates ?? []).map((one) => ({
    type: one.service_rate_type?.id ?? null,
    name: one.rate_name ?? null,
    amount: one.rate,
    taxIncluded: one.rate_includes_tax === true,
  }))
  return [...goods, ...work]
}

/** The price of an item for customers of that price type; the usual one where the item has none of it. */
export function priceFor(row: ItemRow, type: string | null): Price | null {
  const all = pricesOf(row)
  return all.find((one) => type !== null && one.type === type) ?? all[0] ?? null
}

/**
 * An item. Sage has no names, only descriptions; `measurement_unit` is the unit of the weight, not of the sale
 * (https://developer.sage.com/accounting/reference/products-services/).
 */
export function toItem(row: ItemRow, resource: Resource, currency: string): Item {
  return {
    id: row.id,
    sku: row.item_code || null,
    name: row.description || null,
    description: row.notes || null,
    type: TYPES[resource],
    unit: null,
    nativeUnit: null,
    active: isSellable(row),
    barcode: row.barcode || null,
    categories: null,
    minimumQuantity: null,
    leadTimeDays: null,
    listPrice: money(priceFor(row, null)?.amount, currency),
    components: null,
    customAttributes: null,
    updatedAt: toUtc(row.updated_at),
  }
}

/** Whether an item can be sold. */
export function isSellable(row: ItemRow): boolean {
  return row.active !== false && !row.deleted_at
}

type AddressRow = NonNullable<ContactRow['main_address']>

/** An address; null where nothing stands in it. */
export function toAddress(row: AddressRow | null | undefined, type: Address['type']): Address | null {
  const lines = [row?.address_line_1, row?.address_line_2].flatMap((one) => one || [])
  if (!row || (lines.length === 0 && !row.city && !row.postal_code && !row.country)) return null
  return {
    type,
    name: row.name || null,
    lines,
    postalCode: row.postal_code || null,
    city: row.city || null,
    region: row.region || null,
    country: countryOf(row.country),
  }
}

/** An address as Sage keeps it, two lines; in documents without a name, which then is the first line. */
export function fromAddress(address: Address, named: boolean): object {
  const { lines, city, region, postalCode, country, name } = address
  const all = [...(named || !name ? [] : [name]), ...lines]
  return {
    ...(named && name && { name }),
    address_line_1: all[0] ?? '',
    address_line_2: all.slice(1).join(', '),
    city: city ?? '',
    ...(region && { region }),
    postal_code: postalCode ?? '',
    ...(country && { country_id: country }),
  }
}

/** Whether a contact is a customer; suppliers stand among them. */
export function isCustomer({ contact_types: types }: ContactRow): boolean {
  return types?.some(({ id }) => id === 'CUSTOMER') ?? false
}

/** Whether something may be sold to a contact. */
export function isActive(row: ContactRow): boolean {
  return row.is_active !== false && !row.deleted_at
}

/** A contact as a customer; its reference is its number, its price type its group. */
export function toCustomer(row: ContactRow): Customer {
  const main = toAddress(row.main_address, 'BILLING')
  const other = toAddress(row.delivery_address, 'SHIPPING')
  const person = row.main_contact_person
  const email = row.email || person?.email || ''
  const phone = person?.telephone ?? ''
  const days = row.credit_days == null ? null : plain(row.credit_days)
  return {
    id: row.id,
    number: row.reference || null,
    name: row.name || null,
    email: EMAIL.test(email) ? email : null,
    phone: PHONE.test(phone) ? phone : null,
    taxId: row.tax_number || null,
    country: main?.country ?? null,
    currency: currencyOf(row.currency),
    group: row.product_sales_price_type?.displayed_as || null,
    paymentTerms: days === null ? null : `${days} days`,
    addresses: [main, other].filter((one) => one !== null),
    active: isActive(row),
    customAttributes: null,
    updatedAt: toUtc(row.updated_at),
  }
}
