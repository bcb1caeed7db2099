import { z } from 'zod'
import { ErpError } from '../../schema/errors.ts'
import type { CustomerInput, Found, Ref, WireRequest, Write } from '../connector.ts'
import type { Json } from '../json.ts'
import { etagOf, ifMatch, isGuid, literal } from '../odata.ts'
import { shaped } from '../shape.ts'
import type { Client } from './client.ts'
import { customerNumber } from './reference.ts'
import type { Setup } from './setup.ts'
import { guid } from './shapes.ts'

const written = z.object({ id: guid, number: z.string() })

/**
 * Customers. The number is unique and made from our reference, so a second create is refused by the server and
 * found by us. Where the number series allows no manual numbers, nothing can be looked up.
 */
export class Customers implements Write<CustomerInput> {
  readonly proof: 'lookup' | 'none'
  readonly findLagMs = 2_000
  readonly maxPushMs = 10 * 60_000
  readonly find?: (ref: string) => Promise<Found | null>
  readonly #client: Client
  readonly #setup: Setup

  constructor(client: Client, setup: Setup) {
    this.#client = client
    this.#setup = setup
    const own = client.config.customerNumbers === 'reference'
    this.proof = own ? 'lookup' : 'none'
    if (own) this.find = (ref) => this.#find(ref)
  }

  async plan(input: CustomerInput, ref: string): Promise<WireRequest[]> {
    return [this.#client.shown(await this.#request(input, ref))]
  }

  async create(input: CustomerInput, ref: string): Promise<Ref> {
    const request = await this.#request(input, ref)
    try {
      return refOf(await this.#client.write(request))
    } catch (error) {
      const twice = error instanceof ErpError && error.code === 'DUPLICATE_ORDER'
      const found = twice ? await this.find?.(ref) : null
      if (!found) throw error
      return found.ref
    }
  }

  async update(ref: Ref, change: Partial<CustomerInput>, version: string | null): Promise<Ref> {
    if (!isGuid(ref.id)) throw new ErpError('NOT_FOUND', `There is no customer ${ref.id.slice(0, 40)}.`)
    const body = await this.#fields(change)
    const request = await this.#client.request('PATCH', `customers(${ref.id})`, body, ifMatch(version))
    return refOf(await this.#client.write(request))
  }

  async #find(ref: string): Promise<Found | null> {
    const number = customerNumber(ref)
    const [rows = []] = await this.#client.read([['customers', { filter: `number eq ${literal(number)}` }]])
    const found = rows.find((row) => shaped(written, row, 'A customer').number === number)
    return found === undefined ? null : { ref: refOf(found), step: 1, done: true }
  }

  async #request(input: CustomerInput, ref: string): Promise<WireRequest> {
    if (!input.name.trim())
      throw new ErpError('MISSING_REQUIRED_FIELD', 'A customer needs a name.', { field: 'name' })
    const number = this.find ? { number: customerNumber(ref) } : {}
    const body = { ...number, ...(await this.#fields(input)), type: 'Company' }
    return this.#client.request('POST', 'customers', body)
  }

  /** Only what is named changes. Business Central keeps one address; the billing one is taken. */
  async #fields(input: Partial<CustomerInput>): Promise<object> {
    if (input.group || (input.customAttributes?.length ?? 0) > 0) {
      const field = input.group ? 'group' : 'customAttributes'
      throw new ErpError('VALIDATION', `The API of Business Central has no ${field} of customers.`, { field })
    }
    if (input.currency) await this.#setup.checkCurrency(input.currency)
    const terms = input.paymentTerms
    const address = input.addresses?.find(({ type }) => type === 'BILLING') ?? input.addresses?.[0]
    const country = address?.country ?? input.country
    return {
      ...(input.name !== undefined && { displayName: input.name }),
      ...(address && {
        addressLine1: address.lines[0] ?? '',
        addressLine2: address.lines.slice(1).join(', '),
        city: address.city ?? '',
        state: address.region ?? '',
        postalCode: address.postalCode ?? '',
      }),
      ...(country && { country }),
      ...(input.phone !== undefined && { phoneNumber: input.phone ?? '' }),
      ...(input.email !== undefined && { email: input.email ?? '' }),
      ...(input.taxId !== undefined && { taxRegistrationNumber: input.taxId ?? '' }),
      ...(input.currency && { currencyCode: input.currency }),
      ...(terms && {
        paymentTermsId: (await this.#setup.term(this.#client.config.paymentTerms[terms] ?? terms)).id,
      }),
    }
  }
}

function refOf(row: Json): Ref {
  const { id, number } = shaped(written, row, 'A written customer')
  return { id, number, version: etagOf(row) }
}
