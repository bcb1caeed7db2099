import type { Json } from '../../json.ts'
import {
  type Row,
  TABLES,
  defaultsOf,
  fieldNames,
  hasDoctype,
  hasField,
  isChild,
  table,
  text,
} from './meta.ts'
import { Clock } from './clock.ts'
import { cell, cells, duplicate, mustLink, transition, unchanged } from './guards.ts'
import { Raised } from './raised.ts'

/** What a DocType does besides being stored. */
export interface Behaviour {
  /** Link fields that must point somewhere: field -> [DocType, label]; rows of a table as "items.item_code". */
  links?: Record<string, [string, string]>
  /** Fills in and checks before the document is stored. */
  validate?: (site: Site, row: Row, old: Row | null) => void
  /** The name of a new document. */
  name: (site: Site, row: Row) => string
  /** What happens after the document was stored for the first time. */
  inserted?: (site: Site, row: Row, given: { [field: string]: Json }) => void
  submitted?: (site: Site, row: Row) => void
  cancelled?: (site: Site, row: Row) => void
  /** Fields that may change after submission; absent where the DocType cannot be submitted. */
  open?: string[]
}

/** Everything that one site stores. */
export class Site extends Clock {
  readonly #tables = new Map<string, Map<string, Row>>()
  readonly #behaviours: Record<string, Behaviour>
  readonly company: { name: string; abbr: string; currency: string }
  /** Messages that the next answer carries. */
  warnings: string[] = []
  user = 'Administrator'

  constructor(
    company: { name: string; abbr: string; currency: string },
    behaviours: Record<string, Behaviour>,
  ) {
    super()
    this.company = company
    this.#behaviours = behaviours
  }

  /** Another site with the same documents. */
  copy(): Site {
    const site = new Site(this.company, this.#behaviours)
    site.follow(this)
    for (const [doctype, rows] of this.#tables) {
      const tables = Object.keys(TABLES[doctype] ?? {})
      const copied = [...rows].map(([name, row]): [string, Row] => [name, copyOf(row, tables)])
      site.#tables.set(doctype, new Map(copied))
    }
    return site
  }

  #table(doctype: string): Map<string, Row> {
    const found = this.#tables.get(doctype) ?? new Map<string, Row>()
    this.#tables.set(doctype, found)
    return found
  }

  rows(doctype: string): Row[] {
    if (!hasDoctype(doctype)) throw new Raised('DoesNotExistError', `DocType ${doctype} not found`)
    if (!isChild(doctype)) return [...this.#table(doctype).values()]
    const parents = Object.entries(TABLES).flatMap(([parent, tables]) =>
      Object.entries(tables).flatMap(([field, child]) => (child === doctype ? [{ parent, field }] : [])),
    )
    return parents.flatMap(({ parent, field }) => this.rows(parent).flatMap((row) => table(row, field)))
  }

  find(doctype: string, name: string): Row | undefined {
    return this.#tables.get(doctype)?.get(name)
  }

  get(doctype: string, name: string): Row {
    if (!hasDoctype(doctype)) throw new Raised('DoesNotExistError', `DocType ${doctype} not found`)
    const row = this.find(doctype, name)
    if (row) return row
    throw new Raised('DoesNotExistError', `${doctype} ${name} not found`)
  }

  /** Stores a row as it is, as demo data and settings come in. */
  put(doctype: string, name: string, row: Row): Row {
    const at = this.now()
    const whole: Row = {
      name,
      owner: 'Administrator',
      creation: at,
      modified: at,
      modified_by: 'Administrator',
      docstatus: 0,
      idx: 0,
      ...row,
    }
    for (const field of Object.keys(TABLES[doctype] ?? {}))
      whole[field] = table(whole, field).map((part, index) =>
        this.child(doctype, name, field, part, index, whole),
      )
    this.#table(doctype).set(name, whole)
    return whole
  }

  /** A row of a table with what every such row has. */
  child(parenttype: string, parent: string, parentfield: string, row: Row, index: number, head: Row): Row {
    const doctype = TABLES[parenttype]?.[parentfield] ?? ''
    const at = text(head, 'modified')
    return {
      name: text(row, 'name') || this.hash(),
      owner: text(head, 'owner'),
      creation: text(row, 'creation') || at,
      modified: at,
      modified_by: this.user,
      docstatus: head.docstatus ?? 0,
      idx: index + 1,
      ...Object.fromEntries(Object.entries(row).filter(([field]) => !CHILD_HEAD.has(field))),
      parent,
      parentfield,
      parenttype,
      doctype,
    }
  }

  /** What a body says, in the types of the DocType; unknown fields are dropped without a word. */
  fill(doctype: string, body: { [field: string]: Json }): Row {
    const tables = TABLES[doctype] ?? {}
    const row: Row = {}
    for (const [field, value] of Object.entries(body)) {
      const child = tables[field]
      if (child)
        row[field] = Array.isArray(value)
          ? value.map((one) => this.fill(child, one as { [field: string]: Json }))
          : []
      else if (hasField(doctype, field)) row[field] = cell(field, value)
    }
    return row
  }

  insert(doctype: string, body: { [field: string]: Json }): Row {
    if (!hasDoctype(doctype)) throw new Raised('DoesNotExistError', `DocType ${doctype} not found`)
    const behaviour = this.#behaviours[doctype]
    if (!behaviour) throw new Raised('PermissionError', `No permission for ${doctype}`)
    const given = this.fill(doctype, body)
    delete given.name
    const tables = Object.fromEntries(Object.keys(TABLES[doctype] ?? {}).map((field) => [field, []]))
    const row: Row = {
      ...defaultsOf(doctype),
      ...tables,
      ...Object.fromEntries(Object.entries(given).filter(([, value]) => value !== null)),
    }
    const docstatus = Number(given.docstatus ?? 0)
    row.docstatus = docstatus
    mustLink(this, behaviour.links, row)
    behaviour.validate?.(this, row, null)
    this.#unique(doctype, row)
    const name = behaviour.name(this, row)
    if (this.find(doctype, name)) throw duplicate(doctype, name)
    const at = this.now()
    const stored = this.put(doctype, name, {
      ...row,
      creation: at,
      modified: at,
      owner: this.user,
      modified_by: this.user,
      doctype,
    })
    try {
      behaviour.inserted?.(this, stored, body)
      if (docstatus === 1) behaviour.submitted?.(this, stored)
    } catch (error) {
      // A request is one transaction: what it refuses was never there.
      this.#table(doctype).delete(name)
      throw error
    }
    return stored
  }

  save(doctype: string, name: string, body: { [field: string]: Json }): Row {
    const behaviour = this.#behaviours[doctype]
    const old = this.get(doctype, name)
    const change = this.fill(doctype, body)
    if (change.modified && change.modified !== old.modified) {
      const times = `(${text(old, 'modified')}, ${this.now()})`
      throw new Raised(
        'TimestampMismatchError',
        `Error: Document has been modified after you have opened it ${times}. Please refresh to get the latest document.`,
      )
    }
    const was = Number(old.docstatus ?? 0)
    const becomes = Number(change.docstatus ?? was)
    transition(was, becomes)
    const kept = was === 1 ? Object.keys(TABLES[doctype] ?? {}) : []
    for (const field of ['name', 'creation', 'owner', 'modified', ...kept]) delete change[field]
    if (was === 1) unchanged(old, change, behaviour?.open ?? [])
    const row: Row = { ...old, ...change, docstatus: becomes, modified_by: this.user }
    mustLink(this, behaviour?.links, was === 1 ? change : row)
    if (was === 0) behaviour?.validate?.(this, row, old)
    this.#unique(doctype, row, name)
    row.modified = this.now()
    const stored = this.put(doctype, name, row)
    try {
      if (was === 0 && becomes === 1) behaviour?.submitted?.(this, stored)
      if (was === 1 && becomes === 2) behaviour?.cancelled?.(this, stored)
    } catch (error) {
      this.#table(doctype).set(name, old)
      throw error
    }
    return stored
  }

  /** Deletes a document; `force` passes over what still points at it. */
  remove(doctype: string, name: string, force = false): void {
    const row = this.get(doctype, name)
    if (row.docstatus === 1) {
      const link =
        "<a href='https://docs.erpnext.com//docs/user/manual/en/setting-up/articles/delete-submitted-document' target='_blank'> Cancel </a>"
      throw new Raised(
        'ValidationError',
        `${doctype} ${name}: Submitted Record cannot be deleted. You must ${link} it first.`,
      )
    }
    if (!force) this.linked(doctype, name)
    this.#table(doctype).delete(name)
    const tombstone = this.hash()
    this.put('Deleted Document', tombstone, {
      deleted_doctype: doctype,
      deleted_name: name,
      restored: 0,
      owner: this.user,
    })
  }

  /** Refuses while other documents point at this one. */
  linked(doctype: string, name: string): void {
    for (const [other, behaviour] of Object.entries(this.#behaviours)) {
      // Contacts and addresses only lose their link.
      if (other === 'Contact' || other === 'Address') continue
      for (const [field, [target]] of Object.entries(behaviour.links ?? {})) {
        if (target !== doctype) continue
        const by = this.rows(other).find((row) => row.docstatus !== 2 && cells(row, field).includes(name))
        if (!by) continue
        const link = (kind: string, id: string) => `<a href="/app/Form/${kind}/${id}">${id}</a>`
        const cannot = `Cannot delete or cancel because ${doctype} ${link(doctype, name)} is linked with ${other} ${link(other, text(by, 'name'))} `
        const instead = hasField(doctype, 'disabled')
          ? `You can disable this ${doctype} instead of deleting it.`
          : ''
        throw new Raised('LinkExistsError', instead || cannot, { earlier: instead ? [cannot] : [] })
      }
    }
  }

  /** Takes back what an unfinished transaction has stored. */
  forget(doctype: string, name: string): void {
    this.#table(doctype).delete(name)
  }

  #unique(doctype: string, row: Row, name?: string): void {
    const field = 'custom_unified_id'
    const value = hasField(doctype, field) ? text(row, field) : ''
    if (!value || !this.rows(doctype).some((other) => other.name !== name && text(other, field) === value))
      return
    throw new Raised('UniqueValidationError', `Unified Id must be unique`, { title: 'Message' })
  }

  /** A document with every field, empty ones as null, as methods of the client return it. */
  whole(doctype: string, row: Row): Row {
    const nothing = Object.fromEntries(fieldNames(doctype).map((field) => [field, null]))
    const tables = Object.entries(TABLES[doctype] ?? {}).map(([field, child]): [string, Row[]] => [
      field,
      table(row, field).map((part) => this.whole(child, part)),
    ])
    return { ...nothing, ...row, ...Object.fromEntries(tables), doctype }
  }
}

function copyOf(row: Row, tables: string[]): Row {
  const copy = { ...row }
  for (const field of tables) copy[field] = table(row, field).map((part) => ({ ...part }))
  return copy
}

const CHILD_HEAD = new Set([
  'name',
  'owner',
  'creation',
  'modified',
  'modified_by',
  'docstatus',
  'idx',
  'parent',
  'parentfield',
  'parenttype',
  'doctype',
])
