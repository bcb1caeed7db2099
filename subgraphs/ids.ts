import { createCipheriv, createDecipheriv, createHmac, hkdfSync } from 'node:crypto'
import { LRUCache } from 'lru-cache'
import type { Id, LiveKind } from './records.ts'

/** What the client asked about stock, carried inside the reference's id so that any router can run the graph. */
export interface StockTerms {
  warehouses: string[] | null
  deadlineMs: number
  maxAgeMs: number | null
}

/** What the client asked about a price; sealed, because it names a customer. */
export interface PriceTerms {
  connection: string
  /** The hub's id of the customer, for the check against the caller's key. */
  buyer: string | null
  customer: Id | null
  quantity: string
  unit: string | null
  currency: string | null
  on: string
  deadlineMs: number
  maxAgeMs: number | null
}

/** The id of a record: connection, kind and the ERP's own id. Opaque to clients by contract. */
export function recordId(connection: string, kind: LiveKind | 'credit', native: Id): string {
  return `${connection}/${kind}/${encodeURIComponent(native)}`
}

/** The parts of a record id, or null when it is none. */
export function parseRecordId(id: string): { connection: string; kind: string; native: Id } | null {
  const [connection, kind, native, extra] = id.split('/')
  if (!connection || !kind || !native || extra !== undefined) return null
  const text = decode(native)
  return text === null ? null : { connection, kind, native: text }
}

function decode(text: string): string | null {
  try {
    return decodeURIComponent(text)
  } catch {
    return null
  }
}

/** Makes and reads the ids of live answers. Sealed parts are encrypted, authenticated, and equal for equal input. */
export class Seal {
  readonly #key: Buffer
  readonly #ivKey: Buffer
  readonly #opened = new LRUCache<string, object>({ max: 10_000 })
  readonly #sealed = new LRUCache<string, string>({ max: 10_000 })

  constructor(secret: string) {
    this.#key = Buffer.from(hkdfSync('sha256', secret, '', 'reference ids', 32))
    this.#ivKey = Buffer.from(hkdfSync('sha256', secret, '', 'reference ivs', 32))
  }

  stockId(connection: string, item: Id, sku: string, terms: StockTerms): string {
    return `${connection}/stock/${encodeURIComponent(item)}/${encodeURIComponent(sku)}/${this.#close(terms)}`
  }

  priceId(item: Id, sku: string, terms: PriceTerms): string {
    return `${terms.connection}/price/${encodeURIComponent(item)}/${encodeURIComponent(sku)}/${this.#close(terms)}`
  }

  /** The parts of a live answer's id with its terms, or null when it was not made here. */
  open<T extends StockTerms | PriceTerms>(
    id: string,
  ): { connection: string; item: Id; sku: string; terms: T } | null {
    const [connection, , item, sku, sealed, extra] = id.split('/')
    if (!connection || !item || !sku || !sealed || extra !== undefined) return null
    const terms = this.#open(sealed) as T | null
    const [native, name] = [decode(item), decode(sku)]
    return terms && native !== null && name !== null ? { connection, item: native, sku: name, terms } : null
  }

  /** Encrypts a small value for a client that hands it back, such as the id of a Stock. */
  close(value: object): string {
    return this.#close(value)
  }

  /** Reads what `close` made; null for anything else. */
  read(text: string): object | null {
    return this.#open(text)
  }

  #close(value: object): string {
    const plain = JSON.stringify(value)
    const known = this.#sealed.get(plain)
    if (known) return known
    const iv = createHmac('sha256', this.#ivKey).update(plain).digest().subarray(0, 12)
    const cipher = createCipheriv('aes-256-gcm', this.#key, iv)
    const parts = [iv, cipher.update(plain, 'utf8'), cipher.final()]
    const sealed = Buffer.concat([...parts, cipher.getAuthTag()]).toString('base64url')
    this.#sealed.set(plain, sealed)
    return sealed
  }

  #open(sealed: string): object | null {
    const known = this.#opened.get(sealed)
    if (known) return known
    const bytes = Buffer.from(sealed, 'base64url')
    if (bytes.length < 29) return null
    try {
      const decipher = createDecipheriv('aes-256-gcm', this.#key, bytes.subarray(0, 12), {
        authTagLength: 16,
      })
      decipher.setAuthTag(bytes.subarray(-16))
      const plain = Buffer.concat([decipher.update(bytes.subarray(12, -16)), decipher.final()]).toString(
        'utf8',
      )
      const value = JSON.parse(plain) as object
      this.#opened.set(sealed, value)
      return value
    } catch {
      return null
    }
  }
}
