import { ErpError } from '../../schema/errors.ts'
import type { CustomerInput, Ref, Write } from '../connector.ts'
import { shaped } from '../shape.ts'
import { type Client, type Step, segment } from './client.ts'
import type { Config } from './config.ts'
import type { Customers } from './customer.ts'
import { type NativeCustomer, customer } from './shapes.ts'
import { taxCodeOf } from './words.ts'

/** Attributes that a customer or its contact can take; an empty value clears. */
const OURS = ['type', 'id_erp', 'id_crm', 'id_accounting', 'contact_first_name', 'contact_last_name']
const IDS = ['id_erp', 'id_crm', 'id_accounting']

function attributesOf({ customAttributes }: Partial<CustomerInput>): Record<string, string | null> {
  const values = Object.fromEntries(
    (customAttributes ?? []).map(({ key, value }) => [key, value?.trim() || null]),
  )
  const strange = Object.keys(values).find((key) => !OURS.includes(key))
  if (strange) {
    throw new ErpError('VALIDATION', `Qwoty has no field for the attribute "${strange}" of a customer.`, {
      field: `customAttributes.${strange}`,
    })
  }
  return values
}

function typeOf(type: string | null | undefined): string {
  if (!type) return 'company'
  if (type === 'company' || type === 'individual') return type
  throw new ErpError('VALIDATION', `"${type}" is neither company nor individual.`, {
    field: 'customAttributes.type',
  })
}

function segmentOf(group: string | null | undefined, config: Config): string | null | undefined {
  return group ? (config.segments[group] ?? group) : group
}

function nameOf(name: string | null | undefined): string {
  if (name?.trim()) return name.trim()
  throw new ErpError('MISSING_REQUIRED_FIELD', 'A customer needs a name.', { field: 'name' })
}

function customerStep(input: CustomerInput, config: Config): Step {
  const own = attributesOf(input)
  const { taxId, country } = input
  const body = {
    name: nameOf(input.name),
    type: typeOf(own.type),
    segment_id: segmentOf(input.group, config) || undefined,
    tax_ids: taxId ? [{ tax: taxCodeOf(taxId, country, config), tax_value: taxId }] : undefined,
    ...Object.fromEntries(IDS.map((key) => [key, own[key] ?? undefined])),
  }
  return { method: 'POST', path: '/customers', body }
}

/** Who the e-mail belongs to: Qwoty keeps it on a contact, and a contact must have both names. */
function contactStep(input: CustomerInput, customerId: string): Step | null {
  if (!input.email) return null
  const own = attributesOf(input)
  const at = own.type === 'individual' ? input.name.trim().lastIndexOf(' ') : -1
  const [first, last] =
    at > 0 ? [input.name.slice(0, at), input.name.slice(at + 1)] : ['Main contact', input.name]
  const body = {
    customer_id: customerId,
    first_name: own.contact_first_name ?? first.trim(),
    last_name: own.contact_last_name ?? last.trim(),
    email: input.email,
    phone: input.phone ?? undefined,
    role: ['buyer'],
  }
  return { method: 'POST', path: '/contacts', body }
}

/** The whole list with one tax id put in its place: a PATCH replaces the list, and `[]` empties it. */
function taxIds(known: NativeCustomer, change: Partial<CustomerInput>, config: Config): object[] {
  const { taxId, country } = change
  const rows = known.tax_ids
  if (!taxId) return rows.slice(1)
  const only = rows.length === 1 ? rows[0]?.tax : null
  const land = country ?? /^[A-Za-z]{2}/.exec(taxId)?.[0]
  const tax = only && !land ? only : taxCodeOf(taxId, land, config)
  const fresh = { tax, tax_value: taxId }
  const at = rows.findIndex((row) => row.tax === tax)
  return at < 0 ? [fresh, ...rows] : rows.with(at, fresh)
}

function changeBody(known: NativeCustomer | null, change: Partial<CustomerInput>, config: Config): object {
  const own = attributesOf(change)
  return {
    name: change.name === undefined ? undefined : nameOf(change.name),
    type: 'type' in own ? typeOf(own.type) : undefined,
    segment_id: segmentOf(change.group, config),
    tax_ids: known && change.taxId !== undefined ? taxIds(known, change, config) : undefined,
    ...Object.fromEntries(IDS.map((key) => [key, own[key]])),
  }
}

function toRef(row: NativeCustomer): Ref {
  return { id: row.id, number: null, url: null, version: row.updated_at }
}

/** Makes the contact of a customer that was created. Whatever fails then leaves the customer behind: UNCERTAIN. */
async function addContact(client: Client, id: string, input: CustomerInput): Promise<void> {
  const step = contactStep(input, id)
  if (!step) return
  try {
    await client.write('contact', step)
  } catch (error) {
    if (!(error instanceof ErpError)) throw error
    const told = `Customer ${id} was created in Qwoty, its contact perhaps not: ${error.message}`
    throw new ErpError('UNCERTAIN', told, { said: error.said, field: error.field })
  }
}

async function read(customers: Customers, id: string): Promise<NativeCustomer> {
  const found = await customers.one(id)
  if (found) return found
  throw new ErpError('INVALID_CUSTOMER', `Qwoty does not know the customer ${id}.`, { field: 'id' })
}

/**
 * Writing customers. No field can be searched for our reference and no idempotency key is published, so an
 * uncertain create waits for a person. https://docs.qwoty.io/llms.txt
 */
export function customerWrite(client: Client, config: Config, customers: Customers): Write<CustomerInput> {
  async function wrote(step: Step): Promise<Ref> {
    const row = shaped(customer, await client.write('customer', step), 'The written customer')
    await customers.wrote(row)
    return toRef(row)
  }
  return {
    proof: 'none',
    findLagMs: 0,
    maxPushMs: 60_000,
    async plan(input) {
      const steps = [customerStep(input, config), contactStep(input, '{{1.id}}')]
      return steps.filter((step) => step !== null).map((step) => client.plan(step))
    },
    async create(input) {
      const ref = await wrote(customerStep(input, config))
      await addContact(client, ref.id, input)
      return ref
    },
    async resume(found, step, input) {
      if (step < 2) await addContact(client, found.id, input)
      return found
    },
    async update(ref, change, version) {
      const needed = version !== null || change.taxId !== undefined
      const known = needed ? await read(customers, ref.id) : null
      if (version !== null && known?.updated_at !== version) {
        throw new ErpError('CONFLICT', `Customer ${ref.id} was changed in Qwoty since it was read.`)
      }
      const body = changeBody(known, change, config)
      const path = segment(ref.id)
      if (path === null) throw new ErpError('INVALID_CUSTOMER', 'A customer needs an id.', { field: 'id' })
      if (JSON.stringify(body) === '{}') return toRef(known ?? (await read(customers, ref.id)))
      return wrote({ method: 'PATCH', path: `/customers/${path}`, body })
    },
  }
}
