import type { TypedDocumentNode } from '@graphql-typed-document-node/core'
import { type FieldNode, type SelectionSetNode, Kind, print } from 'graphql'

/** An operation with the types of its answer and its variables, as GraphQL Code Generator makes them. */
export type Document<T, V> = TypedDocumentNode<T, V>

/** Any set of variables. */
export type Variables = Record<string, unknown>

/** An operation as it is sent: by its id where it has one, else by its text. */
export interface Sent {
  query?: string
  documentId?: string
  operationName?: string
  variables?: Variables
}

/** The ids that a server does not know, so that each is tried once only. */
export class Ids {
  readonly #unknown = new Set<string>()

  /** The id under which a document may be sent, or null. */
  of<T, V>(document: Document<T, V>): string | null {
    const { __meta__: meta } = document as { __meta__?: { documentId?: unknown; hash?: unknown } }
    const id = meta?.documentId ?? meta?.hash
    return typeof id === 'string' && !this.#unknown.has(id) ? id : null
  }

  /** From now on the document is sent as text. */
  forget(id: string): void {
    this.#unknown.add(id)
  }
}

/** What goes over the wire. */
export function sentOf<T, V>(document: Document<T, V>, id: string | null, variables: Variables): Sent {
  return id === null ? { query: print(document), variables } : { documentId: id, variables }
}

/** Where a stream of events is told to go on: the variable, and the path of the cursor in an event. */
export interface Resume {
  variable: string
  path: [field: string, cursor: string]
}

/**
 * How a subscription goes on after a break, or null if it cannot: by the variable that it passes as `after`, and
 * the `cursor` that it selects.
 */
export function resumeOf<T, V>(document: Document<T, V>): Resume | null {
  const operation = document.definitions.find(({ kind }) => kind === Kind.OPERATION_DEFINITION)
  const [root] = operation && 'selectionSet' in operation ? operation.selectionSet.selections : []
  if (root?.kind !== Kind.FIELD || root.name.value !== 'syncEvents') return null
  const after = root.arguments?.find(({ name }) => name.value === 'after')?.value
  const cursor = fieldOf(document, root.selectionSet, 'cursor')
  if (after?.kind !== Kind.VARIABLE || !cursor) return null
  return { variable: after.name.value, path: [keyOf(root), keyOf(cursor)] }
}

function keyOf({ alias, name }: FieldNode): string {
  return (alias ?? name).value
}

function fieldOf<T, V>(
  document: Document<T, V>,
  set: SelectionSetNode | undefined,
  name: string,
): FieldNode | null {
  for (const node of set?.selections ?? []) {
    if (node.kind === Kind.FIELD && node.name.value === name) return node
    if (node.kind === Kind.FIELD) continue
    const fragment =
      node.kind === Kind.INLINE_FRAGMENT
        ? node
        : document.definitions.find((one) => 'name' in one && one.name?.value === node.name.value)
    const found =
      fragment && 'selectionSet' in fragment ? fieldOf(document, fragment.selectionSet, name) : null
    if (found) return found
  }
  return null
}
