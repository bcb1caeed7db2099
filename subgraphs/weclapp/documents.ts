import Big from 'big.js'
import type { z } from 'zod'
import type { OrderStatus as OrderState } from '../../schema/index.ts'
import { FulfilmentStatus, OrderStatus } from '../../schema/enums.ts'
import type { Customer, Item, Order, Quote, Read } from '../connector.ts'
import { toAttributes } from './custom.ts'
import { type Names, minus, moneyOf, toAddress, toCustomer, toItem, toLine } from './map.ts'
import { type Connection, namesOf, reader, skusOf } from './read.ts'
import * as shapes from './shapes.ts'
import { codeOf } from './setup.ts'
import { dayIn, midnightIn } from '../zone.ts'
import { toDay, toUtc } from './time.ts'

function definitions(list: { customAttributes: shapes.Attribute[] }[]): string[] {
  return list.flatMap(({ customAttributes }) => customAttributes.map((one) => one.attributeDefinitionId))
}

/** Today's midnight in the tenant's zone, in milliseconds since 1970. */
export function today({ config }: Connection): number {
  return midnightIn(config.timeZone, dayIn(config.timeZone, Date.now()), 'today')
}

/** Articles: https://www.weclapp.com/api/ (article) */
export function items(connection: Connection): Read<Item> {
  return reader(connection, {
    resource: 'article',
    search: ['articleNumber', 'name'],
    form: shapes.article,
    async finish(found) {
      const at = today(connection)
      const names = await namesOf(connection, {
        units: found.map(({ unitId }) => unitId),
        categories: found.map(({ articleCategoryId }) => articleCategoryId),
        attributes: definitions(found),
      })
      return (row) => toItem(row, names, connection.config, at)
    },
  })
}

/** Parties that are customers; version 2 has no resource of their own: https://www.weclapp.com/api/ (party) */
export function customers(connection: Connection): Read<Customer> {
  return reader(connection, {
    resource: 'party',
    where: [['customer', 'eq', 'true']],
    search: ['company', 'lastName', 'customerNumber', 'email'],
    form: shapes.party,
    async finish(found) {
      const names = await namesOf(connection, {
        currencies: found.map(({ currencyId }) => currencyId),
        terms: found.map((row) => row.customerTermOfPaymentId),
        attributes: definitions(found),
      })
      return (row) => toCustomer(row, names, connection.config)
    },
  })
}

/** What was done of an order, by its flag and its lines. */
function part(done: boolean, counts: (string | null | undefined)[]): FulfilmentStatus {
  if (done) return FulfilmentStatus.FULL
  return counts.some((count) => new Big(count ?? 0).gt(0)) ? FulfilmentStatus.PARTIAL : FulfilmentStatus.NONE
}

function stateOf(row: shapes.OrderRow, own: Record<string, string>): OrderState {
  const named = own[row.status]
  if (named !== undefined) return Object.values(OrderStatus).find((state) => state === named) ?? 'UNKNOWN'
  if (row.status === 'ORDER_ENTRY_IN_PROGRESS') return 'DRAFT'
  if (row.status === 'CLOSED' || row.status === 'MANUALLY_CLOSED') return 'CLOSED'
  if (row.status === 'CANCELLED') return 'CANCELLED'
  if (row.status !== 'ORDER_CONFIRMATION_PRINTED') return 'UNKNOWN'
  if (row.invoiced) return 'INVOICED'
  const shipped = part(
    row.shipped,
    row.orderItems.map(({ shippedQuantity }) => shippedQuantity),
  )
  return ({ FULL: 'FULFILLED', PARTIAL: 'PARTIALLY_FULFILLED', NONE: 'OPEN', UNKNOWN: 'UNKNOWN' } as const)[
    shipped
  ]
}

/** What an order, invoice or quote has in common with the others. */
export function documentHead(
  row: { recordCurrencyId: string | null; netAmount: string | null; grossAmount: string | null } & {
    customerId: string | null
    recordAddress: shapes.PlaceRow | null
  },
  names: Names,
) {
  const currency = row.recordCurrencyId
  return {
    customer: row.customerId,
    customerName: row.recordAddress?.company ?? null,
    currency: codeOf(names.currencies, currency),
    net: moneyOf(row.netAmount, currency, names),
    total: moneyOf(row.grossAmount, currency, names),
  }
}

/** How far an order has come, on each of its axes. */
function standingOf(row: z.output<typeof shapes.order>, config: Connection['config']) {
  const delivered = row.orderItems.map(({ shippedQuantity }) => shippedQuantity)
  const billed = row.orderItems.map(({ invoicedQuantity }) => invoicedQuantity)
  return {
    state: stateOf(row, config.statuses),
    nativeStatus: row.status,
    fulfilment: part(row.shipped, delivered),
    invoicing: part(row.invoiced, billed),
    payment: row.paid ? ('PAID' as const) : ('UNPAID' as const),
  }
}

function skusIn(connection: Connection, lines: { articleId: string | null }[]) {
  return skusOf(
    connection,
    lines.map(({ articleId }) => articleId),
  )
}

/** What the documents that were found name by ids alone: currencies, units, terms, warehouses, SKUs. */
async function besideOrders(connection: Connection, found: z.output<typeof shapes.order>[]) {
  const lines = found.flatMap(({ orderItems }) => orderItems)
  const [names, skus, reference] = await Promise.all([
    namesOf(connection, {
      currencies: found.map((row) => row.recordCurrencyId),
      units: lines.map(({ unitId }) => unitId),
      terms: found.map((row) => row.termOfPaymentId),
      warehouses: found.map(({ warehouseId }) => warehouseId),
      attributes: definitions(found),
    }),
    skusIn(connection, lines),
    connection.setup.reference(),
  ])
  return { names, skus, reference }
}

/** Sales orders: https://www.weclapp.com/api/ (salesOrder) */
export function orders(connection: Connection): Read<Order> {
  const { config } = connection
  return reader(connection, {
    resource: 'salesOrder',
    search: ['orderNumber', 'orderNumberAtCustomer'],
    form: shapes.order,
    async finish(found) {
      const { names, skus, reference } = await besideOrders(connection, found)
      return (row) => {
        const place = row.warehouseId ? names.warehouses.get(row.warehouseId) : null
        const warehouse = place ? (place.shortIdentifier ?? place.id) : null
        const more = { names, config, skus, currency: row.recordCurrencyId, warehouse }
        const ours = row.customAttributes.find((one) => one.attributeDefinitionId === reference?.id)
        return {
          id: row.id,
          number: row.orderNumber,
          reference: ours?.stringValue ?? null,
          purchaseOrderNumber: row.orderNumberAtCustomer,
          ...documentHead(row, names),
          ...standingOf(row, config),
          orderedOn: toDay(row.orderDate, config.timeZone),
          requestedDelivery: toDay(row.plannedDeliveryDate, config.timeZone),
          paymentTerms: (row.termOfPaymentId && names.terms.get(row.termOfPaymentId)?.name) || null,
          shipTo: row.deliveryAddress && toAddress(row.deliveryAddress, 'SHIPPING'),
          note: row.note,
          lines: row.orderItems.map((line) => toLine(line, more)),
          tax: moneyOf(minus(row.grossAmount, row.netAmount), row.recordCurrencyId, names),
          customAttributes: toAttributes(row.customAttributes, names, config),
          updatedAt: toUtc(row.lastModifiedDate),
        }
      }
    },
  })
}

const QUOTES: Record<string, Quote['state']> = {
  OPEN: 'SENT',
  INQUIRED: 'DRAFT',
  ACCEPTED: 'ACCEPTED',
  REJECTED: 'REJECTED',
  CANCELLED: 'CANCELLED',
}

/** What the quotations that were found name by ids alone: currencies, units, terms, SKUs. */
async function besideQuotes(connection: Connection, found: z.output<typeof shapes.quote>[]) {
  const lines = found.flatMap(({ quotationItems }) => quotationItems)
  const [names, skus] = await Promise.all([
    namesOf(connection, {
      currencies: found.map((row) => row.recordCurrencyId),
      units: lines.map(({ unitId }) => unitId),
      terms: found.map((row) => row.termOfPaymentId),
    }),
    skusIn(connection, lines),
  ])
  return { names, skus }
}

/** Quotations in their newest version; older ones stay as rows of their own: https://www.weclapp.com/api/ (quotation) */
export function quotes(connection: Connection): Read<Quote> {
  const { config } = connection
  return reader(connection, {
    resource: 'quotation',
    where: [['activeVersion', 'eq', 'true']],
    search: ['quotationNumber'],
    form: shapes.quote,
    async finish(found) {
      const now = today(connection)
      const { names, skus } = await besideQuotes(connection, found)
      return (row) => {
        const expired = row.status === 'OPEN' && row.validTo !== null && row.validTo < now
        const percent = row.headerDiscount
        return {
          id: row.id,
          number: row.quotationNumber,
          state: expired ? 'EXPIRED' : (QUOTES[row.status] ?? 'UNKNOWN'),
          nativeStatus: row.status,
          ...documentHead(row, names),
          issuedOn: toDay(row.quotationDate, config.timeZone),
          validUntil: toDay(row.validTo, config.timeZone),
          paymentTerms: (row.termOfPaymentId && names.terms.get(row.termOfPaymentId)?.name) || null,
          shipTo: row.deliveryAddress && toAddress(row.deliveryAddress, 'SHIPPING'),
          lines: row.quotationItems.map((line) =>
            toLine(line, { names, config, skus, currency: row.recordCurrencyId }),
          ),
          discounts: percent && !new Big(percent).eq(0) ? [{ percent }] : [],
          updatedAt: toUtc(row.lastModifiedDate),
        }
      }
    },
  })
}
