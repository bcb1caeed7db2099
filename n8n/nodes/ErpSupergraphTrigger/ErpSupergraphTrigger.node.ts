import {
  NodeConnectionTypes,
  type IDataObject,
  type IHookFunctions,
  type INodeType,
  type INodeTypeDescription,
  type IWebhookFunctions,
  type IWebhookResponseData,
} from 'n8n-workflow'
import { filterOf, filterProperties } from '../shared/events'
import { toNodeError } from '../shared/problem'
import { isSigned, newSecret } from './signature'
import { subscribe, unsubscribe } from './subscription'

/** A subscription by its address: the test address and that of the active workflow are two. */
interface Subscriptions {
  [url: string]: { id: string; secret: string }
}

/** Deliveries remembered, so that one that is sent again does not start the workflow again. */
const REMEMBERED = 500

/** Starts a workflow when something happens, by a signed webhook that it registers itself. */
export class ErpSupergraphTrigger implements INodeType {
  description: INodeTypeDescription = {
    displayName: 'ERP Supergraph Trigger',
    name: 'erpSupergraphTrigger',
    icon: { light: 'file:../../icons/erp.svg', dark: 'file:../../icons/erp.dark.svg' },
    group: ['trigger'],
    version: 1,
    subtitle: '={{ $parameter["statuses"].join(", ").toLowerCase() }}',
    description: 'Starts the workflow when an order or customer was written to an ERP, or could not be',
    defaults: { name: 'ERP Supergraph Trigger' },
    inputs: [],
    outputs: [NodeConnectionTypes.Main],
    credentials: [{ name: 'erpSupergraphApi', required: true }],
    webhooks: [{ name: 'default', httpMethod: 'POST', responseMode: 'onReceived', path: 'webhook' }],
    properties: filterProperties,
  }

  webhookMethods: INodeType['webhookMethods'] = {
    default: {
      async checkExists(this: IHookFunctions): Promise<boolean> {
        return urlOf(this) in subscriptionsOf(this)
      },
      async create(this: IHookFunctions): Promise<boolean> {
        const url = urlOf(this)
        const secret = newSecret()
        const filter = filterOf((name, fallback) => this.getNodeParameter(name, fallback))
        try {
          const id = await subscribe(this, url, secret, filter)
          keep(this, { ...subscriptionsOf(this), [url]: { id, secret } })
          return true
        } catch (error) {
          throw toNodeError(this.getNode(), error)
        }
      },
      async delete(this: IHookFunctions): Promise<boolean> {
        const { [urlOf(this)]: own, ...others } = subscriptionsOf(this)
        if (!own) return true
        try {
          await unsubscribe(this, own.id)
        } catch (error) {
          throw toNodeError(this.getNode(), error)
        }
        keep(this, others)
        return true
      },
    },
  }

  async webhook(this: IWebhookFunctions): Promise<IWebhookResponseData> {
    const secrets = Object.values(subscriptionsOf(this)).map(({ secret }) => secret)
    const headers = this.getHeaderData()
    const { rawBody } = this.getRequestObject()
    if (!rawBody || !isSigned(headers, rawBody, secrets)) {
      this.getResponseObject().status(401).json({ message: 'The signature is missing or wrong.' })
      return { noWebhookResponse: true }
    }
    const state = this.getWorkflowStaticData('node')
    const seen = Array.isArray(state.seen) ? (state.seen as string[]) : []
    const delivery = String(headers['webhook-id'])
    if (seen.includes(delivery)) return { webhookResponse: { message: 'This came before.' } }
    state.seen = [...seen, delivery].slice(-REMEMBERED)
    return { workflowData: [this.helpers.returnJsonArray(this.getBodyData())] }
  }
}

function urlOf(context: IHookFunctions): string {
  return context.getNodeWebhookUrl('default') ?? ''
}

function subscriptionsOf(context: IHookFunctions | IWebhookFunctions): Subscriptions {
  return (context.getWorkflowStaticData('node').subscriptions ?? {}) as Subscriptions
}

function keep(context: IHookFunctions, subscriptions: IDataObject): void {
  context.getWorkflowStaticData('node').subscriptions = subscriptions
}
