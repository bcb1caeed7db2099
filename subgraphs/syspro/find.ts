import { ErpError } from '../../schema/errors.ts'
import { type Element, type Markup, childrenOf, element } from '../xml.ts'
import type { Client } from './client.ts'
import { fields } from './client.ts'

/** One comparison of a column; EQ is recorded, the others are known from the schema. */
export interface Condition {
  column: string
  is: 'EQ' | 'GT' | 'GE' | 'LIKE'
  value: string
}

/** A group of comparisons in brackets: any or all of them. Groups must all hold. */
export interface Group {
  join: 'Or' | 'And'
  of: Condition[]
}

/** A search of one table (business object COMFND). */
export interface Search {
  table: string
  columns: string[]
  where?: Group[]
  orderBy?: string[]
  rows: number
}

/** Rows that a search for given keys may give at most. */
const MANY = 9_999
const MAX_KEYS = 50

function expression(
  { column, is, value }: Condition,
  andOr: string,
  open: boolean,
  close: boolean,
): Markup[] {
  return element('Expression', [
    ...element('OpenBracket', open ? '(' : ''),
    ...element('AndOr', andOr),
    ...fields({ Column: column, Condition: is, Value: value }),
    ...element('CloseBracket', close ? ')' : ''),
  ])
}

function content({ table, columns, where = [], orderBy, rows }: Search): Markup[] {
  const expressions = where.flatMap(({ join, of }) =>
    of.flatMap((one, index) =>
      expression(one, index === 0 ? 'And' : join, index === 0, index === of.length - 1),
    ),
  )
  return [
    ...fields({ TableName: table, ReturnRows: String(rows) }),
    ...element(
      'Columns',
      columns.flatMap((column) => element('Column', column)),
    ),
    ...(expressions.length > 0 ? element('Where', expressions) : []),
    ...(orderBy
      ? element(
          'OrderBy',
          orderBy.flatMap((column) => element('Column', column)),
        )
      : []),
  ]
}

/** The rows of one search; the answer's root has the name of the table. */
export async function find(client: Client, search: Search): Promise<Element[]> {
  const root = await client.query('COMFND', 'Query', content(search))
  if (root.name !== search.table)
    throw new ErpError('BAD_ANSWER', `SYSPRO answers <${root.name}> to a search of ${search.table}.`)
  const rows = childrenOf(root, 'Row')
  const [count] = childrenOf(root, 'RowsReturned')
  const told = count?.text.trim() ?? ''
  if (told !== '' && (!/^\d+$/.test(told) || Number(told) !== rows.length))
    throw new ErpError('BAD_ANSWER', 'The number of rows is not the one that SYSPRO tells.', {
      field: 'RowsReturned',
    })
  return rows
}

/** One value of a column or another. */
export function anyOf(column: string, values: Iterable<string>): Group {
  return { join: 'Or', of: [...new Set(values)].map((value) => ({ column, is: 'EQ', value })) }
}

/** The rows of which `column` is one of the keys, in as few searches as the length of an address allows. */
export async function findEach(
  client: Client,
  search: Omit<Search, 'rows' | 'where'> & { where?: Group[] },
  column: string,
  keys: Iterable<string>,
): Promise<Element[]> {
  const left = [...new Set(keys)].filter((one) => one.trim() !== '' && one.length <= 100)
  const all: Element[] = []
  const searchOf = (some: string[]): Search => ({
    ...search,
    where: [anyOf(column, some), ...(search.where ?? [])],
    rows: MANY,
  })
  while (left.length > 0) {
    let size = Math.min(left.length, MAX_KEYS)
    while (size > 1 && !client.fits('COMFND', content(searchOf(left.slice(0, size)))))
      size = Math.ceil(size / 2)
    const rows = await find(client, searchOf(left.splice(0, size)))
    if (rows.length >= MANY)
      throw new ErpError('BAD_ANSWER', `A search of ${search.table} gives more rows than it may.`)
    all.push(...rows)
  }
  return all
}
