/**
 * The part of `n8n-workflow` that these nodes use, described from its published type declarations, version 2.41.0:
 * https://www.npmjs.com/package/n8n-workflow/v/2.41.0. The host brings the package itself (a peer dependency), so
 * nothing of it is installed or shipped here.
 */
declare module 'n8n-workflow' {
  import type { IncomingHttpHeaders, IncomingMessage } from 'node:http'

  export interface IDataObject {
    [key: string]: string | object | number | boolean | undefined | null
  }
  export type JsonObject = { [key: string]: JsonValue }
  export type JsonValue = string | number | boolean | null | JsonObject | JsonValue[]

  export interface INode {
    id: string
    name: string
  }
  export interface INodeExecutionData {
    json: IDataObject
    error?: NodeApiError | NodeOperationError
    pairedItem?: { item: number }
  }

  export type NodePropertyTypes =
    | 'boolean'
    | 'collection'
    | 'dateTime'
    | 'fixedCollection'
    | 'json'
    | 'multiOptions'
    | 'number'
    | 'options'
    | 'string'
  export interface INodePropertyOptions {
    name: string
    value: string | number | boolean
    action?: string
    description?: string
  }
  export interface INodePropertyCollection {
    displayName: string
    name: string
    values: INodeProperties[]
  }
  export interface INodeProperties {
    displayName: string
    name: string
    type: NodePropertyTypes
    default: string | number | boolean | object | null
    description?: string
    displayOptions?: { show: { [parameter: string]: (string | boolean)[] } }
    noDataExpression?: boolean
    options?: (INodePropertyOptions | INodeProperties | INodePropertyCollection)[]
    placeholder?: string
    required?: boolean
    typeOptions?: {
      password?: boolean
      multipleValues?: boolean
      multipleValueButtonText?: string
      minValue?: number
      maxValue?: number
      rows?: number
    }
  }

  export type Icon = `file:${string}` | { light: `file:${string}`; dark: `file:${string}` }
  export const NodeConnectionTypes: { readonly Main: 'main' }
  export interface INodeTypeDescription {
    displayName: string
    name: string
    icon: Icon
    group: ('input' | 'output' | 'transform' | 'trigger')[]
    version: number
    subtitle?: string
    description: string
    defaults: { name: string }
    inputs: 'main'[]
    outputs: 'main'[]
    credentials: { name: string; required: boolean }[]
    properties: INodeProperties[]
    polling?: true
    usableAsTool?: true
    webhooks?: { name: 'default'; httpMethod: 'POST'; responseMode: 'onReceived'; path: string }[]
  }

  export interface IHttpRequestOptions {
    url: string
    method?: 'GET' | 'POST'
    headers?: IDataObject
    body?: IDataObject
    json?: boolean
    returnFullResponse?: boolean
    ignoreHttpStatusErrors?: boolean
    timeout?: number
  }
  interface FunctionsBase {
    getCredentials<T extends object>(type: string, itemIndex?: number): Promise<T>
    getExecutionId(): string
    getNode(): INode
    getWorkflow(): { id?: string }
    getWorkflowStaticData(type: 'node'): IDataObject
    helpers: {
      httpRequestWithAuthentication(
        this: IAllExecuteFunctions,
        credentialsType: string,
        requestOptions: IHttpRequestOptions,
      ): Promise<unknown>
      returnJsonArray(jsonData: IDataObject | IDataObject[]): INodeExecutionData[]
    }
  }
  export type IAllExecuteFunctions = IExecuteFunctions | IHookFunctions | IPollFunctions
  export interface IExecuteFunctions extends FunctionsBase {
    continueOnFail(): boolean
    getInputData(): INodeExecutionData[]
    getNodeParameter(name: string, itemIndex: number, fallback?: unknown): unknown
  }
  export interface IPollFunctions extends FunctionsBase {
    getMode(): string
    getNodeParameter(name: string, fallback?: unknown): unknown
  }
  export interface IHookFunctions extends FunctionsBase {
    getNodeParameter(name: string, fallback?: unknown): unknown
    getNodeWebhookUrl(name: 'default'): string | undefined
  }
  export interface IWebhookFunctions extends FunctionsBase {
    getBodyData(): IDataObject
    getHeaderData(): IncomingHttpHeaders
    getRequestObject(): IncomingMessage & { rawBody?: Buffer }
    getResponseObject(): { status(code: number): { json(body: object): unknown } }
  }
  export interface IWebhookResponseData {
    workflowData?: INodeExecutionData[][]
    webhookResponse?: unknown
    noWebhookResponse?: boolean
  }
  export interface INodeType {
    description: INodeTypeDescription
    execute?(this: IExecuteFunctions): Promise<INodeExecutionData[][]>
    poll?(this: IPollFunctions): Promise<INodeExecutionData[][] | null>
    webhook?(this: IWebhookFunctions): Promise<IWebhookResponseData>
    webhookMethods?: {
      default: Record<'checkExists' | 'create' | 'delete', (this: IHookFunctions) => Promise<boolean>>
    }
  }

  export interface ICredentialType {
    name: string
    displayName: string
    icon: Icon
    documentationUrl: string
    properties: INodeProperties[]
    authenticate: { type: 'generic'; properties: { headers: Record<string, string> } }
    test: {
      request: {
        baseURL: string
        url: string
        method: 'POST'
        headers?: IDataObject
        body: IDataObject
      }
    }
  }

  interface ErrorOptions {
    message?: string
    description?: string
    itemIndex?: number
  }
  export class NodeApiError extends Error {
    constructor(node: INode, errorResponse: JsonObject, options?: ErrorOptions & { httpCode?: string })
    description: string | null | undefined
    httpCode: string | null
  }
  export class NodeOperationError extends Error {
    constructor(node: INode, error: Error | string, options?: ErrorOptions)
    description: string | null | undefined
  }
}
