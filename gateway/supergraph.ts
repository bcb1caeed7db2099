import type { GraphQLSchema } from 'graphql'
import { buildASTSchema, isAbstractType, isObjectType, Kind, parse } from 'graphql'
import type { ConstDirectiveNode, DocumentNode } from 'graphql'
import { transformSupergraphToPublicSchema } from '@theguild/federation-composition'

/** A subgraph as the supergraph lists it. */
export interface Service {
  name: string
  url: string
}

/** A supergraph that was read: the schema offered to clients, the full one, and where its subgraphs are. */
export interface Supergraph {
  sdl: string
  /** What clients see: no join internals, nothing inaccessible. */
  apiSchema: GraphQLSchema
  /** Everything, also what is inaccessible; for the executor only. */
  fullSchema: GraphQLSchema
  services: Service[]
  /** The names of the object types that a value under a type condition may have, the condition's own included. */
  possibleTypes(condition: string): ReadonlySet<string>
}

/** Reads supergraph SDL of any federation 2 composer; refuses text that is not a supergraph with one Error. */
export function readSupergraph(sdl: string): Supergraph {
  const document = parse(sdl, { noLocation: true })
  const services = servicesOf(document)
  if (services.length === 0) throw new Error('The SDL is not a supergraph: it has no enum join__Graph.')
  const fullSchema = buildASTSchema(document, { assumeValidSDL: true, assumeValid: true })
  const apiSchema = buildASTSchema(transformSupergraphToPublicSchema(document), { assumeValidSDL: true })
  const cache = new Map<string, ReadonlySet<string>>()
  const possibleTypes = (condition: string) => {
    let types = cache.get(condition)
    if (!types) cache.set(condition, (types = namesUnder(fullSchema, condition)))
    return types
  }
  return { sdl, apiSchema, fullSchema, services, possibleTypes }
}

function namesUnder(schema: GraphQLSchema, condition: string): ReadonlySet<string> {
  const type = schema.getType(condition)
  const names = new Set([condition])
  if (isAbstractType(type)) for (const { name } of schema.getPossibleTypes(type)) names.add(name)
  return names
}

/** True if a value may carry the name as its `__typename`: an interface's name is only an interface object's mask. */
export function isConcrete(schema: GraphQLSchema, name: string): boolean {
  return isObjectType(schema.getType(name))
}

function servicesOf(document: DocumentNode): Service[] {
  const graphs = document.definitions.find(
    (definition) => definition.kind === Kind.ENUM_TYPE_DEFINITION && definition.name.value === 'join__Graph',
  )
  if (graphs?.kind !== Kind.ENUM_TYPE_DEFINITION) return []
  return (graphs.values ?? []).map((value) => {
    const directive = value.directives?.find(({ name }) => name.value === 'join__graph')
    return { name: argument(directive, 'name') ?? value.name.value, url: argument(directive, 'url') ?? '' }
  })
}

function argument(directive: ConstDirectiveNode | undefined, name: string): string | undefined {
  const value = directive?.arguments?.find((node) => node.name.value === name)?.value
  return value?.kind === Kind.STRING ? value.value : undefined
}
