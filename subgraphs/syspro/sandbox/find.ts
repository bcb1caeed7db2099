import { type Element, at, childrenOf, element, textAt } from '../../xml.ts'
import type { Tables } from './tables.ts'
import { Failure, type Row, document, elements } from './wire.ts'

type Test = (row: Row) => boolean
type Compare = (value: string, wanted: string) => boolean

const COMPARE: Record<string, Compare> = {
  EQ: (value, wanted) => value === wanted,
  NE: (value, wanted) => value !== wanted,
  GT: (value, wanted) => value > wanted,
  GE: (value, wanted) => value >= wanted,
  LT: (value, wanted) => value < wanted,
  LE: (value, wanted) => value <= wanted,
}

/** The database compares without regard to case and to blanks at the end. */
function folded(text: string): string {
  return text.toUpperCase().trimEnd()
}

function likeTest(column: string, pattern: string): Test {
  const parts = pattern.match(/\[[^\]]*\]|[\s\S]/gu) ?? []
  const source = parts.map((part) => {
    if (part === '%') return '.*'
    if (part === '_') return '.'
    return (part.startsWith('[') && part.length > 2 ? part.slice(1, -1) : part).replace(
      /[.*+?^${}()|[\]\\/]/g,
      '\\$&',
    )
  })
  const like = new RegExp(`^${source.join('')}$`, 'isu')
  return (row) => like.test(row[column] ?? '')
}

interface Part {
  or: boolean
  open: boolean
  close: boolean
  column: string
  condition: string
  value: string
}

function partOf(expression: Element): Part {
  const text = (name: string): string => at(expression, name)?.text ?? ''
  return {
    or: text('AndOr').toUpperCase() === 'OR',
    open: text('OpenBracket') === '(',
    close: text('CloseBracket') === ')',
    column: text('Column'),
    condition: text('Condition'),
    value: text('Value'),
  }
}

function testOf({ column, condition, value }: Part): Test {
  if (condition === 'LIKE') return likeTest(column, value)
  const compare = COMPARE[condition]
  if (!compare) throw new Failure(`Invalid condition '${condition}'`)
  const wanted = folded(value)
  return (row) => compare(folded(row[column] ?? ''), wanted)
}

/** One bracket; many comparisons of one column are looked up in a set. */
function groupTest(parts: Part[]): Test {
  const [first] = parts
  const same = parts.every(
    (one, index) => one.condition === 'EQ' && one.column === first?.column && (index === 0 || one.or),
  )
  if (first && same) {
    const wanted = new Set(parts.map(({ value }) => folded(value)))
    return (row) => wanted.has(folded(row[first.column] ?? ''))
  }
  const tests = parts.map((part, index): [boolean, Test] => [index > 0 && part.or, testOf(part)])
  return (row) => joined(tests.map(([or, test]) => [or, test(row)]))
}

/** "And" binds closer than "Or". */
function joined(values: [or: boolean, value: boolean][]): boolean {
  const runs: boolean[] = []
  for (const [or, value] of values) {
    if (or || runs.length === 0) runs.push(value)
    else runs.push((runs.pop() ?? true) && value)
  }
  return runs.length === 0 || runs.includes(true)
}

function whereTest(expressions: Element[], columns: Set<string>): Test {
  const groups: [boolean, Part[]][] = []
  let open = false
  for (const part of expressions.map(partOf)) {
    if (!columns.has(part.column)) throw new Failure(`Column '${part.column}' is invalid`)
    if (part.open === open && part.open) throw new Failure('The brackets do not match')
    if (part.open || !open) groups.push([groups.length > 0 && part.or, []])
    groups.at(-1)?.[1].push(part)
    open = (open || part.open) && !part.close
  }
  if (open) throw new Failure('The brackets do not match')
  const tests = groups.map(([or, parts]): [boolean, Test] => [or, groupTest(parts)])
  return (row) => joined(tests.map(([or, test]) => [or, test(row)]))
}

/** COMFND: rows of one table. */
export function search(tables: Tables, query: Element): string {
  const table = textAt(query, 'TableName') ?? ''
  const rows = tables.table(table)
  if (!rows) throw new Failure(`Table '${table}' is invalid`)
  const known = new Set(Object.keys(rows[0] ?? {}))
  const names = (path: string): string[] => childrenOf(at(query, path), 'Column').map(({ text }) => text)
  const [columns, order] = [names('Columns'), names('OrderBy')]
  for (const column of [...columns, ...order])
    if (!known.has(column)) throw new Failure(`Column '${column}' is invalid`)
  const test = whereTest(childrenOf(at(query, 'Where'), 'Expression'), known)
  const found = rows.filter(test).toSorted((a, b) => {
    for (const column of order) {
      const [one, other] = [folded(a[column] ?? ''), folded(b[column] ?? '')]
      if (one !== other) return one < other ? -1 : 1
    }
    return 0
  })
  const shown = found.slice(0, Number(textAt(query, 'ReturnRows') ?? '100'))
  const listed = (some: string[]) => some.flatMap((column) => element('Column', column))
  const head = [
    ...element('TableName', table),
    ...element('Columns', listed(columns)),
    ...element('OrderBy', listed(order)),
  ]
  return document(table, [
    ...element('HeaderDetails', head),
    ...shown.flatMap((row) =>
      element('Row', elements(Object.fromEntries(columns.map((column) => [column, row[column] ?? ''])))),
    ),
    ...element('RowsReturned', String(shown.length).padStart(7)),
  ])
}
