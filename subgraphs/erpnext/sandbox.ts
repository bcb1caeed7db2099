import { createHmac } from 'node:crypto'
import type { Change, RawRequest } from '../connector.ts'
import type { Demo } from '../demo.ts'
import { type Json, parseExact } from '../json.ts'
import type { Ledger, Sandbox, SandboxAnswer, SandboxFactory, SandboxRequest } from '../sandbox.ts'
import { act } from './sandbox/acts.ts'
import { Tokens } from './sandbox/access.ts'
import { ERRORS } from './sandbox/failures.ts'
import { type Row, decimal, text, toJson } from './sandbox/meta.ts'
import { call, listing } from './sandbox/methods.ts'
import { Forbidden, Raised } from './sandbox/raised.ts'
import { siteOf } from './sandbox/seed.ts'
import type { Site } from './sandbox/site.ts'

type Args = { [name: string]: Json }

/** What Frappe sets on every answer, even where a key was used. */
const COOKIES = [
  'sid=Guest; Expires=Sat, 28 Nov 2026 04:47:46 GMT; Max-Age=612000; HttpOnly; Path=/; SameSite=Lax',
  'system_user=no; Path=/; SameSite=Lax',
  'full_name=Guest; Path=/; SameSite=Lax',
  'user_id=Guest; Path=/; SameSite=Lax',
  'user_image=; Path=/; SameSite=Lax',
]

function argsOf(request: SandboxRequest): Args {
  const query = Object.fromEntries(request.query)
  if (!request.body) return query
  if ((request.headers['content-type'] ?? '').includes('x-www-form-urlencoded')) {
    return { ...query, ...Object.fromEntries(new URLSearchParams(request.body)) }
  }
  try {
    return { ...query, ...(parseExact(request.body) as Args) }
  } catch {
    const at = request.body.length
    throw new Raised('JSONDecodeError', `Expecting value: line 1 column ${at + 1} (char ${at})`, {
      status: 500,
    })
  }
}

function answer(status: number, body: object): SandboxAnswer {
  return { status, body: JSON.stringify(body) }
}

/** Takes what is wrong with the first row and shows it in the framework's own fields. */
function shown(site: Site, body: object): object {
  const warnings = site.warnings.splice(0)
  const [first] = warnings
  return first ? { ...body, _server_messages: first } : body
}

/** What an insert answers: rows that came with the body are still marked as unsaved, and so is the old status. */
function fresh(row: Row, doctype: string): object {
  const submitted = row.docstatus === 1 && (doctype === 'Sales Order' || doctype === 'Sales Invoice')
  const marked: Row = { ...row, ...(submitted ? { status: 'Draft' } : {}) }
  if (Array.isArray(marked.items)) marked.items = marked.items.map((part) => ({ ...part, __unsaved: 1 }))
  return leftOut(toJson(marked))
}

/** Documents leave empty fields out; only what was scanned last is always there. */
function leftOut(row: object): object {
  return Object.fromEntries(
    Object.entries(row)
      .filter(([field, value]) => value !== null || field === 'last_scanned_warehouse')
      .map(([field, value]: [string, unknown]) => [
        field,
        Array.isArray(value) ? value.map((part) => leftOut(part as object)) : value,
      ]),
  )
}

function resource(site: Site, request: SandboxRequest, [doctype = '', ...rest]: string[]): SandboxAnswer {
  const args = argsOf(request)
  const name = rest.join('/')
  if (!name && request.method === 'GET')
    return answer(200, { data: listing(site, doctype, args).map(toJson) })
  if (!name) return answer(200, shown(site, { data: fresh(site.insert(doctype, args), doctype) }))
  if (request.method === 'PUT')
    return answer(200, shown(site, { data: leftOut(toJson(site.save(doctype, name, args))) }))
  if (request.method === 'DELETE') {
    site.remove(doctype, name)
    return answer(202, { data: 'ok' })
  }
  return answer(200, { data: leftOut(toJson({ ...site.get(doctype, name), doctype })) })
}

/** Version 2 of the interface, as far as reading goes. */
function second(site: Site, request: SandboxRequest, [kind, doctype = '', ...rest]: string[]): SandboxAnswer {
  try {
    if (kind === 'method')
      return answer(200, { data: call(site, [doctype, ...rest].join('/'), argsOf(request)) ?? null })
    if (rest.length === 0) return answer(200, { data: listing(site, doctype, argsOf(request)).map(toJson) })
    return answer(200, { data: leftOut(toJson(site.get(doctype, rest.join('/')))) })
  } catch (error) {
    if (!(error instanceof Raised)) throw error
    return answer(error.status, {
      errors: [{ type: error.type, message: error.message, title: 'Message', indicator: 'red' }],
    })
  }
}

/** What the sales user of the recordings may not do. */
function permit(site: Site, { method, path }: SandboxRequest): void {
  if (site.user === 'Administrator') return
  const [, , , doctype = ''] = path.split('/').map(decodeURIComponent)
  if (site.user === 'Guest' || doctype === 'Sales Invoice') {
    const user = `<strong>${site.user}</strong>`
    throw new Forbidden(
      `User ${user} does not have doctype access via role permission for document <strong>${doctype}</strong>`,
      `No permission for ${doctype}`,
    )
  }
  if (method === 'POST' && doctype === 'Item') {
    throw new Forbidden(
      `User <strong>${site.user}</strong> does not have access to this document: Item - None`,
      'Insufficient Permission for Item (<strong>create</strong>)',
    )
  }
}

function route(site: Site, tokens: Tokens, request: SandboxRequest): SandboxAnswer {
  const [, api, kind, ...rest] = request.path.split('/').map(decodeURIComponent)
  if (api === 'api' && kind === 'method' && rest[0] === 'frappe.integrations.oauth2.get_token')
    return tokens.grant(argsOf(request))
  site.user = tokens.userOf(request.headers.authorization)
  permit(site, request)
  if (api === 'api' && kind === 'resource') return resource(site, request, rest)
  if (api === 'api' && kind === 'method')
    return answer(200, shown(site, { message: call(site, rest.join('/'), argsOf(request)) }))
  if (api === 'api' && kind === 'v2') return second(site, request, rest)
  throw new Raised('DoesNotExistError', `Page ${request.path} not found`)
}

function ledgerOf(site: Site): Ledger {
  const states = ['draft', 'booked', 'cancelled'] as const
  return {
    orders: site.rows('Sales Order').map((row) => ({
      id: text(row, 'name'),
      number: text(row, 'name'),
      ref: text(row, 'custom_unified_id') || null,
      customer: text(row, 'customer'),
      state: states[Number(row.docstatus)] ?? 'draft',
      total: decimal(row, 'grand_total'),
    })),
    customers: site.rows('Customer').map((row) => ({
      id: text(row, 'name'),
      name: text(row, 'customer_name'),
      email: text(row, 'email_id') || null,
    })),
  }
}

const DOCTYPES = {
  item: 'Item',
  customer: 'Customer',
  order: 'Sales Order',
  invoice: 'Sales Invoice',
  payment: 'Payment Entry',
  quote: 'Quotation',
}

/** A delivery as a Webhook document sends it: Python's JSON, no content type, base64 of the HMAC. */
function delivery(site: Site, change: Change, secret: string): RawRequest {
  const doctype = DOCTYPES[change.kind]
  const row = site.find(doctype, change.id)
  const fields = {
    name: change.id,
    doctype,
    modified: text(row, 'modified') || site.now(),
    event: change.deleted ? 'on_trash' : 'on_update',
  }
  const ascii = (value: string) =>
    JSON.stringify(value).replace(
      /[\u007f-\uffff]/g,
      (letter) => `\\u${letter.charCodeAt(0).toString(16).padStart(4, '0')}`,
    )
  const body = Buffer.from(
    `{${Object.entries(fields)
      .map(([field, value]) => `${ascii(field)}: ${ascii(value)}`)
      .join(', ')}}`,
  )
  const signature = createHmac('sha256', secret).update(body).digest('base64')
  return { headers: { 'x-frappe-webhook-signature': signature }, body, query: {} }
}

/** An ERPNext 15 site: https://docs.frappe.io/framework/user/en/api/rest */
export const sandbox: SandboxFactory = (demo: Demo): Sandbox => {
  const site = siteOf(demo)
  const tokens = new Tokens()
  return {
    handle(request) {
      site.warnings = []
      const headers = { 'content-type': 'application/json', 'set-cookie': COOKIES }
      try {
        return { ...route(site, tokens, request), headers }
      } catch (error) {
        if (error instanceof Raised) return { ...error.answer(), headers }
        throw error
      }
    },
    ledger: () => ledgerOf(site),
    act: (action) => act(site, demo, tokens, action),
    errors: ERRORS,
    hook: (change, secret) => delivery(site, change, secret),
    config: (address) => ({ url: address, apiKey: Tokens.KEY, apiSecret: Tokens.SECRET }),
  }
}
