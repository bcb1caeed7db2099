import type { IDataObject, IExecuteFunctions, INodeProperties } from 'n8n-workflow'
import { ask } from '../shared/graph'
import { text } from '../shared/values'
import { OPERATION } from './writing'

/** The parameters of operations. */
export const operationProperties: INodeProperties[] = [
  {
    displayName: 'Operation',
    name: 'operation',
    type: 'options',
    noDataExpression: true,
    displayOptions: { show: { resource: ['syncOperation'] } },
    options: [
      {
        name: 'Get Status',
        value: 'get',
        action: 'Get the status of an operation',
        description: 'See what became of a write',
      },
    ],
    default: 'get',
  },
  {
    displayName: 'Operation ID',
    name: 'operationId',
    type: 'string',
    required: true,
    default: '',
    displayOptions: { show: { resource: ['syncOperation'], operation: ['get'] } },
  },
]

const STATUS = `query Status($id: ID!) { syncOperation(id: $id) { ...Written
  attempts { number startedAt finishedAt outcome problem { ...Told } }
  order { id number } customer { id name } } }
${OPERATION}`

/** What became of the operation of one item. Throws ApiProblem when there is none. */
export async function status(context: IExecuteFunctions, item: number): Promise<IDataObject> {
  const id = text(context.getNodeParameter('operationId', item)) ?? ''
  const { syncOperation } = await ask<{ syncOperation: IDataObject }>(context, STATUS, { id })
  return syncOperation
}
