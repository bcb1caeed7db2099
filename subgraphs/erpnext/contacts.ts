import { z } from 'zod'
import type { Address } from '../../schema/index.ts'
import type { CustomerInput } from '../connector.ts'
import { addressFields, alike } from './addresses.ts'
import { toAddress } from './map.ts'
import { addressesOf } from './masters.ts'
import type { Connection } from './read.ts'
import * as shapes from './shapes.ts'

const contactRow = z.looseObject({
  name: z.string(),
  email_ids: z.array(z.looseObject({})),
  phone_nos: z.array(z.looseObject({})),
})

/** E-mail and phone on a customer are read-only copies of its primary contact; the contact is what is changed. */
export async function changeContact(
  { client }: Connection,
  row: shapes.CustomerRow,
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
      await client.write(client.changing('Contact', contact.name, all), shapes.named)
      return {}
    }
  }
  const links = [{ link_doctype: 'Customer', link_name: row.name }]
  const made = await client.write(
    client.inserting('Contact', {
      first_name: row.customer_name ?? row.name,
      is_primary_contact: 1,
      ...numbers,
      links,
    }),
    shapes.named,
  )
  return { customer_primary_contact: made.name }
}

/** Brings a customer's addresses to what is wanted: what is the same stays, what is of the same use is replaced. */
export async function changeAddresses(
  connection: Connection,
  row: shapes.CustomerRow,
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
    await client.write(request, shapes.named)
  }
}
