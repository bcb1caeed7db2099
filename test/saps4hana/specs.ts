import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { ENTITIES } from '../../subgraphs/saps4hana/sandbox/entities.ts'
import { type Element, childrenOf, readXml } from '../../subgraphs/xml.ts'

/** Where the vendor's specifications lie. */
export const FOLDER = join(import.meta.dirname, '../../../shared/specs/sap-s4hana')

/** A type as a specification declares it: what a field may hold, and where its navigations lead. */
export interface Type {
  fields: Map<string, (value: unknown) => boolean>
  links: Map<string, string>
  creatable: Set<string> | null
}
/** The types of a service. */
export interface Spec {
  /** Types by name; "CreateX" is what may be sent for a new X. */
  types: Map<string, Type>
  /** Type of a set. */
  sets: Map<string, string>
}
const DATE = /^\/Date\(-?\d+(\+0000)?\)\/$/
const DECIMAL = /^-?\d+(\.\d+)?$/
const EDM: Record<string, (value: unknown) => boolean> = {
  'Edm.String': (value) => typeof value === 'string',
  'Edm.Boolean': (value) => typeof value === 'boolean',
  'Edm.Decimal': (value) => typeof value === 'string' && DECIMAL.test(value),
  'Edm.DateTime': (value) => typeof value === 'string' && DATE.test(value),
  'Edm.DateTimeOffset': (value) => typeof value === 'string' && DATE.test(value),
  'Edm.Time': (value) => typeof value === 'string' && /^PT(\d+H)?(\d+M)?(\d+S)?$/.test(value),
}

function every(element: Element, name: string): Element[] {
  return [...childrenOf(element, name), ...element.children.flatMap((child) => every(child, name))]
}

/** A specification in EDMX, without the types that nobody here uses: they are most of it. */
function fromEdmx(text: string): Spec {
  const known = text
    .replaceAll(/ sap:[a-z-]+="[^"]*"(?<! sap:creatable="false")/g, '')
    .replaceAll(/<(AssociationSet|Annotations)\b[\s\S]*?<\/\1>/g, '')
    .replaceAll(/<EntityType [^>]*?Name="(\w+)"[\s\S]*?<\/EntityType>/g, (whole, name: string) =>
      ENTITIES.has(name.replace(/Type$/, '')) ? whole : '',
    )
  const root = readXml(known)
  const last = (name: string | undefined) => name?.split('.').at(-1) ?? ''
  const ends = new Map(
    every(root, 'Association').map((one) => [
      one.attributes.Name,
      new Map(childrenOf(one, 'End').map(({ attributes: end }) => [end.Role, last(end.Type)])),
    ]),
  )
  const types = every(root, 'EntityType').map(({ attributes, ...one }): [string, Type] => {
    const element = { attributes, ...one }
    const properties = childrenOf(element, 'Property').map(({ attributes: field }) => field)
    const fields = properties.map(
      ({ Name = '', Type: type = '', MaxLength: length }): [string, (value: unknown) => boolean] => [
        Name,
        (value) =>
          value === null ||
          ((EDM[type] ?? EDM['Edm.String']!)(value) && (!length || String(value).length <= Number(length))),
      ],
    )
    const links = childrenOf(element, 'NavigationProperty').map(({ attributes: link }): [string, string] => [
      link.Name ?? '',
      ends.get(last(link.Relationship))?.get(link.ToRole ?? '') ?? '',
    ])
    const creatable = properties.filter((field) => field.creatable !== 'false').map(({ Name = '' }) => Name)
    return [
      attributes.Name ?? '',
      { fields: new Map(fields), links: new Map(links), creatable: new Set(creatable) },
    ]
  })
  const sets = every(root, 'EntitySet').map(({ attributes: one }): [string, string] => [
    one.Name ?? '',
    last(one.EntityType),
  ])
  return { types: new Map(types), sets: new Map(sets) }
}

interface Schema {
  type?: string
  format?: string
  maxLength?: number
  example?: string
  $ref?: string
  anyOf?: Schema[]
  allOf?: Schema[]
  items?: Schema
  properties?: Record<string, Schema>
}

function refIn(schema: Schema | undefined): string | undefined {
  if (!schema) return undefined
  const parts = [...(schema.anyOf ?? []), ...(schema.allOf ?? []), schema.items, schema.properties?.results]
  return schema.$ref?.split('/').at(-1) ?? parts.map(refIn).find(Boolean)
}

function fits(schema: Schema): (value: unknown) => boolean {
  return (value) => {
    if (value === null) return true
    if (schema.type === 'boolean') return typeof value === 'boolean'
    if (typeof value !== 'string') return false
    if (schema.format === 'decimal') return DECIMAL.test(value)
    if (schema.example?.startsWith('/Date(')) return DATE.test(value)
    return !schema.maxLength || value.length <= schema.maxLength
  }
}

/** A specification in OpenAPI; every schema stands under its own name. */
function fromOpenApi(text: string): Spec {
  const { paths, components } = JSON.parse(text) as {
    paths: Record<string, unknown>
    components: { schemas: Record<string, Schema> }
  }
  const types = Object.entries(components.schemas).map(([name, { properties = {} }]): [string, Type] => {
    const links = Object.entries(properties).flatMap(([field, one]): [string, string][] => {
      return field.startsWith('to_') ? [[field, refIn(one) ?? '']] : []
    })
    const plain = Object.entries(properties).filter(([field]) => !field.startsWith('to_'))
    return [
      name,
      {
        fields: new Map(plain.map(([field, one]) => [field, fits(one)])),
        links: new Map(links),
        creatable: null,
      },
    ]
  })
  const sets = Object.keys(paths).flatMap((path): [string, string][] => {
    const [, set] = /^\/(\w+)/.exec(path) ?? []
    return set ? [[set, set]] : []
  })
  return { types: new Map(types), sets: new Map(sets) }
}

/** The specification of a service; null where there is none. */
export function load(service: string): Spec | null {
  const [json, edmx] = [join(FOLDER, `${service}.json`), join(FOLDER, `${service}.edmx`)]
  if (existsSync(json)) return fromOpenApi(readFileSync(json, 'utf8'))
  return existsSync(edmx) ? fromEdmx(readFileSync(edmx, 'utf8')) : null
}
