import {
  NodeApiError,
  NodeOperationError,
  type IExecuteFunctions,
  type INode,
  type INodeExecutionData,
  type JsonObject,
} from 'n8n-workflow'
import { RESOLUTIONS } from './resolutions'

/** A problem as the API tells it, in `errors[].extensions` or as data of a payload. */
export interface Told {
  code?: string | null
  message: string
  resolution?: string | null
  field?: string | null
  connection?: string | null
  retryable?: boolean | null
  retryAfterMs?: number | null
  requestId?: string | null
}

/** Why the API refused something; carries what else it said (the operation, all problems). */
export class ApiProblem extends Error {
  readonly told: Told
  readonly more: object
  readonly status: number | null

  constructor(told: Told, more: object = {}, status: number | null = null) {
    const code = told.code ?? 'INTERNAL'
    super(`[${code}] ${told.message}`)
    this.told = { ...told, code, resolution: told.resolution ?? RESOLUTIONS[code] ?? null }
    this.more = more
    this.status = status
  }
}

/** An error as n8n shows it: the code in the message, what to do next in the description. */
export function toNodeError(
  node: INode,
  error: unknown,
  itemIndex?: number,
): NodeApiError | NodeOperationError {
  if (error instanceof NodeApiError || error instanceof NodeOperationError) return error
  if (!(error instanceof ApiProblem)) {
    const cause = error instanceof Error ? error : new Error(String(error))
    return new NodeOperationError(node, cause, { itemIndex })
  }
  const { message, told, status } = error
  return new NodeApiError(node, { ...told, message } as JsonObject, {
    message,
    description: told.resolution ?? undefined,
    itemIndex,
    ...(status && { httpCode: String(status) }),
  })
}

/** What goes on in place of an item that failed, with "Continue On Fail": code and resolution are kept. */
export function failedItem(context: IExecuteFunctions, error: unknown, item: number): INodeExecutionData {
  const shown = toNodeError(context.getNode(), error, item)
  const about = error instanceof ApiProblem ? { ...error.told, ...error.more } : {}
  // n8n routes the item to the error output by its `error`.
  return { json: { ...about, error: shown.message }, error: shown, pairedItem: { item } }
}
