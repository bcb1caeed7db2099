import type {
  DocumentNode,
  FieldNode,
  FragmentDefinitionNode,
  OperationDefinitionNode,
  SelectionNode,
} from 'graphql'
import { getOperationAST, GraphQLError, Kind, print, separateOperations, visit } from 'graphql'

/** One operation of a client, cut into what subgraphs answer and what the gateway answers by itself. */
export interface Operation {
  definition: OperationDefinitionNode
  fragments: ReadonlyMap<string, FragmentDefinitionNode>
  /** What is to be planned; null if nothing needs a subgraph. */
  planned: string | null
  /** What is asked of the schema itself; null if nothing is. */
  introspection: DocumentNode | null
}

/** The document with one operation and the fragments it uses, and nothing else: the same text is the same plan. */
export function pickOperation(document: DocumentNode, operationName?: string | null): DocumentNode {
  const definition = getOperationAST(document, operationName || null)
  if (!definition) {
    const message = operationName
      ? `The document has no operation named ${operationName}.`
      : 'The document must have exactly one operation, or an operationName that picks one.'
    throw refused(message)
  }
  const picked = separateOperations(document)[definition.name?.value ?? '']
  if (!picked) throw refused('The document has two operations without a name.')
  return picked
}

/** Cuts a document of one operation; refuses response names that would collide with the executor's own. */
export function splitOperation(document: DocumentNode): Operation {
  const definition = getOperationAST(document)
  if (!definition) throw refused('The document has no operation.')
  const fragments = new Map<string, FragmentDefinitionNode>()
  for (const node of document.definitions) {
    if (node.kind === Kind.FRAGMENT_DEFINITION) fragments.set(node.name.value, node)
    checkAliases(
      node.kind === Kind.FRAGMENT_DEFINITION || node.kind === Kind.OPERATION_DEFINITION
        ? node.selectionSet.selections
        : [],
    )
  }
  const part = (keep: (name: string) => boolean) => cut(document, definition, fragments, keep)
  const own = definition.selectionSet.selections.every(
    (node) => node.kind === Kind.FIELD && !node.name.value.startsWith('__'),
  )
  const data = own ? document : part((name) => !name.startsWith('__'))
  const introspection = own ? null : part((name) => name === '__schema' || name === '__type')
  return { definition, fragments, planned: data && print(plainTypenames(data)), introspection }
}

type Keep = (field: string) => boolean

function cut(
  document: DocumentNode,
  definition: OperationDefinitionNode,
  fragments: ReadonlyMap<string, FragmentDefinitionNode>,
  keep: Keep,
): DocumentNode | null {
  const selections = keepRoot(definition.selectionSet.selections, fragments, keep)
  if (selections.length === 0) return null
  const smaller: OperationDefinitionNode = {
    ...definition,
    selectionSet: { ...definition.selectionSet, selections },
  }
  const definitions = document.definitions.map((node) => (node === definition ? smaller : node))
  return pickOperation({ ...document, definitions })
}

function keepRoot(
  selections: readonly SelectionNode[],
  fragments: ReadonlyMap<string, FragmentDefinitionNode>,
  keep: Keep,
): SelectionNode[] {
  return selections.flatMap((node): SelectionNode[] => {
    if (node.kind === Kind.FIELD) return keep(node.name.value) ? [node] : []
    const fragment = node.kind === Kind.FRAGMENT_SPREAD ? fragments.get(node.name.value) : node
    const kept = fragment ? keepRoot(fragment.selectionSet.selections, fragments, keep) : []
    if (!fragment || kept.length === 0) return []
    const { typeCondition } = fragment
    const selectionSet = { kind: Kind.SELECTION_SET, selections: kept } as const
    return [{ kind: Kind.INLINE_FRAGMENT, typeCondition, directives: node.directives, selectionSet }]
  })
}

/**
 * The names of types are always fetched as `__typename`, whatever the client calls them and whenever it wants
 * them: the executor needs them, and a name asked for by alias alone would be an interface object's mask.
 */
function plainTypenames(document: DocumentNode): DocumentNode {
  const plain = (node: FieldNode): FieldNode => ({ kind: Kind.FIELD, name: node.name })
  return visit(document, { Field: (node) => (node.name.value === '__typename' ? plain(node) : undefined) })
}

function checkAliases(selections: readonly SelectionNode[]): void {
  for (const node of selections) {
    if (node.kind === Kind.FIELD && node.alias) {
      const alias = node.alias.value
      const taken = alias === '__proto__' || (alias === '__typename' && node.name.value !== '__typename')
      if (taken || alias.startsWith('_internal_qp_'))
        throw refused(`The alias ${alias} is reserved; choose another name.`)
    }
    if (node.kind !== Kind.FRAGMENT_SPREAD && node.selectionSet) checkAliases(node.selectionSet.selections)
  }
}

function refused(message: string): GraphQLError {
  return new GraphQLError(message, { extensions: { code: 'VALIDATION', retryable: false } })
}
