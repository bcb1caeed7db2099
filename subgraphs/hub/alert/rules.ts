import { ErpError } from '../../../schema/errors.ts'
import { type Manager, rows } from '../database.ts'
import type { Hub } from '../hub.ts'

/** What an alert can be about. */
export const CONDITIONS = ['ERROR_RATE', 'DEAD_LETTERS', 'OLDEST_WAITING', 'NEEDS_AUTH'] as const
/** What an alert can be about. */
export type Condition = (typeof CONDITIONS)[number]

/** How an alert is told. */
export const CHANNELS = ['WEBHOOK', 'SLACK', 'EMAIL'] as const
/** How an alert is told. */
export type Channel = (typeof CHANNELS)[number]

/** Where an alert goes; sealed at rest, because an address of Slack is a secret too. */
export interface Target {
  /** An absolute address, or an e-mail address. */
  to: string
  /** Of WEBHOOK: what messages are signed with, "whsec_…". */
  secret: string | null
}

/** A rule as it is kept. */
export interface Rule {
  id: string
  tenant: string
  name: string
  condition: Condition
  threshold: number
  /** Null: all of the tenant. */
  connections: string[] | null
  windowMs: number
  channel: Channel
  target: string
  quietMs: number
  enabled: boolean
  createdBy: string | null
}

const COLUMNS = `id, tenant, name, condition, threshold, connections, window_ms::float8 as "windowMs", channel, target,
  quiet_ms::float8 as "quietMs", enabled, created_by as "createdBy"`

/** The rules of a tenant. */
export function rulesOf(em: Manager, tenant: string): Promise<Rule[]> {
  return rows<Rule>(em, `select ${COLUMNS} from alert_rule where tenant = ? order by created_at, id`, [
    tenant,
  ])
}

/** One rule. Throws NOT_FOUND; a foreign one looks unknown. */
export async function ruleOf(em: Manager, tenant: string, id: string): Promise<Rule> {
  const sql = `select ${COLUMNS} from alert_rule where tenant = ? and id = ?`
  const [rule] = await rows<Rule>(em, sql, [tenant, id])
  if (!rule) throw new ErpError('NOT_FOUND', 'There is no such alert rule.', { field: 'id' })
  return rule
}

const SAVE = `
insert into alert_rule (id, tenant, name, condition, threshold, connections, window_ms, channel, target, quiet_ms,
  enabled, created_by) values (?, ?, ?, ?, ?, ?::jsonb, ?, ?, ?, ?, ?, ?)
on conflict (id) do update set name = excluded.name, condition = excluded.condition, threshold = excluded.threshold,
  connections = excluded.connections, window_ms = excluded.window_ms, channel = excluded.channel,
  target = excluded.target, quiet_ms = excluded.quiet_ms, enabled = excluded.enabled
where alert_rule.tenant = excluded.tenant`

const WATCH = `insert into job (tenant, kind, subject) values (?, 'alert', ?)
  on conflict (kind, subject) do update set state = 'WAITING', next_at = now(), tries = 0, finished_at = null
    where job.state <> 'WAITING'`

/** Writes a rule and sees to it that it is watched. */
export async function saveRule(hub: Hub, rule: Rule): Promise<void> {
  const connections = rule.connections && JSON.stringify(rule.connections)
  await hub.db.em().transactional(async (em) => {
    await em.execute(SAVE, [
      ...[rule.id, rule.tenant, rule.name, rule.condition, rule.threshold, connections, rule.windowMs],
      ...[rule.channel, rule.target, rule.quietMs, rule.enabled, rule.createdBy],
    ])
    await em.execute(WATCH, [rule.tenant, `tenant ${rule.tenant}`])
  })
  hub.db.bus.tell('job', rule.id)
}

/** Where a rule tells. */
export function targetOf(hub: Hub, { id, tenant, target }: Rule): Target {
  return hub.safe.open<Target>(target, tenant, id)
}
