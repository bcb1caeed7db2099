import { Field, Int, ObjectType, registerEnumType } from 'type-graphql'
import { Problem } from '../../schema/index.ts'
import { DateTimeScalar, JsonScalar } from '../../schema/scalars.ts'
import type { Exchange } from '../http.ts'
import { type Manager, iso, rows } from './database.ts'

/** Declares a closed list of names in the graph. */
export function closed<const T extends readonly string[]>(name: string, description: string, values: T) {
  const members = Object.fromEntries(values.map((value) => [value, value])) as { [K in T[number]]: K }
  registerEnumType(members, { name, description })
  return members
}

/** How an operation or a try ended. */
export const SyncOutcome = closed('SyncOutcome', 'How it ended, or how the last try ended.', [
  'SUCCESS',
  'WARNING',
  'ERROR',
])

/** A request as it goes out; secrets are redacted, ids of earlier steps stand as {{1.id}}. */
@ObjectType('WireRequest', {
  description: 'A request as it goes out; secrets are redacted, ids of earlier steps stand as {{1.id}}.',
})
export class WireRequestType {
  @Field(() => String)
  method!: string

  @Field(() => String)
  url!: string

  @Field(() => JsonScalar)
  headers!: Record<string, string>

  @Field(() => String, { nullable: true })
  body?: string | null
}

/** One request to the ERP and its answer, without secrets. */
@ObjectType({ description: 'One request to the ERP and its answer, without secrets.' })
export class SyncExchange {
  @Field(() => String)
  method!: string

  @Field(() => String)
  url!: string

  @Field(() => String, { nullable: true })
  requestBody?: string | null

  @Field(() => Int, { nullable: true, description: 'HTTP status; null when no answer came.' })
  status?: number | null

  @Field(() => String, { nullable: true, description: 'What the provider called the request.' })
  requestId?: string | null

  @Field(() => String, { nullable: true })
  responseBody?: string | null

  @Field(() => String, { nullable: true, description: 'Why no answer came.' })
  error?: string | null

  @Field(() => DateTimeScalar)
  startedAt!: string

  @Field(() => Int)
  durationMs!: number
}

/** One try to carry out an operation. */
@ObjectType({ description: 'One try to carry out an operation.' })
export class SyncAttempt {
  @Field(() => Int)
  number!: number

  @Field(() => DateTimeScalar)
  startedAt!: string

  @Field(() => DateTimeScalar, { nullable: true })
  finishedAt?: string | null

  @Field(() => SyncOutcome, { nullable: true })
  outcome?: keyof typeof SyncOutcome | null

  @Field(() => Problem, { nullable: true })
  problem?: Problem | null

  @Field(() => [SyncExchange])
  exchanges!: SyncExchange[]
}

interface AttemptRow {
  number: number
  started_at: Date | string
  finished_at: Date | string | null
  outcome: keyof typeof SyncOutcome | null
  problem: Problem | null
  exchanges: Exchange[]
}

/** The tries of an operation, oldest first. */
export async function attemptsOf(em: Manager, operation: string): Promise<SyncAttempt[]> {
  const sql = `select number, started_at, finished_at, outcome, problem, exchanges from attempt
    where operation = ? order by number`
  return (await rows<AttemptRow>(em, sql, [operation])).map(toAttempt)
}

function toAttempt(row: AttemptRow): SyncAttempt {
  const { number, outcome, problem } = row
  const times = { startedAt: iso(row.started_at), finishedAt: iso(row.finished_at) }
  return { number, outcome, problem, ...times, exchanges: row.exchanges.map(toExchange) }
}

function toExchange({ request, response, error, startedAt, durationMs }: Exchange): SyncExchange {
  const { method, url, body } = request
  const answer = { status: response?.status ?? null, responseBody: response?.body ?? null, error }
  const requestId = response?.requestId ?? null
  return {
    method,
    url,
    requestBody: body,
    ...answer,
    requestId,
    startedAt,
    durationMs: Math.round(durationMs),
  }
}
