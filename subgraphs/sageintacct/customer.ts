import { createHash } from 'node:crypto'
import { z } from 'zod'
import { ErpError } from '../../schema/errors.ts'
import type { Address } from '../../schema/index.ts'
import type { CustomerInput, Found, Ref, WireRequest, Write } from '../connector.ts'
import { shaped } from '../shape.ts'
import { type Client, shown } from './client.ts'
import type { OwnFields } from './custom.ts'
import type { Setup } from './setup.ts'
import * as shapes from './shapes.ts'

const OBJECT = 'accounts-receivable/customer'
/** Customer ids have at most 20 letters. */
const SHORT = /^[A-Za-z0-9_-]{1,20}$/
/** What fields of Intacct are called in a change; the first that fits counts. */
const FIELDS: [start: string, field: string][] = [
  ['customerType', 'group'],
  ['term', 'paymentTerms'],
  ['contacts.default.email1', 'email'],
  ['contacts.default.phone1', 'phone'],
  ['contacts.default.printAs', 'name'],
  ['contacts.default.mailingAddress', 'addresses'],
]
const keyed = z.object({ key: shapes.key, id: z.string().min(1) })
const written = z.object({ 'ia::result': z.object({ key: shapes.key, id: z.string().min(1) }) })

/** Our reference as the id of a customer: as it stands where it fits, else 19 letters of its hash. */
export function customerId(ref: string): string {
  if (SHORT.test(ref)) return ref
  return `W${BigInt(`0x${createHash('sha256').update(ref).digest('hex')}`)
    .toString(36)
    .slice(0, 19)}`.toUpperCase()
}

function placeOf(address: Address): object {
  const [addressLine1, addressLine2, ...more] = address.lines
  return {
    addressLine1: addressLine1 ?? '',
    addressLine2: addressLine2 ?? '',
    addressLine3: more.join(', '),
    city: address.city ?? '',
    state: address.region ?? '',
    postCode: address.postalCode ?? '',
    ...(address.country && { isoCountryCode: address.country.toLowerCase() }),
  }
}

/** The default contact, as far as it is named. */
function contactOf({ name, email, phone, country, addresses }: Partial<CustomerInput>): object | null {
  const [address, second] = addresses ?? []
  if (second)
    throw new ErpError('VALIDATION', 'Intacct takes one address here, that of the default contact.', {
      field: 'addresses',
    })
  const place = address ? placeOf({ ...address, country: address.country ?? country }) : null
  const bare = country && !place ? { isoCountryCode: country.toLowerCase() } : null
  const contact = {
    ...(name && { printAs: name, companyName: name }),
    ...(email !== undefined && { email1: email }),
    ...(phone !== undefined && { phone1: phone }),
    ...((place ?? bare) && { mailingAddress: place ?? bare }),
  }
  return Object.keys(contact).length > 0 ? contact : null
}

/** { term: { id } } -> [["term.id", …]]: every value of a body by its path. */
function leavesOf(body: object, before = ''): [path: string, value: unknown][] {
  return Object.entries(body).flatMap(([name, value]): [string, unknown][] =>
    value !== null && typeof value === 'object'
      ? leavesOf(value as object, `${before}${name}.`)
      : [[`${before}${name}`, value]],
  )
}

/** A value for comparing: nothing and an empty text are the same, and so are capital and small letters. */
function plain(value: unknown): string {
  return value === null || value === undefined ? '' : String(value).trim().toLowerCase()
}

/** Customers. There is no upsert, no version, and the answer of a write is a reference only. */
export class Customers implements Write<CustomerInput> {
  readonly proof
  readonly findLagMs = 0
  readonly maxPushMs = 300_000
  readonly find?: (ref: string) => Promise<Found | null>
  readonly #client: Client
  readonly #setup: Setup
  readonly #own: OwnFields

  constructor(client: Client, setup: Setup, own: OwnFields) {
    this.#client = client
    this.#own = own
    this.#setup = setup
    const known = client.config.customerIds === 'reference'
    this.proof = known ? ('lookup' as const) : ('none' as const)
    if (known) this.find = (ref) => this.#find(ref)
  }

  async plan(input: CustomerInput, ref: string): Promise<WireRequest[]> {
    return [shown(await this.#creating(input, ref))]
  }

  async create(input: CustomerInput, ref: string): Promise<Ref> {
    const answer = await this.#client.write(await this.#creating(input, ref))
    const { id } = shaped(written, answer, 'The written customer')['ia::result']
    return { id, number: id }
  }

  async update(ref: Ref, change: Partial<CustomerInput>): Promise<Ref> {
    const row = await this.#row(ref.id)
    if (!row) throw new ErpError('NOT_FOUND', `Intacct has no customer "${ref.id}".`)
    const body = await this.#body(change)
    await this.#client.write(this.#client.request('PATCH', `${OBJECT}/${row.key}`, body))
    await this.#kept(row.key, body)
    return { id: row.id, number: row.id }
  }

  /** A PATCH may pass a field over and tell of success all the same; then the change is not done. */
  async #kept(key: string, body: object): Promise<void> {
    const sent = leavesOf(body).filter(([path]) => shapes.CUSTOMER.includes(path))
    const fields = sent.map(([path]) => path)
    if (fields.length === 0) return
    const [row = {}] = await this.#client.query({ object: OBJECT, fields, filters: [{ $eq: { key } }] })
    const found = new Map(leavesOf(row))
    const [ignored] = sent.find(([path, value]) => plain(found.get(path)) !== plain(value)) ?? []
    if (ignored === undefined) return
    const field = FIELDS.find(([start]) => ignored.startsWith(start))?.[1] ?? ignored
    throw new ErpError('VALIDATION', `Sage Intacct did not take over "${ignored}".`, { field })
  }

  async #find(ref: string): Promise<Found | null> {
    const row = await this.#row(customerId(ref))
    return row ? { ref: { id: row.id, number: row.id }, step: 1, done: true } : null
  }

  async #row(id: string) {
    const filters = [{ $eq: { id } }]
    const rows = await this.#client.query({ object: OBJECT, fields: ['key', 'id'], filters, size: 10 })
    return rows.map((row) => shaped(keyed, row, 'A customer')).find((row) => row.id === id) ?? null
  }

  async #creating(input: CustomerInput, ref: string): Promise<WireRequest> {
    const id = this.#client.config.customerIds === 'reference' ? { id: customerId(ref) } : {}
    const body = { ...id, status: 'active', ...(await this.#body(input)) }
    return this.#client.request('POST', OBJECT, body)
  }

  async #body(input: Partial<CustomerInput>): Promise<object> {
    const { name, taxId, currency, group, paymentTerms, customAttributes } = input
    if (name !== undefined && name.trim() === '')
      throw new ErpError('MISSING_REQUIRED_FIELD', 'A customer needs a name.', { field: 'name' })
    const contact = contactOf(input)
    return {
      ...(name !== undefined && { name }),
      ...(taxId !== undefined && { taxId }),
      ...(currency && { currency }),
      ...(group && { customerType: { id: group } }),
      ...(paymentTerms && { term: { id: await this.#term(paymentTerms) } }),
      ...(contact && { contacts: { default: contact } }),
      ...(await this.#own.body('customer', customAttributes)),
    }
  }

  async #term(wanted: string): Promise<string> {
    const name = this.#client.config.paymentTerms[wanted] ?? wanted
    if (await this.#setup.terms.find((all) => all.get(name))) return name
    throw new ErpError('MAPPING_MISSING', `Intacct has no payment term "${name}".`, { field: 'paymentTerms' })
  }
}
