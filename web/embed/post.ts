import { type Failure, type Reply, failureOf } from './answer.ts'
import type { Request } from './query.ts'

/** Where and with what key elements ask. */
export interface Door {
  endpoint: string
  key: string | null
}

const PATIENCE_MS = 20_000

/** Sends one request. Never rejects; OFFLINE: no answer came that this page may read. */
export async function post({ endpoint, key }: Door, { query, variables }: Request): Promise<Reply | Failure> {
  try {
    const response = await fetch(endpoint, {
      method: 'POST',
      mode: 'cors',
      credentials: 'omit',
      cache: 'no-store',
      redirect: 'error',
      headers: {
        'content-type': 'application/json',
        accept: 'application/json',
        ...(key && { authorization: `Bearer ${key}` }),
      },
      body: JSON.stringify({ query, variables }),
      signal: AbortSignal.timeout(PATIENCE_MS),
    })
    const reply = (await response.json().catch(() => ({}))) as Reply
    return reply.data ? reply : refusalOf(response, reply)
  } catch {
    return { code: 'OFFLINE', retryAfterMs: null }
  }
}

const CODES: Record<number, string> = { 401: 'UNAUTHENTICATED', 403: 'FORBIDDEN', 429: 'RATE_LIMITED' }

function refusalOf({ status, headers }: Response, { errors = [] }: Reply): Failure {
  const [error] = errors
  const seconds = Number(headers.get('retry-after'))
  const waitMs = seconds > 0 ? seconds * 1000 : null
  const { code, retryAfterMs } = error
    ? failureOf(error)
    : { code: CODES[status] ?? 'UNAVAILABLE', retryAfterMs: null }
  return { code, retryAfterMs: retryAfterMs ?? waitMs }
}
