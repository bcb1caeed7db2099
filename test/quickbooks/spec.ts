import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Element, at, childrenOf, readXml } from '../../subgraphs/xml.ts'

/** Where the vendor's schemas lie beside the repository. */
export const SPECS = join(import.meta.dirname, '../../../shared/specs/quickbooks-online')
const FILES = ['Finance', 'IntuitNamesTypes', 'IntuitBaseTypes', 'IntuitRestServiceDef', 'Report', 'SalesTax']

/** Whether the schemas are there. */
export const hasSpecs = existsSync(join(SPECS, 'Finance.xsd'))

interface Member {
  type: string | null
  many: boolean
  /** Marked as a matter of the desktop product alone. */
  desktop: boolean
}

interface Type {
  base: string | null
  /** The text of an element with attributes: in JSON it is called `value`. */
  simple: boolean
  members: Map<string, Member>
  /** Names of elements for which others may stand. */
  refs: { name: string; many: boolean }[]
  literals: Set<string>
}

/** The schemas mark these as desktop alone, and the public reference of the Accounting API has them. */
const ONLINE_TOO = new Set([
  'ShipDate',
  'SalesTermRef',
  'CustomField',
  'Active',
  'LineNum',
  'PrintGroupedItems',
])

function textsOf(element: Element): string {
  return element.text + element.children.map(textsOf).join(' ')
}

function descendants(element: Element, name: string): Element[] {
  return element.children.flatMap((child) => [
    ...(child.name === name ? [child] : []),
    ...descendants(child, name),
  ])
}

function plain(name: string | undefined): string | null {
  return name?.replace(/^(?!xs:)\w+:/, '') ?? null
}

function typeOf(element: Element): Type {
  const extension = descendants(element, 'extension')[0] ?? descendants(element, 'restriction')[0]
  const members = new Map<string, Member>()
  const refs: Type['refs'] = []
  for (const { attributes, ...child } of descendants(element, 'element')) {
    const many = attributes.maxOccurs === 'unbounded'
    if (attributes.ref) refs.push({ name: plain(attributes.ref) ?? '', many })
    const about = textsOf({ attributes, ...child })
    const desktop = /Product: ?QBW/.test(about) && !/QBO/.test(about)
    if (attributes.name) members.set(attributes.name, { type: plain(attributes.type), many, desktop })
  }
  for (const { attributes } of descendants(element, 'attribute'))
    members.set(attributes.name ?? '', { type: plain(attributes.type), many: false, desktop: false })
  return {
    base: plain(extension?.attributes.base),
    simple: at(element, 'simpleContent') !== null || element.name === 'simpleType',
    members,
    refs,
    literals: new Set(descendants(element, 'enumeration').map(({ attributes }) => attributes.value ?? '')),
  }
}

const PRIMITIVES: Record<string, (value: unknown) => boolean> = {
  'xs:string': (value) => typeof value === 'string',
  'xs:anyURI': (value) => typeof value === 'string',
  'xs:boolean': (value) => typeof value === 'boolean',
  'xs:decimal': (value) => typeof value === 'number',
  'xs:int': Number.isInteger,
  'xs:positiveInteger': (value) => Number.isInteger(value) && Number(value) > 0,
  'xs:date': (value) => typeof value === 'string' && /^\d{4}-\d\d-\d\d$/.test(value),
  'xs:dateTime': (value) =>
    typeof value === 'string' && /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?([+-]\d\d:\d\d|Z)$/.test(value),
}

/** The vendor's XML schemas, read as what they mean for JSON: unknown names and wrong types are told. */
export class Schemas {
  readonly #types = new Map<string, Type>()
  /** Name of an element -> elements that may stand for it, with their types. */
  readonly #substitutes = new Map<string, Map<string, string | null>>()

  constructor() {
    for (const file of FILES) {
      const root = readXml(readFileSync(join(SPECS, `${file}.xsd`), 'utf8'))
      for (const kind of ['complexType', 'simpleType'])
        for (const type of childrenOf(root, kind)) this.#types.set(type.attributes.name ?? '', typeOf(type))
      for (const { attributes } of childrenOf(root, 'element')) {
        const group = plain(attributes.substitutionGroup)
        if (!group) continue
        const all = this.#substitutes.get(group) ?? new Map<string, string | null>()
        this.#substitutes.set(group, all.set(attributes.name ?? '', plain(attributes.type)))
      }
    }
  }

  get size(): number {
    return this.#types.size
  }

  /** What is wrong with a value of a type; `sent` also refuses what only the desktop product has. */
  problems(value: unknown, type: string | null, path: string, sent = false): string[] {
    if (type === null) return []
    const primitive = PRIMITIVES[type]
    if (primitive) return primitive(value) ? [] : [`${path} is no ${type}: ${JSON.stringify(value)}`]
    const known = this.#types.get(type)
    if (!known) return [`${path} has the unknown type ${type}`]
    if (known.literals.size > 0)
      return known.literals.has(String(value)) ? [] : [`${path} is none of ${type}: ${JSON.stringify(value)}`]
    if (known.simple && known.members.size === 0) return this.problems(value, known.base, path, sent)
    if (value === null || typeof value !== 'object' || Array.isArray(value)) return [`${path} is no ${type}`]
    return Object.entries(value).flatMap(([name, part]) => {
      if (known.simple && name === 'value') return this.problems(part, known.base, `${path}.value`, sent)
      const member = this.#memberOf(known, name)
      if (!member) return [`${path}.${name} is not in ${type}`]
      if (sent && member.desktop && !ONLINE_TOO.has(name))
        return [`${path}.${name} is of the desktop product`]
      if (!member.many) return this.problems(part, member.type, `${path}.${name}`, sent)
      if (!Array.isArray(part)) return [`${path}.${name} is no list`]
      return part.flatMap((one, index) => this.problems(one, member.type, `${path}.${name}.${index}`, sent))
    })
  }

  #memberOf(type: Type, name: string): Member | undefined {
    const own = type.members.get(name)
    if (own) return own
    for (const { name: group, many } of type.refs) {
      const found = this.#substitutes.get(group)?.get(name)
      if (found !== undefined) return { type: found, many, desktop: false }
    }
    const base = type.base === null ? undefined : this.#types.get(type.base)
    return base && this.#memberOf(base, name)
  }
}
