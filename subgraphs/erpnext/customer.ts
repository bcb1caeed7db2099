import { z } from 'zod'
import { ErpError } from '../../schema/errors.ts'
import type { Address } from '../../schema/index.ts'
import type { CustomerInput, Found, Ref, Write } from '../connector.ts'
import type { HttpRequest } from '../http.ts'
import { addressFields, alike } from './addresses.ts'
import type { Filter } from './client.ts'
import { changeAddresses, changeContact } from './contacts.ts'
import { ownBody } from './custom.ts'
import { toAddress } from './map.ts'
import { addressesOf } from './masters.ts'
import type { Connection } from './read.ts'
import * as shapes from './shapes.ts'
import { countryName } from './words.ts'
import { filled, needReference, shown } from './writes.ts'

const DOCTYPE = 'Customer'
/** Stands behind our reference while addresses are still to come, so that a half-made customer is never taken for whole. */
const UNFINISHED = ' (unfinished)'
const settings = z.object({ customer_group: z.string().nullish() })
const form = z.object({ name: z.string(), modified: z.string() })

function primaryOf({ addresses }: Partial<CustomerInput>): Address | undefined {
  return addresses?.find(({ type }) => type === 'BILLING') ?? addresses?.[0]
}

/** Fields that stand on the customer itself. A field that is null is cleared, one that is left out stays. */
async function fields(connection: Connection, input: Partial<CustomerInput>): Promise<object> {
  const { config } = connection
  const terms = input.paymentTerms
  return {
    ...(input.name === undefined ? {} : { customer_name: input.name }),
    ...(input.taxId === undefined ? {} : { tax_id: input.taxId }),
    ...(input.currency === undefined ? {} : { default_currency: input.currency }),
    ...(input.group === undefined || input.group === null ? {} : { customer_group: input.group }),
    ...(terms === undefined
      ? {}
      : { payment_terms: terms === null ? null : (config.paymentTerms[terms] ?? terms) }),
    ...(await ownBody(connection, DOCTYPE, input.customAttributes ?? [])),
  }
}

async function defaultGroup({ client, config }: Connection): Promise<string | null> {
  if (config.customerGroup) return config.customerGroup
  try {
    return (await client.document('Selling Settings', 'Selling Settings', settings))?.customer_group || null
  } catch (error) {
    if (error instanceof ErpError && error.code === 'PERMISSION_DENIED') return null
    throw error
  }
}

/** The insert. E-mail, phone and the main address given here make Contact and Address in the same transaction. */
async function body(connection: Connection, input: CustomerInput, reference: string): Promise<object> {
  const primary = primaryOf(input)
  const country = countryName(primary?.country ?? input.country)
  const whole = primary?.lines[0] && primary.city && country
  if (primary && !whole) addressFields(primary, input.name, '')
  const group = input.group ?? (await defaultGroup(connection))
  return {
    customer_type: 'Company',
    ...(group ? { customer_group: group } : {}),
    territory: connection.config.territory,
    ...(await fields(connection, { ...input, group: undefined })),
    ...(input.email ? { email_id: input.email } : {}),
    ...(input.phone ? { mobile_no: input.phone } : {}),
    ...(primary && whole
      ? {
          address_line1: primary.lines[0],
          address_line2: primary.lines.slice(1).join(', ') || null,
          city: primary.city,
          state: primary.region ?? null,
          pincode: primary.postalCode ?? null,
          country,
        }
      : {}),
    [connection.config.referenceField]: reference,
  }
}

/** The addresses besides the main one; the same place for the same use counts once. */
function further(input: CustomerInput): Address[] {
  const primary = primaryOf(input)
  const main = primary ? [{ ...primary, type: 'BILLING' as const }] : []
  const all = [...main, ...(input.addresses ?? []).filter((address) => address !== primary)]
  return all.filter(
    (address, at) => at >= main.length && !all.slice(0, at).some((one) => alike(one, address)),
  )
}

/** All further addresses in one transaction, then the reference that says that nothing is missing. */
function finishing({ client, config }: Connection, input: CustomerInput, ref: string, addresses: Address[]) {
  const docs = addresses.map((address, at) => ({
    doctype: 'Address',
    ...addressFields(address, `${address.name ?? input.name} ${at + 2}`, '{{1.id}}'),
  }))
  return {
    addresses: docs.length > 0 ? client.calling('frappe.client.insert_many', { docs }) : null,
    last: client.changing(DOCTYPE, '{{1.id}}', { [config.referenceField]: ref }),
  }
}

async function requests(
  connection: Connection,
  input: CustomerInput,
  ref: string,
): Promise<{ insert: HttpRequest; more: HttpRequest[] }> {
  await needReference(connection, DOCTYPE)
  if (!input.name.trim()) {
    throw new ErpError('MISSING_REQUIRED_FIELD', 'A customer needs a name.', { field: 'name' })
  }
  const left = further(input)
  const mark = left.length > 0 ? ref + UNFINISHED : ref
  const insert = connection.client.inserting(DOCTYPE, await body(connection, input, mark))
  if (left.length === 0) return { insert, more: [] }
  const { addresses, last } = finishing(connection, input, ref, left)
  return { insert, more: addresses ? [addresses, last] : [last] }
}

function refOf({ client }: Connection, { name, modified }: z.output<typeof form>): Ref {
  return { id: name, number: name, url: client.page(DOCTYPE, name), version: modified }
}

async function rowOf({ client }: Connection, filter: Filter, extra: string[] = []) {
  const fields = [...shapes.fieldsOf(shapes.customer), ...extra]
  const listing = { fields, filters: [filter], order: 'creation asc, name asc', limit: 1 }
  return (await client.list(DOCTYPE, shapes.customer.loose(), listing))[0]
}

/** What stands in the field of our reference. */
function markOf({ config }: Connection, row: object | undefined): string {
  const mark: unknown = Object.entries(row ?? {}).find(([field]) => field === config.referenceField)?.[1]
  return typeof mark === 'string' ? mark : ''
}

async function finish(connection: Connection, id: string, input: CustomerInput, ref: string): Promise<Ref> {
  const { client } = connection
  const known = (await addressesOf(connection, [id])).get(id) ?? []
  const left = further(input).filter((address) => !known.some((one) => alike(toAddress(one), address)))
  const { addresses, last } = finishing(connection, input, ref, left)
  if (addresses) await client.act(filled(addresses, id))
  return refOf(connection, await client.write(filled(last, id), form))
}

async function find(connection: Connection, ref: string): Promise<Found | null> {
  const { config, setup } = connection
  if (!(await setup.hasReference(DOCTYPE, true))) return null
  const field = config.referenceField
  const row = await rowOf(connection, [field, 'in', [ref, ref + UNFINISHED]], [field])
  return row ? { ref: refOf(connection, row), step: 1, done: markOf(connection, row) === ref } : null
}

async function create(connection: Connection, input: CustomerInput, ref: string): Promise<Ref> {
  const { insert, more } = await requests(connection, input, ref)
  const made = await connection.client.write(insert, form)
  return more.length > 0 ? finish(connection, made.name, input, ref) : refOf(connection, made)
}

async function resume(connection: Connection, found: Ref, input: CustomerInput): Promise<Ref> {
  const row = await rowOf(connection, ['name', '=', found.id], [connection.config.referenceField])
  const mark = markOf(connection, row)
  if (!mark.endsWith(UNFINISHED)) return found
  return finish(connection, found.id, input, mark.slice(0, -UNFINISHED.length))
}

async function update(
  connection: Connection,
  ref: Ref,
  change: Partial<CustomerInput>,
  version: string | null,
): Promise<Ref> {
  const { client } = connection
  const row = await rowOf(connection, ['name', '=', ref.id])
  if (!row) throw new ErpError('NOT_FOUND', `ERPNext has no customer "${ref.id}".`)
  // `modified` in the body is the ERP's optimistic lock: a stale one is refused before anything else changes.
  const lock = version === null ? {} : { modified: version }
  const content = { ...(await fields(connection, change)), ...lock }
  const first = await client.write(client.changing(DOCTYPE, ref.id, content), form)
  const contact = await changeContact(connection, row, change)
  await changeAddresses(connection, row, change.addresses ?? [])
  // Saved once more, the customer takes over what its contact says now.
  return refOf(
    connection,
    contact ? await client.write(client.changing(DOCTYPE, ref.id, contact), form) : first,
  )
}

/** Customers: https://docs.frappe.io/erpnext/customer */
export function customerWrite(connection: Connection): Write<CustomerInput> {
  return {
    proof: 'lookup',
    findLagMs: 0,
    maxPushMs: 120_000,
    async plan(input, ref) {
      const { insert, more } = await requests(connection, input, ref)
      return [insert, ...more].map(shown)
    },
    find: (ref) => find(connection, ref),
    create: (input, ref) => create(connection, input, ref),
    resume: (found, _step, input) => resume(connection, found, input),
    update: (ref, change, version) => update(connection, ref, change, version),
  }
}
