import type { SandboxAnswer, SandboxRequest } from '../../sandbox.ts'
import { Refused, json, problem } from './answers.ts'
import type { Records } from './record.ts'

/** At most so many records in one batch (help article_0127092747). */
const MAX_BATCH = 100

interface Job {
  id: string
  /** What became of each record, in their order. */
  results: SandboxAnswer[]
}

/** Asynchronous batches of one record type: a job that is done at once, with a result for every record. */
export class Jobs {
  readonly #records: Records
  readonly #root: () => string
  readonly #jobs = new Map<string, Job>()
  readonly #keys = new Map<string, string>()

  constructor(records: Records, root: () => string) {
    this.#records = records
    this.#root = root
  }

  /** Whether a request asks for a job. */
  isMeant({ method, headers }: SandboxRequest): boolean {
    return method !== 'GET' && headers.prefer === 'respond-async'
  }

  /** Runs a batch; the same idempotency key twice is refused with the place of the first job. */
  start(path: string, request: SandboxRequest): SandboxAnswer {
    const key = request.headers['x-netsuite-idempotency-key']
    const known = key === undefined ? undefined : this.#keys.get(key)
    if (known !== undefined) {
      const answer = problem(
        400,
        'IDEMPOTENCY_ERROR',
        'A request with this idempotency key was already sent.',
      )
      return { ...answer, headers: { ...answer.headers, location: known } }
    }
    const records = itemsOf(request.body)
    const id = String(100_001 + this.#jobs.size)
    const location = `${this.#root()}/async/v1/job/${id}`
    if (key !== undefined) this.#keys.set(key, location)
    this.#jobs.set(id, { id, results: records.map((record) => this.#one(path, request, record)) })
    return { status: 202, headers: { location }, body: null }
  }

  /** "100001" tells the job, "100001/task/1/result" what became of its first record. */
  show(path: string): SandboxAnswer {
    const [id = '', , task, result] = path.split('/')
    const job = this.#jobs.get(id)
    if (!job) throw new Refused(404, 'NONEXISTENT_ID', 'The job does not exist.')
    if (result === 'result')
      return job.results[Number(task) - 1] ?? problem(404, 'NONEXISTENT_ID', 'No such task.')
    const failed = job.results.some(({ status }) => status >= 400)
    return json(200, { id, completed: true, progress: failed ? 'failed' : 'succeeded' })
  }

  #one(path: string, request: SandboxRequest, record: object): SandboxAnswer {
    const { externalId, id } = record as { externalId?: string; id?: string }
    const key = request.method === 'PUT' ? `/eid:${externalId}` : request.method === 'PATCH' ? `/${id}` : ''
    try {
      return this.#records.handle(`${path}${key}`, { ...request, body: JSON.stringify(record) })
    } catch (error) {
      if (error instanceof Refused) return error.answer
      throw error
    }
  }
}

function itemsOf(body: string): object[] {
  const { items } = JSON.parse(body) as { items?: object[] }
  if (Array.isArray(items) && items.length > 0 && items.length <= MAX_BATCH) return items
  throw new Refused(400, 'INVALID_CONTENT', `A batch holds 1 to ${MAX_BATCH} records.`, { path: 'items' })
}
