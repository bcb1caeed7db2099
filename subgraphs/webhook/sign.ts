import { createHash, createHmac } from 'node:crypto'

/** How a signature of the body alone is worded; `prefix` stands before the digest. */
export interface Wording {
  header: string
  prefix: string
  encoding: 'hex' | 'base64'
}

/**
 * Wordings that receivers know already. "aforo" is the billing source's own: docs.aforo.ai/features/erp-sync names
 * the header, github.com/aforoai/aforo-nextgen-loadgen (internal/erp/custom_webhook.go) the prefix and the digits.
 */
export const PRESETS = {
  aforo: { header: 'X-Aforo-Signature', prefix: 'sha256=', encoding: 'hex' },
  github: { header: 'X-Hub-Signature-256', prefix: 'sha256=', encoding: 'hex' },
  shopify: { header: 'X-Shopify-Hmac-Sha256', prefix: '', encoding: 'base64' },
  plain: { header: 'X-Signature', prefix: '', encoding: 'hex' },
} as const satisfies Record<string, Wording>

/** HMAC-SHA256 of the bytes that are sent; the key is the secret as text (RFC 2104). */
export function signBody(secret: string, body: string, { prefix, encoding }: Wording): string {
  return prefix + createHmac('sha256', secret).update(body, 'utf8').digest(encoding)
}

/** After "whsec_" stands the key in Base64; any other secret is a key as it is: github.com/standard-webhooks. */
function standardKey(secret: string): Buffer {
  const [, coded] = /^whsec_(.+)$/s.exec(secret) ?? []
  return coded === undefined ? Buffer.from(secret, 'utf8') : Buffer.from(coded, 'base64')
}

/** The `webhook-signature` of Standard Webhooks, one value per secret, the newest first. `at` is in seconds. */
export function signStandard(secrets: string[], id: string, at: string, body: string): string {
  return secrets
    .map((secret) => createHmac('sha256', standardKey(secret)).update(`${id}.${at}.${body}`, 'utf8'))
    .map((mac) => `v1,${mac.digest('base64')}`)
    .join(' ')
}

/** The id of a message: the same for the same event of the same document, however often it is sent. */
export function messageId(event: string, document: string): string {
  return `msg_${createHash('sha256').update(`${event}\n${document}`).digest('hex').slice(0, 32)}`
}
