import { Arg, Ctx, FieldResolver, ID, Int, Mutation, Query, Resolver, Root } from 'type-graphql'
import type { Problem } from '../../../schema/index.ts'
import { ErpError } from '../../../schema/errors.ts'
import { demand } from '../../caller.ts'
import type { Kind } from '../../records.ts'
import { Connection } from '../connection.ts'
import { iso, rows } from '../database.ts'
import type { Hub, HubContext } from '../hub.ts'
import { kindOf, objectOf } from '../kinds.ts'
import { type PageOf, checkFirst, readTimeCursor, toPage } from '../page.ts'
import { SyncObject } from '../sync.ts'
import { defaultSetting, settingsOf, takesIn } from './read.ts'
import { confirmDeletions, decideDeletion, listDeletions, toDeletion } from './reviews.ts'
import { Deletion, DeletionDecision, DeletionPage, SyncSetting, SyncSettingInput } from './types.ts'
import { type Settable, kindsOf, saveSetting, settableOf } from './write.ts'

interface Polled {
  kind: Kind
  problem: Problem | null
  succeeded: Date | string | null
  next: Date | string
  baseline: boolean
}

const POLLS = `select kind, problem, succeeded_at as succeeded, next_at as next, baseline_at is not null as baseline
  from poll where connection = ?`

async function settingsFor(hub: Hub, at: Settable): Promise<SyncSetting[]> {
  const em = hub.db.em()
  const [own, polls] = [await settingsOf(em, [at.id]), await rows<Polled>(em, POLLS, [at.id])]
  const isOpen = at.state !== 'PAUSED' && at.state !== 'DISCONNECTED'
  return kindsOf(at).map((kind) => {
    const setting = own.find((one) => one.kind === kind) ?? defaultSetting(at.id, kind)
    const poll = polls.find((one) => one.kind === kind)
    const { enabled, direction, mode, everyMs, deletions } = setting
    const nextReadAt = poll && isOpen && takesIn(setting) ? iso(poll.next) : null
    const read = { lastReadAt: iso(poll?.succeeded), nextReadAt, isBaselineDone: poll?.baseline ?? false }
    const chosen = { object: objectOf(kind), enabled, direction, mode, everyMs, deletions }
    return { ...chosen, ...read, problem: poll?.problem ?? null }
  })
}

/** The kind of an object that the connection reads or writes; throws NOT_SUPPORTED. */
function kindAt(at: Settable, object: keyof typeof SyncObject): Kind {
  const kind = kindOf(object)
  if (kindsOf(at).includes(kind)) return kind
  throw new ErpError('NOT_SUPPORTED', `${at.name} has no ${object}.`, { field: 'object' })
}

/** What syncs and when, and what a person decides about deletions. */
@Resolver(() => Connection)
export class SettingResolver {
  @FieldResolver(() => [SyncSetting], { description: 'What syncs and when, per kind of record.' })
  async sync(@Root() { id }: Connection, @Ctx() { hub, caller }: HubContext): Promise<SyncSetting[]> {
    demand(caller, 'read:sync')
    return settingsFor(hub, await settableOf(hub, caller, id))
  }

  @Mutation(() => SyncSetting, { description: 'Changes what syncs and when; all processes follow at once.' })
  async setSync(
    @Arg('connection', () => ID) connection: string,
    @Arg('object', () => SyncObject) object: keyof typeof SyncObject,
    @Arg('input', () => SyncSettingInput) input: SyncSettingInput,
    @Ctx() { hub, caller }: HubContext,
  ): Promise<SyncSetting> {
    demand(caller, 'admin')
    const at = await settableOf(hub, caller, connection)
    await saveSetting(hub, caller, at, kindAt(at, object), input)
    return settingAt(hub, at, object)
  }

  @Query(() => DeletionPage, {
    description:
      'Records that an ERP no longer has and on which a person decides, newest first; all with open: false.',
  })
  async deletions(
    @Arg('open', () => Boolean, { defaultValue: true }) open: boolean,
    @Arg('first', () => Int, { defaultValue: 50 }) first: number,
    @Arg('after', () => String, { nullable: true }) after: string | null,
    @Ctx() { hub, caller }: HubContext,
  ): Promise<PageOf<Deletion>> {
    demand(caller, 'read:sync')
    checkFirst(first)
    if (caller.customer) return toPage([], first, () => [], toDeletion)
    const found = await listDeletions(hub, caller, open, readTimeCursor(after), first)
    return toPage(found, first, (row) => [iso(row.createdAt), row.nativeId], toDeletion)
  }

  @Mutation(() => Deletion, { description: 'Decides on a record that its ERP no longer has.' })
  async decideDeletion(
    @Arg('connection', () => ID) connection: string,
    @Arg('object', () => SyncObject) object: keyof typeof SyncObject,
    @Arg('externalId', () => ID) externalId: string,
    @Arg('decision', () => DeletionDecision) decision: keyof typeof DeletionDecision,
    @Ctx() { hub, caller }: HubContext,
  ): Promise<Deletion> {
    demand(caller, 'admin')
    const at = await settableOf(hub, caller, connection)
    return decideDeletion(hub, caller, at, kindAt(at, object), externalId, decision)
  }

  @Mutation(() => SyncSetting, {
    description:
      'Confirms that the many records which the last reading did not meet are gone; they are marked now.',
  })
  async confirmDeletions(
    @Arg('connection', () => ID) connection: string,
    @Arg('object', () => SyncObject) object: keyof typeof SyncObject,
    @Ctx() { hub, caller }: HubContext,
  ): Promise<SyncSetting> {
    demand(caller, 'admin')
    const at = await settableOf(hub, caller, connection)
    await confirmDeletions(hub, caller, at, kindAt(at, object))
    return settingAt(hub, at, object)
  }
}

async function settingAt(hub: Hub, at: Settable, object: keyof typeof SyncObject): Promise<SyncSetting> {
  const found = (await settingsFor(hub, at)).find((one) => one.object === object)
  if (!found) throw new ErpError('NOT_FOUND', 'There is no such setting.', { field: 'object' })
  return found
}
