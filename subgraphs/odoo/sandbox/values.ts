import Big from 'big.js'

/** A float on the wire: Python writes 450.0, and its exact digits are kept both ways. */
export class Float {
  readonly text: string

  constructor(text: string) {
    this.text = text
  }

  toJSON(): object {
    return JSON.rawJSON(/[.eE]/.test(this.text) ? this.text : `${this.text}.0`)
  }
}

/** What a field of a stored row holds; floats as exact text, empty as false, relations as ids. */
export type Value = string | number | boolean | number[]
/** A stored row. */
export interface Stored {
  id: number
  [field: string]: Value
}
/** Values as a client sent them. */
export type Sent = Record<string, unknown>

/** An exception of Odoo: the Python class and its message. */
export class Raise extends Error {
  readonly python: string

  constructor(python: string, message: string) {
    super(message)
    this.python = python
  }
}

/** Parses a body, keeping the digits of every number that is no plain integer. */
export function parseBody(body: string): unknown {
  return JSON.parse(body, (_key, value: unknown, context?: { source?: string }) => {
    if (typeof value !== 'number') return value
    const source = context?.source ?? String(value)
    return /^-?\d+$/.test(source) && Number.isSafeInteger(value) ? value : new Float(source)
  })
}

/** A number that a client sent, as exact text; null when it is none. */
export function numeric(value: unknown): string | null {
  const text = value instanceof Float ? value.text : typeof value === 'number' ? String(value) : value
  if (typeof text !== 'string') return value === false || value === null ? '0' : null
  return /^-?\d+(\.\d+)?([eE][+-]?\d+)?$/.test(text.trim()) ? new Big(text.trim()).toFixed() : null
}

/** A value as Python's repr shows it, as far as error texts need it. */
export function repr(value: unknown): string {
  if (value instanceof Float) return value.text
  if (typeof value === 'string') return `'${value}'`
  if (Array.isArray(value)) return `[${value.map(repr).join(', ')}]`
  if (value === null) return 'None'
  return typeof value === 'boolean' ? (value ? 'True' : 'False') : String(value)
}

/** Half-up to so many places, as money is rounded. */
export function round(value: Big.BigSource, places = 2): string {
  return new Big(value).round(places, Big.roundHalfUp).toFixed()
}
