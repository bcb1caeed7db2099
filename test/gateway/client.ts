/** An error as clients get it. */
export interface Told {
  message: string
  path?: (string | number)[]
  extensions: { code: string; requestId?: string; retryable?: boolean; [more: string]: unknown }
}

/** What a server answered over HTTP. */
export interface Reply<T> {
  status: number
  headers: Headers
  text: string
  data: T | null
  errors: Told[]
}

/** Sends a body as it is to a server's /graphql. */
export async function send<T>(url: string, init: RequestInit): Promise<Reply<T>> {
  const answer = await fetch(`${url}/graphql`, init)
  const text = await answer.text()
  const body = (text ? JSON.parse(text) : {}) as { data?: T; errors?: Told[] }
  const { status, headers } = answer
  return { status, headers, text, data: body.data ?? null, errors: body.errors ?? [] }
}

/** How a question is sent, other than plainly. */
export interface How {
  key?: string
  headers?: Record<string, string>
}

/** Asks one question over HTTP. */
export function post<T>(
  url: string,
  query: string,
  variables: Record<string, unknown> = {},
  { key, headers = {} }: How = {},
): Promise<Reply<T>> {
  const authorization: Record<string, string> = key ? { authorization: `Bearer ${key}` } : {}
  return send(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...authorization, ...headers },
    body: JSON.stringify({ query, variables }),
  })
}

/** The codes of an answer's errors. */
export function codes({ errors }: Pick<Reply<unknown>, 'errors'>): string[] {
  return errors.map(({ extensions }) => extensions.code)
}

/** What must never leave the house: stack traces, files, words of the inside. */
export const INSIDE =
  /node_modules|\.ts:\d|\.js:\d|at \w+ \(|stacktrace|MikroORM|pglite|select .* from|Cannot read prop|undefined/i
