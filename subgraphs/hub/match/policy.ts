import { ErpError } from '../../../schema/errors.ts'
import { type Caller, reaches } from '../../caller.ts'
import { type Manager, rows } from '../database.ts'
import type { Hub } from '../hub.ts'

/** From which score on records are linked by themselves, and from which on a person is asked. */
export interface Policy {
  autoLink: number
  review: number
  /** Groups of connections in which one customer has one number. */
  sharedNumbers: string[][]
}

/** What counts where an operator said nothing: a tax id or a person's e-mail links, a name alone is shown. */
export const DEFAULT_POLICY: Policy = { autoLink: 0.95, review: 0.7, sharedNumbers: [] }

/** The policy of a tenant. */
export async function policyOf(em: Manager, tenant: string): Promise<Policy> {
  const sql = `select auto_link as "autoLink", review, shared_numbers as "sharedNumbers" from match_policy
    where tenant = ?`
  const [own] = await rows<Policy>(em, sql, [tenant])
  return own ?? DEFAULT_POLICY
}

const SET = `insert into match_policy (tenant, auto_link, review, shared_numbers) values (?, ?, ?, ?::jsonb)
  on conflict (tenant) do update set auto_link = excluded.auto_link, review = excluded.review,
    shared_numbers = excluded.shared_numbers`

/** Keeps a policy. Throws VALIDATION for thresholds out of order, NOT_FOUND for a connection that is none. */
export async function setPolicy(hub: Hub, caller: Caller, policy: Policy): Promise<void> {
  const { autoLink, review, sharedNumbers } = policy
  if (!(review > 0 && review <= autoLink && autoLink <= 1))
    throw new ErpError('VALIDATION', 'It must be 0 < review <= autoLink <= 1.', { field: 'policy.review' })
  for (const [index, group] of sharedNumbers.entries()) {
    const field = `policy.sharedNumbers.${index}`
    if (group.length < 2)
      throw new ErpError('VALIDATION', 'Numbers are shared by two connections or more.', { field })
    if (!group.every((id) => reaches(caller, id) && hub.directory.find(caller.tenant, id)))
      throw new ErpError('NOT_FOUND', 'There is no such connection.', { field })
  }
  const values = [caller.tenant, autoLink, review, JSON.stringify(sharedNumbers)]
  await hub.db.em().execute(SET, values)
}

/** The connections in which a customer has the same number as in this one. */
export function sharingWith({ sharedNumbers }: Policy, connection: string): string[] {
  const groups = sharedNumbers.filter((group) => group.includes(connection))
  return [...new Set(groups.flat())].filter((id) => id !== connection)
}
