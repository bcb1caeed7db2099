import { ErpError } from '../../schema/errors.ts'
import type { Address } from '../../schema/index.ts'
import type { CustomerInput, Found, Ref, WireRequest, Write } from '../connector.ts'
import { shaped } from '../shape.ts'
import { nativeAddress, termId } from './body.ts'
import { type Client, MAX_ROWS, type Row, isId, literal } from './client.ts'
import { displayName } from './map.ts'
import { privateNote } from './reference.ts'
import { bearing, retried } from './order.ts'
import type { Setup } from './setup.ts'
import { type NativeAddress, customer, written } from './shapes.ts'

/** How many pages of the newest customers are looked through for our reference. */
const PAGES = 5
const LONGEST = { name: 500, email: 100, phone: 30 }

function refOf(row: Row): Ref {
  const { Id, SyncToken } = shaped(written, row, 'A written customer')
  return { id: Id, number: null, version: SyncToken }
}

/**
 * Customers. Our reference stands in the notes, which cannot be searched, so the newest customers are looked
 * through; what is older is caught by the display name, which no two customers, vendors and employees share.
 */
export class Customers implements Write<CustomerInput> {
  readonly proof = 'lookup'
  readonly findLagMs = 2_000
  readonly maxPushMs = 120_000
  readonly #client: Client
  readonly #setup: Setup

  constructor(client: Client, setup: Setup) {
    this.#client = client
    this.#setup = setup
  }

  async plan(input: CustomerInput, ref: string): Promise<WireRequest[]> {
    return [this.#client.shown(await this.#request(input, ref))]
  }

  async find(ref: string): Promise<Found | null> {
    let where: string[] = []
    for (let pages = 0; pages < PAGES; pages += 1) {
      const [rows = []] = await this.#client.query([{ entity: 'Customer', where, order: 'Id DESC' }])
      const found = bearing(rows, 'Notes', ref)
      if (found) return { ref: refOf(found), step: 1, done: true }
      const last = rows.at(-1)
      if (!last || rows.length < MAX_ROWS) return null
      where = [`Id < ${literal(refOf(last).id)}`]
    }
    return null
  }

  async create(input: CustomerInput, ref: string): Promise<Ref> {
    const request = await this.#request(input, ref)
    try {
      return refOf(await this.#client.write(request, 'Customer'))
    } catch (error) {
      if (!(error instanceof ErpError) || error.code !== 'CONFLICT') throw error
      const where = [`DisplayName = ${literal(displayName(input.name))}`]
      const [rows = []] = await this.#client.query([{ entity: 'Customer', where }])
      const found = bearing(rows, 'Notes', ref)
      if (!found) throw error
      return refOf(found)
    }
  }

  /** Sparse: what is not named stays as it is. With a version the change is refused when somebody was faster. */
  async update({ id }: Ref, change: Partial<CustomerInput>, version: string | null): Promise<Ref> {
    const alone = change.country && !change.addresses?.some(isBilling)
    const before = alone ? shaped(customer, await this.#read(id), 'A customer').BillAddr : null
    const fields = await this.#fields(change, before)
    return retried(async () => {
      const token = version ?? refOf(await this.#read(id)).version ?? '0'
      const body = { sparse: true, Id: id, SyncToken: token, ...fields }
      const sent = this.#client.write(this.#client.request('customer', body, 'update'), 'Customer')
      return refOf(await sent.catch((error: unknown) => lasting(error, version)))
    })
  }

  async #read(id: string): Promise<Row> {
    const where = [`Id = ${literal(id)}`]
    const [[row] = []] = isId(id) ? await this.#client.query([{ entity: 'Customer', where }]) : []
    if (!row) throw new ErpError('NOT_FOUND', `There is no customer ${id.slice(0, 40)}.`)
    return row
  }

  async #request(input: CustomerInput, ref: string): Promise<WireRequest> {
    if (!input.name.trim())
      throw new ErpError('MISSING_REQUIRED_FIELD', 'A customer needs a name.', { field: 'name' })
    const body = { ...(await this.#fields(input, null)), Notes: privateNote(ref) }
    return this.#client.request('customer', body, 'create')
  }

  /** A sparse update keeps what is left out, but an address is sent whole: a country alone goes into that `before`. */
  async #fields(input: Partial<CustomerInput>, before: NativeAddress | null): Promise<object> {
    await this.#check(input)
    const { name, email, phone, taxId, country, currency, paymentTerms: terms, addresses } = input
    const billing = addresses?.find(({ type }) => type === 'BILLING') ?? addresses?.find(isBilling)
    const shipping = addresses?.find((one) => !isBilling(one))
    const bill = billing ? nativeAddress({ ...billing, country: billing.country ?? country }) : null
    const old = Object.entries(before ?? {}).filter(([, text]) => text !== null)
    return {
      ...(name !== undefined && { DisplayName: displayName(name), CompanyName: name }),
      ...(email !== undefined && { PrimaryEmailAddr: { Address: email ?? '' } }),
      ...(phone !== undefined && { PrimaryPhone: { FreeFormNumber: phone ?? '' } }),
      ...((bill ?? country) && { BillAddr: bill ?? { ...Object.fromEntries(old), Country: country } }),
      ...(shipping && { ShipAddr: nativeAddress(shipping) }),
      ...(terms && { SalesTermRef: { value: await termId(this.#client, this.#setup, terms) } }),
      ...(currency && { CurrencyRef: { value: currency } }),
      ...(taxId !== undefined && { PrimaryTaxIdentifier: taxId ?? '' }),
    }
  }

  async #check(input: Partial<CustomerInput>): Promise<void> {
    const { group, customAttributes, currency } = input
    if (group || (customAttributes?.length ?? 0) > 0) {
      const field = group ? 'group' : 'customAttributes'
      throw new ErpError('VALIDATION', `QuickBooks Online has no ${field} of customers.`, { field })
    }
    for (const field of ['name', 'email', 'phone'] as const) {
      if ((input[field] ?? '').length > LONGEST[field])
        throw new ErpError('VALIDATION', `The ${field} may have ${LONGEST[field]} signs.`, { field })
    }
    const { home, manyCurrencies } = await this.#setup.get()
    if (currency && currency !== home && !manyCurrencies)
      throw new ErpError('VALIDATION', `The company knows no currency but ${home}.`, { field: 'currency' })
  }
}

function isBilling({ type }: Address): boolean {
  return type !== 'SHIPPING'
}

/** Over a version that the caller named nothing is tried again. */
function lasting(error: unknown, version: string | null): never {
  if (version === null || !(error instanceof ErpError) || error.code !== 'CONFLICT') throw error
  const { message, said, field } = error
  throw new ErpError('CONFLICT', message, { said, field, retryable: false })
}
