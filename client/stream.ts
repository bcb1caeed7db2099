import { type Document, type Resume, type Variables, Ids, resumeOf, sentOf } from './document.ts'
import { GraphError, errorOf, wantsText } from './errors.ts'
import { request } from './http.ts'
import type { ClientOptions } from './index.ts'
import { messagesOf } from './socket.ts'
import { SyncCursorDocument } from './typed/graphql.ts'

/** How a subscription is followed. */
export interface SubscribeOptions {
  /** Ends it. */
  signal?: AbortSignal
  /** Told of each break, before it is tried again in `waitMs`. */
  onBreak?: (error: GraphError, waitMs: number) => void
  /** Told of an event of which parts could not be answered; the event itself is given all the same. */
  onPartial?: (error: GraphError) => void
}

/** The pause before another attempt, with full jitter: doubled each time, up to the longest. */
const FIRST_MS = 200
const LONGEST_MS = 15_000
/** How often in a row a server may refuse for a reason that passes before it is believed. */
const REFUSALS = 8

/** What the attempts of one subscription share. */
interface Course<T, V> {
  options: ClientOptions
  ids: Ids
  document: Document<T, V>
  variables: Variables
  resume: Resume | null
  signal: AbortSignal
  told: SubscribeOptions
  /** Breaks, and refusals among them, since the last event. */
  breaks: number
  refusals: number
}

/** Follows a subscription over any number of breaks; a stream of all events goes on by its last cursor. */
export async function* follow<T, V>(
  options: ClientOptions,
  ids: Ids,
  document: Document<T, V>,
  variables: Variables,
  told: SubscribeOptions & { signal: AbortSignal },
): AsyncGenerator<T, void, void> {
  const resume = resumeOf(document)
  const { signal } = told
  const course: Course<T, V> = {
    ...{ options, ids, document, variables: { ...variables }, resume, signal, told },
    ...{ breaks: 0, refusals: 0 },
  }
  while (!signal.aborted) {
    try {
      await begin(course)
      yield* attempt(course)
      // A stream of all events has no end of its own: its server went away in good order.
      if (!resume || signal.aborted) return
      await pause(course, new GraphError('UNAVAILABLE', 'The stream ended.', { retryable: true }))
    } catch (error) {
      if (signal.aborted) return
      if (!(error instanceof GraphError)) throw error
      await pause(course, error)
    }
  }
}

/** Before the first event there is no cursor to go on from; so one is asked for. */
async function begin<T, V>({ options, ids, variables, resume, signal }: Course<T, V>): Promise<void> {
  if (!resume || variables[resume.variable]) return
  const { syncCursor } = await request(options, ids, SyncCursorDocument, {}, { signal })
  variables[resume.variable] = syncCursor
}

async function* attempt<T, V>(course: Course<T, V>): AsyncGenerator<T, void, void> {
  const { options, ids, document, variables, signal, told } = course
  const id = ids.of(document)
  try {
    for await (const { data, errors } of messagesOf<T>(options, sentOf(document, id, variables), signal)) {
      if (!data) throw errorOf(errors ?? [])
      if (errors) told.onPartial?.(errorOf(errors, data))
      advance(course, data)
      yield data
    }
  } catch (error) {
    if (id === null || !(error instanceof GraphError) || !wantsText(error)) throw error
    ids.forget(id)
    yield* attempt(course)
  }
}

/** Notes how far the reader has come: the next event that it asks for is the one behind this. */
function advance<T, V>(course: Course<T, V>, data: T): void {
  course.breaks = 0
  course.refusals = 0
  if (!course.resume) return
  const { variable, path } = course.resume
  const event = (data as Record<string, Record<string, unknown> | undefined>)[path[0]]
  course.variables[variable] = event?.[path[1]]
}

/** Waits before the next attempt; throws the error instead where none would help. */
async function pause<T, V>(course: Course<T, V>, error: GraphError): Promise<void> {
  if (error.errors.length > 0) course.refusals += 1
  if (!error.retryable || course.refusals > REFUSALS) throw error
  const longest = Math.min(LONGEST_MS, FIRST_MS * 2 ** course.breaks)
  const waitMs = error.retryAfterMs ?? Math.random() * longest
  course.breaks += 1
  course.told.onBreak?.(error, waitMs)
  await new Promise<void>((resolve) => {
    const done = () => {
      clearTimeout(timer)
      course.signal.removeEventListener('abort', done)
      resolve()
    }
    const timer = setTimeout(done, waitMs)
    course.signal.addEventListener('abort', done, { once: true })
  })
}
