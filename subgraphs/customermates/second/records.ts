import Big from 'big.js'
import { z } from 'zod'
import { ErpError } from '../../../schema/errors.ts'
import type { Entity, Line, Person, Row, Rows, Value } from '../port.ts'
import { wordsOf } from '../text.ts'
import { type FieldKey, type Model, type RelationKey, whole } from './model.ts'

const id = z.string().min(1)
const instant = z
  .string()
  .refine((value) => !Number.isNaN(Date.parse(value)), 'is no instant')
  .transform((value) => new Date(value).toISOString())
const decimal = z
  .string()
  .regex(/^-?\d+(\.\d+)?$/, 'is no number')
  .transform((value) => new Big(value).toFixed())
const currency = z
  .string()
  .regex(/^[A-Z]{3}$/)
  .nullish()

const KINDS = [
  'decimal',
  'boolean',
  'textList',
  'selectList',
  'range',
  'richText',
  'text',
  'date',
  'dateTime',
  'select',
  'member',
]
/** Values by kind; a kind that a newer release adds is read as nothing. https://customermates.com/docs */
const scalar = z.union([
  z
    .object({ kind: z.string().refine((kind) => !KINDS.includes(kind)) })
    .transform(() => ({ kind: 'text' as const, value: '' })),
  z.object({ kind: z.literal('decimal'), value: decimal, currency }),
  z.object({ kind: z.literal('boolean'), value: z.boolean().transform(String) }),
  z.object({ kind: z.literal(['textList', 'selectList']), value: z.array(z.string()) }),
  z.object({ kind: z.literal('range'), start: z.string().nullish(), end: z.string().nullish() }),
  z.object({ kind: z.literal('richText'), documentJson: z.string() }),
  z.object({ kind: z.literal(['text', 'date', 'dateTime', 'select', 'member']), value: z.string() }),
])
const result = z.discriminatedUnion('state', [
  z.object({ state: z.literal('value'), value: scalar }),
  z.object({ state: z.literal(['missing', 'restricted', 'error']) }),
])
const ref = z.object({ typeId: id, recordId: id })
const title = z.object({ state: z.string(), value: z.object({ value: z.unknown() }).nullish() }).nullish()

/** A record; which relations it names is asked for. */
export const record = z.object({
  ref,
  version: whole,
  schemaRevision: whole,
  createdAt: instant,
  updatedAt: instant,
  fields: z.array(z.object({ fieldId: id, result })),
  assignedUserIds: z.array(id).nullish(),
  relationships: z.array(z.object({ relationId: id, records: z.array(z.object({ ref, title })) })).nullish(),
  identities: z.array(z.object({ provider: z.string(), value: z.string() })).nullish(),
})
/** A record as it was read. */
export type Native = z.output<typeof record>

function documentOf(json: string): unknown {
  try {
    return JSON.parse(json)
  } catch {
    return json
  }
}

/** A value as text; several are separated by commas, a range is an ISO 8601 interval. */
function textOf(value: z.output<typeof scalar>): string | null {
  if (value.kind === 'richText') return wordsOf(documentOf(value.documentJson))
  if (value.kind === 'range')
    return value.start || value.end ? `${value.start ?? '..'}/${value.end ?? '..'}` : null
  return Array.isArray(value.value) ? value.value.join(', ') : value.value.trim() || null
}

function valueOf({ fieldId, result: one }: Native['fields'][number]): Value {
  if (one.state === 'restricted') return { columnId: fieldId, value: null, restricted: true }
  if (one.state !== 'value') return { columnId: fieldId, value: null }
  const money = one.value.kind === 'decimal' ? one.value.currency : null
  return { columnId: fieldId, value: textOf(one.value), ...(money && { currency: money }) }
}

function baseOf(native: Native): Row {
  const { createdAt, updatedAt } = native
  return { id: native.ref.recordId, createdAt, updatedAt, values: native.fields.map(valueOf) }
}

function nameIn(row: Row, fieldId: string | null | undefined): Value {
  return row.values.find(({ columnId }) => columnId === fieldId) ?? { columnId: fieldId ?? '', value: null }
}

/** The records that a relation leads to, in the vendor's order. */
function linked(native: Native, model: Model, key: RelationKey): { id: string; name: string | null }[] {
  const relation = native.relationships?.find(({ relationId }) => relationId === model.relations[key])
  return (relation?.records ?? []).map(({ ref: target, title: shown }) => {
    const name = shown?.value?.value
    return { id: target.recordId, name: typeof name === 'string' ? name : null }
  })
}

/** The id of the deal that a line belongs to. */
export function dealOf(line: Native, model: Model): string | null {
  return linked(line, model, 'lineItem.deal')[0]?.id ?? null
}

function needed(row: Row, model: Model, key: FieldKey): Value & { value: string } {
  const { value, ...rest } = nameIn(row, model.fields[key])
  if (value !== null && model.fields[key] !== undefined) return { ...rest, value }
  const field = `model.${key}`
  throw rest.restricted
    ? new ErpError('PERMISSION_DENIED', `The user of the API may not see "${key}" of a line.`, { field })
    : new ErpError('MAPPING_MISSING', `A line in Customermates has no "${key}".`, { field })
}

/** A line with its price: that of the service, or the one that was saved when it was agreed. */
export function toLine(native: Native, model: Model): Line {
  const row = baseOf(native)
  const [service] = linked(native, model, 'lineItem.service')
  const price = needed(row, model, 'lineItem.effectivePrice')
  return {
    id: row.id,
    service: service?.id ?? null,
    name: service?.name ?? nameIn(row, model.types.lineItem.name).value,
    quantity: needed(row, model, 'lineItem.quantity').value,
    amount: price.value,
    currency: price.currency ?? null,
  }
}

function personOf({ id: one, name }: { id: string; name: string | null }): Person {
  return { id: one, firstName: name, lastName: null }
}

const MAIL = ['mail', 'google', 'outlook']

/** A record in the words of both generations; a deal gets the lines that stand beside it. */
export const TO_ROW: { [E in Entity]: (native: Native, model: Model, lines: Native[]) => Rows[E] } = {
  services(native, model) {
    const row = baseOf(native)
    const { value, currency: own } = nameIn(row, model.fields['service.amount'])
    return { ...row, name: nameIn(row, model.types.service.name).value, amount: value, currency: own ?? null }
  },
  organizations(native, model) {
    const row = baseOf(native)
    return { ...row, name: nameIn(row, model.types.organization.name).value, contacts: [] }
  },
  contacts(native, model) {
    const row = baseOf(native)
    const [firstName, lastName] = (['contact.firstName', 'contact.lastName'] as const).map(
      (key) => nameIn(row, model.fields[key]).value,
    )
    const full = firstName || lastName ? null : nameIn(row, model.types.contact.name).value
    return {
      ...row,
      firstName: firstName ?? full,
      lastName: lastName ?? null,
      // Channels of other sorts, such as WhatsApp, have values that are no addresses.
      emails: (native.identities ?? [])
        .filter(({ provider }) => MAIL.includes(provider))
        .map(({ value }) => value),
      organizations: linked(native, model, 'contact.organizations'),
    }
  },
  deals(native, model, lines) {
    const row = baseOf(native)
    const total = nameIn(row, model.fields['deal.totalValue'])
    const services = lines.map((line) => toLine(line, model))
    return {
      ...row,
      name: nameIn(row, model.types.deal.name).value,
      totalValue: total.value,
      currency: total.currency ?? services[0]?.currency ?? null,
      notes: nameIn(row, model.fields['deal.notes']).value,
      organizations: linked(native, model, 'deal.organizations'),
      contacts: linked(native, model, 'deal.contacts').map(personOf),
      users: (native.assignedUserIds ?? []).map((one) => ({ id: one })),
      services,
    }
  },
}

/** The relations that a table's records are read with. */
export const RELATED: Record<Entity, RelationKey[]> = {
  services: [],
  organizations: [],
  contacts: ['contact.organizations'],
  deals: ['deal.organizations', 'deal.contacts'],
}
