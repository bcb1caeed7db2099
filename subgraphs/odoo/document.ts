import { z } from 'zod'
import { ErpError } from '../../schema/errors.ts'
import type { Found, Ref } from '../connector.ts'
import { shaped } from '../shape.ts'
import { id, text, urlOf } from './shapes.ts'
import type { Domain, Odoo } from './setup.ts'

const schema = z.object({ id, name: text.optional(), state: text.optional(), write_date: text })

/** A document that was written, and how it stands. */
export interface Written extends Ref {
  state: string
}

/** The oldest document that fits; null where there is none. Nothing is unique in Odoo, so there may be several. */
export async function written(odoo: Odoo, model: string, domain: Domain): Promise<Written | null> {
  const fields = ['name', 'state', 'write_date'].filter((name) => model !== 'res.partner' || name !== 'state')
  const [row] = await odoo.rows(model, fields, domain, { limit: 1 })
  if (!row) return null
  const native = shaped(schema, row, model)
  return {
    id: native.id,
    number: native.name === '/' ? null : native.name,
    url: urlOf(odoo.config.url, model, native.id),
    version: native.write_date,
    state: native.state ?? '',
  }
}

/** The document with this id. Throws NOT_FOUND. */
export async function writtenAs(odoo: Odoo, model: string, key: string): Promise<Written> {
  const found = await written(odoo, model, [['id', '=', Number(key)]])
  if (found) return found
  throw new ErpError('NOT_FOUND', `Odoo has no ${model} ${key}.`)
}

/** A found document without its state, which is only for us. */
export function foundAs({ id: key, number, url, version }: Written, step: number, done: boolean): Found {
  return { ref: { id: key, number, url, version }, step, done }
}

/** The id that `create` answers: a list, because it is given a list. */
export function createdId(answer: unknown, model: string): string {
  return shaped(z.tuple([id]), answer, `The answer of ${model}.create`)[0]
}
