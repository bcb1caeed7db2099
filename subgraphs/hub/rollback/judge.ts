import type { OpenConnection } from '../../connections.ts'
import type { Capability } from '../../connector.ts'
import { FIELD_NAMES, type WholeField, changedWhole, same } from '../conflict/fields.ts'
import { alike } from '../reconcile/compare.ts'
import type { Later, Past } from './select.ts'

/** Why an operation is left as it is. */
export const REASONS = [
  'CHANGED',
  'GONE',
  'NOT_REVERSIBLE',
  'NOT_DONE',
  'ALREADY',
  'UNKNOWN',
  'NOTHING',
  'IN_USE',
  'NOT_CONNECTED',
  'FAILED',
  'CANCELLED',
] as const
/** One reason. */
export type Reason = (typeof REASONS)[number]

/** A field that is restored. */
export interface Change {
  field: string
  now: unknown
  to: unknown
}

/** An operation that is left as it is, and why. */
export interface Skip {
  skip: Reason
  message: string
}

/** UPDATE and CANCEL write to the ERP; GOLDEN and FORGET change the hub's own record only. */
export interface Restore {
  act: 'UPDATE' | 'CANCEL' | 'GOLDEN' | 'FORGET'
  changes: Change[]
}

/** What the hub's own record of a change IN says now. */
export interface Golden {
  values: Record<string, unknown>
  /** Other connections, documents or writes know it. */
  isUsed: boolean
  /** The record came with this operation and has not changed since. */
  isNew: boolean
}

const WRITES = { ORDER: 'order', CUSTOMER: 'customer', INVOICE: 'invoice', PAYMENT: 'payment' } as const
const MANUAL: Partial<Record<Past['object'], Capability[]>> = {
  ORDER: ['cancelOrder', 'pushOrder'],
  CUSTOMER: ['upsertCustomer'],
  INVOICE: ['pushInvoice'],
  PAYMENT: ['pushPayment'],
}
/** What a document must still say, so that nobody has gone on with it. */
const DOCUMENT: Partial<Record<Past['object'], string[]>> = {
  ORDER: [
    ...['state', 'fulfilment', 'invoicing', 'payment', 'customer', 'currency', 'total'],
    ...['purchaseOrderNumber', 'requestedDelivery', 'lines'],
  ],
  INVOICE: ['state', 'payment', 'customer', 'currency', 'total', 'balance', 'dueOn', 'lines'],
  PAYMENT: ['customer', 'amount', 'paidOn', 'allocations'],
  CUSTOMER: FIELD_NAMES,
}

/** Why it cannot be undone whatever the ERP holds now; null where that has to be looked at. */
export function refusalOf(op: Past, open: OpenConnection | null): Skip | null {
  if (op.isTaken) return { skip: 'ALREADY', message: 'A rollback has undone it, or is at it.' }
  if (op.status !== 'DONE') {
    return { skip: 'NOT_DONE', message: `It is ${op.status}: there is nothing that could be restored.` }
  }
  if (op.direction === 'IN') return refusalIn(op)
  if (!open) {
    return { skip: 'NOT_CONNECTED', message: `${op.connection} is paused or not connected.` }
  }
  if (canUndo(op, open)) return null
  return { skip: 'NOT_REVERSIBLE', message: manualStep(op, open) }
}

function refusalIn(op: Past): Skip | null {
  const isTaken = op.object === 'CUSTOMER' && (op.action === 'CREATE' || op.action === 'UPDATE')
  if (isTaken && op.customer) return null
  const message =
    op.action === 'DELETE'
      ? 'The record was deleted in the ERP; the hub does not bring it back there.'
      : 'The hub shows it as the ERP has it; nothing of it was taken over that could be restored.'
  return { skip: 'NOT_REVERSIBLE', message }
}

function canUndo(op: Past, { erp }: OpenConnection): boolean {
  const name = WRITES[op.object as keyof typeof WRITES]
  if (!name) return false
  if (op.action === 'CREATE') return name !== 'customer' && erp[name]?.undo !== undefined
  return op.action === 'UPDATE' && op.object === 'CUSTOMER' && erp.customer?.update !== undefined
}

function manualStep({ object, action, number, record }: Past, { connector }: OpenConnection): string {
  const name = number ?? record ?? 'it'
  if (action === 'CANCEL' || action === 'DELETE') {
    return `A cancellation cannot be taken back: create it anew in ${connector.name}, with ${name} as the model.`
  }
  const manual = MANUAL[object]?.map((key) => connector.manual?.[key]).find(Boolean)
  const told = action === 'CREATE' ? `Cancel or remove ${name}` : `Set ${name} back`
  return manual ?? `${told} in ${connector.name} by hand.`
}

/** The fields that an operation changed: for a customer written by us only those that it was to write. */
function fieldsOf({ direction, before, after, input }: Past): WholeField[] {
  const changed = changedWhole(before ?? {}, after ?? {})
  const given = FIELD_NAMES.filter((field) => input[field] !== undefined)
  return direction === 'OUT' && given.length > 0 ? changed.filter((field) => given.includes(field)) : changed
}

/** The record as it will be when the later operations of the same set are undone. */
export function without(now: Record<string, unknown>, later: Later[]): Record<string, unknown> {
  return later.reduce((record, { before, after }) => {
    if (!before || !after) return record
    const fields = changedWhole(before, after)
    if (!fields.every((field) => alike(field, record[field], after[field]))) return record
    return { ...record, ...Object.fromEntries(fields.map((field) => [field, before[field] ?? null])) }
  }, now)
}

/** What a payment changes in its invoice, and an invoice in its order. */
const FOLLOWED = ['state', 'payment', 'balance', 'invoicing']

/**
 * What is to be done with a write of ours, given the record as the ERP holds it now; `isFollowed` when documents that
 * settle or bill it will be undone before.
 */
export function judgeOut(op: Past, now: Record<string, unknown> | null, isFollowed = false): Restore | Skip {
  if (!now) return { skip: 'GONE', message: `${op.connection} does not have the record any more.` }
  const { before, after } = op
  if (!after || (op.action === 'UPDATE' && !before)) {
    const message = 'It is not known what the record looked like: the ERP could not be read then.'
    return { skip: 'UNKNOWN', message }
  }
  if (op.action === 'CREATE') {
    const counts = (field: string) => !isFollowed || !FOLLOWED.includes(field)
    const other = (DOCUMENT[op.object] ?? []).filter(
      (field) => counts(field) && !alike(field, now[field], after[field]),
    )
    if (other.length > 0) return changedSince(other)
    return { act: 'CANCEL', changes: [] }
  }
  const fields = fieldsOf(op)
  if (fields.length === 0) return { skip: 'NOTHING', message: 'It changed nothing.' }
  const other = fields.filter((field) => !alike(field, now[field], after[field]))
  if (other.length > 0) return changedSince(other)
  return { act: 'UPDATE', changes: changesOf(fields, now, before ?? {}) }
}

/** What is to be done with a change that was taken over, given the golden record as it is now. */
export function judgeIn(op: Past, golden: Golden | null): Restore | Skip {
  if (!golden) return { skip: 'GONE', message: 'The hub does not have the record any more.' }
  if (op.action === 'CREATE') {
    if (!golden.isNew) {
      return { skip: 'CHANGED', message: 'The record was known before, or has changed since.' }
    }
    if (golden.isUsed) return { skip: 'IN_USE', message: 'Other connections or documents know it too.' }
    return { act: 'FORGET', changes: [] }
  }
  const { values } = golden
  const [before, after] = [op.before ?? {}, op.after ?? {}]
  const fields = fieldsOf(op).filter((field) => !alike(field, values[field], before[field]))
  const other = fields.filter((field) => !alike(field, values[field], after[field]))
  if (other.length > 0) return changedSince(other)
  if (fields.length === 0) return { skip: 'NOTHING', message: 'Nothing of it stands in the golden record.' }
  return { act: 'GOLDEN', changes: changesOf(fields, values, before) }
}

function changedSince(fields: string[]): Skip {
  return { skip: 'CHANGED', message: `Changed since: ${fields.join(', ')}.` }
}

function changesOf(
  fields: WholeField[],
  now: Record<string, unknown>,
  before: Record<string, unknown>,
): Change[] {
  return fields.map((field) => ({ field, now: now[field] ?? null, to: before[field] ?? null }))
}

interface Attribute {
  key: string
  value?: string | null
}

/** What is written to restore a field: custom attributes one by one, those that were not there before emptied. */
export function writtenFor({ field, now, to }: Change): unknown {
  if (field !== 'customAttributes') return to ?? (field === 'addresses' ? [] : null)
  const [is, was] = [(now ?? []) as Attribute[], (to ?? []) as Attribute[]]
  const back = was.filter(({ key, value }) => !same(is.find((one) => one.key === key)?.value, value))
  const gone = is.filter(({ key }) => !was.some((one) => one.key === key))
  return [...back, ...gone.map(({ key }) => ({ key, value: null }))]
}
