import { createHash, createHmac, timingSafeEqual } from 'node:crypto'

/** Whether two texts are one. Hashed first, so that neither content nor length is told by the time it takes. */
export function isSame(one: string | Buffer, other: string | Buffer): boolean {
  const digest = (text: string | Buffer) => createHash('sha256').update(text).digest()
  return timingSafeEqual(digest(one), digest(other))
}

/** Whether a secret was given, and is the right one; an empty secret never is. */
export function isSecret(given: string | undefined, secret: string): boolean {
  return given !== undefined && secret !== '' && isSame(given, secret)
}

/** HMAC-SHA256 over the raw bytes of a body. */
export function hmacOf(body: Buffer, secret: string): Buffer {
  return createHmac('sha256', secret).update(body).digest()
}

/** Whether these bytes are the HMAC-SHA256 of a body; never by an empty secret. */
export function isSigned(body: Buffer, secret: string, given: Buffer): boolean {
  const wanted = hmacOf(body, secret)
  return secret !== '' && given.length === wanted.length && timingSafeEqual(given, wanted)
}
