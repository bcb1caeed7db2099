import type {
  DocumentNode,
  FieldNode,
  FragmentDefinitionNode,
  GraphQLField,
  GraphQLOutputType,
} from 'graphql'
import type {
  GraphQLObjectType,
  GraphQLResolveInfo,
  GraphQLSchema,
  OperationDefinitionNode,
  SelectionSetNode,
} from 'graphql'
import {
  getArgumentValues,
  getOperationAST,
  getVariableValues,
  GraphQLError,
  isNonNullType,
  Kind,
  locatedError,
} from 'graphql'
import { getNullableType, isLeafType, responsePathAsArray, visit } from 'graphql'
import type { Complete } from './complete.ts'
import { compileComplete, present } from './complete.ts'
import type { Json } from './plan.ts'
import { isObject } from './representations.ts'
import type { Selecting } from './select.ts'
import { collectFields, perCombination } from './select.ts'

/** Where a value is in the answer, as resolvers are told. */
export type Path = GraphQLResolveInfo['path']

/** What `execute` of graphql-js would answer. */
export interface CompiledResult {
  data?: Json | null
  errors?: readonly GraphQLError[]
}

/** Runs an operation that was compiled. */
export type Compiled = (variables: Json, context: unknown) => Promise<CompiledResult>

/** One run of an operation. */
export interface Frame {
  schema: GraphQLSchema
  operation: OperationDefinitionNode
  fragments: Record<string, FragmentDefinitionNode>
  variables: Json
  context: unknown
  errors: GraphQLError[]
  /** The values of arguments are the same for every row of a request. */
  args: Map<Field, Json>
}

/** A field of one object type as one operation selects it. */
export interface Field {
  key: string
  nodes: FieldNode[]
  parent: GraphQLObjectType
  /** Null for `__typename`. */
  definition: GraphQLField<unknown, unknown> | null
  type: GraphQLOutputType | null
  nonNull: boolean
  /** A leaf that is the property of the same name: by far the most fields are. */
  plain: boolean
  complete: Complete
}

/**
 * Compiles a validated query or mutation: the algorithm of graphql-js' `execute` with its results and errors,
 * but what depends only on the operation is worked out once and not for every row of every request. Null if
 * the operation asks for the schema itself, which is left to graphql-js.
 */
export function compileOperation(
  schema: GraphQLSchema,
  document: DocumentNode,
  operationName?: string,
): Compiled | null {
  const operation = getOperationAST(document, operationName)
  const root = operation && schema.getRootType(operation.operation)
  if (!operation || !root || operation.operation === 'subscription' || asksForSchema(document)) return null
  const fragments: Record<string, FragmentDefinitionNode> = {}
  for (const node of document.definitions)
    if (node.kind === Kind.FRAGMENT_DEFINITION) fragments[node.name.value] = node
  const byName = new Map(Object.entries(fragments))
  const fieldsFor = perCombination([operation, ...byName.values()], (variables) =>
    compileFields({ schema, fragments: byName, variables }, root, [operation.selectionSet]),
  )
  return async (given, context) => {
    const { coerced, errors } = getVariableValues(schema, operation.variableDefinitions ?? [], given, {
      maxErrors: 50,
    })
    if (errors) return { errors }
    const frame: Frame = {
      schema,
      operation,
      fragments,
      variables: coerced,
      context,
      errors: [],
      args: new Map(),
    }
    const data = await runRoot(frame, fieldsFor(coerced))
    return frame.errors.length > 0 ? { data, errors: frame.errors } : { data }
  }
}

function asksForSchema(document: DocumentNode): boolean {
  let asks = false
  visit(document, {
    Field: ({ name }) => void (asks ||= name.value === '__schema' || name.value === '__type'),
  })
  return asks
}

/** Compiles the fields that selections ask of an object type. */
export function compileFields(
  from: Selecting,
  parent: GraphQLObjectType,
  sets: readonly SelectionSetNode[],
): Field[] {
  return [...collectFields(from, sets, parent.name)].map(([key, nodes]): Field => {
    const definition = parent.getFields()[nodes[0]?.name.value ?? ''] ?? null
    const type = definition?.type ?? null
    const children = nodes.flatMap((node) => (node.selectionSet ? [node.selectionSet] : []))
    const complete = type
      ? compileComplete(from, isNonNullType(type) ? type.ofType : type, children)
      : () => parent.name
    const plain = definition !== null && !definition.resolve && isLeafType(getNullableType(type))
    return { key, nodes, parent, definition, type, nonNull: isNonNullType(type), plain, complete }
  })
}

async function runRoot(frame: Frame, fields: readonly Field[]): Promise<Json | null> {
  try {
    if (frame.operation.operation !== 'mutation') return await runFields(frame, fields, undefined, undefined)
    const result: Json = {}
    for (const field of fields) result[field.key] = await runField(frame, field, undefined, undefined)
    return result
  } catch (error) {
    frame.errors.push(error instanceof GraphQLError ? error : locatedError(error, undefined))
    return null
  }
}

/** Resolves the fields of one object; a promise only if one of them is. */
export function runFields(
  frame: Frame,
  fields: readonly Field[],
  source: unknown,
  path: Path | undefined,
): Json | Promise<Json> {
  const result: Json = {}
  let pending: Promise<void>[] | null = null
  try {
    for (const field of fields) {
      const value = runField(frame, field, source, path)
      result[field.key] = null
      if (isPromise(value)) (pending ??= []).push(value.then((settled) => void (result[field.key] = settled)))
      else result[field.key] = value
    }
  } catch (error) {
    // The others go on, but nobody will look at how they end.
    for (const promise of pending ?? []) promise.catch(() => {})
    throw error
  }
  return pending ? Promise.all(pending).then(() => result) : result
}

function runField(frame: Frame, field: Field, source: unknown, prev: Path | undefined): unknown {
  const { definition, key, parent } = field
  if (!definition) return parent.name
  const value = field.plain && isObject(source) ? source[definition.name] : undefined
  const path = { prev, key, typename: parent.name }
  try {
    if (typeof value === 'string' || typeof value === 'number')
      return field.complete(frame, value, field, path)
    const resolved = resolve(frame, field, source, path)
    const done = isPromise(resolved)
      ? resolved.then((settled) => finish(frame, field, settled, path))
      : finish(frame, field, resolved, path)
    return isPromise(done) ? done.then(undefined, (error: unknown) => fail(frame, field, path, error)) : done
  } catch (error) {
    return fail(frame, field, path, error)
  }
}

function resolve(frame: Frame, field: Field, source: unknown, path: Path): unknown {
  const { definition } = field
  if (definition?.resolve)
    return definition.resolve(source, argsOf(frame, field), frame.context, infoOf(frame, field, path))
  if ((typeof source !== 'object' && typeof source !== 'function') || source === null) return undefined
  const value: unknown = Reflect.get(source, definition?.name ?? '')
  if (typeof value !== 'function') return value
  return Reflect.apply(value, source, [argsOf(frame, field), frame.context, infoOf(frame, field, path)])
}

function finish(frame: Frame, field: Field, value: unknown, path: Path): unknown {
  if (value instanceof Error) throw value
  const done = value === null || value === undefined ? null : field.complete(frame, value, field, path)
  if (!field.nonNull) return done
  return isPromise(done) ? done.then((settled) => present(settled, field)) : present(done, field)
}

function fail(frame: Frame, field: Field, path: Path, raw: unknown): null {
  const error = locatedError(raw, field.nodes, responsePathAsArray(path))
  if (field.nonNull) throw error
  frame.errors.push(error)
  return null
}

function argsOf(frame: Frame, field: Field): Json {
  const [node] = field.nodes
  if (!node || !field.definition || field.definition.args.length === 0) return {}
  let args = frame.args.get(field)
  if (!args) frame.args.set(field, (args = getArgumentValues(field.definition, node, frame.variables)))
  return { ...args }
}

/** What a resolver may know of where it is. */
export function infoOf(frame: Frame, field: Field, path: Path): GraphQLResolveInfo {
  const { schema, operation, fragments, variables: variableValues } = frame
  const { nodes: fieldNodes, parent: parentType, definition, type } = field
  if (!definition || !type) throw new Error('__typename has no resolver.')
  const { name: fieldName } = definition
  return {
    fieldName,
    fieldNodes,
    returnType: type,
    parentType,
    path,
    schema,
    fragments,
    rootValue: undefined,
    operation,
    variableValues,
  }
}

/** True for anything that can be awaited. */
export function isPromise(value: unknown): value is Promise<unknown> {
  return typeof value === 'object' && value !== null && 'then' in value && typeof value.then === 'function'
}
