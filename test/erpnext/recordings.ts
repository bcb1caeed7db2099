import { existsSync, readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { type Demo, demo } from '../../subgraphs/demo.ts'
import { type Json, parseExact } from '../../subgraphs/json.ts'

/** One exchange with a real ERPNext 15. */
export interface Recording {
  name: string
  request: { method: string; path: string; headers: Record<string, string>; body: unknown }
  /** `exact` keeps every number as the text on the wire: "50.0" is not "50". */
  response: { status: number; headers: Record<string, string>; json: unknown; exact: Json }
}

const FOLDER = join(import.meta.dirname, '../../../shared/recordings/erpnext')

/** Why the replay is skipped, or null where the recordings are at hand. */
export const absent = existsSync(FOLDER) ? null : `no recordings at ${FOLDER}`

/** The day of the recording becomes today, so that prices that begin today hold. */
function aged(text: string): string {
  const day = (offset: number) =>
    new Date(Date.now() + offset * 86_400_000 + zoneMs()).toISOString().slice(0, 10)
  return text
    .replaceAll('2026-11-21', day(0))
    .replaceAll('2026-12-01', day(10))
    .replaceAll('2026-12-21', day(30))
    .replace(/((?:SAL-ORD|ACC-SINV|MAT-STE|ACC-PAY)-)2026/g, `$1${day(0).slice(0, 4)}`)
}

function zoneMs(): number {
  const name = new Intl.DateTimeFormat('en', {
    timeZone: 'Europe/Berlin',
    timeZoneName: 'longOffset',
  }).format()
  return Number(/GMT\+(\d+)/.exec(name)?.[1] ?? 0) * 3_600_000
}

function recordingOf(file: string): Recording {
  const text = aged(readFileSync(join(FOLDER, file), 'utf8'))
  const read = JSON.parse(text) as Recording
  const { response } = parseExact(text) as { response: { json: Json } }
  return { ...read, name: file.slice(0, -5), response: { ...read.response, exact: response.json } }
}

/** Every recording in its order. */
export function recordings(): Recording[] {
  return readdirSync(FOLDER).toSorted().map(recordingOf)
}

/** The site that was recorded, before anything was written to it. */
export function lab(): Demo {
  const names = ['Stores', 'Finished Goods', 'Goods In Transit', 'Work In Progress']
  const warehouses = names.map((name) => ({ code: name, name }))
  return {
    ...demo(1),
    company: 'Lab GmbH',
    warehouses,
    products: [],
    customers: [],
    agreements: [],
    orders: [],
  }
}

/** What differs from run to run: names, ids, clocks, tracebacks, an amount in words. */
export function normal(value: unknown, key = ''): unknown {
  if (Array.isArray(value)) return value.map((one) => normal(one))
  if (value && typeof value === 'object') {
    // The sandbox has the custom field that our reference needs; the recorded site had none.
    const fields = Object.entries(value).filter(
      ([field]) => !field.startsWith('custom_') || field === 'custom_remarks',
    )
    return Object.fromEntries(fields.map(([field, one]) => [field, normal(one, field)]))
  }
  if (typeof value !== 'string') return value
  if (key === 'exc') return 'traceback'
  if (key === 'in_words' || key === 'base_in_words') return 'words'
  if (key === '_server_messages') return (JSON.parse(value) as string[]).map((one) => normal(JSON.parse(one)))
  if (key === '__frappe_exc_id') return 'id'
  return value
    .replace(/\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{6}/g, 'time')
    .replace(/^\d\d:\d\d:\d\d\.\d{6}$/, 'clock')
    .replace(/\bk[a-z0-9]{9}\b/g, 'hash')
}
