import Big from 'big.js'
import { ErpError } from '../../schema/errors.ts'
import type { Answer, Credit, Id, PriceAsk, PriceReading, StockAsk, StockReading } from '../connector.ts'
import { plain } from '../json.ts'
import { rowOf, shaped } from '../shape.ts'
import { isId } from './client.ts'
import type { Connection } from './connection.ts'
import { isCustomer, isSellable, money, priceFor, pricesOf } from './map.ts'
import * as shapes from './shapes.ts'

/** Sage has one figure for the whole business; its `location` is free text. */
export const WAREHOUSE = 'default'
const OPEN = ['UNPAID', 'PART_PAID']
/** So many customers are asked for one by one; for more, all open invoices of the business are fewer calls. */
const FEW = 2

/** Stock of a whole batch; unknown, not zero, for services and products without stock. */
export async function stock(connection: Connection, asks: StockAsk[]): Promise<Answer<StockReading>[]> {
  const found = await connection.items(asks.map(({ item }) => item))
  return asks.map(({ item, warehouses }) => {
    const held = found.get(item)
    const row = held?.row ?? null
    if (row === null || row instanceof ErpError) return row
    if (held?.resource === 'stock_items' && row.quantity_in_stock == null)
      return new ErpError('BAD_ANSWER', 'A stock item has no figure.', { field: 'quantity_in_stock' })
    const asked = warehouses === null || warehouses.includes(WAREHOUSE)
    const onHand = asked && row.quantity_in_stock != null ? plain(row.quantity_in_stock) : null
    const level = { warehouse: { code: WAREHOUSE, name: null }, available: onHand, onHand }
    return {
      available: onHand,
      onHand,
      reserved: null,
      incoming: null,
      unit: null,
      nativeUnit: null,
      levels: onHand === null ? [] : [level],
      source: 'single-warehouse',
    }
  })
}

/**
 * Prices of a whole batch: the item's price of the customer's price type, else its first one. There are neither
 * quantity breaks nor other currencies (https://developer.sage.com/accounting/reference/products-services/).
 */
export async function prices(connection: Connection, asks: PriceAsk[]): Promise<Answer<PriceReading>[]> {
  if (!asks.some(({ item }) => isId(item))) return asks.map(() => null)
  const buyers = asks.flatMap(({ customer }) => (customer === null ? [] : [customer]))
  const [found, contacts, { currency }] = await Promise.all([
    connection.items(asks.map(({ item }) => item)),
    connection.contacts(buyers),
    connection.settings.get(),
  ])
  return asks.map((ask) => {
    const contact = ask.customer === null ? undefined : (contacts.get(ask.customer) ?? null)
    const row = found.get(ask.item)?.row ?? null
    if (row === null || row instanceof ErpError) return row
    // An unknown customer has no price.
    if (contact === null || contact instanceof ErpError) return contact
    if (contact && !isCustomer(contact)) return null
    if (!/^\d+(\.\d+)?$/.test(ask.quantity))
      return new ErpError('VALIDATION', `"${ask.quantity.slice(0, 40)}" is no quantity.`, {
        field: 'quantity',
      })
    return priceOf(row, contact?.product_sales_price_type?.id ?? null, currency)
  })
}

function priceOf(row: shapes.ItemRow, type: string | null, currency: string): PriceReading | null {
  const [price, list] = [priceFor(row, type), pricesOf(row)[0]]
  if (!price || !list || !isSellable(row)) return null
  return {
    unitPrice: money(price.amount, currency),
    listPrice: money(list.amount, currency),
    priceQuantity: '1',
    unit: null,
    tiers: null,
    discounts: [],
    taxIncluded: price.taxIncluded,
    source: price === list || price.type === list.type ? 'list' : `pricelist:${price.name || price.type}`,
    validUntil: null,
  }
}

/** What is still to be paid, by contact, in the currency of the business; an ErpError where that is unknown. */
async function balances(
  { client }: Connection,
  customers: Id[],
  currency: string,
): Promise<Map<string, Big | ErpError>> {
  const whose = customers.length <= FEW ? customers.map((contact_id) => ({ contact_id })) : [{}]
  const asks = whose.flatMap((one) => OPEN.map((status_id) => ({ ...one, status_id })))
  const lists = asks.map((ask) => client.all('sales_invoices', ask))
  const sums = new Map<string, Big | ErpError>()
  for (const raw of (await Promise.all(lists)).flat()) {
    const row = shaped(shapes.due, raw, 'An invoice')
    const own = row.currency.id === currency ? row.outstanding_amount : null
    const amount = row.base_currency_outstanding_amount ?? own
    const sum = sums.get(row.contact.id) ?? new Big(0)
    if (sum instanceof ErpError) continue
    const unknown = new ErpError('BAD_ANSWER', 'An open invoice in another currency has no amount in ours.', {
      field: 'base_currency_outstanding_amount',
    })
    sums.set(row.contact.id, amount === null ? unknown : sum.plus(amount))
  }
  return sums
}

/** What customers owe by their open invoices, against their credit limits, in the currency of the business. */
export async function credit(connection: Connection, customers: Id[]): Promise<Answer<Credit>[]> {
  if (!customers.some(isId)) return customers.map(() => null)
  const { currency } = await connection.settings.get()
  const [contacts, owed] = await Promise.all([
    connection.contacts(customers),
    balances(connection, [...new Set(customers.filter(isId))], currency),
  ])
  return customers.map((id) => {
    const row = contacts.get(id) ?? null
    if (row === null || row instanceof ErpError) return row
    if (!isCustomer(row)) return null
    return rowOf(() => {
      const balance = owed.get(id) ?? new Big(0)
      if (balance instanceof ErpError) throw balance
      const limit = row.credit_limit == null ? null : new Big(row.credit_limit)
      return {
        limit: money(limit?.toFixed(), currency),
        balance: money(balance.toFixed(), currency),
        available: money(limit?.minus(balance).toFixed(), currency),
        onHold: null,
      }
    })
  })
}
