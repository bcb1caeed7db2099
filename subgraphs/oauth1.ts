import { createHmac, randomUUID } from 'node:crypto'
import type { Auth } from './auth.ts'

/** The four secrets of OAuth 1.0a, and the realm where the vendor wants one. */
export interface OAuth1Keys {
  consumerKey: string
  consumerSecret: string
  tokenId: string
  tokenSecret: string
  realm?: string
}

/** Percent-encoding of RFC 3986, which also escapes ! ' ( ) and *. */
export function encodeStrictly(text: string): string {
  return encodeURIComponent(text).replace(
    /[!'()*]/g,
    (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`,
  )
}

/** The text that is signed (RFC 5849, 3.4.1): method, address without query, and all parameters in order. */
export function baseString(method: string, address: string, oauth: Record<string, string>): string {
  const url = new URL(address)
  const parameters = [...url.searchParams, ...Object.entries(oauth)]
    .map(([name, value]): [string, string] => [encodeStrictly(name), encodeStrictly(value)])
    .sort(([a, x], [b, y]) => (a < b ? -1 : a > b ? 1 : x < y ? -1 : x > y ? 1 : 0))
    .map(([name, value]) => `${name}=${value}`)
    .join('&')
  return [method.toUpperCase(), `${url.origin}${url.pathname}`, parameters].map(encodeStrictly).join('&')
}

/** The HMAC-SHA256 signature of a base string, in Base64. */
export function signature(base: string, consumerSecret: string, tokenSecret: string): string {
  const key = `${encodeStrictly(consumerSecret)}&${encodeStrictly(tokenSecret)}`
  return createHmac('sha256', key).update(base).digest('base64')
}

/** OAuth 1.0a with HMAC-SHA256: every request is signed with its method, its exact address and a fresh nonce. */
export function oauth1(keys: OAuth1Keys): Auth {
  return {
    headers({ method, url }) {
      const oauth = {
        oauth_consumer_key: keys.consumerKey,
        oauth_token: keys.tokenId,
        oauth_signature_method: 'HMAC-SHA256',
        oauth_timestamp: String(Math.floor(Date.now() / 1000)),
        oauth_nonce: randomUUID().replaceAll('-', ''),
        oauth_version: '1.0',
      }
      const signed = {
        ...oauth,
        oauth_signature: signature(baseString(method, url, oauth), keys.consumerSecret, keys.tokenSecret),
      }
      const parts = Object.entries(signed).map(([name, value]) => `${name}="${encodeStrictly(value)}"`)
      const realm = keys.realm === undefined ? [] : [`realm="${keys.realm}"`]
      return { authorization: `OAuth ${[...realm, ...parts].join(', ')}` }
    },
    // A read that was repeated on the way carries a nonce that was used: signed anew it is good.
    renew: () => Promise.resolve(true),
  }
}
