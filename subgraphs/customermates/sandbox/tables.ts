import Big from 'big.js'
import type { Demo, DemoCustomer } from '../../demo.ts'
import { exactNumber } from '../../json.ts'
import { type Name, columnsOf, uuid } from './columns.ts'
import { DEALS, type Deal } from './deals.ts'
import type { Row, Table } from './query.ts'

const UNITS: Record<string, string> = { H87: 'Stück', KGM: 'kg', MTR: 'm', LTR: 'l', HUR: 'Std.' }

/** Rows were imported three at a time, so that three of them share each instant. */
function instants(day: string, at: number): { createdAt: string; updatedAt: string } {
  const made = Date.parse(`2026-${day}T09:00:00.000Z`) + Math.floor(at / 3) * 1000
  return {
    createdAt: new Date(made).toISOString(),
    updatedAt: new Date(made + 30 * 86_400_000).toISOString(),
  }
}

function note(text: string): object {
  return { type: 'doc', content: [{ type: 'paragraph', content: [{ type: 'text', text }] }] }
}

/** The tables without rows: how each is related to others, and which of its texts a search looks at. */
function emptyTables(company: string): Record<Name, Table> {
  const table = (name: Name, relations: string[], searchable: Table['searchable']): Table => ({
    rows: [],
    columns: columnsOf(company, name),
    relations,
    searchable,
  })
  const names = (rows: unknown) => (rows as { name: string }[]).map(({ name }) => name)
  const people = (rows: unknown) =>
    (rows as { firstName: string; lastName: string }[]).flatMap((row) => [row.firstName, row.lastName])
  return {
    services: table('services', ['userIds', 'dealIds'], ({ name }) => [String(name)]),
    organizations: table('organizations', ['contactIds', 'dealIds'], ({ name, contacts }) => [
      String(name),
      ...people(contacts),
    ]),
    contacts: table('contacts', ['organizationIds', 'dealIds'], ({ firstName, lastName, organizations }) => [
      String(firstName),
      String(lastName),
      ...names(organizations),
    ]),
    deals: table('deals', ['organizationIds', 'contactIds'], ({ name, organizations }) => [
      String(name),
      ...names(organizations),
    ]),
    tasks: table('tasks', ['dealIds', 'userIds'], ({ name }) => [String(name)]),
  }
}

/** The demo company in the words of Customermates. */
export class Tables {
  readonly all: Record<Name, Table>
  readonly #company: string
  readonly #versions = new WeakMap<Row, number>()
  #last = 0
  #count = 0

  constructor(demo: Demo) {
    this.#company = demo.company
    this.all = emptyTables(demo.company)
    for (const [at, item] of demo.products.entries())
      this.addService(
        item.sku,
        item.name,
        item.listPrice,
        UNITS[item.unit] ?? item.unit,
        instants('02-01', at),
      )
    for (const [at, customer] of demo.customers.entries()) this.#addCustomer(customer, at)
    for (const [at, lastName] of ['Öztürk', 'Marsh', 'Nuñez'].entries())
      this.#addPerson(
        ['Ayşe', 'Ada', 'José'][at] ?? '',
        lastName,
        `privat${at + 1}@post.example`,
        instants('04-01', at),
      )
    for (const [at, deal] of DEALS.entries()) this.#addDeal(deal, at, demo)
  }

  /** The rows of a table, by the id of a column and a value, or the first that has it. */
  find(name: Name, label: string, value: string): Row | undefined {
    const id = this.column(name, label)
    return this.all[name].rows.find(({ customFieldValues: values }) =>
      values.some((one) => one.columnId === id && one.value === value),
    )
  }

  column(name: Name, label: string): string {
    return this.all[name].columns.find((column) => column.label === label)?.id ?? ''
  }

  /** An instant later than every other one that was given. */
  now(): string {
    this.#last = Math.max(Date.now(), this.#last + 1)
    return new Date(this.#last).toISOString()
  }

  /** How often a row was changed, and once more. */
  versionOf(row: Row): number {
    return this.#versions.get(row) ?? 1
  }

  /** Writes down that a row was changed. */
  touch(row: Row): void {
    row.updatedAt = this.now()
    this.#versions.set(row, this.versionOf(row) + 1)
  }

  valueOf(row: Row, columnId: string): string | null {
    return row.customFieldValues.find((one) => one.columnId === columnId)?.value ?? null
  }

  /** Writes one custom column; null clears it. */
  put(name: Name, row: Row, label: string, value: string | null): void {
    this.putInto(row, this.column(name, label), value)
  }

  putInto(row: Row, columnId: string, value: string | null): void {
    if (this.valueOf(row, columnId) === value) return
    const others = row.customFieldValues.filter((one) => one.columnId !== columnId)
    row.customFieldValues = value === null ? others : [...others, { columnId, value }]
  }

  #add(name: Name, fields: object, values: Record<string, string | null | undefined>, at?: object): Row {
    const now = at ? '' : this.now()
    const id = uuid(this.#company, `${name} ${++this.#count}`)
    const known = { notes: null, users: [], tasks: [], deals: [], ...fields, customFieldValues: [] }
    const row: Row = { id, createdAt: now, updatedAt: now, ...known, ...at }
    for (const [label, value] of Object.entries(values)) this.put(name, row, label, value ?? null)
    this.all[name].rows.push(row)
    return row
  }

  addService(sku: string, name: string, price: string, unit: string, at?: object): void {
    this.#add('services', { name, amount: exactNumber(price) }, { Artikelnummer: sku, Einheit: unit }, at)
  }

  addOrganization(name: string, values: Record<string, string>, at?: object): Row {
    return this.#add('organizations', { name, contacts: [] }, values, at)
  }

  addTask(name: string, userIds: string[], dealIds: string[]): Row {
    const deals = this.all.deals.rows.filter(({ id }) => dealIds.includes(id))
    const refs = deals.map(({ id, name: title }) => ({ id, name: title }))
    return this.#add('tasks', { name, users: userIds.map((id) => ({ id })), deals: refs }, {})
  }

  #addPerson(firstName: string, lastName: string, email: string, at: object): Row {
    return this.#add('contacts', { firstName, lastName, emails: [email], organizations: [] }, {}, at)
  }

  #addCustomer(customer: DemoCustomer, at: number): void {
    const values = {
      'USt-IdNr.': customer.taxId,
      'E-Mail': customer.email,
      Telefon: customer.phone,
      Währung: customer.currency,
      Straße: customer.street,
      PLZ: customer.postalCode,
      Ort: customer.city,
      Land: customer.country,
      ...(at % 5 !== 4 && { Kundennummer: customer.number }),
    }
    const organization = this.addOrganization(customer.name, values, instants('02-02', at))
    const contact = this.#addPerson('Erika', `Einkauf-${at + 1}`, customer.email, instants('03-01', at))
    const { id, firstName, lastName } = contact
    contact.organizations = [{ id: organization.id, name: organization.name }]
    organization.contacts = [{ id, firstName, lastName }]
  }

  #addDeal(deal: Deal, at: number, demo: Demo): void {
    const { organizations, contacts, services } = this.all
    const buyer = deal.customer === null ? undefined : organizations.rows[deal.customer]
    const person = contacts.rows[deal.customer ?? demo.customers.length]
    const fields = {
      name: deal.name,
      notes: at === 0 ? note('Anlieferung über die Rampe ✨') : null,
      organizations: buyer ? [{ id: buyer.id, name: buyer.name }] : [],
      contacts: person ? [{ id: person.id, firstName: person.firstName, lastName: person.lastName }] : [],
      users: [
        { id: uuid(this.#company, 'user seller'), firstName: 'Sam', lastName: 'Seller', avatarUrl: null },
      ],
      lines: deal.lines.map(([product, quantity]) => ({ id: services.rows[product]?.id ?? '', quantity })),
    }
    const { stage, currency, discount, order } = deal
    const values = { Stage: stage, Währung: currency, 'Rabatt %': discount, Bestellnummer: order }
    this.#add('deals', fields, { ...values, 'Gültig bis': '2026-12-31' }, instants('10-01', at))
  }

  /** A deal as it is shown: each line has the amount that its service has now, and there is no other price. */
  shownDeal({ lines, ...row }: Row): Row {
    const services = (lines as { id: string; quantity: string }[]).flatMap(({ id, quantity }) => {
      const service = this.all.services.rows.find((one) => one.id === id)
      return service
        ? [{ id, name: service.name, amount: service.amount, quantity: exactNumber(quantity) }]
        : []
    })
    const sum = (of: (line: (typeof services)[number]) => Big) =>
      exactNumber(services.reduce((all, line) => all.plus(of(line)), new Big(0)).toFixed())
    const exact = (value: unknown) => new Big(JSON.stringify(value))
    return {
      ...(row as Row),
      tasks: this.all.tasks.rows.filter(({ deals }) =>
        (deals as { id: string }[]).some(({ id }) => id === row.id),
      ),
      services,
      totalValue: sum(({ amount, quantity }) => exact(amount).times(exact(quantity))),
      totalQuantity: sum(({ quantity }) => exact(quantity)),
    }
  }
}
