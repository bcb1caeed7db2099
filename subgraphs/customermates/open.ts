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
import { rowOf, shaped } from '../shape.ts'
import type { Client, Entity } from './client.ts'
import type { Config } from './config.ts'
import { PERSON, emailOf, toCustomer, toItem, toPerson, toQuote } from './map.ts'
import { isRow, list, rowsOf } from './reads.ts'
import { type Contact, type Deal, contact, deal, organization, service } from './shapes.ts'
import { type Source, type Step, cursorOf, placeOf, walk } from './walk.ts'

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
export function openItems(client: Client, config: Config): NonNullable<Erp['items']> {
  const columns = () => client.columns('services')
  return {
    async byId(ids) {
      if (ids.length === 0) return []
      const [known, rows] = await Promise.all([columns(), rowsOf(client, 'services', service, ids)])
      return rows.map((row) => (isRow(row) ? toItem(row, known, config) : row))
    },
    /** The server searches names only, so that SKUs are looked up in their column. */
    async list(ask: ListAsk) {
      const known = await columns()
      const [all] = sourcesOf('item', ask.search)
      const { sku } = known.by
      const filters = sku && [{ field: sku.id, operator: 'contains' as const, value: all?.searchTerm }]
      const bySku: Source[] = all?.searchTerm && filters ? [{ entity: 'services', filters }] : []
      return list(client, [...(all ? [all] : []), ...bySku], ask, async (steps) =>
        steps.map(({ row }) => rowOf(() => toItem(shaped(service, row, 'A service'), known, config))),
      )
    },
  }
}

/** Organisations, and contacts without one, as customers. */
export function openCustomers(client: Client): NonNullable<Erp['customers']> {
  const columns = () => client.columns('organizations')
  return {
    async byId(ids) {
      if (ids.length === 0) return []
      const persons = ids.map((id) => (id.startsWith(PERSON) ? id.slice(PERSON.length) : ''))
      const [known, rows, people] = await Promise.all([
        columns(),
        rowsOf(client, 'organizations', organization, ids),
        rowsOf(client, 'contacts', contact, persons),
      ])
      return rows.map((row, index): Answer<Customer> => {
        const person = people[index] ?? null
        if (row === null) return isRow(person) ? toPerson(person) : person
        return isRow(row) ? toCustomer(row, known) : row
      })
    },
    async list(ask) {
      const known = await columns()
      return list(client, sourcesOf('customer', ask.search), ask, async (steps) =>
        steps.map(({ entity, row }) =>
          rowOf(() =>
            entity === 'contacts'
              ? toPerson(shaped(contact, row, 'A contact'))
              : toCustomer(shaped(organization, row, 'An organisation'), known),
          ),
        ),
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

/** Deals as quotes, with the SKUs of their services and the custom columns of their customers. */
export function openQuotes(
  client: Client,
  config: Config,
  { items, customers }: { items: NonNullable<Erp['items']>; customers: NonNullable<Erp['customers']> },
): NonNullable<Erp['quotes']> {
  async function quotesOf(answers: Answer<Deal>[]): Promise<Answer<Quote>[]> {
    const deals = answers.filter(isRow)
    const serviceIds = [...new Set(deals.flatMap(({ services }) => services.map(({ id }) => id)))]
    const personIds = [...new Set(deals.flatMap(({ contacts: [person] }) => person?.id ?? []))]
    const [columns, goods, found] = await Promise.all([
      client.columns('deals'),
      items.byId(serviceIds),
      rowsOf(client, 'contacts', contact, personIds),
    ])
    const [things, people] = [keyed(serviceIds, goods), keyed(personIds, found)]
    const buyerIds = [...new Set(deals.flatMap((row) => buyerOf(row, people) ?? []))]
    const buyers = keyed(buyerIds, await customers.byId(buyerIds))
    return answers.map((row) => {
      if (!isRow(row)) return row
      const person = people.get(row.contacts[0]?.id ?? '') ?? null
      const customer = buyers.get(buyerOf(row, people) ?? '') ?? null
      const wanted = row.services.map(({ id }) => things.get(id) ?? null)
      const problem = [person, customer, ...wanted].find((answer) => answer instanceof ErpError)
      if (problem instanceof ErpError) return problem
      const known = new Map(wanted.filter(isRow<Item>).map((item) => [item.id, item]))
      const email = isRow(person) ? emailOf(person) : null
      const beside = { items: known, customer: isRow(customer) ? customer : null, email }
      return rowOf(() => toQuote(row, columns, beside, config))
    })
  }
  return {
    byId: async (ids) => (ids.length === 0 ? [] : quotesOf(await rowsOf(client, 'deals', deal, ids))),
    list: (ask) =>
      list(client, sourcesOf('quote', ask.search), ask, (steps: Step[]) =>
        quotesOf(steps.map(({ row }) => rowOf(() => shaped(deal, row, 'A deal')))),
      ),
  }
}

/**
 * What was made or changed since; deletes are told by webhooks alone. What was read within a minute after its
 * instant is read again the next time, because a change may be committed late.
 */
export async function* openChanges(
  client: Client,
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
    const step = await walk(client, sources, place, PER_PAGE)
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
