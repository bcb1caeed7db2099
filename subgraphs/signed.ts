import { createHmac, hkdfSync, timingSafeEqual } from 'node:crypto'
import { ErpError } from '../schema/errors.ts'
import type { Caller } from './caller.ts'

/** The header in which the gateway tells a subgraph of another process who is asking. */
export const CONTEXT_HEADER = 'x-erp-context'
const VALID_MS = 30_000

function mac(secret: string, text: string): Buffer {
  const key = Buffer.from(hkdfSync('sha256', secret, '', 'signed context', 32))
  return createHmac('sha256', key).update(text).digest()
}

/** The caller as a signed text that is good for half a minute. */
export function signCaller(secret: string, caller: Caller, now = Date.now()): string {
  const text = Buffer.from(JSON.stringify({ caller, until: now + VALID_MS })).toString('base64url')
  return `${text}.${mac(secret, text).toString('base64url')}`
}

/** Reads what `signCaller` made; throws UNAUTHENTICATED for anything else. */
export function readCaller(secret: string, signed: string | undefined, now = Date.now()): Caller {
  const [text = '', signature = ''] = (signed ?? '').split('.')
  const given = Buffer.from(signature, 'base64url')
  const right = mac(secret, text)
  const valid = given.length === right.length && timingSafeEqual(given, right)
  const { caller, until } = valid
    ? (JSON.parse(Buffer.from(text, 'base64url').toString('utf8')) as { caller: Caller; until: number })
    : { caller: null, until: 0 }
  if (!caller || until < now)
    throw new ErpError('UNAUTHENTICATED', 'The signed context is missing, wrong or too old.')
  return caller
}
