import Big from 'big.js'
import { z } from 'zod'

const id = z.string().min(1)
/** Text, or null where it is empty or missing. */
const text = z
  .string()
  .nullish()
  .transform((value) => value?.trim() || null)
/** A JSON number that arrived as its exact text, without exponent and needless zeros. */
const decimal = z
  .string()
  .regex(/^-?\d+(\.\d+)?([eE][+-]?\d{1,2})?$/, 'is no number')
  .transform((value) => new Big(value).toFixed())
const instant = z
  .string()
  .refine((value) => !Number.isNaN(Date.parse(value)), 'is no instant')
  .transform((value) => new Date(value).toISOString())

const base = z.object({
  id,
  createdAt: instant,
  updatedAt: instant,
  customFieldValues: z.array(z.object({ columnId: id, value: text })),
})
const named = z.object({ id, name: text })

/** A service: the vendor's word for a product. */
export const service = base.extend({ name: text, amount: decimal })
/** An organisation; everything but its name stands in custom columns. */
export const organization = base.extend({ name: text })
/** A contact person. */
export const contact = base.extend({
  firstName: text,
  lastName: text,
  emails: z.array(z.string()).nullish(),
  organizations: z.array(named),
})
/** A deal; a line has no price of its own but the amount of its service at the time of reading. */
export const deal = base.extend({
  name: text,
  totalValue: decimal.nullish(),
  notes: z.unknown(),
  organizations: z.array(named),
  contacts: z.array(z.object({ id, firstName: text, lastName: text })),
  services: z.array(z.object({ id, name: text, amount: decimal, quantity: decimal })),
})
/** A page of a search. */
export const found = z.object({
  items: z.array(z.unknown()),
  pagination: z.object({ total: z.string().regex(/^\d+$/).transform(Number).nullish() }).nullish(),
})
/** `GET /v1/{entity}/configuration` */
export const configuration = z.object({
  customColumns: z.array(
    z.object({
      id,
      label: text,
      options: z
        .object({ options: z.array(z.object({ value: z.string(), label: text })).nullish() })
        .nullish()
        .transform((options) => options?.options ?? []),
    }),
  ),
})
/** `GET /v1/users/me` */
export const user = z.object({ firstName: text, lastName: text })

export type Row = z.output<typeof base>
export type Service = z.output<typeof service>
export type Organization = z.output<typeof organization>
export type Contact = z.output<typeof contact>
export type Deal = z.output<typeof deal>
export type Column = z.output<typeof configuration>['customColumns'][number]
