import type { DocumentNode, GraphQLSchema } from 'graphql'
import { parse } from 'graphql'
import { ApolloGateway, LocalGraphQLDataSource } from '@apollo/gateway'
import { ApolloServer } from '@apollo/server'
import { composeServices } from '@apollo/composition'
import { compose } from '../../gateway/compose.ts'
import type { Engine, EngineOptions } from '../../gateway/engine.ts'
import { createEngine } from '../../gateway/engine.ts'
import type { SubgraphRequest, Transport } from '../../gateway/transport.ts'
import { inProcess } from '../../gateway/transport.ts'

/** A subgraph of a test: how it composes, and what answers. */
export interface Subgraph {
  name: string
  typeDefs: DocumentNode
  schema: GraphQLSchema
}

/** The supergraph of the subgraphs, by the composer that the product uses. */
export function supergraphOf(subgraphs: Subgraph[]): string {
  return compose(
    subgraphs.map(({ name, typeDefs }) => ({ name, url: `http://${name}.test/graphql`, typeDefs })),
  )
}

/** The same by the other public composer. */
export function otherSupergraphOf(subgraphs: Subgraph[]): string {
  const { supergraphSdl, errors } = composeServices(
    subgraphs.map(({ name, typeDefs }) => ({ name, url: `http://${name}.test/graphql`, typeDefs })),
  )
  if (!supergraphSdl) throw new Error(errors?.map(({ message }) => message).join('\n'))
  return supergraphSdl
}

/** An engine over subgraphs in this process, and every request that it sent. */
export interface Bench {
  engine: Engine
  sent: SubgraphRequest[]
}

/** Lets a test stand in the way of one subgraph. */
export type Wrap = (name: string, transport: Transport) => Transport

/** Puts subgraphs behind an engine and writes down what is sent to them. */
export function bench(
  subgraphs: Subgraph[],
  wrap: Wrap = (_, transport) => transport,
  options: Partial<EngineOptions> = {},
): Bench {
  const sent: SubgraphRequest[] = []
  const transports = (name: string): Transport => {
    const subgraph = subgraphs.find((candidate) => candidate.name === name)
    if (!subgraph) throw new Error(`no subgraph ${name}`)
    const inner = wrap(name, inProcess(subgraph.schema))
    return {
      ...inner,
      execute: (request) => {
        sent.push(request)
        return inner.execute(request)
      },
    }
  }
  return { engine: createEngine({ supergraphSdl: supergraphOf(subgraphs), transports, ...options }), sent }
}

/** Data as plain JSON, as a client would see it. */
export function plain(value: unknown): unknown {
  return value === undefined ? undefined : JSON.parse(JSON.stringify(value))
}

/** Asks the reference implementation, over the same subgraphs. */
export async function oracle(subgraphs: Subgraph[]) {
  const gateway = new ApolloGateway({
    supergraphSdl: otherSupergraphOf(subgraphs),
    buildService: ({ name }) => {
      const subgraph = subgraphs.find((candidate) => candidate.name === name)
      if (!subgraph) throw new Error(`no subgraph ${name}`)
      return new LocalGraphQLDataSource(subgraph.schema)
    },
    logger: { debug() {}, info() {}, warn() {}, error() {} },
  })
  const server = new ApolloServer({ gateway, logger: { debug() {}, info() {}, warn() {}, error() {} } })
  await server.start()
  const ask = async (query: string, variables: Record<string, unknown> = {}) => {
    const { body } = await server.executeOperation({ query: parse(query), variables })
    if (body.kind !== 'single') throw new Error('not a single result')
    return body.singleResult
  }
  return { ask, stop: () => server.stop() }
}
