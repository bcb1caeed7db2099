import type { OrderStatus, PaymentStatus } from '../../../schema/index.ts'
import type { QuoteNews } from '../../connector.ts'
import { type Manager, rows } from '../database.ts'
import type { OperationStatus } from '../tables.ts'

/** What a source has to hear of one of its quotes. */
export interface Told {
  tenant: string
  connection: string
  native: string
  news: QuoteNews
}

interface QuoteRow {
  tenant: string
  connection: string
  native: string
  state: string
  problem: string | null
  order: string | null
  orderNumber: string | null
  orderState: OrderStatus | null
}

const QUOTE = `select q.tenant, q.connection, q.native_id as native, q.state, q.problem->>'message' as problem,
  q.sales_order as "order", s.number as "orderNumber", s.state as "orderState"
  from quote q left join sales_order s on s.id = q.sales_order where q.id = ?`

interface WriteRow {
  status: OperationStatus
  message: string | null
  wasSent: boolean
}

/** The last write of the order; what it waits for says better than itself why it failed. */
const WRITE = `select o.status, coalesce(d.problem->>'message', o.problem->>'message') as message,
  o.first_sent_at is not null as "wasSent"
  from operation o left join operation d on d.id = o.depends_on and d.status <> 'DONE'
  where o.sales_order = ? and o.object = 'ORDER' and o.direction = 'OUT' order by o.created_at desc, o.id desc limit 1`

interface InvoiceRow {
  number: string | null
  state: string | null
  payment: PaymentStatus | null
}

const INVOICES = `select number, state, payment from invoice where sales_order = ? and state is distinct from 'VOID'
  and state is distinct from 'DRAFT' and type is distinct from 'CREDIT_NOTE' order by number, id`

const FAILED: OperationStatus[] = ['REFUSED', 'DEAD', 'UNCERTAIN']
const UNDER_WAY: OperationStatus[] = ['ACCEPTED', 'RUNNING', 'WAITING']

/** What is to be told of a quote as it stands now; null where there is no such quote. */
export async function newsOf(em: Manager, quote: string): Promise<Told | null> {
  const [row] = await rows<QuoteRow>(em, QUOTE, [quote])
  if (!row) return null
  const { tenant, connection, native } = row
  const none = { orderNumber: null, orderState: null, invoiceNumber: null, payment: null }
  const [write] = row.order ? await rows<WriteRow>(em, WRITE, [row.order]) : []
  if (!row.order || isWithdrawn(row, write))
    return { tenant, connection, native, news: { ...none, failure: row.problem ?? '' } }
  const invoices = await rows<InvoiceRow>(em, INVOICES, [row.order])
  const numbers = invoices.flatMap(({ number }) => number ?? [])
  const news = {
    orderNumber: row.orderNumber,
    orderState: row.orderState,
    failure: failureOf(row, write),
    invoiceNumber: numbers.length > 0 ? numbers.join(', ') : null,
    payment: paymentOf(invoices),
  }
  return { tenant, connection, native, news }
}

/** The deal went on without the order, which was never sent: its end is no news of the deal. */
function isWithdrawn({ state }: QuoteRow, write: WriteRow | undefined): boolean {
  const isOn = !['ACCEPTED', 'CANCELLED', 'REJECTED'].includes(state)
  return isOn && write?.status === 'CANCELLED' && !write.wasSent
}

/** Why it failed; empty when it did not, null while nobody knows. */
function failureOf({ problem }: QuoteRow, write: WriteRow | undefined): string | null {
  if (write && FAILED.includes(write.status)) return write.message ?? `The order is ${write.status}.`
  if (write && UNDER_WAY.includes(write.status)) return problem
  return problem ?? ''
}

/** How much of all invoices was paid. */
function paymentOf(invoices: InvoiceRow[]): PaymentStatus | null {
  const states = new Set(
    invoices.flatMap(({ state, payment }) => payment ?? (state === 'PAID' ? 'PAID' : [])),
  )
  states.delete('UNKNOWN')
  if (states.size === 0) return null
  if (states.has('OVERDUE')) return 'OVERDUE'
  const [only] = states
  return states.size === 1 && only ? only : 'PARTIAL'
}
