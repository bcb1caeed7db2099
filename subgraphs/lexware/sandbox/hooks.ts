import { sign } from 'node:crypto'
import { ErpError } from '../../../schema/errors.ts'
import type { Change, Kind, RawRequest } from '../../connector.ts'
import { Answered } from '../../refusal.ts'
import type { SandboxAnswer } from '../../sandbox.ts'
import { stamp } from '../time.ts'
import { bodyOf } from './body.ts'
import { webhookKey } from './key.ts'
import { invalid, regular } from './refuse.ts'
import { ORGANIZATION, type Store } from './store.ts'

const PATH = '/v1/event-subscriptions'
const SUBJECTS: Partial<Record<Kind, string>> = {
  item: 'article',
  customer: 'contact',
  order: 'order-confirmation',
  invoice: 'invoice',
  quote: 'quotation',
}
const EVENT =
  /^(article|contact|dunning|recurring-template)\.(created|changed|deleted)$|^(credit-note|delivery-note|down-payment-invoice|invoice|order-confirmation|quotation|voucher)\.(created|changed|deleted|status\.changed)$|^payment\.changed$|^token\.revoked$/

/** A delivery, signed with the vendor's key; the secret stands in the address that was subscribed. */
export function delivery(change: Change, secret: string): RawRequest {
  const subject = SUBJECTS[change.kind]
  if (!subject) throw new ErpError('NOT_SUPPORTED', `Lexware sends no webhook for a ${change.kind}.`)
  const body = Buffer.from(
    JSON.stringify({
      organizationId: ORGANIZATION,
      eventType: `${subject}.${change.deleted ? 'deleted' : 'changed'}`,
      resourceId: change.id,
      eventDate: stamp(Date.parse(change.at ?? '2026-11-20T09:01:02.345Z')),
    }),
  )
  const signature = sign('RSA-SHA512', body, webhookKey().sign).toString('base64')
  return {
    headers: { 'content-type': 'application/json', 'x-lxo-signature': signature },
    body,
    query: { secret },
  }
}

async function answers(url: string): Promise<boolean> {
  return fetch(url, { method: 'HEAD', redirect: 'manual' }).then(
    ({ ok }) => ok,
    () => false,
  )
}

/** Subscriptions; the address must answer HEAD: https://developers.lexware.io/docs/ (event subscriptions) */
export async function subscribe(store: Store, text: string): Promise<SandboxAnswer> {
  const body = bodyOf(text)
  const [eventType, callbackUrl] = [String(body?.eventType ?? ''), String(body?.callbackUrl ?? '')]
  if (!body) throw new Answered(regular(400, PATH, 'Malformed JSON request'))
  if (!EVENT.test(eventType)) throw invalid(PATH, 'INVALID', 'eventType', 'unbekanntes Ereignis')
  if (!URL.canParse(callbackUrl) || !(await answers(callbackUrl)))
    throw invalid(PATH, 'INVALID', 'callbackUrl', 'antwortet nicht')
  if (store.subscriptions.some((one) => one.eventType === eventType && one.callbackUrl === callbackUrl))
    throw new Answered(regular(409, PATH, 'The subscription exists already'))
  const [subscriptionId, createdDate] = [store.nextId(), store.now()]
  store.subscriptions.push({ subscriptionId, eventType, callbackUrl, createdDate })
  const resourceUri = `https://api.lexware.io${PATH}/${subscriptionId}`
  const result = { id: subscriptionId, resourceUri, createdDate, updatedDate: createdDate, version: 0 }
  return { status: 201, body: result }
}

/** GET of all, DELETE of one. */
export function subscriptions(store: Store, method: string, id: string | undefined): SandboxAnswer {
  if (method === 'GET' && id === undefined)
    return {
      status: 200,
      body: { content: store.subscriptions.map((one) => ({ ...one, organizationId: ORGANIZATION })) },
    }
  const at = store.subscriptions.findIndex(({ subscriptionId }) => subscriptionId === id)
  if (method !== 'DELETE' || at < 0) throw new Answered(regular(404, PATH, 'not found'))
  store.subscriptions.splice(at, 1)
  return { status: 204, body: null }
}
