import { Field, ObjectType } from 'type-graphql'
import { ErpError } from '../../schema/errors.ts'
import { PageInfo } from '../../schema/index.ts'

/** A page as resolvers give it. */
export interface PageOf<T> {
  nodes: T[]
  pageInfo: PageInfo
}

/** The greatest number of rows in one page. */
export const MAX_PAGE = 500

/** Declares the page type of a GraphQL class: `ProductPage { nodes pageInfo }`. */
export function pageOf<T extends object>(name: string, of: () => new () => T): new () => PageOf<T> {
  @ObjectType(name)
  class Page {
    @Field(() => [of()], { nullable: 'items' })
    nodes!: T[]

    @Field(() => PageInfo)
    pageInfo!: PageInfo
  }
  return Page
}

/** Refuses a page size that is none. */
export function checkFirst(first: number): void {
  if (first < 1 || first > MAX_PAGE) {
    throw new ErpError('LIMIT_EXCEEDED', `first must be between 1 and ${MAX_PAGE}.`, { field: 'first' })
  }
}

/** Reads a cursor made by `toPage`; throws VALIDATION for anything else. */
export function readCursor(after: string | null | undefined): string[] | null {
  if (!after) return null
  try {
    const parts: unknown = JSON.parse(Buffer.from(after, 'base64url').toString('utf8'))
    if (Array.isArray(parts) && parts.every((part) => typeof part === 'string')) return parts
  } catch {
    // falls through to the refusal below
  }
  throw noCursor()
}

/** Reads a cursor of a list that is sorted by time; throws VALIDATION for one of another list. */
export function readTimeCursor(after: string | null | undefined): [at: string, id: string] | null {
  const parts = readCursor(after)
  if (!parts) return null
  const [at = '', id] = parts
  if (id === undefined || !/^\d{4}-/.test(at) || Number.isNaN(Date.parse(at))) throw noCursor()
  return [at, id]
}

function noCursor(): ErpError {
  return new ErpError('VALIDATION', 'The cursor is none that was given out here.', { field: 'after' })
}

/** Cuts rows that were read with one more than asked into a page; `key` names the sort columns of a row. */
export function toPage<R, T>(
  rows: R[],
  first: number,
  key: (row: R) => string[],
  node: (row: R) => T,
): PageOf<T> {
  const shown = rows.slice(0, first)
  const last = shown.at(-1)
  const endCursor = last ? Buffer.from(JSON.stringify(key(last))).toString('base64url') : null
  return { nodes: shown.map(node), pageInfo: { endCursor, hasNextPage: rows.length > first } }
}
