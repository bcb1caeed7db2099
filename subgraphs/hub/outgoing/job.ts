import { jobHandler } from '../jobs.ts'
import { Courier } from './courier.ts'
import { Way } from './send.ts'
import { JOB, subscriptionById } from './store.ts'

/** How often a subscription that rests is looked at; whoever wakes it says so. */
const RESTING_MS = 15_000

/** Tells one subscription; many at a time, because a receiver that hangs holds only its own. */
export const webhookOut = jobHandler({
  kind: JOB,
  parallel: 64,
  async work(hub, { subject }, { signal }) {
    const row = await subscriptionById(hub.db.em(), subject)
    if (!row) return
    if (row.state !== 'ACTIVE') return { againInMs: RESTING_MS }
    const way = new Way(hub.directory.allowHosts)
    try {
      const courier = await Courier.of(hub, way, signal, row)
      await courier.replay()
      return { againInMs: await courier.deliver() }
    } finally {
      await way.close()
    }
  },
})
