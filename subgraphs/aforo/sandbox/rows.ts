import Big from 'big.js'
import type { Demo, DemoDocument } from '../../demo.ts'
import { exactNumber } from '../../json.ts'

/** A customer of the tenant. */
export interface Person {
  id: string
  name: string
  email: string
  plan: string
  defaultCurrency: string
  status: 'ACTIVE' | 'ARCHIVED'
  createdAt: string
  updatedAt: string
}

interface Charge {
  type: string
  description: string
  quantity: string
  unitPrice: string
  amount: string
}

/** An invoice of the tenant; amounts are decimal text. */
export interface Bill {
  id: string
  status: string
  customer: Person
  day: string
  charges: Charge[]
  paid: Big
  credited: Big
  updatedAt: string
}

const STATES = ['OPEN', 'PAID', 'OVERDUE', 'DRAFT', 'UNCOLLECTIBLE', 'VOID', 'OPEN'] as const
const PLANS = { retail: 'STANDARD', wholesale: 'BUSINESS', key: 'ENTERPRISE' }
const TAX = '0.19'
const TOUCHED = '2026-11-18T10:20:30Z'

/** A new customer. */
export function person(
  count: number,
  fields: Pick<Person, 'name' | 'email' | 'plan' | 'defaultCurrency'>,
): Person {
  const id = `3f0c9a52-6d0e-4b7e-9a10-${count.toString(16).padStart(12, '0')}`
  return { id, ...fields, status: 'ACTIVE', createdAt: '2026-02-01T09:00:00Z', updatedAt: TOUCHED }
}

/** Names that a create would refuse stand here too: they were imported. */
export function people(demo: Demo): Person[] {
  return demo.customers.map(({ name, email, group, currency }, at) =>
    person(at + 1, { name, email, plan: PLANS[group], defaultCurrency: currency }),
  )
}

function charge(
  type: string,
  description: string,
  quantity: string,
  unitPrice: string,
  amount?: Big,
): Charge {
  const told = amount ?? new Big(quantity).times(unitPrice).round(2)
  return { type, description, quantity, unitPrice, amount: told.toFixed(2) }
}

/** A plan, usage with many decimals, a discount and, now and then, what the vendor calculates otherwise. */
function chargesOf({ lines }: DemoDocument, at: number): Charge[] {
  const [first] = lines
  if (!first) return []
  const plan = charge('CHARGE', `Plan ${first.sku}`, first.quantity, first.price)
  const charges = [
    plan,
    charge(
      'USAGE_FEE',
      'API calls',
      String(1_250_000 + at * 7),
      at === 0 ? '0.000400000000000001' : '0.0004',
    ),
    charge('DISCOUNT', 'Loyalty 10 %', '1', new Big(plan.amount).times('-0.1').round(2).toFixed(2)),
  ]
  if (at % 4 === 1) charges.push(charge('PRORATION', 'Rückvergütung ✨', '0.5', '-19.99'))
  if (at % 5 === 2) charges.push(charge('USAGE_FEE', 'Storage', '3', '0.33', new Big('1.00')))
  return charges
}

function netOf({ charges }: Bill): Big {
  return charges.reduce((sum, { amount }) => sum.plus(amount), new Big(0))
}

/** Net and tax of an invoice. */
export function totalOf(bill: Bill): Big {
  const net = netOf(bill)
  return net.plus(net.times(TAX).round(2))
}

/** The demo company's documents as invoices, in each state. */
export function bills(demo: Demo, customers: Person[]): Bill[] {
  return demo.orders.flatMap((order, at) => {
    const customer = customers[demo.customers.findIndex(({ number }) => number === order.customer)]
    if (!customer) return []
    const bill: Bill = {
      id: `inv_${String(at + 1).padStart(2, '0')}`,
      status: STATES[at % STATES.length] ?? 'OPEN',
      customer,
      day: order.on,
      charges: chargesOf(order, at),
      paid: new Big(0),
      credited: new Big(0),
      updatedAt: TOUCHED,
    }
    if (bill.status === 'PAID') bill.paid = totalOf(bill)
    if (at % STATES.length === 6) bill.paid = new Big(1)
    return [bill]
  })
}

function number(decimal: string | Big): object {
  return exactNumber(typeof decimal === 'string' ? decimal : decimal.toFixed(2))
}

/** An invoice in the form that is assumed. */
export function shown(bill: Bill): object {
  const { id, status, customer, day, charges, paid, credited, updatedAt } = bill
  const [net, total] = [netOf(bill), totalOf(bill)]
  const draft = status === 'DRAFT'
  return {
    id,
    invoiceNumber: draft ? null : `INV-2026-${id.slice(4).padStart(4, '0')}`,
    status,
    customerId: customer.id,
    customerName: customer.name,
    subscriptionId: `sub_${id.slice(4)}`,
    billRunId: 'br_12',
    currency: customer.defaultCurrency,
    billingPeriodStart: '2026-10-01T00:00:00Z',
    billingPeriodEnd: '2026-10-31T23:59:59Z',
    issueDate: draft ? null : day,
    dueDate: draft ? null : new Date(Date.parse(day) + 30 * 86_400_000).toISOString().slice(0, 10),
    finalizedAt: draft ? null : `${day}T02:10:44Z`,
    lineItems: charges.map(({ type, description, quantity, unitPrice, amount }, at) => ({
      id: `li_${id.slice(4)}_${at + 1}`,
      type,
      description,
      quantity: number(quantity),
      unitPrice: number(unitPrice),
      amount: number(amount),
    })),
    subtotal: number(net),
    taxAmount: number(total.minus(net)),
    total: number(total),
    amountPaid: number(paid),
    amountDue: number(status === 'VOID' ? '0' : total.minus(paid).minus(credited)),
    createdAt: `${day}T02:05:00Z`,
    updatedAt,
  }
}
