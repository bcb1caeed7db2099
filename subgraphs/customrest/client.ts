import { ErpError } from '../../schema/errors.ts'
import type { Http, HttpAnswer, HttpRequest } from '../http.ts'
import { type Document, type Row, documentOf, readAs, recordsOf } from './answer.ts'
import { authOf, mustBeHeader } from './auth.ts'
import { type Config, filler, mustBeAllowed, visible } from './config.ts'
import { QUERY_KEY, queryName } from './credentials.ts'
import { failureOf, holds, reads } from './failure.ts'
import { endOfJob } from './job.ts'
import type { Loaded, Operation, Wording } from './loaded.ts'
import type { CapabilityName } from './manifest.ts'
import type { Held } from './session.ts'

/** What a capability is asked: its input, the slice of a batch, the place of a page. */
export interface Ask {
  input: Record<string, unknown>
  batch?: unknown[]
  page?: Record<string, unknown>
  /** Further parameters of the query. */
  query?: [string, string][]
  /** The whole address, where the ERP named it itself. */
  url?: string
  /** Values to be put into the body at dotted paths. */
  put?: [string, unknown][]
}

/** The one way to the ERP: words requests as the manifest says, and tells failures from answers. */
export class Client {
  readonly loaded: Loaded
  readonly config: Config
  /** What expressions see as `config`. */
  readonly settings: Record<string, unknown>
  readonly #http: Http
  readonly #auth: Held

  constructor(config: Config, loaded: Loaded, http: Http) {
    this.config = config
    this.loaded = loaded
    this.settings = visible(config, loaded)
    this.#http = http
    const { auth } = loaded.manifest
    const logout = loaded.login?.logout
    this.#auth = authOf(
      auth,
      filler(config, loaded),
      http,
      () => this.#login(),
      logout ? (proof) => this.#logout(logout, proof) : null,
    )
  }

  /** The capability, or undefined where the manifest has none of that name. */
  operation(name: CapabilityName): Operation | undefined {
    return this.loaded.operations.get(name)
  }

  /** The request without credentials. Throws ErpError VALIDATION, NOT_FOUND where an id makes no path. */
  async request(operation: Operation, ask: Ask): Promise<HttpRequest> {
    const { name, plan, wording } = operation
    const { idempotency } = plan
    const carried = idempotency?.kind === 'bodyField' && idempotency.name
    const mark = idempotency?.name ? await this.#mark(operation, ask) : ''
    const put: Ask['put'] = carried ? [...(ask.put ?? []), [carried, mark]] : ask.put
    const request = await this.worded(wording, { ...ask, put })
    if (
      idempotency?.kind === 'header' &&
      idempotency.name &&
      !(idempotency.name.toLowerCase() in request.headers)
    )
      request.headers[idempotency.name.toLowerCase()] = mark
    const timeoutMs = plan.timeoutMs ?? this.loaded.manifest.http.timeoutMs
    return { ...request, repeatable: reads(name), ...(timeoutMs && { timeoutMs }) }
  }

  /** Credentials as they stand in a plan, so that its headers are those of the request. */
  async hidden(request: HttpRequest): Promise<HttpRequest> {
    const { auth } = this.loaded.manifest
    if (auth.kind === 'none') return request
    if (queryName(auth) !== null) return this.#sealed(request, { [QUERY_KEY]: '•••' })
    const names =
      auth.kind === 'apiKey'
        ? [auth.name]
        : auth.kind === 'hmac'
          ? Object.keys(auth.apply)
          : auth.kind === 'session'
            ? [auth.apply.in === 'cookie' ? 'cookie' : auth.apply.name]
            : ['authorization']
    return this.#sealed(request, Object.fromEntries(names.map((name) => [name.toLowerCase(), '•••'])))
  }

  /** Ends what the ERP keeps open for this connection, as far as it can be reached. */
  async close(): Promise<void> {
    await this.#auth.close?.()
  }

  /** Sends, and waits for the end of the job where the manifest says that there is one. */
  async send(operation: Operation, request: HttpRequest): Promise<Document> {
    const document = await this.exchange(operation, request)
    return operation.job ? endOfJob(this, operation, operation.job, document) : document
  }

  /** One request and its answer. Credentials are renewed once where the ERP says that they have ended. */
  async exchange(operation: Operation, request: HttpRequest): Promise<Document> {
    mustBeAllowed(this.loaded, request.url)
    for (let attempt = 1; ; attempt += 1) {
      const proof = await this.#auth.headers(request)
      mustBeHeader(proof)
      const sent = this.#http.send(this.#sealed(request, proof))
      const answer = await sent.finally(() => this.#auth.release?.(proof))
      const document = this.#document(operation.name, answer)
      const failure = await failureOf(this.loaded, operation, document)
      if (!failure) return document
      if (!failure.refresh || attempt > 1 || !(await this.#auth.renew?.(proof))) throw failure.error
    }
  }

  /** Asks and reads the records of the answer. */
  async rows(operation: Operation, ask: Ask): Promise<{ rows: Row[]; document: Document }> {
    const document = await this.send(operation, await this.request(operation, ask))
    if (operation.notFoundWhen && (await holds(operation.notFoundWhen, document)))
      return { rows: [], document }
    return { rows: await this.recordsOf(operation, document, ask), document }
  }

  /** The records of an answer; one that cannot be read is an ErpError BAD_ANSWER. */
  recordsOf(operation: Operation, document: Document, ask: Ask): Promise<Row[]> {
    return recordsOf(operation, document, ask.input, this.settings)
  }

  #document(name: CapabilityName, answer: HttpAnswer): Document {
    return documentOf(name, answer, this.loaded.manifest.http.maxResponseBytes)
  }

  /** What carries the key of a write: as the manifest words it, or our reference. */
  async #mark({ key }: Operation, { input }: Ask): Promise<string> {
    const value = key ? await key.run({ input, config: this.settings }) : input.reference
    return typeof value === 'string' || typeof value === 'number' ? String(value) : ''
  }

  async #logout(wording: Wording, proof: Record<string, string>): Promise<void> {
    const request = await this.worded(wording, { input: {} })
    mustBeAllowed(this.loaded, request.url)
    await this.#http.send({ ...this.#sealed(request, proof), repeatable: false, confidential: true })
  }

  async #login(): Promise<{ token: string; seconds: number }> {
    const { login, manifest } = this.loaded
    if (!login || manifest.auth.kind !== 'session')
      throw new ErpError('NEEDS_AUTH', 'The manifest has no login.')
    const secrets = this.config.credentials
    // Only the login may name secrets: its input carries them, and nothing else ever sees them.
    const request = await this.worded(login.wording, { input: {} }, { secret: secrets })
    mustBeAllowed(this.loaded, request.url)
    const answer = await this.#http.send({ ...request, repeatable: true, confidential: true })
    const document = this.#document('connection.test', answer)
    const failure = await failureOf(
      this.loaded,
      { name: 'connection.test', errors: this.loaded.errors ? [this.loaded.errors] : [] },
      document,
    )
    const code = failure?.error.code
    if (failure && code !== 'RATE_LIMITED' && code !== 'UNAVAILABLE')
      throw new ErpError('AUTHENTICATION_FAILED', 'The ERP refuses the login.', { said: failure.error.said })
    if (failure) throw failure.error
    const token = await readAs(login.token, document, {}, 'token')
    if (typeof token !== 'string' || token === '')
      throw new ErpError('BAD_ANSWER', 'The login gave no token.', { field: 'token' })
    const seconds = login.expiresInS ? Number(await login.expiresInS.run(document)) : 3600
    return { token, seconds: Number.isFinite(seconds) ? seconds : 3600 }
  }

  /** A request by its wording, without credentials; `more` is what only a login sees. */
  async worded(
    wording: Wording,
    ask: Ask,
    more: Record<string, unknown> = {},
  ): Promise<HttpRequest & { headers: Record<string, string> }> {
    const context = { input: ask.input, config: this.settings, page: ask.page ?? {}, ...more }
    const variables = { batch: ask.batch ?? [], input: ask.input, config: this.settings }
    const base = (await this.loaded.baseUrl.fill(context, {})) ?? ''
    const path = await wording.path.fill(context, variables)
    if (path === null) throw new ErpError('VALIDATION', 'A part of the path is missing.')
    const url = new URL(ask.url ?? `${base.replace(/\/+$/, '')}${path}`)
    const query: [string, string][] = []
    for (const [name, template] of ask.url ? [] : wording.query) {
      const value = await template.fill(context, variables)
      if (value !== null && !(value === '' && wording.omitEmpty)) query.push([name, value])
      else if (!wording.omitEmpty) query.push([name, ''])
    }
    for (const [name, value] of [...query, ...(ask.query ?? [])]) url.searchParams.set(name, value)
    const headers: Record<string, string> = { accept: 'application/json' }
    for (const [name, template] of [...this.loaded.headers, ...wording.headers]) {
      const value = await template.fill(context, variables)
      if (value !== null) headers[name.toLowerCase()] = value
    }
    const data = await wording.body?.run(context, variables)
    for (const [path, value] of ask.put ?? []) put(data, path.split('.'), value)
    if (data !== undefined)
      headers['content-type'] ??= wording.form ? 'application/x-www-form-urlencoded' : 'application/json'
    const body = data === undefined ? null : wording.form ? form(data) : JSON.stringify(data)
    return { method: wording.method, url: url.href, headers, body }
  }

  #sealed(request: HttpRequest, proof: Record<string, string>): HttpRequest {
    const { [QUERY_KEY]: key, ...headers } = proof
    const all = { ...request, headers: { ...request.headers, ...headers } }
    const name = queryName(this.loaded.manifest.auth)
    if (key === undefined || name === null) return all
    const mark = request.url.includes('?') ? '&' : '?'
    const value = key === '•••' ? key : encodeURIComponent(key)
    // A token of a session is no secret that an operator filled in, so that the log is told of it here.
    return { ...all, url: `${request.url}${mark}${encodeURIComponent(name)}=${value}`, secrets: [key] }
  }
}

/** Puts a value into the body at a dotted path; what is on the way is made. */
function put(data: unknown, [name = '', ...rest]: string[], value: unknown): void {
  if (data === null || typeof data !== 'object' || /^(__proto__|constructor|prototype)$/.test(name)) return
  const holder = data as Record<string, unknown>
  if (rest.length === 0) holder[name] = value
  else put((holder[name] ??= {}), rest, value)
}

function form(data: unknown): string {
  const pairs = Object.entries(data as object).filter(([, value]) => value !== null && value !== undefined)
  return new URLSearchParams(pairs.map(([name, value]): [string, string] => [name, String(value)])).toString()
}
