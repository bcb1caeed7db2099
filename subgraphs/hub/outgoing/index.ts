import { Arg, Ctx, Field, ID, Int, Mutation, ObjectType, Query, Resolver } from 'type-graphql'
import { ErpError } from '../../../schema/errors.ts'
import { Problem } from '../../../schema/index.ts'
import { refuseAddress } from '../../address.ts'
import { type Caller, demand } from '../../caller.ts'
import { iso, rows } from '../database.ts'
import { positionOf } from '../events.ts'
import type { Hub, HubContext } from '../hub.ts'
import { newId } from '../identity.ts'
import { type PageOf, checkFirst, readTimeCursor } from '../page.ts'
import type { SyncFilter } from '../sync.ts'
import { cursorOf, deliveriesOf, subscriptionOfDelivery } from './deliveries.ts'
import { checkFilter, makerOf, seesSubscription } from './rights.ts'
import { checkSigningSecret, newSigningSecret, signedHeaders } from './secret.ts'
import { Way } from './send.ts'
import {
  type DeliveryState,
  type SubscriptionRow,
  changeSubscription,
  insertSubscription,
  secretsOf,
  subscriptionById,
  subscriptionsOf,
  wake,
} from './store.ts'
import {
  WebhookDelivery,
  WebhookDeliveryPage,
  WebhookDeliveryState,
  WebhookSubscription,
  WebhookSubscriptionChange,
  WebhookSubscriptionInput,
  WebhookSubscriptionWithSecret,
} from './types.ts'

const MOST = 100
const LONGEST_OVERLAP_HOURS = 30 * 24

/** What a receiver said to a test. */
@ObjectType({ description: 'What a receiver said to a test.' })
export class WebhookTest {
  @Field(() => Boolean)
  delivered!: boolean

  @Field(() => Int, { nullable: true, description: 'HTTP status; null when no answer came.' })
  status!: number | null

  @Field(() => Int)
  durationMs!: number

  @Field(() => String, { nullable: true, description: 'The beginning of the answer.' })
  response!: string | null

  @Field(() => Problem, { nullable: true })
  problem!: Problem | null
}

function toSubscription(row: SubscriptionRow): WebhookSubscription {
  const { id, url, description, filter, state, problem, tries } = row
  const times = {
    failingSince: iso(row.failingSince),
    deliveredAt: iso(row.deliveredAt),
    previousUntil: iso(row.previousUntil),
    nextAttemptAt: row.state === 'ACTIVE' ? iso(row.nextAt) : null,
    createdAt: iso(row.createdAt),
  }
  const own = { id, url, description, filter, state, problem, tries }
  return { ...own, ...times, cursor: cursorOf(row), createdBy: row.maker.name }
}

/** The subscription, or NOT_FOUND; one that reaches further than the caller looks unknown, and so do its deliveries. */
async function subscriptionOf(
  { hub, caller }: HubContext,
  id: string,
  asked: 'delivery' | 'webhook subscription' = 'webhook subscription',
): Promise<SubscriptionRow> {
  const row = await subscriptionById(hub.db.em(), id)
  const isSeen = row?.tenant === caller.tenant && seesSubscription(caller, row.maker, row.filter)
  if (row && isSeen) return row
  const field = asked === 'delivery' ? asked : 'id'
  throw new ErpError('NOT_FOUND', `There is no such ${asked}.`, { field })
}

/** Tells others of sync events over HTTP. */
@Resolver(() => WebhookSubscription)
export class OutgoingResolver {
  @Query(() => [WebhookSubscription], { description: 'Those that tell no more than this key may see.' })
  async webhookSubscriptions(@Ctx() { hub, caller }: HubContext): Promise<WebhookSubscription[]> {
    demand(caller, 'read:sync')
    const found = await subscriptionsOf(hub.db.em(), caller.tenant)
    return found.filter(({ maker, filter }) => seesSubscription(caller, maker, filter)).map(toSubscription)
  }

  @Query(() => WebhookDeliveryPage, { description: 'The messages of a subscription, newest first.' })
  async webhookDeliveries(
    @Arg('subscription', () => ID) subscription: string,
    @Arg('state', () => WebhookDeliveryState, { nullable: true }) state: DeliveryState | null,
    @Arg('first', () => Int, { defaultValue: 50 }) first: number,
    @Arg('after', () => String, { nullable: true }) after: string | null,
    @Ctx() context: HubContext,
  ): Promise<PageOf<WebhookDelivery>> {
    demand(context.caller, 'read:sync')
    checkFirst(first)
    const { id } = await subscriptionOf(context, subscription)
    return deliveriesOf(context.hub.db.em(), id, state ?? null, first, readTimeCursor(after))
  }

  @Mutation(() => WebhookSubscriptionWithSecret, {
    description: 'Tells an address of sync events from now on, with the rights of this key.',
  })
  async createWebhookSubscription(
    @Arg('input', () => WebhookSubscriptionInput) input: WebhookSubscriptionInput,
    @Ctx() context: HubContext,
  ): Promise<WebhookSubscriptionWithSecret> {
    const { hub, caller } = context
    demand(caller, 'read:sync')
    const filter = input.filter ?? {}
    await check(hub, caller, input.url, filter, input.description ?? '')
    const secret = input.secret ? checkSigningSecret(input.secret) : newSigningSecret()
    if ((await subscriptionsOf(hub.db.em(), caller.tenant)).length >= MOST)
      throw new ErpError('LIMIT_EXCEEDED', `There are ${MOST} webhook subscriptions already.`)
    const id = newId('whs')
    const own = { url: input.url, description: input.description ?? '', filter, maker: makerOf(caller) }
    const position = await positionOf(hub, caller.tenant, null)
    await insertSubscription(hub.db, hub.safe, { id, tenant: caller.tenant, secret, ...own }, position)
    return { subscription: toSubscription(await subscriptionOf(context, id)), secret }
  }

  @Mutation(() => WebhookSubscription, {
    description: 'Changes a subscription, pauses it, or has it go on after a pause or a failure.',
  })
  async updateWebhookSubscription(
    @Arg('id', () => ID) id: string,
    @Arg('change', () => WebhookSubscriptionChange) change: WebhookSubscriptionChange,
    @Ctx() context: HubContext,
  ): Promise<WebhookSubscription> {
    const { hub, caller } = context
    demand(caller, 'read:sync')
    const row = await subscriptionOf(context, id)
    const next = {
      url: change.url ?? row.url,
      filter: change.filter ?? row.filter,
      description: change.description ?? row.description,
      state: change.state ?? row.state,
    }
    if (change.state === 'DISABLED')
      throw new ErpError('VALIDATION', 'Only we disable; PAUSED stops it.', { field: 'change.state' })
    await check(hub, caller, next.url, next.filter, next.description)
    const values = [next.url, next.description, JSON.stringify(next.filter), next.state]
    const problem = change.state === 'ACTIVE' ? await gap(hub, row) : row.problem
    await changeSubscription(hub.db.em(), row, UPDATE, [...values, ...again(change, row, problem)])
    await wake(hub.db, id)
    return toSubscription(await subscriptionOf(context, id))
  }

  @Mutation(() => Boolean, { description: 'Ends a subscription with all its messages.' })
  async deleteWebhookSubscription(
    @Arg('id', () => ID) id: string,
    @Ctx() context: HubContext,
  ): Promise<boolean> {
    demand(context.caller, 'read:sync')
    const row = await subscriptionOf(context, id)
    await context.hub.db.em().execute('delete from webhook_subscription where id = ?', [row.id])
    return true
  }

  @Mutation(() => WebhookSubscriptionWithSecret, {
    description: 'Gives a subscription a new secret; until the overlap ends both sign every message.',
  })
  async rotateWebhookSecret(
    @Arg('id', () => ID) id: string,
    @Arg('overlapHours', () => Int, { defaultValue: 24, description: 'At most 720.' }) overlapHours: number,
    @Ctx() context: HubContext,
  ): Promise<WebhookSubscriptionWithSecret> {
    const { hub, caller } = context
    demand(caller, 'read:sync')
    if (overlapHours < 0 || overlapHours > LONGEST_OVERLAP_HOURS) {
      const why = `overlapHours must be between 0 and ${LONGEST_OVERLAP_HOURS}.`
      throw new ErpError('VALIDATION', why, { field: 'overlapHours' })
    }
    const row = await subscriptionOf(context, id)
    const secret = newSigningSecret()
    const values = [hub.safe.close({ secret }, row.tenant, id), overlapHours]
    await changeSubscription(hub.db.em(), row, ROTATE, values)
    return { subscription: toSubscription(await subscriptionOf(context, id)), secret }
  }

  @Mutation(() => WebhookTest, { description: 'Sends a message of type webhook.test at once.' })
  async testWebhook(@Arg('id', () => ID) id: string, @Ctx() context: HubContext): Promise<WebhookTest> {
    const { hub, caller } = context
    demand(caller, 'read:sync')
    const row = await subscriptionOf(context, id)
    const data = { subscription: id, description: row.description }
    const body = JSON.stringify({ type: 'webhook.test', timestamp: new Date().toISOString(), data })
    const way = new Way(hub.directory.allowHosts)
    const headers = signedHeaders(secretsOf(hub.safe, row), newId('msg'), body)
    const sent = await way.post(row.url, headers, body).finally(() => way.close())
    const { status, durationMs, response, problem } = sent
    return { delivered: problem === null, status, durationMs, response, problem }
  }

  @Mutation(() => WebhookSubscription, {
    description:
      'Sends one message again, or everything behind a cursor, in order; the ids of the messages stay the same.',
  })
  async replayWebhook(
    @Arg('delivery', () => ID, { nullable: true }) delivery: string | null,
    @Arg('subscription', () => ID, { nullable: true }) subscription: string | null,
    @Arg('after', () => ID, { nullable: true, description: 'A cursor of syncEvents.' }) after: string | null,
    @Ctx() context: HubContext,
  ): Promise<WebhookSubscription> {
    const { hub, caller } = context
    demand(caller, 'read:sync')
    if (!delivery === !(subscription && after))
      throw new ErpError('VALIDATION', 'Give either delivery, or subscription and after.', {
        field: 'delivery',
      })
    const em = hub.db.em()
    const id = delivery ? await subscriptionOfDelivery(em, caller.tenant, delivery) : (subscription ?? '')
    const row = await subscriptionOf(context, id, delivery ? 'delivery' : undefined)
    if (row.state !== 'ACTIVE')
      throw new ErpError('CONFLICT', `The subscription is ${row.state}; set it to ACTIVE first.`, {
        field: 'subscription',
        retryable: false,
      })
    if (delivery) await em.execute(REPLAY, [delivery])
    else await changeSubscription(em, row, BACK, await positionOf(hub, caller.tenant, after))
    await wake(hub.db, id)
    return toSubscription(await subscriptionOf(context, id))
  }
}

const UPDATE = `url = ?, description = ?, filter = ?::jsonb, state = ?, tries = case when ? then 0 else tries end,
  failing_since = case when ? then null else failing_since end, next_at = case when ? then null else next_at end,
  problem = ?::jsonb, stopped_at = case when ? then now() when ? then null else stopped_at end`
const ROTATE = `previous_secret = secret, secret = ?, previous_until = now() + ? * interval '1 hour'`
const BACK = `event_transaction = ?, event_sequence = ?, tries = 0, next_at = null`
// One that still waits for its turn comes by itself.
const REPLAY = `update webhook_delivery set state = 'REPLAY' where id = ? and state in ('DELIVERED', 'FAILED')`

/** The values behind the plain ones of UPDATE: a new address or an order to go on begins the count of tries anew. */
function again(change: WebhookSubscriptionChange, row: SubscriptionRow, problem: Problem | null) {
  const isFresh = change.state === 'ACTIVE' || (change.url ?? row.url) !== row.url
  const stops = change.state === 'PAUSED' && row.state === 'ACTIVE'
  const told = problem ? JSON.stringify(problem) : null
  return [isFresh, isFresh, isFresh, told, stops, change.state === 'ACTIVE']
}

async function check(
  hub: Hub,
  caller: Caller,
  url: string,
  filter: SyncFilter,
  description: string,
): Promise<void> {
  refuseAddress(url, hub.directory.allowHosts)
  if (url.length > 2_000) throw new ErpError('LIMIT_EXCEEDED', 'The address is too long.', { field: 'url' })
  if (description.length > 500)
    throw new ErpError('LIMIT_EXCEEDED', 'A description has at most 500 characters.', {
      field: 'description',
    })
  const sql = 'select id from connection where tenant = ?'
  const known = await rows<{ id: string }>(hub.db.em(), sql, [caller.tenant])
  checkFilter(
    caller,
    known.map(({ id }) => id),
    filter,
  )
}

/** Tells that events may be missing where a subscription rested for longer than they are kept. */
async function gap({ db, settings }: Hub, row: SubscriptionRow): Promise<Problem | null> {
  const stopped = row.stoppedAt ? Date.parse(iso(row.stoppedAt)) : Date.now()
  const sql =
    'select where exists (select from event where (transaction, sequence) <= (?::text::xid8, ?::bigint))'
  const isKept = (await rows(db.em(), sql, [row.transaction, row.sequence])).length > 0
  if (isKept || Date.now() - stopped < settings.retentionMs) return null
  return {
    code: 'CURSOR_EXPIRED',
    message: 'It rested for longer than events are kept: some may be missing.',
    resolution: 'Read the sync log for the time in between.',
  }
}
