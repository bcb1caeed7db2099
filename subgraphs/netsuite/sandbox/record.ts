import type { SandboxAnswer, SandboxRequest } from '../../sandbox.ts'
import { Refused, json, written } from './answers.ts'
import { catalogOf } from './custom.ts'
import { changeCustomer, createCustomer } from './customers.ts'
import { type Members, bodyOf, externalIdOf } from './fields.ts'
import { type OrderRules, changeOrder, createOrder } from './orders.ts'
import { customerRecord, orderRecord } from './shown.ts'
import type { State } from './state.ts'

interface Row {
  id: number
  externalid: string | null
}

/** One record type of the record API. */
interface Kind {
  rows(): Row[]
  show(row: Row, root: string, expand: boolean): object
  create(body: Members): Row
  change(row: Row, body: Members, replace: boolean): void
  remove?(row: Row): void
}

const SINGULAR = 'application/vnd.oracle.resource+json; type=singular; charset=utf-8'
const COLLECTION = 'application/vnd.oracle.resource+json; type=collection; charset=utf-8'
const ITEM_TYPES: Record<string, string> = {
  inventoryitem: 'InvtPart',
  servicesaleitem: 'Service',
  noninventorysaleitem: 'NonInvtPart',
  kititem: 'Kit',
}

function described(type: string): SandboxAnswer {
  const body = catalogOf(type)
  if (body) return json(200, body, 'application/schema+json')
  throw new Refused(404, 'NONEXISTENT_ID', `Record type ${type} does not exist.`)
}

/** The record API: collections of ids, single records, POST, PATCH, PUT by external id, DELETE. */
export class Records {
  readonly #state: State
  readonly #rules: OrderRules
  readonly #root: () => string

  constructor(state: State, rules: OrderRules, root: () => string) {
    this.#state = state
    this.#rules = rules
    this.#root = root
  }

  /** `path` is what follows record/v1: "salesOrder/5012". */
  handle(path: string, request: SandboxRequest): SandboxAnswer {
    const [type = '', key] = path.split('/').map(decodeURIComponent)
    if (type === 'metadata-catalog') return described(key ?? '')
    const kind = this.#kind(type)
    if (!kind) throw new Refused(404, 'NONEXISTENT_ID', `Record type ${type} does not exist.`)
    if (key === undefined) return this.#all(type, kind, request)
    if (request.method === 'PUT') return this.#upsert(type, kind, key, request)
    const row = this.#find(kind, key)
    if (!row) {
      const detail = 'The record instance does not exist. Provide a valid record instance ID.'
      throw new Refused(404, 'NONEXISTENT_ID', detail)
    }
    if (request.method === 'GET') {
      const expand = request.query.get('expandSubResources') === 'true'
      return json(200, kind.show(row, this.#root(), expand), SINGULAR)
    }
    if (request.method === 'PATCH') {
      kind.change(row, bodyOf(request.body), request.query.has('replace'))
      return this.#written(type, row)
    }
    if (request.method === 'DELETE' && kind.remove) {
      kind.remove(row)
      return { status: 204, body: null }
    }
    throw new Refused(405, 'METHOD_NOT_ALLOWED', `Method ${request.method} is not allowed.`)
  }

  #written(type: string, { id }: Row): SandboxAnswer {
    return written(`${this.#root()}/${type}/${id}`)
  }

  #find(kind: Kind, key: string): Row | undefined {
    const external = /^eid:(.*)$/.exec(key)?.[1]?.toLowerCase()
    return kind
      .rows()
      .find((row) =>
        external === undefined ? String(row.id) === key : row.externalid?.toLowerCase() === external,
      )
  }

  #all(type: string, kind: Kind, request: SandboxRequest): SandboxAnswer {
    if (request.method === 'POST') return this.#written(type, kind.create(bodyOf(request.body)))
    if (request.method !== 'GET') {
      throw new Refused(405, 'METHOD_NOT_ALLOWED', `Method ${request.method} is not allowed.`)
    }
    const { limit, offset } = pageOf(request)
    const all = kind.rows()
    const rows = all.slice(offset, offset + limit)
    const self = `${this.#root()}/${type}`
    const body = {
      links: [{ rel: 'self', href: `${self}?limit=${limit}&offset=${offset}` }],
      count: rows.length,
      hasMore: offset + limit < all.length,
      items: rows.map(({ id }) => ({ links: [{ rel: 'self', href: `${self}/${id}` }], id: String(id) })),
      offset,
      totalResults: all.length,
    }
    return json(200, body, COLLECTION)
  }

  /** Creates or updates by external id; over an existing record sublists grow unless they are replaced. */
  #upsert(type: string, kind: Kind, key: string, request: SandboxRequest): SandboxAnswer {
    const external = /^eid:(.*)$/.exec(key)?.[1]
    if (external === undefined) {
      throw new Refused(400, 'INVALID_PARAMETER', 'PUT is only supported with an external ID (eid:…).')
    }
    externalIdOf(external, [])
    const known = this.#find(kind, key)
    const body = bodyOf(request.body)
    if (known) kind.change(known, body, request.query.has('replace'))
    const row = known ?? kind.create(body)
    row.externalid ??= external
    return this.#written(type, row)
  }

  #kind(type: string): Kind | undefined {
    const [state, rules] = [this.#state, this.#rules]
    const name = type.toLowerCase()
    if (name === 'salesorder') return orders(state, rules)
    if (name === 'customer') return customers(state, rules)
    const itemType = ITEM_TYPES[name]
    if (!itemType) return undefined
    // An item is only found under its own type.
    return {
      rows: () => state.items.filter((row) => row.itemtype === itemType),
      show: ({ id }) => ({ id: String(id), itemId: state.item(id)?.itemid }),
      create: () => refuseItems(),
      change: () => refuseItems(),
    }
  }
}

function refuseItems(): never {
  throw new Refused(403, 'INSUFFICIENT_PERMISSION', 'You need the Items permission to access this page.')
}

function pageOf({ query }: SandboxRequest): { limit: number; offset: number } {
  const [limit, offset] = [Number(query.get('limit') ?? 1000), Number(query.get('offset') ?? 0)]
  const good =
    Number.isInteger(limit) && limit >= 1 && limit <= 1000 && Number.isInteger(offset) && offset >= 0
  if (good && offset % limit === 0) return { limit, offset }
  throw new Refused(400, 'INVALID_PARAMETER', 'Provided offset must be divisible by the limit (1 to 1000).', {
    query: 'limit',
  })
}

function orders(state: State, rules: OrderRules): Kind {
  const transactionOf = ({ id }: Row) => {
    const row = state.transaction(id)
    if (!row) throw new Refused(404, 'NONEXISTENT_ID', 'The record instance does not exist.')
    return row
  }
  return {
    rows: () => state.transactions.filter(({ type }) => type === 'SalesOrd'),
    show: (row, root, expand) => orderRecord(state, transactionOf(row), root, expand),
    create: (body) => createOrder(state, body, rules),
    change: (row, body, replace) => changeOrder(state, transactionOf(row), body, rules, replace),
    remove: ({ id }) => {
      state.transactions = state.transactions.filter((row) => row.id !== id)
      state.deleted.push({ id, type: 'Sales Order', at: Date.now() })
    },
  }
}

function customers(state: State, { german }: OrderRules): Kind {
  const customerOf = ({ id }: Row) => {
    const row = state.customer(id)
    if (!row) throw new Refused(404, 'NONEXISTENT_ID', 'The record instance does not exist.')
    return row
  }
  return {
    rows: () => state.customers,
    show: (row, root, expand) => customerRecord(state, customerOf(row), root, expand),
    create: (body) => createCustomer(state, body, german),
    change: (row, body, replace) => changeCustomer(state, customerOf(row), body, replace),
  }
}
