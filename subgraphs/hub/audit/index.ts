import { Arg, Ctx, Field, ID, InputType, Int, ObjectType, Query, Resolver } from 'type-graphql'
import { ErpError } from '../../../schema/errors.ts'
import { DateTimeScalar, JsonScalar } from '../../../schema/scalars.ts'
import { type Caller, demand } from '../../caller.ts'
import { iso } from '../database.ts'
import { closed } from '../exchange.ts'
import type { HubContext } from '../hub.ts'
import { type PageOf, checkFirst, pageOf, readCursor, toPage } from '../page.ts'
import { type Entry, type Stage, type Verified, entriesOf, verify } from './chain.ts'

const AuditStage = closed(
  'AuditStage',
  'ASKED before a mutation begins, DONE or REFUSED when it has ended. NOTE: something that is no mutation.',
  ['ASKED', 'DONE', 'REFUSED', 'NOTE'],
)

/** A line of the record of who changed what. */
@ObjectType({
  description: 'A line of the record of who changed what. It holds no secrets and nothing about persons.',
})
export class AuditEntry {
  @Field(() => ID, { description: 'Its place in the chain, from 1.' })
  sequence!: string

  @Field(() => DateTimeScalar)
  at!: string

  @Field(() => String, { description: 'The key.' })
  actor!: string

  @Field(() => ID)
  requestId!: string

  @Field(() => String, { description: 'The mutation.' })
  action!: string

  @Field(() => AuditStage)
  stage!: Stage

  @Field(() => JsonScalar, { description: 'The arguments, or the rows that changed with before and after.' })
  details!: object

  @Field(() => String, { description: 'Covers this line and the hash of the one before.' })
  hash!: string
}

const AuditPage = pageOf('AuditPage', () => AuditEntry)

/** Which lines to show. */
@InputType({ description: 'Which lines to show.' })
export class AuditFilter {
  @Field(() => [String], { nullable: true, description: 'Mutations.' })
  actions?: string[] | null

  @Field(() => [String], { nullable: true, description: 'Names of keys.' })
  actors?: string[] | null

  @Field(() => ID, { nullable: true, description: 'Lines that name this id.' })
  subject?: string | null

  @Field(() => DateTimeScalar, { nullable: true })
  since?: string | null

  @Field(() => DateTimeScalar, { nullable: true })
  until?: string | null
}

/** What a look through the whole record found. */
@ObjectType({ description: 'What a look through the whole record found.' })
export class AuditVerification implements Verified {
  @Field(() => Boolean, { description: 'Every line is as it was written, and none is missing in between.' })
  ok!: boolean

  @Field(() => Int, { description: 'Lines that are as they were written.' })
  checked!: number

  @Field(() => ID, { nullable: true, description: 'The first line that was changed, moved or taken out.' })
  brokenAt!: string | null

  @Field(() => ID, { nullable: true })
  lastSequence!: string | null

  @Field(() => String, {
    nullable: true,
    description: 'Keep it elsewhere: it proves later that no end was cut off.',
  })
  lastHash!: string | null
}

/** The record is of the whole tenant. */
function demandAll(caller: Caller): void {
  demand(caller, 'admin')
  if (caller.connections === null && caller.customer === null) return
  throw new ErpError('FORBIDDEN', 'The record is for keys that see all connections.')
}

function toEntry({ sequence, at, actor, request, action, stage, details, hash }: Entry): AuditEntry {
  const told = JSON.parse(details) as object
  return { sequence, at: iso(at), actor, requestId: request, action, stage, details: told, hash }
}

/** Shows who changed what, and whether the record is whole. */
@Resolver()
export class AuditResolver {
  @Query(() => AuditPage, { description: 'Who changed what, newest first. Needs the scope admin.' })
  async audit(
    @Arg('filter', () => AuditFilter, { nullable: true }) filter: AuditFilter | null,
    @Arg('first', () => Int, { defaultValue: 50 }) first: number,
    @Arg('after', () => String, { nullable: true }) after: string | null,
    @Ctx() { hub, caller }: HubContext,
  ): Promise<PageOf<AuditEntry>> {
    demandAll(caller)
    checkFirst(first)
    const [before = null] = readCursor(after) ?? []
    if (before !== null && !/^\d{1,18}$/.test(before))
      throw new ErpError('VALIDATION', 'The cursor is none that was given out here.', { field: 'after' })
    const { actions = null, actors = null, subject = null, since = null, until = null } = filter ?? {}
    const wanted = { actions, actors, subject, since, until }
    const found = await entriesOf(hub.db.em(), caller.tenant, wanted, before, first + 1)
    return toPage(found, first, ({ sequence }) => [sequence], toEntry)
  }

  @Query(() => AuditVerification, {
    description:
      'Looks through the whole record for a changed, moved or missing line. Needs the scope admin.',
  })
  verifyAudit(
    @Arg('sequence', () => ID, { nullable: true, description: 'A line that was noted elsewhere …' })
    sequence: string | null,
    @Arg('hash', () => String, { nullable: true, description: '… with its hash.' }) hash: string | null,
    @Ctx() { hub, caller }: HubContext,
  ): Promise<Verified> {
    demandAll(caller)
    if (!sequence !== !hash || (sequence && !/^\d{1,18}$/.test(sequence)))
      throw new ErpError('VALIDATION', 'Give a sequence with its hash, or neither.', { field: 'sequence' })
    const anchor = sequence && hash ? { sequence, hash } : null
    return verify(hub.db.em(), hub.safe, caller.tenant, anchor)
  }
}
