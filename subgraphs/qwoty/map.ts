import type { CustomAttribute, Money } from '../../schema/index.ts'
import type { Customer, Item } from '../connector.ts'
import type { Config } from './config.ts'
import type { NativeCustomer, Product } from './shapes.ts'

/** The SKU of a product, from the first of the configured places that is filled. */
export function skuOf(product: Product, config: Config): string | null {
  const places = {
    'inventory.sku': product.inventory?.sku,
    'identifiers.erp': product.identifiers?.erp,
    reference: product.reference,
  }
  return config.skuFrom.map((place) => places[place]).find((sku) => sku) ?? null
}

function attributes(values: Record<string, string | null | undefined>): CustomAttribute[] {
  return Object.entries(values).flatMap(([key, value]) => (value ? [{ key, value }] : []))
}

/** A product as an item. Qwoty names no unit on it, and its list price stands in another list. */
export function toItem(product: Product, listPrice: Money | null, config: Config): Item {
  return {
    id: product.id,
    sku: skuOf(product, config),
    name: product.name ?? product.api_name,
    description: product.description,
    type: 'UNKNOWN',
    active: product.is_active ?? null,
    listPrice,
    customAttributes: attributes({
      api_name: product.api_name,
      id_erp: product.identifiers?.erp,
      id_crm: product.identifiers?.crm,
      id_accounting: product.identifiers?.accounting,
      ledger_account: product.accounting?.ledger_account,
      unit_per_pack: product.settings?.unit_per_pack,
    }),
    updatedAt: product.updated_at,
  }
}

/** The tax id of a customer: the first of its list. */
export function taxIdOf(customer: NativeCustomer): string | null {
  return customer.tax_ids.map(({ tax_value: value }) => value).find((value) => value) ?? null
}

/** Our name of a customer group, or the id of the segment where it has no name. */
function groupOf(customer: NativeCustomer, config: Config): string | null {
  const named = Object.entries(config.segments).find(([, id]) => id === customer.segment_id)
  return named?.[0] ?? customer.segment_id
}

function plainText(value: unknown): string | null {
  if (value === null || value === undefined) return null
  return typeof value === 'object' ? JSON.stringify(value) : String(value)
}

/** A customer. Contacts and addresses are only ids on it, and no published call reads them. */
export function toCustomer(customer: NativeCustomer, config: Config): Customer {
  const own = Object.entries(customer.custom_properties ?? {}).map(([key, value]) => [key, plainText(value)])
  return {
    id: customer.id,
    number: null,
    name: customer.name,
    taxId: taxIdOf(customer),
    group: groupOf(customer, config),
    customAttributes: attributes({
      ...Object.fromEntries(own),
      type: customer.type,
      id_erp: customer.id_erp,
      id_crm: customer.id_crm,
      id_accounting: customer.id_accounting,
    }),
    updatedAt: customer.updated_at,
  }
}
