import { z } from 'zod'
import { ErpError } from '../../schema/errors.ts'
import type { Json } from '../json.ts'
import { shaped } from '../shape.ts'
import type { Call } from './client.ts'
import { id } from './shapes.ts'

/** The module part of the external ids that we give. */
export const MODULE = 'erp_supergraph'

const answer = z.object({
  ids: z.union([z.array(id), z.literal(false)]),
  messages: z.array(z.object({ message: z.string(), field: z.string().optional() })),
})

/** A partner to be imported: its external name, its values, and whose address it is. */
export interface Import {
  name: string
  values: Record<string, unknown>
  /** The external name of the partner above, from the same import. */
  above?: string
}

/**
 * The import of partners: by external id, so that sending it twice makes them once. All cells are text. Never used
 * for orders, because a repeated import adds their lines again.
 * https://github.com/odoo/odoo/blob/19.0/odoo/orm/models.py
 */
export function loadCall(imports: Import[]): Call {
  const cells = imports.map(({ name, values, above }) => ({
    id: `${MODULE}.${name}`,
    ...(above && { 'parent_id/id': `${MODULE}.${above}` }),
    ...Object.fromEntries(Object.entries(values).map(([field, value]) => cellOf(field, value))),
  }))
  const fields = [...new Set(cells.flatMap((row) => Object.keys(row)))]
  const data = cells.map((row) => fields.map((field) => (row as Record<string, string>)[field] ?? ''))
  return { model: 'res.partner', method: 'load', args: { fields, data } }
}

/** References go by database id, several of them with commas between. */
function cellOf(field: string, value: unknown): [string, string] {
  const isReference = field.endsWith('_id') || field.startsWith('property_')
  if (typeof value === 'boolean') return [field, value ? '1' : '']
  return [isReference ? `${field}/.id` : field, typeof value === 'string' ? value : JSON.stringify(value)]
}

/** The id of the first imported row. Refusals come as an ordinary answer with status 200. */
export function loadedId(found: Json): string {
  const { ids, messages } = shaped(answer, found, 'The answer of res.partner.load')
  const [first] = ids || []
  if (first) return first
  const [refused] = messages
  const missing = /required|mandatory/i.test(refused?.message ?? '')
  throw new ErpError(missing ? 'MISSING_REQUIRED_FIELD' : 'VALIDATION', 'Odoo refused the import.', {
    field: refused?.field,
    said: refused?.message,
  })
}

/** Our reference as an external name, which knows letters, digits, _ and - only. */
export function externalName(ref: string): string {
  return ref.replace(/[^\w-]/gu, (letter) => `=${letter.codePointAt(0)?.toString(16)}=`)
}
