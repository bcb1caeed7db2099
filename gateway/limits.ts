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
import type { ErrorCode } from '../schema/errors.ts'

/** How large an operation may be. */
export const LIMITS = {
  /** Nested fields. Introspection does not count. */
  depth: 12,
  aliases: 30,
  rootFields: 20,
  /** Fields once every fragment is written out where it is used. */
  fields: 5_000,
  /** How often one selection may name the same field; each pair of them is compared. */
  repeats: 50,
  /** Lexical tokens of the text. */
  tokens: 3_000,
  /** Rows that the lists of an operation may multiply to. */
  rows: 10_000,
  /** Bytes of a request's body. */
  bytes: 1_000_000,
  /** Operations that one WebSocket may have under way. */
  operations: 100,
}

type Variables = Record<string, unknown>

/** What a selection comes to, its fragments written out. */
interface Size {
  depth: number
  aliases: number
  fields: number
  /** Fields of the selection itself, without what is below them. */
  own: number
  repeats: number
}

const NOTHING: Size = { depth: 0, aliases: 0, fields: 0, own: 0, repeats: 0 }

function refusal(code: ErrorCode, message: string): GraphQLError {
  return new GraphQLError(message, { extensions: { code, retryable: false } })
}

function refuse(what: string, limit: number): GraphQLError {
  return refusal('LIMIT_EXCEEDED', `The operation is too large: at most ${limit} ${what}.`)
}

function fragmentsOf(document: DocumentNode): Map<string, FragmentDefinitionNode> {
  const found = document.definitions.filter((definition) => definition.kind === Kind.FRAGMENT_DEFINITION)
  return new Map(found.map((fragment) => [fragment.name.value, fragment]))
}

/**
 * Why no operation of a document may run, or null. It takes time in proportion to the text, whatever the text
 * multiplies to, and comes before validation, which does not.
 */
export function tooLarge(document: DocumentNode): GraphQLError | null {
  const fragments = fragmentsOf(document)
  const measure = new Measure(fragments)
  try {
    for (const { selectionSet } of fragments.values()) measure.of(selectionSet)
    for (const definition of document.definitions) {
      if (definition.kind !== Kind.OPERATION_DEFINITION) continue
      const { depth, aliases, fields, own, repeats } = measure.of(definition.selectionSet)
      if (depth > LIMITS.depth) return refuse('levels deep', LIMITS.depth)
      if (aliases > LIMITS.aliases) return refuse('aliases', LIMITS.aliases)
      if (own > LIMITS.rootFields) return refuse('root fields', LIMITS.rootFields)
      if (fields > LIMITS.fields) return refuse('fields', LIMITS.fields)
      if (repeats > LIMITS.repeats) return refuse('times the same field in one selection', LIMITS.repeats)
    }
  } catch (error) {
    if (error instanceof GraphQLError) return error
    throw error
  }
  return null
}

/** Measures every selection once, a fragment where it is defined and not where it is used. */
class Measure {
  readonly #fragments: Map<string, FragmentDefinitionNode>
  readonly #known = new Map<SelectionSetNode, Size | null>()

  constructor(fragments: Map<string, FragmentDefinitionNode>) {
    this.#fragments = fragments
  }

  of(set: SelectionSetNode): Size {
    const known = this.#known.get(set)
    if (known) return known
    // null: it is being measured already, so it is part of itself.
    if (known === null) throw refusal('VALIDATION', 'A fragment cannot be spread within itself.')
    this.#known.set(set, null)
    const size = { ...NOTHING }
    const names = new Map<string, number>()
    for (const selection of set.selections) {
      if (selection.kind === Kind.FIELD) {
        this.#field(selection, size)
        const name = (selection.alias ?? selection.name).value
        names.set(name, (names.get(name) ?? 0) + 1)
      } else if (selection.kind === Kind.INLINE_FRAGMENT) add(size, this.of(selection.selectionSet))
      else add(size, this.#fragment(selection.name.value))
    }
    size.repeats = Math.max(size.repeats, ...names.values())
    this.#known.set(set, size)
    return size
  }

  #field(field: FieldNode, size: Size): void {
    const below = field.selectionSet ? this.of(field.selectionSet) : NOTHING
    const isIntrospection = field.name.value.startsWith('__')
    size.depth = Math.max(size.depth, isIntrospection ? 0 : below.depth + 1)
    size.aliases += below.aliases + (field.alias ? 1 : 0)
    size.fields += below.fields + 1
    size.own += 1
    size.repeats = Math.max(size.repeats, below.repeats)
  }

  #fragment(name: string): Size {
    const fragment = this.#fragments.get(name)
    return fragment ? this.of(fragment.selectionSet) : NOTHING
  }
}

function add(size: Size, inside: Size): void {
  size.depth = Math.max(size.depth, inside.depth)
  size.aliases += inside.aliases
  size.fields += inside.fields
  size.own += inside.own
  size.repeats = Math.max(size.repeats, inside.repeats)
}

/** Whether the lists of a document that is not too large would multiply to too many rows, or null. */
export function tooManyRows(
  document: DocumentNode,
  operationName: string | null | undefined,
  variables: Variables,
): GraphQLError | null {
  const operation = document.definitions.find(
    (definition): definition is OperationDefinitionNode =>
      definition.kind === Kind.OPERATION_DEFINITION &&
      (!operationName || definition.name?.value === operationName),
  )
  if (!operation) return null
  const defaults = (operation.variableDefinitions ?? []).flatMap(({ variable, defaultValue }) =>
    defaultValue ? [[variable.name.value, read(defaultValue, {})] as const] : [],
  )
  const given = { ...Object.fromEntries(defaults), ...variables }
  const rows = new Rows(fragmentsOf(document), given).of(operation.selectionSet)
  return rows > LIMITS.rows ? refuse('rows', LIMITS.rows) : null
}

/** Counts the rows below one row of each selection, once per selection. */
class Rows {
  readonly #fragments: Map<string, FragmentDefinitionNode>
  readonly #variables: Variables
  readonly #known = new Map<SelectionSetNode, number>()

  constructor(fragments: Map<string, FragmentDefinitionNode>, variables: Variables) {
    this.#fragments = fragments
    this.#variables = variables
  }

  of(set: SelectionSetNode | undefined): number {
    if (!set) return 0
    const known = this.#known.get(set)
    if (known !== undefined) return known
    const rows = set.selections.reduce((sum, selection) => {
      if (selection.kind === Kind.INLINE_FRAGMENT) return sum + this.of(selection.selectionSet)
      if (selection.kind === Kind.FRAGMENT_SPREAD)
        return sum + this.of(this.#fragments.get(selection.name.value)?.selectionSet)
      const size = listSize(selection, this.#variables)
      const below = this.of(selection.selectionSet)
      return sum + (size === null ? below : size * (1 + below))
    }, 0)
    this.#known.set(set, rows)
    return rows
  }
}

/** How many rows a field asks for: by `first`, or by the SKUs that it names; null where it is no list. */
function listSize(field: FieldNode, variables: Variables): number | null {
  for (const { name, value } of field.arguments ?? []) {
    const given = read(value, variables)
    if (name.value === 'first' && Number(given) > 0) return Number(given)
    if (name.value === 'skus' && Array.isArray(given)) return Math.max(1, given.length)
  }
  return null
}

function read(value: ValueNode, variables: Variables): unknown {
  if (value.kind === Kind.VARIABLE) return variables[value.name.value]
  if (value.kind === Kind.LIST) return value.values
  return 'value' in value ? value.value : null
}
