import { z } from 'zod'
import { ErpError } from '../../schema/errors.ts'
import { isSecret } from '../authentic.ts'
import type { Change, Hook, Kind, RawRequest } from '../connector.ts'
import { looseOrNull } from '../json.ts'
import { shaped } from '../shape.ts'
import type { Client } from './client.ts'

const delivery = z.object({
  entityId: z.string().regex(/^\d{1,19}$/),
  entityName: z.string(),
  type: z.enum(['CREATE', 'UPDATE', 'DELETE']),
})

/** Entities by the kind they mean; "customer" is the older name under which a party may still be told. */
const KINDS: Record<string, Kind> = {
  article: 'item',
  party: 'customer',
  customer: 'customer',
  salesOrder: 'order',
  salesInvoice: 'invoice',
  quotation: 'quote',
}
/** The entities that we ask to be told of. */
const ENTITIES = ['article', 'party', 'salesOrder', 'salesInvoice', 'quotation']
const ALWAYS = { requestMethod: 'POST', atCreate: true, atUpdate: true, atDelete: true }

/** weclapp switches a webhook off whose deliveries failed again and again; so often it is looked at. */
const LOOK_AGAIN_MS = 3_600_000

const webhook = z.object({
  id: z.string(),
  version: z.string(),
  entityName: z.string(),
  url: z.string(),
  deactivatedDate: z.string().nullish(),
})

/** What the tenant has no licence for is left out: the other kinds still count. */
function orUnlicensed(error: unknown): void {
  if (error instanceof ErpError && error.field === 'entityName') return
  throw error
}

/**
 * One webhook for each entity and address, with our secret in the address; one that was switched off is switched on
 * again. https://www.weclapp.com/api/ (webhook)
 */
async function subscribe(client: Client, url: string, secret: string): Promise<string> {
  const address = new URL(url)
  address.searchParams.set('secret', secret)
  const found = await client.all('webhook', { confidential: true })
  const rows = found.rows.map((row) => shaped(webhook, row, 'webhook'))
  for (const entityName of ENTITIES) {
    const row = rows.find((one) => one.entityName === entityName && one.url === address.href)
    if (row && !row.deactivatedDate) continue
    const request = row
      ? client.changing('webhook', row.id, { version: row.version, deactivatedDate: null })
      : client.creating('webhook', { entityName, url: address.href, ...ALWAYS })
    await client.write({ ...request, confidential: true }, webhook).catch(orUnlicensed)
  }
  return new Date(Date.now() + LOOK_AGAIN_MS).toISOString()
}

/**
 * weclapp's webhooks say an id and nothing more, and are not signed: the address carries the secret (`?secret=…`),
 * and a delivery is only a hint. https://github.com/MIRAL-Soft/weclapp-php-api
 */
export function hook(client: Client): Hook {
  return {
    verify(raw: RawRequest, secret: string): boolean {
      return isSecret(raw.query.secret, secret)
    },
    read(raw: RawRequest): Change[] {
      const { data } = delivery.safeParse(looseOrNull(raw.body.toString('utf8')))
      const kind = data && Object.hasOwn(KINDS, data.entityName) ? KINDS[data.entityName] : undefined
      return data && kind ? [{ kind, id: data.entityId, deleted: data.type === 'DELETE', at: null }] : []
    },
    subscribe: (url, secret) => subscribe(client, url, secret),
  }
}
