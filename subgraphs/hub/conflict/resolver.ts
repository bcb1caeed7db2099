import { Arg, Ctx, FieldResolver, ID, Int, Mutation, Query, Resolver, Root } from 'type-graphql'
import { ErpError } from '../../../schema/errors.ts'
import { JsonScalar } from '../../../schema/scalars.ts'
import { demand, reaches } from '../../caller.ts'
import { Customer, customerByReference } from '../customer.ts'
import { iso, rows } from '../database.ts'
import type { HubContext } from '../hub.ts'
import { type PageOf, checkFirst, readTimeCursor, toPage } from '../page.ts'
import { COLUMNS, type ConflictRow, checkField, conflictOf, decideConflict } from './decided.ts'
import type { Field } from './fields.ts'
import { touchedOf } from './golden.ts'
import { type Rule, ruleFor, rulesOf } from './rules.ts'
import { simulate } from './simulate.ts'
import {
  Conflict,
  ConflictPage,
  ConflictRule,
  ConflictRuleInput,
  ConflictSide,
  Master,
  Simulation,
} from './types.ts'

function toConflict(row: ConflictRow): Conflict {
  return { ...row, decidedAt: iso(row.decidedAt), createdAt: iso(row.createdAt) }
}

const SET = `insert into conflict_rule (tenant, field, strategy, master) values (?, ?, ?, ?)
  on conflict (tenant, field) do update set strategy = excluded.strategy, master = excluded.master`

const LIST = `select ${COLUMNS} from conflict where tenant = ? and (?::text is null or state = ?)
  and (?::jsonb is null or ?::jsonb @> to_jsonb(connection))
  and (?::text is null or (created_at, id) < (?::timestamptz, ?)) order by created_at desc, id desc limit ?`

/** What two sides changed: the queue for people, the rules, and what rules would do. */
@Resolver(() => Conflict)
export class ConflictResolver {
  @Query(() => ConflictPage, {
    description: 'What waits for a decision, newest first; all with open: false.',
  })
  async conflicts(
    @Arg('open', () => Boolean, { defaultValue: true }) open: boolean,
    @Arg('first', () => Int, { defaultValue: 50 }) first: number,
    @Arg('after', () => String, { nullable: true }) after: string | null,
    @Ctx() { hub, caller }: HubContext,
  ): Promise<PageOf<Conflict>> {
    demand(caller, 'read:sync')
    demand(caller, 'read:customer')
    checkFirst(first)
    if (caller.customer) return toPage([], first, () => [], toConflict)
    const [at, id] = readTimeCursor(after) ?? [null, null]
    const state = open ? 'OPEN' : null
    const mine = caller.connections && JSON.stringify(caller.connections)
    const values = [caller.tenant, state, state, mine, mine, at, at, id, first + 1]
    const found = await rows<ConflictRow>(hub.db.em(), LIST, values)
    return toPage(found, first, (row) => [iso(row.createdAt), row.id], toConflict)
  }

  @FieldResolver(() => Customer, { nullable: true })
  customer(@Root() { customerId }: Conflict, @Ctx() context: HubContext): Promise<Customer | null> {
    return customerByReference({ id: customerId }, context)
  }

  @Mutation(() => Conflict, {
    description: 'Decides which value is right; it is written to all sides that differ.',
  })
  async resolveConflict(
    @Arg('id', () => ID) id: string,
    @Arg('take', () => ConflictSide) take: keyof typeof ConflictSide,
    @Arg('value', () => JsonScalar, { nullable: true, description: 'Only with CUSTOM.' }) value: unknown,
    @Ctx() { hub, caller }: HubContext,
  ): Promise<Conflict> {
    demand(caller, 'admin')
    await decideConflict(hub, caller, await conflictOf(hub, caller, id), take, value)
    return toConflict(await conflictOf(hub, caller, id))
  }

  @Query(() => [ConflictRule], {
    description: 'Without a rule the home connection of a customer is its master.',
  })
  conflictRules(@Ctx() { hub, caller }: HubContext): Promise<Rule[]> {
    demand(caller, 'read:sync')
    return rulesOf(hub.db.em(), caller.tenant)
  }

  @Mutation(() => [ConflictRule], { description: 'Makes or changes the rule of a field.' })
  async setConflictRule(
    @Arg('rule', () => ConflictRuleInput) rule: ConflictRuleInput,
    @Ctx() context: HubContext,
  ): Promise<Rule[]> {
    const { hub, caller } = context
    demand(caller, 'admin')
    checkRule(rule, context)
    await hub.db.em().execute(SET, [caller.tenant, rule.field, rule.strategy, rule.master ?? null])
    return rulesOf(hub.db.em(), caller.tenant)
  }

  @Mutation(() => [ConflictRule], { description: 'Takes the rule of a field away.' })
  async deleteConflictRule(
    @Arg('field', () => String) field: string,
    @Ctx() { hub, caller }: HubContext,
  ): Promise<Rule[]> {
    demand(caller, 'admin')
    const sql = 'delete from conflict_rule where tenant = ? and field = ? returning field'
    if ((await rows(hub.db.em(), sql, [caller.tenant, field])).length === 0)
      throw new ErpError('NOT_FOUND', 'There is no such rule.', { field: 'field' })
    return rulesOf(hub.db.em(), caller.tenant)
  }

  @Query(() => Master, { nullable: true, description: 'Who decides on a field of a customer.' })
  async masterOf(
    @Arg('customer', () => ID) id: string,
    @Arg('field', () => String) field: string,
    @Ctx() context: HubContext,
  ): Promise<Master | null> {
    const { hub, caller } = context
    demand(caller, 'read:sync')
    checkField(field)
    const customer = await customerByReference({ id }, context)
    if (!customer) return null
    const rule = ruleFor(await rulesOf(hub.db.em(), caller.tenant), field, customer.home ?? null)
    const last = (await touchedOf(hub.db.em(), id)).get(field)
    const at = last ? iso(new Date(last.at)) : null
    return { ...rule, isRule: rule.isGiven, changedBy: last?.by ?? null, changedAt: at }
  }

  @Query(() => Simulation, { description: 'What these rules would have decided about the last changes.' })
  simulateConflictRules(
    @Arg('rules', () => [ConflictRuleInput]) rules: ConflictRuleInput[],
    @Arg('last', () => Int, { defaultValue: 500 }) last: number,
    @Ctx() context: HubContext,
  ): Promise<Simulation> {
    demand(context.caller, 'admin')
    checkFirst(last)
    for (const rule of rules) checkRule(rule, context)
    return simulate(context.hub, context.caller, rules as Rule[], last)
  }
}

function checkRule({ field, strategy, master }: ConflictRuleInput, { hub, caller }: HubContext): void {
  if (field !== '*') checkField(field as Field | string)
  const needs = strategy === 'FIELD_MASTER' || strategy === 'MASTER_SYSTEM'
  if (needs && !master)
    throw new ErpError('MISSING_REQUIRED_FIELD', 'This strategy needs a master.', { field: 'master' })
  if (strategy === 'MASTER_SYSTEM' && field !== '*')
    throw new ErpError('VALIDATION', 'A master system counts for all fields: "*".', { field: 'field' })
  if (!master || master === 'hub') return
  if (!reaches(caller, master) || !hub.directory.find(caller.tenant, master))
    throw new ErpError('NOT_FOUND', 'There is no such connection.', { field: 'master' })
}
