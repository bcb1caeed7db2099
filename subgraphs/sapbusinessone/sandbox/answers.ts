import { Refusal } from '../../refusal.ts'
import type { NativeError, SandboxAnswer } from '../../sandbox.ts'

/** "No matching records found", which never says of what. */
export function noMatch(status: 400 | 404): Refusal {
  return new Refusal(status, '-2028', 'No matching records found (ODBC -2028)')
}

/** A rule of the application that was broken. */
export function broken(message: string): Refusal {
  return new Refusal(400, '-5002', message)
}

/** The error body of OData v4: code and message are plain texts. */
export function refuse(status: number, code: string, message: string): SandboxAnswer {
  return { status, body: { error: { code, details: [{ code: '', message: '' }], message } } }
}

/** No session, or one that the server forgot. */
export function noSession(): SandboxAnswer {
  return refuse(401, '301', 'Invalid session or session already timeout.')
}

type Plain = [NativeError['on'], string, number, string, string, NativeError['code']]

const ITEMS = '/Items'
const ORDERS = 'POST /b1s/v2/Orders '
const PARTNERS = 'POST /b1s/v2/BusinessPartners '
const PLAIN: Record<string, Plain> = {
  session: [
    'items',
    ITEMS,
    401,
    '301',
    'Invalid session or session already timeout.',
    'AUTHENTICATION_FAILED',
  ],
  permission: [
    'items',
    ITEMS,
    403,
    '-6006',
    'You are not permitted to perform this action',
    'PERMISSION_DENIED',
  ],
  entity: ['items', ITEMS, 404, '-2028', 'No matching records found (ODBC -2028)', 'NOT_FOUND'],
  property: ['items', ITEMS, 400, '-1000', "Property 'X' of 'Item' is invalid", 'VALIDATION'],
  query: ['items', ITEMS, 400, '702', 'The table is not accessible.', 'VALIDATION'],
  node: ['items', ITEMS, 500, '407', 'Table definition not found for table OITM', 'UNAVAILABLE'],
  stock: [
    'stock',
    'Items',
    403,
    '-6006',
    'You are not permitted to perform this action',
    'PERMISSION_DENIED',
  ],
  missing: ['pushOrder', ORDERS, 400, '-2028', 'No matching records found (ODBC -2028)', 'VALIDATION'],
  item: ['pushOrder', ORDERS, 400, '-5002', '10000045 - Invalid item code', 'INVALID_ITEM'],
  inactive: [
    'pushOrder',
    ORDERS,
    400,
    '-10',
    'Business partner is inactive  [ORDR.CardCode]',
    'INVALID_CUSTOMER',
  ],
  due: ['pushOrder', ORDERS, 400, '-5002', 'Due date missing  [ORDR.DocDueDate]', 'MISSING_REQUIRED_FIELD'],
  credit: ['pushOrder', ORDERS, 400, '-5002', 'Customer exceeded the credit limit', 'CREDIT_HOLD'],
  period: ['pushOrder', ORDERS, 400, '-5002', 'Date deviates from permissible range', 'PERIOD_CLOSED'],
  duplicate: [
    'pushOrder',
    ORDERS,
    400,
    '-2035',
    'This entry already exists in the following tables (ODBC -2035)',
    'DUPLICATE_ORDER',
  ],
  locked: ['pushOrder', ORDERS, 400, '-2038', 'Internal error (-2038) occurred', 'RECORD_LOCKED'],
  deadlock: ['pushOrder', ORDERS, 500, '-1116', 'Internal error (-1116) occurred', 'RECORD_LOCKED'],
  closed: ['pushOrder', ORDERS, 400, '-5006', 'Document is already closed', 'VALIDATION'],
  unsupported: [
    'pushOrder',
    ORDERS,
    400,
    '-5006',
    'The requested action is not supported for this object.',
    'VALIDATION',
  ],
  partner: [
    'upsertCustomer',
    PARTNERS,
    400,
    '-10',
    "1320000140 - Business partner code 'c1' already assigned to a business partner; enter a unique business partner code",
    'VALIDATION',
  ],
  changed: [
    'upsertCustomer',
    PARTNERS,
    412,
    '-2039',
    'Another user or another operation modified data; to continue, open the window again (ODBC -2039)',
    'CONFLICT',
  ],
  large: ['upsertCustomer', PARTNERS, 413, '-1000', 'The request is too large.', 'VALIDATION'],
}

/** Every class of error, as the server words it. */
export const ERRORS: Record<string, NativeError> = {
  ...Object.fromEntries(
    Object.entries(PLAIN).map(([name, [on, match, status, code, message, meant]]) => [
      name,
      { on, match, answer: refuse(status, code, message), code: meant },
    ]),
  ),
  proxy: {
    on: 'items',
    match: ITEMS,
    answer: {
      status: 502,
      headers: { 'content-type': 'text/html' },
      body: '<html><h1>Proxy Error</h1></html>',
    },
    code: 'UNAVAILABLE',
  },
  old: {
    on: 'items',
    match: ITEMS,
    answer: {
      status: 400,
      body: { error: { code: -6006, message: { lang: 'en-us', value: 'Not permitted.' } } },
    },
    code: 'PERMISSION_DENIED',
  },
}
