import { ApolloGateway, LocalGraphQLDataSource } from '@apollo/gateway'
import { type GraphQLSchema, execute, isObjectType } from 'graphql'
import type { Engine } from '../../gateway/engine.ts'
import { connectors } from '../../subgraphs/index.ts'
import { ENTITIES, type EntityKind } from '../../subgraphs/entities.ts'
import { resolveEntity } from '../../subgraphs/reference.ts'
import type { Subgraph, SubgraphContext } from '../../subgraphs/subgraph.ts'

type Gateway = ReturnType<Engine['asGateway']>

/** Our engine's shape with another machine inside, so that the server around it is the same for all. */
function instead(engine: Engine, gateway: Gateway): Engine {
  return new Proxy(engine, {
    get: (target, name) => (name === 'asGateway' ? () => gateway : Reflect.get(target, name, target)),
  })
}

/** The same supergraph and the same subgraphs in process, under @apollo/gateway. */
export function apolloGateway(engine: Engine, own: Subgraph[]): Engine {
  const schemas = new Map(own.map(({ name, schema }) => [name.toUpperCase(), schema]))
  const gateway = new ApolloGateway({
    supergraphSdl: engine.supergraphSdl,
    buildService: ({ name }) => {
      const schema = schemas.get(name.toUpperCase())
      if (!schema) throw new Error(`There is no subgraph ${name}.`)
      return new LocalGraphQLDataSource(schema)
    },
  })
  return instead(engine, gateway)
}

/** One schema without federation: the hub's resolvers, and each answer's fields from the same readers. */
export function unfederated(engine: Engine, hub: GraphQLSchema): Engine {
  const schema = engine.schema
  const merged = joinResolvers(schema, hub)
  return instead(engine, {
    onSchemaLoadOrUpdate(callback) {
      callback({ apiSchema: merged, coreSupergraphSdl: '' })
      return () => {}
    },
    async load() {
      return {
        executor: async ({ document, request, operationName, context }) =>
          execute({
            schema: merged,
            document,
            variableValues: request.variables,
            operationName,
            contextValue: context,
          }),
      }
    },
    async stop() {},
  })
}

interface Parent {
  __typename?: string
  id: string
  told?: Promise<Record<string, unknown> | null>
}

/** Gives the client's schema the hub's resolvers, and the ERP types theirs; in place, this process does nothing else. */
function joinResolvers(schema: GraphQLSchema, hub: GraphQLSchema): GraphQLSchema {
  for (const type of Object.values(hub.getTypeMap())) {
    const ours = schema.getType(type.name)
    if (!isObjectType(type) || !isObjectType(ours)) continue
    for (const [name, field] of Object.entries(type.getFields())) {
      const target = ours.getFields()[name]
      if (target && field.resolve) target.resolve = field.resolve
    }
  }
  for (const connector of connectors) {
    for (const kind of Object.keys(ENTITIES) as EntityKind[]) {
      const type = schema.getType(connector.name + ENTITIES[kind].suffix)
      if (!isObjectType(type)) continue
      for (const [name, field] of Object.entries(type.getFields())) {
        if (name === 'id' || name === 'connection') continue
        field.resolve = async (parent: Parent, _args, context: SubgraphContext) => {
          parent.told ??= resolveEntity(connector, kind, parent.id, context) as Promise<Record<
            string,
            unknown
          > | null>
          return (await parent.told)?.[name]
        }
      }
    }
  }
  sumUp(schema, hub)
  return schema
}

/** The totals need the answers first; a router brings them, here they are awaited. */
function sumUp(schema: GraphQLSchema, hub: GraphQLSchema): void {
  const [stock, source] = [schema.getType('Stock'), hub.getType('Stock')]
  if (!isObjectType(stock) || !isObjectType(source)) return
  for (const name of ['available', 'incoming', 'complete', 'missing']) {
    const [field, own] = [stock.getFields()[name], source.getFields()[name]]
    if (!field || !own?.resolve) continue
    field.resolve = async (parent: { answers: Parent[] }, args, context: SubgraphContext, info) => {
      const told = await Promise.all(
        parent.answers.map((answer) => {
          const connector = connectors.find(({ name: prefix }) => answer.__typename === `${prefix}Stock`)
          if (!connector) return null
          answer.told ??= resolveEntity(connector, 'stock', answer.id, context) as Promise<Record<
            string,
            unknown
          > | null>
          return answer.told
        }),
      )
      return own.resolve?.({ ...parent, answers: told.map((answer) => answer ?? {}) }, args, context, info)
    }
  }
}
