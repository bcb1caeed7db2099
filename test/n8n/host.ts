import type { Installed, Item, LoadedNode, Property } from './package.ts'

/** What a workflow has set for one node. */
export interface Setting {
  /** By name; a function gives the value for each item, as an expression does. */
  parameters?: Record<string, unknown>
  items?: Item['json'][]
  baseUrl: string
  apiKey?: string
  continueOnFail?: boolean
  executionId?: string
  mode?: string
  /** What is kept between polls and webhooks. */
  state?: Record<string, unknown>
  webhookUrl?: string
  /** A request that came in. */
  delivery?: { headers: Record<string, string>; body: string }
}

/** A context and what was seen of it. */
export interface Context {
  requests: { url: string; body: { query: string; variables: Record<string, unknown> } }[]
  response: { status?: number; body?: object }
}

interface HttpOptions {
  url: string
  method: string
  headers?: Record<string, string>
  body: Context['requests'][number]['body']
  json?: boolean
  returnFullResponse?: boolean
  ignoreHttpStatusErrors?: boolean
}

/**
 * Runs a node with the functions that n8n gives it: parameters with their defaults and only where they are shown,
 * requests with the credential's own authentication, real HTTP.
 */
export class Host {
  readonly #installed: Installed

  constructor(installed: Installed) {
    this.#installed = installed
  }

  /** The functions of an execution, a poll, a webhook and its registration, for one node. */
  context(node: string, setting: Setting): Context & object {
    const { description } = this.#node(node)
    const items = (setting.items ?? [{}]).map((json) => ({ json }))
    const isPerItem = description.inputs.length > 0
    const requests: Context['requests'] = []
    const response: Context['response'] = {}
    const read = (name: string, item: number): unknown =>
      parameter(description.properties, setting, name, item)
    const context = {
      requests,
      response,
      continueOnFail: () => setting.continueOnFail ?? false,
      getCredentials: async () => ({ baseUrl: setting.baseUrl, apiKey: setting.apiKey }),
      getExecutionId: () => setting.executionId ?? '1',
      getMode: () => setting.mode ?? 'trigger',
      getInputData: () => items,
      getNode: () => ({ id: 'b6c1', name: description.displayName }),
      getWorkflow: () => ({ id: 'w1', name: 'Workflow' }),
      getWorkflowStaticData: () => (setting.state ??= {}),
      getNodeParameter: (name: string, ...rest: unknown[]) => read(name, isPerItem ? Number(rest[0]) : 0),
      getNodeWebhookUrl: () => setting.webhookUrl,
      getHeaderData: () => setting.delivery?.headers,
      getBodyData: () => JSON.parse(setting.delivery?.body ?? '{}') as unknown,
      getRequestObject: () => ({ rawBody: Buffer.from(setting.delivery?.body ?? '') }),
      getResponseObject: () => ({
        status: (status: number) => ({ json: (body: object) => Object.assign(response, { status, body }) }),
      }),
      helpers: {
        returnJsonArray: (json: object | object[]) => [json].flat().map((one) => ({ json: one })),
        httpRequestWithAuthentication: (type: string, options: HttpOptions) => {
          requests.push({ url: options.url, body: structuredClone(options.body) })
          return this.#request(type, options, setting)
        },
      },
    }
    return context
  }

  async execute(node: string, setting: Setting): Promise<Item[]> {
    const [items = []] = (await this.#node(node).execute?.call(this.context(node, setting))) ?? []
    return items
  }

  /** As n8n's test of a credential: the status alone decides. */
  async test(credential: string, setting: Setting): Promise<boolean> {
    const { test } = this.#installed.credentials[credential]!
    const baseURL = expression(test.request.baseURL, setting)
    const options = { ...test.request, url: baseURL + test.request.url } as HttpOptions
    const { statusCode } = (await this.#request(
      'erpSupergraphApi',
      {
        ...options,
        returnFullResponse: true,
        ignoreHttpStatusErrors: true,
      },
      setting,
    )) as { statusCode: number }
    return statusCode >= 200 && statusCode < 300
  }

  #node(name: string): LoadedNode {
    const node = this.#installed.nodes[name]
    if (!node) throw new Error(`There is no node ${name}.`)
    return node
  }

  async #request(type: string, options: HttpOptions, setting: Setting): Promise<unknown> {
    const credential = Object.values(this.#installed.credentials).find(({ name }) => name === type)
    if (!credential) throw new Error(`There is no credential ${type}.`)
    const added = Object.entries(credential.authenticate.properties.headers)
    const own = added.map(([name, value]) => [name, expression(value, setting)] as const)
    const answer = await fetch(options.url, {
      method: options.method,
      headers: { 'content-type': 'application/json', ...options.headers, ...Object.fromEntries(own) },
      body: JSON.stringify(options.body),
    })
    const text = await answer.text()
    if (!answer.ok && !options.ignoreHttpStatusErrors)
      throw new Error(`Request failed with status ${answer.status}`)
    const body = isJson(text) ? (JSON.parse(text) as unknown) : text
    return options.returnFullResponse ? { statusCode: answer.status, body } : body
  }
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}

/** The expressions of the credential, which know nothing but `$credentials`. */
function expression(text: string, setting: Setting): string {
  if (!text.startsWith('=')) return text
  const $credentials = { baseUrl: setting.baseUrl, apiKey: setting.apiKey ?? '' }
  return text.slice(1).replace(/\{\{(.*?)\}\}(?!\})/g, (_, code: string) => {
    // oxlint-disable-next-line no-new-func
    const evaluate = new Function('$credentials', `return ${code}`) as (given: object) => string
    return evaluate($credentials)
  })
}

/** What n8n gives for a parameter: the value set, else the default of the one that is shown; else it refuses. */
function parameter(
  properties: Property[],
  { parameters = {} }: Setting,
  name: string,
  item: number,
): unknown {
  const value = (given: string): unknown => {
    const set = parameters[given]
    if (set !== undefined) return typeof set === 'function' ? (set as (item: number) => unknown)(item) : set
    const candidates = properties.filter((property) => property.name === given && isShown(property, value))
    return candidates[0]?.default
  }
  const shown = properties.find((property) => property.name === name && isShown(property, value))
  if (!shown) throw new Error(`Could not get parameter ${name}.`)
  const found = value(name)
  return found !== null && typeof found === 'object' ? structuredClone(found) : found
}

function isShown({ displayOptions }: Property, value: (name: string) => unknown): boolean {
  const show = Object.entries(displayOptions?.show ?? {})
  return show.every(([name, allowed]) => allowed.includes(value(name)))
}
