import type { ErrorCode } from '../../../schema/errors.ts'
import type { NativeError } from '../../sandbox.ts'
import { Refusal, gateway } from './rows.ts'

type On = 'stock' | 'items' | 'pushOrder' | 'upsertCustomer'
type Plain = [On, code: string, message: string, detail: string, element: string, means: ErrorCode]

const MATCH: Record<On, string> = {
  items: 'from+Item',
  stock: 'from+Item',
  pushOrder: 'POST /v3/company/9130350000000001/estimate',
  upsertCustomer: 'POST /v3/company/9130350000000001/customer',
}
const BAD_REF = 'Invalid Reference Id'
const INACTIVE =
  "Object Not Found : Something you're trying to use has been made inactive. Check the fields with accounts, customers, items, vendors or employees."

/** The error table of developer.intuit.com, "Handling common errors". */
const PLAIN: Record<string, Plain> = {
  customer: [
    'pushOrder',
    '2500',
    BAD_REF,
    `${BAD_REF} : Names element id 9999 not found`,
    'CustomerRef',
    'INVALID_CUSTOMER',
  ],
  name: [
    'pushOrder',
    '2500',
    BAD_REF,
    `${BAD_REF} : Names element id 9999 not found`,
    '',
    'INVALID_CUSTOMER',
  ],
  item: [
    'pushOrder',
    '2500',
    BAD_REF,
    `${BAD_REF} : Item elements id 9999 not found`,
    'ItemRef',
    'INVALID_ITEM',
  ],
  line: [
    'pushOrder',
    '2500',
    BAD_REF,
    `${BAD_REF} : Line.SalesItemLineDetail.ItemRef`,
    'Line',
    'INVALID_ITEM',
  ],
  reference: [
    'pushOrder',
    '2500',
    BAD_REF,
    `${BAD_REF} : SalesTerm id 99 not found`,
    'SalesTermRef',
    'VALIDATION',
  ],
  required: [
    'pushOrder',
    '2020',
    'Required param missing, need to supply the required value for the API',
    'Required parameter Line is missing in the request',
    'Line',
    'MISSING_REQUIRED_FIELD',
  ],
  number: [
    'pushOrder',
    '6140',
    'Duplicate Document Number Error',
    'Duplicate Document Number Error : You must specify a different number. This number has already been used.',
    '',
    'DUPLICATE_ORDER',
  ],
  numberOf2017: [
    'pushOrder',
    '6210',
    'Duplicate Document Number Error',
    'This document number has already been used.',
    '',
    'DUPLICATE_ORDER',
  ],
  requestId: [
    'pushOrder',
    '600',
    'Duplicate Request ID',
    'The request id was used before.',
    '',
    'DUPLICATE_ORDER',
  ],
  duplicateName: [
    'upsertCustomer',
    '6240',
    'Duplicate Name Exists Error',
    'The name supplied already exists. : Another customer, vendor or employee is already using this name.',
    '',
    'CONFLICT',
  ],
  stale: [
    'upsertCustomer',
    '5010',
    'Stale Object Error',
    'Stale Object Error : You and ada@example.test were working on this at the same time.',
    '',
    'CONFLICT',
  ],
  inactiveCustomer: ['pushOrder', '610', 'Object Not Found', INACTIVE, 'CustomerRef', 'INVALID_CUSTOMER'],
  inactiveItem: ['pushOrder', '610', 'Object Not Found', INACTIVE, 'ItemRef', 'INVALID_ITEM'],
  gone: [
    'upsertCustomer',
    '610',
    'Object Not Found',
    'Object Not Found : Customer 9999 not found',
    '',
    'NOT_FOUND',
  ],
  business: [
    'pushOrder',
    '6000',
    'A business validation error has occurred while processing your request',
    'Business Validation Error: Make sure all your transactions have a VAT rate before you save.',
    '',
    'VALIDATION',
  ],
  closed: [
    'pushOrder',
    '6210',
    'Account Period Closed',
    'The account period has closed and the account books cannot be updated through through the QBO Services API.',
    '',
    'PERIOD_CLOSED',
  ],
  deposited: [
    'pushOrder',
    '6540',
    'Deposited Transaction',
    'Deposited transaction cannot be changed.',
    '',
    'CONFLICT',
  ],
  subscription: [
    'items',
    '6190',
    'Invalid Company Status',
    'Subscription period has ended or canceled or there was a billing problem',
    '',
    'UNAVAILABLE',
  ],
  property: [
    'upsertCustomer',
    '2010',
    'Request has invalid or unsupported property',
    'Property Name:Colour specified is unsupported or invalid',
    'Colour',
    'VALIDATION',
  ],
  enumeration: [
    'pushOrder',
    '2170',
    'Invalid Enumeration',
    'Invalid Enumeration : Maybe',
    'TxnStatus',
    'VALIDATION',
  ],
  amount: [
    'pushOrder',
    '6070',
    'Amount calculation incorrect in the request',
    'Amount is not equal to UnitPrice * Qty. Supplied value:1',
    'Line.Amount',
    'VALIDATION',
  ],
  operation: [
    'pushOrder',
    '500',
    'Unsupported Operation',
    'Operation void is not supported.',
    '',
    'VALIDATION',
  ],
  query: [
    'items',
    '4001',
    'Invalid query',
    'QueryValidationError: Property Colour not found for Entity Item',
    '',
    'VALIDATION',
  ],
  parse: ['items', '4000', 'Error parsing query', 'QueryParserError: Encountered " "or"', '', 'VALIDATION'],
  batch: [
    'items',
    '1040',
    'Batch Size Exceeded',
    'The number of batch items is above the maximum',
    '',
    'VALIDATION',
  ],
}

const refused = Object.entries(PLAIN).map(
  ([name, [on, code, message, detail, element, means]]): [string, NativeError] => [
    name,
    {
      on,
      match: MATCH[on],
      answer: new Refusal(code, message, detail, element || undefined).answer,
      code: means,
    },
  ],
)

const TOKEN = 'message=AuthenticationFailed; errorCode=003200; statusCode=401'
const EDGE =
  '<html><head><title>502</title></head><body>Bad Gateway: the service cannot be reached.</body></html>'

function edge(on: On, answer: NativeError['answer'], code: ErrorCode): NativeError {
  return { on, match: MATCH[on], answer, code }
}

/** Every error class, exactly as QuickBooks words it, in both envelopes. */
export const errors: Record<string, NativeError> = {
  ...Object.fromEntries(refused),
  token: edge(
    'items',
    gateway(401, '3200', TOKEN, 'Token expired: AB01', 'AUTHENTICATION'),
    'AUTHENTICATION_FAILED',
  ),
  right: edge(
    'items',
    gateway(
      401,
      '120',
      'Authorization Failure',
      'AuthorizationFailure: no right to the company',
      'AUTHORIZATION',
    ),
    'AUTHENTICATION_FAILED',
  ),
  application: edge(
    'stock',
    gateway(
      403,
      '3100',
      'message=ApplicationAuthorizationFailed; errorCode=003100; statusCode=403',
      'The app is not connected to the company.',
      'AUTHORIZATION',
    ),
    'AUTHENTICATION_FAILED',
  ),
  throttled: edge(
    'stock',
    gateway(
      429,
      '3001',
      'message=ThrottleExceeded; errorCode=003001; statusCode=429',
      'The request limit was reached.',
      'THROTTLE',
    ),
    'RATE_LIMITED',
  ),
  path: edge('items', { status: 404, body: 'The requested resource is not available.' }, 'NOT_FOUND'),
  service: edge(
    'items',
    new Refusal(
      '10000',
      'An application error has occurred while processing your request',
      'System Failure Error',
      undefined,
      500,
    ).answer,
    'UNAVAILABLE',
  ),
  gateway: edge(
    'items',
    { status: 502, headers: { 'content-type': 'text/html' }, body: EDGE },
    'UNAVAILABLE',
  ),
  locked: edge(
    'pushOrder',
    new Refusal(
      '10000',
      'An application error has occurred while processing your request',
      'System Failure Error: com.intuit.lock',
      undefined,
      503,
    ).answer,
    'UNAVAILABLE',
  ),
}
