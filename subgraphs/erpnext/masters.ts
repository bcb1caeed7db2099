import type { z } from 'zod'
import type { Customer, Item, Read } from '../connector.ts'
import { customOf, ownOrNone } from './custom.ts'
import * as map from './map.ts'
import { type Connection, reading } from './read.ts'
import * as shapes from './shapes.ts'

/** The names of the custom fields that a list call asks for. */
export async function ownNames(connection: Connection, doctype: string): Promise<string[]> {
  return (await ownOrNone(connection, doctype)).map(({ name }) => name)
}

const itemWithBarcode = shapes.item.extend(shapes.barcode.shape)

function priceOn(prices: z.output<typeof shapes.itemPrice>[], row: shapes.ItemRow, day: string) {
  const unit = map.salesUnit(row)
  return prices.find(
    (one) =>
      one.item_code === row.name &&
      (one.uom ?? unit) === unit &&
      (one.valid_from ?? '') <= day &&
      (one.valid_upto ?? '9999-12-31') >= day,
  )
}

/** Items; the barcode comes as a child field of the same call, the list price is a row of its own. */
export function items(connection: Connection): Read<Item> {
  const { client, setup } = connection
  return reading(connection, {
    doctype: 'Item',
    form: itemWithBarcode.loose(),
    fields: [...shapes.fieldsOf(shapes.item), 'barcodes.barcode'],
    order: 'asc',
    searched: ['name', 'item_name', 'description'],
    extra: () => ownNames(connection, 'Item'),
    async finish(found, site) {
      if (found.length === 0) return []
      const prices = await client.list('Item Price', shapes.itemPrice, {
        fields: shapes.fieldsOf(shapes.itemPrice),
        filters: [
          ['item_code', 'in', found.map(({ name }) => name)],
          ['price_list', '=', await setup.defaultPriceList()],
          ['customer', 'is', 'not set'],
        ],
        order: 'valid_from desc',
        limit: 0,
      })
      const own = await ownOrNone(connection, 'Item')
      return found.map((row) => {
        const price = priceOn(prices, row, site.today)
        const listPrice = price ? map.money(price.price_list_rate, price.currency) : null
        const customAttributes = customOf(row, own, site.zone)
        return { ...map.toItem(row, site, listPrice, row.barcode), customAttributes }
      })
    },
  })
}

/** Addresses by the customers they are linked to. */
export async function addressesOf(
  { client }: Connection,
  customers: string[],
): Promise<Map<string, shapes.AddressRow[]>> {
  if (customers.length === 0) return new Map()
  const found = await client.list('Address', shapes.linkedAddress, {
    fields: [...shapes.fieldsOf(shapes.address), 'links.link_name'],
    filters: [
      ['disabled', '=', 0],
      ['Dynamic Link', 'link_doctype', '=', 'Customer'],
      ['Dynamic Link', 'link_name', 'in', customers],
    ],
    order: 'creation asc, name asc',
    limit: 0,
  })
  return Map.groupBy(found, (row) => row.link_name ?? '')
}

/** Customers with their addresses. */
export function customers(connection: Connection): Read<Customer> {
  return reading(connection, {
    doctype: 'Customer',
    form: shapes.customer.loose(),
    order: 'asc',
    searched: ['name', 'customer_name', 'email_id', 'tax_id'],
    extra: () => ownNames(connection, 'Customer'),
    async finish(found, site) {
      const addresses = await addressesOf(
        connection,
        found.map(({ name }) => name),
      )
      const own = await ownOrNone(connection, 'Customer')
      return found.map((row) => ({
        ...map.toCustomer(row, addresses.get(row.name) ?? [], site),
        customAttributes: customOf(row, own, site.zone),
      }))
    },
  })
}
