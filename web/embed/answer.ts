import type { Money } from './format.ts'
import type { Ask, Request } from './query.ts'

/** How fresh a value is, by the words of the graph. */
export type Status = 'LIVE' | 'CACHED' | 'STALE' | 'UNAVAILABLE'

/** What the graph says to one ask. A value that is not known is null, never zero. */
export interface Answer {
  status: Status
  asOf: string | null
  ageMs: number | null
  unit: string | null
  /** Why the value is missing or old. */
  code: string | null
  retryAfterMs: number | null
  available: string | null
  incoming: string | null
  /** How many systems have not answered, and how many were asked. */
  missing: number
  asked: number
  unitPrice: Money | null
  listPrice: Money | null
  priceQuantity: string | null
  taxIncluded: boolean | null
}

/** Why there is no answer: a code of the graph's closed list, or OFFLINE. */
export interface Failure {
  code: string
  retryAfterMs: number | null
}

/** An error of a GraphQL answer. */
export interface GraphError {
  message: string
  path?: (string | number)[]
  extensions?: { code?: string; retryAfterMs?: number }
}

/** A GraphQL answer to a request of `requestsFor`. */
export interface Reply {
  data?: Record<string, { nodes: (Node | null)[] } | null> | null
  errors?: GraphError[]
}

interface Said {
  connection: string
  status: Status | null
  asOf: string | null
  ageMs: number | null
  unit: string | null
  problem: { code: string; retryAfterMs: number | null } | null
}
interface SaidStock extends Said {
  available: string | null
  incoming: string | null
}
interface SaidPrice extends Said {
  unitPrice: Money | null
  listPrice: Money | null
  priceQuantity: string | null
  taxIncluded: boolean | null
}
interface Node {
  unit: string | null
  price: SaidPrice | { connection: string } | null
  stock?: {
    available: string | null
    incoming: string | null
    missing: number
    answers: (SaidStock | null)[]
  } | null
}

const NOTHING: Answer = {
  status: 'UNAVAILABLE',
  asOf: null,
  ageMs: null,
  unit: null,
  code: null,
  retryAfterMs: null,
  available: null,
  incoming: null,
  missing: 0,
  asked: 1,
  unitPrice: null,
  listPrice: null,
  priceQuantity: null,
  taxIncluded: null,
}

/** What a graph's error comes to. */
export function failureOf({ extensions }: GraphError): Failure {
  return { code: extensions?.code ?? 'INTERNAL', retryAfterMs: extensions?.retryAfterMs ?? null }
}

/** Finds the answer to one ask in a reply. */
export function answerAt(reply: Reply, { ask, slot, index }: Request['places'][number]): Answer | Failure {
  const errors = (reply.errors ?? []).filter(({ path }) => isOn(path, slot, index))
  const page = reply.data?.[slot]
  const node = page?.nodes[index]
  const error = errors[0]
  if (!node) return error ? failureOf(error) : { code: page ? 'NOT_FOUND' : 'INTERNAL', retryAfterMs: null }
  // A customer that the key may not see, or that there is not.
  if (error && !node.price) return failureOf(error)
  const found = ask.kind === 'price' ? priceOf(node, error) : stockAt(node, ask, error)
  // The key, not the ERP, is why there is nothing.
  return found.code === 'FORBIDDEN' ? { code: found.code, retryAfterMs: null } : found
}

function stockAt(node: Node, ask: Ask, error: GraphError | undefined): Answer | Failure {
  return node.stock ? stockOf(node, ask) : error ? failureOf(error) : { code: 'INTERNAL', retryAfterMs: null }
}

function isOn(path: GraphError['path'], slot: string, index: number): boolean {
  return !path || (path[0] === slot && (path.length < 3 || path[2] === index))
}

function fresh(said: Said): Answer {
  const { status, asOf, ageMs, unit, problem } = said
  const why = problem ?? { code: status ? null : 'UNAVAILABLE', retryAfterMs: null }
  return { ...NOTHING, status: status ?? 'UNAVAILABLE', asOf, ageMs, unit, ...why }
}

function priceOf({ price, unit }: Node, error: GraphError | undefined): Answer | Failure {
  if (!price) return { code: 'INVALID_ITEM', retryAfterMs: null }
  const said = price as SaidPrice
  if (!said.status && error) return failureOf(error)
  const { unitPrice, listPrice, priceQuantity, taxIncluded } = said
  return { ...fresh(said), unit: said.unit ?? unit, unitPrice, listPrice, priceQuantity, taxIncluded }
}

/**
 * The stock of the connection that is named, else of the one that serves the customer, else of all: as old as the
 * oldest of them and as uncertain as the least certain.
 */
function stockOf({ stock, price, unit }: Node, ask: Ask): Answer | Failure {
  const all = (stock?.answers ?? []).filter((answer) => answer !== null)
  const serving = ask.connection ?? (ask.customer ? price?.connection : undefined)
  const one = all.find(({ connection }) => connection === serving)
  if (one) return { ...fresh(one), available: one.available, incoming: one.incoming }
  if (all.length === 0) return { code: 'INVALID_ITEM', retryAfterMs: null }
  const heard = all.filter(({ status }) => status && status !== 'UNAVAILABLE').map(fresh)
  const [first, ...others] = heard.length > 0 ? heard : all.map(fresh)
  const worst = others.reduce(older, first!)
  const { available = null, incoming = null, missing = 0 } = stock ?? {}
  return { ...worst, unit, available, incoming, missing, asked: all.length }
}

const RANK: Status[] = ['LIVE', 'CACHED', 'STALE', 'UNAVAILABLE']

function older(a: Answer, b: Answer): Answer {
  const ranks = RANK.indexOf(b.status) - RANK.indexOf(a.status)
  const [worse, other] = ranks > 0 ? [b, a] : [a, b]
  const isOlder = (other.ageMs ?? 0) > (worse.ageMs ?? 0)
  return isOlder ? { ...worse, asOf: other.asOf, ageMs: other.ageMs } : worse
}
