import { type DocumentNode, GraphQLError, type GraphQLSchema, parse, validate } from 'graphql'
import { LRUCache } from 'lru-cache'
import { LIMITS, tooLarge } from './limits.ts'

const KEPT = 1_000
const WRONG_AT_MOST = 20

interface Known {
  document: DocumentNode
  /** The schema that it was found valid against. */
  validFor: GraphQLSchema | null
}

/** Looks at an operation's text before anything costly is done with it; each text once. */
export class Gate {
  readonly #known = new LRUCache<string, Known>({ max: KEPT })

  /** Why the text may not even be validated, or null. A text that cannot be parsed is not this rule's business. */
  refuses(query: string): GraphQLError | null {
    const found = this.#read(query)
    return found instanceof GraphQLError && found.extensions.code ? found : null
  }

  /** The document of a text, the same object each time; or all that is wrong with it. */
  admit(query: string, schema: GraphQLSchema): DocumentNode | GraphQLError[] {
    const found = this.#read(query)
    if (found instanceof GraphQLError) return [found]
    if (found.validFor === schema) return found.document
    const errors = validate(schema, found.document, undefined, { maxErrors: WRONG_AT_MOST })
    if (errors.length > 0) return [...errors]
    found.validFor = schema
    return found.document
  }

  /** Why the values of variables may not go on, or null. */
  refusesValues(variables: Record<string, unknown> | null | undefined): GraphQLError | null {
    return hasNul(variables) ? noNul() : null
  }

  #read(query: string): Known | GraphQLError {
    const known = this.#known.get(query)
    if (known) return known
    const document = parsed(query)
    const error = document instanceof GraphQLError ? document : NUL.test(query) ? noNul() : tooLarge(document)
    if (error) return error
    const made = { document: document as DocumentNode, validFor: null }
    this.#known.set(query, made)
    return made
  }
}

/** NUL, which no database and no ERP can hold in a text, as itself or escaped. */
const NUL = /\0|\\u0000|\\u\{0+\}/

function noNul(): GraphQLError {
  return new GraphQLError('A text must not have the character NUL.', {
    extensions: { code: 'VALIDATION', retryable: false },
  })
}

function hasNul(value: unknown): boolean {
  if (typeof value === 'string') return value.includes('\0')
  if (typeof value !== 'object' || value === null) return false
  return Object.entries(value).some(([key, inner]) => key.includes('\0') || hasNul(inner))
}

function parsed(query: string): DocumentNode | GraphQLError {
  try {
    return parse(query, { maxTokens: LIMITS.tokens })
  } catch (error) {
    if (!(error instanceof GraphQLError)) throw error
    const tooLong = /more tha[tn] \d+ tokens/.test(error.message)
    if (!tooLong) return error
    return new GraphQLError(`The operation is too large: at most ${LIMITS.tokens} tokens.`, {
      extensions: { code: 'LIMIT_EXCEEDED', retryable: false },
    })
  }
}
