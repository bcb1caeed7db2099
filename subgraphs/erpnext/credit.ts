import Big from 'big.js'
import type { z } from 'zod'
import type { Answer, Credit, Id } from '../connector.ts'
import type { Filter } from './client.ts'
import { type Connection, children } from './read.ts'
import * as shapes from './shapes.ts'

type Rows<F extends keyof typeof shapes> = (typeof shapes)[F] extends z.ZodType<infer T> ? T[] : never

function total(values: Big[]): Big {
  return values.reduce((sum, value) => sum.plus(value), new Big(0))
}

/** Open invoices, in the company's currency. */
function owed(invoices: Rows<'openInvoice'>, company: string | null): Big {
  return total(
    invoices.map((one) => {
      const foreign = one.party_account_currency !== null && one.party_account_currency !== company
      return new Big(one.outstanding_amount).times(foreign ? (one.conversion_rate ?? 1) : 1)
    }),
  )
}

/** Orders as far as they are not billed. */
function ordered(orders: Rows<'openOrder'>): Big {
  return total(
    orders.map((one) => new Big(one.base_grand_total).times(new Big(100).minus(one.per_billed)).div(100)),
  )
}

async function documents(connection: Connection, names: string[], company: string) {
  const { client } = connection
  const common: Filter[] = [
    ['customer', 'in', names],
    ['company', '=', company],
    ['docstatus', '=', 1],
  ]
  const open: Filter[] = [...common, ['outstanding_amount', '!=', 0]]
  const unbilled: Filter[] = [...common, ['per_billed', '<', 100], ['status', '!=', 'Closed']]
  const known: Filter[] = [['name', 'in', names]]
  return Promise.all([
    client.list('Customer', shapes.customer, {
      fields: shapes.fieldsOf(shapes.customer),
      filters: known,
      limit: 0,
    }),
    children(connection, 'Customer Credit Limit', 'Customer', shapes.creditLimit, names),
    client.list('Sales Invoice', shapes.openInvoice, {
      fields: shapes.fieldsOf(shapes.openInvoice),
      filters: open,
      limit: 0,
    }),
    client.list('Sales Order', shapes.openOrder, {
      fields: shapes.fieldsOf(shapes.openOrder),
      filters: unbilled,
      limit: 0,
    }),
  ])
}

/**
 * Limit, balance and what is left, in the company's currency: open invoices, and orders as far as they are not
 * billed, count against the limit, as when the ERP checks it. https://docs.frappe.io/erpnext/credit-limit
 */
export async function credit(connection: Connection, customers: Id[]): Promise<Answer<Credit>[]> {
  if (customers.length === 0) return []
  const { name: company, currency } = await connection.setup.company()
  const [known, limits, invoices, orders] = await documents(connection, [...new Set(customers)], company)
  const byName = new Map(known.map((row) => [row.name, row]))
  const invoicesOf = Map.groupBy(invoices, ({ customer }) => customer)
  const ordersOf = Map.groupBy(orders, ({ customer }) => customer)
  const money = (amount: Big) => (currency ? { amount: amount.toFixed(), currency } : null)
  return customers.map((name) => {
    const row = byName.get(name)
    if (!row) return null
    const balance = owed(invoicesOf.get(name) ?? [], currency)
    const open = ordered(ordersOf.get(name) ?? [])
    const own = limits.get(name)?.find((one) => one.company === company)
    // A limit of zero is none.
    const limit = own && !new Big(own.credit_limit).eq(0) ? new Big(own.credit_limit) : null
    return {
      limit: limit && money(limit),
      balance: money(balance),
      available: limit && money(limit.minus(balance).minus(open)),
      onHold: row.is_frozen || row.disabled,
    }
  })
}
