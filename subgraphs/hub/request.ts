import { createHash } from 'node:crypto'
import { ErpError } from '../../schema/errors.ts'
import type { Problem } from '../../schema/index.ts'
import type { Caller } from '../caller.ts'
import { problemsOf } from './check/complaints.ts'
import { type Manager, rows } from './database.ts'
import type { Candidate } from './duplicates.ts'
import type { Hub } from './hub.ts'
import { tellMoved } from './operations.ts'

/** The ids that a request led to: its answer for ever. */
export interface Accepted {
  operations: string[]
  order: string | null
  customer: string | null
}

/** Everything that is wrong with a request, all at once; nothing was accepted. */
export class Refused extends Error {
  readonly problems: Problem[]
  readonly candidates: Candidate[]
  /** What alone would not have stopped it. */
  readonly warnings: Problem[]

  constructor(errors: ErpError[], candidates: Candidate[] = [], warnings: Problem[] = []) {
    super(`The request was refused: ${errors.map(({ message }) => message).join(' ')}`)
    this.problems = problemsOf(errors)
    this.candidates = candidates
    this.warnings = warnings
  }
}

/** A request with the key that makes it happen once. */
export interface Keyed {
  key: string
  hash: string
}

const MAX_KEY = 255

/** Binds a request to its key. Throws VALIDATION for a key that is none. */
export function keyed(mutation: string, body: object, key: string): Keyed {
  if (key.trim() === '' || key.length > MAX_KEY) {
    const told = `An idempotency key has 1 to ${MAX_KEY} characters.`
    throw new ErpError('VALIDATION', told, { field: 'idempotencyKey' })
  }
  return {
    key,
    hash: createHash('sha256')
      .update(`${mutation}\n${canonical(body)}`)
      .digest('hex'),
  }
}

/** JSON with sorted names, so that equal requests have one text. */
function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? 'null'
  const parts = Object.entries(value)
    .filter(([, part]) => part !== undefined)
    .sort(([one], [other]) => (one < other ? -1 : 1))
  return `{${parts.map(([name, part]) => `${JSON.stringify(name)}:${canonical(part)}`).join(',')}}`
}

/**
 * Our reference in the ERP: the same for the same request and key, so that `dryRun` shows the very bytes; with
 * the installation's secret in it, so that two installations on one ERP never take each other's orders. Twenty
 * signs, because the shortest field that an ERP has for it takes no more.
 */
export function referenceOf(hub: Hub, tenant: string, { key, hash }: Keyed, part = ''): string {
  const seal = hub.seal.close({ tenant, key, hash, part })
  const bytes = createHash('sha256').update(seal).digest()
  return `esg_${[...bytes.subarray(0, 16)].map((byte) => LETTERS[byte % 32]).join('')}`
}
const LETTERS = '0123456789ABCDEFGHJKMNPQRSTVWXYZ'

/** The first answer of a key, or null. Throws IDEMPOTENCY_MISMATCH when it stands for another request. */
export async function answerOf(em: Manager, tenant: string, { key, hash }: Keyed): Promise<Accepted | null> {
  const sql = 'select hash, answer from request where tenant = ? and idempotency_key = ?'
  const [row] = await rows<{ hash: string; answer: Accepted }>(em, sql, [tenant, key])
  if (!row) return null
  if (row.hash !== hash) {
    throw new ErpError('IDEMPOTENCY_MISMATCH', 'This idempotency key was used for another request.', {
      field: 'idempotencyKey',
    })
  }
  return row.answer
}

/**
 * Does `work` once per key, in one transaction with the key; every further call gets the first answer. Calls at
 * the same moment wait for the first one.
 */
export async function acceptOnce(
  hub: Hub,
  caller: Caller,
  request: Keyed,
  work: (em: Manager) => Promise<Accepted>,
): Promise<Accepted> {
  const { accepted, isNew } = await hub.db.em().transactional(async (em) => {
    const claim = `insert into request (tenant, idempotency_key, hash, answer) values (?, ?, ?, '{}'::jsonb)
      on conflict do nothing returning hash`
    const mine = await rows(em, claim, [caller.tenant, request.key, request.hash])
    if (mine.length === 0) {
      const first = await answerOf(em, caller.tenant, request)
      if (!first) throw new ErpError('CONFLICT', 'The request is under way; ask again.')
      return { accepted: first, isNew: false }
    }
    const made = await work(em)
    const keep = 'update request set answer = ?::jsonb where tenant = ? and idempotency_key = ?'
    await em.execute(keep, [JSON.stringify(made), caller.tenant, request.key])
    return { accepted: made, isNew: true }
  })
  if (isNew) tellMoved(hub.db, accepted.operations)
  return accepted
}
