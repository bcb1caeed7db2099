import { z } from 'zod'
import { ErpError } from '../../schema/errors.ts'
import type { Address } from '../../schema/index.ts'
import type { CustomerInput, Found, Ref, WireRequest, Write } from '../connector.ts'
import { shaped } from '../shape.ts'
import type { Client } from './client.ts'
import { type Config, addressOf } from './config.ts'
import type { OwnFields } from './custom.ts'
import { nativeAddress, termOf } from './lookup.ts'
import { externalId } from './reference.ts'
import { type Setup, pick } from './setup.ts'

const native = z.object({
  id: z.string(),
  entityId: z.string().nullish(),
  externalId: z.string().nullish(),
  lastModifiedDate: z.string().nullish(),
})
type Native = z.output<typeof native>

/** Customers. An upsert by external id is safe to repeat; the address book is replaced, never appended to. */
export class Customers implements Write<CustomerInput> {
  readonly proof = 'lookup'
  readonly findLagMs = 5_000
  readonly maxPushMs = 15 * 60_000
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

  async find(ref: string): Promise<Found | null> {
    const customer = await this.#read(`eid:${externalId(ref)}`)
    if (!customer || customer.externalId !== externalId(ref)) return null
    return { ref: refOf(customer, this.#client.config), step: 1, done: true }
  }

  async create(input: CustomerInput, ref: string): Promise<Ref> {
    const id = await this.#client.write(await this.#request(input, ref))
    return refOf(await this.#must(id ?? `eid:${externalId(ref)}`), this.#client.config)
  }

  async update(ref: Ref, change: Partial<CustomerInput>, version: string | null): Promise<Ref> {
    const before = await this.#must(ref.id)
    if (version !== null && before.lastModifiedDate !== version) {
      throw new ErpError('CONFLICT', `Customer ${ref.id} was changed at ${before.lastModifiedDate}.`)
    }
    const path = `customer/${ref.id}${change.addresses ? '?replace=addressBook' : ''}`
    await this.#client.write(this.#client.request('PATCH', path, await this.#fields(change)))
    return refOf(await this.#must(ref.id), this.#client.config)
  }

  async #request(input: CustomerInput, ref: string): Promise<WireRequest> {
    const { config } = this.#client
    if (!input.name.trim()) {
      throw new ErpError('MISSING_REQUIRED_FIELD', 'A customer needs a name.', { field: 'name' })
    }
    const body = {
      ...config.customerDefaults,
      isPerson: false,
      ...(config.subsidiary && { subsidiary: { id: config.subsidiary } }),
      ...(await this.#fields(input)),
    }
    return this.#client.request('PUT', `customer/eid:${externalId(ref)}?replace=addressBook`, body)
  }

  async #fields(input: Partial<CustomerInput>): Promise<object> {
    const { config } = this.#client
    const addresses = addressesOf(input)
    return {
      ...(input.name !== undefined && { companyName: input.name }),
      ...(input.email !== undefined && { email: input.email }),
      ...(input.phone !== undefined && { phone: input.phone }),
      ...(input.taxId !== undefined && { [config.taxIdField]: input.taxId }),
      ...(input.currency && { currency: { id: (await this.#setup.currency(input.currency)).id } }),
      ...(input.paymentTerms && { terms: await termOf(this.#client, this.#setup, input.paymentTerms) }),
      ...(input.group && { priceLevel: await this.#level(input.group) }),
      ...(addresses && { addressBook: { items: addresses } }),
      ...(await this.#own.body('customer', input.customAttributes)),
    }
  }

  /** A customer group is the price level here. */
  async #level(group: string): Promise<{ id: string }> {
    const found = await this.#setup.levels.find(pick(group))
    if (found) return { id: found.id }
    throw new ErpError('MAPPING_MISSING', `NetSuite has no price level "${group}".`, { field: 'group' })
  }

  async #read(id: string): Promise<Native | null> {
    const record = await this.#client.record('customer', id)
    return record === null ? null : shaped(native, record, 'A customer')
  }

  async #must(id: string): Promise<Native> {
    const customer = await this.#read(id)
    if (customer) return customer
    throw new ErpError('NOT_FOUND', `NetSuite has no customer ${id}.`)
  }
}

/** The address book; a country alone becomes an address, because a customer has no country of its own. */
function addressesOf({ addresses, country, name }: Partial<CustomerInput>): object[] | null {
  const all: Address[] | null = addresses ?? (country ? [{ type: 'BILLING', lines: [], country }] : null)
  if (!all) return null
  const first = (type: Address['type']) =>
    Math.max(
      0,
      all.findIndex((address) => address.type === type),
    )
  const [billing, shipping] = [first('BILLING'), first('SHIPPING')]
  return all.map((address, index) => ({
    defaultBilling: index === billing,
    defaultShipping: index === shipping,
    addressBookAddress: nativeAddress({ ...address, name: address.name ?? name }),
  }))
}

function refOf(customer: Native, config: Config): Ref {
  return {
    id: customer.id,
    number: customer.entityId ?? null,
    url: `${addressOf(config, 'app')}/app/common/entity/custjob.nl?id=${customer.id}`,
    version: customer.lastModifiedDate ?? null,
  }
}
