import { ErpError } from '../../schema/errors.ts'
import type { Address } from '../../schema/index.ts'
import type { CustomerInput, Found, Ref, Write } from '../connector.ts'
import type { HttpRequest } from '../http.ts'
import { exactNumber } from '../json.ts'
import { shaped } from '../shape.ts'
import { mustBeEuro } from './body.ts'
import { type Raw, isId, shown } from './client.ts'
import type { Connection } from './masters.ts'
import * as shapes from './shapes.ts'
import { markOf, refIn } from './words.ts'

function refused(message: string, field: string): ErpError {
  return new ErpError('VALIDATION', message, { field })
}

/** What Lexware has no place for; a value there is refused, not left out in silence. */
function mustHavePlace({ currency, group, paymentTerms, customAttributes }: Partial<CustomerInput>): void {
  mustBeEuro(currency, 'currency')
  if (group) throw refused('Lexware has no groups of customers.', 'group')
  if (paymentTerms) throw refused('Lexware takes no payment terms of customers from outside.', 'paymentTerms')
  if (customAttributes?.length) throw refused('Lexware has no custom fields.', 'customAttributes')
}

function placeOf({ name, lines, postalCode, city, country }: Address, firm: string): Raw {
  const [street, ...more] = lines
  const supplement = [...(name && name !== firm ? [name] : []), ...more].join(', ')
  const place = { supplement, street, zip: postalCode, city, countryCode: country ?? 'DE' }
  return Object.fromEntries(Object.entries(place).filter(([, value]) => value))
}

/** One billing and one shipping address: with more, Lexware would let nobody change the contact any more. */
function placesOf(addresses: Address[], firm: string): Raw {
  const of = (type: 'BILLING' | 'SHIPPING') =>
    addresses.filter((one) => (one.type ?? 'BILLING') === type).map((one) => placeOf(one, firm))
  const [billing, shipping] = [of('BILLING'), of('SHIPPING')]
  if (billing.length > 1 || shipping.length > 1 || billing.length + shipping.length < addresses.length)
    throw refused('Lexware takes one billing and one shipping address.', 'addresses')
  return { ...(billing[0] ? { billing } : {}), ...(shipping[0] ? { shipping } : {}) }
}

function taxOf(taxId: string): Raw {
  return /^[A-Z]{2}/i.test(taxId) ? { vatRegistrationId: taxId } : { taxNumber: taxId }
}

/** https://developers.lexware.io/docs/ (contacts: create) */
function creating({ client }: Connection, input: CustomerInput, ref: string): HttpRequest {
  const { name, email, phone, taxId, country } = input
  if (!name) throw new ErpError('MISSING_REQUIRED_FIELD', 'A customer needs a name.', { field: 'name' })
  mustHavePlace(input)
  const given = input.addresses?.length ? input.addresses : country ? [{ lines: [], country }] : []
  return client.writing('POST', 'contacts', {
    version: exactNumber('0'),
    roles: { customer: {} },
    company: { name, ...(taxId ? taxOf(taxId) : {}) },
    addresses: placesOf(given, name),
    ...(email ? { emailAddresses: { business: [email] } } : {}),
    ...(phone ? { phoneNumbers: { business: [phone] } } : {}),
    note: markOf(ref),
  })
}

/** The contact exactly as it came, numbers and what we do not know included: an update replaces everything. */
async function whole({ client }: Connection, id: string): Promise<Raw> {
  const answer = isId(id) ? await client.maybe(`contacts/${id}`) : null
  if (!answer)
    throw new ErpError('NOT_FOUND', `Lexware has no contact "${id.slice(0, 60)}".`, { field: 'customer' })
  answer.json()
  return JSON.parse(answer.text, (_key, value: unknown, context?: { source?: string }) =>
    typeof value === 'number' ? JSON.rawJSON(context?.source ?? String(value)) : value,
  ) as Raw
}

function isList(value: unknown): value is unknown[] {
  return Array.isArray(value)
}

function partOf(value: unknown): Raw {
  return value !== null && typeof value === 'object' && !isList(value) ? (value as Raw) : {}
}

/** The web application may keep several of a kind; then the API refuses every change: (contacts: update) */
function mustBeChangeable(contact: Raw): void {
  const lists = [contact.addresses, contact.emailAddresses, contact.phoneNumbers].flatMap((part) =>
    Object.values(partOf(part)),
  )
  const persons = partOf(contact.company).contactPersons
  if ([...lists, persons].some((list) => isList(list) && list.length > 1))
    throw refused(
      'The contact has several addresses, persons, e-mails or phones of a kind; it can be changed in Lexware only.',
      'customer',
    )
}

/** The ways to reach a contact, with the first that we would show replaced. */
function reached(ways: unknown, to: string | null): Raw {
  const old = partOf(ways)
  const used = ['business', 'office', 'mobile', 'private', 'other'].find((kind) => {
    const list = old[kind]
    return isList(list) && list.length > 0
  })
  return { ...old, [used ?? 'business']: to ? [to] : [] }
}

function renamed(contact: Raw, { name, taxId }: Partial<CustomerInput>): Raw {
  if (!name && taxId === undefined) return {}
  if (contact.person && !contact.company)
    throw refused('A person is renamed in Lexware only: which part is the last name is not known.', 'name')
  const tax = taxId ? taxOf(taxId) : taxId === null ? { vatRegistrationId: null, taxNumber: null } : {}
  return { company: { ...partOf(contact.company), ...(name ? { name } : {}), ...tax } }
}

function moved(contact: Raw, { addresses, country }: Partial<CustomerInput>): Raw {
  const old = partOf(contact.addresses)
  const firm = String(partOf(contact.company).name ?? '')
  if (addresses) return { addresses: { ...old, ...placesOf(addresses, firm) } }
  if (!country) return {}
  const first = isList(old.billing) ? partOf(old.billing[0]) : {}
  return { addresses: { ...old, billing: [{ ...first, countryCode: country }] } }
}

async function update(
  connection: Connection,
  ref: Ref,
  change: Partial<CustomerInput>,
  version: string | null,
): Promise<Ref> {
  mustHavePlace(change)
  const contact = await whole(connection, ref.id)
  mustBeChangeable(contact)
  const { email, phone } = change
  const body = {
    ...contact,
    ...renamed(contact, change),
    ...moved(contact, change),
    ...(email === undefined ? {} : { emailAddresses: reached(contact.emailAddresses, email) }),
    ...(phone === undefined ? {} : { phoneNumbers: reached(contact.phoneNumbers, phone) }),
    // The version that was read where nobody says which one the change is based on: then the last writer wins.
    ...(version === null ? {} : { version: exactNumber(version) }),
  }
  const done = await connection.client.write(connection.client.writing('PUT', `contacts/${ref.id}`, body))
  return { id: done.id, version: done.version }
}

/** Our reference stands in the note, which no filter looks into: all customers are read, 250 a call. */
async function find({ contacts }: Connection, ref: string): Promise<Found | null> {
  const marked: { id: string; version: string }[] = []
  for (const raw of (await contacts.fresh()).values()) {
    if (typeof raw.note !== 'string' || refIn(raw.note) !== ref) continue
    marked.push(shaped(shapes.contact, raw, 'contacts'))
  }
  const [first] = marked.toSorted((one, other) => (one.id < other.id ? -1 : 1))
  return first ? { ref: { id: first.id, version: first.version }, step: 1, done: true } : null
}

/** Customers: https://developers.lexware.io/docs/ (contacts) */
export function customerWrite(connection: Connection): Write<CustomerInput> {
  return {
    proof: 'lookup',
    findLagMs: 2_000,
    maxPushMs: 90_000,
    plan: (input, ref) => Promise.resolve().then(() => [shown(creating(connection, input, ref))]),
    find: (ref) => find(connection, ref),
    async create(input, ref) {
      const { id, version } = await connection.client.write(creating(connection, input, ref))
      return { id, version }
    },
    update: (ref, change, version) => update(connection, ref, change, version),
  }
}
