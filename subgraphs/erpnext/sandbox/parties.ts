import { type Row, table, text } from './meta.ts'
import { Raised, refuse, warning } from './raised.ts'
import type { Behaviour, Site } from './site.ts'

function linkedTo(row: Row, customer: string): boolean {
  return table(row, 'links').some((link) => link.link_doctype === 'Customer' && link.link_name === customer)
}

/** E-mail and mobile number are copies of the primary contact's, taken over whenever the customer is saved. */
function copies(site: Site, row: Row): void {
  const contact = site.find('Contact', text(row, 'customer_primary_contact'))
  if (!contact) return
  row.email_id = text(contact, 'email_id') || null
  row.mobile_no = text(contact, 'mobile_no') || null
}

function nameOf(site: Site, row: Row): string {
  const wanted = text(row, 'customer_name')
  const names = new Set(site.rows('Customer').map((one) => text(one, 'name')))
  if (!names.has(wanted)) return wanted
  let count = 1
  while (names.has(`${wanted} - ${count}`)) count += 1
  site.warnings.push(
    warning(`Changed customer name to '${wanted} - ${count}' as '${wanted}' already exists.`),
  )
  return `${wanted} - ${count}`
}

const customer: Behaviour = {
  links: {
    customer_group: ['Customer Group', 'Customer Group'],
    territory: ['Territory', 'Territory'],
    default_price_list: ['Price List', 'Default Price List'],
    default_currency: ['Currency', 'Billing Currency'],
    payment_terms: ['Payment Terms Template', 'Default Payment Terms Template'],
  },
  validate(site, row, old) {
    if (!text(row, 'customer_name')) {
      throw new Raised('MandatoryError', `[Customer, ${text(row, 'name')}]: customer_name`, {
        earlier: ['Error: Value missing for Customer: Customer Name'],
      })
    }
    // Read-only fields in the body count for nothing; the primary contact is where they come from.
    if (old) for (const field of ['email_id', 'mobile_no']) row[field] = old[field] ?? null
    copies(site, row)
  },
  name: nameOf,
  inserted(site, row, given) {
    const links = [{ link_doctype: 'Customer', link_name: text(row, 'name') }]
    const [email, mobile] = [given.email_id, given.mobile_no].map((value) =>
      typeof value === 'string' ? value : '',
    )
    if (email || mobile) {
      const contact = site.insert('Contact', {
        first_name: text(row, 'customer_name'),
        is_primary_contact: '1',
        email_ids: email ? [{ email_id: email, is_primary: '1' }] : [],
        phone_nos: mobile ? [{ phone: mobile, is_primary_mobile_no: '1' }] : [],
        links,
      })
      row.customer_primary_contact = text(contact, 'name')
      copies(site, row)
    }
    if (typeof given.address_line1 !== 'string' || !given.address_line1) return
    const address = site.insert('Address', {
      address_title: text(row, 'name'),
      address_type: 'Billing',
      address_line1: given.address_line1,
      address_line2: given.address_line2 ?? null,
      city: given.city ?? null,
      state: given.state ?? null,
      pincode: given.pincode ?? null,
      country: given.country ?? null,
      is_primary_address: '1',
      links,
    })
    row.customer_primary_address = text(address, 'name')
  },
}

function numbered(site: Site, doctype: string, wanted: string): string {
  if (!site.find(doctype, wanted)) return wanted
  let count = 1
  while (site.find(doctype, `${wanted}-${count}`)) count += 1
  return `${wanted}-${count}`
}

const LABELS: Record<string, string> = {
  address_line1: 'Address Line 1',
  city: 'City/Town',
  country: 'Country',
  address_type: 'Address Type',
}

const address: Behaviour = {
  links: { country: ['Country', 'Country'], 'links.link_name': ['Customer', 'Link Name'] },
  validate(_site, row) {
    const missing = Object.keys(LABELS).filter((field) => !text(row, field))
    if (missing.length > 0) {
      const earlier = missing.map((field) => `Error: Value missing for Address: ${LABELS[field]}`)
      throw new Raised('MandatoryError', `[Address, ${text(row, 'address_title')}]: ${missing.join(', ')}`, {
        earlier,
      })
    }
    for (const field of ['is_primary_address', 'is_shipping_address', 'disabled']) row[field] ??= 0
  },
  name: (site, row) =>
    numbered(site, 'Address', `${text(row, 'address_title')}-${text(row, 'address_type')}`),
}

const contact: Behaviour = {
  links: { 'links.link_name': ['Customer', 'Link Name'] },
  validate(_site, row) {
    const emails = table(row, 'email_ids')
    const phones = table(row, 'phone_nos')
    if (emails.filter((one) => one.is_primary === 1).length > 1)
      refuse('Only one Email ID can be set as primary.', false)
    row.email_id = text(
      emails.find((one) => one.is_primary === 1),
      'email_id',
    )
    row.mobile_no = text(
      phones.find((one) => one.is_primary_mobile_no === 1),
      'phone',
    )
  },
  name: (site, row) => {
    const link = table(row, 'links')[0]
    return numbered(site, 'Contact', `${text(row, 'first_name')}-${text(link, 'link_name')}`)
  },
}

/** Customers, contacts and addresses. */
export const PARTIES: Record<string, Behaviour> = { Customer: customer, Address: address, Contact: contact }

/** The first address of a type that is linked to a customer. */
export function addressOf(site: Site, name: string, type: string): Row | undefined {
  return site.rows('Address').find((row) => linkedTo(row, name) && row.address_type === type)
}
