import Big from 'big.js'
import { z } from 'zod'
import { midnight } from './time.ts'

const words = z
  .string()
  .nullish()
  .transform((text) => text || null)
/** A JSON number as text; large ones come as 1.0E7. */
const number = z
  .string()
  .regex(/^-?\d+(\.\d+)?([eE][+-]?\d{1,2})?$/)
  .transform((text) => new Big(text).toFixed())
const figure = number.nullish().transform((text) => text ?? null)
const moment = z
  .string()
  .refine((text) => /^\d{4}-\d\d-\d\dT/.test(text) && !Number.isNaN(Date.parse(text)))
  .transform((text) => new Date(text).toISOString())
const when = moment.nullish().transform((text) => text ?? null)
const id = z.string().min(1)
const flag = z
  .boolean()
  .nullish()
  .transform((yes) => yes ?? false)

/** What every row has. */
export const known = z.object({ id })

/** https://developers.lexware.io/docs/ (articles) */
export const article = z.object({
  id,
  title: words,
  description: words,
  type: words,
  articleNumber: words,
  gtin: words,
  unitName: words,
  archived: flag,
  price: z.object({ netPrice: figure, taxRate: figure }),
  updatedDate: when,
})
export type ArticleRow = z.output<typeof article>

const place = z.object({ supplement: words, street: words, zip: words, city: words, countryCode: words })
export type PlaceRow = z.output<typeof place>
const places = z
  .array(place)
  .nullish()
  .transform((all) => all ?? [])
const texts = z
  .array(z.string())
  .nullish()
  .transform((all) => all ?? [])
/** E-mail addresses or telephone numbers by what they are for, the most fitting for a firm first. */
const ways = z
  .object({ business: texts, office: texts, mobile: texts, private: texts, other: texts })
  .nullish()
  .transform((all) => Object.values(all ?? {}).flat())

/** https://developers.lexware.io/docs/ (contacts) */
export const contact = z.object({
  id,
  version: z.string(),
  roles: z.object({ customer: z.object({ number: z.string().nullish() }).nullish() }),
  company: z
    .object({ name: words, taxNumber: words, vatRegistrationId: words })
    .nullish()
    .transform((one) => one ?? null),
  person: z
    .object({ firstName: words, lastName: words })
    .nullish()
    .transform((one) => one ?? null),
  addresses: z
    .object({ billing: places, shipping: places })
    .nullish()
    .transform((all) => all ?? { billing: [], shipping: [] }),
  emailAddresses: ways,
  phoneNumbers: ways,
  note: words,
  archived: flag,
  updatedDate: when,
})
export type ContactRow = z.output<typeof contact>

/** https://developers.lexware.io/docs/ (voucherlist) */
export const voucher = z.object({
  id,
  voucherType: z.string(),
  voucherStatus: words,
  voucherNumber: words,
  voucherDate: moment,
  updatedDate: moment,
  contactId: words,
  totalAmount: figure,
  openAmount: figure,
})
export type VoucherRow = z.output<typeof voucher>

const price = z.object({ netAmount: figure }).nullish()
const line = z.object({
  id: words,
  type: z.string(),
  name: words,
  description: words,
  quantity: figure,
  unitName: words,
  unitPrice: price,
  discountPercentage: figure,
  lineItemAmount: figure,
})
export type LineRow = z.output<typeof line>

/** Order confirmations, invoices and quotations: https://developers.lexware.io/docs/ (order confirmations) */
export const document = z.object({
  id,
  version: z.string(),
  archived: flag,
  voucherStatus: words,
  voucherNumber: words,
  voucherDate: when,
  updatedDate: when,
  dueDate: when,
  expirationDate: when,
  address: z.object({ contactId: words, name: words }),
  lineItems: z.array(line),
  totalPrice: z.object({
    totalNetAmount: figure,
    totalGrossAmount: figure,
    totalTaxAmount: figure,
    totalDiscountAbsolute: figure,
    totalDiscountPercentage: figure,
  }),
  taxConditions: z.object({ taxType: words }),
  paymentConditions: z.object({ paymentTermLabel: words }).nullish(),
  shippingConditions: z.object({ shippingDate: when, shippingType: words }).nullish(),
  relatedVouchers: z
    .array(z.object({ id, voucherNumber: words, voucherType: words }))
    .nullish()
    .transform((all) => all ?? []),
  title: words,
  introduction: words,
  remark: words,
})
export type DocumentRow = z.output<typeof document> & { credit?: boolean }

/** A calendar day, or a moment as everywhere else. */
const dayOrMoment = z
  .string()
  .regex(/^\d{4}-\d\d-\d\d(T.*)?$/)
  .transform((text) => (text.length === 10 ? midnight(text, 'voucherDate') : text))
  .pipe(moment)

/** A voucher of bookkeeping, which holds amounts and no lines of goods: https://developers.lexware.io/docs/ (vouchers) */
export const booked = z.object({
  id,
  version: z.string(),
  type: z.string(),
  voucherStatus: words,
  voucherNumber: words,
  voucherDate: dayOrMoment.nullish().transform((text) => text ?? null),
  dueDate: dayOrMoment.nullish().transform((text) => text ?? null),
  updatedDate: when,
  totalGrossAmount: figure,
  totalTaxAmount: figure,
  taxType: words,
  contactId: words,
  remark: words,
  archived: flag,
  voucherItems: z
    .array(z.object({ amount: figure }))
    .nullish()
    .transform((all) => all ?? []),
})
export type BookedRow = z.output<typeof booked>

/** https://developers.lexware.io/docs/ (payments) */
export const payments = z.object({
  openAmount: number,
  paymentItems: z
    .array(z.object({ paymentItemType: words, postingDate: moment, amount: number }))
    .nullish()
    .transform((all) => all ?? []),
})
export type PaymentsRow = z.output<typeof payments>

/** https://developers.lexware.io/docs/ (profile) */
export const profile = z.object({ organizationId: id, companyName: z.string().min(1) })
