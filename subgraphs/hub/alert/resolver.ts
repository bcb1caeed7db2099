import { randomBytes } from 'node:crypto'
import { Arg, Ctx, ID, Int, Mutation, Query, Resolver } from 'type-graphql'
import { ErpError } from '../../../schema/errors.ts'
import { EmailAddressScalar } from '../../../schema/scalars.ts'
import { refuseAddress } from '../../address.ts'
import { type Caller, demand, reaches } from '../../caller.ts'
import { toProblem } from '../../reader.ts'
import { iso, rows } from '../database.ts'
import type { Hub, HubContext } from '../hub.ts'
import { newId } from '../identity.ts'
import { type PageOf, checkFirst, readTimeCursor, toPage } from '../page.ts'
import { type Condition, type Rule, type Target, ruleOf, rulesOf, saveRule, targetOf } from './rules.ts'
import { send } from './send.ts'
import { Alert, AlertPage, AlertRule, AlertRuleInput, AlertTest, SavedAlertRule } from './types.ts'

const THRESHOLDS: Record<Condition, number> = {
  ERROR_RATE: 0.1,
  DEAD_LETTERS: 1,
  OLDEST_WAITING: 900,
  NEEDS_AUTH: 1,
}
const MAX_SECONDS = 31 * 24 * 3_600

const LIST = `select id, rule, connection, state, value, began_at as "beganAt", told_at as "toldAt",
  resolved_at as "resolvedAt" from alert where tenant = ? and (?::text is null or (began_at, id) < (?::timestamptz, ?))
  and (?::jsonb is null or ?::jsonb @> to_jsonb(connection)) order by began_at desc, id desc limit ?`

type AlertRow = Omit<Alert, 'beganAt' | 'toldAt' | 'resolvedAt'> & {
  beganAt: Date | string
  toldAt: Date | string | null
  resolvedAt: Date | string | null
}

/** A rule as a person sees it: the path of an address may be a secret. */
function toRule(hub: Hub, rule: Rule): AlertRule {
  const { to } = targetOf(hub, rule)
  const target = rule.channel === 'EMAIL' ? to : `${new URL(to).origin}/…`
  const seconds = { windowSeconds: rule.windowMs / 1_000, quietSeconds: rule.quietMs / 1_000 }
  return { ...rule, ...seconds, target }
}

/** Whether a rule is about nothing that the caller may not touch. */
function seesRule(caller: Caller, { connections }: Rule): boolean {
  return caller.connections === null || (connections?.every((id) => reaches(caller, id)) ?? false)
}

async function ruleFor(hub: Hub, caller: Caller, id: string): Promise<Rule> {
  const rule = await ruleOf(hub.db.em(), caller.tenant, id)
  if (seesRule(caller, rule)) return rule
  throw new ErpError('NOT_FOUND', 'There is no such alert rule.', { field: 'id' })
}

/** Tells people when something is not well. */
@Resolver()
export class AlertResolver {
  @Query(() => [AlertRule], { description: 'Needs the scope admin.' })
  async alertRules(@Ctx() { hub, caller }: HubContext): Promise<AlertRule[]> {
    demand(caller, 'admin')
    const all = await rulesOf(hub.db.em(), caller.tenant)
    return all.filter((rule) => seesRule(caller, rule)).map((rule) => toRule(hub, rule))
  }

  @Query(() => AlertPage, { description: 'What was not well, newest first. Needs the scope read:sync.' })
  async alerts(
    @Arg('first', () => Int, { defaultValue: 50 }) first: number,
    @Arg('after', () => String, { nullable: true }) after: string | null | undefined,
    @Ctx() { hub, caller }: HubContext,
  ): Promise<PageOf<Alert>> {
    demand(caller, 'read:sync')
    checkFirst(first)
    // How a connection does is no business of one customer.
    if (caller.customer) return toPage([], first, () => [], toAlert)
    const [at, id] = readTimeCursor(after) ?? [null, null]
    const mine = caller.connections && JSON.stringify(caller.connections)
    const values = [caller.tenant, at, at, id, mine, mine, first + 1]
    const found = await rows<AlertRow>(hub.db.em(), LIST, values)
    return toPage(found, first, (row) => [iso(row.beganAt), row.id], toAlert)
  }

  @Mutation(() => SavedAlertRule, { description: 'Adds a rule for alerts, or replaces one by its id.' })
  async saveAlertRule(
    @Arg('input', () => AlertRuleInput) input: AlertRuleInput,
    @Ctx() { hub, caller }: HubContext,
  ): Promise<SavedAlertRule> {
    demand(caller, 'admin')
    const known = input.id ? await ruleFor(hub, caller, input.id) : null
    check(hub, caller, input, known)
    const before = known && targetOf(hub, known)
    const kept = known?.channel === input.channel ? before : null
    const isSigned = input.channel === 'WEBHOOK'
    const secret = kept?.secret ?? (isSigned ? `whsec_${randomBytes(32).toString('base64')}` : null)
    const id = known?.id ?? newId('rul')
    const target: Target = { to: input.target ?? kept?.to ?? '', secret }
    const rule: Rule = {
      ...{ id, tenant: caller.tenant, name: input.name.trim(), condition: input.condition },
      ...{
        threshold: input.threshold ?? THRESHOLDS[input.condition],
        connections: input.connections ?? caller.connections,
      },
      ...{ windowMs: input.windowSeconds * 1_000, quietMs: input.quietSeconds * 1_000 },
      ...{ channel: input.channel, enabled: input.enabled, createdBy: known?.createdBy ?? caller.name },
      target: hub.safe.close(target, caller.tenant, id),
    }
    await saveRule(hub, rule)
    return { rule: toRule(hub, rule), secret: kept?.secret ? null : secret }
  }

  @Mutation(() => Boolean, { description: 'False when there is none. Its alerts go with it.' })
  async deleteAlertRule(
    @Arg('id', () => ID) id: string,
    @Ctx() { hub, caller }: HubContext,
  ): Promise<boolean> {
    demand(caller, 'admin')
    const rule = (await rulesOf(hub.db.em(), caller.tenant)).find((one) => one.id === id)
    if (!rule || !seesRule(caller, rule)) return false
    await hub.db.em().execute('delete from alert_rule where tenant = ? and id = ?', [caller.tenant, id])
    return true
  }

  @Mutation(() => AlertTest, { description: 'Sends a notice of a rule now, to see whether it arrives.' })
  async testAlert(@Arg('id', () => ID) id: string, @Ctx() { hub, caller }: HubContext): Promise<AlertTest> {
    demand(caller, 'admin')
    const rule = await ruleFor(hub, caller, id)
    try {
      await send(hub, rule, targetOf(hub, rule), {
        id: newId('tst'),
        type: 'alert.test',
        timestamp: new Date().toISOString(),
        title: `${rule.name}: a test`,
        text: `This is a test; nothing is wrong. See ${hub.publicUrl}/`,
        data: { rule: rule.id, name: rule.name, condition: rule.condition },
      })
      return { delivered: true, problem: null }
    } catch (error) {
      return { delivered: false, problem: { ...toProblem(error, ''), connection: null } }
    }
  }
}

function toAlert(row: AlertRow): Alert {
  return { ...row, beganAt: iso(row.beganAt), toldAt: iso(row.toldAt), resolvedAt: iso(row.resolvedAt) }
}

/** Throws VALIDATION or NOT_FOUND naming the field. */
function check(hub: Hub, caller: Caller, input: AlertRuleInput, known: Rule | null): void {
  const refuse = (message: string, field: string): never => {
    throw new ErpError('VALIDATION', message, { field })
  }
  const { name, threshold, windowSeconds, quietSeconds, channel, target } = input
  if (name.trim() === '' || name.length > 200) refuse('A name has 1 to 200 characters.', 'name')
  if (threshold !== null && threshold !== undefined && !(threshold > 0 && threshold < 1e9))
    refuse('The threshold must be more than 0.', 'threshold')
  if (input.condition === 'ERROR_RATE' && (threshold ?? 0) > 1) refuse('A share is at most 1.', 'threshold')
  if (windowSeconds < 1 || windowSeconds > MAX_SECONDS)
    refuse(`windowSeconds must be between 1 and ${MAX_SECONDS}.`, 'windowSeconds')
  if (quietSeconds < 0 || quietSeconds > MAX_SECONDS)
    refuse(`quietSeconds must be between 0 and ${MAX_SECONDS}.`, 'quietSeconds')
  if (input.connections?.some((id) => !reaches(caller, id) || !hub.directory.find(caller.tenant, id)))
    throw new ErpError('NOT_FOUND', 'There is no such connection.', { field: 'connections' })
  if (!target) return known?.channel === channel ? undefined : refuse('A target is needed.', 'target')
  if (channel !== 'EMAIL') return refuseTarget(target, hub)
  if (!hub.smtp) refuse('The config file names no mail server (smtp).', 'channel')
  EmailAddressScalar.parseValue(target)
}

function refuseTarget(target: string, hub: Hub): void {
  try {
    refuseAddress(target, hub.directory.allowHosts)
  } catch (error) {
    const why = error instanceof Error ? error.message : 'The address is refused.'
    throw new ErpError('VALIDATION', why, { field: 'target' })
  }
}
