import type { NativeError, SandboxAnswer } from '../../sandbox.ts'
import { element } from '../../xml.ts'
import { answer, document, elements } from './wire.ts'

function plain(words: string): SandboxAnswer {
  return answer(`ERROR: ${words}`)
}

function rejected(words: string): SandboxAnswer {
  return answer(
    document('SalesOrders', [
      ...element('Order', [
        ...elements({ CustomerPoNumber: 'ord_7f3a', OrderActionType: 'A', SalesOrder: '' }),
        ...element('ErrorMessages', element('ErrorDescription', words)),
      ]),
      ...element(
        'StatusOfItems',
        elements({
          ItemsProcessed: '000000',
          ItemsRejectedWithWarnings: '000000',
          ItemsProcessedWithWarnings: '000000',
        }),
      ),
    ]),
  )
}

function invalid(field: string, number: string, words: string): SandboxAnswer {
  return answer(
    document('setuparcustomer', [
      ...element('item', [
        ...element('key', element('customer', '0000059')),
        ...element(field, elements({ Value: 'ZZ', ErrorNumber: number, ErrorDescription: words })),
      ]),
      ...element('StatusOfItems', elements({ RecordsRead: '1', RecordsInvalid: '1' })),
    ]),
  )
}

const order = { on: 'pushOrder', match: 'BusinessObject=SORTOI' } as const
const customer = { on: 'upsertCustomer', match: 'Setup/Add' } as const
const logon = { on: 'items', match: 'Rest/Logon' } as const

/** Each class of error as the server words it. */
export const ERRORS: Record<string, NativeError> = {
  password: { ...logon, answer: plain('Invalid operator password'), code: 'AUTHENTICATION_FAILED' },
  operator: { ...logon, answer: plain("Operator 'WEBAPI' not found"), code: 'AUTHENTICATION_FAILED' },
  company: { ...logon, answer: plain("Company 'Q' not found"), code: 'AUTHENTICATION_FAILED' },
  seats: { ...logon, answer: plain('The maximum number of users has been exceeded'), code: 'UNAVAILABLE' },
  session: {
    on: 'stock',
    match: 'Query/Query',
    answer: plain('The supplied UserID is invalid'),
    code: 'AUTHENTICATION_FAILED',
  },
  access: {
    on: 'items',
    match: 'Query/Query',
    answer: plain('Operator has no access to business object COMFND'),
    code: 'PERMISSION_DENIED',
  },
  unlicensed: { ...order, answer: plain('e.net exception raised: 100000'), code: 'VALIDATION' },
  unknownCustomer: { ...order, answer: rejected("Customer '0000058' not found"), code: 'INVALID_CUSTOMER' },
  heldCustomer: { ...order, answer: rejected("Customer '0000058' is on hold"), code: 'INVALID_CUSTOMER' },
  unknownItem: { ...order, answer: rejected("Stock code 'PUMP-100' not found"), code: 'INVALID_ITEM' },
  notStocked: {
    ...order,
    answer: rejected("Stock code 'PUMP-100' not stocked in warehouse 'P0'"),
    code: 'INVALID_ITEM',
  },
  mandatory: {
    ...order,
    answer: rejected('Order unit of measure must be entered'),
    code: 'MISSING_REQUIRED_FIELD',
  },
  duplicate: {
    ...order,
    answer: rejected("Customer order number 'ord_7f3a' already exists"),
    code: 'DUPLICATE_ORDER',
  },
  numeric: { ...order, answer: rejected("Price '249.123456789012' is not numeric"), code: 'VALIDATION' },
  locked: { ...order, answer: rejected("Record locked by operator 'ANNA'"), code: 'RECORD_LOCKED' },
  exists: {
    ...customer,
    answer: invalid('customer', '240010', "Customer '0000059' already exists"),
    code: 'CONFLICT',
  },
  terms: {
    ...customer,
    answer: invalid('termscode', '240004', "Terms code 'ZZ' not found"),
    code: 'VALIDATION',
  },
  blank: {
    ...customer,
    answer: invalid('branch', '240003', 'Branch must be entered'),
    code: 'MISSING_REQUIRED_FIELD',
  },
}
