import type { OpenConnection } from '../connections.ts'
import { type Exchange, redact } from '../http.ts'
import type { ConnectionPolicy } from '../policy.ts'
import { settingsOf } from './directory.ts'
import type { Hub } from './hub.ts'
import type { Operation } from './operations.ts'
import { ConnectionTable, CustomerTable } from './tables.ts'

const HIDDEN = '•••'

/** How the words of ERPs name a personal field; other names are taken as they are. */
const NAMED: Record<string, string> = {
  name: '(?:display|company|customer|contact|full|first|last|given|family|middle|print_?on_?check|card|partner)?_?name[123]?|vorname|nachname',
  email: '\\w*e_?mail\\w*',
  phone: '\\w*(?:phone|mobile|fax|tel|free_?form_?number)\\w*',
  addresses:
    '\\w*(?:street|address|addr)\\w*|line[1-5]|city|zip(?:_?code)?|post(?:al)?_?code|lines|region|county',
  taxId: '\\w*(?:tax_?(?:id|number)|vat(?:_?(?:id|number|no))?)\\w*',
}
const EMAIL = /[\p{L}\d._%+-]+(?:@|%40)[\p{L}\d-]+(?:\.[\p{L}\d-]+)+/gu

/** Takes the personal fields of one operation out of texts. */
export interface Hiding {
  text(text: string): string
  exchange(exchange: Exchange): Exchange
}

const NOTHING: Hiding = { text: (text) => text, exchange: (exchange) => exchange }

/**
 * What an operator wants hidden of what goes out and comes back: fields by the names that ERPs give them, and the
 * operation's own values wherever they stand.
 */
export async function hiding(hub: Hub, open: OpenConnection, op: Operation): Promise<Hiding> {
  const fields = open.settings.redactFields ?? []
  if (fields.length === 0) return NOTHING
  const golden = op.customer ? await hub.db.em().findOne(CustomerTable, { id: op.customer }) : null
  const known = [op.input, op.before, op.after, golden].flatMap((record) => textsOf(record, fields))
  const values = [...new Set(known.filter((text) => text.length > 3))]
  const hide = (text: string) => hidden(redact(text, values), fields)
  const exchange = ({ request, response, error, ...rest }: Exchange): Exchange => ({
    ...rest,
    request: {
      ...request,
      url: redact(request.url, values).replace(...mails(fields)),
      body: request.body && hide(request.body),
    },
    response: response && { ...response, body: hide(response.body) },
    error: error && hide(error),
  })
  return { text: (text) => redact(text, values).replace(...mails(fields)), exchange }
}

function mails(fields: string[]): [RegExp, string] {
  return [fields.includes('email') ? EMAIL : /$^/, HIDDEN]
}

/** Hides the values of fields in JSON, XML and forms, whole or cut off. */
function hidden(text: string, fields: string[]): string {
  const names = fields.map((field) => NAMED[field] ?? field.replace(/[.-]/g, '\\$&')).join('|')
  const json = new RegExp(`("(?:${names})"\\s*:\\s*)"(?:[^"\\\\]|\\\\.)*("|$)`, 'gi')
  const xml = new RegExp(`(<(?:[\\w-]+:)?(?:${names})(?:\\s[^<>]*)?>)[^<]+`, 'gi')
  const form = new RegExp(`((?:^|&)(?:${names})=)[^&]+`, 'gi')
  const shown = text
    .replace(json, `$1"${HIDDEN}"`)
    .replace(xml, `$1${HIDDEN}`)
    .replace(/^[^<{[\s]/.test(text) ? form : /$^/, `$1${HIDDEN}`)
  return shown.replace(...mails(fields))
}

/** The texts under the named fields of a record, however deep. */
function textsOf(record: unknown, fields: string[], isInside = false): string[] {
  if (typeof record === 'string') return isInside ? [record] : []
  if (typeof record !== 'object' || record === null) return []
  return Object.entries(record).flatMap(([name, value]) =>
    textsOf(value, fields, isInside || (!Array.isArray(record) && fields.includes(name))),
  )
}

/** A record of the log without the fields that its connection hides. */
export async function seenOf(
  hub: Hub,
  connection: string,
  record: object | null | undefined,
): Promise<object | null> {
  if (!record) return null
  const fields = (await policyOf(hub, connection)).redactFields ?? []
  return fields.length > 0 ? (without(record, fields) as object) : record
}

/** The policy, also of a connection that rests and so is not open. */
async function policyOf(hub: Hub, connection: string): Promise<ConnectionPolicy> {
  const open = hub.directory.every().find(({ id }) => id === connection)
  if (open) return open.settings
  const row = await hub.db.em().findOne(ConnectionTable, { id: connection })
  return row ? settingsOf(row) : {}
}

function without(value: unknown, fields: string[]): unknown {
  if (Array.isArray(value)) return value.map((part) => without(part, fields))
  if (typeof value !== 'object' || value === null) return value
  const shown = Object.entries(value).map(([name, part]: [string, unknown]) =>
    fields.includes(name) && part !== null && part !== undefined
      ? [name, HIDDEN]
      : [name, without(part, fields)],
  )
  return Object.fromEntries(shown) as object
}
