import { ErpError } from '../../schema/errors.ts'
import type { Id } from '../connector.ts'

/** Oracle takes at most 1000 expressions in one IN list; half of it keeps statements short. */
const IN_LIST = 500

/**
 * Text as a literal. There are no bind parameters over REST, so quotes are doubled and control characters,
 * which a statement cannot carry, become spaces.
 */
export function literal(text: string): string {
  // oxlint-disable-next-line no-control-regex
  return `'${text.replace(/[\u0000-\u001f\u007f]/g, ' ').replaceAll("'", "''")}'`
}

/** Whether a text can be an internal id at all; anything else never reaches a statement. */
export function isId(text: string): boolean {
  return /^\d{1,18}$/.test(text)
}

/** `column IN (1,2)` for internal ids; throws for anything that is none. */
export function inIds(column: string, ids: Id[]): string {
  const wrong = ids.find((id) => !isId(id))
  if (wrong !== undefined) {
    throw new ErpError('VALIDATION', `"${wrong.slice(0, 40)}" is no internal id of NetSuite.`)
  }
  return `${column} IN (${ids.join(',')})`
}

/** `column IN ('a','b')` for texts. */
export function inTexts(column: string, texts: string[]): string {
  return `${column} IN (${texts.map(literal).join(',')})`
}

/** True where one of the columns contains the text, whatever its case; % and _ mean themselves. */
export function contains(columns: string[], text: string): string {
  const wanted = literal(text.trim().toLowerCase())
  return `(${columns.map((column) => `INSTR(LOWER(${column}), ${wanted}) > 0`).join(' OR ')})`
}

/** A calendar day of a column as YYYY-MM-DD; bare dates come in the user's own format. */
export function day(column: string): string {
  return `TO_CHAR(${column}, 'YYYY-MM-DD')`
}

/** A moment of a column in the account's own time, to the second. */
export function moment(column: string): string {
  return `TO_CHAR(${column}, 'YYYY-MM-DD"T"HH24:MI:SS')`
}

/** A moment of the account's own time ("2026-11-21T10:14:03") for comparing with a column. */
export function instant(local: string): string {
  return `TO_DATE(${literal(local.replace('T', ' '))}, 'YYYY-MM-DD HH24:MI:SS')`
}

/** Pieces of a list that fit into one IN list. */
export function chunks<T>(values: T[]): T[][] {
  return Array.from({ length: Math.ceil(values.length / IN_LIST) }, (_, index) =>
    values.slice(index * IN_LIST, (index + 1) * IN_LIST),
  )
}

/** Each value once, in the order of its first appearance. */
export function unique<T>(values: T[]): T[] {
  return [...new Set(values)]
}
