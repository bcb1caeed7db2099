import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { GraphQLError, parse } from 'graphql'
import { z } from 'zod'
import { ConfigError } from '../config.ts'
import type { ErrorCode } from '../schema/errors.ts'
import { LIMITS } from './limits.ts'
import type { Parameters } from './request.ts'

/** The manifest of the typed client, which every gateway of ours knows. */
const CLIENT = new URL('../client/typed/persisted-documents.json', import.meta.url)
/** Those of our own pages, where they are built. */
const PAGES = ['dashboard', 'embed'].map(
  (page) => new URL(`../web/dist/${page}/documents.json`, import.meta.url),
)

/** Where a request may name its document. */
type Named = Pick<Parameters, 'query' | 'documentId' | 'extensions'>

/**
 * The documents that clients may name instead of sending their text.
 * https://github.com/graphql/graphql-over-http/blob/main/spec/Appendix%20A%20--%20Persisted%20Documents.md
 */
export class Documents {
  /** Whether any other text is refused. */
  readonly only: boolean
  readonly #texts: ReadonlyMap<string, string>
  readonly #known: ReadonlySet<string>

  constructor(texts: ReadonlyMap<string, string> = new Map(), only = false) {
    this.only = only
    this.#texts = texts
    this.#known = new Set(texts.values())
  }

  /** The text that a request means, null if it brings none; or why it may not run. */
  textOf({ query, documentId, extensions }: Named): string | null | GraphQLError {
    if (documentId !== null && query) return refusal('VALIDATION', 'Send documentId or query, not both.')
    const id = documentId ?? (query ? null : this.#hashed(extensions))
    if (id !== null) return this.#texts.get(id) ?? unknown(id)
    if (this.only && query && !this.#known.has(query))
      return refusal('FORBIDDEN', 'Only persisted documents are answered here; send a documentId.')
    return query
  }

  /** The id in the form of Apollo's clients, if it is known; else they are told in their own way. */
  #hashed(extensions: Named['extensions']): string | null {
    const { sha256Hash } = (extensions?.persistedQuery ?? {}) as { sha256Hash?: unknown }
    const id = `sha256:${String(sha256Hash)}`
    return this.#texts.has(id) ? id : null
  }
}

/** Reads the manifests of the typed client, of our own pages and of `files`; throws ConfigError for one that cannot be used. */
export async function openDocuments(files: readonly string[] = [], only = false): Promise<Documents> {
  const texts = new Map<string, string>()
  for (const file of [CLIENT, ...PAGES.filter((page) => existsSync(page)), ...files])
    for (const [id, text] of entriesOf(await read(file), String(file))) {
      if (texts.has(id) && texts.get(id) !== text)
        throw wrong(String(file), `${id} stands for another document already`)
      texts.set(id, text)
    }
  return new Documents(texts, only)
}

const manifest = z.union([
  // https://www.apollographql.com/docs/graphos/platform/security/persisted-queries#manifest-format
  z.object({
    format: z.literal('apollo-persisted-query-manifest'),
    operations: z.array(z.object({ id: z.string(), body: z.string() })),
  }),
  z.record(z.string(), z.string()),
])

async function read(file: string | URL): Promise<unknown> {
  const text = await readFile(file, 'utf8').catch(() => {
    throw wrong(String(file), 'cannot be read')
  })
  try {
    return JSON.parse(text) as unknown
  } catch {
    throw wrong(String(file), 'is no valid JSON')
  }
}

function entriesOf(json: unknown, file: string): [id: string, text: string][] {
  const parsed = manifest.safeParse(json)
  if (!parsed.success) throw wrong(file, 'is no map of ids to texts')
  const { data } = parsed
  const given =
    'operations' in data && typeof data.operations !== 'string'
      ? data.operations.map(({ id, body }): [string, string] => [id, body])
      : Object.entries(data as Record<string, string>)
  return given.flatMap(([id, text]) => checked(id, text, file))
}

/** One document under its id; under the draft's name too where the id is the bare hash of its text. */
function checked(id: string, text: string, file: string): [id: string, text: string][] {
  try {
    parse(text, { maxTokens: LIMITS.tokens })
  } catch (error) {
    throw wrong(file, `${id} is no valid GraphQL: ${error instanceof Error ? error.message : ''}`)
  }
  const hashed = `sha256:${createHash('sha256').update(text).digest('hex')}`
  if (id.startsWith('sha256:') && id !== hashed) throw wrong(file, `${id} is not the hash of its text`)
  if (!ID.test(id)) throw wrong(file, `${id} is no document identifier`)
  const ids = `sha256:${id}` === hashed ? [id, hashed] : [id]
  return ids.map((name) => [name, text])
}

/** A document identifier as the draft writes it. */
export const ID = /^(sha256:[0-9a-f]{64}|x-[\w.~-]{1,100}:[\w.~-]{1,200}|[\w.~-]{1,200})$/

function wrong(file: string, what: string): ConfigError {
  return new ConfigError(`documents: ${file}: ${what}. Example: documents: { files: ["documents.json"] }`)
}

function unknown(id: string): GraphQLError {
  const message = `There is no persisted document ${id} here; send its text as query.`
  return refusal('NOT_FOUND', message, { field: 'documentId', id })
}

function refusal(code: ErrorCode, message: string, more: Record<string, unknown> = {}): GraphQLError {
  return new GraphQLError(message, { extensions: { code, retryable: false, ...more } })
}
