import { Answered } from '../../refusal.ts'
import { bodyOf, contact, firstWrong } from './body.ts'
import { legacy } from './refuse.ts'
import { type Row, type Store, num } from './store.ts'

function checked(text: string): Record<string, unknown> {
  const body = bodyOf(text)
  if (!body) throw new Answered(legacy(400, 'malformed_json', 'body'))
  const wrong = firstWrong(contact, body)
  if (wrong) throw new Answered(legacy(406, wrong.missing ? 'missing_entity' : 'invalid_value', wrong.field))
  if (!body.company === !body.person) throw new Answered(legacy(406, 'missing_entity', 'company'))
  return body
}

type Roles = Record<string, object | undefined>

/** Numbers are given by Lexware and cannot be changed. */
function numbered(store: Store, roles: Roles, old: Roles): Roles {
  const number = (role: string, first: number) => ({
    [role]: old[role] ?? { number: num(store.next(role === 'customer' ? 'contacts' : 'vendors', first)) },
  })
  return {
    ...(roles.customer ? number('customer', 10001) : {}),
    ...(roles.vendor ? number('vendor', 70001) : {}),
  }
}

/** POST of a contact; duplicates are not looked for: https://developers.lexware.io/docs/ (contacts) */
export function create(store: Store, text: string): Row {
  const body = checked(text)
  if ((body.version as { text: string }).text !== '0')
    throw new Answered(legacy(406, 'invalid_value', 'version'))
  return store.insert('contacts', {
    ...body,
    version: num(1),
    roles: numbered(store, body.roles as Roles, {}),
  })
}

/** PUT of a contact: everything is replaced, and what the API cannot show is not lost because it refuses. */
export function replace(store: Store, id: string, text: string): Row {
  const row = store.find('contacts', id)
  if (!row) throw new Answered(legacy(404, 'missing_entity', 'id'))
  const lists = [row.addresses, row.emailAddresses, row.phoneNumbers].flatMap((part) =>
    Object.values(part ?? {}),
  )
  if (lists.some((list) => Array.isArray(list) && list.length > 1))
    throw new Answered(legacy(406, 'invalid_value', 'addresses.billing'))
  const body = checked(text)
  if ((body.version as { text: string }).text !== row.version.text)
    throw new Answered(legacy(406, 'invalid_value', 'version'))
  const replaced = ['company', 'person', 'addresses', 'emailAddresses', 'phoneNumbers', 'note', 'xRechnung']
  for (const name of replaced) delete row[name]
  const { id: _, organizationId: __, createdDate: ___, updatedDate: ____, archived: _____, ...rest } = body
  return store.change('contacts', row, {
    ...rest,
    roles: numbered(store, body.roles as Roles, row.roles as Roles),
  })
}
