import { createHash } from 'node:crypto'
import Big from 'big.js'

/** A JSON number that keeps its spelling. */
export class Num {
  readonly text: string

  constructor(text: string) {
    this.text = text
  }

  get big(): Big {
    return new Big(this.text)
  }

  toJSON(): object {
    return JSON.rawJSON(this.text)
  }
}

/** A row of a set, in the words of SAP Business One. */
export type Row = Record<string, unknown>

/** A number as JSON number, from text or a decimal. */
export function num(value: string | number | Big): Num {
  return new Num(new Big(value).toFixed())
}

/** The text of a field. */
export function textOf(row: Row | undefined, field: string): string {
  const value = row?.[field]
  return typeof value === 'string' ? value : ''
}

/** The number in a field; 0 where there is none. */
export function bigOf(row: Row | undefined, field: string): Big {
  const value = row?.[field]
  return value instanceof Num ? value.big : new Big(0)
}

/** The rows in a field; none where there are none. */
export function rowsIn(row: Row | undefined, field: string): Row[] {
  const value = row?.[field]
  return Array.isArray(value) ? (value as Row[]) : []
}

/** JSON whose numbers keep their spelling; undefined for anything else. */
export function parseBody(text: string): unknown {
  try {
    return JSON.parse(text, (_key, value: unknown, context?: { source?: string }) =>
      typeof value === 'number' ? new Num(context?.source ?? String(value)) : value,
    ) as unknown
  } catch {
    return undefined
  }
}

/** A day as the server writes it: with a time and a zone that mean nothing. */
export function dayOf(day: string): string {
  return `${day.slice(0, 10)}T00:00:00Z`
}

/** What the clock of the server shows: one hour ahead of UTC. */
export function clock(): { day: string; time: string } {
  const text = new Date(Date.now() + 3_600_000).toISOString()
  return { day: text.slice(0, 10), time: text.slice(11, 19) }
}

/** The weak tag of a version: W/ and the SHA-1 of the counter. */
export function etag(version: unknown): string {
  const text = version instanceof Num ? version.text : '1'
  return `W/"${createHash('sha1').update(text).digest('hex').toUpperCase()}"`
}

/** Two decimals, as amounts are kept. */
export function round(amount: Big): Big {
  return amount.round(2, Big.roundHalfUp)
}
