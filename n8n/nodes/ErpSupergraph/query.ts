import type { IDataObject, IExecuteFunctions, INodeProperties } from 'n8n-workflow'
import { ask } from '../shared/graph'
import { ApiProblem } from '../shared/problem'
import { json } from '../shared/values'

const show = { resource: ['graphql'], operation: ['query'] }

/** The parameters of free queries. */
export const queryProperties: INodeProperties[] = [
  {
    displayName: 'Operation',
    name: 'operation',
    type: 'options',
    noDataExpression: true,
    displayOptions: { show: { resource: ['graphql'] } },
    options: [
      {
        name: 'Run Query',
        value: 'query',
        action: 'Run a GraphQL query',
        description: 'Run any query or mutation of the graph',
      },
    ],
    default: 'query',
  },
  {
    displayName: 'Query',
    name: 'query',
    type: 'string',
    typeOptions: { rows: 8 },
    required: true,
    default: 'query ($sku: ID!) { product(sku: $sku) { sku name stock { available } } }',
    displayOptions: { show },
  },
  {
    displayName: 'Variables (JSON)',
    name: 'variables',
    type: 'json',
    default: '{}',
    displayOptions: { show },
  },
]

/** Runs the query of one item and gives its data. Throws ApiProblem for the first error. */
export async function run(context: IExecuteFunctions, item: number): Promise<IDataObject> {
  const query = String(context.getNodeParameter('query', item))
  const variables = json(context.getNodeParameter('variables', item), 'variables') ?? {}
  if (typeof variables !== 'object' || Array.isArray(variables))
    throw new ApiProblem({ code: 'VALIDATION', message: 'variables must be an object.', field: 'variables' })
  return ask<IDataObject>(context, query, variables)
}
