import { createHash } from 'node:crypto'
import { z } from 'zod'
import { ErpError } from '../../schema/errors.ts'
import type { Address } from '../../schema/index.ts'
import type { CustomerInput, Found, Ref, WireRequest, Write } from '../connector.ts'
import { exactNumber } from '../json.ts'
import { etagOf, literal } from '../odata.ts'
import { shaped } from '../shape.ts'
import type { OwnFields } from './custom.ts'
import { type Client, keyOf } from './client.ts'
import { udfOf } from './documents.ts'
import { isTaken } from './errors.ts'
import { refuse } from './body.ts'
import { isKey, rowsById } from './read.ts'
import { type Setup, nativeCurrency } from './setup.ts'
import { type NativeAddress, code, partner } from './shapes.ts'

const written = z.object({ CardCode: code })
const places = { set: 'BusinessPartners', key: 'CardCode', entry: false, select: ['CardCode', 'BPAddresses'] }
const placesRow = partner.pick({ BPAddresses: true })
/** Codes have at most 15 signs. */
const DIGITS = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ'
const CODE_DIGITS = 14

/** Our reference as the code of a customer: 72 bits of its hash. */
export function cardCode(ref: string): string {
  let rest = BigInt(`0x${createHash('sha256').update(ref).digest('hex')}`)
  let text = ''
  for (; text.length < CODE_DIGITS; rest /= 36n) text += DIGITS[Number(rest % 36n)]
  return `W${text}`
}

/**
 * Customers. Our reference stands in a user-defined field for life, and without a numbering series it makes the code,
 * which is unique: a second create is refused by the server and found by us. There is no upsert verb.
 */
export class Customers implements Write<CustomerInput> {
  readonly proof = 'lookup'
  readonly findLagMs = 0
  readonly maxPushMs = 5 * 60_000
  readonly #client: Client
  readonly #setup: Setup
  readonly #own: OwnFields

  constructor(client: Client, setup: Setup, own: OwnFields) {
    this.#client = client
    this.#setup = setup
    this.#own = own
  }

  async plan(input: CustomerInput, ref: string): Promise<WireRequest[]> {
    return [this.#client.shown(await this.#request(input, ref))]
  }

  async create(input: CustomerInput, ref: string): Promise<Ref> {
    const request = await this.#request(input, ref)
    try {
      const answer = await this.#client.write(request)
      const row = answer.json()
      const { CardCode: id } = shaped(written, row, 'A written customer')
      return { id, number: id, version: answer.headers.etag ?? etagOf(row) }
    } catch (error) {
      const found = isTaken(error) ? await this.find(ref) : null
      if (!found) throw error
      return found.ref
    }
  }

  async find(ref: string): Promise<Found | null> {
    const { customerReference: udf } = this.#client.config
    const filter = `CardType eq 'cCustomer' and ${udf} eq ${literal(ref)}`
    const [rows = []] = await this.#client.read([
      ['BusinessPartners', { filter, select: ['CardCode', udf], orderby: 'CardCode' }],
    ])
    const row = rows.find((one) => udfOf(one, udf) === ref)
    if (row === undefined) return null
    const { CardCode: id } = shaped(written, row, 'A customer')
    return { ref: { id, number: id, version: null }, step: 1, done: true }
  }

  /** Only what is named changes. The new version is read apart: the one in a `$select` answer never moves. */
  async update({ id }: Ref, change: Partial<CustomerInput>, version: string | null): Promise<Ref> {
    if (!isKey(id, false)) throw new ErpError('NOT_FOUND', `There is no customer ${id.slice(0, 40)}.`)
    const path = `BusinessPartners${keyOf(id)}`
    const rows = change.addresses ? await rowsById(this.#client, places, [id]) : null
    const row = rows?.get(id)
    const old = row === undefined ? [] : shaped(placesRow, row, 'A customer').BPAddresses
    await this.#client.write(this.#client.request('PATCH', path, await this.#fields(change, old), version))
    const answer = await this.#client.send({ method: 'GET', url: this.#client.url(path) })
    return { id, number: id, version: answer.headers.etag ?? null }
  }

  async #request(input: CustomerInput, ref: string): Promise<WireRequest> {
    if (!input.name.trim()) refuse('name', 'A customer needs a name.', 'MISSING_REQUIRED_FIELD')
    const { customerSeries: series, customerReference: udf } = this.#client.config
    const body = {
      ...(series === undefined ? { CardCode: cardCode(ref) } : { Series: series }),
      CardType: 'cCustomer',
      [udf]: ref,
      ...(await this.#fields(input, [])),
    }
    return this.#client.request('POST', 'BusinessPartners', body)
  }

  async #fields(input: Partial<CustomerInput>, old: NativeAddress[]): Promise<object> {
    const { config } = this.#client
    const { paymentTerms: terms, group, currency, country, addresses } = input
    return {
      ...(input.name !== undefined && { CardName: input.name }),
      ...(input.email !== undefined && { EmailAddress: input.email ?? '' }),
      ...(input.phone !== undefined && { Phone1: input.phone ?? '' }),
      ...(input.taxId !== undefined && { [config.taxIdField]: input.taxId ?? '' }),
      ...(country && { Country: country }),
      ...(currency && { Currency: nativeCurrency(currency, config) }),
      ...(group && { GroupCode: exactNumber(await this.#setup.group(group)) }),
      ...(terms && {
        PayTermsGrpCode: exactNumber(await this.#setup.term(config.paymentTerms[terms] ?? terms)),
      }),
      ...(addresses && addresses.length > 0 && { BPAddresses: addressesOf(addresses, old) }),
      ...(await this.#own.body('customer', input.customAttributes)),
    }
  }
}

/** Rows of a PATCH are matched by their key, so the first address of a type takes over the first that is there. */
function addressesOf(addresses: Address[], old: NativeAddress[]): object[] {
  const free = [...old]
  const names = new Set(old.map(({ AddressName }) => AddressName))
  return addresses.map((address) => {
    const AddressType = address.type === 'SHIPPING' ? 'bo_ShipTo' : 'bo_BillTo'
    const at = free.findIndex((one) => one.AddressType === AddressType)
    const [same] = at < 0 ? [] : free.splice(at, 1)
    const name = same?.AddressName ?? newName(AddressType === 'bo_ShipTo' ? 'Ship to' : 'Bill to', names)
    const [street = '', block = '', ...building] = address.lines
    return {
      ...(same?.RowNum != null && { RowNum: exactNumber(same.RowNum) }),
      AddressName: name,
      AddressType,
      ...(address.name && { AddressName2: address.name }),
      Street: street,
      Block: block,
      BuildingFloorRoom: building.join(', '),
      ...(address.postalCode && { ZipCode: address.postalCode }),
      ...(address.city && { City: address.city }),
      ...(address.region && { State: address.region }),
      ...(address.country && { Country: address.country }),
    }
  })
}

function newName(base: string, names: Set<string>): string {
  let name = base
  for (let count = 2; names.has(name); count += 1) name = `${base} ${count}`
  names.add(name)
  return name
}
