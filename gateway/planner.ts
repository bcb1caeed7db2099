import { parse } from 'graphql'
import { QueryPlanner } from '@graphql-hive/router-query-planner'
import type {
  BatchFetchNode,
  FetchNode,
  FlattenNodePathSegment,
  PlanNode,
} from '@graphql-hive/router-query-planner'
import type { EntitySet, PathStep, Plan, Request, RootFetch, Step } from './plan.ts'
import { compileExtractor } from './representations.ts'
import { compileRenaming, withInputRewrites } from './rewrites.ts'
import type { Supergraph } from './supergraph.ts'

/** Turns the text of one operation into a plan; planning runs on a thread of its own. */
export type Planner = (operation: string) => Promise<Plan>

/**
 * The one place that knows the planner: everything behind it speaks the plans of `plan.ts`. Throws where
 * the supergraph cannot be planned for at all; a single operation that cannot be planned rejects.
 */
export function createPlanner(graph: Supergraph): Planner {
  const planner = new QueryPlanner(graph.sdl)
  const labels = new Set<string>()
  return async (operation) => {
    const { node } = await planner.planAsync(operation, null, labels, 0)
    return compilePlan(node, graph)
  }
}

function compilePlan(node: PlanNode | undefined, graph: Supergraph): Plan {
  if (!node) return { source: null, step: null }
  if (node.kind === 'Subscription') return { source: compileRoot(node.primary, graph), step: null }
  const first = node.kind === 'Sequence' ? node.nodes[0] : undefined
  if (node.kind === 'Sequence' && first?.kind === 'Subscription') {
    const rest: PlanNode = { kind: 'Sequence', nodes: node.nodes.slice(1) }
    return { source: compileRoot(first.primary, graph), step: compileStep(rest, [], graph) }
  }
  return { source: null, step: compileStep(node, [], graph) }
}

function compileStep(node: PlanNode, path: readonly PathStep[], graph: Supergraph): Step {
  switch (node.kind) {
    case 'Sequence':
      return { kind: 'sequence', steps: node.nodes.map((child) => compileStep(child, path, graph)) }
    case 'Parallel':
      return { kind: 'parallel', steps: node.nodes.map((child) => compileStep(child, path, graph)) }
    case 'Flatten':
      return compileStep(node.node, [...path, ...compilePath(node.path, graph)], graph)
    case 'Condition': {
      const then = node.ifClause ? compileStep(node.ifClause, path, graph) : null
      const otherwise = node.elseClause ? compileStep(node.elseClause, path, graph) : null
      return { kind: 'condition', variable: node.condition, then, otherwise }
    }
    case 'Fetch':
      return node.requires ? compileEntities(node, path, graph) : compileRoot(node, graph)
    case 'BatchFetch':
      return { kind: 'entities', request: compileRequest(node), sets: compileBatch(node, graph) }
    default:
      throw new Error(`The plan has a step of kind ${node.kind}, which is not supported.`)
  }
}

function compileRequest(node: FetchNode | BatchFetchNode): Request {
  return {
    service: node.serviceName,
    operation: node.operationKind ?? 'query',
    query: node.operation,
    document: parse(node.operation, { noLocation: true }),
    operationName: node.operationName,
    variables: node.variableUsages ?? [],
  }
}

function compileRoot(node: FetchNode, graph: Supergraph): RootFetch {
  const request = compileRequest(node)
  const keys = request.document.definitions.flatMap((definition) =>
    definition.kind === 'OperationDefinition'
      ? definition.selectionSet.selections.flatMap((field) =>
          field.kind === 'Field' ? [(field.alias ?? field.name).value] : [],
        )
      : [],
  )
  return { kind: 'root', request, renaming: compileRenaming(node.outputRewrites, graph), keys }
}

function compileEntities(node: FetchNode, path: readonly PathStep[], graph: Supergraph): Step {
  const set: EntitySet = {
    alias: '_entities',
    variable: 'representations',
    paths: [path],
    extract: withInputRewrites(compileExtractor(node.requires ?? [], graph), node.inputRewrites, graph),
    renaming: compileRenaming(node.outputRewrites, graph),
  }
  return { kind: 'entities', request: compileRequest(node), sets: [set] }
}

function compileBatch(node: BatchFetchNode, graph: Supergraph): EntitySet[] {
  return node.entityBatch.aliases.map((entry) => ({
    alias: entry.alias,
    variable: entry.representationsVariableName,
    paths: entry.paths.map((path) => compilePath(path, graph)),
    extract: withInputRewrites(compileExtractor(entry.requires, graph), entry.inputRewrites, graph),
    renaming: compileRenaming(entry.outputRewrites, graph),
  }))
}

function compilePath(path: readonly FlattenNodePathSegment[], graph: Supergraph): PathStep[] {
  return path.map((segment): PathStep => {
    if (segment === '@') return 'items'
    if ('Field' in segment) return { field: segment.Field }
    return { types: new Set(segment.TypeCondition.flatMap((name) => [...graph.possibleTypes(name)])) }
  })
}
