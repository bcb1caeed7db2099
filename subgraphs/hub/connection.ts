import { createHash } from 'node:crypto'
import {
  Arg,
  Ctx,
  Field,
  FieldResolver,
  ID,
  Int,
  Mutation,
  ObjectType,
  Query,
  Resolver,
  Root,
} from 'type-graphql'
import { ErpError } from '../../schema/errors.ts'
import { Problem } from '../../schema/index.ts'
import { DateTimeScalar, JsonScalar } from '../../schema/scalars.ts'
import { type Caller, demand, reaches } from '../caller.ts'
import type { Company } from '../connector.ts'
import { asCall } from '../http.ts'
import { connectorOf, connectors } from '../index.ts'
import { toProblem } from '../reader.ts'
import { checkPolicy } from './check/policies.ts'
import { noteRefusal } from './attention.ts'
import { iso, rows } from './database.ts'
import { end, openConnection } from './directory.ts'
import { closed } from './exchange.ts'
import type { Hub, HubContext } from './hub.ts'
import { noteCompany, readmit } from './setting/company.ts'
import { disconnect, setState } from './setting/lifecycle.ts'
import { System, toSystem } from './system.ts'
import { ConnectionTable } from './tables.ts'

const ConnectionState = closed(
  'ConnectionState',
  'Whether a connection works, rests, waits for a person to sign in, or was ended: then it can be connected again.',
  ['ACTIVE', 'PAUSED', 'NEEDS_AUTH', 'DISCONNECTED'],
)

/** One connected company. Credentials are never readable. */
@ObjectType({ description: 'One connected company. Credentials are never readable.' })
export class Connection {
  @Field(() => ID)
  id!: string

  @Field(() => System)
  system!: System

  @Field(() => ConnectionState)
  state!: keyof typeof ConnectionState

  @Field(() => Problem, { nullable: true, description: 'Why it needs attention.' })
  problem?: Problem | null
}

/** One limit of a vendor over time. */
@ObjectType({ description: 'One limit of a vendor over time, and how much of it is used.' })
export class RateLimit {
  @Field(() => Int, { description: 'The time over which requests are counted.' })
  seconds!: number

  @Field(() => Int)
  limit!: number

  @Field(() => Int)
  used!: number

  @Field(() => DateTimeScalar, { nullable: true, description: 'When the oldest of them no longer counts.' })
  until!: string | null
}

/** How much of a connection's budget is in use now. */
@ObjectType({
  description: "How much of a connection's budget is in use now, by all processes of this installation.",
})
export class Budget {
  @Field(() => Int, { description: 'Requests that may be under way at the same time.' })
  parallel!: number

  @Field(() => Int)
  running!: number

  @Field(() => Int, { description: 'Requests that wait for their turn, in this process.' })
  waiting!: number

  @Field(() => [RateLimit])
  limits!: RateLimit[]

  @Field(() => Int, { description: 'Reads answered from the cache of this process.' })
  cacheHits!: number
}

/** A short mark by which a changed configuration is seen without reading the secret. */
export function fingerprint(config: object): string {
  return createHash('sha256').update(JSON.stringify(config)).digest('hex').slice(0, 12)
}

/** Lists systems and connections; connects, pauses and tests them. */
@Resolver(() => Connection)
export class ConnectionResolver {
  @Query(() => [System], { description: 'Every kind of system, with its true capabilities.' })
  systems(): System[] {
    return connectors.map(toSystem)
  }

  @Query(() => [Connection])
  async connections(@Ctx() { hub, caller }: HubContext): Promise<Connection[]> {
    const found = await hub.db
      .em()
      .find(ConnectionTable, { tenant: caller.tenant }, { orderBy: { position: 'asc', id: 'asc' } })
    return found.filter((row) => reaches(caller, row.id)).flatMap((row) => toConnection(row) ?? [])
  }

  @FieldResolver(() => Budget, { nullable: true })
  async budget(@Root() connection: Connection, @Ctx() { hub, caller }: HubContext): Promise<Budget | null> {
    const open = hub.directory.find(caller.tenant, connection.id)
    if (!open) return null
    const { stock, price, item, customer, order } = open.readers
    const cacheHits = [stock, price, item, customer, order].reduce((sum, reader) => sum + reader.hits, 0)
    const { spans, ...use } = await open.http.budget.use()
    const limits = spans.map(({ ms, until, ...span }) => ({
      ...span,
      seconds: ms / 1000,
      until: iso(until),
    }))
    return { ...use, limits, cacheHits }
  }

  @Mutation(() => Connection, {
    description:
      'Connects a company, or changes its configuration. Tests it first; where a person has to sign in, that comes after.',
  })
  async connect(
    @Arg('id', () => ID, { description: 'For example "odoo:main".' }) id: string,
    @Arg('system', () => ID) system: string,
    @Arg('config', () => JsonScalar) config: Record<string, unknown>,
    @Arg('settings', () => JsonScalar, { nullable: true }) settings: Record<string, unknown> | null,
    @Arg('switchCompany', () => Boolean, {
      defaultValue: false,
      description:
        'Let a known id lead to another company: the links to records of the former are forgotten.',
    })
    switchCompany: boolean,
    @Ctx() { hub, caller }: HubContext,
  ): Promise<Connection> {
    demand(caller, 'admin')
    if (!reaches(caller, id))
      throw new ErpError('FORBIDDEN', 'The key is not for this connection.', { field: 'id' })
    if (!/^[a-z0-9][a-z0-9:._-]{1,60}$/.test(id)) {
      throw new ErpError('VALIDATION', 'The id may have small letters, digits and :._- only.', {
        field: 'id',
      })
    }
    checkPolicy(settings ?? {})
    const { company, unsigned } = await testConnection(hub, caller, { id, system, config })
    const { tenant } = caller
    const position = await readmit(hub, { id, tenant, system, company, switchCompany })
    const given = { id, tenant, system, config, settings: settings ?? {}, position }
    await saveConnection(hub, { ...given, revive: true })
    await noteCompany(hub, id, company)
    if (unsigned) await noteRefusal(hub.db, id, unsigned)
    const row = await hub.db.em().findOneOrFail(ConnectionTable, { tenant: caller.tenant, id })
    return toConnection(row)!
  }

  @Mutation(() => Connection, { description: 'Stops reads and pushes; settings and credentials stay.' })
  pauseConnection(@Arg('id', () => ID) id: string, @Ctx() context: HubContext): Promise<Connection> {
    return changeState(id, 'PAUSED', context)
  }

  @Mutation(() => Connection, {
    description:
      'Stops everything at once and takes the credentials away. What was read and the log stay; nothing changes in the ERP.',
  })
  async disconnect(@Arg('id', () => ID) id: string, @Ctx() { hub, caller }: HubContext): Promise<Connection> {
    demand(caller, 'admin')
    const row = await rowOf(hub, caller, id)
    await disconnect(hub, caller, id)
    return toConnection({ ...row, state: 'DISCONNECTED', problem: null })!
  }

  @Mutation(() => Connection, { description: 'Goes on after a pause.' })
  resumeConnection(@Arg('id', () => ID) id: string, @Ctx() context: HubContext): Promise<Connection> {
    return changeState(id, 'ACTIVE', context)
  }
}

interface Row {
  id: string
  system: string
  state: keyof typeof ConnectionState
  problem?: Problem | null
}

function toConnection(row: Row): Connection | null {
  const connector = connectorOf(row.system)
  return connector
    ? { id: row.id, system: toSystem(connector), state: row.state, problem: row.problem }
    : null
}

async function rowOf(hub: Hub, caller: Caller, id: string) {
  const row = await hub.db.em().findOne(ConnectionTable, { tenant: caller.tenant, id })
  if (!row || !reaches(caller, id)) throw new ErpError('NOT_FOUND', 'There is no such connection.')
  return row
}

async function changeState(
  id: string,
  state: 'ACTIVE' | 'PAUSED',
  { hub, caller }: HubContext,
): Promise<Connection> {
  demand(caller, 'admin')
  const row = await rowOf(hub, caller, id)
  if (row.state === 'DISCONNECTED') {
    const told = `${id} is disconnected. Connect it again with its credentials.`
    throw new ErpError('CONFLICT', told, { field: 'id', connection: id, retryable: false })
  }
  await setState(hub, id, state)
  return toConnection({ ...row, state })!
}

/** Tries a connection once; throws what the ERP said. */
async function testConnection(
  hub: Hub,
  caller: Caller,
  given: { id: string; system: string; config: Record<string, unknown> },
): Promise<{ company: Company | null; unsigned: ErpError | null }> {
  const connector = connectorOf(given.system)
  if (!connector) throw new ErpError('VALIDATION', `There is no system ${given.system}.`, { field: 'system' })
  const memory = {
    read: async () => null,
    renew: async (get: (stored: null) => Promise<Record<string, string>>) => get(null),
  }
  const row = { id: given.id, tenant: caller.tenant, settings: {} }
  const open = openConnection(row, connector, given.config, memory, hub.directory.allowHosts)
  try {
    return { company: await asCall({ lane: 'live' }, () => open.erp.check()), unsigned: null }
  } catch (error) {
    const { code, message } = toProblem(error, given.id)
    const refusal = new ErpError(code, message, { connection: given.id })
    // Nobody can have signed in to a connection that is not there yet.
    if (code === 'NEEDS_AUTH' && open.signIn) return { company: null, unsigned: refusal }
    throw refusal
  } finally {
    await end(open)
  }
}

/** Writes a connection with its sealed configuration and tells every process. */
export async function saveConnection(
  hub: Pick<Hub, 'db' | 'safe' | 'directory'>,
  given: {
    id: string
    tenant: string
    system: string
    config: Record<string, unknown>
    settings: Record<string, unknown>
    position?: number
    /** Whether one that was disconnected works again. */
    revive?: boolean
  },
): Promise<void> {
  const [known] = await rows<{ secrets: string; tenant: string }>(
    hub.db.em(),
    'select secrets, tenant from connection where id = ?',
    [given.id],
  )
  if (known && known.tenant !== given.tenant)
    throw new ErpError('CONFLICT', 'This id is taken.', { field: 'id' })
  const same =
    known &&
    fingerprint(hub.safe.open<object>(known.secrets, given.tenant, given.id)) === fingerprint(given.config)
  const secrets = same ? known.secrets : hub.safe.close(given.config, given.tenant, given.id)
  await hub.db
    .em()
    .execute(UPSERT_CONNECTION, [
      given.id,
      given.tenant,
      given.system,
      given.position ?? 0,
      JSON.stringify(given.settings),
      secrets,
      given.revive ?? false,
    ])
  await hub.directory.refresh()
  hub.db.bus.tell('connection', given.id)
}

const UPSERT_CONNECTION = `
insert into connection (id, tenant, system, position, settings, secrets) values (?, ?, ?, ?, ?::jsonb, ?)
on conflict (id) do update set system = excluded.system, position = excluded.position, settings = excluded.settings,
  secrets = excluded.secrets, problem = null, state = case
    when connection.state = 'NEEDS_AUTH' or (connection.state = 'DISCONNECTED' and ?) then 'ACTIVE' else connection.state end`
