import { ErpError } from '../../../schema/errors.ts'
import type { Customer } from '../../connector.ts'
import type { OpenConnection } from '../../connections.ts'
import { toProblem } from '../../reader.ts'
import type { Id } from '../../records.ts'
import { rows } from '../database.ts'
import type { Hub } from '../hub.ts'
import { intake } from '../intake.ts'
import { ID_NOW } from '../match/alias.ts'
import { contentOf } from '../mirror.ts'
import type { Move, Operation } from '../operations.ts'
import { trimmed } from '../privacy/admit.ts'
import { settingOf, takesIn } from '../setting/read.ts'
import type { StoredCustomer } from '../tables.ts'
import { type Field, GOLDEN_COLUMNS, namedIn, same, valueOf } from './fields.ts'
import { inputOf } from './propagate.ts'

/** Milliseconds until a write looks again whether it was decided who is right. */
const LOOK_AGAIN_MS = 250

/** The ERP was found changed right before a write: who is right is decided first, by the rules. */
export class Undecided extends Error {
  readonly move: Move

  constructor(connection: string) {
    super('The customer was changed in the ERP too.')
    const told = 'The customer was changed in the ERP too; the rules for conflicts are asked first.'
    const problem = toProblem(new ErpError('CONFLICT', told, { connection, retryable: true }), connection)
    this.move = { status: 'WAITING', outcome: 'WARNING', sent: 'keep', pauseMs: LOOK_AGAIN_MS, problem }
  }
}

const KNOWN = `select hash from mirror where connection = ? and kind = 'customer' and native_id = ?`

/** Takes in what the ERP shows right before a write of ours, so that nothing that it changed itself is passed over. */
export async function takeIn(
  hub: Hub,
  open: OpenConnection,
  seen: Customer,
  allowed: string[] | null,
): Promise<void> {
  const em = hub.db.em()
  const [known] = await rows<{ hash: string }>(em, KNOWN, [open.id, seen.id])
  if (known?.hash === contentOf(trimmed(seen, allowed)).hash) return
  if (takesIn(await settingOf(em, open.id, 'customer')))
    await intake(hub, open, 'customer', [seen], { by: 'push' })
}

/** Whether an operation hands on what the golden record said, and nobody asked for exactly this. */
export function followsGolden({ object, action, requestedBy, input }: Operation): boolean {
  return object === 'CUSTOMER' && action === 'UPDATE' && requestedBy === 'sync' && !('isNative' in input)
}

const STANDING = `select ${GOLDEN_COLUMNS},
  array(select field from conflict f where f.customer = c.id and f.connection = ? and f.state = 'OPEN') as open,
  exists (select from job j join operation o on o.id = j.subject where j.kind = 'customer-merge'
    and j.state = 'WAITING' and o.connection = ? and o.external_id = ?) as undecided
  from customer c where id = ${ID_NOW}`

/**
 * Leaves in the operation only what the golden record still says and no open conflict holds back; false when nothing
 * is left to be written. Throws Undecided while changes of the ERP itself wait for the rules.
 */
export async function narrow(hub: Hub, op: Operation, native: Id): Promise<boolean> {
  const values = [op.connection, op.connection, native, op.customer, op.customer]
  const [golden] = await rows<{ open: Field[]; undecided: boolean }>(hub.db.em(), STANDING, values)
  if (golden?.undecided) throw new Undecided(op.connection)
  if (!golden) return true
  const stands = (field: Field) =>
    !golden.open.includes(field) && same(valueOf(golden, field), valueOf(op.input, field))
  const left = namedIn(op.input).filter(stands)
  const news = left.map((field): [Field, unknown] => [field, valueOf(op.input, field)])
  const { customer } = op.input as StoredCustomer
  op.input = { ...inputOf(news), customer } as StoredCustomer
  return left.length > 0
}
