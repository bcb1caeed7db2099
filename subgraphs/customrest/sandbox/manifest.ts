import { CALLS, type Call, LIST } from './calls.ts'

const JOB = { done: ['OK'], failed: ['BAD'], intervalMs: 250 }
const REST_JOB = {
  ...JOB,
  jobId: "$substringAfter(headers.location, '/jobs/')",
  poll: { method: 'GET', path: '/jobs/${input.jobId}' },
  status: 'body.data.state',
  result: { method: 'GET', path: '/payments', query: { job: '${input.jobId}' } },
}
const RPC_JOB = {
  ...JOB,
  jobId: 'body.result.job',
  poll: {
    method: 'POST',
    path: '/rpc',
    body: "{'jsonrpc': '2.0', 'id': 1, 'method': 'jobs.get', 'params': {'id': input.jobId}}",
  },
  status: 'body.result.data.state',
  result: {
    method: 'POST',
    path: '/rpc',
    body: "{'jsonrpc': '2.0', 'id': 1, 'method': 'payments.list', 'params': {'job': input.jobId}}",
  },
}

function restCall({ method, path, params, body, headers, job, more }: Call): object {
  const query = Object.fromEntries(
    Object.entries(params ?? {}).map(([name, text]) => [
      name,
      /^'\d+'$/.test(text) ? text.slice(1, -1) : `\${${text}}`,
    ]),
  )
  const request = {
    method,
    path,
    ...(params && { query, omitEmptyQuery: true }),
    ...(headers && { headers }),
    ...(body && { body }),
  }
  return { request, ...more, ...(job && { asyncJob: REST_JOB, errors: jobErrors('body.data.why') }) }
}

const ROWS_OF_RPC: Record<string, string> = {
  data: 'result.data',
  rows: 'result.rows',
  lines: 'result.lines',
}

function rpcCall({ rpc, params, body, path, headers, job, more }: Call): object {
  const own = Object.entries(params ?? {}).map(([name, text]) => `'${name}': ${text}`)
  if (more.paging) own.push("'after': page.cursor", "'limit': page.size")
  if (path.includes('${')) own.push("'id': input.externalId")
  if (headers) own.push("'rev': input.version")
  const data = body ? `$merge([${body}, {${own.join(', ')}}])` : `{${own.join(', ')}}`
  const request = {
    method: 'POST',
    path: '/rpc',
    body: `{'jsonrpc': '2.0', 'id': 1, 'method': '${rpc}', 'params': ${data}}`,
  }
  const records = ROWS_OF_RPC[String(more.records)] ?? 'result'
  const changes = more.changedSince ? { changedSince: LIST.changedSince } : {}
  const fields = Object.fromEntries(
    Object.entries(more.fields as object).map(([name, text]) => [
      name,
      String(text).replace('$doc.', '$doc.result.'),
    ]),
  )
  const ends = job ? { asyncJob: RPC_JOB, errors: jobErrors('body.result.data.why') } : {}
  return { request, ...more, ...changes, ...ends, records, fields }
}

const STATUSES = {
  order: {
    NEW: 'DRAFT',
    WAIT: 'PENDING_APPROVAL',
    REL: 'OPEN',
    PART: 'PARTIALLY_FULFILLED',
    SHIP: 'FULFILLED',
    INV: 'INVOICED',
    DONE: 'CLOSED',
    STO: 'CANCELLED',
  },
  invoice: { '10': 'OPEN', '20': 'PARTIALLY_PAID', '30': 'PAID', '90': 'VOID' },
  quote: { NEW: 'DRAFT', REL: 'SENT', ACC: 'ACCEPTED', REJ: 'REJECTED', OUT: 'EXPIRED', STO: 'CANCELLED' },
}

function rules(code: string, path: string): object[] {
  return [
    {
      when: `${code} = 'CUST_UNKNOWN' or ${code} = 'CUST_BLOCKED'`,
      code: 'INVALID_CUSTOMER',
      field: "'customerId'",
      retry: 'never',
    },
    { when: `${code} = 'ART_UNKNOWN'`, code: 'INVALID_ITEM', field: path, retry: 'never' },
    { when: `${code} = 'REQUIRED'`, code: 'MISSING_REQUIRED_FIELD', field: path, retry: 'never' },
    { when: `${code} = 'REF_EXISTS'`, code: 'DUPLICATE_ORDER', retry: 'never' },
    { when: `${code} = 'TOKEN'`, code: 'AUTHENTICATION_FAILED', retry: 'afterRefresh' },
    { when: `${code} = 'LOGIN'`, code: 'AUTHENTICATION_FAILED', retry: 'never' },
    { when: `${code} = 'NOT_FOUND'`, code: 'NOT_FOUND', retry: 'never' },
    { when: `${code} = 'STATE' or ${code} = 'REV'`, code: 'CONFLICT', retry: 'never' },
    { when: `${code} = 'SLOW_DOWN'`, code: 'RATE_LIMITED', retry: 'always' },
    { when: `${code} = 'INVALID'`, code: 'VALIDATION', field: path, retry: 'never' },
  ]
}

/** What a job says of its failure; everything else is told by the rules of all capabilities. */
function jobErrors(why: string): object {
  return { message: `${why}.text`, rules: rules(`${why}.code`, `${why}.path`) }
}

const COMMON = {
  manifestVersion: 1,
  version: '1.0.0',
  statusMaps: STATUSES,
  customFields: [
    {
      key: 'project_code',
      entity: 'order',
      type: 'text',
      label: 'Project',
      read: 'udf.PROJ',
      writePath: 'udf.PROJ',
      direction: 'BIDIRECTIONAL',
    },
  ],
  limits: { requestsPerSecond: 10_000, maxConcurrent: 8, retryAfterHeader: 'Retry-After' },
}
const COMPANY = {
  type: 'object',
  required: ['company'],
  properties: {
    company: { type: 'string', title: 'Company code', pattern: '^[A-Z0-9]{2,6}$' },
    currency: { type: 'string', title: 'House currency', default: 'EUR' },
  },
}
const WEBHOOK = {
  signature: {
    kind: 'hmac',
    header: 'X-Nordwerk-Signature',
    algorithm: 'sha256',
    encoding: 'hex',
    prefix: 'sha256=',
    timestampHeader: 'X-Nordwerk-Time',
    toleranceS: 300,
    signedText: '${timestamp}.${rawBody}',
  },
  deliveryId: 'body.eventId',
  list: 'body.events',
  events: [
    { when: "type = 'order.state'", emit: 'order.changed', externalId: '$string(id)', reread: true },
    { when: "type = 'article'", emit: 'product.changed', externalId: 'article', reread: true },
    { when: "type = 'stock'", emit: 'stock.changed', externalId: 'article', reread: false },
    { when: "type = 'customer'", emit: 'customer.changed', externalId: '$string(id)', reread: true },
  ],
}

/** The manifest of Nordwerk's REST interface. */
export function restManifest(host: string): Record<string, unknown> {
  return {
    ...COMMON,
    id: 'nordwerk-erp',
    name: 'Nordwerk ERP',
    config: COMPANY,
    http: {
      baseUrl: '${config.url}/rest/v2/${config.company}',
      allowedHosts: [host],
      headers: { Accept: 'application/json' },
      timeoutMs: 8000,
      maxResponseBytes: 5_000_000,
    },
    auth: {
      kind: 'oauth2ClientCredentials',
      tokenUrl: '${config.url}/oauth/token',
      clientAuth: 'basic',
      clientId: '${secret.clientId}',
      clientSecret: '${secret.clientSecret}',
      scopes: ['read', 'write'],
    },
    paging: {
      cursorPages: {
        kind: 'cursor',
        sizeParam: 'limit',
        pageSize: 200,
        cursorParam: 'after',
        cursor: 'meta.next',
        maxPages: 500,
      },
    },
    errors: {
      isSuccess: '$not($exists(body.error))',
      message: 'body.error.text ? body.error.text : body.error.code',
      rules: rules('body.error.code', 'body.error.path'),
    },
    capabilities: Object.fromEntries(Object.entries(CALLS).map(([name, call]) => [name, restCall(call)])),
    webhook: WEBHOOK,
  }
}

/** The manifest of Nordwerk's JSON-RPC interface: one address, the method in the body, errors inside status 200. */
export function rpcManifest(host: string): Record<string, unknown> {
  return {
    ...COMMON,
    id: 'nordwerk-rpc',
    name: 'Nordwerk ERP (JSON-RPC)',
    config: COMPANY,
    http: { baseUrl: '${config.url}', allowedHosts: [host], timeoutMs: 8000 },
    auth: {
      kind: 'session',
      login: {
        method: 'POST',
        path: '/rpc',
        body: "{'jsonrpc': '2.0', 'id': 1, 'method': 'login', 'params': {'company': config.company, 'user': secret.username, 'password': secret.password}}",
      },
      token: 'body.result.session',
      expiresInS: 'body.result.seconds',
      apply: { in: 'header', name: 'X-Session', value: '${token}' },
      maxSessions: 1,
      logout: {
        method: 'POST',
        path: '/rpc',
        body: "{'jsonrpc': '2.0', 'id': 1, 'method': 'logout', 'params': {}}",
      },
    },
    paging: { cursorPages: { kind: 'cursor', pageSize: 200, cursor: 'result.meta.next', maxPages: 500 } },
    errors: {
      isSuccess: '$not($exists(body.error))',
      message: 'body.error.message',
      rules: rules('body.error.data.code', 'body.error.data.path'),
    },
    capabilities: Object.fromEntries(Object.entries(CALLS).map(([name, call]) => [name, rpcCall(call)])),
    webhook: WEBHOOK,
  }
}
