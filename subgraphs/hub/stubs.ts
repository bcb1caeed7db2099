import { Directive, Field, ID, InterfaceType, ObjectType } from 'type-graphql'
import { Availability, ReadStatus } from '../../schema/index.ts'
import { DecimalScalar, UnitCodeScalar } from '../../schema/scalars.ts'
import type { Connector } from '../connector.ts'
import { ENTITIES, type EntityKind } from '../entities.ts'
import { connectors } from '../index.ts'

type Class = abstract new () => object

/** A reference that the hub hands out: the type name is the routing. */
export interface Reference {
  __typename: string
  id: string
  connection: string
}

/** What the hub's totals need of every stock answer. */
const REQUIRED_OF_STOCK = ['available', 'incoming', 'unit', 'status', 'availability'] as const

const kinds = Object.keys(ENTITIES) as EntityKind[]
const interfaces = new Map<EntityKind, Class>(kinds.map((kind) => [kind, interfaceStub(kind)]))

/** The hub's view of a canonical interface: no field that an ERP subgraph owns. */
export function stubOf(kind: EntityKind): Class {
  const stub = interfaces.get(kind)
  if (!stub) throw new Error(`There is no interface for ${kind}.`)
  return stub
}

/** One type per connector and kind, so that references to them compose. */
export const stubTypes: Class[] = connectors.flatMap((connector) =>
  kinds
    .filter((kind) => connector.capabilities.includes(ENTITIES[kind].needs))
    .map((kind) => typeStub(connector, kind)),
)

/** A reference to a thing of one connection. */
export function referTo(connector: Connector, kind: EntityKind, id: string, connection: string): Reference {
  return { __typename: connector.name + ENTITIES[kind].suffix, id, connection }
}

/** The selection of all stock answers for `@requires`, one fragment per connector that has stock. */
export function requiredAnswers(): string {
  const capable = connectors.filter((connector) => connector.capabilities.includes('stock'))
  return `answers { ${capable.map(({ name }) => `... on ${name}Stock { ${REQUIRED_OF_STOCK.join(' ')} }`).join(' ')} }`
}

function interfaceStub(kind: EntityKind): Class {
  const name = ENTITIES[kind].base.name
  const type = { [name]: class {} }[name] as Class
  Field(() => ID)(type.prototype as object, 'id')
  Field(() => ID)(type.prototype as object, 'connection')
  InterfaceType(name, {
    autoRegisterImplementations: false,
    resolveType: (value: Reference) => value.__typename,
  })(type)
  return type
}

function typeStub(connector: Connector, kind: EntityKind): Class {
  const name = connector.name + ENTITIES[kind].suffix
  const base = stubOf(kind) as new () => object
  const type = { [name]: class extends base {} }[name] as Class
  const prototype = type.prototype as object
  Field(() => ID)(prototype, 'connection')
  Directive('@shareable')(prototype, 'connection')
  if (kind === 'stock') externals(prototype)
  Directive('@key(fields: "id", resolvable: false)')(type)
  ObjectType(name, { implements: base })(type)
  return type
}

function externals(prototype: object): void {
  const types = {
    available: DecimalScalar,
    incoming: DecimalScalar,
    unit: UnitCodeScalar,
    status: ReadStatus,
    availability: Availability,
  }
  for (const field of REQUIRED_OF_STOCK) {
    Field(() => types[field], { nullable: true })(prototype, field)
    Directive('@external')(prototype, field)
  }
}
