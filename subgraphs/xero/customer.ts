import { ErpError } from '../../schema/errors.ts'
import type { Address } from '../../schema/index.ts'
import type { CustomerInput, Found, Ref, WireRequest, Write } from '../connector.ts'
import type { Json } from '../json.ts'
import { shaped } from '../shape.ts'
import { isGuid } from './client.ts'
import { countryName, fromAddress } from './map.ts'
import { isSafe, mustBeSafe } from './order.ts'
import type { Connection } from './setup.ts'
import { type ContactRow, contact } from './shapes.ts'
import { termOf } from './terms.ts'

const QUERY = { summarizeErrors: false }
const MAX_NUMBER = 50

/**
 * Customers. Our reference is the contact number, which people cannot change in Xero and which is searched by
 * `searchTerm` (developer.xero.com/documentation/api/accounting/contacts).
 */
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
    const request = await this.#request(input, ref)
    const find = () => this.find(ref)
    return this.#connection.client.create(request, 'Contacts', find, ([row = null]) => refOf(row))
  }

  async find(ref: string): Promise<Found | null> {
    if (!isSafe(ref)) return null
    const query = { searchTerm: ref, page: 1, pageSize: 100, includeArchived: true }
    const rows = await this.#connection.client.rows('Contacts', query)
    const own = rows.filter((row) => shaped(contact, row, 'A contact').ContactNumber === ref)
    const [first] = own.map(refOf).toSorted((a, b) => (a.id < b.id ? -1 : 1))
    return first ? { ref: first, step: 1, done: true } : null
  }

  async update({ id }: Ref, change: Partial<CustomerInput>, version: string | null): Promise<Ref> {
    const [row] = isGuid(id) ? await this.#connection.contacts([id]) : []
    if (row === undefined) throw new ErpError('NOT_FOUND', `There is no contact ${id.slice(0, 40)}.`)
    const before = shaped(contact, row, 'A contact')
    // Xero takes whatever comes last; so we look before we write.
    if (version !== null && before.UpdatedDateUTC !== version)
      throw new ErpError('CONFLICT', 'The contact has changed since it was read.')
    const body = { Contacts: [{ ContactID: id, ...(await this.#fields(change, before)) }] }
    const request = await this.#connection.client.request('POST', `Contacts/${id}`, {}, body)
    const [saved = null] = await this.#connection.client.write(request, 'Contacts')
    return refOf(saved)
  }

  async #request(input: CustomerInput, ref: string): Promise<WireRequest> {
    mustBeSafe(ref)
    if (ref.length > MAX_NUMBER)
      throw new ErpError('VALIDATION', 'A contact number has at most 50 signs.', { field: 'ref' })
    if (!input.name.trim())
      throw new ErpError('MISSING_REQUIRED_FIELD', 'A contact needs a name.', { field: 'name' })
    const body = { Contacts: [{ ContactNumber: ref, ...(await this.#fields(input, null)) }] }
    return this.#connection.client.request('PUT', 'Contacts', QUERY, body, `customer-${ref}`)
  }

  /** Only what is named changes; addresses that are sent replace the ones of their type. */
  async #fields(input: Partial<CustomerInput>, before: ContactRow | null): Promise<object> {
    if (input.group || (input.customAttributes?.length ?? 0) > 0) {
      const field = input.group ? 'group' : 'customAttributes'
      throw new ErpError('VALIDATION', `Contacts of Xero take no ${field} through the API.`, { field })
    }
    if (input.currency) await this.#connection.checkCurrency(input.currency)
    const term = input.paymentTerms ? termOf(input.paymentTerms, this.#connection.client.config) : null
    const addresses = addressesOf(input, before)
    return {
      ...(input.name !== undefined && { Name: input.name }),
      ...(input.email !== undefined && { EmailAddress: input.email ?? '' }),
      ...(input.phone !== undefined && { Phones: phonesOf(input.phone, before) }),
      ...(input.taxId !== undefined && { TaxNumber: input.taxId ?? '' }),
      ...(input.currency && { DefaultCurrency: input.currency }),
      ...(addresses.length > 0 && { Addresses: addresses }),
      ...(term && { PaymentTerms: { Sales: { Day: Number(term.Day), Type: term.Type } } }),
    }
  }
}

/** The main number; the others are sent as Xero has them, because a list that is sent may replace the whole. */
function phonesOf(number: string | null, before: ContactRow | null): object[] {
  const others = before?.Phones?.filter(({ PhoneType }) => PhoneType !== 'DEFAULT') ?? []
  const main = { PhoneType: 'DEFAULT', PhoneNumber: number ?? '', PhoneAreaCode: '', PhoneCountryCode: '' }
  return [main, ...others]
}

/**
 * One billing and one delivery address; a country alone changes that of the billing address. Whatever is not named
 * is sent as Xero has it, because a list that is sent may replace the whole.
 */
function addressesOf({ addresses, country }: Partial<CustomerInput>, before: ContactRow | null): object[] {
  if (!addresses && !country) return []
  const given = addresses ?? []
  if (given.length > 2 || new Set(given.map(isDelivery)).size < given.length)
    throw new ErpError('VALIDATION', 'A contact has one billing and one delivery address.', {
      field: 'addresses',
    })
  const [delivery, billing] = [given.find(isDelivery), given.find((one) => !isDelivery(one))]
  const old = (type: string) => before?.Addresses?.find(({ AddressType }) => AddressType === type)
  const main = billing ? fromAddress('POBOX', billing) : old('POBOX')
  const other = delivery ? fromAddress('STREET', delivery) : old('STREET')
  const named =
    country && !billing?.country ? { AddressType: 'POBOX', ...main, Country: countryName(country) } : main
  return [named, other].filter((one) => one !== undefined)
}

function isDelivery({ type }: Address): boolean {
  return type === 'SHIPPING'
}

function refOf(row: Json): Ref {
  const { ContactID, AccountNumber, ContactNumber, UpdatedDateUTC } = shaped(contact, row, 'A contact')
  return { id: ContactID, number: AccountNumber || ContactNumber || null, version: UpdatedDateUTC ?? null }
}
