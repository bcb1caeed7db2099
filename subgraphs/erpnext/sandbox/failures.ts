import type { ErrorCode } from '../../../schema/errors.ts'
import type { NativeError } from '../../sandbox.ts'
import { Forbidden, Raised } from './raised.ts'

type On = 'stock' | 'items' | 'pushOrder' | 'upsertCustomer'
const MATCH: Record<On, string> = {
  stock: '/api/resource/Bin',
  items: '/api/resource/Item?',
  pushOrder: 'POST /api/resource/Sales%20Order',
  upsertCustomer: 'POST /api/resource/Customer',
}

function one(on: On, raised: Raised, code: ErrorCode, headers: Record<string, string> = {}): NativeError {
  const answer = raised.answer()
  return {
    on,
    match: MATCH[on],
    answer: { ...answer, headers: { 'content-type': 'application/json', ...headers } },
    code,
  }
}

function html(status: number, body: string, code: ErrorCode, on: On): NativeError {
  return { on, match: MATCH[on], answer: { status, headers: { 'content-type': 'text/html' }, body }, code }
}

const TWICE =
  "Sales Order <strong>SAL-ORD-2026-00001</strong> already exists against Customer's Purchase Order <strong>PO-1</strong>. To allow multiple Sales Orders, Enable"
const STALE =
  'Error: Document has been modified after you have opened it (2026-11-21 03:47:48.745746, 2026-11-21 03:47:51.289822). Please refresh to get the latest document.'
const MANDATORY = { earlier: ['Error: Value missing for Sales Order: Customer'] }

/** Every class of refusal, as the vendor words it. */
export const ERRORS: Record<string, NativeError> = {
  badKey: one('stock', new Raised('AuthenticationError', ''), 'AUTHENTICATION_FAILED'),
  guest: one(
    'stock',
    new Forbidden(
      'User <strong>Guest</strong> does not have doctype access via role permission for document <strong>Bin</strong>',
      'No permission for Bin',
    ),
    'AUTHENTICATION_FAILED',
  ),
  badToken: one(
    'stock',
    new Raised('InvalidAuthorizationToken', 'Invalid Request', { status: 400 }),
    'AUTHENTICATION_FAILED',
  ),
  noPermission: one(
    'stock',
    new Forbidden(
      'User <strong>a@b.example</strong> does not have doctype access via role permission for document <strong>Bin</strong>',
      'No permission for Bin',
    ),
    'PERMISSION_DENIED',
  ),
  badField: one('stock', new Raised('DataError', 'Field not permitted in query: nope'), 'VALIDATION'),
  badJson: one(
    'stock',
    new Raised('JSONDecodeError', 'Expecting value: line 1 column 3 (char 2)', { status: 500 }),
    'VALIDATION',
  ),
  unknownDoctype: one('stock', new Raised('DoesNotExistError', 'DocType Bin not found'), 'VALIDATION'),
  tooMany: one('stock', new Raised('TooManyRequestsError', 'Too Many Requests'), 'RATE_LIMITED', {
    'retry-after': '7',
  }),
  tooManyPlain: {
    ...html(429, 'Too Many Requests', 'RATE_LIMITED', 'stock'),
    answer: {
      status: 429,
      headers: { 'content-type': 'text/plain', 'retry-after': '7' },
      body: 'Too Many Requests',
    },
  },
  maintenance: one('stock', new Raised('SessionStopped', 'Session Stopped', { status: 503 }), 'UNAVAILABLE', {
    'retry-after': '30',
  }),
  proxy: html(502, '<html><body><h1>502 Bad Gateway</h1></body></html>', 'UNAVAILABLE', 'stock'),
  deadlock: one(
    'pushOrder',
    new Raised('QueryDeadlockError', 'Deadlock found when trying to get lock; try restarting transaction', {
      status: 500,
    }),
    'CONFLICT',
  ),
  locked: one(
    'pushOrder',
    new Raised(
      'DocumentLockedError',
      'This document is currently locked and queued for execution. Please try again after some time.',
    ),
    'RECORD_LOCKED',
  ),
  stale: one('upsertCustomer', new Raised('TimestampMismatchError', STALE), 'CONFLICT'),
  transition: one(
    'pushOrder',
    new Raised('DocstatusTransitionError', 'Cannot change docstatus from 0 (Draft) to 2 (Cancelled)'),
    'CONFLICT',
  ),
  afterSubmit: one(
    'pushOrder',
    new Raised(
      'UpdateAfterSubmitError',
      ' Not allowed to change <strong>Customer</strong> after submission',
      { title: 'Cannot Update After Submit' },
    ),
    'CONFLICT',
  ),
  linked: one(
    'pushOrder',
    new Raised(
      'LinkExistsError',
      'Cannot delete or cancel because Sales Order <a href="/app">X</a> is linked with Sales Invoice <a href="/app">Y</a>',
    ),
    'CONFLICT',
  ),
  unknownCustomer: one(
    'pushOrder',
    new Raised('DoesNotExistError', 'Customer Nope not found'),
    'INVALID_CUSTOMER',
  ),
  badCustomer: one(
    'pushOrder',
    new Raised('LinkValidationError', 'Could not find Customer: Nope'),
    'INVALID_CUSTOMER',
  ),
  badItem: one(
    'pushOrder',
    new Raised('LinkValidationError', 'Could not find Row #1: Item Code: NOPE'),
    'INVALID_ITEM',
  ),
  unknownItem: one('pushOrder', new Raised('DoesNotExistError', 'Item NOPE not found'), 'INVALID_ITEM'),
  disabledItem: one(
    'pushOrder',
    new Raised('ValidationError', 'Item DESK-60 is disabled', { app: true }),
    'INVALID_ITEM',
  ),
  badWarehouse: one(
    'pushOrder',
    new Raised('LinkValidationError', 'Could not find Row #1: Warehouse: Nowhere'),
    'VALIDATION',
  ),
  cancelledLink: one(
    'pushOrder',
    new Raised('CancelledLinkError', 'Cannot link cancelled document: Address X'),
    'VALIDATION',
  ),
  mandatory: one(
    'pushOrder',
    new Raised('MandatoryError', '[Sales Order, SAL-ORD-2026-00001]: customer', MANDATORY),
    'MISSING_REQUIRED_FIELD',
  ),
  noDeliveryDate: one(
    'pushOrder',
    new Raised('ValidationError', 'Please enter Delivery Date', { app: true }),
    'MISSING_REQUIRED_FIELD',
  ),
  sameNumber: one('pushOrder', new Raised('ValidationError', TWICE, { app: true }), 'DUPLICATE_ORDER'),
  sameName: one(
    'upsertCustomer',
    new Raised('DuplicateEntryError', 'Customer <strong>Acme</strong> already exists', {
      title: 'Duplicate Name',
    }),
    'DUPLICATE_ORDER',
  ),
  sameReference: one(
    'pushOrder',
    new Raised('UniqueValidationError', 'Unified Id must be unique'),
    'DUPLICATE_ORDER',
  ),
  creditLimit: one(
    'pushOrder',
    new Raised('ValidationError', 'Credit limit has been crossed for customer Acme GmbH (6000/5000)', {
      app: true,
    }),
    'CREDIT_HOLD',
  ),
  frozen: one(
    'pushOrder',
    new Raised('PartyFrozen', 'Customer Acme GmbH is frozen', { app: true }),
    'CREDIT_HOLD',
  ),
  disabledCustomer: one(
    'pushOrder',
    new Raised('PartyDisabled', 'Customer Acme GmbH is disabled', { app: true }),
    'INVALID_CUSTOMER',
  ),
  closedPeriod: one(
    'pushOrder',
    new Raised('FiscalYearError', 'Date 2019-01-01 is not in any active Fiscal Year', { app: true }),
    'PERIOD_CLOSED',
  ),
  otherRule: one(
    'pushOrder',
    new Raised('ValidationError', 'Expected Delivery Date should be after Sales Order Date', { app: true }),
    'VALIDATION',
  ),
  noItems: one(
    'pushOrder',
    new Raised('TypeError', "unsupported operand type(s) for *: 'NoneType' and 'float'", {
      status: 500,
      app: true,
    }),
    'VALIDATION',
  ),
}
