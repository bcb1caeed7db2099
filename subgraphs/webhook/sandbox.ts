import { createHmac, timingSafeEqual } from 'node:crypto'
import type { Sandbox, SandboxAction, SandboxAnswer, SandboxFactory, SandboxRequest } from '../sandbox.ts'
import { ERRORS } from './sandbox/errors.ts'
import { type Delivery, LOOKUP, SHAPES, readDelivery } from './sandbox/shapes.ts'
import { Refusal, type Row, Store, buyerOf, linesOf } from './sandbox/store.ts'

const SECRET = 'whsec_c2FuZGJveC1vZi1hLXNpZ25lZC13ZWJob29rLWVuZA=='
const MAX_BYTES = 1024 * 1024
const MAX_AGE_S = 300

function mac(key: string | Buffer, message: Uint8Array): Buffer {
  return createHmac('sha256', key).update(message).digest()
}

function same(given: Buffer, right: Buffer): boolean {
  return given.length === right.length && timingSafeEqual(given, right)
}

/** X-Aforo-Signature over the raw bytes, with or without its prefix: aforo-nextgen-loadgen, custom_webhook.go. */
function isSigned(secrets: string[], bytes: Uint8Array, given: string | undefined): boolean {
  const digits = Buffer.from((given ?? '').replace(/^sha256=/, ''), 'hex')
  return secrets.some((secret) => same(digits, mac(secret, bytes)))
}

/** Standard Webhooks: any of the signatures over id, time and raw bytes will do, and the time must be near. */
function isStandard(secrets: string[], bytes: Uint8Array, headers: SandboxRequest['headers']): boolean {
  const { 'webhook-id': id = '', 'webhook-timestamp': at = '', 'webhook-signature': given = '' } = headers
  if (!/^\d+$/.test(at) || Math.abs(Date.now() / 1000 - Number(at)) > MAX_AGE_S) return false
  const message = Buffer.concat([Buffer.from(`${id}.${at}.`), bytes])
  const keys = secrets.map((secret) => Buffer.from(secret.replace(/^whsec_/, ''), 'base64'))
  return given
    .split(' ')
    .filter((one) => one.startsWith('v1,'))
    .some((one) => keys.some((key) => same(Buffer.from(one.slice(3), 'base64'), mac(key, message))))
}

/** The system behind one endpoint. */
class Receiver implements Sandbox {
  readonly errors = ERRORS
  readonly #store: Store
  readonly #secrets: string[]

  constructor(store: Store, secrets: string[]) {
    this.#store = store
    this.#secrets = secrets
  }

  handle(request: SandboxRequest): SandboxAnswer {
    const path = request.path.replace(/\/+$/, '')
    if (path !== '/erp/inbox' && path !== '/erp/lookup') return { status: 404, body: 'not found' }
    if (request.method !== 'POST') return { status: 405, body: 'method not allowed' }
    const bytes = request.bytes ?? Buffer.from(request.body)
    if (bytes.length > MAX_BYTES) return { status: 413, body: 'payload too large' }
    const aforo = isSigned(this.#secrets, bytes, request.headers['x-aforo-signature'])
    if (!aforo || !isStandard(this.#secrets, bytes, request.headers))
      return { status: 401, body: 'invalid signature' }
    try {
      const body: unknown = JSON.parse(request.body)
      return path === '/erp/lookup' ? this.#lookUp(body) : this.#take(body)
    } catch (error) {
      if (error instanceof SyntaxError) return { status: 400, body: { ok: false, message: 'no JSON' } }
      if (!(error instanceof Refusal)) throw error
      const { code, message, field } = error
      return { status: 422, body: { ok: false, code, message, field } }
    }
  }

  ledger = () => this.#store.ledger()

  act(action: SandboxAction): void {
    if (action.do === 'addCustomer')
      this.#store.add('customer', null, { name: action.name, email: action.email })
    if (action.do === 'addItem') this.#store.items.add(action.sku)
    if (action.do === 'deleteItem') this.#store.items.delete(action.sku)
  }

  config = (url: string) => ({ url: `${url}/erp/inbox`, secret: SECRET, lookupUrl: `${url}/erp/lookup` })

  #lookUp(body: unknown): SandboxAnswer {
    const { data } = LOOKUP.safeParse(body)
    if (!data) throw new Refusal('VALIDATION', 'This is no look-up.')
    const row = this.#store.byRef(data.object, data.reference)
    return { status: 200, body: row ? { found: true, ...external(row) } : { found: false } }
  }

  #take(body: unknown): SandboxAnswer {
    const delivery = readDelivery(body)
    const row = delivery && this.#book(delivery)
    return { status: 200, body: { ok: true, ...(row && external(row)) } }
  }

  #book({ event, data }: Delivery): Row | null {
    if (!Object.hasOwn(SHAPES, event)) return null
    const read = SHAPES[event as keyof typeof SHAPES].safeParse(data)
    const [issue] = read.error?.issues ?? []
    if (issue) throw new Refusal('VALIDATION', issue.message, issue.path.join('.'))
    const [kind, verb] = event.split('.')
    if (kind !== 'customer' && kind !== 'order' && kind !== 'invoice' && kind !== 'payment') return null
    if (verb === 'cancel' || verb === 'void') return this.#store.end(kind, data)
    if (kind !== 'customer') this.#check(data)
    return this.#store.upsert(kind, data)
  }

  #check(data: Record<string, unknown>): void {
    if (!this.#store.find('customer', buyerOf(data)))
      throw new Refusal('INVALID_CUSTOMER', `There is no customer ${buyerOf(data)}.`, 'customer')
    for (const [index, { sku }] of (data.lines ? linesOf(data) : []).entries())
      if (!this.#store.items.has(sku))
        throw new Refusal('INVALID_ITEM', `There is no article ${sku}.`, `lines.${index}.sku`)
    for (const { invoice } of (data.allocations ?? []) as { invoice: string }[])
      if (!this.#store.find('invoice', invoice))
        throw new Refusal('VALIDATION', `There is no invoice ${invoice}.`, 'allocations')
  }
}

function external({ externalId, externalNumber }: Row): object {
  return { external_id: externalId, external_number: externalNumber }
}

/** An endpoint that takes documents signed with any of these secrets. */
export function receiver(secrets: string[]): SandboxFactory {
  return (demo) => new Receiver(new Store(demo), secrets)
}

/** The endpoint of the demo, with a system behind it that stores each document once. */
export const sandbox: SandboxFactory = receiver([SECRET])
