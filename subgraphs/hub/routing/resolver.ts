import { Arg, Ctx, Mutation, Query, Resolver } from 'type-graphql'
import { demand } from '../../caller.ts'
import type { Manager } from '../database.ts'
import type { HubContext } from '../hub.ts'
import { newId } from '../identity.ts'
import { checkRules } from './check.ts'
import { type Routed, type Rule, rulesOf } from './rules.ts'
import { RoutedObject, RoutingRule, RoutingRuleInput } from './types.ts'

const INSERT = `insert into routing_rule (id, tenant, object, position, "by", field, value, connections)
  values (?, ?, ?, ?, ?, ?, ?, ?::jsonb)`

/** To which ERP orders and new customers go. */
@Resolver()
export class RoutingResolver {
  @Query(() => [RoutingRule], {
    description:
      'The first that matches wins. Without one an order goes to the home of its customer, a new customer to the first ERP.',
  })
  routingRules(
    @Arg('object', () => RoutedObject) object: Routed,
    @Ctx() { hub, caller }: HubContext,
  ): Promise<Rule[]> {
    demand(caller, 'read:sync')
    return rulesOf(hub.db.em(), caller.tenant, object)
  }

  @Mutation(() => [RoutingRule], {
    description: 'Replaces all rules of orders or of customers, in their order.',
  })
  async setRoutingRules(
    @Arg('object', () => RoutedObject) object: Routed,
    @Arg('rules', () => [RoutingRuleInput]) given: RoutingRuleInput[],
    @Ctx() { hub, caller }: HubContext,
  ): Promise<Rule[]> {
    demand(caller, 'admin')
    const rules = given.map(({ by, field, value, connections }) => ({
      by,
      field: field ?? null,
      value,
      connections,
    }))
    await checkRules(hub, caller, object, rules)
    await hub.db.em().transactional((em) => replace(em, caller.tenant, object, rules))
    return rulesOf(hub.db.em(), caller.tenant, object)
  }
}

async function replace(em: Manager, tenant: string, object: Routed, rules: Rule[]): Promise<void> {
  await em.execute('select pg_advisory_xact_lock(hashtextextended(?, 0))', [`routing ${tenant} ${object}`])
  await em.execute('delete from routing_rule where tenant = ? and object = ?', [tenant, object])
  for (const [position, { by, field, value, connections }] of rules.entries()) {
    const own = [newId('rul'), tenant, object, position, by, field, value.trim(), JSON.stringify(connections)]
    await em.execute(INSERT, own)
  }
}
