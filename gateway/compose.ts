import type { DocumentNode } from 'graphql'
import { parse } from 'graphql'
import { composeServices } from '@theguild/federation-composition'

/** One subgraph as composition needs it: its name, the address a router finds it at, and its federation SDL. */
export interface ServiceDefinition {
  name: string
  url: string
  typeDefs: DocumentNode | string
}

/**
 * Composes subgraphs into supergraph SDL. Everything that does not fit together is said in one Error, one
 * line per problem, each naming the rule it broke.
 */
export function compose(subgraphs: ServiceDefinition[]): string {
  const services = subgraphs.map(({ name, url, typeDefs }) => ({
    name,
    url,
    typeDefs: documentOf(name, typeDefs),
  }))
  const result = composeServices(services)
  if (result.errors) {
    const lines = result.errors.map(
      ({ message, extensions }) => `- ${String(extensions['code'] ?? 'INVALID')}: ${message}`,
    )
    throw new Error(`The subgraphs do not compose:\n${lines.join('\n')}`)
  }
  return result.supergraphSdl
}

function documentOf(name: string, typeDefs: DocumentNode | string): DocumentNode {
  if (typeof typeDefs !== 'string') return typeDefs
  try {
    return parse(typeDefs)
  } catch (error) {
    throw new Error(
      `The SDL of subgraph ${name} cannot be read: ${error instanceof Error ? error.message : String(error)}`,
    )
  }
}
