import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { HttpAnswer, HttpRequest } from '../../subgraphs/http.ts'

/** The vendor's own description of the interface, where it is there. */
const FILE = join(import.meta.dirname, '../../../shared/specs/weclapp/openapi_v2.json')
/** Whether the vendor's description can be read. */
export const hasSpec = existsSync(FILE)

interface Schema {
  $ref?: string
  allOf?: Schema[]
  properties?: Record<string, Schema>
  items?: Schema
  type?: string
  format?: string
  enum?: string[]
  pattern?: string
  maxLength?: number
  readOnly?: boolean
  name?: string
  schema?: Schema
  content?: Record<string, { schema: Schema }>
  'x-weclapp'?: { filterable?: boolean }
  'x-weclapp-filterPaths'?: Record<string, string>
}
interface Operation {
  parameters?: Schema[]
  requestBody?: Schema
  responses: Record<string, Schema>
}

interface Spec {
  paths: Record<string, Record<string, Operation>>
  components: Record<string, Record<string, Schema>>
}

const spec: Spec = hasSpec ? (JSON.parse(readFileSync(FILE, 'utf8')) as Spec) : { paths: {}, components: {} }
/** What only the vendor's prose describes: https://www.weclapp.com/api/ */
const PROSE = ['ignoreMissingProperties']
const FILTER = /^(?:or\w*-)?([\w.]+)-(eq|ne|lt|gt|le|ge|null|notnull|like|notlike|ilike|notilike|in|notin)$/

function resolved(schema: Schema): Schema {
  if (!schema.$ref) return schema
  const [kind = '', name = ''] = schema.$ref.split('/').slice(2)
  return resolved(spec.components[kind]?.[name] ?? {})
}

/** All properties of a schema, with those it inherits. */
function propertiesOf(given: Schema): Map<string, Schema> {
  const schema = resolved(given)
  const inherited = (schema.allOf ?? []).flatMap((part) => [...propertiesOf(part)])
  return new Map([...inherited, ...Object.entries(schema.properties ?? {})])
}

function filterPaths(given: Schema): Record<string, string> {
  const schema = resolved(given)
  return Object.assign(
    {},
    ...(schema.allOf ?? []).map(filterPaths),
    schema['x-weclapp-filterPaths'],
  ) as Record<string, string>
}

/** What is wrong with a value, each problem with its place. */
function problems(given: Schema, value: unknown, at: string): string[] {
  const schema = resolved(given)
  if (schema.enum)
    return schema.enum.includes(value as string) ? [] : [`${at}: ${String(value)} is none of the words`]
  const fields = propertiesOf(schema)
  if (schema.type === 'array' || schema.items) {
    if (!Array.isArray(value)) return [`${at}: no list`]
    return value.flatMap((one, index) => problems(schema.items ?? {}, one, `${at}[${index}]`))
  }
  if (fields.size > 0 || schema.type === 'object') {
    if (value === null || typeof value !== 'object' || Array.isArray(value)) return [`${at}: no object`]
    return Object.entries(value).flatMap(([name, part]) => {
      const field = fields.get(name)
      return field ? problems(field, part, `${at}.${name}`) : [`${at}.${name}: unknown`]
    })
  }
  const { type, format, pattern, maxLength } = schema
  if (type === 'integer' || type === 'number') return Number.isInteger(value) ? [] : [`${at}: no number`]
  if (type === 'boolean') return typeof value === 'boolean' ? [] : [`${at}: no boolean`]
  if (type !== 'string') return []
  if (typeof value !== 'string') return [`${at}: no text`]
  if (maxLength !== undefined && value.length > maxLength) return [`${at}: too long`]
  const rule = pattern ?? (format === 'decimal' ? String.raw`^-?\d+(\.\d+)?$` : null)
  return rule && !new RegExp(rule).test(value) ? [`${at}: ${value} does not fit ${rule}`] : []
}

function operationOf(method: string, path: string): { name: string; operation: Operation } | null {
  for (const [name, methods] of Object.entries(spec.paths)) {
    const pattern = new RegExp(`^${name.replace(/\{\w+\}/g, '[^/]+')}$`)
    const operation = methods[method.toLowerCase()]
    if (operation && pattern.test(path)) return { name, operation }
  }
  return null
}

/** Whether a property may be filtered or sorted by, dots leading into what the entity refers to. */
function isFilterable(entity: string, path: string): boolean {
  if (/^customAttribute\d+$/.test(path)) return true
  const schema = spec.components.schemas?.[entity] ?? {}
  const parts = path.split('.')
  const inner = parts.length > 1 ? filterPaths(schema)[parts.slice(0, -1).join('.')] : entity
  const last = parts.at(-1) ?? ''
  // A list of ids is filtered by the id in it: salesOrders.id.
  if (parts.length > 1 && !inner) return propertiesOf(schema).has(parts[0] ?? '') && last === 'id'
  const field = propertiesOf(spec.components.schemas?.[inner ?? ''] ?? {}).get(last)
  return (
    field !== undefined &&
    resolved(field)['x-weclapp']?.filterable !== false &&
    field['x-weclapp']?.filterable !== false
  )
}

function queryProblems(entity: string, operation: Operation, query: URLSearchParams): string[] {
  const known = (operation.parameters ?? []).map((one) => resolved(one).name)
  const fields = propertiesOf(spec.components.schemas?.[entity] ?? {})
  return [...query].flatMap(([name, text]) => {
    if (PROSE.includes(name)) return []
    if (known.includes(name)) {
      if (name === 'properties')
        return text
          .split(',')
          .filter((one) => !fields.has(one.split('.')[0] ?? ''))
          .map((one) => `properties: ${one} is unknown`)
      if (name === 'sort')
        return text
          .split(',')
          .filter((one) => !isFilterable(entity, one.replace(/^-/, '')))
          .map((one) => `sort: ${one} is unknown`)
      return []
    }
    const [, path] = FILTER.exec(name) ?? []
    return path && isFilterable(entity, path) ? [] : [`${name} is no parameter and no filter`]
  })
}

function readOnlyIn(given: Schema, body: Record<string, unknown>, allowed: string[]): string[] {
  const fields = propertiesOf(given)
  return Object.keys(body)
    .filter((name) => resolved(fields.get(name) ?? {}).readOnly ?? fields.get(name)?.readOnly)
    .filter((name) => !allowed.includes(name))
    .map((name) => `${name} is read-only`)
}

/** Everything in which a request and its answer differ from the vendor's description. */
export function againstSpec(request: HttpRequest, answer: HttpAnswer): string[] {
  const url = new URL(request.url)
  const path = url.pathname.replace(/^.*\/webapp\/api\/v2/, '')
  const found = operationOf(request.method, path)
  if (!found) return [`${request.method} ${path} is not described`]
  const { operation } = found
  const entity = path.split('/')[1] ?? ''
  const sent = resolved(operation.requestBody ?? {}).content?.['application/json']?.schema
  const body = request.body ? (JSON.parse(request.body) as Record<string, unknown>) : null
  // What is only tried is answered with 200 by the prose, in the form of what would be made.
  const status = url.searchParams.get('dryRun') === 'true' ? 201 : answer.status
  const said = resolved(operation.responses[String(status)] ?? operation.responses.default ?? {})
  const form = said.content?.['application/json']?.schema
  const isJson = answer.headers['content-type']?.includes('json')
  const heard = isJson && answer.text ? widened(form, url.searchParams) : undefined
  return [
    ...queryProblems(entity, operation, url.searchParams),
    ...(body ? problems(sent ?? {}, body, 'request') : []),
    ...(body && sent ? readOnlyIn(sent, body, request.method === 'PUT' ? ['id', 'version'] : []) : []),
    ...(heard ? problems(heard, JSON.parse(answer.text), 'answer') : []),
  ].map((text) => `${request.method} ${path}: ${text}`)
}

/** The prose adds what was asked to come along: lists of entities under their names. */
function widened(form: Schema | undefined, query: URLSearchParams): Schema | undefined {
  const include = query.get('includeReferencedEntities')
  if (!form || !include) return form
  const article: Schema = { type: 'array', items: { $ref: '#/components/schemas/article' } }
  const properties = Object.fromEntries(propertiesOf(form))
  return {
    type: 'object',
    properties: { ...properties, referencedEntities: { type: 'object', properties: { article } } },
  }
}
