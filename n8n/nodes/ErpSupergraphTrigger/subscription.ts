import type { IHookFunctions } from 'n8n-workflow'
import { ask, attempt, dataOf } from '../shared/graph'
import { ApiProblem } from '../shared/problem'

const CREATE = `mutation Subscribe($input: WebhookSubscriptionInput!) { createWebhookSubscription(input: $input) {
  subscription { id } } }`
const DELETE = `mutation Unsubscribe($id: ID!) { deleteWebhookSubscription(id: $id) }`

/** Subscribes an address to sync events, signed with the secret; its id. */
export async function subscribe(
  context: IHookFunctions,
  url: string,
  secret: string,
  filter: object,
): Promise<string> {
  const input = { url, secret, filter, description: 'n8n' }
  const made = await ask<{ createWebhookSubscription: { subscription: { id: string } } }>(context, CREATE, {
    input,
  })
  return made.createWebhookSubscription.subscription.id
}

/** Ends a subscription; one that is gone already is ended. */
export async function unsubscribe(context: IHookFunctions, id: string): Promise<void> {
  const answer = await attempt<object>(context, DELETE, { id })
  if (!(answer instanceof ApiProblem) || answer.told.code !== 'NOT_FOUND') dataOf(answer)
}
