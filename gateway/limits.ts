import {
  type DocumentNode,
  type FieldNode,
  type FragmentDefinitionNode,
  GraphQLError,
  Kind,
  type OperationDefinitionNode,
  type SelectionSetNode,
  type ValueNode,
} from 'graphql'

/** How large an operation may be. */
export const LIMITS = {
  /** Nested fields. Introspection does not count. */
  depth: 12,
  aliases: 30,
  rootFields: 20,
  /** Lexical tokens of the text. */
  tokens: 3_000,
  /** Rows that the lists of an operation may multiply to. */
  rows: 10_000,
  /** Bytes of a request's body. */
  bytes: 1_000_000,
}

type Variables = Record<string, unknown>

interface Shape {
  depth: number
  aliases: number
  rootFields: number
}

const shapes = new WeakMap<DocumentNode, Shape>()

function refuse(what: string, limit: number): GraphQLError {
  return new GraphQLError(`The operation is too large: at most ${limit} ${what}.`, {
    extensions: { code: 'LIMIT_EXCEEDED', retryable: false },
  })
}

/** Why an operation is too large, or null. Depth and aliases are measured once per document. */
export function tooLarge(
  document: DocumentNode,
  operationName: string | null | undefined,
  variables: Variables,
): GraphQLError | null {
  const fragments = new Map<string, FragmentDefinitionNode>()
  const operations: OperationDefinitionNode[] = []
  for (const definition of document.definitions) {
    if (definition.kind === Kind.FRAGMENT_DEFINITION) fragments.set(definition.name.value, definition)
    if (definition.kind === Kind.OPERATION_DEFINITION) operations.push(definition)
  }
  const operation = operations.find(({ name }) => !operationName || name?.value === operationName)
  if (!operation) return null
  const shape = shapes.get(document) ?? measure(operation, fragments)
  if (operations.length === 1) shapes.set(document, shape)
  if (shape.depth > LIMITS.depth) return refuse('levels deep', LIMITS.depth)
  if (shape.aliases > LIMITS.aliases) return refuse('aliases', LIMITS.aliases)
  if (shape.rootFields > LIMITS.rootFields) return refuse('root fields', LIMITS.rootFields)
  const defaults = Object.fromEntries(
    (operation.variableDefinitions ?? []).flatMap(({ variable, defaultValue }) =>
      defaultValue ? [[variable.name.value, 'value' in defaultValue ? defaultValue.value : null]] : [],
    ),
  )
  const rows = countRows(operation.selectionSet, fragments, { ...defaults, ...variables }, 1, new Set())
  return rows > LIMITS.rows ? refuse('rows', LIMITS.rows) : null
}

function measure(operation: OperationDefinitionNode, fragments: Map<string, FragmentDefinitionNode>): Shape {
  const shape = { depth: 0, aliases: 0, rootFields: 0 }
  const walk = (set: SelectionSetNode, depth: number, seen: Set<string>): void => {
    for (const selection of set.selections) {
      if (selection.kind === Kind.FIELD) {
        if (selection.name.value.startsWith('__')) continue
        if (selection.alias) shape.aliases += 1
        if (depth === 1) shape.rootFields += 1
        shape.depth = Math.max(shape.depth, depth)
        if (selection.selectionSet && depth <= LIMITS.depth) walk(selection.selectionSet, depth + 1, seen)
      } else if (selection.kind === Kind.INLINE_FRAGMENT) {
        walk(selection.selectionSet, depth, seen)
      } else if (!seen.has(selection.name.value)) {
        const fragment = fragments.get(selection.name.value)
        if (fragment) walk(fragment.selectionSet, depth, new Set([...seen, selection.name.value]))
      }
    }
  }
  walk(operation.selectionSet, 1, new Set())
  return shape
}

function countRows(
  set: SelectionSetNode,
  fragments: Map<string, FragmentDefinitionNode>,
  variables: Variables,
  factor: number,
  seen: Set<string>,
): number {
  let rows = 0
  for (const selection of set.selections) {
    if (rows > LIMITS.rows) return rows
    if (selection.kind === Kind.FIELD) {
      const own = factor * listSize(selection, variables)
      if (own > factor) rows += own
      if (selection.selectionSet) rows += countRows(selection.selectionSet, fragments, variables, own, seen)
    } else if (selection.kind === Kind.INLINE_FRAGMENT) {
      rows += countRows(selection.selectionSet, fragments, variables, factor, seen)
    } else if (!seen.has(selection.name.value)) {
      const fragment = fragments.get(selection.name.value)
      const inside = new Set([...seen, selection.name.value])
      if (fragment) rows += countRows(fragment.selectionSet, fragments, variables, factor, inside)
    }
  }
  return rows
}

/** How many rows a field asks for: by `first`, or by the SKUs that it names. */
function listSize(field: FieldNode, variables: Variables): number {
  for (const { name, value } of field.arguments ?? []) {
    const given = read(value, variables)
    if (name.value === 'first' && Number(given) > 0) return Number(given)
    if (name.value === 'skus' && Array.isArray(given)) return Math.max(1, given.length)
  }
  return 1
}

function read(value: ValueNode, variables: Variables): unknown {
  if (value.kind === Kind.VARIABLE) return variables[value.name.value]
  if (value.kind === Kind.LIST) return value.values
  return 'value' in value ? value.value : null
}
