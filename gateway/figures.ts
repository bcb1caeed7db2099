import { Counter, Gauge, Histogram, type OpenMetricsContentType, type Registry } from 'prom-client'
import { ERROR_CODES } from '../schema/errors.ts'
import { type Database, rows } from '../subgraphs/hub/database.ts'
import type { Hub } from '../subgraphs/hub/hub.ts'
import { type Counted, count } from '../subgraphs/hub/metrics/read.ts'
import type { Sent } from '../subgraphs/sent.ts'
import type { Answered } from './engine.ts'

const SECONDS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30]
const BREAKER = ['closed', 'half-open', 'open'] as const

const STATES = `
select connection, object, status, count(*)::int as n from operation
where status in ('ACCEPTED', 'RUNNING', 'WAITING', 'UNCERTAIN', 'DEAD') group by connection, object, status`
const FINISHED = `
select connection, object, status, problem->>'code' as code, count(*)::int as n from operation
where finished_at > now() - interval '24 hours' and status in ('DONE', 'REFUSED', 'DEAD', 'CANCELLED')
group by connection, object, status, code`

interface Counts {
  connection: string
  object: string
  status: string
  code?: string | null
  n: number
}

type Open = Registry<OpenMetricsContentType>

/** What is kept from request to request: durations by operation and by connection, since the process began. */
export interface Durations {
  answered(one: Answered): void
  sent(one: Sent): void
}

/** Registers what is measured while it happens. */
export function durations(registers: Open[]): Durations {
  const operations = new Histogram({
    name: 'erp_graphql_operation_duration_seconds',
    help: 'Duration of GraphQL operations, and of the beginning of subscriptions.',
    labelNames: ['kind', 'outcome'],
    ...{ buckets: SECONDS, registers },
  })
  const requests = new Histogram({
    name: 'erp_upstream_request_duration_seconds',
    help: 'Duration of requests to an ERP by class of status; none: no answer came.',
    labelNames: ['connection', 'status'],
    ...{ buckets: SECONDS, registers },
  })
  return {
    answered: ({ kind, outcome, durationMs }) => operations.observe({ kind, outcome }, durationMs / 1000),
    sent: ({ connection, status, durationMs }) =>
      requests.observe(
        { connection, status: status ? `${Math.floor(status / 100)}xx` : 'none' },
        durationMs / 1000,
      ),
  }
}

/** Registers what is looked up whenever somebody asks. */
export function figures(hub: Hub, registers: Open[]): void {
  operationsOf(hub.db, registers)
  ratesOf(hub.db, registers)
  cachesOf(hub, registers)
  budgetsOf(hub, registers)
}

function operationsOf(db: Database, registers: Open[]): void {
  new Gauge({
    name: 'erp_operations',
    help: 'Operations that are not finished, and dead letters.',
    labelNames: ['connection', 'object', 'status'],
    registers,
    async collect() {
      const found = await rows<Counts>(db.em(), STATES)
      this.reset()
      for (const { n, connection, object, status } of found) this.set({ connection, object, status }, n)
    },
  })
  new Gauge({
    name: 'erp_operations_finished_24h',
    help: 'Operations that were finished in the last 24 hours; code says why one failed.',
    labelNames: ['connection', 'object', 'status', 'code'],
    registers,
    async collect() {
      const found = await rows<Counts>(db.em(), FINISHED)
      this.reset()
      for (const { n, code, connection, object, status } of found) {
        const known = code && code in ERROR_CODES ? code : ''
        this.inc({ connection, object, status, code: known }, n)
      }
    },
  })
}

/** A figure of each connection, counted from its operations. */
interface Rate {
  name: string
  help: string
  /** Labels besides the connection. */
  more?: string[]
  fill(to: Gauge, counted: Counted): void
}

const RATES: Rate[] = [
  {
    name: 'erp_oldest_waiting_seconds',
    help: 'Age of the oldest operation that is not finished.',
    fill(to, { open }) {
      for (const { connection, oldest } of open)
        if (oldest) to.set({ connection }, Math.max(0, (Date.now() - Date.parse(oldest)) / 1000))
    },
  },
  {
    name: 'erp_records_per_hour',
    help: 'Operations done per hour, over 24 hours.',
    fill(to, { ended }) {
      for (const { connection, done } of ended.filter(isWhole)) to.set({ connection }, done / 24)
    },
  },
  {
    name: 'erp_success_ratio',
    help: 'Share of finished operations that were done, over 24 hours.',
    fill(to, { ended }) {
      for (const { connection, done, failed } of ended.filter(isWhole))
        to.set({ connection }, done / (done + failed))
    },
  },
  {
    name: 'erp_attempt_error_ratio',
    help: 'Share of attempts that failed, over 24 hours.',
    fill(to, { tried }) {
      for (const { connection, errors, attempts } of tried.filter(isWhole))
        to.set({ connection }, errors / attempts)
    },
  },
  {
    name: 'erp_attempt_duration_seconds',
    help: 'Duration of attempts over 24 hours.',
    more: ['quantile'],
    fill(to, { tried }) {
      for (const { connection, p50, p95 } of tried.filter(isWhole)) {
        to.set({ connection, quantile: '0.5' }, p50 / 1000)
        to.set({ connection, quantile: '0.95' }, p95 / 1000)
      }
    },
  },
]

function isWhole({ hour }: { hour: string | null }): boolean {
  return hour === null
}

/** These gauges look at the same figures: whoever comes first looks, the others of that moment wait. */
function ratesOf(db: Database, registers: Open[]): void {
  let looking: Promise<Counted> | null = null
  const look = () => (looking ??= countAll(db).finally(() => (looking = null)))
  for (const { name, help, more = [], fill } of RATES)
    new Gauge({
      ...{ name, help, registers },
      labelNames: ['connection', ...more],
      async collect() {
        const counted = await look()
        this.reset()
        fill(this, counted)
      },
    })
}

async function countAll(db: Database): Promise<Counted> {
  const found = await rows<{ id: string }>(db.em(), 'select id from connection')
  return count(db, { connections: found.map(({ id }) => id), customer: null }, 24)
}

function cachesOf({ directory }: Hub, registers: Open[]): void {
  new Counter({
    name: 'erp_cache_reads_total',
    help: 'Live reads by what answered them: hit, the cache of this process; miss, the ERP.',
    labelNames: ['connection', 'kind', 'answer'],
    registers,
    collect() {
      this.reset()
      for (const { id: connection, readers } of directory.every())
        for (const [kind, { hits, misses }] of Object.entries(readers)) {
          this.inc({ connection, kind, answer: 'hit' }, hits)
          this.inc({ connection, kind, answer: 'miss' }, misses)
        }
    },
  })
  new Gauge({
    name: 'erp_breaker_state',
    help: '1 for the state in which the breaker of a connection is, in this process.',
    labelNames: ['connection', 'state'],
    registers,
    collect() {
      this.reset()
      for (const { id: connection, http } of directory.every())
        for (const state of BREAKER) this.set({ connection, state }, http.budget.breaker === state ? 1 : 0)
    },
  })
}

function budgetsOf({ directory }: Hub, registers: Open[]): void {
  new Gauge({
    name: 'erp_budget_requests',
    help: 'Requests that a vendor allows in so many seconds, and those that all processes have sent in that time.',
    labelNames: ['connection', 'seconds', 'state'],
    registers,
    async collect() {
      const all = directory.every()
      const uses = await Promise.all(all.map(async ({ id, http }) => ({ id, ...(await http.budget.use()) })))
      this.reset()
      for (const { id: connection, spans } of uses)
        for (const { ms, used, limit } of spans) {
          this.set({ connection, seconds: ms / 1000, state: 'used' }, used)
          this.set({ connection, seconds: ms / 1000, state: 'allowed' }, limit)
        }
    },
  })
}
