import { type Manager, rows } from '../database.ts'
import { matchKeys } from '../identity.ts'
import { nameBlock } from '../match/keys.ts'
import { CustomerTable } from '../tables.ts'
import { customKey } from '../mapping/fields.ts'
import { FIELDS, type Field } from './fields.ts'

/** Who changed a field of a golden record last, and when. */
export interface Touched {
  field: Field
  by: string
  at: number
}

/** Who changed which field last. */
export async function touchedOf(em: Manager, customer: string): Promise<Map<Field, Touched>> {
  const sql = `select field, changed_by as "by", extract(epoch from changed_at)::float8 * 1000 as at
    from customer_field where customer = ?`
  const found = await rows<Touched>(em, sql, [customer])
  return new Map(found.map((row) => [row.field, { ...row, at: Number(row.at) }]))
}

/** Notes that a field of the golden record was changed just now, by a connection or a key. */
export async function touch(em: Manager, customer: string, fields: Field[], by: string): Promise<void> {
  const sql = `insert into customer_field (customer, field, changed_by)
    select ?, field, ? from jsonb_array_elements_text(?::jsonb) as f(field)
    on conflict (customer, field) do update set changed_by = excluded.changed_by, changed_at = clock_timestamp()`
  await em.execute(sql, [customer, by, JSON.stringify(fields)])
}

const WRITE_CUSTOM = `
update customer set custom_attributes = (select coalesce(jsonb_agg(a), '[]') from jsonb_array_elements(custom_attributes) a
  where a->>'key' <> ?) || ?::jsonb where id = ?`

/** Writes fields of a golden record with its keys for matching, and notes who changed them. */
export async function writeGolden(
  em: Manager,
  customer: string,
  values: Partial<Record<Field, unknown>>,
  by: string,
): Promise<void> {
  const fields = Object.keys(values) as Field[]
  for (const field of fields) {
    const value = values[field] ?? null
    const key = customKey(field)
    if (key !== null) {
      await em.execute(WRITE_CUSTOM, [key, JSON.stringify(value === null ? [] : [{ key, value }]), customer])
      continue
    }
    const { column, isList } = FIELDS[field as keyof typeof FIELDS]
    // A customer has a name; a side that lost it does not take it away.
    if (field === 'name' && !value) continue
    const sql = `update customer set ${column} = ?${isList ? '::jsonb' : ''} where id = ?`
    await em.execute(sql, [isList ? JSON.stringify(value ?? []) : value, customer])
  }
  const row = await em.findOneOrFail(CustomerTable, { id: customer }, { refresh: true })
  const { emailKey, taxKey, phoneKey, nameKey } = matchKeys(row)
  const sql = `update customer set email_key = ?, tax_key = ?, phone_key = ?, name_key = ?,
    name_block = array(select jsonb_array_elements_text(?::jsonb)), updated_at = now() where id = ?`
  const keys = [emailKey, taxKey, phoneKey, nameKey, JSON.stringify(nameBlock(nameKey))]
  await em.execute(sql, [...keys, customer])
  await touch(em, customer, fields, by)
}
