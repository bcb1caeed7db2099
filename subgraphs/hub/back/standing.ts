import { ErpError } from '../../../schema/errors.ts'
import type { OpenConnection } from '../../connections.ts'
import type { Hub } from '../hub.ts'
import { enqueue, jobHandler } from '../jobs.ts'
import { type Account, accountsOf, standingsOf } from './figures.ts'
import { tellNews } from './told.ts'
import type { Standing } from '../../connector.ts'

const AT_ONCE = 100
const AWAY_MS = 60_000

/**
 * Tells a source what its customers owe, how much is overdue, and whether they are on hold, whenever that changed.
 * It never ends: it is due again after `standingMs`, and goes on where it stopped.
 */
export const backStanding = jobHandler<{ after?: string }>({
  kind: 'back-standing',
  parallel: 2,
  async work(hub, { tenant, subject, payload }, run) {
    const open = hub.directory.find(tenant, subject)
    if (!open?.erp.tell?.customer) return { againInMs: AWAY_MS }
    for (let after = payload.after ?? ''; ;) {
      const accounts = await accountsOf(hub.db.em(), open.id, after, AT_ONCE)
      const last = accounts.at(-1)
      if (!last) break
      for (const { account, standing } of await standingsOf(hub, tenant, accounts)) {
        run.signal.throwIfAborted()
        if (!(await tellAccount(hub, open, account, standing))) return { againInMs: AWAY_MS }
      }
      after = last.native
      await run.keep({ after })
    }
    await run.keep({})
    return { againInMs: open.settings.standingMs }
  },
})

/** False when the source is away: the others would fare no better. A customer that it refuses holds nobody up. */
async function tellAccount(
  hub: Hub,
  open: OpenConnection,
  { native }: Account,
  standing: Standing,
): Promise<boolean> {
  const to = { tenant: open.tenant, connection: open.id, kind: 'customer', native } as const
  try {
    await tellNews(hub, to, standing, async (part) => open.erp.tell?.customer?.(native, part))
    return true
  } catch (error) {
    if (!(error instanceof ErpError)) throw error
    return !error.retryable
  }
}

/** Every source that can be told has its job; asked whenever polls are planned. */
export async function planStandings(hub: Hub): Promise<void> {
  const able = hub.directory.every().filter(({ erp }) => erp.tell?.customer)
  const jobs = able.map(({ id, tenant }) => ({ tenant, kind: 'back-standing', subject: id }))
  await enqueue(hub.db.em(), jobs)
}
