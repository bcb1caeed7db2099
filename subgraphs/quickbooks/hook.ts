import { z } from 'zod'
import { isSigned } from '../authentic.ts'
import type { Change, Hook, Kind, RawRequest } from '../connector.ts'
import { looseOrNull } from '../json.ts'
import { isId } from './client.ts'
import type { Config } from './config.ts'
import { CREDIT_MEMO, SALES_RECEIPT } from './read.ts'

const event = z.object({
  type: z.string(),
  time: z.string().nullish(),
  intuitentityid: z.string(),
  intuitaccountid: z.string(),
})
const entity = z.object({
  name: z.string(),
  id: z.string(),
  operation: z.string(),
  lastUpdated: z.string().nullish(),
  deletedId: z.string().nullish(),
})
const older = z.object({
  eventNotifications: z.array(
    z.object({ realmId: z.string(), dataChangeEvent: z.object({ entities: z.array(entity) }) }),
  ),
})
const TYPE = /^qbo\.(\w+)\.(\w+)\.v\d+$/
/** What the ids of invoices that are other documents begin with. */
const PREFIXES = new Map([
  ['creditmemo', CREDIT_MEMO],
  ['salesreceipt', SALES_RECEIPT],
])
const GONE = new Set(['delete', 'deleted'])

/** Nanoseconds are cut to what a Date can hold. */
function instant(time: string | null | undefined): string | null {
  const at = new Date((time ?? '').replace(/(\.\d{3})\d+/, '$1'))
  return Number.isNaN(at.getTime()) ? null : at.toISOString()
}

/** Which kinds an entity is: an estimate is a quote and, where orders are estimates, an order. */
function kindsOf(name: string, { orderTarget }: Config): Kind[] {
  const kinds: Record<string, Kind[]> = {
    item: ['item'],
    customer: ['customer'],
    estimate: orderTarget === 'ESTIMATE' ? ['order', 'quote'] : ['quote'],
    invoice: orderTarget === 'INVOICE' ? ['invoice', 'order'] : ['invoice'],
    salesreceipt: orderTarget === 'SALES_RECEIPT' ? ['invoice', 'order'] : ['invoice'],
    creditmemo: ['invoice'],
    payment: ['payment'],
  }
  const word = name.toLowerCase()
  return Object.hasOwn(kinds, word) ? (kinds[word] ?? []) : []
}

function changesOf(
  name: string,
  operation: string,
  id: string,
  time: string | null,
  config: Config,
): Change[] {
  if (!isId(id)) return []
  const deleted = GONE.has(operation.toLowerCase())
  const prefix = PREFIXES.get(name.toLowerCase()) ?? ''
  return kindsOf(name, config).map((kind) => ({
    kind,
    id: kind === 'invoice' ? prefix + id : id,
    deleted,
    at: time,
  }))
}

function newer(body: unknown, config: Config): Change[] {
  const list = Array.isArray(body) ? body : []
  return list.flatMap((one) => {
    const { data } = event.safeParse(one)
    const [, name, operation] = TYPE.exec(data?.type ?? '') ?? []
    if (!data || !name || !operation || data.intuitaccountid !== config.company) return []
    return changesOf(name, operation, data.intuitentityid, instant(data.time), config)
  })
}

function earlier(body: unknown, config: Config): Change[] {
  const { data } = older.safeParse(body)
  const mine = data?.eventNotifications.filter(({ realmId }) => realmId === config.company) ?? []
  return mine.flatMap(({ dataChangeEvent: { entities } }) =>
    entities.flatMap(({ name, id, operation, lastUpdated, deletedId }) => {
      const at = instant(lastUpdated)
      const merged = deletedId ? changesOf(name, 'deleted', deletedId, at, config) : []
      return [...changesOf(name, operation, id, at, config), ...merged]
    }),
  )
}

/**
 * Webhooks: CloudEvents, an array in which other companies may stand as well, or the older form. Signed over the raw
 * body with the app's verifier token as text (developer.intuit.com, webhooks: best practices).
 */
export function hookOf(config: Config): Hook {
  return {
    verify({ headers, body }: RawRequest, secret: string): boolean {
      return isSigned(body, secret, Buffer.from(headers['intuit-signature'] ?? '', 'base64'))
    },
    read({ body }: RawRequest): Change[] {
      const told = looseOrNull(body.toString('utf8'))
      return Array.isArray(told) ? newer(told, config) : earlier(told, config)
    },
  }
}
