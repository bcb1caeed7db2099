import { Field, ID, InputType, Int, ObjectType } from 'type-graphql'
import { Problem } from '../../../schema/index.ts'
import { DateTimeScalar, JsonScalar } from '../../../schema/scalars.ts'
import { closed } from '../exchange.ts'
import { pageOf } from '../page.ts'
import { SyncFilter } from '../sync.ts'
import type { DeliveryState as Delivered, SubscriptionState as State } from './store.ts'

/** Whether a subscription is told. */
export const WebhookState = closed(
  'WebhookState',
  'PAUSED by a person. DISABLED by us: nothing was taken for three days, or the receiver answered 410.',
  ['ACTIVE', 'PAUSED', 'DISABLED'],
)

/** What became of a message. */
export const WebhookDeliveryState = closed(
  'WebhookDeliveryState',
  'WAITING is tried again by itself. FAILED: given up, waits for replayWebhook. REPLAY: asked for again.',
  ['WAITING', 'DELIVERED', 'FAILED', 'REPLAY'],
)

/** Somebody who is told of sync events over HTTP. */
@ObjectType({
  description:
    'Somebody who is told of sync events over HTTP, signed by Standard Webhooks, in order, at least once. The message says what its maker may see.',
})
export class WebhookSubscription {
  @Field(() => ID)
  id!: string

  @Field(() => String)
  url!: string

  @Field(() => String)
  description!: string

  @Field(() => JsonScalar, { description: 'The SyncFilter that it was made with.' })
  filter!: SyncFilter

  @Field(() => WebhookState)
  state!: State

  @Field(() => Problem, { nullable: true, description: 'Why the last try failed, or why it is disabled.' })
  problem!: Problem | null

  @Field(() => ID, { description: 'The event up to which it was told; a cursor of syncEvents.' })
  cursor!: string

  @Field(() => Int, { description: 'Failed tries to send the next message.' })
  tries!: number

  @Field(() => DateTimeScalar, { nullable: true, description: 'When the next message is tried again.' })
  nextAttemptAt!: string | null

  @Field(() => DateTimeScalar, { nullable: true, description: 'Since when nothing was taken.' })
  failingSince!: string | null

  @Field(() => DateTimeScalar, { nullable: true })
  deliveredAt!: string | null

  @Field(() => DateTimeScalar, { nullable: true, description: 'Until then the secret before signs too.' })
  previousUntil!: string | null

  @Field(() => String, { description: 'The key that made it.' })
  createdBy!: string

  @Field(() => DateTimeScalar)
  createdAt!: string
}

/** A subscription with the secret that is shown this once. */
@ObjectType({ description: 'A subscription with its signing secret, which is shown this once.' })
export class WebhookSubscriptionWithSecret {
  @Field(() => WebhookSubscription)
  subscription!: WebhookSubscription

  @Field(() => String, { description: 'Verifies webhook-signature by Standard Webhooks.' })
  secret!: string
}

/** Who shall be told of what. */
@InputType({ description: 'Who shall be told of what, from now on.' })
export class WebhookSubscriptionInput {
  @Field(() => String, { description: 'https; plain http and private addresses only as in allowHosts.' })
  url!: string

  @Field(() => SyncFilter, { nullable: true })
  filter?: SyncFilter | null

  @Field(() => String, { nullable: true, description: 'whsec_ and base64; made here when left out.' })
  secret?: string | null

  @Field(() => String, { nullable: true })
  description?: string | null
}

/** What of a subscription shall change. */
@InputType({ description: 'What of a subscription shall change; what is left out stays.' })
export class WebhookSubscriptionChange {
  @Field(() => String, { nullable: true })
  url?: string | null

  @Field(() => SyncFilter, { nullable: true })
  filter?: SyncFilter | null

  @Field(() => String, { nullable: true })
  description?: string | null

  @Field(() => WebhookState, {
    nullable: true,
    description: 'ACTIVE goes on where it stopped; PAUSED stops.',
  })
  state?: State | null
}

/** One try to send a message. */
@ObjectType({ description: 'One try to send a message.' })
export class WebhookAttempt {
  @Field(() => Int)
  number!: number

  @Field(() => DateTimeScalar)
  at!: string

  @Field(() => Int)
  durationMs!: number

  @Field(() => Int, { nullable: true, description: 'HTTP status; null when no answer came.' })
  status!: number | null

  @Field(() => String, { nullable: true, description: 'The beginning of the answer.' })
  response!: string | null

  @Field(() => Problem, { nullable: true })
  problem!: Problem | null
}

/** A message with all its tries. */
@ObjectType({ description: 'A message with all its tries.' })
export class WebhookDelivery {
  @Field(() => ID, { description: 'The webhook-id that the receiver got, the same at every try.' })
  id!: string

  @Field(() => String, { description: 'For example sync.operation.done.' })
  type!: string

  @Field(() => WebhookDeliveryState)
  state!: Delivered

  @Field(() => ID)
  operation!: string

  @Field(() => ID, { description: 'The cursor of its event.' })
  cursor!: string

  @Field(() => DateTimeScalar)
  createdAt!: string

  @Field(() => DateTimeScalar, { nullable: true })
  finishedAt!: string | null

  @Field(() => [WebhookAttempt], { description: 'Oldest first.' })
  attempts!: WebhookAttempt[]
}

/** A page of messages. */
export const WebhookDeliveryPage = pageOf('WebhookDeliveryPage', () => WebhookDelivery)
