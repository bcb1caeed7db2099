import type { ErrorCode } from '../../../schema/errors.ts'
import type { NativeError } from '../../sandbox.ts'

type On = 'stock' | 'items' | 'pushOrder' | 'upsertCustomer'
const CLASSES: [string, On, number, string, ErrorCode, string?][] = [
  ['unknownArticle', 'pushOrder', 422, 'ART_UNKNOWN', 'INVALID_ITEM', 'pos[0].article'],
  ['unknownCustomer', 'pushOrder', 422, 'CUST_UNKNOWN', 'INVALID_CUSTOMER', 'customer'],
  ['blockedCustomer', 'pushOrder', 422, 'CUST_BLOCKED', 'INVALID_CUSTOMER', 'customer'],
  ['required', 'pushOrder', 422, 'REQUIRED', 'MISSING_REQUIRED_FIELD', 'pos'],
  ['invalid', 'upsertCustomer', 422, 'INVALID', 'VALIDATION', 'vat'],
  ['referenceExists', 'upsertCustomer', 409, 'REF_EXISTS', 'DUPLICATE_ORDER', 'extRef'],
  ['conflict', 'upsertCustomer', 412, 'REV', 'CONFLICT'],
  ['tokenEnded', 'stock', 401, 'TOKEN', 'AUTHENTICATION_FAILED'],
  ['slowDown', 'items', 429, 'SLOW_DOWN', 'RATE_LIMITED'],
]

/** The request that each class of errors is met by, in the words of both interfaces. */
const MATCHES: Record<On, [string, string]> = {
  pushOrder: ['POST /rest/v2/NW01/orders', '"orders.create"'],
  upsertCustomer: ['POST /rest/v2/NW01/customers', '"customers.create"'],
  stock: ['/stock/query', '"stock.query"'],
  items: ['/articles', '"articles.list"'],
}

/** Every class of errors as this interface words it. */
export function errorsOf(asRpc: boolean): Record<string, NativeError> {
  const made = CLASSES.map(([name, on, status, code, canonical, path]): [string, NativeError] => {
    const text = `Nordwerk says ${code} here`
    const headers: Record<string, string> = status === 429 ? { 'retry-after': '30' } : {}
    const answer = asRpc
      ? {
          status: 200,
          headers,
          body: { jsonrpc: '2.0', id: 1, error: { code: -32_000, message: text, data: { code, path } } },
        }
      : { status, headers, body: { error: { code, text, path } } }
    return [name, { on, match: MATCHES[on][asRpc ? 1 : 0], answer, code: canonical }]
  })
  return Object.fromEntries(made)
}
