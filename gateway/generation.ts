import type { DocumentNode } from 'graphql'
import { execute, getVariableValues, GraphQLError, parse, print, validate } from 'graphql'
import { LRUCache } from 'lru-cache'
import type { Operation } from './operation.ts'
import { pickOperation, splitOperation } from './operation.ts'
import type { Json, Plan } from './plan.ts'
import type { Planner } from './planner.ts'
import { createPlanner } from './planner.ts'
import type { Project } from './project.ts'
import { compileProjection } from './project.ts'
import type { Supergraph } from './supergraph.ts'
import { isConcrete } from './supergraph.ts'
import type { Transport } from './transport.ts'

/** An operation made ready to run: all that can be known without its variables is known. */
export interface Prepared {
  operation: Operation
  plan: Plan
  project: Project
  /** The answer about the schema itself; null if none was asked for. */
  introspect(variables: Json): Json | null
}

/** One supergraph in service: its schema, its planner with the plans made so far, and its transports. */
export class Generation {
  readonly isConcrete: (typename: string) => boolean
  private readonly planner: Planner
  private readonly prepared: LRUCache<string, Promise<Prepared>>
  private readonly documents: LRUCache<string, DocumentNode>
  // Printing an operation costs more than running a small one, so it is done once per document object.
  private readonly keys = new WeakMap<DocumentNode, Map<string, string>>()

  constructor(
    readonly graph: Supergraph,
    readonly transports: ReadonlyMap<string, Transport>,
    cacheSize: number,
  ) {
    this.isConcrete = (typename) => isConcrete(graph.fullSchema, typename)
    this.planner = createPlanner(graph)
    this.prepared = new LRUCache({ max: cacheSize })
    this.documents = new LRUCache({ max: cacheSize })
  }

  /** How many plans are kept. */
  get planCount(): number {
    return this.prepared.size
  }

  /** Parses and validates a text, once as long as it is remembered; throws VALIDATION. */
  document(query: string): DocumentNode {
    let document = this.documents.get(query)
    if (!document) {
      document = parse(query)
      const [error] = validate(this.graph.apiSchema, document)
      if (error) throw error
      this.documents.set(query, document)
    }
    return document
  }

  /** Plans an operation, or finds its plan. Documents that differ only in layout or in other operations share one. */
  prepare(document: DocumentNode, operationName: string | null | undefined): Promise<Prepared> {
    const key = this.keyOf(document, operationName ?? '')
    let prepared = this.prepared.get(key)
    if (!prepared) {
      prepared = this.plan(parse(key, { noLocation: true }))
      this.prepared.set(key, prepared)
      prepared.catch(() => this.prepared.delete(key))
    }
    return prepared
  }

  private keyOf(document: DocumentNode, operationName: string): string {
    let names = this.keys.get(document)
    if (!names) this.keys.set(document, (names = new Map()))
    let key = names.get(operationName)
    if (key === undefined) names.set(operationName, (key = print(pickOperation(document, operationName))))
    return key
  }

  private async plan(document: DocumentNode): Promise<Prepared> {
    const operation = splitOperation(document)
    const { definition, fragments, planned, introspection } = operation
    const plan = planned === null ? { source: null, step: null } : await this.planner(planned)
    const project = compileProjection(this.graph.apiSchema, definition, fragments)
    const introspect = introspection ? this.introspector(introspection, operation) : () => null
    return { operation, plan, project, introspect }
  }

  private introspector(document: DocumentNode, { definition }: Operation): (variables: Json) => Json | null {
    const ask = (variableValues: Json): Json => {
      const result = execute({ schema: this.graph.apiSchema, document, variableValues })
      if (result instanceof Promise) throw new Error('Introspection must not wait for anything.')
      return result.data ?? {}
    }
    if (definition.variableDefinitions?.length) return ask
    let known: Json | null = null
    return () => ({ ...(known ??= ask({})) })
  }

  /** The variables with their defaults, or the errors of what does not fit; the codes are VALIDATION. */
  variables(
    { operation }: Prepared,
    given: Json,
  ): { coerced: Json; errors: null } | { coerced: null; errors: GraphQLError[] } {
    const definitions = operation.definition.variableDefinitions
    if (!definitions?.length) return { coerced: {}, errors: null }
    const { coerced, errors } = getVariableValues(this.graph.apiSchema, definitions, given, { maxErrors: 20 })
    if (!errors) return { coerced, errors: null }
    return { coerced: null, errors: errors.map((error) => invalid(error)) }
  }
}

/** The error with the code that says that the request itself is wrong. */
export function invalid(error: GraphQLError): GraphQLError {
  const { message, nodes, source, positions } = error
  return new GraphQLError(message, {
    nodes,
    source,
    positions,
    extensions: { code: 'VALIDATION', retryable: false },
  })
}
