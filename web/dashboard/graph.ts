const STORED = 'erp-supergraph.key'

/** What the graph refuses, with its code. */
export class Refusal extends Error {
  readonly code: string
  readonly field: string | null

  constructor(code: string, message: string, field: string | null = null) {
    super(message)
    this.name = 'Refusal'
    this.code = code
    this.field = field
  }
}

/** The caller's API key, kept as long as this tab is open; null where none was given. */
export function apiKey(): string | null {
  return sessionStorage.getItem(STORED)
}

/** Keeps a key for this tab and starts the page again with it. */
export function keepKey(key: string | null): void {
  if (key) sessionStorage.setItem(STORED, key)
  else sessionStorage.removeItem(STORED)
  location.reload()
}

let tellKeyNeeded: () => void = () => {}

/** Calls back when the server wants another key than the one it got. */
export function onKeyNeeded(listener: () => void): void {
  tellKeyNeeded = listener
}

/** Says that the server did not take the key. */
export function keyRefused(): void {
  tellKeyNeeded()
}

interface Reply<T> {
  data?: T | null
  errors?: { message: string; extensions?: { code?: string; field?: string } }[]
}

/** Asks the graph; fields that could not be answered are null. Throws a Refusal when there is no answer at all. */
export async function ask<T>(query: string, variables: object = {}): Promise<T> {
  const key = apiKey()
  const headers: Record<string, string> = { 'content-type': 'application/json', accept: 'application/json' }
  if (key) headers.authorization = `Bearer ${key}`
  const body = JSON.stringify({ query, variables })
  const response = await fetch('/graphql', { method: 'POST', headers, body }).catch(() => null)
  const reply = (await response?.json().catch(() => null)) as Reply<T> | null | undefined
  if (!reply) throw new Refusal('UNAVAILABLE', 'The server does not answer.')
  if (reply.data) return reply.data
  const [error] = reply.errors ?? []
  const code = error?.extensions?.code ?? 'INTERNAL'
  if (code === 'UNAUTHENTICATED') keyRefused()
  throw new Refusal(code, error?.message ?? 'The server gave no answer.', error?.extensions?.field)
}
