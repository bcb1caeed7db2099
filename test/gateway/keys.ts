import { randomUUID } from 'node:crypto'
import type { Scope } from '../../subgraphs/caller.ts'
import { DEFAULT_TENANT } from '../../subgraphs/hub/access.ts'
import { saveConnection } from '../../subgraphs/hub/connection.ts'
import { keyHash } from '../../subgraphs/hub/vault.ts'
import { stagedOf } from '../../subgraphs/sandboxes.ts'
import type { TestHouse } from '../whole.ts'

/** A key as a test wants it. */
export interface WantedKey {
  scopes: Scope[]
  tenant?: string
  connections?: string[]
  customer?: string
  /** SQL of an instant. */
  expiresAt?: string
  revokedAt?: string
}

/** Every right but that of operators. */
export const USER: Scope[] = [
  'read:stock',
  'read:price',
  'read:customer',
  'read:order',
  'write:order',
  'write:customer',
  'read:sync',
]

/** Writes a key and gives its secret. */
export async function addKey({ hub }: TestHouse, wanted: WantedKey): Promise<string> {
  const secret = `secret-${randomUUID()}`
  const { tenant = DEFAULT_TENANT, scopes, connections, customer, expiresAt, revokedAt } = wanted
  const sql = `insert into api_key (id, tenant, name, hash, scopes, connections, customer, expires_at, revoked_at)
    values (?, ?, ?, ?, array(select jsonb_array_elements_text(?::jsonb)),
    case when ?::jsonb = 'null' then null else array(select jsonb_array_elements_text(?::jsonb)) end, ?,
    ${expiresAt ?? 'null'}, ${revokedAt ?? 'null'})`
  const list = [JSON.stringify(connections ?? null), JSON.stringify(connections ?? [])]
  const values = [
    `key:${secret}`,
    tenant,
    secret,
    keyHash(secret),
    JSON.stringify(scopes),
    ...list,
    customer ?? null,
  ]
  await hub.db.em().execute(sql, values)
  return secret
}

/** A second tenant, connected to sandboxes by the names of their own connections: { "odoo:other": "odoo:17" }. */
export async function addTenant(
  { hub, sandboxes }: TestHouse,
  tenant: string,
  connections: Record<string, string>,
): Promise<void> {
  await hub.db.em().execute('insert into tenant (id, name) values (?, ?)', [tenant, tenant])
  const all = stagedOf(sandboxes)
  for (const [id, like] of Object.entries(connections)) {
    const { system, config } = all.find((one) => one.id === like)!
    await saveConnection(hub, {
      id,
      tenant,
      system,
      config,
      settings: { limits: { perSecond: 10_000, perMinute: 600_000, perDay: 1_000_000 } },
    })
  }
}
