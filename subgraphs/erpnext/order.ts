import type { Address } from '../../schema/index.ts'
import type { OrderInput, Write } from '../connector.ts'
import type { HttpRequest } from '../http.ts'
import { addressFields, same } from './addresses.ts'
import { ownBody } from './custom.ts'
import { buyer, currencyOf, documentLines, headDiscount } from './lines.ts'
import { toAddress } from './map.ts'
import { addressesOf } from './masters.ts'
import type { Connection } from './read.ts'
import { addDays, dayIn } from './time.ts'
import { asHtml } from './words.ts'
import { submitting } from './writes.ts'

/** Where to deliver: an address that the customer has, one that an earlier attempt made, or one to be made. */
async function destination(
  connection: Connection,
  customer: string,
  shipTo: Address,
  ref: string,
): Promise<{ name: string } | { make: HttpRequest }> {
  const title = `${shipTo.name ?? customer} (${ref})`
  const known = (await addressesOf(connection, [customer])).get(customer) ?? []
  const found =
    known.find((row) => row.address_title === title) ?? known.find((row) => same(toAddress(row), shipTo))
  if (found) return { name: found.name }
  return {
    make: connection.client.inserting(
      'Address',
      addressFields({ ...shipTo, type: 'SHIPPING' }, title, customer),
    ),
  }
}

/** The order's own day, else the last one that a line wishes. */
function wishedDay({ requestedDelivery, lines }: OrderInput): string | undefined {
  return (
    requestedDelivery ??
    lines
      .flatMap((line) => line.requestedDelivery ?? [])
      .toSorted()
      .at(-1)
  )
}

async function orderBody(connection: Connection, input: OrderInput, ref: string): Promise<object> {
  const { setup, config } = connection
  const customer = await buyer(connection, input.customer)
  const on = input.orderedOn ?? dayIn(await setup.zone())
  const currency = await currencyOf(connection, input.currency, customer)
  const head = { customer: customer.name, on, currency }
  const { items, fixed } = await documentLines(connection, input.lines, head)
  const delivery = wishedDay(input) ?? addDays(on, config.deliveryDays)
  const terms = input.paymentTerms
  const place = input.shipTo && (await destination(connection, customer.name, input.shipTo, ref))
  return {
    customer: customer.name,
    company: (await setup.company()).name,
    order_type: 'Sales',
    transaction_date: on,
    delivery_date: delivery,
    ...(input.purchaseOrderNumber ? { po_no: input.purchaseOrderNumber } : {}),
    ...(currency ? { currency } : {}),
    ...(config.priceList && !customer.default_price_list ? { selling_price_list: config.priceList } : {}),
    ignore_pricing_rule: fixed ? 1 : 0,
    ...(terms ? { payment_terms_template: config.paymentTerms[terms] ?? terms } : {}),
    ...(place ? { shipping_address_name: 'name' in place ? place.name : '{{1.id}}' } : {}),
    ...(input.note ? { [config.noteField]: asHtml(input.note) } : {}),
    ...headDiscount(input.discounts ?? []),
    ...(await ownBody(connection, 'Sales Order', input.customAttributes ?? [])),
    [config.referenceField]: ref,
    items: items.map((item, at) => ({
      ...item,
      delivery_date: input.lines[at]?.requestedDelivery ?? delivery,
    })),
  }
}

/** Sales orders: https://docs.frappe.io/erpnext/sales-order */
export function orderWrite(connection: Connection): Write<OrderInput> {
  return submitting(connection, {
    doctype: 'Sales Order',
    field: connection.config.referenceField,
    custom: true,
    body: (input, ref) => orderBody(connection, input, ref),
    async ahead(input, ref) {
      if (!input.shipTo) return null
      const place = await destination(connection, input.customer, input.shipTo, ref)
      return 'make' in place ? place.make : null
    },
  })
}
