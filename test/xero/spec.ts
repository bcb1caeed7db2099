import { existsSync, readFileSync } from 'node:fs'
import { parse } from 'yaml'
import type { HttpRequest } from '../../subgraphs/http.ts'

const FILE = new URL('../../../shared/specs/xero/xero_accounting.yaml', import.meta.url)

/** Whether the vendor's specification lies beside the repository. */
export const specified = existsSync(FILE)

interface Schema {
  $ref?: string
  type?: string
  format?: string
  enum?: string[]
  items?: Schema
  properties?: Record<string, Schema>
  maxLength?: number
  'x-is-msdate'?: boolean
  'x-is-msdate-time'?: boolean
}
interface Parameter {
  $ref?: string
  in: string
  name: string
  schema: Schema
}
interface Operation {
  parameters?: Parameter[]
  requestBody?: { content: Record<string, { schema: Schema }> }
  responses: Record<string, { content?: Record<string, { schema: Schema }> }>
}

/** What the live service sends and the document leaves out: the envelope, and the whole of a refused element. */
const MORE: Record<string, string[]> = {
  '': ['Id', 'Status', 'ProviderName', 'DateTimeUTC'],
  Element: ['InvoiceNumber', 'Type', 'QuoteID', 'PaymentID'],
}

/** Only the blocks that are asked for are parsed: the whole document is a megabyte. */
class Spec {
  readonly #blocks = new Map<string, string>()
  readonly #parsed = new Map<string, unknown>()

  constructor(text: string) {
    let [section, key] = ['', '']
    let lines: string[] = []
    const keep = () => void this.#blocks.set(key, lines.join('\n'))
    for (const line of text.split('\n')) {
      const path = /^ {2}"?(\/[^":]*)"?:\s*$/.exec(line)?.[1]
      const part = /^ {2}(schemas|parameters|responses|requestBodies|securitySchemes):/.exec(line)?.[1]
      const name = /^ {4}(\w+):\s*$/.exec(line)?.[1]
      if (part) section = part
      const next = path ?? (section && name ? `${section}/${name}` : undefined)
      if (next !== undefined) {
        keep()
        key = next
        lines = ['block:']
      } else lines.push(line)
    }
    keep()
  }

  block<T>(key: string): T | undefined {
    const text = this.#blocks.get(key)
    if (text === undefined) return undefined
    if (!this.#parsed.has(key)) this.#parsed.set(key, (parse(text) as { block: unknown }).block)
    return this.#parsed.get(key) as T
  }

  /** The path of the document that an address has, and its operation. */
  operation(method: string, path: string): Operation | undefined {
    const parts = path.split('/')
    const fits = [...this.#blocks.keys()].filter((one) => {
      const wanted = one.split('/')
      return (
        one.startsWith('/') &&
        wanted.length === parts.length &&
        wanted.every((part, at) => part.startsWith('{') || part === parts[at])
      )
    })
    // An id and a number may stand at the same place, each with operations of its own.
    const all = fits.map((one) => this.block<Record<string, Operation>>(one)?.[method.toLowerCase()])
    return all.find((one) => one !== undefined)
  }
}

/** Finds what does not fit the document: unknown names, wrong types, words that are not in their list. */
export class Judge {
  readonly #spec = new Spec(specified ? readFileSync(FILE, 'utf8') : '')
  readonly faults: string[] = []

  #resolve(schema: Schema): [string, Schema] {
    const name = schema.$ref?.split('/').at(-1) ?? ''
    return name ? [name, this.#spec.block<Schema>(`schemas/${name}`) ?? {}] : ['', schema]
  }

  value(schema: Schema, value: unknown, place: string, sent: boolean): void {
    const [name, { type, format, enum: words, items, properties, maxLength, ...dates }] =
      this.#resolve(schema)
    const wrong = (why: string) => void this.faults.push(`${place}: ${why}: ${JSON.stringify(value)}`)
    if (properties) {
      if (typeof value !== 'object' || value === null || Array.isArray(value)) return wrong('no object')
      const isRoot = /^\w+$/.test(place)
      for (const [key, one] of Object.entries(value)) {
        const known = properties[key]
        if (known) this.value(known, one, `${place}.${key}`, sent)
        else if (sent || !(MORE[isRoot ? '' : name] ?? []).includes(key)) wrong(`unknown ${key}`)
      }
      return
    }
    if (type === 'array') {
      if (!Array.isArray(value)) return wrong('no list')
      return value.forEach((one, at) => this.value(items ?? {}, one, `${place}[${at}]`, sent))
    }
    if (type === 'number' && typeof value !== 'number') return wrong('no number')
    if (type === 'integer' && !Number.isInteger(value)) return wrong('no whole number')
    if (type === 'boolean' && typeof value !== 'boolean') return wrong('not true or false')
    if (type !== 'string') return
    if (typeof value !== 'string') return wrong('no text')
    if (words && !words.includes(value)) wrong('not in the list')
    if (format === 'uuid' && !/^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/i.test(value)) wrong('no id')
    if (maxLength !== undefined && value.length > maxLength) wrong(`longer than ${maxLength}`)
    const day = sent ? /^\d{4}-\d\d-\d\d$/ : /^\/Date\(-?\d+(\+0000)?\)\/$/
    if ((dates['x-is-msdate'] || dates['x-is-msdate-time']) && !day.test(value)) wrong('no date')
  }

  /** A request and its answer; `path` is below the base of the API. */
  exchange(request: HttpRequest, path: string, status: number, text: string): void {
    const address = new URL(request.url)
    const place = `${request.method} ${path}`
    const operation = this.#spec.operation(request.method, path)
    if (!operation) return void this.faults.push(`${place} is not in the document`)
    const known = (operation.parameters ?? []).map(
      (one) => (one.$ref && this.#spec.block<Parameter>(`parameters/${one.$ref.split('/').at(-1)}`)) || one,
    )
    for (const [name, value] of address.searchParams) {
      const found = known.find((one) => one.in === 'query' && one.name === name)
      if (!found) this.faults.push(`${place}: unknown parameter ${name}`)
      else if (found.schema.type === 'integer' && !/^\d+$/.test(value)) this.faults.push(`${place}: ${name}`)
      else if (found.schema.type === 'boolean' && !/^(true|false)$/.test(value))
        this.faults.push(`${place}: ${name}`)
    }
    for (const name of Object.keys(request.headers ?? {})) {
      const common = /^(accept|content-type|authorization|xero-tenant-id)$/.test(name)
      const found = known.some((one) => one.in === 'header' && one.name.toLowerCase() === name)
      if (!common && !found) this.faults.push(`${place}: unknown header ${name}`)
    }
    const sent = operation.requestBody?.content['application/json']?.schema
    if (request.body) this.value(sent ?? {}, JSON.parse(request.body), 'request', true)
    const schema = operation.responses[String(status)]?.content?.['application/json']?.schema
    const error = { $ref: '#/components/schemas/Error' }
    if (status === 200 || status === 400)
      this.value(status === 400 ? error : (schema ?? {}), JSON.parse(text), 'answer', false)
  }
}
