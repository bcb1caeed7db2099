import { type Members, isMembers, missing, onlyKnown, referenceOf, sublistOf, textOf } from './fields.ts'
import { Refused } from './answers.ts'
import { addedTo, ownOf } from './custom.ts'
import { addressOf } from './orders.ts'
import type { AddressRow, CustomerRow } from './rows.ts'
import type { State } from './state.ts'

const FIELDS =
  'externalId entityId companyName isPerson subsidiary email phone currency terms priceLevel vatRegNumber addressBook isInactive'.split(
    ' ',
  )
const CUSTOM_FIELDS = addedTo('customer')

/** A new customer; OneWorld accounts want a subsidiary. */
export function createCustomer(state: State, body: Members, german: boolean): CustomerRow {
  onlyKnown(body, FIELDS, CUSTOM_FIELDS)
  const lacking = [
    ...(textOf(body, 'companyName') ? [] : ['Company Name']),
    ...(body.subsidiary === undefined ? ['Primary Subsidiary'] : []),
  ]
  if (lacking.length > 0) throw missing(lacking.join(', '), german)
  const id = state.nextId()
  const row: CustomerRow = {
    id,
    entityid: `C-${id}`,
    companyname: '',
    email: null,
    phone: null,
    vatregnumber: null,
    currency: 1,
    terms: null,
    pricelevel: null,
    subsidiary: 1,
    isinactive: false,
    externalid: null,
    creditlimit: null,
    addresses: [],
    custom: {},
    changed: Date.now(),
  }
  changeCustomer(state, row, body, false)
  state.customers.push(row)
  return row
}

/** Changes the named fields; a sublist is added to unless it is replaced. */
export function changeCustomer(state: State, row: CustomerRow, body: Members, replace: boolean): void {
  onlyKnown(body, FIELDS, CUSTOM_FIELDS)
  const email = textOf(body, 'email')
  if (email && !/^[^\s@]+@[^\s@]+\.[^\s@]+$/.test(email)) {
    throw new Refused(400, 'USER_ERROR', `Invalid email address ${email}`, { path: 'email' })
  }
  const named: [keyof CustomerRow, string | number | null | undefined][] = [
    ['entityid', textOf(body, 'entityId')],
    ['companyname', textOf(body, 'companyName')],
    ['email', email],
    ['phone', textOf(body, 'phone')],
    ['vatregnumber', textOf(body, 'vatRegNumber')],
    ['currency', referenceOf(body, 'currency', state.currencies)?.id],
    ['terms', referenceOf(body, 'terms', state.terms)?.id],
    ['pricelevel', referenceOf(body, 'priceLevel', state.levels)?.id],
    ['subsidiary', referenceOf(body, 'subsidiary', [{ id: 1 }])?.id],
  ]
  const book = sublistOf(body, 'addressBook')?.map((one, index) => bookRow(one, index))
  Object.assign(row, Object.fromEntries(named.filter(([, value]) => value !== undefined)))
  if (typeof body.isInactive === 'boolean') row.isinactive = body.isInactive
  if (book) row.addresses = replace ? book : [...row.addresses, ...book]
  row.custom = { ...row.custom, ...ownOf('customer', body) }
  row.changed = Date.now()
}

function bookRow(members: Members, index: number): AddressRow {
  const path = `addressBook.items[${index}].`
  onlyKnown(members, ['defaultBilling', 'defaultShipping', 'addressBookAddress', 'label'], [], path)
  const inner = members.addressBookAddress
  if (!isMembers(inner)) throw missing('Address')
  return {
    ...addressOf(inner, `${path}addressBookAddress.`),
    defaultBilling: members.defaultBilling === true,
    defaultShipping: members.defaultShipping === true,
  }
}
