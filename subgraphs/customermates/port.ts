import type { Answer, NativeField } from '../connector.ts'
import type { Json } from '../json.ts'

/** A kind of record, by the word for its table. */
export type Entity = 'services' | 'organizations' | 'contacts' | 'deals'

/** A value in a column as text; `restricted` is one that our user may not see, which is not the same as none. */
export interface Value {
  columnId: string
  value: string | null
  /** Of an amount that carries its own currency. */
  currency?: string | null
  restricted?: boolean
}

/** What all records have; instants are UTC. */
export interface Row {
  id: string
  createdAt: string
  updatedAt: string
  values: Value[]
}

/** A service: the vendor's word for a product. A currency of null is that of the installation. */
export interface Service extends Row {
  name: string | null
  amount: string | null
  currency: string | null
}

/** An organisation; everything but its name stands in columns. */
export interface Organization extends Row {
  name: string | null
  contacts: Person[]
}

/** A person, as another record names it. */
export interface Person {
  id: string
  firstName: string | null
  lastName: string | null
}

/** A contact person. */
export interface Contact extends Row {
  firstName: string | null
  lastName: string | null
  emails: string[]
  organizations: { id: string; name: string | null }[]
}

/** A line of a deal; `id` is that of the line itself. */
export interface Line {
  id: string
  service: string | null
  name: string | null
  amount: string | null
  currency: string | null
  quantity: string
}

/** A deal with its lines; `users` own it. */
export interface Deal extends Row {
  name: string | null
  totalValue: string | null
  currency: string | null
  notes: string | null
  organizations: { id: string; name: string | null }[]
  contacts: Person[]
  users: { id: string }[]
  services: Line[]
}

/** The records by their table. */
export interface Rows {
  services: Service
  organizations: Organization
  contacts: Contact
  deals: Deal
}

/** A column that people added, or a field of the model. */
export interface Column {
  id: string
  label: string | null
  type: NativeField['type']
  /** The vendor's own word for the type. */
  kind: string
  options: { value: string; label: string | null }[]
  required: boolean
  /** Added by people, not built in. */
  custom: boolean
  /** False where it is calculated. */
  writable: boolean
  /** True where it holds several values. */
  multiple: boolean
}

/** A condition; values are strings, and `hasNone` has none. */
export interface Filter {
  field: string
  operator: 'gte' | 'contains' | 'hasNone'
  value?: string
}

/** A question for rows, oldest first. */
export interface Search {
  filters: Filter[]
  searchTerm?: string
  sortBy: 'createdAt' | 'updatedAt'
  page: number
  pageSize: number
}

/** A row as it was found, not yet looked into. */
export interface Head {
  id: string
  createdAt: string
  updatedAt: string
  native: Json
}

/** What is to be written into one column; null clears it. */
export interface Change {
  column: Column
  value: string | null
  currency?: string | null
}

/** An installation of either generation of the API. Everything throws ErpError. */
export interface Port {
  generation: 1 | 2
  /** The sizes of a page, ascending. */
  sizes: readonly [number, ...number[]]
  /** The name of the user whom the key belongs to, where the generation tells it. */
  me(): Promise<string | null>
  search(entity: Entity, search: Search): Promise<{ heads: Head[]; total: number | null }>
  /** The row under an id, null where there is none. */
  one(entity: Entity, id: string): Promise<Head | null>
  /** What stands in rows that were found, in their order. */
  rows<E extends Entity>(entity: E, heads: Head[]): Promise<Answer<Rows[E]>[]>
  /** The columns of an entity as they are kept, or read anew. */
  columns(entity: Entity, anew?: boolean): Promise<Column[]>
  /** Writes what `changes` names for the row as it stands now, and nothing where it names nothing. */
  update(entity: Entity, id: string, changes: (row: Row) => Change[]): Promise<void>
  /** Puts a task before the owners of a deal, unless there is one of that name already. */
  remind?(deal: string, name: string): Promise<void>
  /** The record that a reference of a webhook is about, null where it is none of ours. */
  located?(ref: { typeId: string; recordId: string }): Promise<{ entity: Entity; id: string } | null>
}

/** The only row of a batch of one; throws what stands there instead. */
export function sole<T>([answer]: Answer<T>[]): T | null {
  if (answer instanceof Error) throw answer
  return answer ?? null
}
