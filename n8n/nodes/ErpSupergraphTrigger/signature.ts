import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto'

const PREFIX = 'whsec_'
const TOLERANCE_S = 300

/** Headers of a request, names in lower case. */
export type Headers = Record<string, string | string[] | undefined>

/** A new signing secret. */
export function newSecret(): string {
  return PREFIX + randomBytes(32).toString('base64')
}

/**
 * Whether one of the secrets signed these bytes within the last five minutes, by Standard Webhooks 1.0
 * (https://www.standardwebhooks.com). Signatures are compared in constant time.
 */
export function isSigned(headers: Headers, body: Buffer, secrets: string[], now = Date.now()): boolean {
  const id = headers['webhook-id']
  const timestamp = headers['webhook-timestamp']
  const given = headers['webhook-signature']
  if (typeof id !== 'string' || typeof timestamp !== 'string' || typeof given !== 'string') return false
  if (!/^\d{1,12}$/.test(timestamp) || Math.abs(now / 1000 - Number(timestamp)) > TOLERANCE_S) return false
  const signatures = given.split(' ').flatMap((part) => (part.startsWith('v1,') ? [part.slice(3)] : []))
  return secrets.some((secret) => {
    const key = Buffer.from(secret.replace(PREFIX, ''), 'base64')
    const expected = createHmac('sha256', key).update(`${id}.${timestamp}.`).update(body).digest()
    return signatures.some((signature) => {
      const bytes = Buffer.from(signature, 'base64')
      return bytes.length === expected.length && timingSafeEqual(bytes, expected)
    })
  })
}
