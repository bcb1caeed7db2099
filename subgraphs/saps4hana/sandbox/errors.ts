import type { ErrorCode } from '../../../schema/errors.ts'
import { Refusal } from '../../refusal.ts'
import type { NativeError, SandboxAnswer } from '../../sandbox.ts'
import { LOGON, refused } from './answers.ts'

const ORDER = 'POST /sap/opu/odata/sap/API_SALES_ORDER_SRV/A_SalesOrder'
const PARTNER = 'POST /sap/opu/odata/sap/API_BUSINESS_PARTNER/A_BusinessPartner'
const STOCK = 'GET /sap/opu/odata/sap/API_MATERIAL_STOCK_SRV'
const ITEMS = 'GET /sap/opu/odata/sap/API_PRODUCT_SRV'

type On = 'stock' | 'items' | 'pushOrder' | 'upsertCustomer'
const MATCH: Record<On, string> = { pushOrder: ORDER, upsertCustomer: PARTNER, stock: STOCK, items: ITEMS }

function native(on: On, code: ErrorCode, answer: SandboxAnswer): NativeError {
  return { on, match: MATCH[on], answer, code }
}

function said(
  on: On,
  code: ErrorCode,
  status: number,
  number: string,
  words: string,
  json = true,
): NativeError {
  return native(on, code, refused(new Refusal(status, number, words), json))
}

function page(status: number, headers: Record<string, string> = {}): SandboxAnswer {
  return {
    status,
    headers: { 'content-type': 'text/html', ...headers },
    body: '<html><body><h1>Error</h1></body></html>',
  }
}

/** The error classes, in the words of the system. */
export const ERRORS: Record<string, NativeError> = {
  wrongPassword: native('items', 'AUTHENTICATION_FAILED', LOGON),
  notAuthorised: said(
    'items',
    'PERMISSION_DENIED',
    403,
    '/IWFND/CM_BEC/119',
    'You are not authorized to access the service',
  ),
  innerNotAuthorised: said(
    'items',
    'PERMISSION_DENIED',
    500,
    '/IWFND/CM_BEC/026',
    'RFC Error: You are not authorized to use the service',
  ),
  noService: said(
    'items',
    'VALIDATION',
    403,
    '/IWFND/MED/170',
    "No service found for namespace '', name 'API_PRODUCT_SRV', version '0001'",
  ),
  badFilter: said('items', 'VALIDATION', 400, '/IWBEP/CM_MGW_RT/176', 'The $filter option is invalid'),
  xmlError: said(
    'items',
    'VALIDATION',
    400,
    '005056A509B11EE1B9A8FEC11C21578E',
    'Invalid token detected',
    false,
  ),
  tooMany: native('stock', 'RATE_LIMITED', page(429, { 'retry-after': '30' })),
  overload: native('stock', 'UNAVAILABLE', page(503)),
  shortDump: said('stock', 'UNAVAILABLE', 500, 'SY/530', 'An exception was raised'),
  rfcError: said('stock', 'UNAVAILABLE', 500, '/IWFND/CM_BEC/026', 'RFC Error: connection closed'),
  unknownCustomer: said(
    'pushOrder',
    'INVALID_CUSTOMER',
    400,
    'VP/199',
    'No customer master record exists for customer 4711',
  ),
  otherSalesArea: said(
    'pushOrder',
    'INVALID_CUSTOMER',
    400,
    'V1/008',
    'Sold-to party 10100001 not maintained for sales area 1010 10 00',
  ),
  blockedCustomer: said(
    'pushOrder',
    'INVALID_CUSTOMER',
    400,
    'VP/147',
    'Customer 10100001 is blocked for orders',
  ),
  unknownMaterial: said(
    'pushOrder',
    'INVALID_ITEM',
    400,
    'V1/382',
    'Material TG99 is not defined for sales org.1010, distr.chan.10, language EN',
  ),
  missingField: said('pushOrder', 'MISSING_REQUIRED_FIELD', 400, 'V1/308', 'Enter SoldToParty'),
  unknownProperty: said('pushOrder', 'VALIDATION', 400, '/IWBEP/CM_MGW_RT/021', "Property 'X' is invalid"),
  locked: said(
    'pushOrder',
    'RECORD_LOCKED',
    400,
    'V1/042',
    'Sales document 4000043 is currently being processed (by user MUELLER)',
  ),
  stale: said('pushOrder', 'CONFLICT', 412, '/IWFND/CM_MGW/515', 'Precondition failed'),
  noVersion: said(
    'pushOrder',
    'CONFLICT',
    428,
    '/IWFND/CM_MGW/516',
    'Precondition required: the header If-Match is missing',
  ),
  closedPeriod: said('pushOrder', 'PERIOD_CLOSED', 400, 'F5/201', 'Posting period 010 2026 is not open'),
  credit: said('pushOrder', 'CREDIT_HOLD', 400, 'VC/001', 'Dynamic credit check: credit limit exceeded'),
  missingName: said(
    'upsertCustomer',
    'MISSING_REQUIRED_FIELD',
    400,
    'R11/401',
    'Enter OrganizationBPName1; it is a required field',
  ),
}
