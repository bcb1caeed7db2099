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

/** A row of a set, in the words of Business Central. */
export type Row = Record<string, unknown>

/** The id that stands for nothing. */
export const NO_ID = '00000000-0000-0000-0000-000000000000'
/** The day that stands for none. */
export const NO_DAY = '0001-01-01'
/** The instant that stands for none. */
export const NO_TIME = '0001-01-01T00:00:00Z'

/** A number as JSON number, from text or a decimal. */
export function num(value: string | number | Big): Num {
  return new Num(new Big(value).toFixed())
}

/** The same id for the same name in every sandbox. */
export function guidOf(name: string): string {
  const hex = createHash('sha256').update(name).digest('hex')
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-ee11-8${hex.slice(13, 16)}-${hex.slice(16, 28)}`
}

/** Milliseconds since 1970 as Business Central writes instants: no zeros at the end. */
export function timeOf(ms: number): string {
  return new Date(ms).toISOString().replace(/\.?0*Z$/, 'Z')
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
