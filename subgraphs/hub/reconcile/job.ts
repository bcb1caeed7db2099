import { ErpError } from '../../../schema/errors.ts'
import type { OpenConnection } from '../../connections.ts'
import { rows } from '../database.ts'
import type { Hub } from '../hub.ts'
import { type Again, jobHandler } from '../jobs.ts'
import { type Faults, closeAudit, examine } from './audit.ts'
import { compare } from './found.ts'
import type { Compared } from './source.ts'
import { type Side, stagePage } from './stage.ts'

/** How far it came: the object, the side that is being read, and where on it. */
interface Progress {
  object?: number
  side?: Side
  cursor?: string | null
  /** Of an audit: what was found. */
  faults?: Faults
}

interface Row {
  id: string
  tenant: string
  kind: 'RECONCILE' | 'AUDIT'
  left: string
  right: string | null
  objects: Compared[]
  fresh: boolean
  state: string
}

const FIND = `select id, tenant, kind, left_side as left, right_side as right, objects, fresh, state from reconcile where id = ?`
const AGAIN = { againInMs: 0 }

/** Reads both sides page by page, remembering where it is, then sorts and compares in the database. */
export const reconcileJob = jobHandler<Progress>({
  kind: 'reconcile',
  parallel: 2,
  async work(hub, { subject, tenant, payload }, run): Promise<Again | void> {
    const [row] = await rows<Row>(hub.db.em(), FIND, [subject])
    if (!row || row.tenant !== tenant || row.state !== 'RUNNING') return
    const sides = {
      reconcile: row.id,
      left: openOf(hub, row, row.left),
      right: row.right ? openOf(hub, row, row.right) : null,
    }
    let { object: nth = 0, side = 'L', cursor = null, faults = {} } = payload
    for (; nth < row.objects.length; nth += 1, side = 'L', cursor = null) {
      const object = row.objects[nth] ?? 'CUSTOMER'
      const at = { reconcile: row.id, object }
      for (let isRead = false; !isRead;) {
        if (run.signal.aborted) return AGAIN
        const page = await stagePage(hub, at, side, sourceOf(row, side), cursor)
        if (row.kind === 'AUDIT') faults = examine(faults, object, page.rows)
        isRead = page.next === null && (side === 'R' || row.kind === 'AUDIT')
        if (page.next === null && !isRead) side = 'R'
        cursor = page.next
        if (!isRead) await run.keep({ object: nth, side, cursor, faults })
      }
      if (row.kind === 'AUDIT') faults = await closeAudit(hub, at, faults)
      else await compare(hub, sides, at, row.fresh)
      await run.keep({ object: nth + 1, side: 'L', cursor: null, faults })
    }
    await end(hub, row.id, faults)
  },
})

function openOf(hub: Hub, { tenant }: Row, id: string): OpenConnection {
  const open = hub.directory.find(tenant, id)
  if (open) return open
  throw new ErpError('UNAVAILABLE', `${id} is paused or not connected.`, { connection: id })
}

function sourceOf({ tenant, left, right, fresh }: Row, side: Side) {
  const connection = side === 'L' ? left : (right ?? left)
  return { tenant, connection, isHub: side === 'R' && right === null, fresh }
}

async function end(hub: Hub, id: string, faults: Faults): Promise<void> {
  await hub.db.em().transactional(async (em) => {
    await em.execute('delete from reconcile_record where reconcile = ?', [id])
    const sql = `update reconcile set state = 'DONE', result = ?::jsonb, finished_at = now() where id = ?`
    await em.execute(sql, [JSON.stringify(Object.values(faults)), id])
  })
}
