import type { Db } from './db.ts'
import { Raise, type Sent } from './values.ts'

interface Message {
  type: 'error'
  message: string
  record: number
  rows: { from: number; to: number }
  field: string
  field_name: string
}

/** Thrown inside, so that everything of the import is rolled back. */
class Refused extends Error {
  readonly answer: Sent

  constructor(found: Message) {
    super(found.message)
    this.answer = { ids: false, messages: [found], nextrow: 0 }
  }
}

/**
 * The import: creates or updates by external id. Errors come back as an ordinary answer with `ids: false`. Rows of
 * a one2many are always added, so a repeated import of an order doubles its lines.
 */
export function load(db: Db, model: string, fields: string[], data: string[][]): Sent {
  try {
    const ids: number[] = []
    db.transaction(() =>
      data.forEach((cells, row) => {
        const id = loadRow(db, model, fields, cells, row, ids.at(-1) ?? null)
        if (id !== null) ids.push(id)
      }),
    )
    return { ids, messages: [], nextrow: 0 }
  } catch (error) {
    if (error instanceof Refused) return error.answer
    if (!(error instanceof Raise)) throw error
    const found = { type: 'error', message: error.message, record: 0, rows: { from: 0, to: 0 } }
    return { ids: false, messages: [found], nextrow: 0 }
  }
}

function loadRow(db: Db, model: string, fields: string[], cells: string[], row: number, last: number | null) {
  const own: Sent = {}
  const lines: Record<string, Sent> = {}
  let external = ''
  fields.forEach((path, column) => {
    const cell = cells[column] ?? ''
    const [name = '', ...rest] = path.split('/')
    if (path === 'id') external = cell
    else if (cell === '') return
    else if (rest.length > 0 && db.model(model).get(name)?.type === 'one2many') {
      const relation = db.model(model).get(name)?.relation ?? ''
      const [field = ''] = rest
      lines[name] = { ...lines[name], [field]: cellOf(db, relation, rest.join('/'), cell, row) }
    } else own[name] = cellOf(db, model, path, cell, row)
  })
  const commands = Object.fromEntries(Object.entries(lines).map(([name, values]) => [name, [[0, 0, values]]]))
  if (external === '' && Object.keys(own).length === 0 && last !== null) {
    db.write(model, last, commands)
    return null
  }
  return save(db, model, external, { ...own, ...commands })
}

function save(db: Db, model: string, external: string, values: Sent): number {
  const [module = '', name = ''] = external.includes('.') ? split(external) : ['__import__', external]
  const known = db.all('ir.model.data').find((row) => row.module === module && row.name === name)
  if (known && external) return db.write(model, Number(known.res_id), values).id
  const created = db.create(model, values)
  if (external) db.create('ir.model.data', { module, name, model, res_id: created.id })
  return created.id
}

function split(external: string): [string, string] {
  const dot = external.indexOf('.')
  return [external.slice(0, dot), external.slice(dot + 1)]
}

function cellOf(db: Db, model: string, path: string, cell: string, row: number): unknown {
  const [name = '', kind] = path.split('/')
  const field = db.model(model).get(name)
  const refuse = (message: string): never => {
    throw new Refused({
      type: 'error',
      message,
      record: row,
      rows: { from: row, to: row },
      field: name,
      field_name: name,
    })
  }
  if (!field) return refuse(`No field named ${name}`)
  if (field.type === 'many2many') return [[6, 0, cell.split(',').map(Number)]]
  if (field.type === 'boolean') return ['1', 'true', 'yes'].includes(cell.toLowerCase())
  if (field.type !== 'many2one') return cell
  const relation = field.relation ?? ''
  if (kind === '.id')
    return db.find(relation, Number(cell))
      ? Number(cell)
      : refuse(`No matching record found for database id '${cell}' in field '${name}'`)
  if (kind === 'id') {
    const [module, own] = split(cell)
    const target = db.all('ir.model.data').find((each) => each.module === module && each.name === own)
    return target
      ? target.res_id
      : refuse(`No matching record found for external id '${cell}' in field '${name}'`)
  }
  const found = db.all(relation).find((each) => db.value(relation, each, 'display_name') === cell)
  return found?.id ?? refuse(`No matching record found for name '${cell}' in field '${name}'`)
}
