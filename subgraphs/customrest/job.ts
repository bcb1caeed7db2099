import { setTimeout as wait } from 'node:timers/promises'
import { ErpError } from '../../schema/errors.ts'
import { retryAfter } from '../http.ts'
import { type Document, readAs } from './answer.ts'
import type { Client } from './client.ts'
import { failureOf, reads } from './failure.ts'
import type { Job, Operation, Wording } from './loaded.ts'

/** What the ERP may have done meanwhile nobody knows: a write is looked for before it is sent again. */
function lost({ name }: Operation, job: string, error: unknown): never {
  if (reads(name) || !(error instanceof ErpError)) throw error
  const told = `It is not known how the job ${job.slice(0, 60)} of ${name} ended: ${error.message}`
  throw new ErpError('UNAVAILABLE', told, { said: error.said, retryAfterMs: error.retryAfterMs })
}

async function ask(client: Client, operation: Operation, wording: Wording, id: string): Promise<Document> {
  try {
    const request = await client.worded(wording, { input: { jobId: id } })
    return await client.exchange(operation, { ...request, repeatable: true })
  } catch (error) {
    return lost(operation, id, error)
  }
}

/**
 * What an accepted request ends in: the job is asked for until it is done or has failed, at most `timeoutMs` long.
 * An answer that names no job is the end itself. Throws what the ERP says of a failed job, DEADLINE_EXCEEDED.
 */
export async function endOfJob(
  client: Client,
  operation: Operation,
  job: Job,
  first: Document,
): Promise<Document> {
  const given = await readAs(job.jobId, first, {}, 'asyncJob.jobId')
  if ((typeof given !== 'string' && typeof given !== 'number') || given === '') {
    if (first.status !== 202) return first
    throw new ErpError('BAD_ANSWER', `${operation.name} was accepted without a job.`, { field: 'jobId' })
  }
  const id = String(given)
  const endsAt = Date.now() + job.timeoutMs
  for (;;) {
    const document = await ask(client, operation, job.poll, id)
    const status = String(await readAs(job.status, document, {}, 'asyncJob.status'))
    if (job.done.includes(status)) return job.result ? ask(client, operation, job.result, id) : document
    const failure = job.failed.includes(status)
      ? await failureOf(client.loaded, operation, document, true)
      : null
    if (failure) throw failure.error
    const pause = Math.max(job.intervalMs, retryAfter(document.headers) ?? 0)
    if (Date.now() + pause > endsAt) {
      const told = `The job ${id.slice(0, 60)} of ${operation.name} did not end within ${job.timeoutMs} ms.`
      throw new ErpError('DEADLINE_EXCEEDED', told)
    }
    await wait(pause)
  }
}
