import Big from 'big.js'

/** A JSON number of a sandbox, which keeps its spelling. */
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

/** A row of a sandbox, in the words of its system. */
export type Row = Record<string, unknown>

/** A number as JSON number, from text or a decimal. */
export function num(value: string | number | Big): Num {
  return new Num(new Big(value).toFixed())
}

/** The text of a field; empty where there is none. */
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
