import type { SandboxAnswer } from '../../sandbox.ts'
import { give, refuse, refuseField } from './answers.ts'

interface Run {
  id: string
  status: string
  polls: number
  finalise: boolean
  invoices: number | null
}

const SCOPES = ['ALL', 'CUSTOMER', 'SUBSCRIPTION', 'OFFERING']

/** Bill runs; the connector never starts one, a test does. https://github.com/aforoai/aforo-nextgen-loadgen */
export class Runs {
  readonly #runs = new Map<string, Run>()
  readonly #finalise: () => number

  /** `finalise` makes drafts final and tells how many. */
  constructor(finalise: () => number) {
    this.#finalise = finalise
  }

  create(body: Record<string, unknown>): SandboxAnswer {
    for (const name of ['billingPeriodStart', 'billingPeriodEnd', 'targetScope', 'environment'])
      if (typeof body[name] !== 'string') return refuseField(name, 'is required')
    if (!SCOPES.includes(String(body.targetScope))) return refuseField('targetScope', 'is unknown')
    if (body.environment !== 'LIVE' && body.environment !== 'TEST')
      return refuseField('environment', 'is unknown')
    const id = `br_${this.#runs.size + 13}`
    const run: Run = { id, status: 'CREATED', polls: 0, finalise: body.autoFinalize === true, invoices: null }
    this.#runs.set(id, run)
    return give(run, 201)
  }

  execute(id: string): SandboxAnswer {
    const run = this.#runs.get(id)
    if (!run) return refuse(404, 'Not found')
    if (run.status !== 'CREATED') return refuse(409, 'The bill run was executed already')
    run.status = 'RUNNING'
    return give(run, 202)
  }

  /** The first look fails, as the vendor's own notes say; the second finds it running, the third done. */
  get(id: string): SandboxAnswer {
    const run = this.#runs.get(id)
    if (!run) return refuse(404, 'Not found')
    if (run.status === 'CREATED') return give(run)
    run.polls += 1
    if (run.polls === 1) return refuse(500, 'Internal error')
    if (run.polls === 3) {
      const count = run.finalise ? this.#finalise() : 0
      run.status = count > 0 ? 'COMPLETED' : 'PARTIALLY_FAILED'
      run.invoices = count || null
    }
    const { status, invoices: invoicesGenerated, polls } = run
    return give({ id, status, invoicesGenerated, progressPct: polls < 3 ? 50 : 100 })
  }
}
