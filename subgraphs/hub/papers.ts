import type { Invoice, Payment } from '../connector.ts'
import type { OpenConnection } from '../connections.ts'
import type { Database } from './database.ts'
import { newId } from './identity.ts'

/** What is kept of an invoice's figures, in the order of the columns type … dunning_level; nulls without one. */
export function invoiceFigures(invoice: Invoice | null): (string | number | null)[] {
  const { type, payment, dueOn, currency, total, balance, dunningLevel } = invoice ?? {}
  const unit = currency ?? total?.currency ?? balance?.currency
  const all = [type, payment, dueOn, unit, total?.amount, balance?.amount, dunningLevel]
  return all.map((one) => one ?? null)
}

/** What is kept of a payment's figures, in the order of the columns paid_on … allocations; nulls without one. */
export function paymentFigures(payment: Payment | null): (string | null)[] {
  const { paidOn, amount, allocations } = payment ?? {}
  const parts = allocations?.map(({ invoice, amount: part }) => ({ invoice, amount: part?.amount ?? null }))
  return [
    paidOn ?? null,
    amount?.currency ?? null,
    amount?.amount ?? null,
    parts ? JSON.stringify(parts) : null,
  ]
}

const BUYER = `(select hub_id from external_ref where connection = ? and kind = 'customer' and native_id = ?)`

const UPSERT_INVOICE = `
insert into invoice (id, tenant, connection, native_id, number, state, type, payment, due_on, currency, total, balance,
  dunning_level, customer, sales_order)
values (?, ?, ?, ?, ?, ?, ?, ?, ?::date, ?, ?, ?, ?::int, ${BUYER},
  (select id from sales_order where connection = ? and native_id is not null and (native_id in (select jsonb_array_elements_text(?::jsonb))
    or number in (select jsonb_array_elements_text(?::jsonb))) order by id limit 1))
on conflict (connection, native_id) do update set number = excluded.number, state = excluded.state, type = excluded.type,
  payment = excluded.payment, due_on = excluded.due_on, currency = excluded.currency, total = excluded.total,
  balance = excluded.balance, dunning_level = excluded.dunning_level, updated_at = now(),
  customer = coalesce(invoice.customer, excluded.customer), sales_order = coalesce(invoice.sales_order, excluded.sales_order)`

/** Writes invoices that a connection told of, with a link to the order that they bill. */
export async function importInvoices(db: Database, open: OpenConnection, invoices: Invoice[]): Promise<void> {
  for (const invoice of invoices) {
    const own = [
      newId('inv'),
      open.tenant,
      open.id,
      invoice.id,
      invoice.number ?? null,
      invoice.state ?? null,
    ]
    const orders = JSON.stringify(invoice.orders ?? [])
    const links = [open.id, invoice.customer ?? null, open.id, orders, orders]
    await db.em().execute(UPSERT_INVOICE, [...own, ...invoiceFigures(invoice), ...links])
  }
}

const UPSERT_PAYMENT = `
insert into payment (id, tenant, connection, native_id, number, paid_on, currency, amount, allocations, customer)
values (?, ?, ?, ?, ?, ?::date, ?, ?, coalesce(?::jsonb, '[]'), ${BUYER})
on conflict (connection, native_id) do update set number = excluded.number, paid_on = excluded.paid_on,
  currency = excluded.currency, amount = excluded.amount, allocations = excluded.allocations, updated_at = now(),
  customer = coalesce(payment.customer, excluded.customer)`

/** Writes payments that a connection told of. */
export async function importPayments(db: Database, open: OpenConnection, payments: Payment[]): Promise<void> {
  for (const payment of payments) {
    const own = [newId('pay'), open.tenant, open.id, payment.id, payment.number ?? null]
    const links = [open.id, payment.customer ?? null]
    await db.em().execute(UPSERT_PAYMENT, [...own, ...paymentFigures(payment), ...links])
  }
}
