import { type Manager, rows } from '../database.ts'

/** The SQL of a customer's id now, for two equal parameters: that of the record into which it was merged, or itself. */
export const ID_NOW = 'coalesce((select customer from customer_alias where id = ?), ?)'

/** The id of a customer now: where it was merged into another, that one's. */
export async function idNow<T extends string | null | undefined>(em: Manager, id: T): Promise<T> {
  if (!id) return id
  const sql = 'select customer from customer_alias where id = ?'
  const [alias] = await rows<{ customer: T }>(em, sql, [id])
  return alias?.customer ?? id
}
