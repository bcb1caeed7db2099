import { Arg, Ctx, FieldResolver, ID, Int, Mutation, Query, Resolver, Root } from 'type-graphql'
import { ErpError } from '../../../schema/errors.ts'
import { type Caller, demand, may, reaches } from '../../caller.ts'
import { parseRecordId } from '../../ids.ts'
import { Customer, customerByReference, seesCustomer } from '../customer.ts'
import { iso, rows } from '../database.ts'
import type { Hub, HubContext } from '../hub.ts'
import { type PageOf, checkFirst, readTimeCursor, toPage } from '../page.ts'
import { lockCustomers } from '../twins.ts'
import { idNow } from './alias.ts'
import { type CandidateRow, type MatchState, candidateRow, candidateRows, decide } from './candidates.ts'
import { countOf, mergeInto, toldMerged } from './merge.ts'
import { type Policy, policyOf, setPolicy } from './policy.ts'
import { type RecordKey, checkSplit, mergeOf, splitOff } from './split.ts'
import {
  MatchDecision,
  MatchPolicy,
  MatchPolicyInput,
  MatchReview,
  MatchReviewPage,
  MergeCount,
  MergePayload,
  SplitPayload,
} from './types.ts'

function toReview(row: CandidateRow): MatchReview {
  const { id, connection, score, reasons, state, decidedBy, customer, other, nativeId } = row
  const times = { decidedAt: iso(row.decidedAt), createdAt: iso(row.createdAt) }
  const own = { id, connection, score, reasons, state, decidedBy, externalId: nativeId }
  return { ...own, ...times, customerId: customer, otherId: other }
}

const FOREIGN = `select connection from external_ref where tenant = ? and kind = 'customer' and hub_id = ?`

/** The customer's id now. NOT_FOUND where the caller does not see it, FORBIDDEN where it sees only a part of it. */
async function wholeCustomer(hub: Hub, caller: Caller, id: string, field: string): Promise<string> {
  const [known] = await hub.catalogue.customers(caller.tenant, [id])
  if (!known || caller.customer || !seesCustomer(caller, known))
    throw new ErpError('NOT_FOUND', 'There is no such customer.', { field })
  const refs = await rows<{ connection: string }>(hub.db.em(), FOREIGN, [caller.tenant, known.row.id])
  if (refs.some(({ connection }) => !reaches(caller, connection)))
    throw new ErpError('FORBIDDEN', 'The key does not reach every connection of the customer.', { field })
  return known.row.id
}

function shown(id: string, context: HubContext): Promise<Customer | null> | null {
  return may(context.caller, 'read:customer') ? customerByReference({ id }, context) : null
}

/** Who may be the same customer, what people decided, and merges by hand. */
@Resolver(() => MatchReview)
export class MatchResolver {
  @Query(() => MatchPolicy)
  matchPolicy(@Ctx() { hub, caller }: HubContext): Promise<Policy> {
    demand(caller, 'read:sync')
    return policyOf(hub.db.em(), caller.tenant)
  }

  @Mutation(() => MatchPolicy, { description: 'What is linked already stays so.' })
  async setMatchPolicy(
    @Arg('policy', () => MatchPolicyInput) policy: MatchPolicyInput,
    @Ctx() { hub, caller }: HubContext,
  ): Promise<Policy> {
    demand(caller, 'admin')
    await setPolicy(hub, caller, policy)
    return policyOf(hub.db.em(), caller.tenant)
  }

  @Query(() => MatchReviewPage, {
    description: 'What waits for a decision, newest first; all with open: false.',
  })
  async matchCandidates(
    @Arg('open', () => Boolean, { defaultValue: true }) open: boolean,
    @Arg('first', () => Int, { defaultValue: 50 }) first: number,
    @Arg('after', () => String, { nullable: true }) after: string | null,
    @Ctx() { hub, caller }: HubContext,
  ): Promise<PageOf<MatchReview>> {
    demand(caller, 'read:sync')
    demand(caller, 'read:customer')
    checkFirst(first)
    if (caller.customer) return toPage([], first, () => [], toReview)
    const state: MatchState | null = open ? 'OPEN' : null
    const found = await candidateRows(hub, caller, state, readTimeCursor(after) ?? [null, null], first + 1)
    return toPage(found, first, (row) => [iso(row.createdAt), row.id], toReview)
  }

  @FieldResolver(() => Customer, { nullable: true, description: 'The new customer.' })
  customer(@Root() { customerId }: MatchReview, @Ctx() context: HubContext): Promise<Customer | null> {
    return customerByReference({ id: customerId }, context)
  }

  @FieldResolver(() => Customer, { nullable: true, description: 'Who it may be.' })
  other(@Root() { otherId }: MatchReview, @Ctx() context: HubContext): Promise<Customer | null> {
    return customerByReference({ id: otherId }, context)
  }

  @Mutation(() => MatchReview)
  async decideMatch(
    @Arg('id', () => ID) id: string,
    @Arg('decision', () => MatchDecision) decision: keyof typeof MatchDecision,
    @Ctx() { hub, caller }: HubContext,
  ): Promise<MatchReview> {
    demand(caller, 'admin')
    const row = await candidateRow(hub, caller, id)
    for (const customer of [row.customer, row.other]) await wholeCustomer(hub, caller, customer, 'id')
    await decide(hub, caller, row, decision)
    return toReview(await candidateRow(hub, caller, id))
  }

  @Mutation(() => MergePayload, {
    description: 'Makes two customers one. The id of the one that goes stays good.',
  })
  async mergeCustomers(
    @Arg('keep', () => ID) keepId: string,
    @Arg('gone', () => ID) goneId: string,
    @Arg('dryRun', () => Boolean, { defaultValue: false }) dryRun: boolean,
    @Ctx() context: HubContext,
  ): Promise<MergePayload> {
    const { hub, caller } = context
    demand(caller, 'admin')
    const keep = await wholeCustomer(hub, caller, keepId, 'keep')
    const gone = await wholeCustomer(hub, caller, goneId, 'gone')
    if (keep === gone) throw new ErpError('VALIDATION', 'Both are one customer already.', { field: 'gone' })
    const moved = await hub.db.em().transactional(async (em) => {
      await lockCustomers(em, caller.tenant)
      const counts = await countOf(em, gone)
      if (!dryRun) await mergeInto(em, { tenant: caller.tenant, keep, gone, by: caller.name })
      return counts
    })
    if (!dryRun) told(context)
    return { moved: toCount(moved), customer: await shown(keep, context) }
  }

  @Mutation(() => SplitPayload, {
    description:
      'Takes records out of a customer; both are remembered as different. Without records, the old id of a merged customer undoes its merge.',
  })
  async splitCustomer(
    @Arg('id', () => ID) id: string,
    @Arg('records', () => [ID], { defaultValue: [], description: 'Ids of its records.' }) recordIds: string[],
    @Ctx() context: HubContext,
  ): Promise<SplitPayload> {
    const { hub, caller } = context
    demand(caller, 'admin')
    const customer = await wholeCustomer(hub, caller, id, 'id')
    const records = recordIds.map(keyOf)
    const off = await hub.db.em().transactional(async (em) => {
      await lockCustomers(em, caller.tenant)
      const now = await idNow(em, customer)
      const asked = { tenant: caller.tenant, customer: now, records, by: caller.name }
      const past = await mergeOf(em, asked, now === id || records.length > 0 ? null : id)
      const split = { ...asked, records: records.length > 0 ? records : (past?.moved.records ?? []) }
      await checkSplit(em, split, past !== null)
      return splitOff(em, split, past)
    })
    told(context)
    return { customer: await shown(customer, context), split: await shown(off, context) }
  }
}

/** What this node knows is dropped before the answer is made; the others are told. */
function told({ hub }: HubContext): void {
  toldMerged(hub)
  hub.catalogue.clear()
}

function keyOf(id: string, index: number): RecordKey {
  const parts = parseRecordId(id)
  if (parts?.kind === 'customer') return { connection: parts.connection, native: parts.native }
  throw new ErpError('NOT_FOUND', 'There is no such record.', { field: `records.${index}` })
}

function toCount(counts: Awaited<ReturnType<typeof countOf>>): MergeCount {
  const { records, sales_order: orders, invoice: invoices, payment: payments } = counts
  const { operation: operations, conflict: conflicts, api_key: keys } = counts
  return { records, orders, invoices, payments, operations, conflicts, keys }
}
