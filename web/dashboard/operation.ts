import { ask } from './graph.ts'

/** What went wrong and what to do next. */
export interface Problem {
  code: string
  message: string
  resolution: string
  field?: string | null
}

/** One request to an ERP and its answer. */
export interface Exchange {
  method: string
  url: string
  requestBody: string | null
  status: number | null
  responseBody: string | null
  error: string | null
  startedAt: string
  durationMs: number
}

/** One try. */
export interface Attempt {
  number: number
  startedAt: string
  finishedAt: string | null
  outcome: string | null
  problem: Problem | null
  exchanges: Exchange[]
}

/** A write towards a connection, as lists show it. */
export interface Operation {
  id: string
  connection: string
  direction: string
  object: string
  action: string
  status: string
  outcome: string | null
  reference: string
  externalNumber: string | null
  createdAt: string
  finishedAt: string | null
  problem: Problem | null
}

/** The same with everything that is known of it. */
export interface WholeOperation extends Operation {
  externalId: string | null
  nextAttemptAt: string | null
  requestedBy: string | null
  before: object | null
  after: object | null
  attempts: Attempt[]
  order: { id: string; number: string | null } | null
}

/** The fields of a list. */
export const FIELDS = `id connection direction object action status outcome reference externalNumber
  createdAt finishedAt problem { code message resolution field }`

/** The fields of the whole. */
export const WHOLE = `${FIELDS} externalId nextAttemptAt requestedBy before after order { id number }
  attempts {
    number startedAt finishedAt outcome problem { code message resolution field }
    exchanges { method url requestBody status responseBody error startedAt durationMs }
  }`

/** Statuses from which an operation can be tried again by hand. */
export const RETRYABLE = ['DEAD', 'REFUSED', 'WAITING']

/** Tries an operation again. */
export async function retry(id: string): Promise<void> {
  await ask('mutation Retry($id: ID!) { retryOperation(id: $id) { id status } }', { id })
}

/** Ends an uncertain operation: it is there under an id, shall be created, or shall not be. */
export async function resolve(id: string, word: { found: string } | { create: boolean }): Promise<void> {
  const query = `mutation Resolve($id: ID!, $found: ID, $create: Boolean) {
    resolveOperation(id: $id, found: $found, create: $create) { id status } }`
  await ask(query, { id, ...word })
}
