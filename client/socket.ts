import { createClient as openSocket } from 'graphql-ws'
import type { Sent } from './document.ts'
import { type Told, GraphError, errorOf } from './errors.ts'
import { authorizationOf } from './http.ts'
import type { ClientOptions } from './index.ts'

/** One message of a subscription. */
export interface Message<T> {
  data?: T | null
  errors?: readonly Told[]
}

/** Messages kept for a slow reader at most; then the stream is broken off, to go on where the reader is. */
const AHEAD = 1_000
/** Codes by which a server ends a connection for good. https://github.com/enisdenjo/graphql-ws/blob/master/PROTOCOL.md */
const REFUSALS = new Set([4400, 4401, 4403, 4406, 4409, 4429])

/** Follows one operation over one socket until it ends or breaks; throws GraphError for a break. */
export async function* messagesOf<T>(
  options: ClientOptions,
  { query = '', ...sent }: Sent,
  signal: AbortSignal,
): AsyncGenerator<Message<T>, void, void> {
  const queue = new Queue<Message<T>>()
  const stop = () => queue.end(null)
  signal.addEventListener('abort', stop, { once: true })
  let isOver = false
  // It waits for a connection that may have failed already, and that was told above.
  const dispose = () => void Promise.resolve(socket.dispose()).catch(() => {})
  const socket = openSocket({
    ...connectionOf(options),
    on: {
      message: ({ type }) => (isOver ||= type === 'complete' || type === 'error'),
      closed: (event) => {
        if (!isOver) queue.end(breakOf(event))
        dispose()
      },
    },
  })
  const end = socket.subscribe<T>(
    { ...sent, query },
    {
      next: (message) => void (queue.put(message as Message<T>) || queue.end(breakOf(null))),
      error: (error) => queue.end(breakOf(error)),
      complete: () => queue.end(null),
    },
  )
  try {
    yield* queue
  } finally {
    signal.removeEventListener('abort', stop)
    end()
    dispose()
  }
}

/** Where and how to connect: once, and no longer than the operation lasts. */
function connectionOf(options: ClientOptions) {
  return {
    url: options.url.replace(/^http/, 'ws'),
    // Going on after a break needs the last cursor, which only the caller knows.
    retryAttempts: 0,
    keepAlive: 15_000,
    lazyCloseTimeout: 0,
    connectionParams: () => authorizationOf(options),
    webSocketImpl: options.webSocket,
  }
}

/** Why a socket fell silent, in the client's own words. */
function breakOf(reason: unknown): GraphError {
  if (Array.isArray(reason)) return errorOf(reason as Told[])
  const { code, reason: said } = (reason ?? {}) as { code?: unknown; reason?: unknown }
  if (!REFUSALS.has(Number(code)))
    return new GraphError('UNAVAILABLE', 'The connection broke.', { retryable: true, cause: reason })
  const wrong = code === 4401 || code === 4403
  const message = wrong ? 'The key is not taken.' : `The server does not take this: ${String(said)}`
  return new GraphError(wrong ? 'UNAUTHENTICATED' : 'BAD_ANSWER', message, {
    retryable: false,
    cause: reason,
  })
}

/** What arrived and was not read yet, and how it ended. */
class Queue<M> {
  readonly #waiting: M[] = []
  #ended: { error: GraphError | null } | null = null
  #news = Promise.withResolvers<void>()

  /** Whether there was room for it. */
  put(message: M): boolean {
    if (this.#ended) return true
    this.#waiting.push(message)
    this.#news.resolve()
    return this.#waiting.length < AHEAD
  }

  end(error: GraphError | null): void {
    this.#ended ??= { error }
    this.#news.resolve()
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<M, void, void> {
    for (;;) {
      for (let next = this.#waiting.shift(); next; next = this.#waiting.shift()) yield next
      if (this.#ended?.error) throw this.#ended.error
      if (this.#ended) return
      await this.#news.promise
      this.#news = Promise.withResolvers<void>()
    }
  }
}
