import { z } from 'zod'
import { ErpError } from '../../schema/errors.ts'
import type { WireRequest } from '../connector.ts'
import type { Http, HttpAnswer, HttpRequest } from '../http.ts'
import { type Json, exactNumber } from '../json.ts'
import { Kept } from '../kept.ts'
import { shaped } from '../shape.ts'
import type { Config } from './config.ts'
import { type Dialect, OLDEST, dialectOf } from './dialect.ts'
import { statusError, toError } from './errors.ts'

/** A call of a model's method, in named arguments; each dialect writes it down in its own way. */
export interface Call {
  model: string
  method: string
  /** The records it is called on; left out for methods of the model itself. */
  ids?: readonly string[]
  args?: Record<string, unknown>
  context?: Record<string, unknown>
}

/** Calls Odoo, whichever of its two APIs the version speaks. Throws ErpError. */
export interface Rpc {
  dialect(): Promise<Dialect>
  version(): Promise<string>
  /** A call that changes nothing; a lost one is sent again. */
  read(call: Call): Promise<Json>
  /** A call that writes; never sent twice. */
  write(call: Call): Promise<Json>
  /** The request that `write` sends, without the secret. */
  plan(call: Call): Promise<WireRequest>
}

/** The arguments that JSON-RPC takes by position; all others go by name. */
const POSITIONAL: Record<string, string[]> = {
  search_read: ['domain'],
  formatted_read_group: ['domain'],
  read_group: ['domain', 'fields', 'groupby'],
  create: ['vals_list'],
  write: ['vals'],
  load: ['fields', 'data'],
  onchange: ['values', 'field_names', 'fields_spec'],
}
const HIDDEN = '•••'
const WRITE_TIMEOUT_MS = 60_000
const HOUR_MS = 3600_000

const version = z.object({ version: z.string(), version_info: z.array(z.unknown()) })
const oldVersion = z.object({ server_version: z.string(), server_version_info: z.array(z.unknown()) })
const raised = z.object({ name: z.string(), message: z.string() })
const envelope = z.object({
  result: z.unknown().optional(),
  error: z.object({ data: raised.optional(), message: z.string() }).optional(),
})

interface Server {
  version: string
  dialect: Dialect
}

// A plan names ids that do not exist yet as {{1.id}}. JSON has no place for that where a number belongs, so a
// number that no row has stands there until the body is written.
const NOBODY = 9_007_199_254_740_000

/** An Odoo id, or {{1.id}} in a plan, as a JSON number. */
export function idNumber(id: string): object {
  const step = /^\{\{(\d+)\.id\}\}$/.exec(id)?.[1]
  return exactNumber(step ? String(NOBODY + Number(step)) : id)
}

function withHoles(body: string): string {
  return body.replace(/\b90071992547400(\d\d)\b/g, (_, step) => `{{${Number(step)}.id}}`)
}

/** Opens the way to one database. The version is asked once and kept, and so is the user's number over JSON-RPC. */
export function openRpc(config: Config, http: Http): Rpc {
  const server = new Kept(() => probe(config, http), HOUR_MS)
  const user = new Kept(() => authenticate(config, http), HOUR_MS)

  async function request(call: Call, secret: string): Promise<HttpRequest> {
    const { dialect } = await server.get()
    if (dialect.api === 'json2') return json2(config, call, secret)
    return jsonrpc(config, 'object', 'execute_kw', execute(config, await user.get(), call, secret))
  }
  async function send(call: Call, repeatable: boolean): Promise<Json> {
    const sent = await request(call, config.secret)
    const answer = await http.send({
      ...sent,
      repeatable,
      timeoutMs: repeatable ? undefined : WRITE_TIMEOUT_MS,
    })
    return sent.url.endsWith('/jsonrpc') ? resultOf(answer) : bareResultOf(answer)
  }
  return {
    dialect: async () => (await server.get()).dialect,
    version: async () => (await server.get()).version,
    read: (call) => send(call, true),
    write: (call) => send(call, false),
    async plan(call) {
      const { method, url, headers = {}, body = null } = await request(call, HIDDEN)
      return { method, url, headers, body: body && withHoles(body) }
    },
  }
}

function json2(config: Config, call: Call, secret: string): HttpRequest {
  const { ids, args, context } = call
  return {
    method: 'POST',
    url: `${config.url}/json/2/${call.model}/${call.method}`,
    headers: {
      authorization: secret === HIDDEN ? HIDDEN : `bearer ${secret}`,
      'content-type': 'application/json',
      'x-odoo-database': config.database,
    },
    body: JSON.stringify({ ids: ids?.map(idNumber), ...args, context }),
  }
}

function jsonrpc(config: Config, service: string, method: string, args: unknown[]): HttpRequest {
  return {
    method: 'POST',
    url: `${config.url}/jsonrpc`,
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ jsonrpc: '2.0', method: 'call', id: 1, params: { service, method, args } }),
  }
}

function execute(config: Config, uid: string, call: Call, secret: string): unknown[] {
  const { ids, args = {}, context } = call
  const names = POSITIONAL[call.method] ?? []
  const byPosition = [...(ids ? [ids.map(idNumber)] : []), ...names.map((name) => args[name])]
  const byName = Object.fromEntries(Object.entries(args).filter(([name]) => !names.includes(name)))
  return [config.database, idNumber(uid), secret, call.model, call.method, byPosition, { ...byName, context }]
}

function isJson(answer: HttpAnswer): boolean {
  return (answer.headers['content-type'] ?? '').includes('json')
}

/** JSON-2: the bare result, or a status with Odoo's error. */
function bareResultOf(answer: HttpAnswer): Json {
  if (answer.status === 200) return answer.json()
  throw isJson(answer) ? toError(shaped(raised, answer.json(), 'An error of Odoo')) : statusError(answer)
}

/** JSON-RPC: status 200 even for errors; a null result has no member `result`. */
function resultOf(answer: HttpAnswer): Json {
  if (answer.status !== 200) throw statusError(answer)
  const { result, error } = shaped(envelope, answer.json(), 'The answer of /jsonrpc')
  if (error) throw toError(error.data ?? { name: 'odoo.http.SessionExpired', message: error.message })
  return (result ?? null) as Json
}

/** The version: at /web/version from 19 on, before that (and where a proxy hides it) over JSON-RPC. */
async function probe(config: Config, http: Http): Promise<Server> {
  const answer = await http.send({ method: 'GET', url: `${config.url}/web/version` })
  if (answer.status === 200 && isJson(answer)) {
    const { version: text, version_info: info } = shaped(version, answer.json(), 'The version of Odoo')
    return serverOf(config, text, info)
  }
  const old = await http.send({ ...jsonrpc(config, 'common', 'version', []), repeatable: true })
  const found = shaped(oldVersion, resultOf(old), 'The version of Odoo')
  return serverOf(config, found.server_version, found.server_version_info)
}

function serverOf(config: Config, text: string, info: unknown[]): Server {
  // Odoo Online writes "saas~18" where others write 18.
  const major = Number(/\d+/.exec(String(info[0]))?.[0] ?? 0)
  if (major < OLDEST) {
    throw new ErpError('NOT_SUPPORTED', `Odoo ${text} is too old; ${OLDEST}.0 is the oldest that works.`)
  }
  const dialect = dialectOf(major)
  return { version: text, dialect: config.api === 'auto' ? dialect : { ...dialect, api: config.api } }
}

/** The user's number. A wrong login is the plain answer `false` with status 200. */
async function authenticate(config: Config, http: Http): Promise<string> {
  const { database, user, secret } = config
  const args = [database, user, secret, {}]
  const answer = await http.send({ ...jsonrpc(config, 'common', 'authenticate', args), repeatable: true })
  const uid = resultOf(answer)
  if (typeof uid === 'string') return uid
  throw new ErpError('AUTHENTICATION_FAILED', `Odoo does not let ${user || 'nobody'} in with this secret.`, {
    said: `authenticate answered ${String(uid)}`,
  })
}
