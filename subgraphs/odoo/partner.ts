import type { Address } from '../../schema/index.ts'
import type { CustomerInput } from '../connector.ts'
import { refuse, termsOf } from './body.ts'
import { customValues } from './map/custom.ts'
import { pricelistFor } from './pricelist.ts'
import type { Odoo } from './setup.ts'

/** Values of a partner in Odoo's words; `false` clears a field. */
export type Values = Record<string, unknown>

/** The values of an address. Throws MAPPING_MISSING for a country or region that Odoo does not have. */
export async function addressValues({ setup }: Odoo, address: Address, field: string): Promise<Values> {
  const [street = '', ...more] = address.lines
  const values: Values = { street, street2: more.join(', '), zip: address.postalCode, city: address.city }
  const { country, region } = address
  const countryId = country ? await countryOf(setup, country, `${field}.country`) : null
  if (countryId) values.country_id = Number(countryId)
  if (region) {
    const state = await setup.states.find((all) =>
      all.find(
        (each) =>
          (!countryId || each.country_id?.id === countryId) && (each.code === region || each.name === region),
      ),
    )
    if (!state) refuse('MAPPING_MISSING', `Odoo has no state ${region} there.`, `${field}.region`)
    values.state_id = Number(state.id)
  }
  return values
}

async function countryOf(setup: Odoo['setup'], code: string, field: string): Promise<string> {
  const country = await setup.countries.find((all) => all.find((each) => each.code === code))
  if (!country) refuse('MAPPING_MISSING', `Odoo has no country ${code}.`, field)
  return country.id
}

/** An address that belongs to a partner: its own name, telephone and e-mail beside where it is. */
export async function childValues(odoo: Odoo, address: Address, field: string): Promise<Values> {
  const { name, phone, email } = address
  const type = address.type === 'SHIPPING' ? 'delivery' : address.type === 'BILLING' ? 'invoice' : 'other'
  return { type, name, phone, email, ...(await addressValues(odoo, address, field)) }
}

/** The first billing address is the partner's own; the others belong to it. */
export function mainAddress(addresses: Address[]): Address | undefined {
  return addresses.find((address) => address.type === 'BILLING') ?? addresses[0]
}

/** The values of a customer, only what is named; its addresses beside. */
export async function customerValues(odoo: Odoo, input: Partial<CustomerInput>): Promise<Values> {
  const { setup } = odoo
  const { name, email, phone, taxId, group, currency } = input
  const values: Values = { name, email, phone, vat: taxId }
  if (input.paymentTerms !== undefined) {
    values.property_payment_term_id = (await termsOf(odoo, input.paymentTerms)) ?? false
  }
  if (group) {
    const tag = await setup.tags.find((all) => all.find((each) => each.name === group))
    if (!tag) refuse('MAPPING_MISSING', `Odoo has no contact tag ${group}.`, 'group')
    values.category_id = tag.id
  }
  if (currency && currency !== (await setup.company.get()).currency) {
    const list = await pricelistFor(odoo, null, currency)
    if (!list) refuse('MAPPING_MISSING', `No price list is named for ${currency}.`, 'currency')
    values.property_product_pricelist = Number(list.id)
  }
  const main = mainAddress(input.addresses ?? [])
  if (main) Object.assign(values, await addressValues(odoo, main, 'addresses.0'))
  if (input.country && !main?.country) {
    values.country_id = Number(await countryOf(setup, input.country, 'country'))
  }
  if (input.customAttributes?.length) {
    Object.assign(values, customValues(input.customAttributes, await setup.fields('res.partner')))
  }
  return values
}

/** Values without those that are not named or empty: what a new row gets. */
export function filled(values: Values): Values {
  return Object.fromEntries(
    Object.entries(values).filter(
      ([, value]) => value !== undefined && value !== null && value !== '' && value !== false,
    ),
  )
}

/** Values as a change: what is not named stays, what is null or empty is cleared. */
export function cleared(values: Values): Values {
  const named = Object.entries(values).filter(([, value]) => value !== undefined)
  return Object.fromEntries(
    named.map(([field, value]) => [field, value === null || value === '' ? false : value]),
  )
}
