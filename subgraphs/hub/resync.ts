import { ErpError } from '../../schema/errors.ts'
import { type Caller, reaches } from '../caller.ts'
import type { Kind } from '../connector.ts'
import type { OpenConnection } from '../connections.ts'
import { asCall } from '../http.ts'
import { rows } from './database.ts'
import type { Hub } from './hub.ts'
import { newId } from './identity.ts'
import { importIds } from './intake.ts'
import { enqueue, jobHandler } from './jobs.ts'
import { kindOf, readOf } from './kinds.ts'
import { type Operation, insertOperation, tellMoved } from './operations.ts'
import { operationOf, retry, sendAgain } from './operators.ts'
import type { OperationObject } from './tables.ts'

/** Which records of a connection are read again; nothing given: all that are known. */
export interface Wanted {
  ids?: string[] | null
  /** A part of the number, name, SKU or e-mail. */
  search?: string | null
  /** Changed since then, as far as it is known here. */
  since?: string | null
}

interface Progress extends Wanted {
  connection: string
  kind: Kind
  by: string
  batch: string
  after?: string
  done?: number
}

const AT_ONCE = 100

const MATCHING = `from mirror m where m.tenant = ? and m.connection = ? and m.kind = ? and not m.deleted
  and (?::jsonb is null or ?::jsonb @> to_jsonb(m.native_id)) and (?::timestamptz is null or m.changed_at >= ?::timestamptz)
  and (?::text is null or concat_ws(' ', m.content->>'number', m.content->>'name', m.content->>'sku',
    m.content->>'email') ilike ?)`

function valuesOf(tenant: string, connection: string, kind: Kind, wanted: Wanted): unknown[] {
  const ids = wanted.ids ? JSON.stringify(wanted.ids) : null
  const since = wanted.since ?? null
  const search = wanted.search ? `%${wanted.search.replace(/[\\%_]/g, '\\$&')}%` : null
  return [tenant, connection, kind, ids, ids, since, since, search, search]
}

/**
 * Reads records of a connection again, in the background and within its rate budget; what has changed is taken over
 * like any change. Gives the batch, and how many records it will read. Throws NOT_FOUND, NOT_SUPPORTED.
 */
export async function resyncRecords(
  hub: Hub,
  caller: Caller,
  connection: string,
  object: OperationObject,
  wanted: Wanted,
): Promise<{ batch: string; total: number }> {
  const open = openOf(hub, caller, connection, 'connection')
  const kind = kindOf(object)
  if (!readOf(open.erp, kind))
    throw new ErpError('NOT_SUPPORTED', `${open.connector.name} cannot read that.`, { field: 'object' })
  const em = hub.db.em()
  const count = `select count(*)::int as total ${MATCHING}`
  const [row] = await rows<{ total: number }>(em, count, valuesOf(caller.tenant, connection, kind, wanted))
  const batch = newId('rsy')
  const payload: Progress = { ...wanted, connection, kind, by: caller.name, batch }
  await enqueue(em, [{ tenant: caller.tenant, kind: 'resync', subject: batch, payload }])
  hub.db.bus.tell('job', batch)
  return { batch, total: row?.total ?? 0 }
}

/** Reads the records that were asked for, part by part; goes on where it stood after a crash. */
export const recordResync = jobHandler<Progress>({
  kind: 'resync',
  parallel: 2,
  async work(hub, { tenant, payload }, run) {
    const { connection, kind, by, batch } = payload
    for (let progress = payload; ;) {
      const open = hub.directory.find(tenant, connection)
      if (!open) throw new ErpError('UNAVAILABLE', `${connection} is not connected now.`)
      const sql = `select m.native_id as id ${MATCHING} and m.native_id > ? order by m.native_id limit ${AT_ONCE}`
      const values = [...valuesOf(tenant, connection, kind, progress), progress.after ?? '']
      const ids = (await rows<{ id: string }>(hub.db.em(), sql, values)).map(({ id }) => id)
      const last = ids.at(-1)
      if (last === undefined) return
      await importIds(hub, open, kind, ids, { by: `resync ${batch} ${by}` })
      progress = { ...progress, after: last, done: (progress.done ?? 0) + ids.length }
      await run.keep(progress)
    }
  },
})

/**
 * Does the work of one operation once more: what came IN is read again, what went OUT is sent again, by the ordinary
 * ways. A document is only sent again where the ERP can be asked whether it has it, so that it is never doubled.
 * Gives the operation in which it shows. Throws NOT_FOUND, CONFLICT, NOT_SUPPORTED.
 */
export async function resync(hub: Hub, caller: Caller, id: string): Promise<string> {
  const op = await operationOf(hub, caller, id)
  const open = openOf(hub, caller, op.connection, 'operation')
  if (op.direction === 'IN') return readAgain(hub, caller, op, open)
  if (op.status !== 'DONE') {
    await retry(hub, caller, id)
    return id
  }
  if (op.action === 'UPDATE') return writeAgain(hub, caller, op)
  const parts = {
    ORDER: open.erp.order,
    CUSTOMER: open.erp.customer,
    INVOICE: open.erp.invoice,
    PAYMENT: open.erp.payment,
  }
  const write = parts[op.object as keyof typeof parts]
  if (op.action !== 'CREATE' || !write?.find || write.proof !== 'lookup')
    throw new ErpError(
      'NOT_SUPPORTED',
      `It cannot be sent to ${op.connection} again without the danger of doubling it.`,
      {
        field: 'operation',
      },
    )
  await sendAgain(hub, op)
  return id
}

async function readAgain(hub: Hub, caller: Caller, op: Operation, open: OpenConnection): Promise<string> {
  const native = op.externalId
  if (!native)
    throw new ErpError('CONFLICT', 'The operation names no record.', { field: 'operation', retryable: false })
  const origin = { by: `resync ${caller.name}` }
  await asCall({ lane: 'live' }, () => importIds(hub, open, kindOf(op.object), [native], origin))
  const sql = `select id from operation where connection = ? and object = ? and external_id = ? and direction = 'IN'
    order by created_at desc, id desc limit 1`
  const [row] = await rows<{ id: string }>(hub.db.em(), sql, [op.connection, op.object, native])
  return row?.id ?? op.id
}

async function writeAgain(hub: Hub, caller: Caller, op: Operation): Promise<string> {
  const id = newId('op')
  const { tenant, connection, object, action, reference, input, customer } = op
  await hub.db.em().transactional((em) =>
    insertOperation(em, {
      ...{ id, tenant, connection, object, action, reference, input },
      ...{
        salesOrder: op.salesOrder ?? null,
        customer: customer ?? null,
        dependsOn: null,
        subject: op.subject,
      },
      ...{
        externalId: op.externalId,
        externalNumber: op.externalNumber,
        cause: op.id,
        requestedBy: caller.name,
      },
    }),
  )
  tellMoved(hub.db, [id])
  return id
}

function openOf(hub: Hub, caller: Caller, connection: string, field: string): OpenConnection {
  const open = reaches(caller, connection) ? hub.directory.find(caller.tenant, connection) : null
  if (!open) throw new ErpError('NOT_FOUND', 'There is no such connection, or it rests.', { field })
  return open
}
