import { parse } from 'graphql'
import { type Client, type Document, createClient } from '../../client/index.ts'
import { UsageError } from './exit.ts'

const DEFAULT_URL = 'http://127.0.0.1:4000'

/** Where the graph is and who asks, as given. */
export interface Access {
  url?: string
  key?: string
}

/** A client of the graph that also takes operations as text. */
export interface Graph extends Client {
  /** Asks or changes; throws GraphError. The caller names the shape that the text asks for. */
  ask<T>(text: string, variables?: Record<string, unknown>): Promise<T>
}

/** The graph that the options or the environment name. Throws UsageError for what is no address. */
export function openGraph({ url, key }: Access): Graph {
  const secret = key ?? process.env.ERP_SUPERGRAPH_KEY
  const client = createClient({ url: addressOf(url), ...(secret && { key: secret }) })
  return {
    ...client,
    ask<T>(text: string, variables: Record<string, unknown> = {}) {
      const document = parse(text) as Document<T, Record<string, unknown>>
      return client.query(document, variables)
    },
  }
}

function addressOf(given: string | undefined): string {
  const text = given || process.env.ERP_SUPERGRAPH_URL || DEFAULT_URL
  const url = URL.canParse(text) ? new URL(text) : null
  if (!url || !/^https?:$/.test(url.protocol))
    throw new UsageError(`"${text}" is no address. Example: --url https://erp.example`)
  if (url.pathname === '/') url.pathname = '/graphql'
  return url.href
}
