import { ErpError } from '../../schema/errors.ts'
import type { Address } from '../../schema/index.ts'
import { countryName } from './words.ts'

/** What a new Address says; `title` is its name in the ERP. */
export function addressFields(address: Address, title: string, customer: string) {
  const [line1, ...rest] = address.lines
  const country = countryName(address.country)
  if (!line1 || !address.city || !country) {
    const field = !line1 ? 'lines' : !address.city ? 'city' : 'country'
    throw new ErpError('MISSING_REQUIRED_FIELD', `ERPNext needs the ${field} of an address.`, {
      field: `address.${field}`,
    })
  }
  return {
    address_title: title,
    address_type: address.type === 'SHIPPING' ? 'Shipping' : address.type === 'BILLING' ? 'Billing' : 'Other',
    address_line1: line1,
    address_line2: rest.join(', ') || null,
    city: address.city,
    state: address.region ?? null,
    pincode: address.postalCode ?? null,
    country,
    email_id: address.email ?? null,
    phone: address.phone ?? null,
    links: [{ link_doctype: 'Customer', link_name: customer }],
  }
}

/** Whether two addresses are the same place. */
export function same(a: Address, b: Address): boolean {
  const text = ({ lines, postalCode, city, country }: Address) =>
    [lines.join(', '), postalCode, city, country].map((part) => (part ?? '').trim().toLowerCase()).join('\n')
  return text(a) === text(b)
}

/** Whether two addresses are the same place for the same use. */
export function alike(a: Address, b: Address): boolean {
  return same(a, b) && (a.type ?? 'OTHER') === (b.type ?? 'OTHER')
}
