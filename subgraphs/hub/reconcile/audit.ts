import { rows } from '../database.ts'
import type { Hub } from '../hub.ts'
import type { Compared, Staged } from './source.ts'
import { type At, UNIQUE } from './stage.ts'
import { formatFault } from './format.ts'

/** What is wrong with records before they are used. */
export const FAULTS = ['DUPLICATE', 'INCOMPLETE', 'FORMAT'] as const

/** A record that shows a fault. */
export interface Example {
  record: string
  value: unknown
  message: string
}
/** One fault of one field, with how many records have it. */
export interface Fault {
  kind: (typeof FAULTS)[number]
  field: string
  count: number
  examples: Example[]
}
/** What was found of one object. */
export interface Audited {
  object: Compared
  count: number
  faults: Fault[]
}
/** What was found so far, by object. */
export type Faults = Partial<Record<Compared, Audited>>

const EXAMPLES = 5
const REQUIRED: Record<Compared, string[]> = {
  PRODUCT: ['sku', 'name', 'unit'],
  CUSTOMER: ['name', 'email', 'country'],
  ORDER: ['number', 'customer', 'lines'],
  INVOICE: ['number', 'customer', 'currency', 'total'],
  PAYMENT: ['customer', 'amount', 'paidOn'],
}

/** Looks at a page of records; gives what is known with it. */
export function examine(faults: Faults, object: Compared, page: Staged[]): Faults {
  const known = faults[object] ?? { object, count: 0, faults: [] }
  const audited = { ...known, count: known.count + page.length, faults: [...known.faults] }
  for (const { id, content } of page) {
    for (const field of REQUIRED[object])
      if (!(field in content))
        note(audited, 'INCOMPLETE', field, { record: id, value: null, message: 'It is empty.' })
    for (const [field, value] of Object.entries(content)) {
      const message = formatFault(field, value, content)
      if (message) note(audited, 'FORMAT', field, { record: id, value, message })
    }
  }
  return { ...faults, [object]: audited }
}

function note(audited: Audited, kind: Fault['kind'], field: string, example: Example, more = 1): void {
  const nth = audited.faults.findIndex((one) => one.kind === kind && one.field === field)
  const { count, examples } = audited.faults[nth] ?? { count: 0, examples: [] }
  const shown = examples.length < EXAMPLES ? [...examples, example] : examples
  const fault = { kind, field, count: count + more, examples: shown }
  if (nth < 0) audited.faults.push(fault)
  else audited.faults[nth] = fault
}

const TWINS = `select keys ->> ? as key, count(*)::int as n, (array_agg(id order by id))[1:5] as ids
  from reconcile_record where reconcile = ? and object = ? and side = 'L' and keys ->> ? is not null
  group by 1 having count(*) > 1 order by 2 desc, 1`

/** Adds what only all records together show: those that are there twice. */
export async function closeAudit(hub: Hub, { reconcile, object }: At, faults: Faults): Promise<Faults> {
  const known = faults[object] ?? { object, count: 0, faults: [] }
  const audited = { ...known, faults: known.faults.filter(({ kind }) => kind !== 'DUPLICATE') }
  for (const field of UNIQUE[object]) {
    type Row = { key: string; n: number; ids: string[] }
    const found = await rows<Row>(hub.db.em(), TWINS, [field, reconcile, object, field])
    for (const { key, n, ids } of found) {
      const example = { record: ids[0] ?? '', value: key, message: `Also ${ids.slice(1).join(', ')}.` }
      note(audited, 'DUPLICATE', field, example, n)
    }
  }
  return { ...faults, [object]: audited }
}
