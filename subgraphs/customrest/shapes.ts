import { z } from 'zod'

/** Numbers that are text in the end: what is no number of that form is refused. */
export const decimal = z
  .union([z.string(), z.int()])
  .transform(String)
  .pipe(z.string().regex(/^-?(0|[1-9]\d{0,27})(\.\d{1,18})?$/))
/** An id or a word, as text. */
export const word = z.union([z.string(), z.int()]).transform(String).pipe(z.string().min(1))
/** An id; the text of a missing one is none. */
export const id = word.refine((value) => value !== 'null', 'is the text of a missing id')
const empty = (value: unknown): unknown => (value === '' || value === null ? undefined : value)
const text = z.preprocess(empty, word.optional()).transform((value) => value ?? null)
const amount = z.preprocess(empty, decimal.optional()).transform((value) => value ?? null)
const yesNo = z.boolean().nullish()
const count = z
  .preprocess(
    empty,
    z
      .union([
        z.int(),
        z
          .string()
          .regex(/^\d{1,9}$/)
          .transform(Number),
      ])
      .optional(),
  )
  .transform((value) => value ?? null)
const currency = z
  .preprocess(
    empty,
    z
      .string()
      .regex(/^[A-Z]{3}$/)
      .optional(),
  )
  .transform((value) => value ?? null)
const day = z
  .preprocess(
    empty,
    z
      .string()
      .regex(/^\d{4}-\d\d-\d\d/)
      .transform((value) => value.slice(0, 10))
      .optional(),
  )
  .transform((value) => value ?? null)
/** An instant with its zone, in UTC. */
export const instant = z
  .preprocess(
    empty,
    z
      .string()
      .regex(
        /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:?\d\d)$/,
        'is no instant with a zone; use $isoDate',
      )
      .transform((value) => new Date(value).toISOString())
      .optional(),
  )
  .transform((value) => value ?? null)
const list = <T extends z.ZodType>(one: T) =>
  z.preprocess((value) => value ?? undefined, z.array(one).optional())

/** An address by the manifest's field names. */
export const address = z.looseObject({
  type: z.string().nullish(),
  name: text,
  street: text,
  street2: text,
  postalCode: text,
  city: text,
  region: text,
  countryCode: text,
})
/** A line by the manifest's field names. */
export const line = z.looseObject({
  id: text,
  sku: text,
  itemId: text,
  description: text,
  quantity: amount,
  unit: text,
  unitPrice: amount,
  discountPercentage: amount,
  netAmount: amount,
  warehouseCode: text,
  shippedQuantity: amount,
  invoicedQuantity: amount,
})

const document = {
  externalId: id,
  number: text,
  status: text,
  reference: text,
  customerId: text,
  customerName: text,
  currencyCode: currency,
  totalNet: amount,
  totalTax: amount,
  totalGross: amount,
  paymentTermsCode: text,
  purchaseOrderNumber: text,
  note: text,
  shipTo: address.nullish(),
  lines: list(line),
  updatedAt: instant,
}
/** An order by the manifest's field names. */
export const order = z.looseObject({ ...document, orderDate: day, requestedDate: day })
/** A quote by the manifest's field names. */
export const quote = z.looseObject({ ...document, orderDate: day, expiryDate: day })
/** An invoice by the manifest's field names. */
export const invoice = z.looseObject({
  ...document,
  issueDate: day,
  dueDate: day,
  openAmount: amount,
  dunningLevel: count,
  orderReferences: list(word),
})
/** An item by the manifest's field names. */
export const item = z.looseObject({
  externalId: id,
  sku: word,
  name: text,
  description: text,
  type: text,
  status: text,
  gtin: text,
  unit: text,
  listPrice: amount,
  currencyCode: currency,
  minimumOrderQuantity: amount,
  leadTimeDays: z.int().nonnegative().nullish(),
  categories: list(z.string()),
  updatedAt: instant,
})
/** A customer by the manifest's field names. */
export const customer = z.looseObject({
  externalId: id,
  name: word,
  number: text,
  email: text,
  phone: text,
  taxId: text,
  group: text,
  countryCode: text,
  addresses: list(address),
  paymentTermsCode: text,
  creditLimit: amount,
  currencyCode: currency,
  blocked: yesNo,
  updatedAt: instant,
})
/** A payment by the manifest's field names. */
export const payment = z.looseObject({
  externalId: id,
  number: text,
  amount: decimal,
  currencyCode: currency,
  date: day,
  customerId: text,
  status: text,
  allocations: list(z.looseObject({ invoiceId: word, amount })),
  updatedAt: instant,
})
