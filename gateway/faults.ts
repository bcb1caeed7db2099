import { GraphQLError } from 'graphql'
import type { EntitySet, Json, Renaming, RootFetch } from './plan.ts'
import type { Gathered } from './representations.ts'
import { locate } from './representations.ts'
import type { Violation } from './project.ts'
import type { SubgraphError } from './transport.ts'

type Path = readonly (string | number)[]

/** What stands for the answer of a subgraph that gave none. The address and the cause stay inside. */
export function noAnswer(service: string, cause: unknown): SubgraphError {
  const originalError = cause instanceof Error ? cause : undefined
  if (cause instanceof GraphQLError && cause.extensions['code'] !== undefined) {
    return { message: cause.message, extensions: { service, ...cause.extensions }, originalError }
  }
  const late = originalError?.name === 'TimeoutError'
  const code = late ? 'DEADLINE_EXCEEDED' : 'UNAVAILABLE'
  const message = late
    ? `The subgraph ${service} did not answer in time.`
    : `The subgraph ${service} does not answer.`
  return { message, extensions: { code, service, retryable: true }, originalError }
}

/** Errors of a fetch of root fields, each at the client's path. */
export function rootErrors(fetch: RootFetch, errors: readonly SubgraphError[]): GraphQLError[] {
  return errors.flatMap((error) => {
    const path = error.path && clientNames(error.path, fetch.renaming)
    return path?.length ? [relocated(error, path)] : fetch.keys.map((key) => relocated(error, [key]))
  })
}

/**
 * Errors of an entity fetch, each at every row that the failed entity stands for, with the entity's id. An
 * error that names no entity holds for all that were asked for.
 */
export function entityErrors(
  sets: readonly EntitySet[],
  gathered: readonly Gathered[],
  data: Json,
  errors: readonly SubgraphError[],
): GraphQLError[] {
  const places = sets.map((set) => locate(set, data))
  return errors.flatMap((error) => {
    const [alias, index, ...rest] = error.path ?? []
    return sets.flatMap((set, at) => {
      const rows = gathered[at]
      if (!rows || (alias !== undefined && alias !== set.alias)) return []
      const tail = clientNames(rest, set.renaming)
      return rows.entities.flatMap((entity, row) => {
        if (typeof index === 'number' && rows.positions[row] !== index) return []
        const place = places[at]?.get(entity) ?? []
        return [
          relocated(error, [...place, ...tail], rows.representations[rows.positions[row] ?? -1]?.['id']),
        ]
      })
    })
  })
}

function clientNames(path: Path, renaming: Renaming | null): Path {
  return renaming
    ? path.map((key) => (typeof key === 'string' ? (renaming.names.get(key) ?? key) : key))
    : path
}

function relocated(error: SubgraphError, path: Path, id?: unknown): GraphQLError {
  // How a subgraph's code looks inside is nobody's business, even if the subgraph tells.
  const { stacktrace: _stacktrace, exception: _exception, ...extensions } = error.extensions ?? {}
  if (id !== undefined && extensions['id'] === undefined) extensions['id'] = id
  const { originalError } = error
  return new GraphQLError(error.message, { path, extensions, originalError })
}

/** Errors for values that became null though no subgraph said why. */
export function violationErrors(
  violations: readonly Violation[],
  errors: readonly GraphQLError[],
): GraphQLError[] {
  const explained = (path: Path) => errors.some((error) => error.path && related(error.path, path))
  return violations
    .filter(({ path }) => !explained(path))
    .map(
      ({ path, message }) =>
        new GraphQLError(message, { path, extensions: { code: 'BAD_ANSWER', retryable: true } }),
    )
}

function related(a: Path, b: Path): boolean {
  const length = Math.min(a.length, b.length)
  for (let index = 0; index < length; index++) if (a[index] !== b[index]) return false
  return true
}

/** Cuts the path of an error in a field that only the plan asked for back to what the client can see. */
export function cutToAnswer(error: GraphQLError, data: Json | null): GraphQLError {
  if (!error.path) return error
  let value: unknown = data
  for (const [index, key] of error.path.entries()) {
    if (value === null || value === undefined) return error
    if (typeof value !== 'object' || !Object.hasOwn(value, key)) {
      const { message, extensions, originalError } = error
      return new GraphQLError(message, { path: error.path.slice(0, index), extensions, originalError })
    }
    value = Reflect.get(value, key)
  }
  return error
}
