import Big from 'big.js'
import { z } from 'zod'
import { Num, parseBody } from '../../exact.ts'

/** The body of a write with its numbers kept apart from texts; null for anything but an object. */
export function bodyOf(text: string): Record<string, unknown> | null {
  const body = parseBody(text)
  return body !== null && typeof body === 'object' && !Array.isArray(body)
    ? (body as Record<string, unknown>)
    : null
}

/** A number with at most so many places. */
export const number = (places: number) =>
  z.instanceof(Num).refine(({ text }) => (text.split('.')[1] ?? '').length <= places && !text.startsWith('-'))
const text = (most: number) => z.string().max(most)
/** Three digits of milliseconds and an offset, nothing else: https://developers.lexware.io/docs/ (date formats) */
const moment = z.string().regex(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}[+-]\d\d:\d\d$/)

const line = z.strictObject({
  id: z.string().optional(),
  type: z.enum(['material', 'service', 'custom', 'text']),
  name: text(255).min(1),
  description: text(2000).optional(),
  quantity: number(4),
  unitName: z.string().optional(),
  unitPrice: z.strictObject({
    currency: z.literal('EUR'),
    netAmount: number(4),
    taxRatePercentage: z
      .instanceof(Num)
      .refine(({ text: rate }) => ['0', '7', '19'].includes(String(Number(rate)))),
  }),
  discountPercentage: number(2).optional(),
})

/** What an order confirmation, an invoice or a quotation may hold. */
export const document = z.strictObject({
  voucherDate: moment,
  expirationDate: moment.optional(),
  address: z.strictObject({ contactId: z.string() }),
  lineItems: z.array(line).min(1).max(300),
  totalPrice: z.strictObject({
    currency: z.literal('EUR'),
    totalDiscountAbsolute: number(2).optional(),
    totalDiscountPercentage: number(2).optional(),
  }),
  taxConditions: z.strictObject({
    taxType: z.enum(['net', 'vatfree', 'intraCommunitySupply', 'thirdPartyCountryDelivery']),
  }),
  paymentConditions: z
    .strictObject({
      paymentTermLabel: text(255),
      paymentTermDuration: number(0),
      paymentDiscountConditions: z
        .strictObject({ discountPercentage: number(2), discountRange: number(0) })
        .optional(),
    })
    .optional(),
  shippingConditions: z
    .strictObject({
      shippingType: z.enum(['service', 'serviceperiod', 'delivery', 'deliveryperiod', 'none']),
      shippingDate: moment.optional(),
      shippingEndDate: moment.optional(),
    })
    .refine(({ shippingType, shippingDate }) => shippingType === 'none' || shippingDate !== undefined),
  title: text(25).optional(),
  introduction: text(2000).optional(),
  remark: text(2000).optional(),
  deliveryTerms: text(255).optional(),
})
export type DocumentBody = z.output<typeof document>

const place = z.strictObject({
  supplement: z.string().optional(),
  street: z.string().optional(),
  zip: z.string().optional(),
  city: z.string().optional(),
  countryCode: z.string().regex(/^[A-Z]{2}$/),
})
const ways = z.partialRecord(
  z.enum(['business', 'office', 'mobile', 'private', 'fax', 'other']),
  z.array(z.string()).max(1),
)
const nullable = z.string().nullish()

/** What a contact may hold; what Lexware fills in itself may come back and is not looked at. */
export const contact = z.strictObject({
  id: z.string().optional(),
  organizationId: z.string().optional(),
  createdDate: z.string().optional(),
  updatedDate: z.string().optional(),
  archived: z.boolean().optional(),
  version: number(0),
  roles: z
    .strictObject({ customer: z.object({}).loose().optional(), vendor: z.object({}).loose().optional() })
    .refine((roles) => Object.keys(roles).length > 0),
  company: z
    .strictObject({
      name: z.string().min(1),
      taxNumber: nullable,
      vatRegistrationId: nullable,
      allowTaxFreeInvoices: z.boolean().optional(),
      contactPersons: z.array(z.object({}).loose()).max(1).optional(),
    })
    .optional(),
  person: z.strictObject({ salutation: nullable, firstName: nullable, lastName: z.string() }).optional(),
  addresses: z
    .strictObject({ billing: z.array(place).max(1).optional(), shipping: z.array(place).max(1).optional() })
    .optional(),
  emailAddresses: ways.optional(),
  phoneNumbers: ways.optional(),
  note: text(1000).nullish(),
})

/** What a voucher of bookkeeping may hold; amounts have cents. */
export const voucher = z
  .strictObject({
    type: z.enum(['salesinvoice', 'salescreditnote', 'purchaseinvoice', 'purchasecreditnote']),
    voucherNumber: z.string().min(1),
    voucherDate: z.string().regex(/^\d{4}-\d\d-\d\d$/),
    shippingDate: z.string().regex(/^\d{4}-\d\d-\d\d$/),
    dueDate: z
      .string()
      .regex(/^\d{4}-\d\d-\d\d$/)
      .optional(),
    totalGrossAmount: number(2),
    totalTaxAmount: number(2),
    taxType: z.enum(['net', 'gross']),
    useCollectiveContact: z.boolean(),
    contactId: z.string(),
    remark: z.string().optional(),
    voucherItems: z
      .array(
        z.strictObject({
          amount: number(2),
          taxAmount: number(2),
          taxRatePercent: number(0),
          categoryId: z.string(),
        }),
      )
      .min(1),
    voucherStatus: z.enum(['open', 'unchecked']),
    version: number(0),
  })
  .refine(
    ({ voucherItems, taxType, totalGrossAmount, totalTaxAmount }) => {
      const sum = (name: 'amount' | 'taxAmount') =>
        voucherItems.reduce((all, one) => all.plus(one[name].text), new Big(0))
      const gross = taxType === 'gross' ? sum('amount') : sum('amount').plus(sum('taxAmount'))
      return gross.eq(totalGrossAmount.text) && sum('taxAmount').eq(totalTaxAmount.text)
    },
    { path: ['totalGrossAmount'] },
  )
export type VoucherBody = z.output<typeof voucher>

/** The first thing that is wrong: where, and whether it is simply not there. */
export function firstWrong(form: z.ZodType, body: unknown): { field: string; missing: boolean } | null {
  const issue = form.safeParse(body).error?.issues[0]
  if (!issue) return null
  const path = issue.code === 'unrecognized_keys' ? [...issue.path, issue.keys[0] ?? ''] : issue.path
  const field = path.reduce<string>((whole, part) => {
    return typeof part === 'number' ? `${whole}[${part}]` : `${whole}${whole && '.'}${String(part)}`
  }, '')
  const value = issue.path.reduce<unknown>(
    (at, part) => (at as Record<PropertyKey, unknown> | undefined)?.[part],
    body,
  )
  return { field, missing: value === undefined || value === null || value === '' }
}
