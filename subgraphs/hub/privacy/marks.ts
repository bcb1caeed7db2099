import type { Customer } from '../../records.ts'
import { type Manager, rows } from '../database.ts'
import { matchKeys } from '../identity.ts'
import type { Safe } from '../vault.ts'

/** What a person is recognised by: a record of a connection, an e-mail, a tax id. */
export interface Traits {
  records?: { connection: string; id: string }[]
  email?: string | null
  taxId?: string | null
}

/** Marks of a person that tell nothing of them; only this installation can make them. */
export function marksOf(safe: Safe, tenant: string, { records = [], email, taxId }: Traits): string[] {
  const { emailKey, taxKey } = matchKeys({ email, taxId })
  const texts = [
    ...records.map(({ connection, id }) => `record\n${connection}\n${id}`),
    ...(emailKey ? [`email\n${emailKey}`] : []),
    ...(taxKey ? [`tax\n${taxKey}`] : []),
  ]
  return texts.map((text) => safe.mac(`erased\n${tenant}\n${text}`))
}

/** Keeps marks, so that the person is recognised when a poll meets them again. */
export async function keepMarks(
  em: Manager,
  tenant: string,
  erasure: string,
  marks: string[],
): Promise<void> {
  const sql = `insert into erased_key (tenant, hash, erasure) select ?, hash, ? from jsonb_array_elements_text(?::jsonb) as m(hash)
    on conflict do nothing`
  await em.execute(sql, [tenant, erasure, JSON.stringify(marks)])
}

/** Which of these marks are kept, with the erasure that they belong to. */
export async function erasedAmong(
  em: Manager,
  tenant: string,
  marks: string[],
): Promise<Map<string, string>> {
  if (marks.length === 0) return new Map()
  const sql = `select hash, erasure from erased_key where tenant = ?
    and hash in (select jsonb_array_elements_text(?::jsonb))`
  const found = await rows<{ hash: string; erasure: string }>(em, sql, [tenant, JSON.stringify(marks)])
  return new Map(found.map(({ hash, erasure }) => [hash, erasure]))
}

/** Somebody who was erased became a customer again by a key's word: they are no stranger any more. */
export async function welcomeBack(
  em: Manager,
  safe: Safe,
  tenant: string,
  customer: Pick<Customer, 'email' | 'taxId'>,
): Promise<void> {
  const marks = marksOf(safe, tenant, customer)
  if (marks.length === 0) return
  const sql =
    'delete from erased_key where tenant = ? and hash in (select jsonb_array_elements_text(?::jsonb))'
  await em.execute(sql, [tenant, JSON.stringify(marks)])
}
