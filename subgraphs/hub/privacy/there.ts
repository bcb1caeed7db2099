import { createHash } from 'node:crypto'
import { ErpError } from '../../../schema/errors.ts'
import type { OpenConnection } from '../../connections.ts'
import type { Customer, CustomerInput } from '../../records.ts'

/** DELETE removes what may be removed; ANONYMISE leaves a record that is nobody. */
export type ErasureMode = 'DELETE' | 'ANONYMISE'
/** DONE: gone there. KEPT: it must stay. IMPOSSIBLE: a person has to do it. WAITING: the system is not reachable yet. */
export type ErasureOutcome = 'DONE' | 'KEPT' | 'IMPOSSIBLE' | 'WAITING'

/** What became of the person, or of the documents that name them, in one system. */
export interface ErasureResult {
  connection: string
  object: string
  /** The ERP's own id of the customer. */
  record: string
  outcome: ErasureOutcome
  how: 'DELETED' | 'ANONYMISED' | null
  /** Why it is kept, or what a person has to do. */
  reason: string | null
}

const FIELDS = ['name', 'email', 'phone', 'taxId', 'addresses'] as const

/** Makes the customer nobody in its ERP, or deletes it where that can be. Throws only what may pass by itself. */
export async function eraseThere(
  open: OpenConnection,
  native: string,
  mode: ErasureMode,
  hasDocuments: boolean,
): Promise<Pick<ErasureResult, 'outcome' | 'how' | 'reason'>> {
  const { customer: write } = open.erp
  const { name: system, manual } = open.connector
  const byHand = manual?.upsertCustomer ?? `Erase the customer ${native} in ${system}.`
  try {
    const old = await read(open, native)
    if (old === null) return { outcome: 'DONE', how: 'DELETED', reason: `${system} has it no more.` }
    if (mode === 'DELETE' && write?.undo && !hasDocuments) {
      await write.undo({ id: native })
      return { outcome: 'DONE', how: 'DELETED', reason: null }
    }
    if (!write?.update) return { outcome: 'IMPOSSIBLE', how: null, reason: byHand }
    await write.update({ id: native }, nobody(native, old), null)
    const left = leftOf(old, await read(open, native))
    const why = `${system} still has ${left.join(', ')}: remove it there by hand.`
    if (left.length > 0) return { outcome: 'IMPOSSIBLE', how: 'ANONYMISED', reason: why }
    const told = mode === 'DELETE' ? `${system} deletes no customers that are in use.` : null
    return { outcome: 'DONE', how: 'ANONYMISED', reason: told }
  } catch (error) {
    if (!(error instanceof ErpError) || error.retryable) throw error
    return { outcome: 'IMPOSSIBLE', how: null, reason: `${system} refused it (${error.code}). ${byHand}` }
  }
}

/** Null: it is not there. Undefined: this system shows no customers. */
async function read({ erp }: OpenConnection, native: string): Promise<Customer | null | undefined> {
  if (!erp.customers) return undefined
  const [found] = await erp.customers.byId([native])
  if (found instanceof ErpError && found.code !== 'NOT_FOUND') throw found
  return found instanceof ErpError ? null : (found ?? null)
}

/** What takes the place of a person: only what is there is emptied. */
function nobody(native: string, old: Customer | undefined): Partial<CustomerInput> {
  // Some systems make a customer's id of its name, so the id is not shown.
  const mark = createHash('sha256').update(native).digest('hex').slice(0, 12)
  const change: Partial<CustomerInput> = { name: `Erased ${mark}` }
  for (const field of ['email', 'phone', 'taxId'] as const) if (!old || old[field]) change[field] = null
  if (!old || old.addresses?.length) change.addresses = []
  return change
}

function leftOf(old: Customer | undefined, now: Customer | null | undefined): string[] {
  if (!old || !now) return []
  return FIELDS.filter((field) => {
    const value = now[field]
    const isEmpty = value === null || value === undefined || value.length === 0
    return !isEmpty && JSON.stringify(value) === JSON.stringify(old[field])
  })
}
