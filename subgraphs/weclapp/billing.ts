import Big from 'big.js'
import { ErpError } from '../../schema/errors.ts'
import type { InvoiceStatus, Money, PaymentStatus } from '../../schema/index.ts'
import type { Answer, Credit, Id, Invoice, Payment, Read } from '../connector.ts'
import { rowOf, shaped } from '../shape.ts'
import { z } from 'zod'
import { isId, mustFit } from './client.ts'
import { documentHead, today } from './documents.ts'
import { type Names, minus, moneyOf, toLine } from './map.ts'
import { type Connection, namesOf, reader, skusOf } from './read.ts'
import * as shapes from './shapes.ts'
import { toDay, toUtc } from './time.ts'

const STATES: Record<string, InvoiceStatus> = {
  NEW: 'DRAFT',
  ENTRY_COMPLETED: 'DRAFT',
  DOCUMENT_CREATED: 'OPEN',
  OPEN_ITEM_CREATED: 'OPEN',
  CANCELLED: 'VOID',
}
const PAID = ['PAID', 'CLEARED_WITH_CREDIT_NOTE', 'CREDIT_NOTE_CLEARED']

function stateOf({ status, paymentStatus }: shapes.InvoiceRow): InvoiceStatus {
  const state = STATES[status] ?? 'UNKNOWN'
  return state === 'OPEN' && PAID.includes(paymentStatus ?? '') ? 'PAID' : state
}

function paymentOf(row: shapes.InvoiceRow, open: shapes.OpenItemRow | undefined, now: number): PaymentStatus {
  if (row.status === 'CANCELLED') return 'REVERSED'
  if (PAID.includes(row.paymentStatus ?? '')) return 'PAID'
  if (STATES[row.status] === 'DRAFT') return 'UNPAID'
  // The open item is settled at once, the word on the invoice follows.
  if (open && new Big(open.amountOpen).eq(0) && !new Big(open.amount).eq(0)) return 'PAID'
  if (open && new Big(open.amountPaid).gt(0)) return 'PARTIAL'
  return row.dueDate !== null && row.dueDate < now ? 'OVERDUE' : 'UNPAID'
}

/** What is still open. The open item does not say its currency: where its amount is the invoice's, it is the invoice's. */
function balanceOf(row: shapes.InvoiceRow, open: shapes.OpenItemRow | undefined, names: Names): Money | null {
  if (!open || row.grossAmount === null) return null
  const same = new Big(open.amount).abs().eq(new Big(row.grossAmount).abs())
  return moneyOf(open.amountOpen, same ? row.recordCurrencyId : names.ownCurrency, names)
}

async function openItems({ client }: Connection, property: string, ids: Id[]): Promise<shapes.OpenItemRow[]> {
  if (ids.length === 0) return []
  const { rows: found } = await client.among('salesOpenItem', property, ids)
  return found.map((row) => shaped(shapes.openItem, row, 'salesOpenItem'))
}

/** What the invoices that were found name by ids alone, and their open items by invoice. */
async function besideInvoices(connection: Connection, found: z.output<typeof shapes.invoice>[]) {
  const ids = found.map(({ id }) => id)
  const lines = found.flatMap(({ salesInvoiceItems }) => salesInvoiceItems)
  const [names, skus, open] = await Promise.all([
    namesOf(connection, {
      currencies: found.map((row) => row.recordCurrencyId),
      units: lines.map(({ unitId }) => unitId),
    }),
    skusOf(
      connection,
      lines.map(({ articleId }) => articleId),
    ),
    openItems(connection, 'salesInvoiceId', ids),
  ])
  mustFit(
    open.every(({ salesInvoiceId }) => ids.includes(salesInvoiceId ?? '')),
    'salesInvoiceId',
  )
  return { names, skus, byInvoice: new Map(open.map((row) => [row.salesInvoiceId, row])) }
}

/** Invoices; what is still open stands on their open items: https://www.weclapp.com/api/ (salesInvoice, salesOpenItem) */
export function invoices(connection: Connection): Read<Invoice> {
  const { config } = connection
  return reader(connection, {
    resource: 'salesInvoice',
    search: ['invoiceNumber', 'orderNumberAtCustomer'],
    form: shapes.invoice,
    async finish(found) {
      const now = today(connection)
      const { names, skus, byInvoice } = await besideInvoices(connection, found)
      return (row) => {
        const item = byInvoice.get(row.id)
        const type = row.salesInvoiceType
        return {
          id: row.id,
          number: row.invoiceNumber,
          type: type === 'CREDIT_NOTE' ? 'CREDIT_NOTE' : /_INVOICE$/.test(type) ? 'INVOICE' : 'UNKNOWN',
          state: stateOf(row),
          nativeStatus: row.status,
          payment: paymentOf(row, item, now),
          ...documentHead(row, names),
          orders: row.salesOrders.map(({ id }) => id),
          issuedOn: toDay(row.invoiceDate, config.timeZone),
          dueOn: toDay(row.dueDate, config.timeZone),
          lines: row.salesInvoiceItems.map((line) =>
            toLine(line, { names, config, skus, currency: row.recordCurrencyId }),
          ),
          tax: moneyOf(minus(row.grossAmount, row.netAmount), row.recordCurrencyId, names),
          balance: balanceOf(row, item, names),
          updatedAt: toUtc(row.lastModifiedDate),
        }
      }
    },
  })
}

/** Payments received: bank transactions, with the open items they were booked on. */
export function payments(connection: Connection): Read<Payment> {
  const { config } = connection
  return reader(connection, {
    resource: 'bankTransaction',
    where: [['paymentType', 'eq', 'RECEIPT']],
    search: ['externalRecordNumber', 'description'],
    form: shapes.payment,
    async finish(found) {
      const ids = found.map(({ id }) => id)
      const [names, open] = await Promise.all([
        namesOf(connection, { currencies: found.map(({ currencyId }) => currencyId) }),
        openItems(connection, 'paymentApplications.bankTransactionId', ids),
      ])
      const parts = open.flatMap(({ salesInvoiceId: invoice, paymentApplications }) =>
        invoice === null ? [] : paymentApplications.map((one) => ({ ...one, invoice })),
      )
      const byPayment = Map.groupBy(parts, (one) => one.bankTransactionId)
      return (row) => ({
        id: row.id,
        number: row.externalRecordNumber,
        customer: row.partyId,
        amount: moneyOf(row.amount, row.currencyId, names),
        paidOn: toDay(row.effectiveDate, config.timeZone),
        nativeStatus: row.cleared ? 'cleared' : 'open',
        allocations: (byPayment.get(row.id) ?? []).map(({ invoice, amountAppliedOriginCurrency }) => ({
          invoice,
          amount: moneyOf(amountAppliedOriginCurrency, row.currencyId, names),
        })),
        updatedAt: toUtc(row.lastModifiedDate),
      })
    },
  })
}

const sums = z.object({
  customerSalesOpenItemSum: z.array(
    z
      .string()
      .regex(/^-?\d+(\.\d+)?$/)
      .nullable(),
  ),
})
const openOrder = z.object({
  customerId: z.string(),
  status: z.string(),
  invoiced: z.boolean(),
  grossAmountInCompanyCurrency: z.string().regex(/^-?\d+(\.\d+)?$/),
})

/** What customers have ordered and not been invoiced for yet, in the company's currency. */
async function ordered({ client }: Connection, ids: Id[]): Promise<Map<string, Big>> {
  const { rows: found } = await client.among('salesOrder', 'customerId', ids, {
    where: [
      ['status', 'eq', 'ORDER_CONFIRMATION_PRINTED'],
      ['invoiced', 'eq', 'false'],
    ],
    properties: 'id,customerId,status,invoiced,grossAmountInCompanyCurrency',
  })
  const total = new Map<string, Big>()
  for (const row of found) {
    const order = shaped(openOrder, row, 'salesOrder')
    const { customerId, grossAmountInCompanyCurrency: amount } = order
    mustFit(order.status === 'ORDER_CONFIRMATION_PRINTED' && !order.invoiced, 'status')
    total.set(customerId, (total.get(customerId) ?? new Big(0)).plus(amount))
  }
  return total
}

/** Limits and balances of a whole batch: the sums are computed by weclapp, in the company's currency. */
export async function credit(connection: Connection, customers: Id[]): Promise<Answer<Credit>[]> {
  const ids = [...new Set(customers.filter(isId))]
  if (ids.length === 0) return customers.map(() => null)
  const found = new Map<string, Credit | ErpError>()
  const open = await ordered(connection, ids)
  const names = await namesOf(connection, {})
  for (let at = 0; at < ids.length; at += 200) {
    const part = ids.slice(at, at + 200)
    const { rows: parties, computed } = await connection.client.list('party', {
      where: [
        ['id', 'in', part],
        ['customer', 'eq', 'true'],
      ],
      properties: 'id,customer,customerBlocked,customerCreditLimit',
      computed: 'customerSalesOpenItemSum',
      sort: 'id',
    })
    const { customerSalesOpenItemSum: owed } = shaped(
      sums,
      parties.length > 0 ? computed : { customerSalesOpenItemSum: [] },
      'party',
    )
    mustFit(owed.length === parties.length, 'customerSalesOpenItemSum')
    for (const [index, raw] of parties.entries()) {
      const { id } = shaped(shapes.known, raw, 'party')
      mustFit(part.includes(id), 'id')
      found.set(
        id,
        rowOf(() =>
          creditOf(shaped(shapes.partyFacts, raw, 'party'), owed[index] ?? null, open.get(id), names),
        ),
      )
    }
  }
  return customers.map((id) => found.get(id) ?? null)
}

function creditOf(
  party: shapes.PartyFacts,
  owed: string | null,
  open: Big | undefined,
  names: Names,
): Credit {
  const limit = party.customerCreditLimit
  const balance = owed === null ? null : new Big(owed).toFixed()
  const left =
    limit === null || balance === null
      ? null
      : new Big(limit)
          .minus(balance)
          .minus(open ?? 0)
          .toFixed()
  return {
    limit: moneyOf(limit, names.ownCurrency, names),
    balance: moneyOf(balance, names.ownCurrency, names),
    available: moneyOf(left, names.ownCurrency, names),
    onHold: party.customerBlocked,
  }
}
