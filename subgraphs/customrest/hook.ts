import { createHmac, createVerify } from 'node:crypto'
import { ErpError } from '../../schema/errors.ts'
import { isSame } from '../authentic.ts'
import type { Change, Hook, Kind, RawRequest } from '../connector.ts'
import type { Expression } from '../expression.ts'
import { exact } from './answer.ts'
import { type Client } from './client.ts'
import type { WebhookPlan } from './manifest.ts'

const KINDS: Record<string, Kind> = {
  product: 'item',
  stock: 'item',
  price: 'item',
  customer: 'customer',
  order: 'order',
  invoice: 'invoice',
  payment: 'payment',
  quote: 'quote',
}

function fresh(plan: WebhookPlan['signature'], headers: RawRequest['headers']): boolean {
  if (!plan.timestampHeader || plan.toleranceS === undefined) return true
  const said = headers[plan.timestampHeader.toLowerCase()] ?? ''
  const at = /^\d+$/.test(said) ? Number(said) * (said.length > 11 ? 1 : 1000) : Date.parse(said)
  return Math.abs(Date.now() - at) <= plan.toleranceS * 1000
}

/** The signed bytes: the body itself stays bytes. */
function signed(plan: WebhookPlan['signature'], { headers, body }: RawRequest): Buffer {
  const parts = (plan.signedText ?? '${rawBody}').split(/(\$\{[\w.-]+\})/)
  return Buffer.concat(
    parts.map((part) => {
      const name = /^\$\{(.+)\}$/.exec(part)?.[1]
      if (name === 'rawBody') return body
      const header = name === 'timestamp' ? plan.timestampHeader : name?.replace(/^headers?\./, '')
      return Buffer.from(name === undefined ? part : (headers[header?.toLowerCase() ?? ''] ?? ''))
    }),
  )
}

function verify(plan: WebhookPlan['signature'], raw: RawRequest, secret: string): boolean {
  if (!fresh(plan, raw.headers)) return false
  if (plan.kind === 'none') return isSame(Buffer.from(raw.query.secret ?? ''), Buffer.from(secret))
  const said = raw.headers[plan.header?.toLowerCase() ?? '']
  const prefix = plan.prefix ?? ''
  if (!said?.startsWith(prefix)) return false
  const given = said.slice(prefix.length)
  if (plan.kind === 'staticHeader') return isSame(Buffer.from(given), Buffer.from(secret))
  const { algorithm = 'sha256', encoding = 'hex' } = plan
  if (plan.kind === 'rsa') {
    const check = createVerify(algorithm).update(signed(plan, raw))
    return check.verify(plan.key ?? '', Buffer.from(given, encoding))
  }
  const wanted = createHmac(algorithm, secret).update(signed(plan, raw)).digest()
  return isSame(Buffer.from(given, encoding), wanted)
}

function bodyOf(raw: RawRequest): unknown {
  try {
    return exact(raw.body.toString('utf8'))
  } catch {
    throw new ErpError('BAD_ANSWER', 'The webhook is no JSON.')
  }
}

/** What the ERP calls this delivery; null where it does not say. */
async function deliveryOf(deliveryId: Expression, raw: RawRequest): Promise<string | null> {
  const id = await deliveryId.run({ body: bodyOf(raw), headers: raw.headers }).catch(() => null)
  return (typeof id === 'string' || typeof id === 'number') && id !== '' ? String(id).slice(0, 500) : null
}

async function read(client: Client, raw: RawRequest): Promise<Change[]> {
  const rules = client.loaded.webhook
  const body = bodyOf(raw)
  const found = rules?.list ? await rules.list.run({ body, headers: raw.headers }) : body
  const events = Array.isArray(found) ? (found as unknown[]) : found === undefined ? [] : [found]
  const changes: Change[] = []
  for (const event of events) {
    for (const rule of rules?.events ?? []) {
      const holds = await rule.when.run(event).catch(() => false)
      const id = holds === true ? await rule.externalId.run(event).catch(() => null) : null
      const [what = '', how] = rule.emit.split('.')
      const kind = KINDS[what]
      if (kind && (typeof id === 'string' || typeof id === 'number') && id !== '')
        changes.push({
          kind,
          id: String(id),
          deleted: how === 'deleted',
          at: null,
          ...(!rule.reread && how !== 'deleted' && { reread: false }),
        })
    }
  }
  return changes
}

/** Webhooks as the manifest describes them; undefined where it has none. */
export function hook(client: Client): Hook | undefined {
  const plan = client.loaded.manifest.webhook
  if (!plan) return undefined
  const deliveryId = client.loaded.webhook?.deliveryId
  return {
    verify: (raw, secret) => verify(plan.signature, raw, secret),
    read: (raw) => read(client, raw),
    ...(deliveryId && { delivery: (raw: RawRequest) => deliveryOf(deliveryId, raw) }),
  }
}
