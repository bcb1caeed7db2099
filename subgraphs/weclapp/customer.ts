import { ownBody } from './custom.ts'
import { ErpError } from '../../schema/errors.ts'
import type { Address } from '../../schema/index.ts'
import type { CustomerInput, Found, Ref, Write } from '../connector.ts'
import type { HttpRequest } from '../http.ts'
import { shaped } from '../shape.ts'
import type { z } from 'zod'
import { isId, mustFit, shown } from './client.ts'
import { placeOf, short, termOf } from './lines.ts'
import { toAddress } from './map.ts'
import type { Connection } from './read.ts'
import * as shapes from './shapes.ts'

function refOf(row: z.output<typeof shapes.writtenParty>): Ref {
  return { id: row.id, number: row.customerNumber, version: row.version }
}

/** An address of a customer with what it is for; the first one is the main one. */
function addressOf(address: Address, name: string, main: boolean): object {
  const type = address.type ?? (main ? 'BILLING' : 'OTHER')
  return {
    ...placeOf(address, name),
    primaryAddress: main,
    invoiceAddress: type === 'BILLING',
    deliveryAddress: type === 'SHIPPING',
  }
}

function addressesOf({ addresses, country }: Partial<CustomerInput>, name: string): object[] {
  const given = addresses?.length ? addresses : country ? [{ lines: [], country }] : []
  const main = given.find(({ type }) => type === 'BILLING') ?? given[0]
  return given.map((one) => addressOf(one, name, one === main))
}

/** The sales channel that stands for a group: weclapp has no other word for it. */
function channelOf(group: string): string {
  if (/^(NET|GROSS)([1-9]\d?|[12]\d\d|300)$/.test(group)) return group
  throw new ErpError('MAPPING_MISSING', `"${group.slice(0, 40)}" is no sales channel such as NET1.`, {
    field: 'group',
  })
}

/** Properties of the party itself. What is null is cleared, what is left out stays. */
async function properties(connection: Connection, input: Partial<CustomerInput>): Promise<object> {
  const { name, email, phone, taxId, group, paymentTerms: terms } = input
  const code = input.currency
  const currency = code ? await connection.setup.currency(code) : code
  if (code && currency === undefined)
    throw new ErpError('MAPPING_MISSING', `weclapp has no currency "${code}".`, { field: 'currency' })
  const own = await ownBody(connection, 'customer', input.customAttributes ?? [])
  return {
    ...(name === undefined ? {} : { company: short(name, 1000, 'name') }),
    ...(email === undefined ? {} : { email }),
    ...(phone === undefined ? {} : { phone }),
    ...(taxId === undefined ? {} : { vatIdentificationNumber: taxId }),
    ...(currency === undefined ? {} : { currencyId: currency }),
    ...(group ? { customerSalesChannel: channelOf(group) } : {}),
    ...(terms === undefined
      ? {}
      : { customerTermOfPaymentId: terms === null ? null : await termOf(connection, terms) }),
    ...(own.length > 0 ? { customAttributes: own } : {}),
  }
}

async function creating(connection: Connection, input: CustomerInput, ref: string): Promise<HttpRequest> {
  if (!input.name) throw new ErpError('MISSING_REQUIRED_FIELD', 'A customer needs a name.', { field: 'name' })
  const given = Object.fromEntries(
    Object.entries(input).filter(([, value]) => value !== null),
  ) as CustomerInput
  const addresses = addressesOf(given, input.name)
  return connection.client.creating('party', {
    partyType: 'ORGANIZATION',
    customer: true,
    customerBusinessType: connection.config.businessType,
    ...(await properties(connection, given)),
    referenceNumber: ref,
    ...(addresses.length > 0 ? { addresses } : {}),
  })
}

async function read({ client }: Connection, id: string): Promise<shapes.PartyRow> {
  const { rows: found } = isId(id) ? await client.among('party', 'id', [id]) : { rows: [] }
  const [row] = found.map((one) => shaped(shapes.party, one, 'party'))
  mustFit(!row || row.id === id, 'id')
  if (row?.customer) return row
  throw new ErpError('NOT_FOUND', `weclapp has no customer "${id.slice(0, 40)}".`, { field: 'customer' })
}

/** What an address does not have any more: left out, it would stand beside the new street. */
const CLEARED = { street1: '', street2: '', zipcode: '', city: '', state: '' }

/**
 * The list of addresses with a change in it: an address of the same use keeps its id and is changed, one that is not
 * named is sent with its id alone, because weclapp removes what is left out. https://www.weclapp.com/api/
 */
function changedAddresses(row: shapes.PartyRow, addresses: Address[]): object[] {
  const left = [...row.addresses]
  const name = row.company ?? ''
  const made = addresses.map((address) => {
    const at = left.findIndex((one) => {
      const known = toAddress(one)
      return address.type === 'SHIPPING'
        ? one.deliveryAddress
        : one.primaryAddress || known.city === address.city
    })
    const [old] = at < 0 ? [] : left.splice(at, 1)
    return old ? { id: old.id, ...CLEARED, ...placeOf(address, name) } : addressOf(address, name, false)
  })
  return [...left.map(({ id }) => ({ id })), ...made]
}

async function update(
  connection: Connection,
  ref: Ref,
  change: Partial<CustomerInput>,
  version: string | null,
) {
  const row = await read(connection, ref.id)
  const named = Object.fromEntries(Object.entries(change).filter(([, value]) => value !== undefined))
  const main = row.addresses.find(({ primaryAddress }) => primaryAddress)
  const moved =
    change.country && !change.addresses && main ? [{ ...toAddress(main), country: change.country }] : null
  const addresses = change.addresses ?? moved
  const body = {
    // The newest version where nobody says which one the change is based on: then the last writer wins.
    version: version ?? row.version,
    ...(await properties(connection, named)),
    ...(addresses ? { addresses: changedAddresses(row, addresses) } : {}),
  }
  return refOf(
    await connection.client.write(connection.client.changing('party', row.id, body), shapes.writtenParty),
  )
}

/** Parties with our reference; the one with the lowest id where there are several. */
async function find({ client }: Connection, ref: string): Promise<Found | null> {
  const { rows: found } = await client.list('party', {
    where: [['referenceNumber', 'eq', ref]],
    sort: 'id',
    size: 10,
  })
  const parties = found.map((row) => shaped(shapes.writtenParty, row, 'party'))
  mustFit(
    parties.every((row) => row.referenceNumber?.toLowerCase() === ref.toLowerCase()),
    'referenceNumber',
  )
  const row = parties.find((one) => one.referenceNumber === ref)
  return row ? { ref: refOf(row), step: 1, done: true } : null
}

/** Customers, with our reference in the party's reference number: https://www.weclapp.com/api/ (party) */
export function customerWrite(connection: Connection): Write<CustomerInput> {
  return {
    proof: 'lookup',
    findLagMs: 0,
    maxPushMs: 120_000,
    plan: async (input, ref) => [shown(await creating(connection, input, ref))],
    find: (ref) => find(connection, ref),
    create: async (input, ref) =>
      refOf(await connection.client.write(await creating(connection, input, ref), shapes.writtenParty)),
    update: (ref, change, version) => update(connection, ref, change, version),
  }
}
