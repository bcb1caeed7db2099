import { afterAll, afterEach, beforeAll, expect } from 'vitest'
import { insertOperation } from '../../subgraphs/hub/operations.ts'
import { type TestHouse, openHouse } from '../whole.ts'
import { type Receiver, openReceiver, status } from './receiver.ts'

/** Makes a subscription. */
export const CREATE = `mutation ($input: WebhookSubscriptionInput!) { createWebhookSubscription(input: $input) {
  secret subscription { id url state cursor createdBy } } }`
/** Shows all subscriptions. */
export const SHOW = `{ webhookSubscriptions { id state tries problem { code message } failingSince deliveredAt } }`
const DELIVERIES = `query ($id: ID!, $first: Int) { webhookDeliveries(subscription: $id, first: $first) {
  nodes { id type state operation cursor attempts { number status response problem { code message } } } pageInfo { hasNextPage } } }`
/** Changes a subscription. */
export const UPDATE = `mutation ($id: ID!, $change: WebhookSubscriptionChange!) {
  updateWebhookSubscription(id: $id, change: $change) { id state problem { code } } }`

interface Made {
  createWebhookSubscription: { secret: string; subscription: { id: string; cursor: string } }
}
/** A subscription as SHOW gives it. */
export interface Shown {
  id: string
  state: string
  tries: number
  problem: { code: string; message: string } | null
}
/** A message as it is listed. */
export interface Delivered {
  id: string
  type: string
  state: string
  operation: string
  cursor: string
  attempts: { number: number; status: number | null; problem: { code: string } | null }[]
}

/** The house that all tests of a file share. */
export let house: TestHouse
/** The receiver that all tests of a file share. */
export let receiver: Receiver
const further: Receiver[] = []
beforeAll(async () => {
  // An event is told once no older transaction of the server runs; the embedded database has those of this file alone.
  house = await openHouse({ only: ['qwoty:main', 'aforo:main'], databaseUrl: null })
  receiver = await another()
}, 240_000)
afterAll(async () => {
  for (const one of further) await one.close()
  await house.close()
})
afterEach(async () => {
  receiver.got.length = 0
  receiver.answer = status(204)
  await house.hub.db.em().execute('delete from webhook_subscription')
})

/** Opens a receiver whose address is allowed. */
export async function another(): Promise<Receiver> {
  const one = await openReceiver()
  further.push(one)
  house.hub.directory.allowHosts.push(one.host)
  return one
}

/** Asks with a key. */
export async function as<T>(secret: string, query: string, variables: Record<string, unknown> = {}) {
  return house.ask<T>(query, variables, await house.contexts.of(`Bearer ${secret}`))
}

/** Makes a subscription for the receiver. */
export async function subscribe(input: object = {}, secret?: string) {
  const variables = { input: { url: receiver.url, ...input } }
  const { data, errors } = await (secret
    ? as<Made>(secret, CREATE, variables)
    : house.ask<Made>(CREATE, variables))
  expect(errors).toBeUndefined()
  const { subscription, secret: signing } = data.createWebhookSubscription
  return { ...subscription, secret: signing }
}

let orders = 0
/** Something happens: an operation is accepted. */
export async function happen(connection = 'qwoty:main', more: { customer?: string } = {}): Promise<string> {
  const id = `op_${(orders += 1)}`
  await house.hub.db.em().transactional((em) =>
    insertOperation(em, {
      ...{ id, tenant: 'default', connection, object: 'ORDER', action: 'CREATE', reference: `ref ${id}` },
      ...{
        input: {},
        salesOrder: null,
        customer: more.customer ?? null,
        dependsOn: null,
        requestedBy: 'shop',
      },
    }),
  )
  return id
}

/** Time goes by: everything that waits for its next try is due. */
export async function later(): Promise<void> {
  await house.hub.db.em().execute('update webhook_subscription set next_at = now()')
  await house.hub.db.em().execute('update job set next_at = now()')
  await house.settle()
}

/** The operations that the receiver was told of. */
export const told = () => receiver.got.map(({ body }) => body.data.id)

/** One subscription. */
export async function show(id: string): Promise<Shown> {
  const { data } = await house.ask<{ webhookSubscriptions: Shown[] }>(SHOW)
  const found = data.webhookSubscriptions.find((one) => one.id === id)
  if (!found) throw new Error(`There is no ${id}.`)
  return found
}

/** The messages of a subscription, newest first. */
export async function deliveries(id: string): Promise<Delivered[]> {
  const { data } = await house.ask<{ webhookDeliveries: { nodes: Delivered[] } }>(DELIVERIES, { id })
  return data.webhookDeliveries.nodes
}
