import { raw } from '@mikro-orm/core'
import type { Caller } from '../caller.ts'

/** The condition that keeps a list to the golden records that the caller's connections know; none if it has all. */
export function knownToCaller({ connections }: Caller, kind: 'item' | 'customer'): object[] {
  if (connections === null) return []
  const condition = raw(
    (
      alias,
    ) => `(not exists (select from external_ref as r where r.hub_id = ${alias}.id and r.kind = ? and not r.deleted)
      or exists (select from external_ref as r where r.hub_id = ${alias}.id and r.kind = ? and not r.deleted
        and r.connection in (select jsonb_array_elements_text(?::jsonb))))`,
    [kind, kind, JSON.stringify(connections)],
  )
  return [{ [condition]: [] }]
}
