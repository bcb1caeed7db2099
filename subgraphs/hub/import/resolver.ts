import { Arg, Ctx, FieldResolver, ID, Int, Mutation, Query, Resolver, Root, Subscription } from 'type-graphql'
import { ErpError } from '../../../schema/errors.ts'
import { DateTimeScalar } from '../../../schema/scalars.ts'
import { demand } from '../../caller.ts'
import { Expression } from '../../expression.ts'
import type { Kind } from '../../records.ts'
import { iso } from '../database.ts'
import type { HubContext } from '../hub.ts'
import { KINDS, kindOf, objectOf, readOf } from '../kinds.ts'
import { type PageOf, checkFirst, readCursor, readTimeCursor, toPage } from '../page.ts'
import { settableOf } from '../setting/write.ts'
import { SyncObject } from '../sync.ts'
import {
  ENDED,
  type Failure,
  type ImportRow,
  type Wanted,
  againImport,
  cancelImport,
  failuresOf,
  importOf,
  insertImport,
  listImports,
  streamImport,
} from './store.ts'
import { ImportFailure, ImportFailurePage, SyncImport, SyncImportPage } from './types.ts'

const MINUTE_MS = 60_000

function toImport(row: ImportRow): SyncImport {
  const { id, connection, filter, state, problem, done, failed, skipped, total, requestedBy } = row
  const worked = row.startedAt ? Date.parse(iso(row.updatedAt)) - Date.parse(iso(row.startedAt)) : 0
  const processed = done + failed + skipped
  const rate = worked > 0 ? (processed / worked) * MINUTE_MS : null
  const left =
    total === null || !rate || ENDED.includes(state)
      ? null
      : (Math.max(0, total - processed) / rate) * MINUTE_MS
  const figures = {
    done,
    failed,
    skipped,
    total,
    ratePerMinute: rate && Math.round(rate),
    remainingMs: left && Math.round(left),
  }
  const times = {
    createdAt: iso(row.createdAt),
    startedAt: iso(row.startedAt),
    finishedAt: iso(row.finishedAt),
  }
  const asked = {
    id,
    connection,
    objects: row.objects.map(objectOf),
    since: iso(row.since),
    filter,
    requestedBy,
  }
  return { ...asked, state, problem, ...figures, ...times }
}

function toFailure({ kind, id, number, problem }: Failure): ImportFailure {
  return { object: objectOf(kind), externalId: id, externalNumber: number, problem }
}

/** Imports of history and their progress. */
@Resolver(() => SyncImport)
export class ImportResolver {
  @Mutation(() => SyncImport, {
    description:
      'Takes history over in the background: by default only what is newer than the activation syncs. Importing twice doubles nothing.',
  })
  async startImport(
    @Arg('connection', () => ID) connection: string,
    @Arg('objects', () => [SyncObject]) objects: (keyof typeof SyncObject)[],
    @Arg('since', () => DateTimeScalar, { nullable: true }) since: string | null | undefined,
    @Arg('filter', () => String, {
      nullable: true,
      description: 'A JSONata condition on the record, such as country = "DE".',
    })
    filter: string | null | undefined,
    @Ctx() context: HubContext,
  ): Promise<SyncImport> {
    const { hub, caller } = context
    demand(caller, 'admin')
    const wanted = await check(context, connection, objects, since ?? null, filter ?? null)
    return toImport(await importOf(hub, caller, await insertImport(hub, caller, wanted)))
  }

  @Mutation(() => SyncImport, {
    description: 'Tries what failed again, and goes on where it was given up or cancelled.',
  })
  async retryImport(
    @Arg('id', () => ID) id: string,
    @Ctx() { hub, caller }: HubContext,
  ): Promise<SyncImport> {
    demand(caller, 'admin')
    await againImport(hub, await importOf(hub, caller, id))
    return toImport(await importOf(hub, caller, id))
  }

  @Mutation(() => SyncImport, { description: 'Ends an import; what was taken in stays.' })
  async cancelImport(
    @Arg('id', () => ID) id: string,
    @Ctx() { hub, caller }: HubContext,
  ): Promise<SyncImport> {
    demand(caller, 'admin')
    await cancelImport(hub, await importOf(hub, caller, id))
    return toImport(await importOf(hub, caller, id))
  }

  @Query(() => SyncImport, { nullable: true })
  async syncImport(
    @Arg('id', () => ID) id: string,
    @Ctx() { hub, caller }: HubContext,
  ): Promise<SyncImport | null> {
    demand(caller, 'read:sync')
    const row = await importOf(hub, caller, id).catch((error: unknown) => {
      if (error instanceof ErpError && error.code === 'NOT_FOUND') return null
      throw error
    })
    return row && toImport(row)
  }

  @Query(() => SyncImportPage, { description: 'Newest first.' })
  async imports(
    @Arg('connection', () => ID, { nullable: true }) connection: string | null | undefined,
    @Arg('first', () => Int, { defaultValue: 20 }) first: number,
    @Arg('after', () => String, { nullable: true }) after: string | null,
    @Ctx() { hub, caller }: HubContext,
  ): Promise<PageOf<SyncImport>> {
    demand(caller, 'read:sync')
    checkFirst(first)
    if (caller.customer) return toPage([], first, () => [], toImport)
    const found = await listImports(hub, caller, connection ?? null, readTimeCursor(after), first)
    return toPage(found, first, (row) => [iso(row.createdAt), row.id], toImport)
  }

  @FieldResolver(() => ImportFailurePage)
  async failures(
    @Root() { id }: SyncImport,
    @Arg('first', () => Int, { defaultValue: 50 }) first: number,
    @Arg('after', () => String, { nullable: true }) after: string | null,
    @Ctx() { hub }: HubContext,
  ): Promise<PageOf<ImportFailure>> {
    checkFirst(first)
    const found = await failuresOf(hub.db.em(), id, readCursor(after), first)
    return toPage(found, first, (row) => [row.kind, row.id], toFailure)
  }

  @Subscription(() => SyncImport, {
    description: 'An import each time it moved on; completes at its end.',
    subscribe: ({ args, context }) => progressFor(args as { id: string }, context as HubContext),
  })
  importProgress(@Root() row: ImportRow, @Arg('id', () => ID) _id: string): SyncImport {
    return toImport(row)
  }
}

async function progressFor({ id }: { id: string }, { hub, caller }: HubContext) {
  demand(caller, 'read:sync')
  await importOf(hub, caller, id)
  return streamImport(hub, id)
}

async function check(
  { hub, caller }: HubContext,
  connection: string,
  objects: (keyof typeof SyncObject)[],
  since: string | null,
  filter: string | null,
): Promise<Wanted> {
  const at = await settableOf(hub, caller, connection)
  const open = hub.directory.find(caller.tenant, connection)
  if (!open) {
    const told = `${connection} is ${at.state.toLowerCase()}.`
    throw new ErpError('CONFLICT', told, { field: 'connection', retryable: false })
  }
  if (objects.length === 0)
    throw new ErpError('MISSING_REQUIRED_FIELD', 'Name at least one object.', { field: 'objects' })
  const unread = objects.findIndex((object) => !readOf(open.erp, kindOf(object)))
  if (unread >= 0) {
    const told = `${at.name} cannot list ${objects[unread]}.`
    throw new ErpError('NOT_SUPPORTED', told, { field: `objects.${unread}` })
  }
  if (since && Date.parse(since) > Date.now())
    throw new ErpError('VALIDATION', 'since is in the future.', { field: 'since' })
  checkFilter(filter)
  const asked = new Set<Kind>(objects.map(kindOf))
  return { connection, kinds: KINDS.filter((kind) => asked.has(kind)), since, filter }
}

function checkFilter(filter: string | null): void {
  if (filter === null) return
  try {
    new Expression(filter)
  } catch (error) {
    if (!(error instanceof ErpError)) throw error
    throw new ErpError('VALIDATION', error.message, { field: 'filter' })
  }
}
