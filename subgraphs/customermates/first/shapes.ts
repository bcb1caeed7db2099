import Big from 'big.js'
import { z } from 'zod'
import type { Column, Entity, Rows } from '../port.ts'
import { wordsOf } from '../text.ts'

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
const person = z.object({ id, firstName: text, lastName: text })
const line = z.object({ id, name: text, amount: decimal, quantity: decimal })

/** The custom columns of a row under the name that both generations share. */
function withValues<T extends { customFieldValues: Rows[Entity]['values'] }>({
  customFieldValues: values,
  ...row
}: T) {
  return { ...row, values }
}

/** The rows of each table; a line has no price of its own but the amount of its service at the time of reading. */
export const SHAPES: { [E in Entity]: z.ZodType<Rows[E]> } = {
  services: base
    .extend({ name: text, amount: decimal })
    .transform((row) => ({ ...withValues(row), currency: null })),
  organizations: base.extend({ name: text, contacts: z.array(person).default([]) }).transform(withValues),
  contacts: base
    .extend({
      firstName: text,
      lastName: text,
      emails: z
        .array(z.string())
        .nullish()
        .transform((emails) => emails ?? []),
      organizations: z.array(named),
    })
    .transform(withValues),
  deals: base
    .extend({
      name: text,
      totalValue: decimal.nullish().transform((value) => value ?? null),
      notes: z.unknown().transform(wordsOf),
      organizations: z.array(named),
      contacts: z.array(person),
      users: z.array(z.object({ id })).default([]),
      services: z.array(line.transform((one) => ({ ...one, service: one.id, currency: null }))),
    })
    .transform((row) => ({ ...withValues(row), currency: null })),
}
/** What every row begins with. */
export const head = z.object({ id, createdAt: instant, updatedAt: instant })
/** A page of a search. */
export const found = z.object({
  items: z.array(z.unknown()),
  pagination: z.object({ total: z.string().regex(/^\d+$/).transform(Number).nullish() }).nullish(),
})
/** A task as a search finds it; which deals it belongs to is asked by a filter. */
export const task = z.object({ name: text, deals: z.array(z.object({ id })).nullish() })

const TYPES: Record<string, Column['type']> = {
  date: 'DATE',
  dateTime: 'DATE',
  currency: 'NUMBER',
  singleSelect: 'PICKLIST',
}
const column = z
  .object({
    id,
    label: text,
    type: z.string().nullish(),
    options: z
      .object({ options: z.array(z.object({ value: z.string(), label: text })).nullish() })
      .nullish()
      .transform((options) => options?.options ?? []),
  })
  .transform(({ type, ...rest }): Column => {
    const kind = type ?? 'plain'
    const always = { required: false, custom: true, writable: true, multiple: false }
    return { ...rest, ...always, kind, type: TYPES[kind] ?? 'TEXT' }
  })
/** `GET /v1/{entity}/configuration` */
export const configuration = z.object({ customColumns: z.array(column) })
/** `GET /v1/users/me` */
export const user = z.object({ firstName: text, lastName: text })
