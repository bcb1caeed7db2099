import { jobHandler } from '../jobs.ts'
import { newsOf } from './news.ts'
import { tellNews } from './told.ts'

const BUSY_MS = 500
/** A connection that is paused or away gets its news when it is there again. */
const AWAY_MS = 60_000

/**
 * Tells the source of a quote what became of it. The database makes such a job in the transaction in which a write of
 * the order ended, or the order, an invoice or a payment changed, or the quote was refused.
 */
export const backQuote = jobHandler({
  kind: 'back-quote',
  parallel: 4,
  async work(hub, { subject }) {
    const found = await newsOf(hub.db.em(), subject.split(' ')[0] ?? '')
    if (!found) return
    const { tenant, connection, native, news } = found
    const open = hub.directory.find(tenant, connection)
    if (!open) return { againInMs: AWAY_MS }
    const { tell } = open.erp
    if (!tell?.quote) return
    const to = { tenant, connection, native, kind: 'quote' } as const
    const isTold = await tellNews(hub, to, news, async (part) => tell.quote?.(native, part))
    if (!isTold) return { againInMs: BUSY_MS }
  },
})
