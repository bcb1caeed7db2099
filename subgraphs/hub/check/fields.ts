import Big from 'big.js'
import type { OpenConnection } from '../../connections.ts'
import type { Checked } from '../../policy.ts'
import type { KnownProduct } from '../catalogue.ts'
import { type Manager, rows } from '../database.ts'
import { convert } from '../units.ts'
import { type Complaints, Finding } from './complaints.ts'

/** A value inside a document, with the name under which a caller knows it. */
interface Place {
  field: string
  value: unknown
}

/** The values at a path; `lines.description` is one per line. */
function placesOf(document: object, path: string): Place[] {
  const step = (places: Place[], name: string): Place[] =>
    places.flatMap(({ field, value }): Place[] => {
      if (Array.isArray(value))
        return step(
          value.map((part, index) => ({ field: `${field}.${index}`, value: part as unknown })),
          name,
        )
      const inner = (value as Record<string, unknown> | null | undefined)?.[name]
      return [{ field: field ? `${field}.${name}` : name, value: inner }]
    })
  const custom = /^customAttributes\.(.+)$/.exec(path)?.[1]
  if (custom) return [customOf(document, custom)]
  return path.split('.').reduce(step, [{ field: '', value: document }])
}

function customOf(document: object, key: string): Place {
  const { customAttributes } = document as { customAttributes?: { key: string; value?: unknown }[] | null }
  return {
    field: `customAttributes.${key}`,
    value: customAttributes?.find((one) => one.key === key)?.value,
  }
}

function isEmpty(value: unknown): boolean {
  if (value === null || value === undefined) return true
  return typeof value === 'string' ? value.trim() === '' : Array.isArray(value) && value.length === 0
}

/** How a document is checked: where it stands in the request, and whether what is left out stays as it was. */
export interface Shape {
  prefix?: string
  isChange?: boolean
}

/** Notes fields that the connection requires and that are empty, and texts that are too long for it. */
export function checkFields(
  open: OpenConnection,
  object: Checked,
  document: object,
  bad: Complaints,
  { prefix = '', isChange = false }: Shape = {},
): void {
  const { requiredFields, maxLengths } = open.settings
  const connection = open.id
  for (const { field, value } of (requiredFields?.[object] ?? []).flatMap((path) =>
    placesOf(document, path),
  )) {
    if (!isEmpty(value) || (isChange && value === undefined)) continue
    const told = `${connection} needs ${field}.`
    bad.note(
      new Finding('REQUIRED_FIELDS', 'MISSING_REQUIRED_FIELD', told, { connection, field: prefix + field }),
    )
  }
  for (const [path, most] of Object.entries(maxLengths ?? {})) {
    for (const { field, value } of placesOf(document, path)) {
      if (typeof value !== 'string' || value.length <= most) continue
      const told = `${field} has ${value.length} characters; ${connection} takes ${most}.`
      const advice = `Shorten ${field} to ${most} characters.`
      bad.note(
        new Finding('TEXT_LENGTH', 'LIMIT_EXCEEDED', told, { connection, field: prefix + field, advice }),
      )
    }
  }
}

/** Notes a day in an accounting period that is closed; without a day it is today, UTC. */
export function checkPeriod(
  open: OpenConnection,
  field: string,
  day: string | null | undefined,
  bad: Complaints,
): void {
  const until = open.settings.booksClosedUntil
  const on = day ?? new Date().toISOString().slice(0, 10)
  if (!until || on > until) return
  const advice = `Choose a day after ${until}, or open the period.`
  const told = `The books of ${open.id} are closed until ${until}; the document is of ${on}.`
  bad.note(new Finding('PERIOD', 'PERIOD_CLOSED', told, { connection: open.id, field, advice }))
}

const MINIMA = `select native_id as id, content->>'minimumQuantity' as minimum, content->>'unit' as unit from mirror
  where connection = ? and kind = 'item' and not deleted and native_id in (select jsonb_array_elements_text(?::jsonb))`

interface Minimum {
  id: string
  minimum: string | null
  unit: string | null
}

/** Notes lines below the minimum quantity of the ERP's item, or of the product where the ERP says none. */
export async function checkMinimum(
  em: Manager,
  open: OpenConnection,
  lines: { quantity: string; unit?: string | null }[],
  products: (KnownProduct | null)[],
  bad: Complaints,
): Promise<void> {
  const natives = products.flatMap((product) => product?.natives[open.id] ?? [])
  if (natives.length === 0) return
  const found = await rows<Minimum>(em, MINIMA, [open.id, JSON.stringify(natives)])
  for (const [index, line] of lines.entries()) {
    const product = products[index]
    const own = found.find(({ id, minimum }) => id === product?.natives[open.id] && minimum !== null)
    const minimum = own?.minimum ?? product?.row.minimumQuantity
    const unit = own ? own.unit : (product?.row.unit ?? null)
    const wanted = minimum && convert(line.quantity, line.unit ?? unit, unit)
    if (!minimum || !wanted || new Big(wanted).lte(0) || new Big(wanted).gte(minimum)) continue
    const field = `lines.${index}.quantity`
    const told = `${open.id} sells ${product?.row.sku} from ${minimum} on, not ${wanted}.`
    const advice = `Order at least ${minimum}.`
    bad.note(new Finding('MINIMUM_QUANTITY', 'VALIDATION', told, { connection: open.id, field, advice }))
  }
}
