import type {
  GraphQLAbstractType,
  GraphQLLeafType,
  GraphQLObjectType,
  GraphQLOutputType,
  SelectionSetNode,
} from 'graphql'
import {
  defaultTypeResolver,
  GraphQLError,
  isLeafType,
  isListType,
  isNonNullType,
  isObjectType,
  locatedError,
} from 'graphql'
import { responsePathAsArray } from 'graphql'
import type { Field, Frame, Path } from './compiled.ts'
import { compileFields, infoOf, isPromise, runFields } from './compiled.ts'
import type { Selecting } from './select.ts'

/** Turns what a resolver gave, which is not null, into a part of the answer; a promise only where it must. */
export type Complete = (frame: Frame, value: unknown, field: Field, path: Path) => unknown

/** Compiles how values of a nullable type are completed under the given selections. */
export function compileComplete(
  from: Selecting,
  type: GraphQLOutputType,
  sets: readonly SelectionSetNode[],
): Complete {
  if (isNonNullType(type)) throw new Error('Only nullable types are completed here.')
  if (isListType(type)) return completeList(from, type.ofType, sets)
  if (isLeafType(type)) return completeLeaf(type)
  if (isObjectType(type)) return completeObject(from, type, sets)
  return completeAbstract(from, type, sets)
}

function completeLeaf(type: GraphQLLeafType): Complete {
  return (_frame, value) => {
    const result: unknown = type.serialize(value)
    if (result !== null && result !== undefined) return result
    throw new Error(
      `Expected \`${type.name}.serialize(${String(value)})\` to return non-nullable value, returned: ${String(result)}`,
    )
  }
}

function completeObject(
  from: Selecting,
  type: GraphQLObjectType,
  sets: readonly SelectionSetNode[],
): Complete {
  // Compiled when first met: fragments may nest types that no row ever has.
  let fields: Field[] | null = null
  return (frame, value, field, path) => {
    const known = (fields ??= compileFields(from, type, sets))
    if (!type.isTypeOf) return runFields(frame, known, value, path)
    const fits = type.isTypeOf(value, frame.context, infoOf(frame, field, path))
    const check = (is: boolean) => {
      if (is) return runFields(frame, known, value, path)
      throw new GraphQLError(`Expected value of type "${type.name}" but got: ${describe(value)}.`, {
        nodes: field.nodes,
      })
    }
    return isPromise(fits) ? fits.then(check) : check(fits)
  }
}

function completeAbstract(
  from: Selecting,
  type: GraphQLAbstractType,
  sets: readonly SelectionSetNode[],
): Complete {
  const byName = new Map<string, Complete>()
  const complete = (name: unknown): Complete => {
    const known = typeof name === 'string' ? byName.get(name) : undefined
    if (known) return known
    const actual = typeof name === 'string' ? from.schema.getType(name) : undefined
    if (!isObjectType(actual) || !from.schema.isSubType(type, actual)) {
      throw new GraphQLError(
        `Abstract type "${type.name}" was resolved to a type that is not one of its object types.`,
      )
    }
    const made = completeObject(from, actual, sets)
    byName.set(actual.name, made)
    return made
  }
  const resolveType = type.resolveType ?? defaultTypeResolver
  return (frame, value, field, path) => {
    const name = resolveType(value, frame.context, infoOf(frame, field, path), type)
    if (!isPromise(name)) return complete(name)(frame, value, field, path)
    return name.then((settled) => complete(settled)(frame, value, field, path))
  }
}

function completeList(
  from: Selecting,
  element: GraphQLOutputType,
  sets: readonly SelectionSetNode[],
): Complete {
  const nonNull = isNonNullType(element)
  const complete = completeElement(compileComplete(from, nonNull ? element.ofType : element, sets), nonNull)
  return (frame, value, field, prev) => {
    if (!isList(value)) {
      const { parent, definition } = field
      throw new GraphQLError(
        `Expected Iterable, but did not find one for field "${parent.name}.${definition?.name}".`,
      )
    }
    const results: unknown[] = []
    let pending = false
    try {
      for (const item of value) {
        const done = complete(frame, item, field, { prev, key: results.length, typename: undefined })
        pending ||= isPromise(done)
        results.push(done)
      }
    } catch (error) {
      // The elements before go on, but nobody will look at how they end.
      for (const result of results) if (isPromise(result)) result.catch(() => {})
      throw error
    }
    return pending ? Promise.all(results) : results
  }
}

/** Completes one element of a list; where elements may be null, a failed one leaves the others. */
function completeElement(complete: Complete, nonNull: boolean): Complete {
  const finish: Complete = (frame, value, field, path) => {
    if (value instanceof Error) throw value
    const done = value === null || value === undefined ? null : complete(frame, value, field, path)
    if (!nonNull) return done
    return isPromise(done) ? done.then((settled) => present(settled, field)) : present(done, field)
  }
  const fail = (frame: Frame, field: Field, path: Path, raw: unknown): null => {
    const error = locatedError(raw, field.nodes, responsePathAsArray(path))
    if (nonNull) throw error
    frame.errors.push(error)
    return null
  }
  return (frame, value, field, path) => {
    try {
      const done = isPromise(value)
        ? value.then((settled) => finish(frame, settled, field, path))
        : finish(frame, value, field, path)
      return isPromise(done)
        ? done.then(undefined, (error: unknown) => fail(frame, field, path, error))
        : done
    } catch (error) {
      return fail(frame, field, path, error)
    }
  }
}

/** Refuses null where the schema promises a value. */
export function present(value: unknown, field: Field): unknown {
  if (value !== null) return value
  throw new Error(`Cannot return null for non-nullable field ${field.parent.name}.${field.definition?.name}.`)
}

function isList(value: unknown): value is Iterable<unknown> {
  return typeof value === 'object' && value !== null && Symbol.iterator in value
}

function describe(value: unknown): string {
  return typeof value === 'object' ? 'an object' : String(value)
}
