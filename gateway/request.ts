import { ErpError, type ErrorCode } from '../schema/errors.ts'
import { ID } from './documents.ts'

/** The parameters of a GraphQL request, as the client sent them by GET or POST. */
export interface Parameters {
  query: string | null
  /** The id of a persisted document, in place of its text. */
  documentId: string | null
  operationName: string | null
  variables: Record<string, unknown> | null
  extensions: Record<string, unknown> | null
}

/** A request of HTTP as far as its parameters depend on it. */
export interface Incoming {
  method: string
  url: string
  accept: string | undefined
  contentType: string | undefined
  body: unknown
}

/** A request that is none by GraphQL over HTTP. */
export class BadRequest extends ErpError {
  readonly status: number
  readonly headers: Record<string, string>

  constructor(status: number, message: string, code: ErrorCode = 'VALIDATION', headers = {}) {
    super(code, message)
    this.status = status
    this.headers = headers
  }
}

const JSON_TYPE = /^application\/(json|graphql-response\+json)\s*(;|$)/i
/** The bare text, as old clients send it; no form can, so that it is as safe as JSON. */
const TEXT_TYPE = /^application\/graphql\s*(;|$)/i
const ANSWERS = /(^|[\s,])(\*\/\*|application\/\*|application\/(json|graphql-response\+json))\s*(;|,|$)/i

/** Reads the parameters of a request; throws BadRequest before anything of it runs. */
export function readRequest(incoming: Incoming): Parameters {
  const { method, accept, contentType, body } = incoming
  if (method !== 'GET' && method !== 'POST')
    throw new BadRequest(405, 'Use GET or POST.', 'NOT_SUPPORTED', { allow: 'GET, POST' })
  if (accept && !ANSWERS.test(accept))
    throw new BadRequest(406, 'Accept application/graphql-response+json or application/json.')
  const isBare = method === 'POST' && TEXT_TYPE.test(contentType ?? '')
  if (method === 'POST' && !isBare && !JSON_TYPE.test(contentType ?? ''))
    throw new BadRequest(415, 'Send application/json (in n8n: set Request Format to JSON).')
  return checked(method === 'GET' ? fromSearch(incoming.url) : isBare ? fromText(body) : fromBody(body))
}

function checked(given: Record<string, unknown>): Parameters {
  const { query, documentId, operationName, variables, extensions } = given
  if (!isMap(extensions)) throw wrong('extensions', 'an object')
  if (!isMap(variables)) throw wrong('variables', 'an object')
  if (!isText(operationName)) throw wrong('operationName', 'a text')
  if (!isText(documentId) || (typeof documentId === 'string' && !ID.test(documentId)))
    throw wrong('documentId', 'a document identifier, such as sha256:… of the text')
  // A persisted document may come without its text; whether it is known is seen later.
  if (!isText(query) || (!query && !documentId && !extensions?.persistedQuery))
    throw wrong('query', 'the text of an operation')
  return {
    query: query ?? null,
    documentId: documentId ?? null,
    operationName: operationName ?? null,
    variables: variables ?? null,
    extensions: extensions ?? null,
  }
}

function isText(value: unknown): value is string | null | undefined {
  return value === undefined || value === null || typeof value === 'string'
}

function isMap(value: unknown): value is Record<string, unknown> | null | undefined {
  return value === undefined || (typeof value === 'object' && !Array.isArray(value))
}

function wrong(field: string, what: string): BadRequest {
  return new BadRequest(400, `${field} must be ${what}.`)
}

function fromSearch(url: string): Record<string, unknown> {
  const start = url.indexOf('?')
  const search = new URLSearchParams(start < 0 ? '' : url.slice(start))
  const read = (name: string): unknown => {
    const [text, second] = search.getAll(name)
    if (second !== undefined) throw new BadRequest(400, `${name} may be given once only.`)
    return text
  }
  const readMap = (name: string): unknown => {
    const text = read(name)
    return typeof text === 'string' && text ? parseJson(text, name) : undefined
  }
  return {
    query: read('query'),
    documentId: read('documentId'),
    operationName: read('operationName'),
    variables: readMap('variables'),
    extensions: readMap('extensions'),
  }
}

function fromBody(body: unknown): Record<string, unknown> {
  const value = Buffer.isBuffer(body) ? parseJson(body.toString('utf8'), 'The body') : body
  if (Array.isArray(value))
    throw new BadRequest(400, 'Send one operation per request; batches are not taken.')
  if (typeof value !== 'object' || value === null)
    throw new BadRequest(400, 'The body must be a JSON object with a query.')
  return value as Record<string, unknown>
}

function fromText(body: unknown): Record<string, unknown> {
  return { query: Buffer.isBuffer(body) ? body.toString('utf8') : null }
}

function parseJson(text: string, name: string): unknown {
  try {
    return JSON.parse(text) as unknown
  } catch {
    throw new BadRequest(400, `${name} is no valid JSON.`)
  }
}
