import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Element, at, readXml } from '../../subgraphs/xml.ts'
import type { Company } from './open.ts'

interface RestSpec {
  filterOperators: string[]
  objects: { object: string; fields: { name: string; readOnly?: boolean }[] }[]
}
interface XmlSpec {
  functions: Record<string, { kind: 'open' | 'leaf' | 'attr'; name: string }[]>
}

const folder = join(import.meta.dirname, '../../../shared/specs/sage-intacct')

/** Whether the vendor's data lies beside this repository. */
export const HAS_SPEC = existsSync(join(folder, 'rest-objects.json'))

const read = <T>(name: string): T => JSON.parse(readFileSync(join(folder, name), 'utf8')) as T

/** Objects that the data leaves out; names from https://developer.sage.com/intacct (company-config/contact). */
const MORE: RestSpec['objects'] = [
  {
    object: 'company-config/contact',
    fields: ['id', 'status', 'printAs', 'companyName', 'email1', 'phone1', 'mailingAddress'].map((name) => ({
      name,
    })),
  },
]
/** Elements that came after the state of the data: https://developer.intacct.com/api/order-entry/order-entry-transactions/ */
const LATER = new Set(['customfields', 'needbydate', 'customerponumber'])
/** References are objects, lists are lists, and these are no texts; every other value is one. */
const FLAGS = new Set(['isOnHold', 'isTaxable'])
const NUMBERS = new Set(['lineNumber'])

/** Holds what goes over the wire against the vendor's data, and names what does not fit. */
export class Spec {
  readonly #rest = read<RestSpec>('rest-objects.json')
  readonly #xml = read<XmlSpec>('xml-functions.json')
  readonly problems: string[] = []

  /** Every request and every answer of a company. */
  check(wire: Company['wire']): string[] {
    for (const { request, answer } of wire) {
      if (request.url.endsWith('.phtml')) this.#gateway(request.body ?? '', answer.text)
      else if (answer.status < 300) this.#json(request.method, request.url, request.body ?? null, answer.text)
    }
    return this.problems
  }

  #fields(object: string): Map<string, boolean> {
    const name = object.replace(/::.*$/, '::{Type}')
    const known = [...this.#rest.objects, ...MORE].find((one) => one.object === name)
    if (!known) this.problems.push(`${object} is no object`)
    return new Map([
      ['key', true],
      ['href', true],
      ...(known?.fields ?? []).map(({ name: field, readOnly = false }): [string, boolean] => [
        field,
        readOnly,
      ]),
    ])
  }

  #composite(body: string, answer: string): void {
    const parts = JSON.parse(body) as { body: Record<string, unknown> }[]
    const { 'ia::result': results } = JSON.parse(answer) as { 'ia::result': { 'ia::result': unknown }[] }
    for (const [index, part] of parts.entries()) this.#query(part.body, results[index]?.['ia::result'])
  }

  #json(method: string, url: string, body: string | null, answer: string): void {
    const path = decodeURIComponent(new URL(url).pathname.replace(/^.*\/ia\/api\/v1/, ''))
    const bare = ['/oauth2/token', '/services/core/session/id', '/services/core/model']
    if (bare.includes(path)) return
    const sent = body === null ? null : (JSON.parse(body) as Record<string, unknown>)
    const result = (JSON.parse(answer) as { 'ia::result': unknown })['ia::result']
    if (path === '/services/core/query') return this.#query(sent, result)
    if (path === '/services/core/composite') return this.#composite(body ?? '[]', answer)
    const [, object = '', key] = /^\/objects\/([^/]+\/[^/]+)(?:\/([^/]+))?$/.exec(path) ?? []
    const fields = this.#fields(object)
    for (const name of Object.keys(sent ?? {}))
      if (fields.get(name) !== false && !name.startsWith('nsp::'))
        this.problems.push(`${method} ${object} sends ${name}`)
    if (method !== 'GET') return
    for (const row of [result].flat() as Record<string, unknown>[]) this.#row(`${object}/${key}`, row, fields)
  }

  #query(sent: Record<string, unknown> | null, result: unknown): void {
    const {
      object,
      fields,
      filters = [],
      size,
    } = sent as {
      object: string
      fields: string[]
      filters?: Record<string, Record<string, unknown>>[]
      size: number
    }
    const known = this.#fields(object)
    const operands = filters.flatMap((one) => Object.entries(one))
    for (const [operator] of operands)
      if (!this.#rest.filterOperators.includes(operator)) this.problems.push(`${operator} is no operator`)
    for (const path of [...fields, ...operands.flatMap(([, fields]) => Object.keys(fields))])
      if (!path.startsWith('nsp::') && !known.has(path.split('.')[0] ?? ''))
        this.problems.push(`${object} has no ${path}`)
    if (size > 4000) this.problems.push(`${object} is asked for ${size} rows`)
    for (const row of result as Record<string, unknown>[]) {
      if (Object.keys(row).toSorted().join() !== [...fields].toSorted().join())
        this.problems.push(`${object} answers ${Object.keys(row).join()}`)
      for (const [name, value] of Object.entries(row))
        if (!name.startsWith('nsp::')) this.#value(`${object} ${name}`, name, value)
    }
  }

  #row(where: string, row: Record<string, unknown>, fields: Map<string, boolean>): void {
    for (const [name, value] of Object.entries(row)) {
      if (name.startsWith('nsp::')) continue
      if (!fields.has(name)) this.problems.push(`${where} answers ${name}`)
      if (name === 'lines') {
        const line = this.#fields('order-entry/document-line::x')
        for (const one of value as Record<string, unknown>[]) this.#row(`${where} line`, one, line)
      } else this.#value(where, name, value)
    }
  }

  #value(where: string, name: string, value: unknown): void {
    const wanted = FLAGS.has(name) ? 'boolean' : NUMBERS.has(name) ? 'number' : 'string'
    if (value === null || typeof value === wanted) return
    const parts = typeof value === 'object' ? Object.entries(value as object) : null
    if (!parts) this.problems.push(`${where} ${name} is a ${typeof value}`)
    for (const [inside, part] of parts ?? []) this.#value(where, inside, part)
  }

  #gateway(sent: string, answered: string): void {
    const root = readXml(sent)
    for (const one of at(root, 'operation', 'content')?.children ?? []) {
      const [made] = one.children
      if (made) this.#function(made)
    }
    const names = at(readXml(answered), 'operation')?.children.map(({ name }) => name) ?? []
    if (names.some((name) => !['authentication', 'result', 'errormessage'].includes(name)))
      this.problems.push(`the gateway answers ${names.join()}`)
  }

  /** Each element is known, and those of object-specific functions stand in their order. */
  #function(made: Element): void {
    if (made.name === 'getAPISession' || made.name === 'read') return
    if (made.name === 'create') return this.#contact(at(made, 'CONTACT'))
    this.#ordered(made, made.name)
    for (const line of at(made, 'sotransitems')?.children ?? [])
      this.#ordered(line, `${made.name}.${line.name}`)
  }

  #ordered(element: Element, name: string): void {
    const known = (this.#xml.functions[name] ?? [])
      .filter(({ kind }) => kind !== 'attr')
      .map((one) => one.name)
    if (known.length === 0) this.problems.push(`${name} is no function`)
    const generic = name === 'query'
    let last = -1
    for (const { name: child } of element.children.filter((one) => !LATER.has(one.name))) {
      const place = known.indexOf(child, generic ? 0 : last + 1)
      if (place < 0) this.problems.push(`${name} has no ${child} there`)
      last = place
    }
  }

  /** A contact has the elements of the display contact of a customer. */
  #contact(contact: Element | null): void {
    const known = new Set((this.#xml.functions['create.CUSTOMER'] ?? []).map(({ name }) => name))
    for (const { name } of contact?.children ?? [])
      if (!known.has(name) && name !== 'MAILADDRESS') this.problems.push(`CONTACT has no ${name}`)
  }
}
