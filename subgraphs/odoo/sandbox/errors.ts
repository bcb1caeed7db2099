import type { ErrorCode } from '../../../schema/errors.ts'
import type { NativeError, SandboxAnswer } from '../../sandbox.ts'
import { errorBody } from './wire.ts'

interface Case {
  on: NativeError['on']
  match: string
  name: string
  message: string
  /** The status over JSON-2; over JSON-RPC every error is a 200. */
  status: number
  code: ErrorCode
}

const ORDER = { on: 'pushOrder', match: 'sale.order' } as const
const STOCK = { on: 'stock', match: 'stock.quant' } as const
const PARTNER = { on: 'upsertCustomer', match: 'res.partner' } as const

const CASES: Record<string, Case> = {
  wrongKey: {
    ...STOCK,
    name: 'odoo.exceptions.AccessDenied',
    message: 'Access Denied',
    status: 403,
    code: 'AUTHENTICATION_FAILED',
  },
  noRight: {
    ...STOCK,
    name: 'odoo.exceptions.AccessError',
    message: "You are not allowed to access 'Quants' (stock.quant) records.",
    status: 403,
    code: 'PERMISSION_DENIED',
  },
  sessionExpired: {
    ...STOCK,
    name: 'odoo.http.SessionExpiredException',
    message: 'Session expired',
    status: 403,
    code: 'AUTHENTICATION_FAILED',
  },
  methodMissing: {
    ...STOCK,
    name: 'builtins.AttributeError',
    message: "The method 'stock.quant.formatted_read_group' does not exist",
    status: 500,
    code: 'NOT_SUPPORTED',
  },
  unknownField: {
    ...STOCK,
    name: 'builtins.ValueError',
    message: "Invalid field 'foo' on 'stock.quant'",
    status: 500,
    code: 'VALIDATION',
  },
  databaseDown: {
    ...STOCK,
    name: 'psycopg2.OperationalError',
    message: 'server closed the connection unexpectedly',
    status: 500,
    code: 'UNAVAILABLE',
  },
  serialization: {
    ...ORDER,
    name: 'psycopg2.errors.SerializationFailure',
    message: 'could not serialize access due to concurrent update',
    status: 500,
    code: 'CONFLICT',
  },
  locked: {
    ...ORDER,
    name: 'odoo.exceptions.LockError',
    message: 'Cannot grab a lock on records',
    status: 409,
    code: 'RECORD_LOCKED',
  },
  customerGone: {
    ...ORDER,
    name: 'odoo.exceptions.MissingError',
    message: 'Record does not exist or has been deleted.\n(Record: res.partner(99999999,), User: 2)',
    status: 404,
    code: 'INVALID_CUSTOMER',
  },
  itemGone: {
    ...ORDER,
    name: 'odoo.exceptions.MissingError',
    message: 'Record does not exist or has been deleted.\n(Record: product.product(99999999,), User: 2)',
    status: 404,
    code: 'INVALID_ITEM',
  },
  orderGone: {
    ...ORDER,
    name: 'odoo.exceptions.MissingError',
    message: 'Record does not exist or has been deleted.\n(Record: sale.order(99999999,), User: 2)',
    status: 404,
    code: 'NOT_FOUND',
  },
  missingField: {
    ...ORDER,
    name: 'odoo.exceptions.ValidationError',
    message:
      "The operation cannot be completed: Missing required value for the field 'Customer' (partner_id).\nModel: 'Sales Order' (sale.order)\n- create/update: a mandatory field is not set\n",
    status: 422,
    code: 'MISSING_REQUIRED_FIELD',
  },
  notToConfirm: {
    ...ORDER,
    name: 'odoo.exceptions.UserError',
    message: 'Some orders are not in a state requiring confirmation.',
    status: 422,
    code: 'CONFLICT',
  },
  lineWithoutProduct: {
    ...ORDER,
    name: 'odoo.exceptions.ValidationError',
    message: 'Some order lines are missing a product, you need to correct them before going further.',
    status: 422,
    code: 'INVALID_ITEM',
  },
  businessRule: {
    ...ORDER,
    name: 'odoo.exceptions.UserError',
    message: 'Sales below cost need an approval.',
    status: 422,
    code: 'VALIDATION',
  },
  nameMissing: {
    ...PARTNER,
    name: 'odoo.exceptions.ValidationError',
    message: 'The operation cannot be completed: Contacts require a name',
    status: 422,
    code: 'MISSING_REQUIRED_FIELD',
  },
}

function answerOf(version: number, { name, message, status }: Case): SandboxAnswer {
  const data = errorBody(name, message)
  if (version >= 19) return { status, body: data }
  const code = version < 18 ? 200 : 0
  return { status: 200, body: { jsonrpc: '2.0', id: 1, error: { code, message: 'Odoo Server Error', data } } }
}

/** Every class of error that Odoo is known for, in the form of the API that the version is asked over. */
export function nativeErrors(version: number): Record<string, NativeError> {
  const html = (status: number, text: string): SandboxAnswer => ({
    status,
    headers: { 'content-type': 'text/html; charset=utf-8' },
    body: `<!DOCTYPE html>\n<title>${text}</title>\n<h1>${text}</h1>\n`,
  })
  const pages: Record<string, NativeError> = {
    tooMany: {
      ...STOCK,
      answer: {
        ...html(429, 'Too Many Requests'),
        headers: { 'content-type': 'text/html', 'retry-after': '2' },
      },
      code: 'RATE_LIMITED',
    },
    proxyDown: { ...STOCK, answer: html(502, 'Bad Gateway'), code: 'UNAVAILABLE' },
    wrongDatabase: { ...STOCK, answer: html(404, '404 Not Found'), code: 'VALIDATION' },
    wrongType: { ...STOCK, answer: html(415, '415 Unsupported Media Type'), code: 'VALIDATION' },
  }
  const refused = {
    ids: false,
    messages: [
      {
        rows: { from: 0, to: 0 },
        type: 'error',
        record: 0,
        field: 'country_id',
        message: "No matching record found for name 'Nowhereland' in field 'Country'",
      },
    ],
    nextrow: 0,
  }
  const importBody = version >= 19 ? refused : { jsonrpc: '2.0', id: 1, result: refused }
  pages.importRefused = { ...PARTNER, answer: { status: 200, body: importBody }, code: 'VALIDATION' }
  const raised = Object.entries(CASES).map(([key, one]): [string, NativeError] => [
    key,
    { on: one.on, match: one.match, answer: answerOf(version, one), code: one.code },
  ])
  return { ...Object.fromEntries(raised), ...pages }
}
