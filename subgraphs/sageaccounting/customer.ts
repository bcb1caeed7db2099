import { ErpError } from '../../schema/errors.ts'
import type { Address } from '../../schema/index.ts'
import type { CustomerInput, Found, Ref, WireRequest, Write } from '../connector.ts'
import { type Json, exactNumber } from '../json.ts'
import { shaped } from '../shape.ts'
import { termDays } from './body.ts'
import type { Connection } from './connection.ts'
import { fromAddress, isCustomer, toAddress, toUtc } from './map.ts'
import { idempotencyId, isSafe, mustBeSafe } from './order.ts'
import * as shapes from './shapes.ts'

/** What the main person of a contact is called where nobody is named. */
const PERSON = 'Main Contact'

/** Customers. Our reference is the reference of the contact, which the search of Sage looks in. */
export class Customers implements Write<CustomerInput> {
  readonly proof = 'lookup'
  readonly findLagMs = 2_000
  readonly maxPushMs = 5 * 60_000
  readonly #connection: Connection

  constructor(connection: Connection) {
    this.#connection = connection
  }

  async plan(input: CustomerInput, ref: string): Promise<WireRequest[]> {
    return [this.#connection.client.shown(await this.#request(input, ref))]
  }

  async create(input: CustomerInput, ref: string): Promise<Ref> {
    return refOf(await this.#connection.client.write(await this.#request(input, ref)))
  }

  async find(ref: string): Promise<Found | null> {
    if (!isSafe(ref)) return null
    const rows = await this.#connection.client.all('contacts', { search: ref, nested_attributes: 'all' })
    const own = rows.map(refOf).filter(({ number }) => number === ref)
    const [first] = own.toSorted((a, b) => (a.id < b.id ? -1 : 1))
    return first ? { ref: first, step: 1, done: true } : null
  }

  async update({ id }: Ref, change: Partial<CustomerInput>, version: string | null): Promise<Ref> {
    const { client } = this.#connection
    const row = await client.one('contacts', id)
    const before = row === null ? null : shaped(shapes.contact, row, 'A contact')
    if (before === null || !isCustomer(before))
      throw new ErpError('NOT_FOUND', `There is no customer ${id.slice(0, 40)}.`)
    // Sage takes whatever comes last; so we look before we write.
    if (version !== null && toUtc(before.updated_at) !== version)
      throw new ErpError('CONFLICT', 'The contact has changed since it was read.')
    const contact = await this.#fields(change, before)
    return refOf(await client.write(await client.request('PUT', `contacts/${id}`, { contact })))
  }

  async #request(input: CustomerInput, ref: string): Promise<WireRequest> {
    mustBeSafe(ref)
    if (!input.name.trim())
      throw new ErpError('MISSING_REQUIRED_FIELD', 'A contact needs a name.', { field: 'name' })
    const { client } = this.#connection
    const business = client.config.businessId ?? (await client.business.get()).id
    return client.request('POST', 'contacts', {
      contact: {
        idempotency_id: idempotencyId(business, 'CUSTOMER', ref),
        contact_type_ids: ['CUSTOMER'],
        reference: ref,
        ...(await this.#fields(input, null)),
      },
    })
  }

  /** Only what is named changes; the parts of an address and of a person are sent as a whole. */
  async #fields(input: Partial<CustomerInput>, before: shapes.ContactRow | null): Promise<object> {
    if (input.customAttributes?.length)
      throw new ErpError('VALIDATION', 'Contacts of Sage have no custom fields.', {
        field: 'customAttributes',
      })
    const { config } = this.#connection.client
    const group = input.group ? await this.#priceType(input.group) : null
    const days = input.paymentTerms ? termDays(input.paymentTerms, config) : null
    const person = before?.main_contact_person
    const email = input.email === undefined ? person?.email : input.email
    const telephone = input.phone === undefined ? person?.telephone : input.phone
    return {
      ...(input.name !== undefined && { name: input.name }),
      ...(input.taxId !== undefined && { tax_number: input.taxId ?? '' }),
      ...(input.currency && { currency_id: input.currency }),
      ...(group !== null && { product_sales_price_type_id: group }),
      ...(days !== null && { credit_days: exactNumber(String(days)) }),
      ...addressesOf(input, before),
      ...((input.email !== undefined || input.phone !== undefined) && {
        main_contact_person: { name: person?.name || PERSON, email: email ?? '', telephone: telephone ?? '' },
      }),
    }
  }

  async #priceType(name: string): Promise<string> {
    const id = await this.#connection.client.kept('product_sales_price_types').find((rows) => {
      const all = rows.map((row) => shaped(shapes.named, row, 'A price type'))
      return all.find((one) => one.displayed_as === name || one.id === name)?.id
    })
    if (id !== undefined) return id
    throw new ErpError('MAPPING_MISSING', `There is no price type "${name.slice(0, 40)}" in Sage.`, {
      field: 'group',
    })
  }
}

/** One main and one delivery address; a country alone changes that of the main one. */
function addressesOf(
  { addresses, country }: Partial<CustomerInput>,
  before: shapes.ContactRow | null,
): object {
  const given = addresses ?? []
  if (given.length > 2 || new Set(given.map(isDelivery)).size < given.length)
    throw new ErpError('VALIDATION', 'A contact has one main and one delivery address.', {
      field: 'addresses',
    })
  const [delivery, said] = [given.find(isDelivery), given.find((one) => !isDelivery(one))]
  const old = toAddress(before?.main_address, 'BILLING') ?? { lines: [] }
  const main = said ?? (country ? { ...old, country } : undefined)
  return {
    ...(main && { main_address: fromAddress({ ...main, country: main.country ?? country }, true) }),
    ...(delivery && { delivery_address: fromAddress(delivery, true) }),
  }
}

function isDelivery({ type }: Address): boolean {
  return type === 'SHIPPING'
}

function refOf(raw: Json): Ref {
  const row = shaped(shapes.contact, raw, 'A contact')
  return { id: row.id, number: row.reference || null, version: toUtc(row.updated_at) }
}
