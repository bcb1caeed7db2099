import { randomUUID } from 'node:crypto'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { type OpenMetricsContentType, Registry, collectDefaultMetrics } from 'prom-client'
import { ErpError } from '../schema/errors.ts'
import { type Caller, demand, reaches } from '../subgraphs/caller.ts'
import { rows } from '../subgraphs/hub/database.ts'
import type { Hub } from '../subgraphs/hub/hub.ts'
import { type Sent, sent } from '../subgraphs/sent.ts'
import { Names } from '../subgraphs/names.ts'
import { type Answered, answered } from './engine.ts'
import { formatError } from './errors.ts'
import { durations, figures } from './figures.ts'

/** Who may read the metrics. */
export interface MetricsAccess {
  /** The caller of an Authorization; throws UNAUTHENTICATED. */
  callerOf(authorization: string): Promise<Caller>
  /** Whether a request of this machine needs no key; never where a proxy of this machine lets others in. */
  loopback: boolean
}

const OUR_NAMES = new Names([])
const LOOPBACK = new Set(['127.0.0.1', '::1', '::ffff:127.0.0.1'])
const FORWARDED = ['forwarded', 'via', 'x-forwarded-for', 'x-forwarded-host', 'x-real-ip']

/** Serves /metrics in the OpenMetrics format: to this machine, or with a key that may read the sync. */
export function metricsRoutes(app: FastifyInstance, hub: Hub, access: MetricsAccess): void {
  const registry = new Registry<OpenMetricsContentType>()
  registry.setContentType(Registry.OPENMETRICS_CONTENT_TYPE)
  collectDefaultMetrics({ register: registry })
  figures(hub, [registry])
  measure(app, hub, registry)
  let looking: Promise<string> | null = null
  app.get('/metrics', async (request, reply) => {
    try {
      const caller = await callerOf(request, access)
      // Whoever asks at the same time shares one look into the database.
      looking ??= registry.metrics().finally(() => (looking = null))
      const text = await looking
      return await reply
        .header('content-type', registry.contentType)
        .header('cache-control', 'no-store')
        .send(caller ? await seenBy(hub, caller, text) : text)
    } catch (error) {
      const status = error instanceof ErpError ? (STATUS[error.code] ?? 500) : 500
      return reply.code(status).send({ errors: [formatError(error, randomUUID())] })
    }
  })
}

const STATUS: Record<string, number> = { UNAUTHENTICATED: 401, FORBIDDEN: 403 }

/** Listens to what happens in this process, as far as it concerns this house. */
function measure(app: FastifyInstance, { directory }: Hub, registry: Registry<OpenMetricsContentType>): void {
  const kept = durations([registry])
  const onAnswered = (one: unknown): void => kept.answered(one as Answered)
  const onSent = (one: unknown): void => {
    const isOurs = directory.every().some(({ id }) => id === (one as Sent).connection)
    if (isOurs) kept.sent(one as Sent)
  }
  answered.subscribe(onAnswered)
  sent.subscribe(onSent)
  app.addHook('onClose', async () => {
    answered.unsubscribe(onAnswered)
    sent.unsubscribe(onSent)
  })
}

/** The caller; null for one of this machine without a key, who sees everything. */
async function callerOf(request: FastifyRequest, access: MetricsAccess): Promise<Caller | null> {
  const { authorization } = request.headers
  if (!authorization && access.loopback && isLocal(request)) return null
  if (!authorization) throw new ErpError('UNAUTHENTICATED', 'A valid API key is needed.')
  const caller = await access.callerOf(authorization)
  demand(caller, 'read:sync')
  if (!caller.customer) return caller
  throw new ErpError('FORBIDDEN', 'A key of one customer cannot read the metrics.')
}

/** Whether a request comes from this machine itself, not through a proxy or a name of somebody else's. */
function isLocal({ raw }: FastifyRequest): boolean {
  const forwarded = FORWARDED.some((name) => raw.headers[name] !== undefined)
  return LOOPBACK.has(raw.socket.remoteAddress ?? '') && !forwarded && OUR_NAMES.accept(raw)
}

/** The text without the lines of connections that the caller may not see. */
async function seenBy(hub: Hub, caller: Caller, text: string): Promise<string> {
  const sql = 'select id from connection where tenant = ?'
  const own = await rows<{ id: string }>(hub.db.em(), sql, [caller.tenant])
  const seen = new Set(own.map(({ id }) => id).filter((id) => reaches(caller, id)))
  const lines = text.split('\n').filter((line) => {
    const connection = line.startsWith('#') ? undefined : /[{,]connection="([^"]*)"/.exec(line)?.[1]
    return connection === undefined || seen.has(connection)
  })
  return lines.join('\n')
}
