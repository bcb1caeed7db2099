import { unescape } from 'node:querystring'
import Big from 'big.js'
import { expect } from 'vitest'
import { bodyText } from '../../subgraphs/charset.ts'
import type {
  CustomerInput,
  Erp,
  Found,
  InvoiceInput,
  OrderInput,
  PaymentInput,
  Ref,
  WireRequest,
  Write,
} from '../../subgraphs/connector.ts'
import type { HttpRequest } from '../../subgraphs/http.ts'
import type { Bench, Line } from './bench.ts'

/** What can be written. */
export type JobKind = 'order' | 'customer' | 'invoice' | 'payment'

/** One kind of write: its part of the connection and something worth writing. */
export interface Job<I> {
  kind: JobKind
  part(erp: Erp): Write<I> | undefined
  /** What no other reference has written: many of them stand in one sandbox. */
  input(bench: Bench, ref: string): Promise<I>
}

/** Two lines for a German retail customer, everything filled in that every ERP has a place for. */
export async function orderInput(bench: Bench, more: Partial<OrderInput> = {}): Promise<OrderInput> {
  const person = bench.person(({ group, currency }) => group === 'retail' && currency === 'EUR')
  const [desk, chair] = await bench.items(['DESK-160', 'CHAIR-60'])
  return {
    customer: await bench.customer(person),
    lines: [
      { ...desk!, quantity: '2', unit: 'H87', unitPrice: { amount: '212.50', currency: 'EUR' } },
      { ...chair!, quantity: '13', unit: 'H87', unitPrice: { amount: '99.90', currency: 'EUR' } },
    ],
    currency: 'EUR',
    purchaseOrderNumber: 'PO-4711',
    orderedOn: '2026-11-21',
    requestedDelivery: '2026-12-01',
    shipTo: {
      type: 'SHIPPING',
      name: 'Möbelhaus Süd, Tor 3',
      lines: ['Am Güterbahnhof 7'],
      postalCode: '80331',
      city: 'München',
      country: 'DE',
    },
    note: 'Bitte am Tor läuten 🔔',
    ...more,
  }
}

/** A customer that no ERP of the demo knows yet. */
export function customerInput(more: Partial<CustomerInput> = {}): CustomerInput {
  return {
    name: 'Grünwald Möbel ✨ GmbH',
    email: 'einkauf@gruenwald.example',
    phone: '+493012345678',
    country: 'DE',
    currency: 'EUR',
    addresses: [
      { type: 'BILLING', lines: ['Königsallee 1'], postalCode: '40212', city: 'Düsseldorf', country: 'DE' },
    ],
    ...more,
  }
}

async function invoiceInput(bench: Bench): Promise<InvoiceInput> {
  const { customer, lines, currency } = await orderInput(bench)
  return { customer, lines, currency, issuedOn: '2026-11-21', dueOn: '2026-12-21', note: 'Danke' }
}

async function paymentInput(bench: Bench): Promise<PaymentInput> {
  if (!(await bench.calm).erp.invoices) {
    const { customer } = await orderInput(bench)
    return { customer, amount: { amount: '0.01', currency: 'EUR' }, paidOn: '2026-11-21', allocations: [] }
  }
  const open = (await bench.rows('invoice')).find(
    ({ balance, customer, state }) => customer && state !== 'DRAFT' && Number(balance?.amount ?? 0) > 1,
  )
  if (!open?.balance || !open.customer) throw new Error('The demo has no open invoice that could be paid.')
  const amount = { amount: '0.01', currency: open.balance.currency }
  return {
    customer: open.customer,
    amount,
    paidOn: '2026-11-21',
    allocations: [{ invoice: open.id, amount }],
  }
}

/** Pushing orders. */
export const ORDER: Job<OrderInput> = {
  kind: 'order',
  part: (erp) => erp.order,
  input: (bench, ref) => orderInput(bench, { purchaseOrderNumber: `PO-${ref}` }),
}
/** Writing customers. */
export const CUSTOMER: Job<CustomerInput> = {
  kind: 'customer',
  part: (erp) => erp.customer,
  input: (_bench, ref) =>
    Promise.resolve(customerInput({ name: `Grünwald ${ref} ✨ GmbH`, email: emailOf(ref) })),
}
/** Writing invoices. */
export const INVOICE: Job<InvoiceInput> = { kind: 'invoice', part: (erp) => erp.invoice, input: invoiceInput }
const PAYMENT: Job<PaymentInput> = { kind: 'payment', part: (erp) => erp.payment, input: paymentInput }

function emailOf(ref: string): string {
  return `${ref.toLowerCase()}@gruenwald.example`
}

/** Whether the connection writes anything. */
export function writesAny(erp: Erp): boolean {
  return Boolean(erp.order ?? erp.customer ?? erp.invoice ?? erp.payment)
}

/** Runs `look` for every kind that the connection writes. */
export async function eachJob(bench: Bench, look: <I>(job: Job<I>) => Promise<void>): Promise<void> {
  const { erp } = await bench.calm
  const named = async <I>(job: Job<I>) => {
    if (!job.part(erp)) return
    await look(job).catch((error: unknown) => {
      if (error instanceof Error) error.message = `${job.kind}: ${error.message}`
      throw error
    })
  }
  await named(ORDER)
  await named(CUSTOMER)
  await named(INVOICE)
  await named(PAYMENT)
}

/** The part of this line that the job is about. */
export function writeOf<I>(job: Job<I>, { erp }: Line): Write<I> {
  const write = job.part(erp)
  if (!write) throw new Error(`This connection writes no ${job.kind}.`)
  return write
}

/**
 * What the worker does with a push whose fate it does not know: look first, finish what is half done, create
 * only where nothing is. Null where it must ask an operator, because nothing can be looked up.
 */
export async function recover<I>(write: Write<I>, input: I, ref: string): Promise<Ref | null> {
  const found: Found | null | undefined = await write.find?.(ref)
  if (found?.done) return found.ref
  if (found) {
    if (!write.resume) throw new Error('find says that something is missing, and resume is not there.')
    return write.resume(found.ref, found.step, input)
  }
  const sure = write.proof === 'key' || write.proof === 'lookup'
  return sure ? write.create(input, ref) : null
}

/** In which state the ledger holds what was written, once for each time. */
export function booked(kind: JobKind, line: Line, ref: string): string[] {
  const { orders, customers } = line.ledger()
  if (kind === 'order') return orders.filter((order) => order.ref === ref).map(({ state }) => state)
  if (kind !== 'customer') return []
  return customers.filter(({ email }) => email === emailOf(ref)).map(() => 'booked')
}

const HOLE = /\{\{\d+\.[\w.]+\}\}|•••/

function pattern(planned: string): RegExp {
  const parts = planned
    .split(new RegExp(HOLE, 'g'))
    .map((part) => part.replace(/[.*+?^${}()|[\]\\/]/g, '\\$&'))
  return new RegExp(`^${parts.join('[^{}]+?')}$`, 's')
}

/** What a plan says, in the address too, as text that people can read. */
export function wordsOf(plan: WireRequest[]): string {
  return plan.map(({ url, body }) => `${unescape(url)}\n${body ?? ''}`).join('\n')
}

function plainHeaders(headers: Record<string, string> | undefined): [string, string][] {
  return Object.entries(headers ?? {}).map(([name, value]) => [name.toLowerCase(), value])
}

/** Fails unless the requests that were sent are the planned ones: method, address, headers, body byte for byte. */
export function mustBePlanned(plan: WireRequest[], sent: HttpRequest[]): void {
  expect(sent.map(({ method }) => method)).toEqual(plan.map(({ method }) => method))
  for (const [index, planned] of plan.entries()) {
    const real = sent[index]
    expect(real?.url).toMatch(pattern(planned.url))
    const body = real ? bodyText(real, Infinity) : null
    if (planned.body === null) expect(body).toBe(null)
    else expect(body).toMatch(pattern(planned.body))
    const headers = new Map(plainHeaders(real?.headers))
    for (const [name, value] of plainHeaders(planned.headers))
      expect(headers.get(name)).toMatch(pattern(value))
    expect([...headers.keys()].toSorted()).toEqual(
      plainHeaders(planned.headers)
        .map(([name]) => name)
        .toSorted(),
    )
  }
}

/** The sum of an order's lines: quantity times price, before tax. */
export function netOf(input: OrderInput): Big {
  return input.lines.reduce(
    (total, { quantity, unitPrice }) => total.plus(new Big(quantity).times(unitPrice?.amount ?? 0)),
    new Big(0),
  )
}
