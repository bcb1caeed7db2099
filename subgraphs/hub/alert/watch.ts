import { report } from '../../report.ts'
import { type Manager, rows } from '../database.ts'
import type { Hub } from '../hub.ts'
import { newId } from '../identity.ts'
import { enqueue, jobHandler } from '../jobs.ts'
import { measure } from './measure.ts'
import { type Rule, rulesOf } from './rules.ts'

/** What an alert says: that it began, or that it is over. */
export type News = 'FIRING' | 'RESOLVED'

/** Looks at the conditions of all rules of a tenant, again and again while there are any. */
export const alertWatch = jobHandler({
  kind: 'alert',
  parallel: 1,
  async work(hub, { tenant }) {
    const rules = await rulesOf(hub.db.em(), tenant)
    // One rule that cannot be measured must not silence the others, nor end the watch.
    for (const rule of rules) await watch(hub, rule).catch((error: unknown) => report(error, 'alert'))
    return rules.length > 0 ? { againInMs: hub.settings.alertMs } : undefined
  },
})

interface OpenAlert {
  id: string
  connection: string
  isTold: boolean
}

const LOCK = 'select pg_advisory_xact_lock(hashtextextended(?, 0))'
const OPEN = `select id, connection, told_at is not null as "isTold" from alert where rule = ? and state = 'FIRING'`
const BEGIN = `insert into alert (id, tenant, rule, connection, value) values (?, ?, ?, ?, ?)
  on conflict (rule, connection) where state = 'FIRING' do nothing`
const END =
  "update alert set state = 'RESOLVED', resolved_at = now() where id = ? and state = 'FIRING' returning id"
/** Within the quiet period after the last notice about this connection nothing is told. */
const TELL = `
update alert a set told_at = now() where a.rule = ? and a.state = 'FIRING' and a.told_at is null
  and not exists (select from alert e where e.rule = a.rule and e.connection = a.connection
    and e.told_at > now() - ? * interval '1 millisecond')
returning a.id`

/**
 * Brings the alerts of one rule in line with what is measured now. The lock and the unique index see to it that two
 * processes never tell the same state twice; the notice is a job of the same transaction, so that none is lost.
 */
export async function watch(hub: Hub, rule: Rule): Promise<void> {
  const told = await hub.db.em().transactional(async (em) => {
    await em.execute(LOCK, [`alert ${rule.id}`])
    const readings = rule.enabled ? await measure(em, rule) : []
    const open = await rows<OpenAlert>(em, OPEN, [rule.id])
    for (const { connection, value } of readings) {
      const known = open.find((one) => one.connection === connection)
      if (known) await em.execute('update alert set value = ? where id = ?', [value, known.id])
      else await em.execute(BEGIN, [newId('alr'), rule.tenant, rule.id, connection, value])
    }
    const over = open.filter(({ connection }) => !readings.some((one) => one.connection === connection))
    const ended = await endAll(em, over)
    const begun = await rows<{ id: string }>(em, TELL, [rule.id, rule.quietMs])
    const news = (ids: string[], state: News) => ids.map((id) => ({ id, state }))
    const all = [
      ...news(
        begun.map(({ id }) => id),
        'FIRING',
      ),
      ...news(ended, 'RESOLVED'),
    ]
    await enqueue(
      em,
      all.map(({ id, state }) => ({
        tenant: rule.tenant,
        kind: 'alert-delivery',
        subject: `${id} ${state}`,
      })),
    )
    return all.length
  })
  if (told > 0) hub.db.bus.tell('job', rule.id)
}

/** Ends alerts, and gives those of which somebody was told. */
async function endAll(em: Manager, over: OpenAlert[]): Promise<string[]> {
  for (const { id } of over) await em.execute(END, [id])
  return over.filter(({ isTold }) => isTold).map(({ id }) => id)
}
