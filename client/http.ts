import { type Document, type Sent, type Variables, Ids, sentOf } from './document.ts'
import { type Told, GraphError, errorOf, wantsText } from './errors.ts'
import type { ClientOptions } from './index.ts'

/** How one request is made, other than plainly. */
export interface RequestOptions {
  signal?: AbortSignal
}

/** Gives the key as it is sent, or nothing. */
export async function authorizationOf({ key }: ClientOptions): Promise<{ authorization?: string }> {
  const given = typeof key === 'function' ? await key() : key
  return given ? { authorization: `Bearer ${given}` } : {}
}

/** Sends an operation by its id, and by its text where the server asks for that; throws GraphError. */
export async function request<T, V>(
  options: ClientOptions,
  ids: Ids,
  document: Document<T, V>,
  variables: Variables,
  more: RequestOptions = {},
): Promise<T> {
  const id = ids.of(document)
  try {
    return await post<T>(options, sentOf(document, id, variables), more)
  } catch (error) {
    if (id === null || !(error instanceof GraphError) || !wantsText(error)) throw error
    ids.forget(id)
    return await post<T>(options, sentOf(document, null, variables), more)
  }
}

async function post<T>(options: ClientOptions, sent: Sent, { signal }: RequestOptions): Promise<T> {
  const ask = options.fetch ?? fetch
  const headers = {
    'content-type': 'application/json',
    accept: 'application/graphql-response+json, application/json;q=0.9',
    ...(await authorizationOf(options)),
  }
  const answer = await ask(options.url, {
    method: 'POST',
    headers,
    body: JSON.stringify(sent),
    ...(signal && { signal }),
  }).then(
    async (response) => ({ status: response.status, text: await response.text() }),
    (cause: unknown) => {
      signal?.throwIfAborted()
      throw new GraphError('UNAVAILABLE', 'The server does not answer.', { retryable: true, cause })
    },
  )
  return dataOf<T>(answer.status, answer.text)
}

function dataOf<T>(status: number, text: string): T {
  const body = read(text)
  if (body?.errors?.length) throw errorOf(body.errors, body.data)
  if (body?.data) return body.data as T
  // A proxy's page: of a server that is away, or of something else.
  if (status >= 500)
    throw new GraphError('UNAVAILABLE', `The server is away (${status}).`, { retryable: true })
  throw new GraphError('BAD_ANSWER', `What answers there is not the graph (${status}).`)
}

function read(text: string): { data?: unknown; errors?: Told[] } | null {
  try {
    const body: unknown = JSON.parse(text)
    return typeof body === 'object' ? body : null
  } catch {
    return null
  }
}
