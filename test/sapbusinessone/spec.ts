import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { HttpAnswer, HttpRequest } from '../../subgraphs/http.ts'

const FOLDER = join(import.meta.dirname, '../../../shared/specs/sap-business-one')
const FILES = ['sales', 'inventory', 'businesspartners', 'banking', 'administration']
/** Whether the description of the interface can be read. */
export const hasSpec = existsSync(join(FOLDER, 'sales.json'))

interface Schema {
  $ref?: string
  allOf?: Schema[]
  properties?: Record<string, Schema>
  items?: Schema
  type?: string
  format?: string
  enum?: string[]
  content?: Record<string, { schema: Schema }>
}
interface Operation {
  requestBody?: Schema
  responses: Record<string, Schema>
}
interface Spec {
  paths: Record<string, Record<string, Operation>>
  components: { schemas: Record<string, Schema> }
}
/** One request and its answer; those inside a $batch stand apart. */
interface Message {
  method: string
  path: string
  query: URLSearchParams
  body: unknown
  status: number
  answer: unknown
}

const specs: Spec[] = hasSpec
  ? FILES.map((file) => JSON.parse(readFileSync(join(FOLDER, `${file}.json`), 'utf8')) as Spec)
  : []

function resolved(spec: Spec, schema: Schema): Schema {
  if (schema.$ref) return resolved(spec, spec.components.schemas[schema.$ref.split('/').at(-1) ?? ''] ?? {})
  return schema.allOf?.[0] ? resolved(spec, schema.allOf[0]) : schema
}

/** What is wrong with a value. The description leaves out that fields may be null, and fields of users. */
function problems(spec: Spec, given: Schema, value: unknown, at: string): string[] {
  const schema = resolved(spec, given)
  if (value === null) return []
  if (schema.enum)
    return schema.enum.includes(value as string) ? [] : [`${at}: ${String(value)} is no member`]
  if (schema.type === 'array') {
    if (!Array.isArray(value)) return [`${at}: no list`]
    return value.flatMap((one) => problems(spec, schema.items ?? {}, one, `${at}[]`))
  }
  if (schema.properties) {
    if (typeof value !== 'object' || Array.isArray(value)) return [`${at}: no object`]
    return Object.entries(value).flatMap(([name, part]) => {
      if (/^@odata\.|^U_/.test(name)) return []
      const field = schema.properties?.[name]
      return field ? problems(spec, field, part, `${at}.${name}`) : [`${at}.${name}: unknown`]
    })
  }
  if (schema.type === 'integer') return Number.isInteger(value) ? [] : [`${at}: no whole number`]
  if (schema.type === 'number') return typeof value === 'number' ? [] : [`${at}: no number`]
  if (schema.type !== 'string') return [`${at}: of no known type`]
  if (typeof value !== 'string') return [`${at}: no text`]
  const isDay = schema.format !== 'date-time' || /^\d{4}-\d\d-\d\d(T00:00:00Z)?$/.test(value)
  return isDay ? [] : [`${at}: ${value} is no day`]
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return text === '' ? undefined : text
  }
}

function pieces(text: string): string[] {
  const boundary = /^--(\S+)/.exec(text)?.[1] ?? '--'
  return text.split(`--${boundary}`).slice(1, -1)
}

/** Every message that went over the wire, those inside a $batch apart. */
export function messagesOf(request: HttpRequest, answer: HttpAnswer): Message[] {
  const url = new URL(request.url)
  const path = url.pathname.replace(/^.*\/b1s\/v2/, '')
  const status = answer.status
  if (path !== '/$batch') {
    const [body, said] = [parsed(request.body ?? ''), parsed(answer.text)]
    return [{ method: request.method, path, query: url.searchParams, body, status, answer: said }]
  }
  const answers = pieces(answer.text)
  return pieces(request.body ?? '').flatMap((text, index) => {
    const [, method = '', target = ''] = /\r\n\r\n(GET|POST) (\S+)/.exec(text) ?? []
    const inner = new URL(target, 'http://b1')
    const said = answers[index] ?? ''
    if (said === '') return []
    const body = /\{.*\}/s.exec(text)?.[0] ?? ''
    const told = parsed(/\{.*\}/s.exec(said)?.[0] ?? '')
    const code = Number(/HTTP\/1\.1 (\d+)/.exec(said)?.[1])
    const at = inner.pathname.replace('/b1s/v2', '')
    return [{ method, path: at, query: inner.searchParams, body: parsed(body), status: code, answer: told }]
  })
}

/** Every operation by its method and path without keys: all keys of one set stand for the same. */
const operations = new Map(
  specs.flatMap((spec) =>
    Object.entries(spec.paths).flatMap(([name, methods]) =>
      Object.entries(methods).map(([method, operation]): [string, [Spec, Operation]] => [
        `${method} ${name.replace(/\([^)]*\)/, '()')}`,
        [spec, operation],
      ]),
    ),
  ),
)

function operationOf(method: string, path: string): [Spec, Operation] | undefined {
  return operations.get(`${method.toLowerCase()} ${decodeURIComponent(path).replace(/\([^)]*\)/, '()')}`)
}

/** Fields that a query names must be fields of the entity. */
function queryProblems(spec: Spec, entity: Schema, query: URLSearchParams): string[] {
  const known = resolved(spec, entity).properties ?? {}
  const filter = (query.get('$filter') ?? '').replace(/'(?:[^']|'')*'/g, "''")
  const filtered = [...filter.matchAll(/([A-Za-z_]\w*)(?= (?:eq|ne|gt|ge|lt|le) |,'')/g)].map(
    ([, name = '']) => name,
  )
  const named = ['$select', '$orderby'].flatMap((option) => query.get(option)?.split(',') ?? [])
  return [...filtered, ...named]
    .filter((name) => !name.startsWith('U_') && !Object.hasOwn(known, name))
    .map((name) => `asks for ${name}`)
}

/** Everything in which a message differs from the description. */
export function againstSpec({ method, path, query, body, status, answer }: Message): string[] {
  const [spec, operation] = operationOf(method, path) ?? []
  if (!spec || !operation) return [`${method} ${path} is not described`]
  const sent = operation.requestBody?.content?.['application/json']?.schema
  const heard = operation.responses[String(status)]?.content?.['application/json']?.schema
  const described = Object.hasOwn(operation.responses, String(status)) || status >= 400
  const rows = heard && resolved(spec, heard).properties?.value?.items
  // The description has the envelopes of OData v3: a bare text is wrapped in v4, and errors have texts as codes.
  const value = heard?.type === 'string' ? (answer as { value: unknown }).value : answer
  return [
    ...(described ? [] : [`answers ${status}`]),
    ...(rows ? queryProblems(spec, rows, query) : []),
    ...(body !== undefined ? problems(spec, sent ?? {}, body, 'request') : []),
    ...(heard && status < 300 ? problems(spec, heard, value, 'answer') : []),
  ].map((text) => `${method} ${path}: ${text}`)
}
