import { buildSubgraphSchema } from '@apollo/subgraph'
import { printSchemaWithDirectives } from '@graphql-tools/utils'
import { type DocumentNode, type GraphQLSchema, parse } from 'graphql'
import {
  Arg,
  Ctx,
  Directive,
  Field,
  FieldResolver,
  ID,
  Int,
  type NonEmptyArray,
  ObjectType,
  type PubSub,
  Query,
  Resolver,
  Root,
  buildSchemaSync,
  createResolversMap,
} from 'type-graphql'
import { ErpError, PageInfo } from '../schema/index.ts'
import { type Caller, demand, reaches } from './caller.ts'
import type { Connector } from './connector.ts'
import type { Directory, OpenConnection } from './connections.ts'
import { type EntityKind, ENTITIES, SCOPE_OF, listPart } from './entities.ts'
import { asCall } from './http.ts'
import { recordId } from './ids.ts'
import type { Seal } from './ids.ts'
import type { Loaders } from './loaders.ts'
import type { LiveKind } from './records.ts'
import { resolveEntity } from './reference.ts'

/** What every resolver of every subgraph gets. */
export interface SubgraphContext {
  caller: Caller
  loaders: Loaders
  directory: Directory
  seal: Seal
  requestId: string
}

/** A subgraph: its schema in both forms. */
export interface Subgraph {
  name: string
  typeDefs: DocumentNode
  schema: GraphQLSchema
}

type Class = new () => object

const LINK =
  'extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key", "@shareable", "@external", "@requires", "@inaccessible", "@tag"])'

// TypeGraphQL wants one wherever there is a subscription; ours bring their own streams and use no topics.
const UNUSED: PubSub = {
  publish() {},
  subscribe() {
    throw new Error('Subscriptions bring their own stream.')
  },
}

/** Turns TypeGraphQL classes into a federated subgraph. `references` resolves entities by type name. */
export function toSubgraph(
  name: string,
  resolvers: NonEmptyArray<Class>,
  orphanedTypes: Class[],
  references: Record<string, (reference: never, context: never) => unknown>,
): Subgraph {
  const schema = buildSchemaSync({
    resolvers,
    orphanedTypes,
    validate: false,
    skipCheck: true,
    pubSub: UNUSED,
  })
  const typeDefs = parse(`${LINK}\n${printSchemaWithDirectives(schema)}`)
  const map = createResolversMap(schema) as Record<string, Record<string, unknown>>
  for (const [type, resolve] of Object.entries(references)) {
    map[type] = { ...map[type], __resolveReference: resolve }
  }
  return { name, typeDefs, schema: buildSubgraphSchema([{ typeDefs, resolvers: map as never }]) }
}

/** Stamps out one connector's federated subgraph: an entity type per canonical interface, and its own lists. */
export function subgraphOf(connector: Connector): Subgraph {
  const kinds = (Object.keys(ENTITIES) as EntityKind[]).filter((kind) =>
    connector.capabilities.includes(ENTITIES[kind].needs),
  )
  const types = new Map<EntityKind, Class>(kinds.map((kind) => [kind, entityType(connector, kind)]))
  const references = Object.fromEntries(
    kinds.map((kind) => [
      connector.name + ENTITIES[kind].suffix,
      (reference: { id: string }, context: SubgraphContext) =>
        resolveEntity(connector, kind, reference.id, context),
    ]),
  )
  return toSubgraph(connector.system, [systemResolver(connector, types)], [...types.values()], references)
}

function named(name: string, base: abstract new () => object = Object): Class {
  return { [name]: class extends (base as new () => object) {} }[name]!
}

function entityType(connector: Connector, kind: EntityKind): Class {
  const { base, suffix } = ENTITIES[kind]
  const type = named(connector.name + suffix, base)
  Field(() => ID)(type.prototype, 'connection')
  Directive('@shareable')(type.prototype, 'connection')
  Directive('@key(fields: "id")')(type)
  ObjectType(connector.name + suffix, {
    implements: base,
    description: `${connector.name}: ${suffix.toLowerCase()}.`,
  })(type)
  return type
}

function pageType(connector: Connector, kind: LiveKind, of: Class): Class {
  const name = `${connector.name}${ENTITIES[kind].suffix}Page`
  const type = named(name)
  Field(() => [of], { nullable: 'items' })(type.prototype, 'nodes')
  Field(() => PageInfo)(type.prototype, 'pageInfo')
  ObjectType(name)(type)
  return type
}

interface SystemRoot {
  connection: string
}

function systemResolver(connector: Connector, types: Map<EntityKind, Class>): Class {
  const system = named(connector.name)
  Field(() => ID)(system.prototype, 'connection')
  ObjectType(connector.name, { description: `${connector.name}'s own lists, live.` })(system)

  @Resolver(() => system)
  class SystemResolver {
    @Query(() => system, {
      name: connector.field,
      nullable: true,
      description: `${connector.name}'s own lists, live.`,
    })
    root(
      @Arg('connection', () => ID, { nullable: true }) id: string | null,
      @Ctx() context: SubgraphContext,
    ): SystemRoot | null {
      const open = id ? context.directory.find(context.caller.tenant, id) : firstOf(connector, context)
      const known = open?.connector === connector && reaches(context.caller, open.id)
      return known ? { connection: open.id } : null
    }
  }
  for (const [kind, type] of types) {
    const part = listPart(kind)
    if (part) addList(SystemResolver, part, pageType(connector, part.kind, type), connector)
  }
  return SystemResolver
}

type ListPart = NonNullable<ReturnType<typeof listPart>>

/** Adds a list to a system's type. Which ones there are is only known now, so the decorators are called by hand. */
function addList(resolver: Class, part: ListPart, page: Class, connector: Connector): void {
  const read = (
    root: SystemRoot,
    first: number,
    after: string | null,
    search: string | null,
    context: SubgraphContext,
  ) =>
    listRecords(
      connector,
      part.kind,
      root.connection,
      { first, after: after ?? null, search: search ?? null },
      context,
    )
  const prototype = resolver.prototype as object
  Object.defineProperty(prototype, part.field, { value: read, configurable: true })
  Root()(prototype, part.field, 0)
  Arg('first', () => Int, { defaultValue: 20 })(prototype, part.field, 1)
  Arg('after', () => String, { nullable: true })(prototype, part.field, 2)
  Arg('search', () => String, { nullable: true })(prototype, part.field, 3)
  Ctx()(prototype, part.field, 4)
  FieldResolver(() => page)(prototype, part.field, {})
}

function firstOf(connector: Connector, { directory, caller }: SubgraphContext): OpenConnection | undefined {
  return directory.all(caller.tenant).find((open) => open.connector === connector && reaches(caller, open.id))
}

const MAX_PAGE = 500

async function listRecords(
  connector: Connector,
  kind: LiveKind,
  connection: string,
  ask: { first: number; after: string | null; search: string | null },
  { directory, caller }: SubgraphContext,
) {
  demand(caller, SCOPE_OF[kind])
  if (caller.customer && kind !== 'item')
    throw new ErpError('FORBIDDEN', 'A key of one customer cannot list records.')
  if (ask.first < 1 || ask.first > MAX_PAGE) {
    throw new ErpError('LIMIT_EXCEEDED', `first must be between 1 and ${MAX_PAGE}.`, { field: 'first' })
  }
  const open = directory.find(caller.tenant, connection)
  const read = open?.connector === connector ? open.erp[ENTITIES[kind].part as 'items'] : undefined
  if (!read) throw new ErpError('NOT_FOUND', 'There is no such connection.')
  const page = await asCall({ lane: 'live' }, () => read.list(ask))
  const asOf = new Date().toISOString()
  const nodes = page.rows.map((row) => ({
    ...row,
    id: recordId(connection, kind, row.id),
    connection,
    status: 'LIVE',
    asOf,
    ageMs: 0,
  }))
  return { nodes, pageInfo: { endCursor: page.next, hasNextPage: page.next !== null } }
}
