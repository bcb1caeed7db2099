import {
  NodeConnectionTypes,
  NodeOperationError,
  type IDataObject,
  type IExecuteFunctions,
  type INodeExecutionData,
  type INodeType,
  type INodeTypeDescription,
} from 'n8n-workflow'
import { failedItem, toNodeError } from '../shared/problem'
import { customerProperties, upsert } from './customer'
import { operationProperties, status } from './operation'
import { orderProperties, push } from './order'
import { availability, productProperties } from './product'
import { queryProperties, run } from './query'

/** What is done with one item, by resource and operation. */
const RUNS: Record<string, (context: IExecuteFunctions, item: number) => Promise<IDataObject>> = {
  'customer.upsert': upsert,
  'graphql.query': run,
  'order.push': push,
  'syncOperation.get': status,
}

/** Reads from and writes to every ERP that is connected. */
export class ErpSupergraph implements INodeType {
  description: INodeTypeDescription = {
    displayName: 'ERP Supergraph',
    name: 'erpSupergraph',
    icon: { light: 'file:../../icons/erp.svg', dark: 'file:../../icons/erp.dark.svg' },
    group: ['transform'],
    version: 1,
    subtitle: '={{ $parameter["operation"] + ": " + $parameter["resource"] }}',
    description: 'Live stock and prices, safe order push and customer upsert in every ERP',
    defaults: { name: 'ERP Supergraph' },
    inputs: [NodeConnectionTypes.Main],
    outputs: [NodeConnectionTypes.Main],
    usableAsTool: true,
    credentials: [{ name: 'erpSupergraphApi', required: true }],
    properties: [
      {
        displayName: 'Resource',
        name: 'resource',
        type: 'options',
        noDataExpression: true,
        options: [
          { name: 'Customer', value: 'customer' },
          { name: 'GraphQL', value: 'graphql' },
          { name: 'Operation', value: 'syncOperation' },
          { name: 'Order', value: 'order' },
          { name: 'Product', value: 'product' },
        ],
        default: 'product',
      },
      ...customerProperties,
      ...queryProperties,
      ...operationProperties,
      ...orderProperties,
      ...productProperties,
    ],
  }

  async execute(this: IExecuteFunctions): Promise<INodeExecutionData[][]> {
    const resource = this.getNodeParameter('resource', 0) as string
    const operation = this.getNodeParameter('operation', 0) as string
    if (resource === 'product') return [await availability(this)]
    const work = RUNS[`${resource}.${operation}`]
    if (!work)
      throw new NodeOperationError(this.getNode(), `There is no operation ${operation} of ${resource}.`)
    const done: INodeExecutionData[] = []
    for (let item = 0; item < this.getInputData().length; item += 1) {
      try {
        done.push({ json: await work(this, item), pairedItem: { item } })
      } catch (error) {
        if (!this.continueOnFail()) throw toNodeError(this.getNode(), error, item)
        done.push(failedItem(this, error, item))
      }
    }
    return [done]
  }
}
