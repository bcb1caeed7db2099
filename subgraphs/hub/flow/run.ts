import { ErpError } from '../../../schema/errors.ts'
import { toProblem } from '../../reader.ts'
import type { Invoice, Order, Payment } from '../../records.ts'
import { rows } from '../database.ts'
import type { Hub } from '../hub.ts'
import { type Again, jobHandler } from '../jobs.ts'
import { kindOf } from '../kinds.ts'
import { type Operation, FINAL } from '../operations.ts'
import { acceptInvoice, acceptPayment } from '../paper/accept.ts'
import { Refused } from '../request.ts'
import { OperationTable, type OperationStatus } from '../tables.ts'
import { holds } from './condition.ts'
import { buyerOf, isThere, onBehalf } from './customer.ts'
import { type SourceRecord, invoiceFrom, paymentFrom } from './make.ts'
import { type Flow, flowsFrom } from './read.ts'
import { type FlowRun, beginRun, endRun } from './runs.ts'

const SOON = { againInMs: 500 }
const LATER = { againInMs: 2_000 }

/** Takes changed records through the flows that start at them. Quotes go through theirs when they are taken in. */
export const flowJob = jobHandler({
  kind: 'flow',
  parallel: 4,
  async wants(hub, open, kind) {
    if (kind === 'quote') return false
    return (await flowsFrom(hub.db.em(), open.id, kind)).some(({ enabled }) => enabled)
  },
  async work(hub, { subject }) {
    const op = await hub.db.em().findOne(OperationTable, { id: subject })
    if (!op?.after || op.action === 'DELETE') return
    const flows = await flowsFrom(hub.db.em(), op.connection, kindOf(op.object))
    const ends: (Again | void)[] = []
    const failures: unknown[] = []
    for (const flow of flows)
      if (flow.enabled)
        await through(hub, flow, op).then(
          (end) => ends.push(end),
          (error) => failures.push(error),
        )
    // One flow that fails holds up no other; all of them are tried again with it, and know what they did.
    if (failures.length > 0) throw failures[0]
    return ends.find((end) => end)
  },
})

async function through(hub: Hub, flow: Flow, op: Operation): Promise<Again | void> {
  const [source, native] = [hub.directory.find(op.tenant, op.connection), op.externalId]
  if (!source || !native || !op.after) return SOON
  if (!(await holds(flow.kind, flow.condition, op.after, native))) return
  const from = { connection: op.connection, kind: flow.kind, native, number: op.externalNumber ?? null }
  const run = await beginRun(hub.db.em(), flow, { ...from, cause: op.id })
  if (run.operation) return writeBack(hub, flow, run, op)
  try {
    const operation = await write(hub, flow, op, { source, id: native, record: op.after as never })
    if (!operation) return SOON
    await endRun(hub.db.em(), run, { problem: null, operation })
    return flow.options.writeBackField ? SOON : undefined
  } catch (error) {
    await endRun(hub.db.em(), run, { problem: problemOf(error, flow) })
    if (!(error instanceof Refused)) throw error
    const [first] = error.problems
    throw new ErpError(first?.code ?? 'VALIDATION', first?.message ?? error.message, {
      connection: first?.connection ?? flow.target ?? undefined,
      field: first?.field ?? undefined,
      retryable: false,
    })
  }
}

function problemOf(error: unknown, flow: Flow) {
  if (error instanceof Refused && error.problems[0]) return error.problems[0]
  return toProblem(error, flow.target ?? flow.source)
}

/** The operation that writes the target's document; null while its customer is being created. */
async function write(
  hub: Hub,
  flow: Flow,
  op: Operation,
  from: SourceRecord<Order & Invoice & Payment>,
): Promise<string | null> {
  const target = flow.target ? hub.directory.find(flow.tenant, flow.target) : null
  if (!target) throw new ErpError('UNAVAILABLE', `${flow.target ?? 'The target'} is not connected.`)
  const customer = await buyerOf(hub, from.source, from.record.customer ?? null)
  if (!(await isThere(hub, flow, target, customer, op.id))) return null
  hub.catalogue.clear()
  const key = `flow ${flow.id} ${from.source.id} ${flow.kind} ${from.id}`
  const following = { cause: op.id, batch: flow.id }
  const caller = onBehalf(flow)
  const accepted =
    flow.object === 'PAYMENT'
      ? await acceptPayment(hub, caller, await paymentFrom(hub, flow, target, from, customer), key, following)
      : await acceptInvoice(hub, caller, await invoiceFrom(hub, flow, target, from, customer), key, following)
  return accepted.operations[0] ?? null
}

interface Written {
  status: OperationStatus
  number: string | null
  externalId: string | null
}

/** Writes the number of the target's document into the source's, once it has one. */
async function writeBack(hub: Hub, flow: Flow, run: FlowRun, op: Operation): Promise<Again | void> {
  const field = flow.options.writeBackField
  if (!field || run.writtenBack || !run.operation || op.object !== 'ORDER') return
  const sql =
    'select status, external_number as number, external_id as "externalId" from operation where id = ?'
  const [made] = await rows<Written>(hub.db.em(), sql, [run.operation])
  if (made && made.status !== 'DONE') return FINAL.includes(made.status) ? undefined : LATER
  const source = hub.directory.find(op.tenant, op.connection)
  const value = made?.number ?? made?.externalId
  if (!source?.erp.order?.update || !op.externalId || !value) return
  const change = { customAttributes: [{ key: field, value }] }
  await source.erp.order.update({ id: op.externalId }, change, null)
  await endRun(hub.db.em(), run, { problem: null, writtenBack: true })
}
