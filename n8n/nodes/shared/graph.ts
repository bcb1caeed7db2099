import type { IAllExecuteFunctions, IDataObject } from 'n8n-workflow'
import { ApiProblem, type Told } from './problem'

/** The name of the credential that all nodes use. */
export const CREDENTIAL = 'erpSupergraphApi'

/** One error of a GraphQL answer. */
export interface GraphError {
  message: string
  path?: (string | number)[]
  extensions?: Omit<Told, 'message'>
}

/** A GraphQL answer. */
export interface GraphAnswer<T> {
  data: T | null
  errors: GraphError[]
}

/** A problem from an error of a GraphQL answer. */
export function problemOf({ message, extensions }: GraphError, status: number | null = null): ApiProblem {
  const { code, field, connection, retryable, retryAfterMs, requestId } = extensions ?? {}
  return new ApiProblem({ code, message, field, connection, retryable, retryAfterMs, requestId }, {}, status)
}

/**
 * Sends one operation; what the answer has of data and errors, or the problem when no operation ran: the key is not
 * known, a limit is passed, or what answers is no GraphQL API.
 */
export async function attempt<T>(
  context: IAllExecuteFunctions,
  query: string,
  variables: object = {},
): Promise<GraphAnswer<T> | ApiProblem> {
  const { baseUrl } = await context.getCredentials<{ baseUrl: string }>(CREDENTIAL)
  const response = (await context.helpers.httpRequestWithAuthentication.call(context, CREDENTIAL, {
    method: 'POST',
    url: `${baseUrl.replace(/\/+$/, '')}/graphql`,
    headers: { accept: 'application/json' },
    body: { query, variables } as IDataObject,
    json: true,
    // The body says more than the status.
    returnFullResponse: true,
    ignoreHttpStatusErrors: true,
  })) as { statusCode: number; body: unknown }
  const { statusCode, body } = response
  if (!isAnswer(body)) {
    const message = `What answers at ${baseUrl} with status ${statusCode} is no GraphQL API.`
    return new ApiProblem({ code: 'BAD_ANSWER', message }, {}, statusCode)
  }
  const { data = null, errors = [] } = body as Partial<GraphAnswer<T>>
  const [first] = errors
  return data === null && first ? problemOf(first, statusCode) : { data, errors }
}

/** The data of an answer; throws ApiProblem when it did not run, or for its first error. */
export function dataOf<T>(answer: GraphAnswer<T> | ApiProblem): T {
  if (answer instanceof ApiProblem) throw answer
  if (answer.errors[0]) throw problemOf(answer.errors[0])
  return answer.data as T
}

/** Sends one operation and takes its data; throws ApiProblem for the first error. */
export async function ask<T>(
  context: IAllExecuteFunctions,
  query: string,
  variables: object = {},
): Promise<T> {
  return dataOf(await attempt<T>(context, query, variables))
}

function isAnswer(body: unknown): boolean {
  return typeof body === 'object' && body !== null && ('data' in body || 'errors' in body)
}
