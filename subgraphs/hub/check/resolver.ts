import { Arg, Ctx, ID, Mutation, Query, Resolver } from 'type-graphql'
import { ErpError } from '../../../schema/errors.ts'
import { DecimalScalar } from '../../../schema/scalars.ts'
import { demand } from '../../caller.ts'
import {
  CHECKS,
  type Check,
  type Checked,
  type ConnectionPolicy,
  type Verdict,
  checkOf,
} from '../../policy.ts'
import type { HubContext } from '../hub.ts'
import { changePolicy, policyAt } from './policies.ts'
import {
  CheckName,
  CheckPolicy,
  CheckVerdict,
  ConnectionPolicyInput,
  ConnectionPolicyType,
  kept,
} from './types.ts'

function checksOf(connection: string, policy: ConnectionPolicy): CheckPolicy[] {
  return CHECKS.map((check) => ({ connection, check, ...checkOf(policy, check) }))
}

function toPolicy(connection: string, policy: ConnectionPolicy): ConnectionPolicyType {
  const { requiredFields, maxLengths, retry, redactFields } = policy
  const { booksClosedUntil, checkDeadlineMs } = policy
  return {
    ...{ connection, booksClosedUntil, checkDeadlineMs },
    checks: checksOf(connection, policy),
    requiredFields: Object.entries(requiredFields ?? {}).map(([object, fields]) => ({
      object: object as Checked,
      fields,
    })),
    maxLengths: Object.entries(maxLengths ?? {}).map(([field, characters]) => ({ field, characters })),
    redactFields: redactFields ?? [],
    retry: { ...retry, maxAgeSeconds: retry?.maxAgeMs ? Math.round(retry.maxAgeMs / 1_000) : null },
  }
}

/** What is demanded of each connection, and of what is sent to it. */
@Resolver()
export class CheckResolver {
  @Query(() => [CheckPolicy], {
    description: 'What each check does at a connection. Needs the scope read:sync.',
  })
  async checkPolicies(
    @Arg('connection', () => ID) connection: string,
    @Ctx() { hub, caller }: HubContext,
  ): Promise<CheckPolicy[]> {
    demand(caller, 'read:sync')
    return checksOf(connection, await policyAt(hub, caller, connection))
  }

  @Query(() => ConnectionPolicyType, { description: 'Needs the scope read:sync.' })
  async connectionPolicy(
    @Arg('connection', () => ID) connection: string,
    @Ctx() { hub, caller }: HubContext,
  ): Promise<ConnectionPolicyType> {
    demand(caller, 'read:sync')
    return toPolicy(connection, await policyAt(hub, caller, connection))
  }

  @Mutation(() => CheckPolicy, { description: 'Says what a check does at a connection, from now on.' })
  async setCheckPolicy(
    @Arg('connection', () => ID) connection: string,
    @Arg('check', () => CheckName) check: Check,
    @Arg('policy', () => CheckVerdict) policy: Verdict,
    @Arg('tolerancePercent', () => DecimalScalar, {
      nullable: true,
      description: 'Only of PRICE; 1 if left out.',
    })
    tolerancePercent: string | null | undefined,
    @Ctx() { hub, caller }: HubContext,
  ): Promise<CheckPolicy> {
    demand(caller, 'admin')
    if (tolerancePercent && check !== 'PRICE')
      throw new ErpError('VALIDATION', 'Only PRICE has a tolerance.', { field: 'tolerancePercent' })
    await changePolicy(hub, caller, connection, (own) => ({
      ...own,
      checks: { ...own.checks, [check]: { policy, tolerancePercent: tolerancePercent ?? null } },
    }))
    return { connection, check, ...checkOf(await policyAt(hub, caller, connection), check) }
  }

  @Mutation(() => ConnectionPolicyType, {
    description: 'Changes what is demanded of a connection, from now on and without a restart.',
  })
  async setConnectionPolicy(
    @Arg('connection', () => ID) connection: string,
    @Arg('input', () => ConnectionPolicyInput) input: ConnectionPolicyInput,
    @Ctx() { hub, caller }: HubContext,
  ): Promise<ConnectionPolicyType> {
    demand(caller, 'admin')
    const change = Object.entries(kept(input))
    await changePolicy(hub, caller, connection, (own) => {
      const all = Object.entries({ ...own, ...Object.fromEntries(change) })
      return Object.fromEntries(all.filter(([, value]) => value !== null)) as ConnectionPolicy
    })
    return toPolicy(connection, await policyAt(hub, caller, connection))
  }
}
