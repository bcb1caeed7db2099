import Big from 'big.js'
import { z } from 'zod'
import type { DocumentLine, InvoiceStatus, Money, PaymentStatus } from '../../schema/index.ts'
import type { Customer, Invoice } from '../connector.ts'
import type { Json } from '../json.ts'
import { shaped } from '../shape.ts'
import { dayIn } from '../zone.ts'
import type { Config } from './config.ts'

/** Text, or null where it is empty or missing. */
const text = z
  .string()
  .nullish()
  .transform((value) => value?.trim() || null)
/** A JSON number that arrived as its exact text. */
const decimal = z
  .string()
  .regex(/^-?\d+(\.\d+)?([eE][+-]?\d{1,2})?$/, 'is no number')
  .nullish()
  .transform((value) => (value ? new Big(value).toFixed() : null))
const time = z.iso.datetime({ offset: true })
const instant = time.nullish().transform((value) => (value ? new Date(value).toISOString() : null))
const day = z.union([z.iso.date(), time]).nullish()
const currency = z
  .string()
  .regex(/^[A-Za-z]{3}$/, 'is no currency')
  .nullish()
  .transform((value) => value?.toUpperCase() ?? null)
const id = z.string().min(1)

const customer = z.object({
  id,
  name: text,
  email: text,
  plan: text,
  defaultCurrency: currency,
  status: text,
  updatedAt: instant,
})

const line = z.object({
  id: text,
  type: text,
  description: text,
  quantity: decimal,
  unitPrice: decimal,
  amount: decimal,
})

/** The form of an invoice is not published: every name here is assumed, in the style of what is. https://docs.aforo.ai */
const invoice = z.object({
  id,
  invoiceNumber: text,
  status: z.string().min(1),
  customerId: text,
  customerName: text,
  currency,
  issueDate: day,
  dueDate: day,
  finalizedAt: day,
  lineItems: z.array(line).nullish(),
  subtotal: decimal,
  taxAmount: decimal,
  total: decimal,
  amountPaid: decimal,
  amountDue: decimal,
  updatedAt: instant,
})

type Line = z.output<typeof line>
type NativeInvoice = z.output<typeof invoice>

/** OPEN is finalised; UNCOLLECTIBLE comes after five reminders and is told by `nativeStatus`. https://docs.aforo.ai */
const STATES: Record<string, [InvoiceStatus, PaymentStatus]> = {
  DRAFT: ['DRAFT', 'UNPAID'],
  OPEN: ['OPEN', 'UNPAID'],
  OVERDUE: ['OPEN', 'OVERDUE'],
  UNCOLLECTIBLE: ['OPEN', 'OVERDUE'],
  PAID: ['PAID', 'PAID'],
  VOID: ['VOID', 'REVERSED'],
}

function own<T>(table: Record<string, T>, key: string | null): T | undefined {
  return key !== null && Object.hasOwn(table, key) ? table[key] : undefined
}

function statesOf({ status, amountPaid }: NativeInvoice, { statuses }: Config) {
  const [state = 'UNKNOWN', payment = 'UNKNOWN'] = own(STATES, status.toUpperCase()) ?? []
  const partly = payment === 'UNPAID' && new Big(amountPaid ?? 0).gt(0)
  return { state: own(statuses, status) ?? state, payment: partly ? 'PARTIAL' : payment } as const
}

/** The amount of a line is the truth: a told price that does not lead to it was rounded, so it is calculated. */
function unitPriceOf({ quantity, unitPrice, amount }: Line): string | null {
  if (quantity === null || unitPrice === null || amount === null) return null
  const places = amount.split('.')[1]?.length ?? 0
  const leads = new Big(quantity).times(unitPrice).round(Math.max(2, places), Big.roundHalfUp).eq(amount)
  return leads || new Big(quantity).eq(0) ? unitPrice : new Big(amount).div(quantity).round(18).toFixed()
}

function lineOf(row: Line, money: (amount: string | null) => Money | null, { skus }: Config): DocumentLine {
  return {
    id: row.id,
    sku: own(skus, row.description) ?? own(skus, row.type) ?? null,
    description: row.description ?? row.type,
    quantity: row.quantity,
    unitPrice: money(unitPriceOf(row)),
    net: money(row.amount),
  }
}

/** A calendar day; a time is cut in the zone of the tenant. */
function dayOf(value: string | null | undefined, { timeZone }: Config): string | null {
  if (!value || !value.includes('T')) return value ?? null
  return dayIn(timeZone, Date.parse(value))
}

/** An invoice in canonical words. Throws ErpError BAD_ANSWER naming the field that is not as expected. */
export function toInvoice(native: Json, config: Config): Invoice {
  const row = shaped(invoice, native, 'An invoice of Aforo')
  const money = (amount: string | null): Money | null =>
    amount !== null && row.currency !== null ? { amount, currency: row.currency } : null
  return {
    id: row.id,
    number: row.invoiceNumber,
    type: 'INVOICE',
    ...statesOf(row, config),
    nativeStatus: row.status,
    customer: row.customerId,
    customerName: row.customerName,
    issuedOn: dayOf(row.issueDate ?? row.finalizedAt, config),
    dueOn: dayOf(row.dueDate, config),
    currency: row.currency,
    lines: row.lineItems?.map((one) => lineOf(one, money, config)) ?? null,
    net: money(row.subtotal),
    tax: money(row.taxAmount),
    total: money(row.total),
    balance: money(row.amountDue),
    updatedAt: row.updatedAt,
  }
}

/** A customer in canonical words; the plan is its group. Throws ErpError BAD_ANSWER naming the field. */
export function toCustomer(native: Json): Customer {
  const row = shaped(customer, native, 'A customer of Aforo')
  return {
    id: row.id,
    name: row.name,
    email: row.email,
    currency: row.defaultCurrency,
    group: row.plan,
    active: row.status === null ? null : row.status.toUpperCase() === 'ACTIVE',
    updatedAt: row.updatedAt,
  }
}
