import Big from 'big.js'
import type { Json } from '../../json.ts'
import { FLOATS, INTS } from './fields.ts'
import { type Cell, type Row, table, text } from './meta.ts'
import { Raised } from './raised.ts'
import type { Site } from './site.ts'

const WORDS = ['Draft', 'Submitted', 'Cancelled']

/** Refuses steps of docstatus that do not exist. */
export function transition(from: number, to: number): void {
  if (from === 2) throw new Raised('ValidationError', 'Cannot edit cancelled document')
  if (to === from || to === from + 1) return
  throw new Raised(
    'DocstatusTransitionError',
    `Cannot change docstatus from ${from} (${WORDS[from]}) to ${to} (${WORDS[to]})`,
  )
}

/** Refuses changes of what was submitted. */
export function unchanged(old: Row, change: Row, open: string[]): void {
  for (const [field, value] of Object.entries(change)) {
    if (
      field === 'docstatus' ||
      open.includes(field) ||
      Array.isArray(value) ||
      text(old, field) === text(change, field)
    )
      continue
    const label = field.replaceAll('_', ' ').replace(/\b\w/g, (letter) => letter.toUpperCase())
    const bold = (words: string) => `<strong>${words}</strong>`
    const message = ` Not allowed to change ${bold(label)} after submission from ${bold(text(old, field))} to ${bold(text(change, field))}`
    throw new Raised('UpdateAfterSubmitError', message, { title: 'Cannot Update After Submit' })
  }
}

/** The name is taken. */
export function duplicate(doctype: string, name: string): Raised {
  const entry = `IntegrityError(1062, "Duplicate entry '${name}' for key 'PRIMARY'")`
  return new Raised('DuplicateEntryError', `${doctype} <strong>${name}</strong> already exists`, {
    title: 'Duplicate Name',
    shown: true,
    exception: `frappe.exceptions.DuplicateEntryError: ('${doctype}', '${name}', ${entry})`,
  })
}

/** A value of a body in the type that its field has. */
export function cell(field: string, value: Json): Cell {
  if (value === null) return null
  if (typeof value === 'boolean') return value ? 1 : 0
  if (typeof value !== 'string') return JSON.stringify(value)
  if (INTS.has(field)) return Number(value) || 0
  if (!FLOATS.has(field)) return value
  return /^-?\d+(\.\d+)?([eE][+-]?\d+)?$/.test(value) ? new Big(value).toFixed() : '0'
}

/** The texts that stand at a path such as "customer" or "items.item_code". */
export function cells(row: Row, path: string): string[] {
  const [head = '', field] = path.split('.')
  return field === undefined ? [text(row, head)] : table(row, head).map((part) => text(part, field))
}

/** Refuses links that point nowhere: field -> [DocType, label]; rows of a table as "items.item_code". */
export function mustLink(site: Site, links: Record<string, [string, string]> | undefined, row: Row): void {
  const missing = Object.entries(links ?? {}).flatMap(([path, [target, label]]) => {
    const [head = '', field] = path.split('.')
    const isUnknown = (name: string) => name !== '' && !site.find(target, name)
    if (field === undefined) return isUnknown(text(row, head)) ? [`${label}: ${text(row, head)}`] : []
    return table(row, head).flatMap((part, index) =>
      isUnknown(text(part, field)) ? [`Row #${index + 1}: ${label}: ${text(part, field)}`] : [],
    )
  })
  if (missing.length > 0) throw new Raised('LinkValidationError', `Could not find ${missing.join(', ')}`)
}
