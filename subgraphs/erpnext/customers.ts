import { z } from 'zod'
import { ErpError } from '../../schema/errors.ts'
import type { Address } from '../../schema/index.ts'
import type { CustomerInput, Found, Ref, Write } from '../connector.ts'
import type { HttpRequest } from '../http.ts'
import { addressFields, same } from './addresses.ts'
import type { Filter } from './client.ts'
import { ownFields } from './lines.ts'
import { toAddress } from './map.ts'
import { addressesOf } from './master.ts'
import type { Connection } from './read.ts'
import * as rows from './rows.ts'
import { countryName } from './words.ts'
import { filled, needReference, shown } from './writes.ts'

const DOCTYPE = 'Customer'
/** Stands behind our reference while addresses are still to come, so that a half-made customer is never taken for whole. */
const UNFINISHED = ' (unfinished)'
const settings = z.object({ customer_group: z.string().nullish() })
const contactRow = z.looseObject({
  name: z.string(),
  email_ids: z.array(z.looseObject({})),
  phone_nos: z.array(z.looseObject({})),
})
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
    ...(await ownFields(connection, DOCTYPE, input.customAttributes ?? [])),
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

function alike(a: Address, b: Address): boolean {
  return same(a, b) && (a.type ?? 'OTHER') === (b.type ?? 'OTHER')
}

/** All further addresses in one transaction, then the reference that says that nothing is missing. */
function finishing(
  { client, config }: Connection,
  input: CustomerInput,
  ref: string,
  addresses: Address[],
): HttpRequest[] {
  const docs = addresses.map((address, at) => ({
    doctype: 'Address',
    ...addressFields(address, `${address.name ?? input.name} ${at + 2}`, '{{1.id}}'),
  }))
  const insert = client.calling('frappe.client.insert_many', { docs })
  return [
    ...(docs.length > 0 ? [insert] : []),
    client.changing(DOCTYPE, '{{1.id}}', { [config.referenceField]: ref }),
  ]
}

async function requests(connection: Connection, input: CustomerInput, ref: string): Promise<HttpRequest[]> {
  await needReference(connection, DOCTYPE)
  if (!input.name.trim())
    throw new ErpError('MISSING_REQUIRED_FIELD', 'A customer needs a name.', { field: 'name' })
  const more = further(input)
  const insert = connection.client.inserting(
    DOCTYPE,
    await body(connection, input, more.length > 0 ? ref + UNFINISHED : ref),
  )
  return more.length > 0 ? [insert, ...finishing(connection, input, ref, more)] : [insert]
}

/** E-mail and phone on a customer are read-only copies of its primary contact; the contact is what is changed. */
async function changeContact(
  { client }: Connection,
  row: rows.CustomerRow,
  change: Partial<CustomerInput>,
): Promise<object | null> {
  if (change.email === undefined && change.phone === undefined) return null
  const email = change.email === undefined ? row.email_id : change.email
  const phone = change.phone === undefined ? row.mobile_no : change.phone
  const numbers = {
    email_ids: email ? [{ email_id: email, is_primary: 1 }] : [],
    phone_nos: phone ? [{ phone, is_primary_mobile_no: 1 }] : [],
  }
  if (row.customer_primary_contact) {
    const contact = await client.document('Contact', row.customer_primary_contact, contactRow)
    if (contact) {
      // A child table in a body replaces the whole table, so the rows that stay are sent along.
      const kept = {
        email_ids: contact.email_ids.filter((one) => one.is_primary !== '1'),
        phone_nos: contact.phone_nos.filter((one) => one.is_primary_mobile_no !== '1'),
      }
      const all = {
        email_ids: [...numbers.email_ids, ...kept.email_ids],
        phone_nos: [...numbers.phone_nos, ...kept.phone_nos],
      }
      await client.write(client.changing('Contact', contact.name, all), rows.named)
      return {}
    }
  }
  const links = [{ link_doctype: DOCTYPE, link_name: row.name }]
  const made = await client.write(
    client.inserting('Contact', {
      first_name: row.customer_name ?? row.name,
      is_primary_contact: 1,
      ...numbers,
      links,
    }),
    rows.named,
  )
  return { customer_primary_contact: made.name }
}

async function changeAddresses(
  connection: Connection,
  row: rows.CustomerRow,
  addresses: Address[],
): Promise<void> {
  if (addresses.length === 0) return
  const { client } = connection
  const known = (await addressesOf(connection, [row.name])).get(row.name) ?? []
  const wanted = addresses.filter((address) => !known.some((one) => alike(toAddress(one), address)))
  // An address that stays is not overwritten by another of its kind.
  const free = known.filter((one) => !addresses.some((address) => alike(toAddress(one), address)))
  for (const address of wanted) {
    const fits = free.findIndex((one) => toAddress(one).type === (address.type ?? 'OTHER'))
    const [old] = fits < 0 ? [] : free.splice(fits, 1)
    const title = address.name ?? row.customer_name ?? row.name
    const { links, address_title, ...content } = addressFields(address, title, row.name)
    const request = old
      ? client.changing('Address', old.name, content)
      : client.inserting('Address', { address_title, ...content, links })
    await client.write(request, rows.named)
  }
}

/** Customers: https://docs.frappe.io/erpnext/customer */
export function customerWrite(connection: Connection): Write<CustomerInput> {
  const { client, config, setup } = connection
  const refOf = ({ name, modified }: z.output<typeof form>): Ref => ({
    id: name,
    number: name,
    url: client.page(DOCTYPE, name),
    version: modified,
  })
  const rowOf = async (filter: Filter, extra: string[] = []) => {
    const fields = [...rows.fieldsOf(rows.customer), ...extra]
    const listing = { fields, filters: [filter], order: 'creation asc, name asc', limit: 1 }
    return (await client.list(DOCTYPE, rows.customer.loose(), listing))[0]
  }
  const finish = async (id: string, input: CustomerInput, ref: string): Promise<Ref> => {
    const known = (await addressesOf(connection, [id])).get(id) ?? []
    const left = further(input).filter((address) => !known.some((one) => alike(toAddress(one), address)))
    const [last, ...first] = finishing(connection, input, ref, left).reverse()
    for (const request of first.reverse()) await client.act(filled(request, id))
    if (!last) throw new ErpError('INTERNAL', 'There is nothing to send.')
    return refOf(await client.write(filled(last, id), form))
  }
  return {
    proof: 'lookup',
    findLagMs: 0,
    maxPushMs: 120_000,
    plan: async (input, ref) => (await requests(connection, input, ref)).map(shown),
    async find(ref): Promise<Found | null> {
      if (!(await setup.hasReference(DOCTYPE, true))) return null
      const row = await rowOf([config.referenceField, 'in', [ref, ref + UNFINISHED]], [config.referenceField])
      if (!row) return null
      const done = Object.entries(row).some(
        ([field, value]) => field === config.referenceField && value === ref,
      )
      return { ref: refOf(row), step: 1, done }
    },
    async create(input, ref): Promise<Ref> {
      const [insert, ...more] = await requests(connection, input, ref)
      if (!insert) throw new ErpError('INTERNAL', 'There is nothing to send.')
      const made = await client.write(insert, form)
      return more.length > 0 ? finish(made.name, input, ref) : refOf(made)
    },
    async resume(found, _step, input): Promise<Ref> {
      const row = await rowOf(['name', '=', found.id], [config.referenceField])
      const marked = Object.entries(row ?? {}).find(([field]) => field === config.referenceField)?.[1]
      if (typeof marked !== 'string' || !marked.endsWith(UNFINISHED)) return found
      return finish(found.id, input, marked.slice(0, -UNFINISHED.length))
    },
    async update(ref, change, version): Promise<Ref> {
      const row = await rowOf(['name', '=', ref.id])
      if (!row) throw new ErpError('NOT_FOUND', `ERPNext has no customer "${ref.id}".`)
      if (version !== null && row.modified !== version) {
        throw new ErpError('CONFLICT', `The customer "${ref.id}" was changed meanwhile.`)
      }
      // `modified` in the body is the ERP's optimistic lock: a stale one is refused before anything else changes.
      const lock = version === null ? {} : { modified: version }
      const content = { ...(await fields(connection, change)), ...lock }
      const first = await client.write(client.changing(DOCTYPE, ref.id, content), form)
      const contact = await changeContact(connection, row, change)
      await changeAddresses(connection, row, change.addresses ?? [])
      // Saved once more, the customer takes over what its contact says now.
      return refOf(contact ? await client.write(client.changing(DOCTYPE, ref.id, contact), form) : first)
    },
  }
}
