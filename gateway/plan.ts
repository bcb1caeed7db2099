import type { DocumentNode } from 'graphql'

/** A JSON object on its way through the executor. */
export type Json = Record<string, unknown>

/** One step of the way from the root of the data to the entities of a fetch. */
export type PathStep = { field: string } | { types: ReadonlySet<string> } | 'items'

/** One operation that a plan sends to one subgraph; parsed once, with the plan. */
export interface Request {
  service: string
  operation: 'query' | 'mutation' | 'subscription'
  query: string
  document: DocumentNode
  operationName?: string
  /** The client's variables that the operation uses. */
  variables: readonly string[]
}

/** Reads from an entity what its subgraph needs to know it by; null if a key is not there. */
export type Extractor = (entity: Json) => Json | null

/** Puts the keys of a subgraph's answer back to the names that the client asked for. */
export interface Renaming {
  /** Changes the answer in place. */
  apply(data: unknown): void
  /** From the subgraph's key to the client's. */
  names: ReadonlyMap<string, string>
}

/** One `_entities` field of a fetch: where its entities are in the data, and how they are sent. */
export interface EntitySet {
  alias: string
  variable: string
  paths: readonly (readonly PathStep[])[]
  extract: Extractor
  renaming: Renaming | null
}

/** A fetch of root fields. */
export interface RootFetch {
  kind: 'root'
  request: Request
  renaming: Renaming | null
  /** The response keys of its root fields, for an error that names none. */
  keys: readonly string[]
}

/** A fetch of more fields for entities that earlier steps found, in one or several sets. */
export interface EntityFetch {
  kind: 'entities'
  request: Request
  sets: readonly EntitySet[]
}

/** One step of a plan. */
export type Step =
  | RootFetch
  | EntityFetch
  | { kind: 'sequence'; steps: readonly Step[] }
  | { kind: 'parallel'; steps: readonly Step[] }
  | { kind: 'condition'; variable: string; then: Step | null; otherwise: Step | null }

/** How one operation is answered: for a subscription, the source of its events and what follows each. */
export interface Plan {
  source: RootFetch | null
  step: Step | null
}
