import Big from 'big.js'
import type { Answer, Credit, Id } from '../connector.ts'
import type { Filter } from './client.ts'
import { type Connection, children } from './read.ts'
import * as rows from './rows.ts'

const creditLimit = rows.creditLimit

function total(values: Big[]): Big {
  return values.reduce((sum, value) => sum.plus(value), new Big(0))
}

/**
 * Limit, balance and what is left, in the company's currency: open invoices, and orders as far as they are not
 * billed, count against the limit, as when the ERP checks it. https://docs.frappe.io/erpnext/credit-limit
 */
export async function credit(connection: Connection, customers: Id[]): Promise<Answer<Credit>[]> {
  const { client, setup } = connection
  if (customers.length === 0) return []
  const names = [...new Set(customers)]
  const company = await setup.company()
  const common: Filter[] = [
    ['customer', 'in', names],
    ['company', '=', company.name],
    ['docstatus', '=', 1],
  ]
  const list = { limit: 0 }
  const [known, limits, invoices, orders] = await Promise.all([
    client.list('Customer', rows.customer, {
      ...list,
      fields: rows.fieldsOf(rows.customer),
      filters: [['name', 'in', names]],
    }),
    children(connection, 'Customer Credit Limit', 'Customer', creditLimit, names),
    client.list('Sales Invoice', rows.openInvoice, {
      ...list,
      fields: rows.fieldsOf(rows.openInvoice),
      filters: [...common, ['outstanding_amount', '!=', 0]],
    }),
    client.list('Sales Order', rows.openOrder, {
      ...list,
      fields: rows.fieldsOf(rows.openOrder),
      filters: [...common, ['per_billed', '<', 100], ['status', '!=', 'Closed']],
    }),
  ])
  const byName = new Map(known.map((row) => [row.name, row]))
  const owed = Map.groupBy(invoices, ({ customer }) => customer)
  const ordered = Map.groupBy(orders, ({ customer }) => customer)
  return customers.map((name) => {
    const row = byName.get(name)
    if (!row) return null
    const money = (amount: Big) =>
      company.currency ? { amount: amount.toFixed(), currency: company.currency } : null
    const balance = total(
      (owed.get(name) ?? []).map((one) => {
        const foreign = one.party_account_currency !== null && one.party_account_currency !== company.currency
        return new Big(one.outstanding_amount).times(foreign ? (one.conversion_rate ?? 1) : 1)
      }),
    )
    const open = total(
      (ordered.get(name) ?? []).map((one) =>
        new Big(one.base_grand_total).times(new Big(100).minus(one.per_billed)).div(100),
      ),
    )
    // A limit of zero is none.
    const limit = limits
      .get(name)
      ?.find((one) => one.company === company.name && !new Big(one.credit_limit).eq(0))
    return {
      limit: limit ? money(new Big(limit.credit_limit)) : null,
      balance: money(balance),
      available: limit ? money(new Big(limit.credit_limit).minus(balance).minus(open)) : null,
      onHold: row.is_frozen || row.disabled,
    }
  })
}
