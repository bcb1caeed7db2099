import { Refusal } from '../../refusal.ts'
import { localTime } from './company.ts'
import type { State } from './state.ts'
import { type Row, bare, row, rowsIn, textIn } from './types.ts'

const TERMS = new Set(['', '0001', 'NT14', 'NT30', 'NT60'])

function need(input: Row, names: string[]): void {
  for (const name of names)
    if (!textIn(input, name)) throw new Refusal(400, 'R11/401', `Enter ${name}; it is a required field`, name)
}

function contact(set: string, address: string, nth: number, input: Row): Row {
  const phone: Row =
    set === 'A_AddressPhoneNumber' ? { InternationalPhoneNumber: textIn(input, 'PhoneNumber') } : {}
  return row(set, { ...input, ...phone, AddressID: address, OrdinalNumber: String(nth + 1) })
}

function addressOf(partner: string, id: string, input: Row): Row {
  need(input, ['Country'])
  return row('A_BusinessPartnerAddress', {
    ...input,
    BusinessPartner: partner,
    AddressID: id,
    to_EmailAddress: rowsIn(input, 'to_EmailAddress').map((one, nth) =>
      contact('A_AddressEmailAddress', id, nth, one),
    ),
    to_PhoneNumber: rowsIn(input, 'to_PhoneNumber').map((one, nth) =>
      contact('A_AddressPhoneNumber', id, nth, one),
    ),
  })
}

function customerOf(id: string, input: Row): Row {
  const areas = rowsIn(input, 'to_CustomerSalesArea')
  for (const area of areas)
    if (!TERMS.has(textIn(area, 'CustomerPaymentTerms')))
      throw new Refusal(
        400,
        'F2/118',
        `Terms of payment ${textIn(area, 'CustomerPaymentTerms')} are not defined`,
      )
  return row('A_Customer', {
    ...input,
    Customer: id,
    to_CustomerSalesArea: areas.map((one) => row('A_CustomerSalesArea', { ...one, Customer: id })),
    to_CustomerCompany: rowsIn(input, 'to_CustomerCompany').map((one) =>
      row('A_CustomerCompany', { ...one, Customer: id }),
    ),
  })
}

/** Stores a new business partner; a customer number comes with the role of a customer. */
export function createPartner(state: State, input: Row): Row {
  need(input, ['BusinessPartnerCategory', 'BusinessPartnerGrouping', 'OrganizationBPName1'])
  const partners = state.rows('A_BusinessPartner')
  const id = String(Math.max(...partners.map((one) => Number(textIn(one, 'BusinessPartner')))) + 1)
  const [customer] = rowsIn(input, 'to_Customer')
  const roles = rowsIn(input, 'to_BusinessPartnerRole').map((one) => textIn(one, 'BusinessPartnerRole'))
  if (customer && !roles.includes('FLCU01'))
    throw new Refusal(400, 'R11/190', 'Role FLCU01 is required for a customer')
  const at = state.now()
  const { date, time } = localTime(at)
  const linked = (name: string, set: string) =>
    rowsIn(input, name).map((one) => row(set, { ...one, BusinessPartner: id }))
  const partner = row('A_BusinessPartner', {
    ...input,
    BusinessPartner: id,
    Customer: customer ? id : '',
    BusinessPartnerFullName: textIn(input, 'OrganizationBPName1'),
    CreationDate: date,
    CreationTime: time,
    ETag: `KEY${at}`,
    to_BusinessPartnerAddress: rowsIn(input, 'to_BusinessPartnerAddress').map((one, nth) =>
      addressOf(id, String(Number(id) - 10000000 + nth * 100000), one),
    ),
    to_BusinessPartnerTax: linked('to_BusinessPartnerTax', 'A_BusinessPartnerTaxNumber'),
    to_BusinessPartnerRole: linked('to_BusinessPartnerRole', 'A_BusinessPartnerRole'),
    to_Customer: customer ? customerOf(id, customer) : null,
  })
  partners.push(partner)
  return partner
}

/** The partner to which a row of its parts belongs. */
export function partnerOf(state: State, target: Row): Row | undefined {
  const id = bare(textIn(target, 'BusinessPartner') || textIn(target, 'Customer'))
  const address = textIn(target, 'AddressID')
  return state
    .rows('A_BusinessPartner')
    .find((one) =>
      id
        ? textIn(one, 'BusinessPartner') === id
        : rowsIn(one, 'to_BusinessPartnerAddress').some((place) => textIn(place, 'AddressID') === address),
    )
}

/** A change of a partner or of one of its parts moves its time of change, which was empty until the first one. */
export function touch(state: State, partner: Row): void {
  const at = state.now()
  const { date, time } = localTime(at)
  Object.assign(partner, { LastChangeDate: date, LastChangeTime: time, ETag: `KEY${at}` })
}

/** Changes a partner or one of its parts. */
export function changePartner(state: State, target: Row, change: Row): void {
  const terms = textIn(change, 'CustomerPaymentTerms')
  if (!TERMS.has(terms)) throw new Refusal(400, 'F2/118', `Terms of payment ${terms} are not defined`)
  Object.assign(target, change)
  if (change.PhoneNumber) target.InternationalPhoneNumber = change.PhoneNumber
  const partner = partnerOf(state, target)
  if (partner) touch(state, partner)
}

/** Adds a part to a partner or an address. */
export function addPart(state: State, parent: Row, name: string, set: string, input: Row): Row {
  const rows = rowsIn(parent, name)
  const partner = partnerOf(state, parent)
  if (!partner)
    throw new Refusal(404, '/IWBEP/CM_MGW_RT/020', "Resource not found for segment 'A_BusinessPartnerType'")
  const id = textIn(partner, 'BusinessPartner')
  const made =
    set === 'A_BusinessPartnerAddress'
      ? addressOf(id, String(Number(id) - 10000000 + rows.length * 100000), input)
      : textIn(parent, 'AddressID')
        ? contact(set, textIn(parent, 'AddressID'), rows.length, input)
        : row(set, { ...input, BusinessPartner: id })
  parent[name] = [...rows, made]
  touch(state, partner)
  return made
}
