import { ErpError } from '../../../schema/errors.ts'
import { type Manager, rows } from '../database.ts'
import type { Hub } from '../hub.ts'
import { newId } from '../identity.ts'
import { jobHandler } from '../jobs.ts'
import { type Operation, insertOperation, tellMoved } from '../operations.ts'
import { referenceOf } from '../request.ts'
import { OperationTable } from '../tables.ts'
import { settingOf } from './read.ts'

interface Other {
  connection: string
  native: string
  number: string | null
}

const OTHERS = `select connection, native_id as native, number from external_ref
  where tenant = ? and kind = 'customer' and hub_id = ? and not deleted order by connection, native_id`

/** Ends the other records of a customer that was deleted in one ERP; where an ERP cannot, a person is told what to do. */
export const deletion = jobHandler({
  kind: 'deletion',
  parallel: 2,
  wants: async (hub, open, kind) =>
    kind === 'customer' && (await settingOf(hub.db.em(), open.id, kind)).deletions === 'PROPAGATE',
  async work(hub, { subject }) {
    const { moved, byHand } = await hub.db.em().transactional((em) => propagate(hub, em, subject))
    tellMoved(hub.db, moved)
    // It shows at the deletion, among the dead letters, until a person has done it.
    if (byHand.length > 0) throw manual(byHand)
  },
})

interface Propagated {
  moved: string[]
  byHand: string[]
}

async function propagate(hub: Hub, em: Manager, id: string): Promise<Propagated> {
  const [moved, byHand]: [string[], string[]] = [[], []]
  const op = await em.findOne(OperationTable, { id })
  if (!op?.customer || op.action !== 'DELETE' || op.object !== 'CUSTOMER') return { moved, byHand }
  const others = await rows<Other>(em, OTHERS, [op.tenant, op.customer])
  for (const other of others) {
    const open = hub.directory.find(op.tenant, other.connection)
    if (open?.erp.customer?.undo) moved.push(await end(hub, em, op, other))
    else
      byHand.push(
        `${other.number ?? other.native} in ${open?.connector.name ?? other.connection} (${other.connection})`,
      )
  }
  return { moved, byHand }
}

async function end(
  hub: Hub,
  em: Manager,
  op: Operation,
  { connection, native, number }: Other,
): Promise<string> {
  const id = newId('op')
  const key = `deletion ${op.id} ${connection} ${native}`
  await insertOperation(em, {
    ...{ id, tenant: op.tenant, connection, object: 'CUSTOMER', action: 'CANCEL', cause: op.id },
    reference: referenceOf(hub, op.tenant, { key, hash: native }),
    input: { customer: op.customer },
    ...{ salesOrder: null, customer: op.customer ?? null, dependsOn: null, externalId: native },
    ...{ externalNumber: number, requestedBy: 'sync' },
  })
  return id
}

function manual(byHand: string[]): ErpError {
  const told = `The customer was deleted. It cannot be ended from here in its other systems; deactivate it by hand: ${byHand.join(', ')}.`
  return new ErpError('NOT_SUPPORTED', told, { retryable: false })
}
