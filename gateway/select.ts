import type {
  FieldNode,
  FragmentDefinitionNode,
  GraphQLSchema,
  SelectionNode,
  SelectionSetNode,
} from 'graphql'
import { isAbstractType, isInterfaceType, isObjectType, Kind } from 'graphql'
import type { Json } from './plan.ts'

/** What is needed to tell which selections hold for a type: everything that @skip, @include and fragments refer to. */
export interface Selecting {
  schema: GraphQLSchema
  fragments: ReadonlyMap<string, FragmentDefinitionNode>
  variables: Json
}

/** The fields that selections ask of one type, by response key in the client's order; equal keys are put together. */
export function collectFields(
  from: Selecting,
  sets: readonly SelectionSetNode[],
  typename: string,
): Map<string, FieldNode[]> {
  const found = new Map<string, FieldNode[]>()
  for (const set of sets) collect(from, set.selections, typename, found)
  return found
}

function collect(
  from: Selecting,
  selections: readonly SelectionNode[],
  typename: string,
  found: Map<string, FieldNode[]>,
): void {
  for (const node of selections) {
    if (!isIncluded(node, from.variables)) continue
    if (node.kind === Kind.FIELD) {
      const key = (node.alias ?? node.name).value
      const nodes = found.get(key)
      if (nodes) nodes.push(node)
      else found.set(key, [node])
      continue
    }
    const fragment = node.kind === Kind.FRAGMENT_SPREAD ? from.fragments.get(node.name.value) : node
    const condition = fragment?.typeCondition?.name.value
    if (fragment && (!condition || applies(from.schema, condition, typename))) {
      collect(from, fragment.selectionSet.selections, typename, found)
    }
  }
}

function isIncluded(node: SelectionNode, variables: Json): boolean {
  return (node.directives ?? []).every((directive) => {
    const name = directive.name.value
    if (name !== 'skip' && name !== 'include') return true
    const value = directive.arguments?.find((argument) => argument.name.value === 'if')?.value
    const holds =
      value?.kind === Kind.VARIABLE
        ? variables[value.name.value] === true
        : value?.kind === Kind.BOOLEAN && value.value
    return holds === (name === 'include')
  })
}

function applies(schema: GraphQLSchema, condition: string, typename: string): boolean {
  if (condition === typename) return true
  const [abstract, type] = [schema.getType(condition), schema.getType(typename)]
  return (
    isAbstractType(abstract) &&
    (isObjectType(type) || isInterfaceType(type)) &&
    schema.isSubType(abstract, type)
  )
}

/**
 * Builds something once per combination of the variables that @skip and @include refer to, so that what is
 * built has no conditions left in it.
 */
export function perCombination<T>(
  nodes: readonly { selectionSet?: SelectionSetNode }[],
  build: (variables: Json) => T,
): (variables: Json) => T {
  const conditions = conditionVariables(nodes)
  const built = new Map<string, T>()
  return (variables) => {
    const combination = conditions.map((name) => (variables[name] === true ? '1' : '0')).join('')
    let one = built.get(combination)
    if (one === undefined) built.set(combination, (one = build(variables)))
    return one
  }
}

function conditionVariables(nodes: readonly { selectionSet?: SelectionSetNode }[]): string[] {
  const names = new Set<string>()
  const visit = (selections: readonly SelectionNode[]) => {
    for (const node of selections) {
      for (const directive of node.directives ?? []) {
        const value = directive.arguments?.find((argument) => argument.name.value === 'if')?.value
        if (value?.kind === Kind.VARIABLE) names.add(value.name.value)
      }
      if (node.kind !== Kind.FRAGMENT_SPREAD && node.selectionSet) visit(node.selectionSet.selections)
    }
  }
  for (const node of nodes) visit(node.selectionSet?.selections ?? [])
  return [...names]
}
