import { DEFAULTS, LABELS, type Field, type Model, modelsOf } from './models.ts'
import { Float, Raise, type Sent, type Stored, type Value, numeric } from './values.ts'

/** How a computed field comes about when it is read. */
export type Compute = (db: Db, row: Stored, context: Sent) => Value

/** Rows in memory with Odoo's checks. Writes that fail leave nothing behind, except for used-up numbers. */
export class Db {
  readonly version: number
  readonly models: Map<string, Model>
  readonly computed = new Map<string, Compute>()
  /** Runs after a row is created or written and before it is checked. */
  readonly afterWrite = new Map<string, (db: Db, row: Stored, sent: Sent, created: boolean) => void>()
  /** The price list feature, off in a fresh database and on in this company. */
  pricelists = true
  #tables = new Map<string, Map<number, Stored>>()
  #nextId = new Map<string, number>()
  #sequences = new Map<string, number>()
  /** How to take back what the transaction under way has done; null outside of one. */
  #undo: (() => void)[] | null = null
  #ticks = 0

  constructor(version: number) {
    this.version = version
    this.models = modelsOf(version)
  }

  /** Runs one request as one transaction. */
  transaction<T>(work: () => T): T {
    const outer = this.#undo
    const own: (() => void)[] = []
    this.#undo = own
    try {
      const result = work()
      outer?.push(...own)
      return result
    } catch (error) {
      for (const undo of own.reverse()) undo()
      throw error
    } finally {
      this.#undo = outer
    }
  }

  /** Runs something on records that are never saved; nothing stays, not even used-up ids. */
  trial<T>(work: () => T): T {
    const ids = new Map(this.#nextId)
    const outer = this.#undo
    const own: (() => void)[] = []
    this.#undo = own
    try {
      return work()
    } finally {
      for (const undo of own.reverse()) undo()
      this.#undo = outer
      this.#nextId = ids
    }
  }

  model(name: string): Model {
    const model = this.models.get(name)
    if (!model) throw new Raise('builtins.KeyError', name)
    return model
  }

  table(model: string): Map<number, Stored> {
    const table = this.#tables.get(model) ?? new Map<number, Stored>()
    this.#tables.set(model, table)
    return table
  }

  all(model: string): Stored[] {
    return [...this.table(model).values()]
  }

  find(model: string, id: Value): Stored | undefined {
    return typeof id === 'number' ? this.table(model).get(id) : undefined
  }

  /** The row, or the MissingError that Odoo raises when something touches a record that is gone. */
  get(model: string, id: Value): Stored {
    const row = this.find(model, id)
    if (row) return row
    const record = `(Record: ${model}(${String(id)},), User: 2)`
    throw new Raise('odoo.exceptions.MissingError', `Record does not exist or has been deleted.\n${record}`)
  }

  /** The next number of a sequence; like Odoo's, it is used up even if the transaction fails. */
  sequence(name: string): number {
    const next = (this.#sequences.get(name) ?? 0) + 1
    this.#sequences.set(name, next)
    return next
  }

  create(model: string, sent: Sent): Stored {
    const id = this.#nextId.get(model) ?? 1
    this.#nextId.set(model, id + 1)
    const now = this.now()
    const row: Stored = { id, create_date: now, write_date: now }
    for (const [name, field] of this.model(model)) row[name] ??= emptyOf(field)
    if (this.model(model).has('active')) row.active = true
    Object.assign(row, DEFAULTS[model])
    const table = this.table(model)
    table.set(id, row)
    this.#undo?.push(() => table.delete(id))
    this.#assign(model, row, sent, true)
    return row
  }

  write(model: string, id: Value, sent: Sent): Stored {
    const row = this.get(model, id)
    const before = { ...row }
    this.#undo?.push(() => Object.assign(row, before))
    row.write_date = this.now()
    this.#assign(model, row, sent, false)
    return row
  }

  /** Changes stored values without Odoo's checks, as its own computations do. */
  put(row: Stored, values: Record<string, Value>): void {
    const before = { ...row }
    this.#undo?.push(() => Object.assign(row, before))
    Object.assign(row, values)
  }

  delete(model: string, id: number): void {
    const row = this.get(model, id)
    this.table(model).delete(id)
    this.#undo?.push(() => this.table(model).set(id, row))
  }

  /** A field's value, computed or pointing back or plainly stored. */
  value(model: string, row: Stored, name: string, context: Sent = {}): Value {
    const compute = this.computed.get(`${model}.${name}`) ?? this.computed.get(`*.${name}`)
    if (compute) return compute(this, row, context)
    const field = this.model(model).get(name)
    if (field?.inverse && field.relation) {
      const { relation, inverse } = field
      return this.all(relation)
        .filter((other) => other[inverse] === row.id && other.active !== false)
        .map((other) => other.id)
    }
    return row[name] ?? false
  }

  /** UTC with microseconds, as in the database; clients see whole seconds. */
  now(): string {
    this.#ticks = (this.#ticks + 1) % 1000
    const time = new Date().toISOString()
    return `${time.slice(0, 10)} ${time.slice(11, 23)}${String(this.#ticks).padStart(3, '0')}`
  }

  #assign(model: string, row: Stored, sent: Sent, created: boolean): void {
    const fields = this.model(model)
    const lists: [Field, unknown][] = []
    for (const [name, value] of Object.entries(sent)) {
      // Odoo keeps its own log of times, whatever a client says.
      if (name === 'write_date' || name === 'create_date') continue
      const field = fields.get(name)
      if (!field && name !== 'id') throw this.#unknownField(model, name)
      if (field?.type === 'one2many') lists.push([field, value])
      else if (field) row[name] = convert(model, name, field, value, row[name])
    }
    const after = this.afterWrite.get(model)
    after?.(this, row, sent, created)
    for (const [field, commands] of lists) this.#command(row, field, commands)
    if (lists.length > 0) after?.(this, row, {}, false)
    this.#require(model, row)
  }

  #unknownField(model: string, name: string): Raise {
    const where = this.version < 18 ? `on model '${model}'` : `in '${model}'`
    return new Raise('builtins.ValueError', `Invalid field '${name}' ${where}`)
  }

  /** One2many commands: 0 create, 1 update, 2 and 3 delete, 5 clear. */
  #command(row: Stored, { relation = '', inverse = '' }: Field, commands: unknown): void {
    if (!Array.isArray(commands)) throw new Raise('builtins.ValueError', 'Wrong value for a one2many field')
    for (const [command, id, values] of commands as [number, number, Sent][]) {
      if (command === 0) this.create(relation, { ...values, [inverse]: row.id })
      if (command === 1) this.write(relation, id, values)
      if (command === 2 || command === 3) this.delete(relation, id)
      if (command === 5) {
        for (const other of this.all(relation)) if (other[inverse] === row.id) this.delete(relation, other.id)
      }
    }
  }

  #require(model: string, row: Stored): void {
    for (const [name, field] of this.model(model)) {
      if (!field.required || this.computed.has(`${model}.${name}`)) continue
      const value = row[name]
      if (value !== false && value !== '' && value !== undefined) continue
      const label = LABELS[`${model}.${name}`] ?? name
      throw new Raise(
        'odoo.exceptions.ValidationError',
        `The operation cannot be completed: Missing required value for the field '${label}' (${name}).\n` +
          `Model: '${LABELS[model] ?? model}' (${model})\n- create/update: a mandatory field is not set\n` +
          '- delete: another model requires the record being deleted, you can archive it instead\n',
      )
    }
  }
}

function emptyOf({ type }: Field): Value {
  if (type === 'integer' || type === 'many2one_reference') return 0
  if (type === 'float' || type === 'monetary') return '0'
  return type === 'many2many' || type === 'one2many' ? [] : false
}

function convert(
  model: string,
  name: string,
  field: Field,
  value: unknown,
  before: Value | undefined,
): Value {
  const { type } = field
  if (type === 'many2many') return converted(value, before)
  if (type === 'boolean') return Boolean(value)
  if (type === 'float' || type === 'monetary' || type === 'integer') {
    const number = numeric(value)
    if (number === null) {
      throw new Raise('builtins.ValueError', `could not convert string to float: '${String(value)}'`)
    }
    return type === 'integer' ? Number(number) : number
  }
  if (value === false || value === null || value === undefined || value === '') return false
  if (type.startsWith('many2one')) return Number(value)
  const text = value instanceof Float ? value.text : String(value)
  if (type === 'selection' && field.values && !field.values.includes(text)) {
    throw new Raise('builtins.ValueError', `Wrong value for ${model}.${name}: '${text}'`)
  }
  if (type === 'date' || type === 'datetime') return dated(type, text)
  return text
}

function dated(type: string, text: string): string {
  if (/^\d{4}-\d\d-\d\d$/.test(text)) return type === 'date' ? text : `${text} 00:00:00`
  if (type === 'datetime' && /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$/.test(text)) return text
  const format = type === 'date' ? '%Y-%m-%d' : '%Y-%m-%d %H:%M:%S'
  throw new Raise('builtins.ValueError', `time data '${text}' does not match format '${format}'`)
}

/** Many2many commands: 3 unlink, 4 link, 5 clear, 6 replace; a plain list of ids replaces too. */
function converted(value: unknown, before: Value | undefined): number[] {
  let ids = Array.isArray(before) ? before : []
  for (const command of Array.isArray(value) ? value : []) {
    if (typeof command === 'number') ids = [...ids, command]
    else if (Array.isArray(command)) {
      const [kind, id, list] = command as [number, number, number[]]
      if (kind === 6) ids = list
      if (kind === 5) ids = []
      if (kind === 4) ids = [...ids, id]
      if (kind === 3) ids = ids.filter((other) => other !== id)
    }
  }
  return [...new Set(ids)]
}
