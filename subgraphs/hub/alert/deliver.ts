import { iso, rows } from '../database.ts'
import type { Hub } from '../hub.ts'
import { jobHandler } from '../jobs.ts'
import { wordsOf } from './measure.ts'
import { type Rule, ruleOf, targetOf } from './rules.ts'
import { type Notice, send } from './send.ts'
import type { News } from './watch.ts'

interface AlertRow {
  id: string
  rule: string
  connection: string
  value: number
  beganAt: Date | string
  resolvedAt: Date | string | null
}

const FIND = `select id, rule, connection, value, began_at as "beganAt", resolved_at as "resolvedAt" from alert
  where tenant = ? and id = ?`
const EARLIER = "select from job where kind = 'alert-delivery' and subject = ? and state = 'WAITING'"
const BEHIND_MS = 1_000

/** Tells one piece of news of one alert; tried again until it is told. */
export const alertDelivery = jobHandler({
  kind: 'alert-delivery',
  parallel: 4,
  async work(hub, { tenant, subject }) {
    const [id = '', state = 'FIRING'] = subject.split(' ')
    const em = hub.db.em()
    const [alert] = await rows<AlertRow>(em, FIND, [tenant, id])
    // The rule was deleted, and its alerts with it: there is nobody to tell.
    if (!alert) return
    if (state === 'RESOLVED' && (await rows(em, EARLIER, [`${id} FIRING`])).length > 0)
      return { againInMs: BEHIND_MS }
    const rule = await ruleOf(em, tenant, alert.rule)
    await send(hub, rule, targetOf(hub, rule), noticeOf(hub, rule, alert, state as News))
  },
})

function noticeOf(hub: Hub, rule: Rule, alert: AlertRow, state: News): Notice {
  const { connection, value } = alert
  const words = state === 'FIRING' ? wordsOf(rule.condition, value) : 'is well again'
  return {
    id: `${alert.id}_${state.toLowerCase()}`,
    type: state === 'FIRING' ? 'alert.firing' : 'alert.resolved',
    timestamp: iso(state === 'FIRING' ? alert.beganAt : (alert.resolvedAt ?? alert.beganAt)),
    title: `${rule.name}: ${connection} ${state === 'FIRING' ? 'needs attention' : 'is well again'}`,
    text: `${connection}: ${words}. See ${hub.publicUrl}/`,
    data: { alert: alert.id, rule: rule.id, name: rule.name, condition: rule.condition, connection, value },
  }
}
