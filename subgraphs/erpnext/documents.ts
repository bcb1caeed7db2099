import type { Invoice, Order, Payment, Quote, Read } from '../connector.ts'
import { customOf, ownOrNone } from './custom.ts'
import * as map from './map.ts'
import { ownNames } from './masters.ts'
import { type Connection, children, reading } from './read.ts'
import * as shapes from './shapes.ts'

async function shipTos({ client }: Connection, found: { shipping_address_name: string | null }[]) {
  const names = [...new Set(found.flatMap((row) => row.shipping_address_name ?? []))]
  if (names.length === 0) return new Map<string, shapes.AddressRow>()
  const read = await client.list('Address', shapes.address, {
    fields: shapes.fieldsOf(shapes.address),
    filters: [['name', 'in', names]],
    limit: 0,
  })
  return new Map(read.map((row) => [row.name, row]))
}

function wordsAt(row: object, field: string): string | null {
  const value: unknown = Object.entries(row).find(([key]) => key === field)?.[1]
  return typeof value === 'string' && value !== '' ? value : null
}

/** Sales orders with their lines. */
export function orders(connection: Connection): Read<Order> {
  const { setup, config, client } = connection
  return reading(connection, {
    doctype: 'Sales Order',
    form: shapes.order.loose(),
    order: 'desc',
    searched: ['name', 'customer_name', 'po_no'],
    extra: async () => [
      config.noteField,
      ...((await setup.hasReference('Sales Order')) ? [config.referenceField] : []),
      ...(await ownNames(connection, 'Sales Order')),
    ],
    async finish(found, site) {
      const names = found.map(({ name }) => name)
      const [lines, places, own] = await Promise.all([
        children(connection, 'Sales Order Item', 'Sales Order', shapes.orderLine, names),
        shipTos(connection, found),
        ownOrNone(connection, 'Sales Order'),
      ])
      return found.map((row) => {
        const parts = {
          lines: lines.get(row.name) ?? [],
          shipTo: places.get(row.shipping_address_name ?? '') ?? null,
          reference: wordsAt(row, config.referenceField),
          note: wordsAt(row, config.noteField),
          url: client.page('Sales Order', row.name),
        }
        return { ...map.toOrder(row, parts, site), customAttributes: customOf(row, own, site.zone) }
      })
    },
  })
}

/** Sales invoices and credit notes with their lines. */
export function invoices(connection: Connection): Read<Invoice> {
  return reading(connection, {
    doctype: 'Sales Invoice',
    form: shapes.invoice,
    order: 'desc',
    searched: ['name', 'customer_name', 'po_no'],
    async finish(found, site) {
      const names = found.map(({ name }) => name)
      const lines = await children(
        connection,
        'Sales Invoice Item',
        'Sales Invoice',
        shapes.invoiceLine,
        names,
      )
      return found.map((row) => map.toInvoice(row, lines.get(row.name) ?? [], site))
    },
  })
}

/** Payments that customers made, with what they settle. */
export function payments(connection: Connection): Read<Payment> {
  return reading(connection, {
    doctype: 'Payment Entry',
    form: shapes.payment,
    order: 'desc',
    filters: [
      ['payment_type', '=', 'Receive'],
      ['party_type', '=', 'Customer'],
    ],
    searched: ['name', 'party', 'reference_no'],
    async finish(found, site) {
      const names = found.map(({ name }) => name)
      const parts = await children(
        connection,
        'Payment Entry Reference',
        'Payment Entry',
        shapes.allocation,
        names,
      )
      return found.map((row) => {
        const settled = (parts.get(row.name) ?? []).filter(
          (part) => part.reference_doctype === 'Sales Invoice',
        )
        return map.toPayment(row, settled, site)
      })
    },
  })
}

/** Quotations with their lines. */
export function quotes(connection: Connection): Read<Quote> {
  return reading(connection, {
    doctype: 'Quotation',
    form: shapes.quote,
    order: 'desc',
    searched: ['name', 'title', 'customer_name'],
    async finish(found, site) {
      const names = found.map(({ name }) => name)
      const [lines, places] = await Promise.all([
        children(connection, 'Quotation Item', 'Quotation', shapes.line, names),
        shipTos(connection, found),
      ])
      return found.map((row) => {
        const parts = {
          url: connection.client.page('Quotation', row.name),
          shipTo: places.get(row.shipping_address_name ?? '') ?? null,
        }
        return map.toQuote(row, lines.get(row.name) ?? [], parts, site)
      })
    },
  })
}
