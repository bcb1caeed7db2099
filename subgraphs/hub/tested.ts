import { Arg, Ctx, Field, ID, Int, Mutation, ObjectType, Resolver } from 'type-graphql'
import { ErpError } from '../../schema/errors.ts'
import { Problem } from '../../schema/index.ts'
import { type Caller, demand, reaches } from '../caller.ts'
import type { OpenConnection } from '../connections.ts'
import { asCall } from '../http.ts'
import { toProblem } from '../reader.ts'
import { noteRefusal, noteWelcome } from './attention.ts'
import type { Hub, HubContext } from './hub.ts'
import { ConnectionTable } from './tables.ts'

/** What came of the test of a connection. */
@ObjectType({ description: 'What came of the test of a connection.' })
export class ConnectionTest {
  @Field(() => ID)
  connection!: string

  @Field(() => String, { nullable: true, description: 'The company as the ERP names it.' })
  company?: string | null

  @Field(() => String, { nullable: true, description: "The ERP's version, where it tells." })
  version?: string | null

  @Field(() => Int)
  durationMs!: number

  @Field(() => Problem, { nullable: true, description: 'Why the test failed.' })
  problem?: Problem | null
}

/** Tests connections that are there. */
@Resolver()
export class ConnectionTestResolver {
  @Mutation(() => ConnectionTest, {
    description: 'Asks the ERP for its company now, and notes whether it lets us in.',
  })
  async testConnection(
    @Arg('id', () => ID) id: string,
    @Ctx() { hub, caller }: HubContext,
  ): Promise<ConnectionTest> {
    demand(caller, 'admin')
    const open = await openOf(hub, caller, id)
    const startedAt = performance.now()
    const tested = await test(hub, open).catch((error: unknown) => failed(hub, id, error))
    return { ...tested, connection: id, durationMs: Math.round(performance.now() - startedAt) }
  }
}

async function test(hub: Hub, open: OpenConnection): Promise<Pick<ConnectionTest, 'company' | 'version'>> {
  const { name, version } = await asCall({ lane: 'live' }, () => open.erp.check())
  await noteWelcome(hub.db, open.id)
  return { company: name, version }
}

async function failed(hub: Hub, id: string, error: unknown): Promise<Pick<ConnectionTest, 'problem'>> {
  await noteRefusal(hub.db, id, error)
  return { problem: toProblem(error, id) }
}

/** The open connection. Throws NOT_FOUND for an unknown or foreign one, CONFLICT for one that rests. */
async function openOf(hub: Hub, caller: Caller, id: string): Promise<OpenConnection> {
  const open = reaches(caller, id) ? hub.directory.find(caller.tenant, id) : null
  if (open) return open
  const row =
    reaches(caller, id) && (await hub.db.em().findOne(ConnectionTable, { tenant: caller.tenant, id }))
  if (!row) throw new ErpError('NOT_FOUND', 'There is no such connection.', { field: 'id' })
  throw new ErpError('CONFLICT', 'The connection is paused; resume it first.', {
    field: 'id',
    retryable: false,
  })
}
