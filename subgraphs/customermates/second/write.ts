import { createHash } from 'node:crypto'
import { setTimeout as wait } from 'node:timers/promises'
import { z } from 'zod'
import { ErpError } from '../../../schema/errors.ts'
import { shaped } from '../../shape.ts'
import type { Change } from '../port.ts'
import type { Wire } from '../wire.ts'
import type { Native } from './records.ts'

const FIRST_WAIT_MS = 50
const LOOKS = 9
const outcome = z.discriminatedUnion('status', [
  z.object({ status: z.literal('completed') }),
  z.object({ status: z.literal('pending'), operationId: z.string().min(1) }),
])
const operation = z.object({
  state: z.enum(['pending', 'staging', 'completed', 'cancelled', 'failed']),
  errorCode: z.string().nullish(),
})

function documentOf(text: string): string {
  const content = text
    .split('\n')
    .map((line) => ({ type: 'paragraph', content: [{ type: 'text', text: line }] }))
  return JSON.stringify({ type: 'doc', content })
}

/** What the API takes for a column of this kind. https://customermates.com/docs */
function scalarOf({ column, value, currency }: Change): object | null {
  if (value === null) return null
  const several = column.multiple ? [value] : value
  switch (column.kind) {
    case 'text':
    case 'email':
    case 'phone':
    case 'url':
      return { kind: column.multiple ? 'textList' : 'text', value: several }
    case 'select':
      return { kind: column.multiple ? 'selectList' : 'select', value: several }
    case 'number':
    case 'currency':
      return { kind: 'decimal', value, currency: column.kind === 'currency' ? (currency ?? null) : null }
    case 'boolean':
      return { kind: 'boolean', value: value === 'true' }
    case 'richText':
      return { kind: 'richText', documentJson: documentOf(value) }
    default:
      throw new ErpError(
        'MAPPING_MISSING',
        `Nothing can be written into "${column.label}" (${column.kind}).`,
        {
          field: 'columns',
        },
      )
  }
}

/** Waits until a write that was put off is done. */
async function settle(wire: Wire, operationId: string): Promise<void> {
  for (let look = 0; look < LOOKS; look += 1) {
    await wait(FIRST_WAIT_MS * 2 ** look)
    const body = await wire({ method: 'POST', path: 'operations/status', body: { operationId } })
    const { state, errorCode } = shaped(operation, body, 'The status of a write')
    if (state === 'completed') return
    if (state === 'pending' || state === 'staging') continue
    const code = errorCode?.endsWith('Changed') ? 'CONFLICT' : 'VALIDATION'
    throw new ErpError(code, 'Customermates gave up a write.', { said: errorCode ?? state })
  }
  throw new ErpError('DEADLINE_EXCEEDED', 'Customermates has put off a write and not finished it.')
}

/**
 * Writes into a record as it was read. The key is made of what is written, so that the same write sent twice is
 * one; the version and the revision of the model make one that is out of date a CONFLICT.
 */
export async function mutate(wire: Wire, revision: number, known: Native, changes: Change[]): Promise<void> {
  const mutation = {
    action: 'update',
    ref: known.ref,
    expectedVersion: known.version,
    fields: changes.map((change) => ({ fieldId: change.column.id, value: scalarOf(change) })),
  }
  const hash = createHash('sha256').update(JSON.stringify(mutation)).digest('hex')
  const body = { expectedRevision: revision, idempotencyKey: `esg:${hash}`, mutation }
  const answer = shaped(
    outcome,
    await wire({ method: 'POST', path: 'records/mutate', body }),
    'The answer to a write',
  )
  if (answer.status === 'pending') await settle(wire, answer.operationId)
}
