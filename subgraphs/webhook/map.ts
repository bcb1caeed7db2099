import { ErpError } from '../../schema/errors.ts'
import type {
  CustomerInput,
  InvoiceInput,
  OrderInput,
  OrderLineInput,
  PaymentInput,
  Ref,
} from '../connector.ts'
import { mustBeInvoice } from '../credit.ts'
import type { Json } from '../json.ts'

/** A document as the endpoint gets it under `data`; decimals are text. */
export type Document = { id: string } & Record<string, unknown>

function refuse(code: 'VALIDATION' | 'MISSING_REQUIRED_FIELD', why: string, field: string): never {
  throw new ErpError(code, why, { field })
}

function decimal(text: string, field: string): string {
  if (!/^-?\d+(\.\d+)?$/.test(text)) refuse('VALIDATION', 'This is no decimal number.', field)
  return text
}

/** The customer, by the id that the endpoint gave it, else by our reference. */
function buyer(id: string): { id: string; externalId: string } {
  if (id === '') refuse('MISSING_REQUIRED_FIELD', 'The document has no customer.', 'customer')
  return { id, externalId: id }
}

function lineOf(line: OrderLineInput, index: number, currency: string | null): object {
  const field = `lines.${index}`
  const { unitPrice: price } = line
  if (price && currency && price.currency !== currency)
    refuse('VALIDATION', `The price is in ${price.currency}.`, `${field}.unitPrice.currency`)
  return {
    position: index + 1,
    sku: line.sku,
    description: line.description ?? null,
    quantity: decimal(line.quantity, `${field}.quantity`),
    unit: line.unit ?? null,
    unitPrice: price ? decimal(price.amount, `${field}.unitPrice`) : null,
    discountPercent: line.discountPercent ? decimal(line.discountPercent, `${field}.discountPercent`) : null,
    warehouse: line.warehouse ?? null,
    requestedDelivery: line.requestedDelivery ?? null,
  }
}

/** Lines and the one currency that all of them share. */
function goods(input: { lines: OrderLineInput[]; currency?: string | null }): {
  currency: string | null
  lines: object[]
} {
  const { lines } = input
  if (lines.length === 0) refuse('MISSING_REQUIRED_FIELD', 'The document needs a line.', 'lines')
  const currency = input.currency ?? lines.find((line) => line.unitPrice)?.unitPrice?.currency ?? null
  return { currency, lines: lines.map((line, index) => lineOf(line, index, currency)) }
}

function custom(attributes: OrderInput['customAttributes']): Record<string, unknown> {
  return Object.fromEntries((attributes ?? []).map(({ key, value }) => [key, value]))
}

/** An order to be pushed; `id` is our reference. */
export function toOrder(input: OrderInput, ref: string): Document {
  return {
    id: ref,
    status: 'OPEN',
    version: 1,
    orderDate: input.orderedOn ?? null,
    requestedDelivery: input.requestedDelivery ?? null,
    customer: buyer(input.customer),
    purchaseOrderNumber: input.purchaseOrderNumber ?? null,
    ...goods(input),
    discounts: input.discounts ?? [],
    paymentTerms: input.paymentTerms ?? null,
    shipTo: input.shipTo ?? null,
    note: input.note ?? null,
    customFields: custom(input.customAttributes),
  }
}

/** A customer to be made. */
export function toCustomer(input: CustomerInput, ref: string): Document {
  if (input.name.trim() === '') refuse('MISSING_REQUIRED_FIELD', 'The customer has no name.', 'name')
  const { customAttributes, ...rest } = input
  const empty = { email: null, phone: null, taxId: null, country: null, currency: null }
  const more = { group: null, paymentTerms: null, addresses: [] }
  return { id: ref, version: 1, ...empty, ...more, ...rest, customFields: custom(customAttributes) }
}

/** An invoice to be booked. */
export function toInvoice(input: InvoiceInput, ref: string): Document {
  mustBeInvoice(input, 'the system behind the webhook')
  return {
    id: ref,
    number: input.number ?? null,
    status: 'OPEN',
    version: 1,
    issueDate: input.issuedOn ?? null,
    dueDate: input.dueOn ?? null,
    customer: buyer(input.customer),
    order: input.order ?? null,
    ...goods(input),
    note: input.note ?? null,
    customFields: {},
  }
}

/** A payment to be recorded. */
export function toPayment(input: PaymentInput, ref: string): Document {
  const { currency } = input.amount
  const allocations = input.allocations.map(({ invoice, amount }, index) => {
    if (amount.currency !== currency)
      refuse('VALIDATION', `The payment is in ${currency}.`, `allocations.${index}.amount.currency`)
    return { invoice, amount: decimal(amount.amount, `allocations.${index}.amount`) }
  })
  return {
    id: ref,
    version: 1,
    customer: buyer(input.customer),
    amount: decimal(input.amount.amount, 'amount'),
    currency,
    paidOn: input.paidOn,
    method: input.method ?? null,
    allocations,
  }
}

/** A document that is cancelled or void; of an earlier push no more is known than its id and number. */
export function toEnd(ref: Ref, status: 'CANCELLED' | 'VOID'): Document {
  return { id: ref.id, externalId: ref.id, number: ref.number ?? null, status }
}

function textOf(value: Json | undefined): string | null {
  return typeof value === 'string' && value !== '' ? value : null
}

/** What the endpoint says of a document that it has; all of it is optional. `ref` is our reference. */
export function toRef(answer: Json, ref: string): Ref {
  const said = answer !== null && typeof answer === 'object' && !Array.isArray(answer) ? answer : {}
  const url = textOf(said.url)
  return {
    id: textOf(said.external_id) ?? ref,
    number: textOf(said.external_number),
    url: url && /^https?:\/\//i.test(url) ? url : null,
  }
}
