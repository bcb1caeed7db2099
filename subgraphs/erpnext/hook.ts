import { z } from 'zod'
import { ErpError } from '../../schema/errors.ts'
import { isSigned } from '../authentic.ts'
import type { Change, Erp, Kind, RawRequest } from '../connector.ts'
import { parseExact } from '../json.ts'
import { shaped } from '../shape.ts'
import { toUtc } from './time.ts'

const KINDS: Record<string, Kind> = {
  Item: 'item',
  Customer: 'customer',
  'Sales Order': 'order',
  'Sales Invoice': 'invoice',
  'Payment Entry': 'payment',
  Quotation: 'quote',
}
const delivery = z.object({
  name: z.string(),
  doctype: z.string().nullish(),
  modified: z.string().nullish(),
  event: z.string().nullish(),
})

/** The signature is base64 of HMAC-SHA256 over the raw body: https://docs.frappe.io/framework/user/en/guides/integration/webhooks */
function verify(raw: RawRequest, secret: string): boolean {
  return isSigned(raw.body, secret, Buffer.from(raw.headers['x-frappe-webhook-signature'] ?? '', 'base64'))
}

/**
 * The delivery's template is the operator's; ours has name, doctype, modified and event. Where the DocType or the
 * event is not in the body, it is taken from the address: ?doctype=Sales%20Order&event=on_trash.
 */
function changesOf(raw: RawRequest, zone: string | undefined): Change[] {
  const body = shaped(delivery, parseExact(raw.body.toString('utf8')), 'The webhook')
  const doctype = body.doctype ?? raw.query.doctype ?? ''
  const kind = KINDS[doctype]
  if (!kind)
    throw new ErpError('VALIDATION', `A webhook of the DocType "${doctype}" means nothing to us.`, {
      field: 'doctype',
    })
  const deleted = (body.event ?? raw.query.event) === 'on_trash'
  return [{ kind, id: body.name, deleted, at: zone ? toUtc(body.modified, zone) : null }]
}

/** Inbound webhooks. Without a configured zone the site's local time cannot be told, and `at` is null. */
export function hook(zone: string | undefined): NonNullable<Erp['hook']> {
  return { verify, read: (raw) => changesOf(raw, zone) }
}
