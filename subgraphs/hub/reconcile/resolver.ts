import { Arg, Ctx, FieldResolver, ID, Int, Mutation, Query, Resolver, Root } from 'type-graphql'
import { demand } from '../../caller.ts'
import type { HubContext } from '../hub.ts'
import { type PageOf, checkFirst, readTimeCursor, toPage } from '../page.ts'
import { rowCursor } from '../rollback/resolver.ts'
import { SyncObject } from '../sync.ts'
import type { OperationObject } from '../tables.ts'
import { begin, countsOf, markGone, reportOf, reportsOf, rowsOf } from './start.ts'
import {
  Audit,
  Reconcile,
  ReconcileCount,
  ReconcileKind,
  ReconcilePage,
  ReconcileRow,
  ReconcileRowPage,
} from './types.ts'

const OBJECTS = { description: 'All but QUOTE.' }
const FRESH = 'Read live, page by page; else as the hub last saw the records.'

/** Compares what two sides have, and looks an ERP through before it is used. */
@Resolver(() => Reconcile)
export class ReconcileResolver {
  @Mutation(() => Reconcile, {
    description: 'Compares a connection with another one, or with the hub, in the background.',
  })
  async startReconcile(
    @Arg('left', () => ID) left: string,
    @Arg('right', () => ID, { nullable: true, description: 'The hub when left out.' }) right: string | null,
    @Arg('objects', () => [SyncObject], OBJECTS) objects: OperationObject[],
    @Arg('fresh', () => Boolean, { defaultValue: false, description: FRESH }) fresh: boolean,
    @Ctx() { hub, caller }: HubContext,
  ): Promise<Reconcile> {
    demand(caller, 'admin')
    const id = await begin(hub, caller, { kind: 'RECONCILE', left, right: right ?? null, objects, fresh })
    return reportOf(hub.db.em(), caller, 'RECONCILE', id)
  }

  @Query(() => Reconcile, { description: 'A comparison with its report. NOT_FOUND for an unknown one.' })
  async reconcile(@Arg('id', () => ID) id: string, @Ctx() { hub, caller }: HubContext): Promise<Reconcile> {
    demand(caller, 'read:sync')
    return reportOf(hub.db.em(), caller, 'RECONCILE', id)
  }

  @Query(() => ReconcilePage, { description: 'Newest first.' })
  async reconciles(
    @Arg('first', () => Int, { defaultValue: 20 }) first: number,
    @Arg('after', () => String, { nullable: true }) after: string | null,
    @Ctx() { hub, caller }: HubContext,
  ): Promise<PageOf<Reconcile>> {
    demand(caller, 'read:sync')
    checkFirst(first)
    const from = readTimeCursor(after) ?? ([null, null] as const)
    const found = await reportsOf(hub.db.em(), caller, 'RECONCILE', [...from], first + 1)
    return toPage<Reconcile, Reconcile>(
      found,
      first,
      ({ createdAt, id }) => [createdAt, id],
      (one) => one,
    )
  }

  @FieldResolver(() => [ReconcileCount], { description: 'Rows by kind.' })
  counts(@Root() { id }: Reconcile, @Ctx() { hub }: HubContext): Promise<ReconcileCount[]> {
    return countsOf(hub.db.em(), id)
  }

  @FieldResolver(() => ReconcileRowPage)
  async rows(
    @Root() { id }: Reconcile,
    @Arg('kinds', () => [ReconcileKind], { nullable: true }) kinds: string[] | null,
    @Arg('first', () => Int, { defaultValue: 100 }) first: number,
    @Arg('after', () => String, { nullable: true }) after: string | null,
    @Ctx() { hub }: HubContext,
  ): Promise<PageOf<ReconcileRow>> {
    checkFirst(first)
    const found = await rowsOf(hub.db.em(), id, kinds ?? null, rowCursor(after), first + 1)
    return toPage(
      found,
      first,
      ({ n }) => [String(n)],
      (row): ReconcileRow => row,
    )
  }

  @Mutation(() => Audit, {
    description:
      'Looks an ERP through before it is used: duplicates, what is empty, what has the wrong form.',
  })
  async auditConnection(
    @Arg('connection', () => ID) connection: string,
    @Arg('objects', () => [SyncObject], OBJECTS) objects: OperationObject[],
    @Arg('fresh', () => Boolean, { defaultValue: true, description: FRESH }) fresh: boolean,
    @Ctx() { hub, caller }: HubContext,
  ): Promise<Audit> {
    demand(caller, 'admin')
    const id = await begin(hub, caller, { kind: 'AUDIT', left: connection, right: null, objects, fresh })
    return auditOf(id, { hub, caller })
  }

  @Query(() => Audit, { description: 'An audit as it stands. NOT_FOUND for an unknown one.' })
  async connectionAudit(@Arg('id', () => ID) id: string, @Ctx() { hub, caller }: HubContext): Promise<Audit> {
    demand(caller, 'read:sync')
    return auditOf(id, { hub, caller })
  }

  @Mutation(() => Boolean, {
    description: 'Notes that an ERP does not have a record any more, after having looked there.',
  })
  async markGone(
    @Arg('connection', () => ID) connection: string,
    @Arg('object', () => SyncObject) object: OperationObject,
    @Arg('record', () => ID, { description: "The ERP's own id." }) record: string,
    @Ctx() { hub, caller }: HubContext,
  ): Promise<boolean> {
    demand(caller, 'admin')
    await markGone(hub, caller, connection, object, record)
    return true
  }
}

async function auditOf(id: string, { hub, caller }: Pick<HubContext, 'hub' | 'caller'>): Promise<Audit> {
  const { left: connection, ...rest } = await reportOf(hub.db.em(), caller, 'AUDIT', id)
  return { connection, ...rest }
}
