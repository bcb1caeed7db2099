import { Arg, Ctx, FieldResolver, ID, Int, Mutation, Query, Resolver, Root } from 'type-graphql'
import { ErpError } from '../../../schema/errors.ts'
import type { Problem } from '../../../schema/index.ts'
import { type Caller, demand, reaches } from '../../caller.ts'
import { iso, rows } from '../database.ts'
import type { Hub, HubContext } from '../hub.ts'
import { newId } from '../identity.ts'
import { objectOf } from '../kinds.ts'
import { type PageOf, checkFirst, readTimeCursor, toPage } from '../page.ts'
import { SyncOperation, toOperation } from '../sync.ts'
import { OperationTable } from '../tables.ts'
import { checkedFlow } from './check.ts'
import { conditionOf } from './condition.ts'
import { tryFlow } from './dry.ts'
import { type Flow, flowById, flowsOf } from './read.ts'
import { FlowInput, FlowRunPage, FlowRunType, FlowTest, FlowType } from './types.ts'

function toFlow(flow: Flow): FlowType {
  const { id, name, source, target, enabled, options, kind, condition, object } = flow
  const own = { id, name, source, target, enabled, options, targetObject: object }
  return { ...own, sourceObject: objectOf(kind), condition: conditionOf(kind, condition) }
}

function sees(caller: Caller, { source, target }: Flow): boolean {
  return reaches(caller, source) && (!target || reaches(caller, target))
}

async function flowOf(hub: Hub, caller: Caller, id: string): Promise<Flow> {
  const flow = await flowById(hub.db.em(), caller.tenant, id)
  if (flow && sees(caller, flow)) return flow
  throw new ErpError('NOT_FOUND', 'There is no such flow.', { field: 'id' })
}

const SAVE = `
insert into flow (id, tenant, name, source, kind, condition, target, object, enabled, options)
values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?::jsonb)
on conflict (id) do update set name = excluded.name, source = excluded.source, kind = excluded.kind,
  condition = excluded.condition, target = excluded.target, object = excluded.object, enabled = excluded.enabled,
  options = excluded.options, updated_at = now()`

/** Writes a flow that was checked. */
export async function saveFlow(hub: Hub, id: string, flow: Omit<Flow, 'id'>): Promise<void> {
  const { tenant, name, source, kind, condition, target, object, enabled, options } = flow
  const values = [id, tenant, name, source, kind, condition, target, object, enabled, JSON.stringify(options)]
  await hub.db.em().execute(SAVE, values)
}

interface RunRow {
  id: string
  flow: string
  connection: string
  record: string
  number: string | null
  state: 'WAITING' | 'DONE' | 'REFUSED'
  problem: Problem | null
  operationId: string | null
  createdAt: Date | string
}

const RUNS = `
select id, flow, connection, native_id as record, number, state, problem, operation as "operationId", created_at as "createdAt"
from flow_run where tenant = ? and (?::text is null or flow = ?) and (?::boolean is null or (state = 'REFUSED') = ?)
  and (?::jsonb is null or ?::jsonb @> to_jsonb(connection)) and (?::text is null or (created_at, id) < (?::timestamptz, ?))
order by created_at desc, id desc limit ?`

/** Flows between two connections. */
@Resolver(() => FlowRunType)
export class FlowResolver {
  @Query(() => [FlowType])
  async flows(@Ctx() { hub, caller }: HubContext): Promise<FlowType[]> {
    demand(caller, 'read:sync')
    return (await flowsOf(hub.db.em(), caller.tenant)).filter((flow) => sees(caller, flow)).map(toFlow)
  }

  @Query(() => FlowRunPage, { description: 'What became of the records that started flows, newest first.' })
  async flowRuns(
    @Arg('flow', () => ID, { nullable: true }) flow: string | null,
    @Arg('refused', () => Boolean, { nullable: true }) refused: boolean | null,
    @Arg('first', () => Int, { defaultValue: 50 }) first: number,
    @Arg('after', () => String, { nullable: true }) after: string | null,
    @Ctx() { hub, caller }: HubContext,
  ): Promise<PageOf<FlowRunType>> {
    demand(caller, 'read:sync')
    checkFirst(first)
    if (caller.customer) throw new ErpError('FORBIDDEN', 'A key of one customer sees no flows.')
    const [at, id] = readTimeCursor(after) ?? [null, null]
    const mine = caller.connections && JSON.stringify(caller.connections)
    const asked = [flow ?? null, flow ?? null, refused ?? null, refused ?? null, mine, mine]
    const values = [caller.tenant, ...asked, at, at, id, first + 1]
    const found = await rows<RunRow>(hub.db.em(), RUNS, values)
    const toRun = (row: RunRow): FlowRunType => ({ ...row, createdAt: iso(row.createdAt) })
    return toPage(found, first, (row) => [iso(row.createdAt), row.id], toRun)
  }

  @FieldResolver(() => SyncOperation, { nullable: true, description: "What writes the target's document." })
  async operation(
    @Root() { operationId }: FlowRunType,
    @Ctx() { hub, caller }: HubContext,
  ): Promise<SyncOperation | null> {
    if (!operationId) return null
    const row = await hub.db.em().findOne(OperationTable, { id: operationId, tenant: caller.tenant })
    return row && reaches(caller, row.connection) ? toOperation(row) : null
  }

  @Mutation(() => FlowType, {
    description: 'Makes or changes a flow; it counts for what changes from now on.',
  })
  async saveFlow(
    @Arg('input', () => FlowInput) input: FlowInput,
    @Ctx() context: HubContext,
  ): Promise<FlowType> {
    const { hub, caller } = context
    demand(caller, 'admin')
    const known = input.id ? await flowOf(hub, caller, input.id) : null
    const others = (await flowsOf(hub.db.em(), caller.tenant)).filter(({ id }) => id !== input.id)
    const flow = checkedFlow(hub, caller, input, known, others)
    const id = known?.id ?? newId('flw')
    await saveFlow(hub, id, flow)
    return toFlow({ ...flow, id })
  }

  @Mutation(() => Boolean, {
    description: 'Takes a flow away, with the list of its runs; what was written stays.',
  })
  async deleteFlow(@Arg('id', () => ID) id: string, @Ctx() { hub, caller }: HubContext): Promise<boolean> {
    demand(caller, 'admin')
    const flow = await flowOf(hub, caller, id)
    await hub.db.em().execute('delete from flow where id = ?', [flow.id])
    return true
  }

  @Query(() => FlowTest, { description: 'What a flow would do with a record; nothing is sent or stored.' })
  async testFlow(
    @Arg('id', () => ID, { nullable: true, description: 'A flow that is kept; or give input.' })
    id: string | null,
    @Arg('input', () => FlowInput, { nullable: true }) input: FlowInput | null,
    @Arg('record', () => ID, {
      nullable: true,
      description: "The source's own id; the latest when left out.",
    })
    record: string | null,
    @Ctx() { hub, caller }: HubContext,
  ): Promise<FlowTest> {
    demand(caller, 'admin')
    if (!id === !input) throw new ErpError('VALIDATION', 'Give either id or input.', { field: 'id' })
    const known = id ? await flowOf(hub, caller, id) : null
    const others = await flowsOf(hub.db.em(), caller.tenant)
    const flow = known ?? { ...checkedFlow(hub, caller, input as FlowInput, null, others), id: 'test' }
    return tryFlow(hub, flow, record ?? null)
  }
}
