import { ErpError } from '../../../schema/errors.ts'
import type { OpenConnection } from '../../connections.ts'
import type { Id, Kind, Records } from '../../records.ts'
import { changedFields, same, valueOf } from '../conflict/fields.ts'
import { type Manager, rows } from '../database.ts'
import type { Hub } from '../hub.ts'
import { newId } from '../identity.ts'
import { importGolden } from '../intake.ts'
import { enqueue, jobHandler } from '../jobs.ts'
import { objectOf } from '../kinds.ts'
import { type Line, contentOf, jobsOf, log, wantedBy } from '../mirror.ts'
import { tellMoved } from '../operations.ts'
import { fillProducts } from './products.ts'
import { type Brought, REMAPPED, bringIn } from './records.ts'

/** How far the mappings of one object of one connection have been applied again. */
interface Progress {
  connection: string
  kind: Kind
  /** The last record that was worked through. */
  after: string
}

const CHUNK = 100
const BY = 'mapping'

/** Applies mappings to what the mirror holds, without asking the ERP. */
export const mappingApply = jobHandler<Progress>({
  kind: 'mapping-apply',
  parallel: 1,
  async work(hub, { tenant, payload }, run) {
    let at = payload
    for (;;) {
      const open = hub.directory.find(tenant, at.connection)
      if (!open)
        throw new ErpError('UNAVAILABLE', 'The connection is not active.', { connection: at.connection })
      run.signal.throwIfAborted()
      const records = await chunkOf(hub.db.em(), at)
      const last = records.at(-1)
      if (!last) return
      await applyTo(hub, open, at.kind, records)
      at = { ...at, after: last.id }
      await run.keep(at)
    }
  },
})

/** Begins to apply the mappings to all mirrored records; gives how many there are. */
export async function applyMappings(hub: Hub, open: OpenConnection, kind: Kind): Promise<number> {
  const count = await hub.db.em().transactional(async (em) => {
    const payload: Progress = { connection: open.id, kind, after: '' }
    const subject = `${open.id} ${kind} ${newId('run')}`
    await enqueue(em, [{ tenant: open.tenant, kind: mappingApply.kind, subject, payload }])
    const sql = 'select count(*)::int as n from mirror where connection = ? and kind = ? and not deleted'
    return (await rows<{ n: number }>(em, sql, [open.id, kind]))[0]?.n ?? 0
  })
  hub.db.bus.tell('job', '')
  return count
}

async function chunkOf(em: Manager, { connection, kind, after }: Progress): Promise<Records[Kind][]> {
  const sql = `select native_id as id, content from mirror where connection = ? and kind = ? and not deleted
    and native_id > ? order by native_id limit ?`
  const found = await rows<{ id: Id; content: object }>(em, sql, [connection, kind, after, CHUNK])
  return found.map(({ id, content }) => ({ ...content, id }) as Records[Kind])
}

async function applyTo(hub: Hub, open: OpenConnection, kind: Kind, records: Records[Kind][]): Promise<void> {
  const brought = await bringIn(hub, hub.db.em(), open, kind, records)
  await importGolden(hub, open, kind, brought)
  if (kind === 'item') await fillProducts(hub.db, open, brought.set, brought.good as Records['item'][])
  const wanting = await wantedBy(hub, open, kind)
  const told = await hub.db.em().transactional(async (em) => {
    const revived = await revive(em, open, kind, brought)
    const lines = [
      ...(await newsOf(em, open, kind, brought, new Set(revived.map(({ id }) => id)))),
      ...(await failures(em, open, kind, records, brought)),
    ]
    await log(em, open, kind, lines, { by: BY })
    const whole = lines.filter(({ problem }) => problem === null).map(({ operation }) => operation)
    await enqueue(em, jobsOf(open.tenant, wanting, [...whole, ...revived.map(({ operation }) => operation)]))
    return [...lines, ...revived].map(({ operation }) => operation)
  })
  tellMoved(hub.db, told)
  if (told.length > 0) hub.db.bus.tell('job', open.id)
}

interface Revived {
  operation: string
  id: Id
}

const REVIVE = `
with good as (select * from jsonb_to_recordset(?::jsonb) as g(id text, after jsonb)),
revived as (
  update operation o set status = 'DONE', outcome = 'SUCCESS', problem = null, after = good.after, finished_at = now(),
    customer = coalesce(o.customer, (select hub_id from external_ref e
      where e.connection = o.connection and e.kind = ? and e.native_id = good.id and o.object = 'CUSTOMER'))
  from good where o.connection = ? and o.object = ? and o.direction = 'IN' and o.status = 'DEAD'
    and o.external_id = good.id and not exists (select from job where job.operation = o.id) returning o.*),
told as (
  insert into event (tenant, connection, operation, object, status, outcome)
  select tenant, connection, id, object, status, outcome from revived)
select id as operation, external_id as id from revived order by created_at, id`

/** What failed because of a mapping only, and can be brought over now, goes on as if it had never failed. */
async function revive(
  em: Manager,
  open: OpenConnection,
  kind: Kind,
  { good }: Brought<Kind>,
): Promise<Revived[]> {
  const list = good.map((record) => ({ id: record.id, after: contentOf(record).content }))
  return rows<Revived>(em, REVIVE, [JSON.stringify(list), kind, open.id, objectOf(kind)])
}

const GOLDEN = `select r.native_id as id, m.synced, jsonb_build_object('name', c.name, 'email', c.email, 'phone', c.phone,
  'taxId', c.tax_id, 'country', c.country, 'currency', c.currency, 'group', c.customer_group, 'paymentTerms', c.payment_terms,
  'addresses', c.addresses, 'customAttributes', c.custom_attributes) as golden
  from external_ref r join customer c on c.id = r.hub_id
  join mirror m on m.connection = r.connection and m.kind = r.kind and m.native_id = r.native_id
  where r.connection = ? and r.kind = 'customer' and r.native_id in (select jsonb_array_elements_text(?::jsonb))`

/** Customers of which the mappings say something else than the golden record does. */
async function newsOf(
  em: Manager,
  open: OpenConnection,
  kind: Kind,
  { set, good }: Brought<Kind>,
  not: Set<Id>,
): Promise<Line[]> {
  if (kind !== 'customer') return []
  const values = [open.id, JSON.stringify(good.map(({ id }) => id))]
  const found = await rows<{ id: Id; synced: object | null; golden: object }>(em, GOLDEN, values)
  const known = new Map(found.map((row) => [row.id, row]))
  return good.flatMap((record): Line[] => {
    const row = known.get(record.id)
    if (!row || not.has(record.id)) return []
    const { content } = contentOf(record)
    const fields = changedFields(row.synced ?? row.golden, content)
    const differ = fields.some((field) => {
      const isMapped = row.synced !== null || set.namesHub(field)
      return isMapped && set.reads(field) && !same(valueOf(row.golden, field), valueOf(content, field))
    })
    if (!differ) return []
    const before = row.synced ?? row.golden
    return [{ ...lineOf(record.id, content), before, input: REMAPPED }]
  })
}

function lineOf(id: Id, after: object): Line {
  return { operation: newId('op'), action: 'UPDATE', id, before: null, after, problem: null }
}

/** What cannot be brought over shows once in the log. */
async function failures(
  em: Manager,
  open: OpenConnection,
  kind: Kind,
  records: Records[Kind][],
  { problems }: Brought<Kind>,
): Promise<Line[]> {
  if (problems.size === 0) return []
  const sql = `select external_id as id from operation where connection = ? and object = ? and direction = 'IN'
    and status = 'DEAD' and external_id in (select jsonb_array_elements_text(?::jsonb))`
  const values = [open.id, objectOf(kind), JSON.stringify([...problems.keys()])]
  const shown = new Set((await rows<{ id: Id }>(em, sql, values)).map(({ id }) => id))
  return records.flatMap((record) => {
    const problem = problems.get(record.id)
    if (!problem || shown.has(record.id)) return []
    return [{ ...lineOf(record.id, contentOf(record).content), problem }]
  })
}
