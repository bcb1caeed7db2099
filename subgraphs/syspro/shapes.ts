import Big from 'big.js'
import { ErpError } from '../../schema/errors.ts'
import { type Element, childrenOf } from '../xml.ts'

/** Numbers are padded on the left; ".5" and "12." occur. */
const NUMBER = /^-?(\d{1,28}(\.\d{0,18})?|\.\d{1,18})$/

function bad(field: string, said: string): ErpError {
  return new ErpError('BAD_ANSWER', `SYSPRO answers ${field} in an unexpected form.`, {
    field,
    said: said.slice(0, 100),
  })
}

/** A text of a row; null where it is missing or blank. BAD_ANSWER where elements stand inside it. */
export function text(row: Element, name: string): string | null {
  const [found] = childrenOf(row, name)
  if (found && found.children.length > 0) throw bad(name, found.children[0]?.name ?? '')
  return found?.text.trim() || null
}

/** A text that must be there. */
export function key(row: Element, name: string): string {
  const value = text(row, name)
  if (value === null) throw bad(name, 'nothing')
  return value
}

/** A key for comparing: business objects differ in how many zeros they write in front of a key of digits. */
export function bare(said: string): string {
  const code = said.trim()
  return /^\d+$/.test(code) ? code.replace(/^0+(?=\d)/, '') : code
}

/** A number of a row as exact decimal text; null where the element is missing. */
export function optional(row: Element, name: string): string | null {
  if (childrenOf(row, name).length === 0) return null
  const value = text(row, name) ?? ''
  if (!NUMBER.test(value)) throw bad(name, value)
  return new Big(value).toFixed()
}

/** A number that must be there. */
export function decimal(row: Element, name: string): string {
  const value = optional(row, name)
  if (value === null) throw bad(name, 'nothing')
  return value
}

/** A day as YYYY-MM-DD; null where it is blank or 0000-00-00. Both "-" and "/" occur. */
export function day(row: Element, name: string): string | null {
  const value = text(row, name)?.slice(0, 10).replaceAll('/', '-') ?? null
  if (value === null || value === '0000-00-00') return null
  const at = new Date(`${value}T00:00:00.000Z`)
  if (Number.isNaN(at.getTime()) || !at.toISOString().startsWith(value)) throw bad(name, value)
  return value
}

/** All elements of this name, however deep they stand; names of set-up answers may be in lower case. */
export function deep(root: Element, name: string): Element[] {
  const wanted = name.toLowerCase()
  return root.children.flatMap((child) => [
    ...(child.name.toLowerCase() === wanted ? [child] : []),
    ...deep(child, name),
  ])
}
