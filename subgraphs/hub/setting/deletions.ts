import { ErpError } from '../../../schema/errors.ts'
import type { OpenConnection } from '../../connections.ts'
import type { Id, Kind, Records } from '../../records.ts'
import { type Manager, rows } from '../database.ts'
import { tookDeletion, unseen } from '../gone.ts'
import type { Hub } from '../hub.ts'
import { intake } from '../intake.ts'
import { jobHandler } from '../jobs.ts'
import { objectOf, readOf } from '../kinds.ts'

/** More than this many, and more than this share of what is known, never vanishes without a person's word. */
const GUARD = { count: 10, share: 0.2 }
const AT_ONCE = 100

interface Counted {
  known: number
  vanished: number
}

const COUNT = `select count(*)::int as known, count(*) filter (where seen_at < ?::timestamptz and not exists (
    select from deletion d where d.connection = mirror.connection and d.kind = mirror.kind
      and d.native_id = mirror.native_id and d.created_at >= mirror.seen_at))::int as vanished
  from mirror where connection = ? and kind = ? and not deleted`

/**
 * Takes away what a whole reading that began at `since` did not meet. Too much at once looks like a fault of the
 * reading: then nothing is marked, and what a person has to confirm is given as an error.
 */
export async function takeAway(
  hub: Hub,
  open: OpenConnection,
  kind: Kind,
  since: string,
): Promise<ErpError | null> {
  const [counted] = await rows<Counted>(hub.db.em(), COUNT, [since, open.id, kind])
  const { known = 0, vanished = 0 } = counted ?? {}
  const isTooMuch = vanished > GUARD.count && vanished > known * GUARD.share
  if (isTooMuch) {
    const told = `${vanished} of ${known} known records were not there any more in the last reading of ${objectOf(kind)}. Nothing was marked as deleted; confirm it with confirmDeletions.`
    return new ErpError('CONFLICT', told, { connection: open.id, retryable: false })
  }
  await markVanished(hub, open, kind, since)
  return null
}

/** Each that vanished is asked for once more by its id, because a list may leave out what still is there. */
async function markVanished(hub: Hub, open: OpenConnection, kind: Kind, since: string): Promise<void> {
  for (;;) {
    const ids = (await unseen(hub.db.em(), open.id, kind, since)).slice(0, AT_ONCE)
    if (ids.length === 0) return
    const answers = (await readOf(open.erp, kind)?.byId(ids)) ?? []
    const there = answers.filter((one): one is Records[Kind] => one !== null && !(one instanceof ErpError))
    await intake(hub, open, kind, there, { by: 'poll' })
    const gone = ids.filter((_, index) => !answers[index])
    for (const id of gone) await tookDeletion(hub, open, kind, id, 'poll')
    const unclear = answers.find((one) => one instanceof ErpError)
    if (unclear) throw unclear
    // A record whose id reads as another is seen under that one; it would be asked for again for ever.
    if (gone.length === 0 && (await stillUnseen(hub.db.em(), open.id, kind, since, ids))) return
  }
}

async function stillUnseen(em: Manager, connection: string, kind: Kind, since: string, ids: Id[]) {
  const left = await unseen(em, connection, kind, since)
  return ids.every((id) => left.includes(id))
}

interface Confirmed {
  connection: string
  kind: Kind
  since: string
}

/** Marks what vanished after a person has confirmed it. */
export const confirmedDeletions = jobHandler<Confirmed>({
  kind: 'deletions',
  parallel: 1,
  async work(hub, { tenant, payload: { connection, kind, since } }) {
    const open = hub.directory.find(tenant, connection)
    if (!open) return { againInMs: 5_000 }
    await markVanished(hub, open, kind, since)
  },
})
