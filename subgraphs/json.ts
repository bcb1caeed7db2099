import { ErpError } from '../schema/errors.ts'

/** JSON as an ERP sent it, with every number kept as the text that stood on the wire. */
export type Json = string | boolean | null | Json[] | { [key: string]: Json }

/** A string, a bracket, or a number that is no name. */
const PARTS = /"[^"\\]*(?:\\[^][^"\\]*)*"|[[\]{}]|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?(?!\s*:)/g
/** Letters of a text in which the pattern never meets more escapes than its stack holds. */
const QUOTABLE = 2_000_000
/** How deep an answer may be nested: whoever walks through it does so by calling itself. */
const DEEPEST = 500

/** Quotes the numbers of a JSON text. What is no number of JSON, such as 007, stays and is refused with the rest. */
function quoted(text: string): string {
  let depth = 0
  return text.replace(PARTS, (part) => {
    if (part === '[' || part === '{') depth += 1
    else if (part === ']' || part === '}') depth -= 1
    else return part.startsWith('"') || /^-?0\d/.test(part) ? part : `"${part}"`
    if (depth > DEEPEST) throw new RangeError('The text is nested too deeply.')
    return part
  })
}

interface Source {
  source?: string
}

function asTexts(_key: string, value: unknown, context?: Source): unknown {
  return typeof value === 'number' ? (context?.source ?? String(value)) : value
}

/**
 * Parses JSON without ever passing a number through a float: 12345678901234567.10 arrives as exactly that
 * text. Throws ErpError BAD_ANSWER for an empty, halved or non-JSON text.
 */
export function parseExact(text: string): Json {
  if (text.trim() === '') throw new ErpError('BAD_ANSWER', 'The answer is empty where JSON was expected.')
  try {
    // Quoting the numbers first takes about half the time of a reviver.
    return (text.length > QUOTABLE ? JSON.parse(text, asTexts) : JSON.parse(quoted(text))) as Json
  } catch {
    const kind = text.trimStart().startsWith('<') ? 'HTML or XML' : 'no valid JSON'
    throw new ErpError('BAD_ANSWER', `The answer is ${kind}.`, { said: text.slice(0, 300) })
  }
}

/** As `parseExact`; null where the text is no JSON, as the pages of proxies are none. */
export function exactOrNull(text: string): Json {
  try {
    return parseExact(text)
  } catch {
    return null
  }
}

/** JSON as JavaScript reads it, for texts in which no amount stands; null where the text is none. */
export function looseOrNull(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}

declare global {
  interface JSON {
    /** Puts a text into JSON.stringify's output unchanged (ECMAScript proposal "JSON.parse source text access"). */
    rawJSON(text: string): object
  }
}

/** A decimal text as a bare JSON number, digit by digit, for use inside JSON.stringify. */
export function exactNumber(decimal: string): object {
  if (!/^-?(0|[1-9]\d*)(\.\d+)?$/.test(decimal)) {
    throw new ErpError('VALIDATION', `"${decimal.slice(0, 40)}" is no decimal number.`)
  }
  return JSON.rawJSON(decimal)
}

/** "2.50", "+2.5" and "02.5" as one text, for comparing and for cache keys; "-0" is "0". */
export function plain(decimal: string): string {
  const [, sign = '', whole = '', part = ''] = /^([+-]?)0*(\d+?)(?:\.(\d*?)0*)?$/.exec(decimal) ?? []
  if (whole === '') return decimal
  const text = part ? `${whole}.${part}` : whole
  return sign === '-' && text !== '0' ? `-${text}` : text
}
