import { randomBytes } from 'node:crypto'
import { Webhook } from 'standardwebhooks'
import { ErpError } from '../../../schema/errors.ts'

const PREFIX = 'whsec_'
const [SHORTEST, LONGEST] = [16, 64]

/** A new signing secret: 256 random bits as Standard Webhooks writes them. */
export function newSigningSecret(): string {
  return PREFIX + randomBytes(32).toString('base64')
}

/** A secret that a receiver chose. Throws VALIDATION for one that is too short or not written as whsec_ and base64. */
export function checkSigningSecret(text: string): string {
  const bytes = Buffer.from(text.slice(PREFIX.length), 'base64')
  const isWritten = text.startsWith(PREFIX) && /^[A-Za-z0-9+/]+={0,2}$/.test(text.slice(PREFIX.length))
  if (isWritten && bytes.length >= SHORTEST && bytes.length <= LONGEST) return text
  const why = `A secret is ${PREFIX} and ${SHORTEST} to ${LONGEST} bytes in base64.`
  throw new ErpError('VALIDATION', why, { field: 'secret' })
}

/** The headers of a message by Standard Webhooks (https://www.standardwebhooks.com); one signature per secret. */
export function signedHeaders(
  secrets: string[],
  id: string,
  body: string,
  at: Date = new Date(),
): Record<string, string> {
  return {
    'content-type': 'application/json',
    'webhook-id': id,
    'webhook-timestamp': String(Math.floor(at.getTime() / 1000)),
    'webhook-signature': secrets.map((secret) => new Webhook(secret).sign(id, at, body)).join(' '),
  }
}
