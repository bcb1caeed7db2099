import { ErpError } from '../../schema/errors.ts'
import { toProblem } from '../reader.ts'
import type { Customer, CustomerInput, Found, Ref, Write } from '../connector.ts'
import type { OpenConnection } from '../connections.ts'
import { type Call, asCall } from '../http.ts'
import { type Attempt, beginAttempt, closeAttempt } from './attempts.ts'
import { bookDone, recordOf, told } from './booking.ts'
import { Undecided, followsGolden, narrow, takeIn } from './conflict/standing.ts'
import type { Hub } from './hub.ts'
import type { Lease } from './lease.ts'
import { kindOf } from './kinds.ts'
import { customerInput, invoiceInput, orderInput, paymentInput, targetOf } from './native.ts'
import { type Claimed, type Move, type Operation, FenceLost, move, tellMoved } from './operations.ts'
import { afterFailure, isCertain } from './outcome.ts'
import { type Hiding, hiding } from './personal.ts'
import { allowedIn, trimmed, veiled } from './privacy/admit.ts'
import { refuseTwin } from './twins.ts'
import { OperationTable } from './tables.ts'

/** How long a connection may be away before its operations are looked at again. */
const AWAY_MS = 5_000

/** Who pushes: how the log names it, and where it tells what nobody foresaw. */
export interface Pusher {
  name: string
  log?: (error: unknown, operation: string) => void
}

/** One operation under way. */
interface Work<I> {
  hub: Hub
  held: Claimed
  op: Operation
  open: OpenConnection
  lease: Lease
  worker: Pusher
  attempt: Attempt
  call: Call
  /** Takes personal fields out of what is written down. */
  hide: Hiding
  /** The fields of the record that may be kept; null: all. */
  allowed: string[] | null
  write: Write<I>
  input(): Promise<I>
  /** Exchanges before the first byte of the write; null until then. */
  mark: number | null
  /** An earlier try may have written, and nobody has looked yet. */
  uncertain: boolean
  before: object | null
}

/**
 * Carries out one claimed operation: looks whether an earlier try left something behind, writes down that it is
 * about to send, sends, and books the end. No database transaction is open while the ERP is asked.
 */
export async function push(hub: Hub, held: Claimed, lease: Lease, worker: Pusher): Promise<void> {
  const op = await hub.db.em().findOne(OperationTable, { id: held.id, fence: held.fence })
  if (!op) throw new FenceLost()
  const open = hub.directory.find(op.tenant, op.connection)
  if (!open) return settle(hub, held, { status: 'WAITING', sent: 'keep', pauseMs: AWAY_MS })
  const start = { mark: null, uncertain: held.sentAgoMs !== null, before: null }
  const common = { hub, held, op, open, lease, worker, ...start }
  const attempt = () => beginAttempt(hub.db.em(), held, worker.name)
  const go = <I>(write: Write<I>, input: () => Promise<I>) => carry<I>({ ...common, write, input }, attempt)
  const { order, customer, invoice, payment } = open.erp
  if (op.object === 'ORDER' && order) return go(order, () => orderInput(hub, op, open))
  if (op.object === 'CUSTOMER' && customer) return go(customer, () => customerInput(hub, op, open))
  if (op.object === 'INVOICE' && invoice) return go(invoice, () => invoiceInput(hub, op, open))
  if (op.object === 'PAYMENT' && payment) return go(payment, () => paymentInput(hub, op, open))
  const error = new ErpError('NOT_SUPPORTED', `${open.connector.name} cannot do this.`, {
    connection: open.id,
  })
  const problem = toProblem(error, open.id)
  return settle(hub, held, { status: 'REFUSED', outcome: 'ERROR', sent: 'keep', problem })
}

async function carry<I>(
  given: Omit<Work<I>, 'attempt' | 'call' | 'hide' | 'allowed'>,
  begin: () => Promise<Attempt>,
): Promise<void> {
  const { hub, held, op, open, lease, worker, write } = given
  const quiet = held.sentAgoMs === null ? 0 : quietMs(hub, write) - held.sentAgoMs
  if (quiet > 0) return settle(hub, held, stillUncertain(op, quiet))
  const attempt = await begin()
  const hide = await hiding(hub, open, op)
  const allowed = await allowedIn(hub.db.em(), open.id, kindOf(op.object))
  const call = lease.call((exchange) => attempt.exchanges.push(hide.exchange(exchange)))
  const work: Work<I> = { ...given, attempt, call, hide, allowed }
  await asCall(call, async () => {
    try {
      await done(work, await ACTIONS[op.action](work))
    } catch (error) {
      if (error instanceof FenceLost) throw error
      if (error instanceof Undecided) return settle(hub, held, error.move, attempt)
      if (!(error instanceof ErpError)) worker.log?.(error, op.id)
      await failed(work, error)
    }
  })
}

/** The ERP may still commit what a lost try sent, or not show it yet: nobody looks before that has passed. */
function quietMs<I>({ settings }: Hub, write: Write<I>): number {
  return (settings.maxPushMs ?? write.maxPushMs) + write.findLagMs
}

function stillUncertain(op: Operation, pauseMs: number): Move {
  const told = `It is not known yet whether ${op.connection} has the document; it is looked for when the ERP can no longer commit it.`
  const problem = toProblem(new ErpError('UNAVAILABLE', told, { connection: op.connection }), op.connection)
  return { status: 'WAITING', outcome: 'WARNING', sent: 'keep', pauseMs, problem }
}

const ACTIONS = { CREATE: create, UPDATE: update, CANCEL: cancel, DELETE: cancel }

async function create<I>(work: Work<I>): Promise<Ref> {
  const { write, op } = work
  const found = await look(work)
  if (found) return complete(work, found)
  if (work.uncertain && !maySendAgain(work)) throw uncertain(work, null)
  work.uncertain = false
  const input = await work.input()
  if (op.object === 'CUSTOMER') await refuseTwin(work.open, input as CustomerInput)
  return sending(work, () => write.create(input, op.reference))
}

/** What an earlier try left behind. Candidates are none: a person decides. */
async function look<I>(work: Work<I>): Promise<Found | null> {
  const { write, op } = work
  const found = (await write.find?.(op.reference)) ?? null
  const exact = write.find && (write.proof === 'lookup' || write.proof === 'key')
  if (found && !exact) {
    if (work.uncertain) throw uncertain(work, found)
    return null
  }
  if (write.proof === 'lookup' && write.find) work.uncertain = false
  return found
}

/** Without a look-up only a key that the provider still remembers makes a second send safe. */
function maySendAgain<I>({ write, held }: Work<I>): boolean {
  return write.proof === 'key' && (held.firstSentAgoMs ?? 0) < (write.keyTtlMs ?? 0)
}

async function complete<I>(work: Work<I>, found: Found): Promise<Ref> {
  const { write } = work
  work.uncertain = false
  if (found.done) return found.ref
  if (!write.resume) throw uncertain(work, found)
  const input = await work.input()
  return sending(work, () => write.resume!(found.ref, found.step, input))
}

async function update<I>(work: Work<I>): Promise<Ref> {
  const { write, hub, op, open, call } = work
  if (!write.update) throw new ErpError('NOT_SUPPORTED', `${open.connector.name} cannot change it.`)
  const native = await targetOf(hub, op)
  if (!native) throw new ErpError('NOT_FOUND', `${open.id} does not have it.`, { connection: open.id })
  const seen = await recordOf(open, op.object, native, call)
  work.before = formerOf(work, seen)
  if (op.object === 'CUSTOMER' && seen) await takeIn(hub, open, seen as Customer, work.allowed)
  if (followsGolden(op) && !(await narrow(hub, op, native))) return { id: native }
  const change = await work.input()
  return sending(work, () => write.update!({ id: native }, change, null))
}

/** Undoes what is there. Where nothing ever arrived, there is nothing to undo. */
async function cancel<I>(work: Work<I>): Promise<Ref> {
  const { write, hub, op, open, call } = work
  if (!write.undo) throw new ErpError('NOT_SUPPORTED', `${open.connector.name} cannot cancel it.`)
  const native = await targetOf(hub, op)
  const found = native ? null : await write.find?.(op.reference)
  const ref: Ref | undefined = native ? { id: native, number: op.externalNumber } : found?.ref
  if (!ref) return { id: '' }
  work.before = formerOf(work, await recordOf(open, op.object, ref.id, call))
  await sending(work, () => write.undo!(ref))
  return ref
}

/** What was there before our first try: a later one may see what that one left. */
function formerOf<I>({ op, uncertain: mayBeOurs }: Work<I>, seen: object | null): object | null {
  return (mayBeOurs && op.before) || seen
}

async function sending<I, T>(work: Work<I>, send: () => Promise<T>): Promise<T> {
  await work.lease.sending(trimmed(work.before, work.allowed))
  work.mark = work.attempt.exchanges.length
  return send()
}

function uncertain<I>({ op }: Work<I>, found: Found | null): ErpError {
  const hint = found ? ` ${found.ref.number ?? found.ref.id} looks like it.` : ''
  const told = `It is not known whether ${op.connection} has the document.${hint}`
  return new ErpError('UNCERTAIN', told, { connection: op.connection })
}

async function done<I>(work: Work<I>, ref: Ref): Promise<void> {
  const { hub, held, op, open, attempt, call, before } = work
  // Asked for again: a long push may end after an operator took a field away.
  const allowed = await allowedIn(hub.db.em(), open.id, kindOf(op.object))
  const after = ref.id ? trimmed(await recordOf(open, op.object, ref.id, call), allowed) : null
  const known = { before: trimmed(before, allowed), after }
  const written = { externalId: ref.id || null, externalNumber: ref.number ?? null, ...known }
  await hub.db.em().transactional(async (em) => {
    await move(em, held, { status: 'DONE', outcome: 'SUCCESS', sent: 'clear', ...written })
    await closeAttempt(em, held, veiled(attempt, allowed), 'SUCCESS', null)
    await bookDone(hub, em, op, ref, after)
  })
  tellMoved(hub.db, [op.id])
  if (ref.id) told(hub, open.id, kindOf(op.object), op, ref.id)
}

async function failed<I>(work: Work<I>, error: unknown): Promise<void> {
  const { hub, held, op, open, attempt, lease, write, hide, allowed } = work
  const sentNow = work.mark !== null && attempt.exchanges.length > work.mark
  // The ERP refused a step for certain: what the steps before it left is a draft, or the whole document.
  const left = sentNow && isCertain(error) ? await leftover(work) : null
  if (left?.done) return done(work, left.ref)
  const { tries = 0 } = op
  const { ageMs } = held
  const lags = { quietMs: quietMs(hub, write), findLagMs: write.findLagMs }
  const about = { error, connection: open.id, sentNow, uncertain: work.uncertain, stopping: lease.ended }
  const to = afterFailure({ ...about, ...lags, tries, ageMs }, { ...hub.settings, ...open.settings.retry })
  if (to.problem) to.problem.message = hide.text(to.problem.message)
  if (left && to.problem) {
    to.externalId = left.ref.id
    to.externalNumber = left.ref.number
    to.problem.message += ` A draft was left in the ERP: ${left.ref.number ?? left.ref.id}.`
  }
  await settle(hub, held, { ...to, before: trimmed(work.before, allowed) }, veiled(attempt, allowed))
}

async function leftover<I>({ write, op }: Work<I>): Promise<Found | null> {
  if (op.action !== 'CREATE' || write.proof === 'candidates') return null
  return (await write.find?.(op.reference).catch(() => null)) ?? null
}

async function settle(hub: Hub, held: Claimed, to: Move, attempt?: Attempt): Promise<void> {
  await hub.db.em().transactional(async (em) => {
    await move(em, held, to)
    if (attempt) await closeAttempt(em, held, attempt, to.outcome ?? 'WARNING', to.problem ?? null)
  })
  tellMoved(hub.db, [held.id])
}
