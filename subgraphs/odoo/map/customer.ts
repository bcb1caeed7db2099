import { parsePhoneNumberFromString } from 'libphonenumber-js'
import type { CountryCode } from 'libphonenumber-js'
import { z } from 'zod'
import type { Address, AddressType } from '../../../schema/index.ts'
import type { Customer } from '../../connector.ts'
import { shaped } from '../../shape.ts'
import { flag, id, many, namesOf, one, text, time } from '../shapes.ts'
import type { Fields, Row } from '../setup.ts'
import { customOf } from './custom.ts'

const address = z.object({
  id,
  name: text,
  type: text,
  parent_id: one,
  street: text,
  street2: text,
  zip: text,
  city: text,
  state_id: one,
  country_code: text.optional(),
  email: text,
  phone: text,
})

const schema = address.extend({
  ref: text,
  vat: text,
  active: flag,
  category_id: many,
  property_payment_term_id: one.optional(),
  property_product_pricelist: one.optional(),
  write_date: time,
})

/** What is read of `res.partner` for an address. */
export const ADDRESS_FIELDS = namesOf(address)
/** What is read of `res.partner` for a customer. */
export const CUSTOMER_FIELDS = namesOf(schema)

const TYPES: Record<string, AddressType> = { contact: 'BILLING', invoice: 'BILLING', delivery: 'SHIPPING' }

/** A telephone number as E.164 where it can be told, else as Odoo has it. */
export function phoneOf(number: string | null, country: string | null): string | null {
  if (!number) return null
  const parsed = parsePhoneNumberFromString(number, (country ?? undefined) as CountryCode | undefined)
  return parsed?.isPossible() ? parsed.number : number
}

/** A partner as an address. */
export function toAddress(row: Row): Address {
  const partner = shaped(address, row, 'res.partner')
  return {
    type: TYPES[partner.type ?? ''] ?? 'OTHER',
    name: partner.name,
    lines: [partner.street, partner.street2].filter((line) => line !== null),
    postalCode: partner.zip,
    city: partner.city,
    region: partner.state_id?.name ?? null,
    country: partner.country_code ?? null,
    phone: phoneOf(partner.phone, partner.country_code ?? null),
    email: partner.email,
  }
}

/** What a customer's row needs beside itself: its other addresses, and names of what it refers to. */
export interface Around {
  children: Row[]
  tags: Map<string, string>
  /** Price list -> currency. */
  currencies: Map<string, string>
  companyCurrency: string
}

/** A partner as a customer. Its currency is that of its price list. */
export function toCustomer(row: Row, around: Around, fields: Fields): Customer {
  const partner = shaped(schema, row, 'res.partner')
  const own = toAddress(row)
  const pricelist = partner.property_product_pricelist
  return {
    id: partner.id,
    number: partner.ref,
    name: partner.name,
    email: partner.email,
    phone: own.phone,
    taxId: partner.vat,
    country: own.country,
    currency: (pricelist && around.currencies.get(pricelist.id)) || around.companyCurrency,
    group: around.tags.get(partner.category_id[0] ?? '') ?? null,
    paymentTerms: partner.property_payment_term_id?.name ?? null,
    addresses: [...(own.lines.length || own.city ? [own] : []), ...around.children.map(toAddress)],
    active: partner.active,
    customAttributes: customOf(row, fields),
    updatedAt: partner.write_date,
  }
}
