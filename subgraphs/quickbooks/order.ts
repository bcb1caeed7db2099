import Big from 'big.js'
import { ErpError } from '../../schema/errors.ts'
import type { Found, Id, Ref, WireRequest, Write } from '../connector.ts'
import { shaped } from '../shape.ts'
import { type Client, type Query, type Row, isId, literal } from './client.ts'
import { isVoid } from './documents.ts'
import { documentNumber, noted } from './reference.ts'
import { type NativeDocument, document, written } from './shapes.ts'

/** How often a change is tried anew when somebody else was faster. */
const TRIES = 3
/** How many of the newest documents are looked through for one that bears a number of its own. */
const NEWEST = 200

/** Which document is written, and how its body is made. */
export interface Paper<I> {
  entity: 'Estimate' | 'Invoice' | 'SalesReceipt'
  /** What our ids of it begin with; empty where its own ids are ours. */
  prefix: string
  /** Whether callers may give it a number of their own, which then is not made from the reference. */
  numbered: boolean
  body(input: I, ref: string): Promise<object>
}

/** What a written document answers. */
export function refOf(row: Row): Ref {
  const { Id, DocNumber, SyncToken } = shaped(written, row, 'A written document')
  return { id: Id, number: DocNumber, version: SyncToken }
}

/** Tries a change again with the newest version, when somebody else was faster. */
export async function retried<T>(work: () => Promise<T>): Promise<T> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await work()
    } catch (error) {
      const stale = error instanceof ErpError && error.code === 'CONFLICT' && error.retryable
      if (!stale || tries >= TRIES) throw error
    }
  }
}

/** The row among these that bears our reference; the lowest id where several do. */
export function bearing(rows: Row[], field: 'PrivateNote' | 'Notes', ref: string): Row | null {
  const note = (row: Row) => (typeof row[field] === 'string' ? row[field] : null)
  const mine = rows.filter((row) => noted(note(row), 'ref') === ref)
  return mine.toSorted((a, b) => (BigInt(refOf(a).id) < BigInt(refOf(b).id) ? -1 : 1))[0] ?? null
}

/**
 * Writing estimates, invoices and sales receipts: one request. The number is made from our reference and can be
 * searched, the whole reference stands in the private note; a request id makes the server answer a repeated request
 * from memory.
 */
export class Sales<I> implements Write<I> {
  readonly proof = 'lookup'
  readonly findLagMs = 2_000
  readonly maxPushMs = 120_000
  readonly #client: Client
  readonly #paper: Paper<I>

  constructor(client: Client, paper: Paper<I>) {
    this.#client = client
    this.#paper = paper
  }

  async plan(input: I, ref: string): Promise<WireRequest[]> {
    return [this.#client.shown(await this.#request(input, ref))]
  }

  async find(ref: string): Promise<Found | null> {
    const { entity, numbered } = this.#paper
    const byNumber: Query = { entity, where: [`DocNumber = ${literal(documentNumber(ref))}`] }
    const [rows = []] = await this.#client.query([byNumber])
    let found = bearing(rows, 'PrivateNote', ref)
    if (!found && numbered) {
      const [newest = []] = await this.#client.query([{ entity, order: 'Id DESC', max: NEWEST }])
      found = bearing(newest, 'PrivateNote', ref)
    }
    return found && { ref: this.#refOf(found), step: 1, done: true }
  }

  async create(input: I, ref: string): Promise<Ref> {
    const request = await this.#request(input, ref)
    try {
      return this.#refOf(await this.#client.write(request, this.#paper.entity))
    } catch (error) {
      const twice = error instanceof ErpError && error.code === 'DUPLICATE_ORDER'
      const found = twice ? await this.find(ref) : null
      if (!found) throw error
      return found.ref
    }
  }

  /** An estimate is rejected, an invoice or sales receipt voided; what was billed or paid later is refused. */
  async undo({ id: known }: Ref): Promise<void> {
    const id = known.slice(this.#paper.prefix.length)
    await retried(async () => {
      const native = await this.#read(id)
      if (this.#isUndone(native)) return
      this.#checkFree(native)
      const { Id, SyncToken } = native
      const key = { Id, SyncToken: SyncToken ?? '0' }
      const { entity } = this.#paper
      const request = {
        Estimate: () =>
          this.#client.request('estimate', { sparse: true, ...key, TxnStatus: 'Rejected' }, 'update'),
        Invoice: () => this.#client.request('invoice', key, 'void'),
        SalesReceipt: () => this.#client.request('salesreceipt', { sparse: true, ...key }, 'void'),
      }[entity]()
      await this.#client.write(request, entity)
      if (this.#isUndone(await this.#read(id))) return
      throw new ErpError('CONFLICT', `${native.DocNumber ?? id} is still open.`, { retryable: false })
    })
  }

  #refOf(row: Row): Ref {
    const ref = refOf(row)
    return { ...ref, id: this.#paper.prefix + ref.id }
  }

  #isUndone(native: NativeDocument): boolean {
    return this.#paper.entity === 'Estimate' ? native.TxnStatus === 'Rejected' : isVoid(native)
  }

  #checkFree({ DocNumber, TxnStatus, LinkedTxn, Balance, TotalAmt }: NativeDocument): void {
    const billed =
      /^(Closed|Converted)$/.test(TxnStatus ?? '') || LinkedTxn.some((one) => one.TxnType === 'Invoice')
    const paid = Balance !== null && TotalAmt !== null && new Big(Balance).lt(TotalAmt)
    const { entity } = this.#paper
    // A sales receipt was paid from the beginning.
    if (entity === 'SalesReceipt' || (entity === 'Invoice' ? !paid : !billed)) return
    const what = paid ? 'paid in part' : 'billed'
    throw new ErpError('CONFLICT', `${DocNumber ?? 'The document'} was already ${what}.`, {
      retryable: false,
    })
  }

  async #request(input: I, ref: string): Promise<WireRequest> {
    const { entity, body } = this.#paper
    return this.#client.request(entity.toLowerCase(), await body(input, ref), 'create')
  }

  async #read(id: Id): Promise<NativeDocument> {
    const where = [`Id = ${literal(id)}`]
    const [[row] = []] = isId(id) ? await this.#client.query([{ entity: this.#paper.entity, where }]) : []
    if (!row) throw new ErpError('NOT_FOUND', `There is no ${this.#paper.entity} ${id.slice(0, 40)}.`)
    return shaped(document, row, 'A document')
  }
}
