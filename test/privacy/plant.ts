import type { TestHouse } from '../whole.ts'

interface Where {
  connection: string
  /** The ERP's own id of the person. */
  record: string
  /** An operation of theirs. */
  operation: string
}

/** What the ERPs and our checks may have said about a person, wherever such words are kept. */
export async function plant(
  { hub }: TestHouse,
  { connection, record, operation }: Where,
  name: string,
): Promise<void> {
  const em = hub.db.em()
  const said = JSON.stringify({ code: 'VALIDATION', message: `${name} is unknown.` })
  await em.execute(
    'update operation set warnings = ?::jsonb, problem = ?::jsonb, discard_reason = ? where id = ?',
    [`[${said}]`, said, name, operation],
  )
  await em.execute(
    `insert into job (tenant, kind, subject, operation, problem, state)
    values ('default', 'none', 'none', ?, ?::jsonb, 'DEAD')`,
    [operation, said],
  )
  await em.execute(
    `insert into flow_run (id, flow, tenant, connection, kind, native_id, cause, state, problem)
    select 'flr_said', f.id, 'default', ?, 'order', '1', ?, 'REFUSED', ?::jsonb from flow f limit 1`,
    [connection, operation, said],
  )
  await em.execute(
    `insert into sync_import (id, tenant, connection, objects, at, state)
    values ('imp_said', 'default', ?, '[]', '{}', 'DONE')`,
    [connection],
  )
  await em.execute(
    `insert into sync_import_failure (import, kind, native_id, number, problem)
    values ('imp_said', 'customer', ?, ?, ?::jsonb)`,
    [record, name, said],
  )
}
