import {
  NodeConnectionTypes,
  type IDataObject,
  type INodeExecutionData,
  type INodeType,
  type INodeTypeDescription,
  type IPollFunctions,
} from 'n8n-workflow'
import { EVENT_OPERATION, filterOf, filterProperties } from '../shared/events'
import { ask, attempt, dataOf } from '../shared/graph'
import { ApiProblem, toNodeError } from '../shared/problem'

const EVENTS = `query Events($after: ID, $filter: SyncFilter) { syncEvents(after: $after, filter: $filter) {
  nodes { cursor at status operation { ...Happened } } pageInfo { endCursor hasNextPage } } }
${EVENT_OPERATION}`

const LATEST = `query Latest($filter: SyncFilter) { syncOperations(first: 1, filter: $filter) { nodes { ...Happened } } }
${EVENT_OPERATION}`

/** Pages of one poll at most, so that a long absence does not fill the memory; the rest comes with the next poll. */
const PAGES = 50

interface Page {
  nodes: IDataObject[]
  pageInfo: { endCursor: string; hasNextPage: boolean }
}

/** Starts a workflow with what happened since the last poll: no event is missed and none comes twice. */
export class ErpSupergraphPollingTrigger implements INodeType {
  description: INodeTypeDescription = {
    displayName: 'ERP Supergraph Polling Trigger',
    name: 'erpSupergraphPollingTrigger',
    icon: { light: 'file:../../icons/erp.svg', dark: 'file:../../icons/erp.dark.svg' },
    group: ['trigger'],
    version: 1,
    subtitle: '={{ $parameter["statuses"].join(", ").toLowerCase() }}',
    description: 'Starts the workflow on sync events, where the ERP gateway cannot reach n8n',
    defaults: { name: 'ERP Supergraph Polling Trigger' },
    polling: true,
    inputs: [],
    outputs: [NodeConnectionTypes.Main],
    credentials: [{ name: 'erpSupergraphApi', required: true }],
    properties: filterProperties,
  }

  async poll(this: IPollFunctions): Promise<INodeExecutionData[][] | null> {
    const filter = filterOf((name, fallback) => this.getNodeParameter(name, fallback))
    try {
      const events = this.getMode() === 'manual' ? await latest(this, filter) : await news(this, filter)
      return events.length > 0 ? [this.helpers.returnJsonArray(events)] : null
    } catch (error) {
      throw toNodeError(this.getNode(), error)
    }
  }
}

/** A sample for the editor; where the trigger stands does not change. */
async function latest(context: IPollFunctions, filter: object): Promise<IDataObject[]> {
  const { syncOperations } = await ask<{ syncOperations: Page }>(context, LATEST, { filter })
  return syncOperations.nodes.map((operation) => {
    const { status, finishedAt, createdAt } = operation
    return { cursor: null, at: finishedAt ?? createdAt, status, operation }
  })
}

async function news(context: IPollFunctions, filter: object): Promise<IDataObject[]> {
  const state = context.getWorkflowStaticData('node')
  const found: IDataObject[] = []
  let after = typeof state.cursor === 'string' ? state.cursor : null
  for (let page = 0; page < PAGES; page += 1) {
    const read = await next(context, filter, after)
    found.push(...read.nodes)
    after = read.pageInfo.endCursor
    if (!read.pageInfo.hasNextPage) break
  }
  // Only now: if a page fails, the next poll begins where this one did.
  state.cursor = after
  return found
}

/** The next page. After an absence that is longer than events are kept, it says that there is a gap. */
async function next(context: IPollFunctions, filter: object, after: string | null): Promise<Page> {
  const answer = await attempt<{ syncEvents: Page }>(context, EVENTS, { after, filter })
  const expired = answer instanceof ApiProblem && answer.told.code === 'CURSOR_EXPIRED' ? answer.told : null
  if (!expired) return dataOf(answer).syncEvents
  const { syncEvents } = await ask<{ syncEvents: Page }>(context, EVENTS, { after: null, filter })
  const { code, message, resolution } = expired
  return { ...syncEvents, nodes: [{ gap: true, code, message, resolution }] }
}
