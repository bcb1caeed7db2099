import Big from 'big.js'
import { Refused } from './answers.ts'

/** JSON of a request with exact numbers. */
export type Body = string | boolean | null | Big | Body[] | { [name: string]: Body }
/** An object of a request. */
export type Members = { [name: string]: Body }

/** Reads a JSON object; 400 for anything else. */
export function bodyOf(text: string): Members {
  try {
    const value = JSON.parse(text, (_key, part: unknown, context?: { source?: string }) =>
      typeof part === 'number' ? new Big(context?.source ?? part) : part,
    ) as Body
    if (isMembers(value)) return value
  } catch {
    // Falls through to the refusal.
  }
  throw new Refused(400, 'INVALID_CONTENT', 'Invalid content in the request body. It must be a JSON object.')
}

/** Whether a value is an object with members. */
export function isMembers(value: Body | undefined): value is Members {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Big)
}

/** Refuses names that the record does not have. */
export function onlyKnown(members: Members, known: string[], custom: string[], path = ''): void {
  for (const name of Object.keys(members)) {
    if (known.includes(name) || custom.includes(name)) continue
    throw invalid(`Unknown reference or field name ${name}.`, `${path}${name}`)
  }
}

/** 400 INVALID_CONTENT for a place in the body. */
export function invalid(detail: string, path: string): Refused {
  return new Refused(400, 'INVALID_CONTENT', `Error while accessing resource: ${detail}`, { path })
}

/** The refusal of a reference that points to nothing. */
export function invalidReference(value: string, path: string): Refused {
  const field = path.split('.').at(-1) ?? path
  return invalid(`You have entered an Invalid Field Value ${value} for the following field: ${field}`, path)
}

/** The refusal of a mandatory field that is missing: no path, only words. */
export function missing(names: string, german = false): Refused {
  const detail = german
    ? `Bitte geben Sie Werte ein für: ${names}.`
    : `Error while accessing a resource. Please enter value(s) for: ${names}.`
  return new Refused(400, 'USER_ERROR', detail)
}

/** A text member; null clears it, undefined leaves it. */
export function textOf(members: Members, name: string, path = ''): string | null | undefined {
  const value = members[name]
  if (value === undefined || value === null || typeof value === 'string') return value
  throw invalid(`Invalid value for the field ${name}: a text is expected.`, `${path}${name}`)
}

/** A calendar day. */
export function dayOf(members: Members, name: string, path = ''): string | null | undefined {
  const value = textOf(members, name, path)
  if (value == null || /^\d{4}-\d\d-\d\d$/.test(value)) return value
  throw invalid(`Invalid date value ${value} (must be YYYY-MM-DD).`, `${path}${name}`)
}

/** A number. */
export function numberOf(members: Members, name: string, path = ''): Big | null | undefined {
  const value = members[name]
  if (value === undefined || value === null || value instanceof Big) return value
  throw invalid(`Invalid value for the field ${name}: a number is expected.`, `${path}${name}`)
}

/** The record that a reference names: {"id": "1"}, {"externalId": "x"} or a bare id. */
export function referenceOf<T extends { id: number; externalid?: string | null }>(
  members: Members,
  name: string,
  rows: T[],
  path = '',
): T | null | undefined {
  const value = members[name]
  if (value === undefined || value === null) return value
  const id = isMembers(value) ? value.id : value
  const external = isMembers(value) ? value.externalId : undefined
  const wanted = id instanceof Big ? id.toFixed() : id
  const found = rows.find((row) =>
    typeof external === 'string'
      ? row.externalid?.toLowerCase() === external.toLowerCase()
      : String(row.id) === wanted,
  )
  if (found) return found
  throw invalidReference(String(wanted ?? external), `${path}${name}`)
}

/** The rows of a sublist. */
export function sublistOf(members: Members, name: string): Members[] | undefined {
  const value = members[name]
  if (value === undefined) return undefined
  const items = isMembers(value) ? value.items : undefined
  if (Array.isArray(items) && items.every((item) => isMembers(item))) return items
  throw invalid(`Invalid value for the sublist ${name}: {"items": […]} is expected.`, name)
}

/** Checks an external id; it is unique without regard to case. */
export function externalIdOf(value: string, taken: (string | null)[], german = false): string {
  if (!/^[A-Za-z0-9_-]{1,255}$/.test(value)) {
    throw new Refused(400, 'INVALID_CONTENT', `The external ID ${value} contains invalid characters.`, {
      path: 'externalId',
    })
  }
  if (taken.some((other) => other?.toLowerCase() === value.toLowerCase())) {
    const detail = german ? 'Dieser Datensatz wurde schon angelegt.' : 'This record already exists.'
    throw new Refused(400, 'USER_ERROR', `Error while accessing a resource. ${detail}`)
  }
  return value
}
