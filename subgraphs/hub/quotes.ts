import { ErpError } from '../../schema/errors.ts'
import type { Problem } from '../../schema/index.ts'
import { type Caller, SCOPES } from '../caller.ts'
import type { Quote } from '../connector.ts'
import type { OpenConnection } from '../connections.ts'
import { toProblem } from '../reader.ts'
import { acceptOrder } from './accept.ts'
import { requireFields } from './back/required.ts'
import { keyOf, withdraw } from './back/withdraw.ts'
import { acceptCancel } from './cancel.ts'
import { rows } from './database.ts'
import { holds } from './flow/condition.ts'
import { type Flow, flowsFrom, orderWishes } from './flow/read.ts'
import { beginRun, endRun } from './flow/runs.ts'
import type { Hub } from './hub.ts'
import { importCustomers, newId } from './identity.ts'
import type { PushOrderInput } from './inputs.ts'
import { admitted } from './privacy/admit.ts'
import { linkByNumber } from './match/number.ts'
import { Refused } from './request.ts'

/** Writes quotes that a source told of; an accepted one becomes exactly one order, a cancelled one cancels it. */
export async function importQuotes(hub: Hub, open: OpenConnection, quotes: Quote[]): Promise<void> {
  const flows = await flowsFrom(hub.db.em(), open.id, 'quote')
  for (const quote of quotes) {
    const row = await importQuote(hub, open, quote)
    const mayOrder = open.connector.role === 'source' || flows.length > 0
    if (mayOrder && !row.sales_order) await byFlow(hub, open, quote, row, flows)
    const isOff = quote.state === 'CANCELLED' || quote.state === 'REJECTED'
    if (mayOrder && isOff && row.sales_order) await cancel(hub, open, row, row.sales_order)
    const isBack = BACK.includes(quote.state ?? '') && flows.length === 0
    if (mayOrder && isBack && row.sales_order) await withdraw(hub, onBehalf(open), row.id, row.sales_order)
  }
}

/** A deal that was won and is none of the following any more is lost or cancelled, or is negotiated again. */
const BACK = ['DRAFT', 'PENDING_APPROVAL', 'SENT', 'EXPIRED']

/** Where flows start at quotes of this connection they say what becomes an order, and where; else an accepted one does. */
async function byFlow(
  hub: Hub,
  open: OpenConnection,
  quote: Quote,
  row: QuoteRow,
  flows: Flow[],
): Promise<void> {
  if (flows.length === 0 && quote.state === 'ACCEPTED') await toOrder(hub, open, quote, row)
  for (const flow of flows) {
    if (!flow.enabled || !(await holds('quote', flow.condition, quote, quote.id).catch(() => false))) continue
    const order = {
      connection: open.id,
      kind: 'quote',
      native: quote.id,
      number: quote.number ?? null,
    } as const
    const run = await beginRun(hub.db.em(), flow, order)
    const problem = await toOrder(hub, open, quote, row, flow)
    await endRun(hub.db.em(), run, { problem, order: row.id })
    return
  }
}

interface QuoteRow {
  id: string
  sales_order: string | null
}

async function importQuote(hub: Hub, open: OpenConnection, quote: Quote): Promise<QuoteRow> {
  const own = [
    quote.number ?? null,
    quote.state ?? 'UNKNOWN',
    quote.nativeStatus ?? null,
    quote.customerName ?? null,
  ]
  const values = [newId('quo'), open.tenant, open.id, quote.id, ...own]
  const [row] = await rows<QuoteRow>(hub.db.em(), UPSERT_QUOTE, values)
  if (!row) throw new ErpError('INTERNAL', 'The quote was not written.')
  return row
}

const UPSERT_QUOTE = `
insert into quote (id, tenant, connection, native_id, number, state, native_status, customer_name)
values (?, ?, ?, ?, ?, ?, ?, ?)
on conflict (connection, native_id) do update set number = excluded.number, state = excluded.state,
  native_status = excluded.native_status, customer_name = excluded.customer_name, updated_at = now()
returning id, sales_order`

/** On whose behalf orders are made of quotes. */
function onBehalf(open: OpenConnection): Caller {
  return { tenant: open.tenant, name: open.id, scopes: [...SCOPES], connections: null, customer: null }
}

/** Gives why it cannot be an order yet; null when it is one. */
async function toOrder(
  hub: Hub,
  open: OpenConnection,
  quote: Quote,
  row: QuoteRow,
  flow: Flow | null = null,
): Promise<Problem | null> {
  try {
    const customer = await buyerOf(hub, open, quote)
    await requireFields(hub, open, quote.customer ?? null, customer)
    const input = { ...inputOf(quote, row, customer), ...(flow && orderWishes(flow)) }
    const key = await keyOf(hub.db.em(), row.id)
    const accepted = await acceptOrder(hub, onBehalf(open), input, key)
    const sql = 'update quote set sales_order = ?, problem = null where id = ?'
    await hub.db.em().execute(sql, [accepted.order, row.id])
    return null
  } catch (error) {
    // A quote that cannot become an order says why; it is tried again at the next poll or webhook.
    const known =
      error instanceof Refused
        ? error.problems[0]
        : error instanceof ErpError
          ? toProblem(error, open.id)
          : null
    if (!known) throw error
    await hub.db
      .em()
      .execute('update quote set problem = ?::jsonb where id = ?', [JSON.stringify(known), row.id])
    return known
  }
}

/** The hub's customer of a quote: who the source's customer is, else who has that number or id in an ERP. */
async function buyerOf(hub: Hub, open: OpenConnection, quote: Quote): Promise<string> {
  if (quote.customer && !(await hub.catalogue.hubId(open.id, 'customer', quote.customer))) {
    const [found] = (await open.erp.customers?.byId([quote.customer])) ?? []
    if (found && !(found instanceof ErpError))
      await importCustomers(hub.db, open, await admitted(hub, open, 'customer', [found]))
  }
  const known = quote.customer ? await hub.catalogue.hubId(open.id, 'customer', quote.customer) : null
  const { customer: native, customerErpId: number } = quote
  if (known && native && number) return linkByNumber(hub, open, known, { native, number })
  if (known) return known
  throw new ErpError(
    'INVALID_CUSTOMER',
    `The quote ${quote.number ?? quote.id} names no customer that can be found.`,
    {
      connection: open.id,
      field: 'customer',
    },
  )
}

/** The order that a quote becomes; `row` is null in a dry run. Throws INVALID_ITEM for a line without SKU or quantity. */
export function inputOf(quote: Quote, row: QuoteRow | null, customer: string): PushOrderInput {
  const lines = (quote.lines ?? []).map((line, index) => {
    if (!line.sku || !line.quantity) {
      throw new ErpError('INVALID_ITEM', `Line ${index + 1} of the quote has no SKU or no quantity.`, {
        field: `lines.${index}.sku`,
      })
    }
    const { sku, quantity, unit, unitPrice, description } = line
    return {
      sku,
      quantity,
      unit,
      unitPrice,
      description,
      discountPercent: line.discounts?.[0]?.percent ?? null,
    }
  })
  return {
    customer,
    lines,
    quote: row?.id ?? null,
    currency: quote.currency,
    purchaseOrderNumber: quote.purchaseOrderNumber ?? quote.number,
    paymentTerms: quote.paymentTerms,
    shipTo: quote.shipTo,
    note: quote.note,
    discounts: quote.discounts,
  }
}

async function cancel(hub: Hub, open: OpenConnection, row: QuoteRow, order: string): Promise<void> {
  // The source may have put it there because we told that the order is cancelled.
  const sql = "select id from sales_order where id = ? and state = 'CANCELLED'"
  if ((await rows(hub.db.em(), sql, [order])).length > 0) return
  try {
    await acceptCancel(hub, onBehalf(open), order, 'The quote was cancelled.', `quote:${row.id}:cancel`)
  } catch (error) {
    if (!(error instanceof Refused) && !(error instanceof ErpError)) throw error
    const problem = error instanceof Refused ? error.problems[0] : toProblem(error, open.id)
    await hub.db
      .em()
      .execute('update quote set problem = ?::jsonb where id = ?', [JSON.stringify(problem ?? null), row.id])
  }
}
