import { Arg, Ctx, Field, ID, Int, Mutation, ObjectType, Query, Resolver } from 'type-graphql'
import { ErpError } from '../../../schema/errors.ts'
import { DateTimeScalar, JsonScalar } from '../../../schema/scalars.ts'
import { type Caller, demand, reaches } from '../../caller.ts'
import type { Kind } from '../../records.ts'
import { note } from '../audit/gate.ts'
import { seesCustomer } from '../customer.ts'
import { rows } from '../database.ts'
import { closed } from '../exchange.ts'
import type { Hub, HubContext } from '../hub.ts'
import { KINDS, kindOf, objectOf } from '../kinds.ts'
import { type PageOf, checkFirst, pageOf, readTimeCursor, toPage } from '../page.ts'
import { SyncObject } from '../sync.ts'
import { allowedIn } from './admit.ts'
import { type ErasureRow, acceptErasure, erasureBy, erasuresOf, timesOf } from './erase.ts'
import { everythingOf } from './export.ts'
import { allow, checkFields, fieldsOf } from './fields.ts'
import type { ErasureMode as Mode, ErasureResult as Result } from './there.ts'

const ErasureMode = closed(
  'ErasureMode',
  'DELETE removes what may be removed; ANONYMISE leaves a record that is nobody.',
  ['DELETE', 'ANONYMISE'],
)
const ErasureState = closed('ErasureState', 'RUNNING until every connected system has an outcome.', [
  'RUNNING',
  'DONE',
])
const ErasureOutcome = closed(
  'ErasureOutcome',
  'KEPT: it must stay. IMPOSSIBLE: a person has to do it there. WAITING: the system is not reachable yet.',
  ['DONE', 'KEPT', 'IMPOSSIBLE', 'WAITING'],
)
const ErasureKind = closed('ErasureKind', 'How a person left a system.', ['DELETED', 'ANONYMISED'])

/** What became of the person, or of the documents that name them, in one system. */
@ObjectType({ description: 'What became of the person, or of the documents that name them, in one system.' })
export class ErasureResult implements Result {
  @Field(() => ID)
  connection!: string

  @Field(() => String, { description: 'CUSTOMER, or the documents: ORDER, INVOICE.' })
  object!: string

  @Field(() => ID, { description: "The ERP's own id of the customer." })
  record!: string

  @Field(() => ErasureOutcome)
  outcome!: Result['outcome']

  @Field(() => ErasureKind, { nullable: true })
  how!: Result['how']

  @Field(() => String, { nullable: true, description: 'Why it is kept, or what a person has to do.' })
  reason!: string | null
}

/** A person who leaves. */
@ObjectType({ description: 'A person who leaves: the hub at once, every connected system as far as it can.' })
export class Erasure {
  @Field(() => ID)
  id!: string

  @Field(() => ID, { description: "The customer's id, which says nothing of them." })
  customer!: string

  @Field(() => ErasureMode)
  mode!: Mode

  @Field(() => ErasureState)
  state!: ErasureRow['state']

  @Field(() => [ErasureResult])
  results!: Result[]

  @Field(() => String)
  requestedBy!: string

  @Field(() => DateTimeScalar)
  createdAt!: string

  @Field(() => DateTimeScalar, { nullable: true })
  finishedAt!: string | null
}

const ErasurePage = pageOf('ErasurePage', () => Erasure)

/** Which fields of a kind of record may be kept. */
@ObjectType({ description: 'Which fields of a kind of record of a connection may be kept here.' })
export class AllowedFields {
  @Field(() => ID)
  connection!: string

  @Field(() => SyncObject)
  object!: keyof typeof SyncObject

  @Field(() => [String], { nullable: true, description: 'Null: all.' })
  fields!: string[] | null

  @Field(() => [String], { description: 'All that could be left out.' })
  known!: string[]
}

function toErasure(row: ErasureRow): Erasure {
  const { id, customer, mode, state, results, requestedBy } = row
  return { id, customer, mode, state, results, requestedBy, ...timesOf(row) }
}

/** Erasures and exports are of a whole person, wherever it is known. */
function demandAll(caller: Caller): void {
  demand(caller, 'admin')
  if (caller.customer === null) return
  throw new ErpError('FORBIDDEN', 'A key of one customer cannot do this.')
}

async function checkConnection({ hub, caller }: HubContext, id: string): Promise<void> {
  const sql = 'select id from connection where id = ? and tenant = ?'
  if (reaches(caller, id) && (await rows(hub.db.em(), sql, [id, caller.tenant])).length > 0) return
  throw new ErpError('NOT_FOUND', 'There is no such connection.', { field: 'connection' })
}

async function shown({ db }: Hub, connection: string, kind: Kind): Promise<AllowedFields> {
  const fields = await allowedIn(db.em(), connection, kind)
  return { connection, object: objectOf(kind), fields, known: fieldsOf(kind) }
}

/** What persons may ask for, and what is kept of them at all. */
@Resolver()
export class PrivacyResolver {
  @Mutation(() => Erasure, {
    description:
      'Takes a person out of the hub at once and out of every connected system as far as it can; documents that must be kept stay without the person.',
  })
  async eraseCustomer(
    @Arg('id', () => ID) id: string,
    @Arg('mode', () => ErasureMode) mode: Mode,
    @Arg('idempotencyKey', () => ID, { description: 'The same key gives the first erasure for ever.' })
    key: string,
    @Ctx() { hub, caller }: HubContext,
  ): Promise<Erasure> {
    demandAll(caller)
    return this.#of(hub, caller, await acceptErasure(hub, caller, id, mode, key))
  }

  @Query(() => Erasure, { description: 'Needs the scope admin.' })
  erasure(@Arg('id', () => ID) id: string, @Ctx() { hub, caller }: HubContext): Promise<Erasure> {
    demandAll(caller)
    return this.#of(hub, caller, id)
  }

  @Query(() => ErasurePage, { description: 'Newest first. Needs the scope admin.' })
  async erasures(
    @Arg('first', () => Int, { defaultValue: 50 }) first: number,
    @Arg('after', () => String, { nullable: true }) after: string | null,
    @Ctx() { hub, caller }: HubContext,
  ): Promise<PageOf<Erasure>> {
    demandAll(caller)
    checkFirst(first)
    const found = await erasuresOf(hub.db.em(), caller.tenant, readTimeCursor(after), first + 1)
    const mine = found.filter(({ results }) => results.every(({ connection }) => reaches(caller, connection)))
    return toPage(mine, first, (row) => [timesOf(row).createdAt, row.id], toErasure)
  }

  @Query(() => JsonScalar, {
    description: 'Everything that is known of one customer, by where it stands. Needs the scope admin.',
  })
  async exportCustomer(
    @Arg('id', () => ID) id: string,
    @Ctx() { hub, caller, requestId: request }: HubContext,
  ): Promise<object> {
    demandAll(caller)
    const [known] = await hub.catalogue.customers(caller.tenant, [id])
    const isWhole = Object.keys(known?.natives ?? {}).every((connection) => reaches(caller, connection))
    if (!known || !isWhole || !seesCustomer(caller, known))
      throw new ErpError('NOT_FOUND', 'There is no such customer.', { field: 'id' })
    const { tenant, name: actor } = caller
    await note(hub, { tenant, actor, request, action: 'exportCustomer', details: { id } })
    return everythingOf(hub.db.em(), id)
  }

  @Query(() => [AllowedFields], { description: 'What may be kept of each kind of record of a connection.' })
  async allowedFields(
    @Arg('connection', () => ID) connection: string,
    @Ctx() context: HubContext,
  ): Promise<AllowedFields[]> {
    demand(context.caller, 'admin')
    await checkConnection(context, connection)
    return Promise.all(KINDS.map((kind) => shown(context.hub, connection, kind)))
  }

  @Mutation(() => AllowedFields, {
    description:
      'Only these fields are kept of such records from now on: in the golden records, the mirror and the log. What is kept already is cut. Null: all.',
  })
  async setAllowedFields(
    @Arg('connection', () => ID) connection: string,
    @Arg('object', () => SyncObject) object: keyof typeof SyncObject,
    @Arg('fields', () => [String], { nullable: true }) fields: string[] | null,
    @Ctx() context: HubContext,
  ): Promise<AllowedFields> {
    const { hub, caller } = context
    demand(caller, 'admin')
    await checkConnection(context, connection)
    const kind = kindOf(object)
    if (fields) checkFields(kind, fields)
    await hub.db.em().transactional((em) => allow(em, caller.tenant, connection, kind, fields ?? null))
    hub.db.bus.tell('job', connection)
    return shown(hub, connection, kind)
  }

  async #of({ db }: Hub, caller: Caller, id: string): Promise<Erasure> {
    const row = await erasureBy(db.em(), caller.tenant, { id })
    if (row?.results.every(({ connection }) => reaches(caller, connection))) return toErasure(row)
    throw new ErpError('NOT_FOUND', 'There is no such erasure.', { field: 'id' })
  }
}
