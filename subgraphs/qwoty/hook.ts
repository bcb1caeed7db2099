import { ErpError } from '../../schema/errors.ts'
import { isSecret, isSigned } from '../authentic.ts'
import type { Change, Erp, RawRequest } from '../connector.ts'
import type { Kind } from '../records.ts'
import type { Config } from './config.ts'

const TOLERANCE_MS = 5 * 60_000
const KINDS: Record<string, Kind> = { quote: 'quote', customer: 'customer', product: 'item' }

/** Milliseconds since 1970 from seconds, milliseconds or an ISO date; NaN for anything else. */
function timeOf(text: string): number {
  if (/^\d{9,11}$/.test(text)) return Number(text) * 1000
  return /^\d{12,14}$/.test(text) ? Number(text) : Date.parse(text)
}

/** A signature as bytes; null where it is not written in the agreed way. */
function bytesOf(text: string, encoding: 'hex' | 'base64'): Buffer | null {
  const bare = text.trim().replace(/^(sha256|v1)=/i, '')
  const shape = encoding === 'hex' ? /^[0-9a-f]{64}$/i : /^[A-Za-z0-9+/]{43}=$/
  return shape.test(bare) ? Buffer.from(bare, encoding) : null
}

function isProven({ headers, body }: RawRequest, secret: string, webhook: Config['webhook']): boolean {
  const given = bytesOf(headers[webhook.header] ?? '', webhook.encoding)
  const at = webhook.timestampHeader ? (headers[webhook.timestampHeader] ?? '') : ''
  if (webhook.timestampHeader && !(Math.abs(Date.now() - timeOf(at)) <= TOLERANCE_MS)) return false
  const signed = webhook.signs === 'timestamp.body' ? Buffer.concat([Buffer.from(`${at}.`), body]) : body
  return given !== null && isSigned(signed, secret, given)
}

function kindOf(event: string, config: Config): Kind | undefined {
  if ([...config.acceptedEvents, ...config.cancelledEvents].includes(event)) return 'quote'
  const group = event.split('.')[0] ?? ''
  return Object.hasOwn(KINDS, group) ? KINDS[group] : undefined
}

/**
 * Thin webhooks. The vendor says to verify signatures and times but names neither header nor scheme, so all of it
 * is a setting; a forged event could only cause a read. https://developer.qwoty.io
 */
export function openHook(config: Config): NonNullable<Erp['hook']> {
  return {
    verify(raw, secret) {
      if (config.webhook.proof === 'query') return isSecret(raw.query.token, secret)
      return isProven(raw, secret, config.webhook)
    },
    /** The record to read again; its state tells what happened, not the name of the event. */
    read({ body }) {
      const { event_type: event, id } = parse(body)
      const kind = kindOf(event, config)
      const change: Change | null = kind ? { kind, id, deleted: false, at: null } : null
      return change ? [change] : []
    },
  }
}

function parse(body: Buffer): { event_type: string; id: string } {
  try {
    const { event_type: event, id } = JSON.parse(body.toString('utf8')) as Record<string, unknown>
    if (typeof event === 'string' && typeof id === 'string' && id !== '') return { event_type: event, id }
  } catch {
    // Told below, as for JSON of another shape.
  }
  throw new ErpError('VALIDATION', 'A webhook of Qwoty needs event_type and id.', {
    said: body.toString('utf8').slice(0, 300),
  })
}
