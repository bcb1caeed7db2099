import type { GraphQLError } from 'graphql'
import { entityErrors, noAnswer, rootErrors } from './faults.ts'
import type { Flights } from './flights.ts'
import type { IsConcrete } from './merge.ts'
import { copy, merge } from './merge.ts'
import type { EntityFetch, EntitySet, Json, Request, RootFetch, Step } from './plan.ts'
import type { Gathered } from './representations.ts'
import { gather, isObject } from './representations.ts'
import type { SubgraphRequest, SubgraphResult, Transport } from './transport.ts'

/** One run of a plan: what came in with the request, and what was collected so far. */
export interface Run {
  transports: ReadonlyMap<string, Transport>
  isConcrete: IsConcrete
  flights: Flights
  variables: Json
  context: unknown
  signal?: AbortSignal
  deadline?: number
  /** Queries of requests with the same key may share an upstream answer; without it none are shared. */
  dedupeKey?: string
  data: Json
  errors: GraphQLError[]
}

/**
 * Runs a step and what is below it, and collects data and errors in the run. It never rejects: a subgraph
 * that fails leaves errors, and what the others gave stays.
 */
export async function runStep(step: Step, run: Run): Promise<void> {
  switch (step.kind) {
    case 'sequence':
      for (const child of step.steps) await runStep(child, run)
      return
    case 'parallel':
      await Promise.all(step.steps.map((child) => runStep(child, run)))
      return
    case 'condition': {
      const branch = run.variables[step.variable] === true ? step.then : step.otherwise
      return branch ? runStep(branch, run) : undefined
    }
    case 'root':
      return fetchRoot(step, run)
    case 'entities':
      return fetchEntities(step, run)
  }
}

async function fetchRoot(fetch: RootFetch, run: Run): Promise<void> {
  takeRoot(fetch, await send(fetch.request, {}, run), run)
}

/** Takes the answer of a root fetch, or one event of a subscription, into the run. */
export function takeRoot(fetch: RootFetch, result: SubgraphResult, run: Run): void {
  if (result.errors?.length) run.errors.push(...rootErrors(fetch, result.errors))
  if (!result.data) return
  fetch.renaming?.apply(result.data)
  merge(run.data, result.data, run.isConcrete)
}

async function fetchEntities(fetch: EntityFetch, run: Run): Promise<void> {
  const gathered = fetch.sets.map((set) => gather(set, run.data))
  if (gathered.every(({ representations }) => representations.length === 0)) return
  const representations: Json = {}
  fetch.sets.forEach(
    ({ variable }, index) => (representations[variable] = gathered[index]?.representations ?? []),
  )
  const { data, errors } = await send(fetch.request, representations, run)
  if (errors?.length) run.errors.push(...entityErrors(fetch.sets, gathered, run.data, errors))
  if (!data) return
  fetch.sets.forEach((set, index) => {
    const rows = gathered[index]
    if (rows) takeEntities(set, rows, data[set.alias], run)
  })
}

function takeEntities(set: EntitySet, rows: Gathered, answers: unknown, run: Run): void {
  if (!Array.isArray(answers)) return
  set.renaming?.apply(answers)
  const taken = new Set<number>()
  for (let row = 0; row < rows.entities.length; row++) {
    const [entity, position] = [rows.entities[row], rows.positions[row]]
    const answer: unknown = position === undefined ? null : answers[position]
    if (!entity || position === undefined || !isObject(answer)) continue
    // Rows that share an answer must not share objects: later fetches may add different things to each.
    const own = taken.has(position) ? copy(answer) : answer
    taken.add(position)
    if (isObject(own)) merge(entity, own, run.isConcrete)
  }
}

async function send(request: Request, representations: Json, run: Run): Promise<SubgraphResult> {
  const { transports, signal, dedupeKey } = run
  try {
    signal?.throwIfAborted()
    const transport = transports.get(request.service)
    if (!transport) throw new Error(`There is no transport to ${request.service}.`)
    const message = toMessage(request, run, representations)
    const shared = dedupeKey !== undefined && request.operation === 'query'
    const answer = shared ? run.flights.send(transport, message, dedupeKey) : transport.execute(message)
    return await (signal ? orAbort(answer, signal) : answer)
  } catch (error) {
    return { errors: [noAnswer(request.service, error)] }
  }
}

/** The message that a fetch sends: its operation with the client's variables that it uses, and entities if any. */
export function toMessage(request: Request, run: Run, representations: Json = {}): SubgraphRequest {
  const { service, operation, query, document, operationName } = request
  const { context, signal, deadline } = run
  const variables: Json = { ...representations }
  for (const name of request.variables) if (name in run.variables) variables[name] = run.variables[name]
  return { service, operation, query, document, operationName, variables, context, signal, deadline }
}

/** The promise, or the signal's reason: a subgraph that does not listen must not hold up the answer. */
export function orAbort<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise<T>((resolve, reject) => {
    const stop = () => reject(signal.reason)
    signal.addEventListener('abort', stop, { once: true })
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', stop))
  })
}
