import { setTimeout as wait } from 'node:timers/promises'
import { z } from 'zod'
import { ErpError } from '../../schema/errors.ts'
import { type Auth, basic, bearer, sendAs } from '../auth.ts'
import { bodyText } from '../charset.ts'
import type { WireRequest } from '../connector.ts'
import { type Http, type HttpAnswer, type HttpRequest, retryAfter } from '../http.ts'
import { refreshToken } from '../oauth2.ts'
import { shaped } from '../shape.ts'
import type { Online } from './config.ts'
import { errorOf, fileError } from './errors.ts'

/** The service that takes files. https://developer.datev.de, accounting:extf-files 3.0 */
const FILES = { name: 'accounting-extf-files', version: 'v3' }
const CLIENTS = { name: 'accounting-clients', version: 'v2' }
const IMPORT_SCOPE = 'datev:accounting:extf-files-import'
/** Jobs of one answer at most. */
const TOP = 100
const MOST_BYTES = 50 * 1024 * 1024
const FIRST_PAUSE_MS = 5_000
const LEAST_PAUSE_MS = 200
const UPLOAD_TIMEOUT_MS = 60_000
const VERSION = '1'

const text = z.string().nullish()
const element = z.object({ name: z.string().optional(), reason: z.string().optional() })
const job = z.object({
  id: z.string().min(1),
  filename: text,
  label: text,
  reference_id: text,
  data_category_id: text,
  result: z.enum(['pending', 'succeeded', 'failed']),
  validation_details: z
    .object({
      type: z.string().optional(),
      title: z.string().optional(),
      detail: z.string().optional(),
      affected_elements: z.array(element).optional(),
    })
    .nullish(),
})

/** What became of an uploaded file. */
export type Job = z.output<typeof job>

const clients = z.array(
  z.object({
    id: z.string(),
    name: z.string().min(1),
    services: z.array(z.object({ name: text, scopes: z.array(z.string()).nullish() })).nullish(),
  }),
)

function credentials(config: Online, http: Http): Auth {
  const { clientId, clientSecret, tokenUrl: url } = config
  const own = clientSecret ? basic(clientId, clientSecret).headers({ method: 'POST', url }) : {}
  const form: Record<string, string> = clientSecret ? {} : { client_id: clientId }
  // Every use ends the refresh token before it: the vault saves the new one before it is used.
  const renew = refreshToken(http, { url, form, headers: own as Record<string, string> })
  const first = config.refreshToken ? { refreshToken: config.refreshToken } : null
  return bearer(http, (stored) => renew(stored?.refreshToken ? stored : first))
}

/** The online services: the companies we may write to, and the upload of files. */
export class Client {
  readonly config: Online
  readonly #http: Http
  readonly #auth: Auth
  #last: Promise<unknown> = Promise.resolve()

  constructor(config: Online, http: Http) {
    this.config = config
    this.#http = http
    this.#auth = credentials(config, http)
  }

  /** The name of the company; AUTHENTICATION_FAILED where it is not ours to write to. */
  async company(): Promise<string> {
    const { consultant, client } = this.config
    const filter = `consultant_number eq ${consultant} and client_number eq ${client}`
    const query = `filter=${encodeURIComponent(filter)}&skip=0&top=${TOP}`
    const answer = await this.#send({ method: 'GET', url: this.#url(CLIENTS, `clients?${query}`) })
    const rows = shaped(clients, answer.json(), 'The list of companies')
    const own = rows.find(({ id }) => id === this.#id)
    const scopes = own?.services?.flatMap(({ scopes: some }) => some ?? []) ?? []
    if (!own || !scopes.includes(IMPORT_SCOPE))
      throw new ErpError(
        'AUTHENTICATION_FAILED',
        `The sign-in has no right to upload files for the company ${this.#id}, or the service is not ordered.`,
        { field: 'client' },
      )
    return own.name
  }

  /** An upload as it will go out; the same object is shown by `plan` and sent by `upload`. */
  request(filename: string, reference: string, bytes: Uint8Array): HttpRequest {
    if (!/^EXTF_[\w.-]{1,51}\.csv$/.test(filename) || !/^[\w. +?;-]{1,254}$/.test(reference))
      throw new ErpError('VALIDATION', 'The reference cannot stand in the name of a file.', { field: 'ref' })
    if (bytes.length > MOST_BYTES) throw new ErpError('VALIDATION', 'A file holds at most 50 MB.')
    const headers = {
      ...this.#headers,
      'content-type': 'application/octet-stream',
      filename,
      'reference-id': reference,
      'client-application-version': VERSION,
    }
    const url = this.#url(FILES, `${this.#path}/import`)
    return { method: 'POST', url, headers, bytes, timeoutMs: UPLOAD_TIMEOUT_MS }
  }

  /** The request as a log may show it. */
  shown(request: HttpRequest): WireRequest {
    const { method, url, headers } = request
    const body = bodyText(request, Infinity)
    return { method, url, headers: { ...headers, authorization: '•••' }, body }
  }

  /** Sends what `make` makes, one file of the company at a time, and waits until DATEV has checked it. */
  async upload(make: () => Promise<HttpRequest>): Promise<void> {
    const sent = this.#last.then(async () => this.#send(await make()))
    this.#last = sent.catch(() => undefined)
    const answer = await sent
    const id = /\/jobs\/([^/?]+)$/.exec(answer.headers.location ?? '')?.[1]
    if (answer.status !== 202 || !id)
      throw new ErpError('BAD_ANSWER', 'DATEV took the file and named no job.', { field: 'Location' })
    await this.settle(decodeURIComponent(id), retryAfter(answer.headers))
  }

  /**
   * Waits until a file is accepted; throws what is wrong with it. Header and rows are judged in the job alone,
   * never in the answer to the upload. UNAVAILABLE where it still runs when our patience ends: it is looked for again.
   */
  async settle(id: string, firstPauseMs = FIRST_PAUSE_MS): Promise<void> {
    const until = Date.now() + this.config.jobWaitMs
    const stillChecking = (retryAfterMs: number) =>
      new ErpError('UNAVAILABLE', 'DATEV is still checking the file.', {
        retryAfterMs: Math.max(retryAfterMs, 1_000),
      })
    for (let pause = firstPauseMs; ;) {
      // Never sooner than DATEV says, even where our patience ends before.
      if (pause > 0 && Date.now() + pause > until) throw stillChecking(pause)
      await wait(pause)
      const answer = await this.#send({
        method: 'GET',
        url: this.#url(FILES, `${this.#path}/jobs/${encodeURIComponent(id)}`),
      })
      const row = shaped(job, answer.json(), 'A job')
      if (row.result === 'succeeded') return
      if (row.result === 'failed') throw fileError(row.validation_details ?? {})
      pause = Math.max(2 * pause, LEAST_PAUSE_MS, retryAfter(answer.headers) ?? 0)
    }
  }

  /** The files of a category that were accepted or are still checked. */
  async jobs(category: string): Promise<Job[]> {
    const found: Job[] = []
    for (let skip = 0; ; skip += TOP) {
      const url = this.#url(FILES, `${this.#path}/jobs?skip=${skip}&top=${TOP}`)
      const rows = shaped(z.array(job), (await this.#send({ method: 'GET', url })).json(), 'The list of jobs')
      found.push(...rows.filter((row) => row.data_category_id === category && row.result !== 'failed'))
      if (rows.length < TOP) return found
    }
  }

  /** The file that carries the reference: an accepted one before one that is still checked. */
  async job(category: string, reference: string): Promise<Job | null> {
    const rows = (await this.jobs(category)).filter((row) => row.reference_id === reference)
    const order = (row: Job): string => `${row.result === 'succeeded' ? 0 : 1} ${row.id}`
    return rows.toSorted((a, b) => (order(a) < order(b) ? -1 : 1))[0] ?? null
  }

  get #id(): string {
    return `${this.config.consultant}-${this.config.client}`
  }

  get #path(): string {
    return `clients/${this.#id}/extf-files`
  }

  get #headers(): Record<string, string> {
    return { accept: 'application/json', 'x-datev-client-id': this.config.clientId }
  }

  #url(service: { name: string; version: string }, path: string): string {
    return `${this.config.url.replace('{service}', service.name)}/${service.version}/${path}`
  }

  async #send(request: HttpRequest): Promise<HttpAnswer> {
    const headers = { ...this.#headers, ...request.headers }
    const answer = await sendAs(this.#auth, this.#http, { ...request, headers })
    if (answer.status >= 200 && answer.status < 300) return answer
    throw errorOf(answer, 'DATEV')
  }
}
