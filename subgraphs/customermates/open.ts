import { ErpError } from '../../schema/errors.ts'
import type {
  Answer,
  ChangePage,
  Customer,
  Cursor,
  Erp,
  Id,
  Item,
  Kind,
  ListAsk,
  Quote,
} from '../connector.ts'
import { rowOf } from '../shape.ts'
import { type Columns, columnsOf } from './columns.ts'
import type { Config } from './config.ts'
import { PERSON, emailOf, toCustomer, toItem, toPerson, toQuote } from './map.ts'
import type { Contact, Deal, Entity, Port } from './port.ts'
import { type Known, isRow, list, rowsOf } from './read.ts'
import { type Source, cursorOf, placeOf, walk } from './walk.ts'

/** Finds out which generation it is, once. */
type Ports = () => Promise<Port>

/** How long after its instant a change may be committed, in milliseconds. */
const LATE_MS = 60_000
const PER_PAGE = 50
const KINDS: Partial<Record<Kind, Source[]>> = {
  item: [{ entity: 'services', filters: [] }],
  customer: [
    { entity: 'organizations', filters: [] },
    { entity: 'contacts', filters: [{ field: 'organizationIds', operator: 'hasNone' }] },
  ],
  quote: [{ entity: 'deals', filters: [] }],
}

function sourcesOf(kind: Kind, search?: string | null): Source[] {
  const searchTerm = search?.trim() || undefined
  return (KINDS[kind] ?? []).map((source) => ({ ...source, searchTerm }))
}

/** Our id of a row: contacts carry a mark, because they share the room of ids with organisations. */
export function idOf(entity: Entity, id: string): Id {
  return entity === 'contacts' ? PERSON + id : id
}

/** Services as items. */
export function openItems(ports: Ports, config: Config): NonNullable<Erp['items']> {
  return {
    async byId(ids) {
      if (ids.length === 0) return []
      const port = await ports()
      const [known, rows] = await Promise.all([
        columnsOf(port, config, 'services'),
        rowsOf(port, 'services', ids),
      ])
      return rows.map((row) => (isRow(row) ? rowOf(() => toItem(row, known, config)) : row))
    },
    /** The server searches names only, so that SKUs are looked up in their column. */
    async list(ask: ListAsk) {
      const port = await ports()
      const known = await columnsOf(port, config, 'services')
      const [all] = sourcesOf('item', ask.search)
      const { sku } = known.by
      const filters = sku && [{ field: sku.id, operator: 'contains' as const, value: all?.searchTerm }]
      const bySku: Source[] = all?.searchTerm && filters ? [{ entity: 'services', filters }] : []
      return list(port, [...(all ? [all] : []), ...bySku], ask, async (rows) =>
        rows.map((one) => (one.entity === 'services' ? rowOf(() => toItem(one.row, known, config)) : null)),
      )
    },
  }
}

function buyerFrom(known: Known, columns: Columns): Answer<Customer> {
  if (known.entity === 'organizations') return rowOf(() => toCustomer(known.row, columns))
  return known.entity === 'contacts' ? toPerson(known.row) : null
}

/** Organisations, and contacts without one, as customers. */
export function openCustomers(ports: Ports, config: Config): NonNullable<Erp['customers']> {
  return {
    async byId(ids) {
      if (ids.length === 0) return []
      const port = await ports()
      const persons = ids.map((id) => (id.startsWith(PERSON) ? id.slice(PERSON.length) : ''))
      const [known, rows, people] = await Promise.all([
        columnsOf(port, config, 'organizations'),
        rowsOf(port, 'organizations', ids),
        rowsOf(port, 'contacts', persons),
      ])
      return rows.map((row, index): Answer<Customer> => {
        const person = people[index] ?? null
        if (row === null) return isRow(person) ? toPerson(person) : person
        return isRow(row) ? rowOf(() => toCustomer(row, known)) : row
      })
    },
    async list(ask) {
      const port = await ports()
      const columns = await columnsOf(port, config, 'organizations')
      return list(port, sourcesOf('customer', ask.search), ask, async (rows) =>
        rows.map((known) => buyerFrom(known, columns)),
      )
    },
  }
}

function keyed<T>(ids: Id[], answers: Answer<T>[]): Map<Id, Answer<T>> {
  return new Map(ids.map((id, index) => [id, answers[index] ?? null]))
}

/** Who buys: the organisation of the deal, else that of its first contact, else that contact. */
function buyerOf(row: Deal, people: Map<Id, Answer<Contact>>): Id | null {
  const [person] = row.contacts
  const known = person && people.get(person.id)
  const [own] = [...row.organizations, ...(isRow(known) ? known.organizations : [])]
  return own?.id ?? (person ? PERSON + person.id : null)
}

interface Catalogues {
  items: NonNullable<Erp['items']>
  customers: NonNullable<Erp['customers']>
}

/** What deals name by ids alone: their services, their first contacts, and who buys. */
async function besideDeals(port: Port, config: Config, deals: Deal[], { items, customers }: Catalogues) {
  const serviceIds = [
    ...new Set(deals.flatMap(({ services }) => services.flatMap(({ service }) => service ?? []))),
  ]
  const personIds = [...new Set(deals.flatMap(({ contacts: [person] }) => person?.id ?? []))]
  const [columns, goods, found] = await Promise.all([
    columnsOf(port, config, 'deals'),
    items.byId(serviceIds),
    rowsOf(port, 'contacts', personIds),
  ])
  const [things, people] = [keyed(serviceIds, goods), keyed(personIds, found)]
  const buyerIds = [...new Set(deals.flatMap((row) => buyerOf(row, people) ?? []))]
  const buyers = keyed(buyerIds, await customers.byId(buyerIds))
  return { columns, things, people, buyers }
}

/** Deals as quotes, with the SKUs of their services and the custom columns of their customers. */
export function openQuotes(ports: Ports, config: Config, catalogues: Catalogues): NonNullable<Erp['quotes']> {
  async function quotesOf(port: Port, answers: Answer<Deal>[]): Promise<Answer<Quote>[]> {
    const deals = answers.filter(isRow)
    const { columns, things, people, buyers } = await besideDeals(port, config, deals, catalogues)
    return answers.map((row) => {
      if (!isRow(row)) return row
      const person = people.get(row.contacts[0]?.id ?? '') ?? null
      const customer = buyers.get(buyerOf(row, people) ?? '') ?? null
      const wanted = row.services.map(({ service }) => things.get(service ?? '') ?? null)
      const problem = [person, customer, ...wanted].find((answer) => answer instanceof ErpError)
      if (problem instanceof ErpError) return problem
      const known = new Map(wanted.filter(isRow<Item>).map((item) => [item.id, item]))
      const email = isRow(person) ? emailOf(person) : null
      const beside = { items: known, customer: isRow(customer) ? customer : null, email }
      return rowOf(() => toQuote(row, columns, beside, config))
    })
  }
  return {
    async byId(ids) {
      if (ids.length === 0) return []
      const port = await ports()
      return quotesOf(port, await rowsOf(port, 'deals', ids))
    },
    async list(ask) {
      const port = await ports()
      const deals = (rows: Known[]) => rows.flatMap((one) => (one.entity === 'deals' ? one.row : []))
      return list(port, sourcesOf('quote', ask.search), ask, (rows) => quotesOf(port, deals(rows)))
    },
  }
}

/**
 * What was made or changed since; deletes are told by webhooks alone. What was read within a minute after its
 * instant is read again the next time, because a change may be committed late.
 */
export async function* openChanges(
  ports: Ports,
  kind: Kind,
  since: Cursor | null,
): AsyncGenerator<ChangePage> {
  const sources = sourcesOf(kind)
  if (sources.length === 0)
    throw new ErpError('NOT_SUPPORTED', `Customermates knows no ${kind} that could have changed.`)
  const known = placeOf(since, 'updatedAt')
  const safe = new Date(Date.parse(known.read ?? known.at) - LATE_MS).toISOString()
  const read = new Date().toISOString()
  let place = known.read !== undefined && safe < known.at ? { ...known, at: safe, seen: [] } : known
  for (let more = true; more;) {
    const step = await walk(await ports(), sources, place, PER_PAGE)
    more = step.next !== null
    place = step.place
    // Only the last page says when it was read: the ones before are not yet the end.
    const cursor = cursorOf(more ? place : { ...place, read })
    const changes = step.steps.map(({ entity, id, at }) => ({
      kind,
      id: idOf(entity, id),
      deleted: false,
      at,
    }))
    if (changes.length > 0 || !more) yield { changes, cursor }
  }
}
