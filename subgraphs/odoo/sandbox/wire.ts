import type { SandboxAnswer, SandboxRequest } from '../../sandbox.ts'
import { BadArguments, bind, methodOf, run } from './call.ts'
import type { Db } from './db.ts'
import { Raise, type Sent, parseBody } from './values.ts'
import type { Flow } from './warehouse.ts'

/** Who may come in, and where. */
export interface Door {
  db: Db
  flow: Flow
  database: string
  login: string
  uid: number
  secret: string
}

const STATUS: Record<string, number> = {
  'odoo.exceptions.UserError': 422,
  'odoo.exceptions.ValidationError': 422,
  'odoo.exceptions.AccessError': 403,
  'odoo.exceptions.AccessDenied': 403,
  'odoo.exceptions.MissingError': 404,
  'odoo.exceptions.LockError': 409,
}
const TYPE = { 'content-type': 'application/json; charset=utf-8' }
const HTML = { 'content-type': 'text/html; charset=utf-8' }

/** The whole server: both APIs on 19, only /jsonrpc before. */
export function serve(door: Door, request: SandboxRequest): SandboxAnswer {
  const { method, path } = request
  const { version } = door.db
  if (path === '/jsonrpc') return jsonrpc(door, request)
  if (version >= 19 && path.startsWith('/json/2/')) return json2(door, request)
  if (version >= 19 && method === 'GET' && (path === '/web/version' || path === '/json/version')) {
    const body = { version_info: [version, 0, 0, 'final', 0, ''], version: `${version}.0` }
    return { status: 200, headers: { ...TYPE, 'set-cookie': 'session_id=demo; HttpOnly; Path=/' }, body }
  }
  if (version >= 19 && path === '/doc/index.json') {
    return {
      status: 403,
      headers: TYPE,
      body: errorBody('odoo.http.SessionExpiredException', 'Session expired'),
    }
  }
  return page(404, 'Not Found', 'The requested URL was not found on the server.')
}

function page(status: number, title: string, text: string): SandboxAnswer {
  const body = `<!doctype html>\n<html lang=en>\n<title>${status} ${title}</title>\n<h1>${title}</h1>\n<p>${text}</p>\n`
  return { status, headers: HTML, body }
}

function wrongType(door: Door, { path, method }: SandboxRequest): SandboxAnswer {
  const types = method === 'GET' ? '[&#39;http&#39;, &#39;json2&#39;]' : '[&#39;http&#39;]'
  const old = door.db.version < 18
  if (old) return page(400, 'Bad Request', `Function at &#39;${path}&#39; has type jsonrpc`)
  const text =
    `Request inferred type is compatible with ${types} but &#39;${path}&#39; is type=&#39;jsonrpc&#39;.` +
    '<br><br>Please verify the Content-Type request header and try again.'
  return page(415, 'Unsupported Media Type', text)
}

/** The body of an error; over JSON-2 some arguments carry the status too. */
export function errorBody(name: string, message: string, status?: number): Sent {
  const debug = `Traceback (most recent call last):\n  ...\n${name.replace('builtins.', '')}: ${message}\n`
  return { name, message, arguments: status ? [message, status] : [message], context: {}, debug }
}

function isJson(request: SandboxRequest): boolean {
  return /^application\/json\b/.test(request.headers['content-type'] ?? '')
}

// ---- JSON-RPC: status 200 even for errors, and no `result` where a method returns nothing

function jsonrpc(door: Door, request: SandboxRequest): SandboxAnswer {
  if (request.method !== 'POST' || !isJson(request)) return wrongType(door, request)
  let id: unknown = null
  try {
    const body = parse(request.body)
    if (!body) return { status: 400, headers: HTML, body: 'Invalid JSON data' }
    id = body.id ?? null
    const result = service(door, (body.params ?? {}) as Sent)
    return { status: 200, headers: TYPE, body: { jsonrpc: '2.0', id, ...(result !== null && { result }) } }
  } catch (error) {
    const data = raisedBy(error)
    const code = door.db.version < 18 ? 200 : 0
    const wrapped = { jsonrpc: '2.0', id, error: { code, message: 'Odoo Server Error', data } }
    return { status: 200, headers: TYPE, body: wrapped }
  }
}

function parse(body: string): Sent | null {
  try {
    const value = parseBody(body)
    return typeof value === 'object' && value !== null ? (value as Sent) : {}
  } catch {
    return null
  }
}

function raisedBy(error: unknown): Sent {
  if (error instanceof Raise) return errorBody(error.python, error.message)
  if (error instanceof BadArguments) return errorBody('builtins.TypeError', error.message)
  throw error
}

function service(door: Door, params: Sent): unknown {
  const { service: name, method, args } = params as { service?: string; method?: string; args?: unknown[] }
  if (!name || !method || !args) {
    const missing =
      "JSONRPC.jsonrpc() missing 3 required positional arguments: 'service', 'method', and 'args'"
    throw new Raise('builtins.TypeError', missing)
  }
  const { version } = door.db
  if (name === 'common' && method === 'version') {
    const info = [version, 0, 0, 'final', 0, '']
    const text = `${version}.0`
    return { server_version: text, server_version_info: info, server_serie: text, protocol_version: 1 }
  }
  checkDatabase(door, args[0])
  if (name === 'common' && (method === 'authenticate' || method === 'login')) {
    return args[1] === door.login && args[2] === door.secret ? door.uid : false
  }
  if (name === 'object' && method === 'execute_kw') return executeKw(door, args)
  throw new Raise('builtins.KeyError', `${name}.${method}`)
}

function checkDatabase(door: Door, database: unknown): void {
  if (database === door.database) return
  const message = `connection to server at "127.0.0.1", port 5432 failed: FATAL:  database "${String(database)}" does not exist\n`
  throw new Raise('psycopg2.OperationalError', message)
}

function executeKw({ db, flow, uid, secret }: Door, args: unknown[]): unknown {
  if (args[1] !== uid || args[2] !== secret) throw new Raise('odoo.exceptions.AccessDenied', 'Access Denied')
  const [model = '', method = ''] = [args[3], args[4]].map(String)
  if (!db.models.has(model)) throw new Raise('odoo.exceptions.UserError', `Object ${model} doesn't exist`)
  const named = bind(db, model, method, (args[5] ?? []) as unknown[], (args[6] ?? {}) as Sent)
  return run(db, flow, model, method, named)
}

// ---- JSON-2: real statuses, the bare result, arguments by name only

function json2(door: Door, request: SandboxRequest): SandboxAnswer {
  const fail = (status: number, name: string, message: string): SandboxAnswer => ({
    status,
    headers: { ...TYPE, ...(status === 401 && { 'www-authenticate': 'Bearer ' }) },
    body: errorBody(`werkzeug.exceptions.${name}`, message, status),
  })
  const { headers } = request
  const database = headers['x-odoo-database']
  if (database !== undefined && database !== door.database) {
    const text = 'No database is selected and the requested URL was not found in the server-wide controllers.'
    return page(404, 'Not Found', text)
  }
  if (request.method !== 'POST') return fail(404, 'NotFound', 'Did you mean POST /json/2/<model>/<method>?')
  if (!isJson(request)) return wrongType(door, request)
  const key = /^bearer (.*)$/i.exec(headers.authorization ?? '')?.[1]
  if (key === undefined) {
    const message = 'User not authenticated, use an API Key with a Bearer Authorization header.'
    return fail(401, 'Unauthorized', message)
  }
  if (key !== door.secret) return fail(401, 'Unauthorized', 'Invalid apikey')
  const named = request.body === '' ? {} : parse(request.body)
  if (!named) return fail(400, 'BadRequest', `could not parse the body as json: ${brokenAt(request.body)}`)
  const [, , , model = '', method = ''] = request.path.split('/')
  return answer(door, model, method, Array.isArray(named) ? {} : named, fail)
}

/** How Python's parser words a body that ends too early. */
function brokenAt(body: string): string {
  const expected = /"\s*$/.test(body) ? "Expecting ':' delimiter" : 'Expecting value'
  return `${expected}: line 1 column ${body.length + 1} (char ${body.length})`
}

function answer(
  { db, flow }: Door,
  model: string,
  method: string,
  named: Sent,
  fail: (status: number, name: string, message: string) => SandboxAnswer,
): SandboxAnswer {
  if (!db.models.has(model)) return fail(404, 'NotFound', `the model '${model}' does not exist`)
  try {
    if (!methodOf(db, model, method).onRecords && 'ids' in named) {
      return fail(422, 'UnprocessableEntity', `cannot call ${model}.${method} with ids`)
    }
    const result = run(db, flow, model, method, named)
    // Numbers, booleans and null are sent bare.
    return { status: 200, headers: TYPE, body: JSON.stringify(result ?? null) }
  } catch (error) {
    if (error instanceof BadArguments) return fail(422, 'UnprocessableEntity', error.message)
    if (!(error instanceof Raise)) throw error
    if (error.python === 'builtins.AttributeError') return fail(404, 'NotFound', error.message)
    const status = STATUS[error.python] ?? 500
    return { status, headers: TYPE, body: errorBody(error.python, error.message) }
  }
}
