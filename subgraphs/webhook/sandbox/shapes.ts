import { z } from 'zod'

const text = z.string().nullable()
const decimal = z.string().regex(/^-?\d+(\.\d+)?$/, 'is no decimal text')
const day = z.iso.date().nullable()
const currency = z
  .string()
  .regex(/^[A-Z]{3}$/)
  .nullable()
const customer = z.strictObject({ id: z.string().min(1), externalId: text })
const customFields = z.record(z.string(), z.unknown())
const version = z.int().min(1)

const line = z.strictObject({
  position: z.int(),
  sku: z.string().min(1),
  description: text,
  quantity: decimal,
  unit: text,
  unitPrice: decimal.nullable(),
  discountPercent: decimal.nullable(),
  warehouse: text,
  requestedDelivery: day,
})

const end = z.strictObject({ id: z.string().min(1), externalId: text, number: text, status: z.string() })

/** What each event carries under `data`: nothing else is taken. */
export const SHAPES = {
  'customer.upsert': z.strictObject({
    id: z.string().min(1),
    version,
    name: z.string().min(1),
    email: text,
    phone: text,
    taxId: text,
    country: text,
    currency,
    group: text,
    paymentTerms: text,
    addresses: z.array(z.record(z.string(), z.unknown())).nullable(),
    customFields,
  }),
  'order.upsert': z.strictObject({
    id: z.string().min(1),
    status: z.string(),
    version,
    orderDate: day,
    requestedDelivery: day,
    customer,
    purchaseOrderNumber: text,
    currency,
    lines: z.array(line).min(1),
    discounts: z.array(z.record(z.string(), z.unknown())),
    paymentTerms: text,
    shipTo: z.record(z.string(), z.unknown()).nullable(),
    note: text,
    customFields,
  }),
  'order.cancel': end,
  'invoice.upsert': z.strictObject({
    id: z.string().min(1),
    number: text,
    status: z.string(),
    version,
    issueDate: day,
    dueDate: day,
    customer,
    order: text,
    currency,
    lines: z.array(line).min(1),
    note: text,
    customFields,
  }),
  'invoice.void': end,
  'payment.record': z.strictObject({
    id: z.string().min(1),
    version,
    customer,
    amount: decimal,
    currency,
    paidOn: z.iso.date(),
    method: text,
    allocations: z.array(z.strictObject({ invoice: z.string(), amount: decimal })),
  }),
  ping: z.strictObject({ id: z.string() }),
}

const envelope = z.strictObject({
  event: z.string(),
  event_id: z.string().startsWith('msg_'),
  connection_id: text,
  customer_id: z.string().optional(),
  order_id: z.string().optional(),
  invoice_id: z.string().optional(),
  payment_id: z.string().optional(),
  data: z.record(z.string(), z.unknown()),
})

/** A delivery in the usual form. */
export type Delivery = z.output<typeof envelope>

/** The delivery, or null for a body of another form, such as one that a template made. */
export function readDelivery(body: unknown): Delivery | null {
  return envelope.safeParse(body).data ?? null
}

/** What is asked of the look-up. */
export const LOOKUP = z.strictObject({
  type: z.literal('lookup'),
  object: z.enum(['customer', 'order', 'invoice', 'payment']),
  reference: z.string(),
})
