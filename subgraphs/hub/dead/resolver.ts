import { Arg, Ctx, Field, ID, Int, Mutation, ObjectType, Query, Resolver } from 'type-graphql'
import { ErpError, type ErrorCode } from '../../../schema/errors.ts'
import { DateTimeScalar } from '../../../schema/scalars.ts'
import { demand } from '../../caller.ts'
import type { HubContext } from '../hub.ts'
import { operationOf, retry } from '../operators.ts'
import { checkFirst } from '../page.ts'
import { OperationStatus, SyncDirection, SyncObject, SyncOperation, toOperation } from '../sync.ts'
import { OperationTable } from '../tables.ts'
import { checkReason, discard } from './discard.ts'
import { type Group, groupsOf, membersOf } from './groups.ts'

/** What failed for one cause. */
@ObjectType({
  description:
    'What failed for one cause: the same code and words at the same connection about the same object.',
})
export class DeadLetterGroup {
  @Field(() => ID)
  id!: string

  @Field(() => ID)
  connection!: string

  @Field(() => SyncDirection)
  direction!: keyof typeof SyncDirection

  @Field(() => SyncObject)
  object!: keyof typeof SyncObject

  @Field(() => OperationStatus, {
    description: 'DEAD and REFUSED can be retried or discarded; UNCERTAIN waits for resolveOperation.',
  })
  status!: keyof typeof OperationStatus

  @Field(() => String, { description: 'The code of the problem.' })
  code!: ErrorCode | string

  @Field(() => String, { description: 'The message, without what differs from one record to the next.' })
  message!: string

  @Field(() => String)
  resolution!: string

  @Field(() => Int)
  count!: number

  @Field(() => DateTimeScalar)
  firstSeen!: string

  @Field(() => DateTimeScalar)
  lastSeen!: string

  @Field(() => [SyncOperation], { description: 'The newest of them.' })
  samples!: SyncOperation[]
}

/** What became of a group of dead letters. */
@ObjectType({ description: 'What became of a group of dead letters.' })
export class DeadLetterResult {
  @Field(() => Int, { description: 'Operations that moved.' })
  count!: number

  @Field(() => Int, { description: 'Operations that somebody else moved meanwhile.' })
  skipped!: number
}

/** What did not go through, by cause, and what can be done about it. */
@Resolver()
export class DeadLetterResolver {
  @Query(() => [DeadLetterGroup], {
    description: 'What did not go through, by cause, the greatest group first. Needs the scope read:sync.',
  })
  async deadLetters(
    @Arg('connections', () => [ID], { nullable: true }) connections: string[] | null | undefined,
    @Arg('samples', () => Int, { defaultValue: 3, description: 'Operations shown of each, at most 100.' })
    samples: number,
    @Arg('first', () => Int, { defaultValue: 100 }) first: number,
    @Ctx() { hub, caller }: HubContext,
  ): Promise<DeadLetterGroup[]> {
    demand(caller, 'read:sync')
    checkFirst(first)
    if (samples < 0 || samples > 100)
      throw new ErpError('LIMIT_EXCEEDED', 'samples must be between 0 and 100.', { field: 'samples' })
    const em = hub.db.em()
    const groups = await groupsOf(em, caller, connections ?? null, samples, first)
    const ids = groups.flatMap((group) => group.samples ?? [])
    const found = await em.find(OperationTable, { id: { $in: ids }, tenant: caller.tenant })
    const known = new Map(found.map((row) => [row.id, toOperation(row)]))
    return groups.map((group: Group) => ({
      ...group,
      resolution: group.resolution ?? '',
      samples: (group.samples ?? []).flatMap((id) => known.get(id) ?? []),
    }))
  }

  @Mutation(() => DeadLetterResult, { description: 'Tries all dead letters of one cause again.' })
  async retryDeadLetters(
    @Arg('group', () => ID) group: string,
    @Ctx() { hub, caller }: HubContext,
  ): Promise<DeadLetterResult> {
    demand(caller, 'admin')
    return each(group, { hub, caller }, (id) => retry(hub, caller, id))
  }

  @Mutation(() => SyncOperation, {
    description:
      'Ends a dead or refused operation: CANCELLED, with who said so and why, for good in the log.',
  })
  async discardOperation(
    @Arg('id', () => ID) id: string,
    @Arg('reason', () => String) reason: string,
    @Ctx() { hub, caller }: HubContext,
  ): Promise<SyncOperation> {
    demand(caller, 'admin')
    await discard(hub, caller, id, reason)
    return toOperation(await operationOf(hub, caller, id))
  }

  @Mutation(() => DeadLetterResult, { description: 'Discards all dead letters of one cause.' })
  async discardDeadLetters(
    @Arg('group', () => ID) group: string,
    @Arg('reason', () => String) reason: string,
    @Ctx() { hub, caller }: HubContext,
  ): Promise<DeadLetterResult> {
    demand(caller, 'admin')
    const text = checkReason(reason)
    return each(group, { hub, caller }, (id) => discard(hub, caller, id, text))
  }
}

/** Does it to every operation of a group; one that somebody else moved meanwhile is skipped. */
async function each(
  group: string,
  { hub, caller }: Pick<HubContext, 'hub' | 'caller'>,
  work: (id: string) => Promise<void>,
): Promise<DeadLetterResult> {
  const result = { count: 0, skipped: 0 }
  for await (const members of membersOf(hub.db.em(), caller, group)) {
    if (members.some(({ status }) => status === 'UNCERTAIN')) {
      const told = 'What is uncertain is ended one by one, by resolveOperation.'
      throw new ErpError('CONFLICT', told, { field: 'group', retryable: false })
    }
    for (const { id } of members) {
      try {
        await work(id)
        result.count += 1
      } catch (error) {
        if (!(error instanceof ErpError) || error.code !== 'CONFLICT') throw error
        result.skipped += 1
      }
    }
  }
  return result
}
