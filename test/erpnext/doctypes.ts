import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Exchange } from '../../subgraphs/http.ts'

interface Field {
  type: string
  target?: string
  values?: string[]
}
interface Doctype {
  fields: Record<string, Field>
}

const FILE = join(import.meta.dirname, '../../../shared/specs/erpnext/doctypes.json')
const spec: Record<string, Doctype> = existsSync(FILE)
  ? (JSON.parse(readFileSync(FILE, 'utf8')) as { doctypes: Record<string, Doctype> }).doctypes
  : {}
/** What a test's name says when the specification is not at hand; empty when it is. */
export const why = existsSync(FILE) ? '' : ` (skipped: no specification at ${FILE})`

const STANDARD = new Set(
  'name owner creation modified modified_by docstatus idx parent parentfield parenttype doctype __unsaved'.split(
    ' ',
  ),
)
/** What Customer takes on insert to make its contact and address. */
const BESIDES: Record<string, Set<string>> = {
  'Sales Invoice': new Set(['remarks', 'set_posting_time']),
  Customer: new Set(['address_line1', 'address_line2', 'city', 'state', 'pincode', 'country']),
  Bin: new Set(['stock_uom']),
}
/** Whether a field is passed over: those that people added, and those of every document. */
function besides(doctype: string, name: string): boolean {
  const added = name.startsWith('custom_') && name !== 'custom_remarks'
  return added || STANDARD.has(name) || (BESIDES[doctype]?.has(name) ?? false)
}
const SHAPES: Record<string, (value: unknown) => boolean> = {
  Check: (value) => value === 0 || value === 1,
  Int: Number.isInteger,
  Float: (value) => typeof value === 'number',
  Currency: (value) => typeof value === 'number',
  Percent: (value) => typeof value === 'number',
  Table: Array.isArray,
  Date: (value) => /^\d{4}-\d\d-\d\d$/.test(String(value)),
}

/** What is wrong with a document of a DocType, as sentences. */
export function faults(doctype: string, row: Record<string, unknown>, path = doctype): string[] {
  const known = spec[doctype]
  if (!known) return []
  return Object.entries(row).flatMap(([name, value]): string[] => {
    if (besides(doctype, name) || value === null) return []
    const field = known.fields[name]
    if (!field) return [`${path}.${name} does not exist`]
    if (Array.isArray(value)) {
      return value.flatMap((one, at) =>
        faults(field.target ?? '', one as Record<string, unknown>, `${path}.${name}[${at}]`),
      )
    }
    const fits = SHAPES[field.type] ?? ((text: unknown) => typeof text === 'string')
    if (!fits(value)) return [`${path}.${name} is ${JSON.stringify(value)}, not ${field.type}`]
    if (field.values && typeof value === 'string' && value !== '' && !field.values.includes(value))
      return [`${path}.${name} may not be "${value}"`]
    return []
  })
}

/** The DocType that an address is about. */
export function doctypeOf(url: string): { doctype: string; query: URLSearchParams } | null {
  const { pathname, searchParams } = new URL(url)
  const found = /\/api\/resource\/([^/]+)/.exec(pathname)
  return found ? { doctype: decodeURIComponent(found[1] ?? ''), query: searchParams } : null
}

/** Fields that a list call names and that do not exist: its own, or "table.field" of a child table. */
export function asked({ request }: Exchange): string[] {
  const at = doctypeOf(request.url)
  const known = spec[at?.doctype ?? '']
  if (!at || !known || request.method !== 'GET' || !at.query.has('fields')) return []
  const names = JSON.parse(at.query.get('fields') ?? '[]') as string[]
  return names.flatMap((name) => {
    const [head = '', rest] = name.split('.')
    if (besides(at.doctype, head)) return []
    const field = known.fields[head]
    if (!field) return [`${at.doctype}.${name} does not exist`]
    const child = spec[field.target ?? '']
    return rest && child && !child.fields[rest] ? [`${at.doctype}.${name} does not exist`] : []
  })
}
