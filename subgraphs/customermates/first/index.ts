import { ErpError } from '../../../schema/errors.ts'
import type { Json } from '../../json.ts'
import { Kept } from '../../kept.ts'
import { rowOf, shaped } from '../../shape.ts'
import { type Column, type Entity, type Head, type Port, sole } from '../port.ts'
import type { Wire } from '../wire.ts'
import { SHAPES, configuration, found, head, task, user } from './shapes.ts'

/** The only sizes of a page that the server takes. */
const SIZES = [5, 10, 25, 100] as const

function toHead(entity: string, row: Json): Head {
  return { ...shaped(head, row, `A row of ${entity}`), native: row }
}

/** One record; a missing one is 200 with null. */
async function one(wire: Wire, entity: Entity, id: string): Promise<Head | null> {
  const body = await wire({ method: 'GET', path: `${entity}/${id}` })
  const name = entity.slice(0, -1)
  const row = typeof body === 'object' && body !== null && !Array.isArray(body) ? body[name] : undefined
  if (row !== undefined) return row === null ? null : toHead(entity, row)
  throw new ErpError('BAD_ANSWER', `The answer about a ${name} has none in it.`, { field: name })
}

/** The custom columns of each entity, read when they are first wanted, and anew where that is asked for. */
function openColumns(wire: Wire): Port['columns'] {
  const kept = new Map<Entity, Kept<Column[]>>()
  return (entity, anew = false) => {
    const known = kept.get(entity) ?? new Kept(() => readColumns(wire, entity))
    kept.set(entity, known)
    if (anew) known.forget()
    return known.get()
  }
}

/**
 * Reads and writes the first generation of the API, which has addresses for contacts, organisations, deals,
 * services and tasks. https://github.com/customermates/customermates
 */
export function openFirst(wire: Wire): Port {
  const port: Port = {
    generation: 1,
    sizes: SIZES,
    async me() {
      const body = await wire({ method: 'GET', path: 'users/me' })
      const { firstName, lastName } = shaped(user, body, 'The user of Customermates')
      return [firstName, lastName].filter(Boolean).join(' ') || null
    },
    async search(entity, { sortBy, page, pageSize, ...rest }) {
      const sortDescriptor = { field: sortBy, direction: 'asc' }
      const body = { ...rest, sortDescriptor, pagination: { page, pageSize } }
      const answer = await wire({ method: 'POST', path: `${entity}/search`, body })
      const { items, pagination } = shaped(found, answer, `A page of ${entity}`)
      return { heads: items.map((row) => toHead(entity, row as Json)), total: pagination?.total ?? null }
    },
    one: (entity, id) => one(wire, entity, id),
    rows: (entity, heads) =>
      Promise.resolve(
        heads.map(({ native }) => rowOf(() => shaped(SHAPES[entity], native, `A row of ${entity}`))),
      ),
    columns: openColumns(wire),
    /** Custom columns are merged: those that are not named stay as they are. */
    async update(entity, id, changes) {
      const known = await port.one(entity, id)
      const row = sole(await port.rows(entity, known ? [known] : []))
      if (!row) throw new ErpError('NOT_FOUND', `Customermates has no such ${entity.slice(0, -1)}.`)
      const values = changes(row).map(({ column, value }) => ({ columnId: column.id, value }))
      if (values.length === 0) return
      await wire({ method: 'PUT', path: `${entity}/${id}`, body: { customFieldValues: values } })
    },
    remind: (deal, name) => remind(wire, port, deal, name),
  }
  return port
}

async function readColumns(wire: Wire, entity: Entity): Promise<Column[]> {
  const body = await wire({ method: 'GET', path: `${entity}/configuration` })
  return shaped(configuration, body, `The configuration of ${entity}`).customColumns
}

/** Whether a deal has a task of this name; the server leaves out filters that it does not know, so rows are checked. */
async function hasTask(wire: Wire, deal: string, name: string): Promise<boolean> {
  const filters = [{ field: 'dealIds', operator: 'in', value: [deal] }]
  for (let page = 1; ; page += 1) {
    const body = { filters, pagination: { page, pageSize: SIZES[3] } }
    const answer = await wire({ method: 'POST', path: 'tasks/search', body })
    const { items } = shaped(found, answer, 'A page of tasks')
    const tasks = items.map((row) => shaped(task, row, 'A task'))
    if (tasks.some((one) => one.name === name && (one.deals ?? []).some(({ id }) => id === deal))) return true
    if (items.length < SIZES[3]) return false
  }
}

/** Creating has no key of its own, so that it is looked up first and never sent again by itself. */
async function remind(wire: Wire, port: Port, deal: string, name: string): Promise<void> {
  if (await hasTask(wire, deal, name)) return
  const known = await port.one('deals', deal)
  const row = sole(await port.rows('deals', known ? [known] : []))
  const body = { name, userIds: row?.users.map(({ id }) => id) ?? [], dealIds: [deal] }
  await wire({ method: 'POST', path: 'tasks', body, repeatable: false })
}
