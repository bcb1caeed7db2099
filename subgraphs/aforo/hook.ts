import { ErpError } from '../../schema/errors.ts'
import { isSigned } from '../authentic.ts'
import type { Hook } from '../connector.ts'
import { type Json, parseExact } from '../json.ts'
import type { Config } from './config.ts'

/** A signature as bytes: hex in either case, or Base64; null where it is neither. */
function bytesOf(signature: string): Buffer | null {
  const bare = signature.trim().replace(/^sha256=/i, '')
  if (/^[0-9a-f]{64}$/i.test(bare)) return Buffer.from(bare, 'hex')
  return /^[A-Za-z0-9+/]{43}=$/.test(bare) ? Buffer.from(bare, 'base64') : null
}

function bodyOf(body: Buffer): Json {
  try {
    return parseExact(body.toString('utf8'))
  } catch (error) {
    const said = error instanceof ErpError ? error.said : undefined
    throw new ErpError('VALIDATION', 'A webhook of Aforo must be JSON.', { said })
  }
}

function at(body: Json, path: string): Json | undefined {
  return path
    .split('.')
    .slice(1)
    .reduce<Json | undefined>(
      (value, name) =>
        typeof value === 'object' && value !== null && !Array.isArray(value) && Object.hasOwn(value, name)
          ? value[name]
          : undefined,
      body,
    )
}

/**
 * The custom webhook of the ERP sync: an HMAC-SHA256 over the raw body, sent with and without `sha256=`. It carries
 * neither time nor id, so a delivery is but a hint that the invoice be read again: an old one that is sent once more
 * changes nothing. A body without an invoice id is the vendor's test. https://docs.aforo.ai/features/erp-sync
 */
export function openHook({ invoiceIdPaths }: Config): Hook {
  return {
    verify({ headers, body }, secret) {
      const given = bytesOf(headers['x-aforo-signature'] ?? '')
      return given !== null && isSigned(body, secret, given)
    },
    read({ body }) {
      const json = bodyOf(body)
      const id = invoiceIdPaths
        .map((path) => at(json, path))
        .find((value) => typeof value === 'string' && value)
      return typeof id === 'string' ? [{ kind: 'invoice', id, deleted: false, at: null }] : []
    },
  }
}
