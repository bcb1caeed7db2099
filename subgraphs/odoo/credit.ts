import Big from 'big.js'
import { z } from 'zod'
import type { Answer, Credit } from '../connector.ts'
import { shaped } from '../shape.ts'
import { decimal, id, isId, namesOf, one } from './shapes.ts'
import type { Odoo } from './setup.ts'

const schema = z.object({
  id,
  commercial_partner_id: one,
  credit: decimal,
  credit_limit: decimal,
  credit_to_invoice: decimal,
})
type Account = z.output<typeof schema>

/**
 * What customers owe, in the currency of the company. Debts stand on the company that a contact belongs to, so a
 * contact costs a second call. Odoo warns over the limit and blocks nothing, so `onHold` is always false.
 */
export async function credit(odoo: Odoo, customers: string[]): Promise<Answer<Credit>[]> {
  const asked = [...new Set(customers.filter(isId))]
  if (asked.length === 0) return customers.map(() => null)
  const [own, { currency }] = await Promise.all([accounts(odoo, asked), odoo.setup.company.get()])
  const elsewhere = [...own.values()].map(holder).filter((each) => !own.has(each))
  const others = elsewhere.length > 0 ? await accounts(odoo, elsewhere) : own
  return customers.map((customer) => {
    const account = own.get(customer)
    const debtor = account && (others.get(holder(account)) ?? own.get(holder(account)))
    return debtor ? creditOf(debtor, currency) : null
  })
}

async function accounts(odoo: Odoo, ids: string[]): Promise<Map<string, Account>> {
  const rows = await odoo.rows('res.partner', namesOf(schema), [['id', 'in', ids.map(Number)]])
  return new Map(
    rows.map((row) => shaped(schema, row, 'res.partner')).map((account) => [account.id, account]),
  )
}

function holder(account: Account): string {
  return account.commercial_partner_id?.id ?? account.id
}

function creditOf(account: Account, currency: string): Credit {
  const money = (amount: string) => ({ amount, currency })
  const limited = account.credit_limit !== '0'
  const left = new Big(account.credit_limit).minus(account.credit).minus(account.credit_to_invoice)
  return {
    limit: limited ? money(account.credit_limit) : null,
    balance: money(account.credit),
    available: limited ? money(left.toFixed()) : null,
    onHold: false,
  }
}
