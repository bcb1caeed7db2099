import { Refusal } from '../../refusal.ts'
import type { NativeError, SandboxAnswer } from '../../sandbox.ts'

/** A refusal by the code of an application object. */
export function dialog(message: string): Refusal {
  return new Refusal(400, 'Application_DialogException', message)
}

/** The error body: the correlation id stands at the end of the text. */
export function refuse(
  status: number,
  code: string,
  message: string,
  headers: Record<string, string> = {},
): SandboxAnswer {
  const said = `${message}  CorrelationId:  5a2c0d5b-7d0e-4c1e-9f7d-0a3c7b1b2e11.`
  return { status, headers, body: { error: { code, message: said } } }
}

type Plain = [NativeError['on'], string, number, string, string, NativeError['code']]

const ITEMS = 'GET /api/v2.0/companies'
const ORDERS = '/salesOrders?'
const CUSTOMERS = '/customers '
const PLAIN: Record<string, Plain> = {
  credentials: [
    'items',
    ITEMS,
    401,
    'Authentication_InvalidCredentials',
    'The server has rejected the client credentials.',
    'AUTHENTICATION_FAILED',
  ],
  permission: [
    'items',
    ITEMS,
    403,
    'Authorization_RequestDenied',
    'You do not have the following permissions on TableData Item: Read.',
    'PERMISSION_DENIED',
  ],
  tooMany: ['items', ITEMS, 429, 'Application_TooManyRequests', 'The request was throttled.', 'RATE_LIMITED'],
  tenant: ['items', ITEMS, 500, 'Internal_TenantUnavailable', 'The tenant is unavailable.', 'UNAVAILABLE'],
  operation: [
    'items',
    ITEMS,
    408,
    'Request_Timeout',
    'The operation was cancelled because it took more than 8 minutes.',
    'UNAVAILABLE',
  ],
  company: ['items', ITEMS, 404, 'Internal_CompanyNotFound', 'Company not found.', 'VALIDATION'],
  record: ['items', ITEMS, 404, 'Internal_RecordNotFound', 'The record does not exist.', 'NOT_FOUND'],
  batch: ['stock', '/$batch', 503, 'Unknown', 'The server is busy, please try again later.', 'UNAVAILABLE'],
  sellTo: [
    'pushOrder',
    ORDERS,
    400,
    'Application_DialogException',
    'The sell-to customer cannot be found.',
    'INVALID_CUSTOMER',
  ],
  customerMissing: [
    'pushOrder',
    ORDERS,
    400,
    'Application_DialogException',
    'A "customerNumber" or a "customerId" must be provided.',
    'MISSING_REQUIRED_FIELD',
  ],
  item: ['pushOrder', ORDERS, 400, 'Application_DialogException', 'Item does not exist.', 'INVALID_ITEM'],
  relation: [
    'pushOrder',
    ORDERS,
    400,
    'Internal_InvalidTableRelation',
    'The field No. of table Sales Line contains a value (X) that cannot be found in the related table (Item).',
    'INVALID_ITEM',
  ],
  relationCustomer: [
    'pushOrder',
    ORDERS,
    400,
    'Internal_InvalidTableRelation',
    'The field Sell-to Customer No. of table Sales Header contains a value (X) that cannot be found in the related table (Customer).',
    'INVALID_CUSTOMER',
  ],
  relationOther: [
    'pushOrder',
    ORDERS,
    400,
    'Internal_InvalidTableRelation',
    'The field Location Code of table Sales Line contains a value (X) that cannot be found in the related table (Location).',
    'VALIDATION',
  ],
  posting: [
    'pushOrder',
    ORDERS,
    400,
    'Application_FieldValidationException',
    'Customer Posting Group must have a value in Customer: No.=C00690. It cannot be zero or empty.',
    'MISSING_REQUIRED_FIELD',
  ],
  length: [
    'pushOrder',
    ORDERS,
    400,
    'Application_StringExceededLength',
    'The length of the string is 40, but it must be less than or equal to 35 characters.',
    'VALIDATION',
  ],
  callback: [
    'pushOrder',
    ORDERS,
    400,
    'Application_CallbackNotAllowed',
    'Microsoft Dynamics 365 Business Central Server attempted to issue a client callback to show a confirmation dialog box.',
    'VALIDATION',
  ],
  internal: [
    'pushOrder',
    ORDERS,
    400,
    'Internal_ServerError',
    'The expression cannot be type-cast.',
    'VALIDATION',
  ],
  conflict: [
    'pushOrder',
    ORDERS,
    409,
    'Internal_DatabaseConflict',
    'The transaction could not be completed because of a conflict.',
    'CONFLICT',
  ],
  blank: [
    'upsertCustomer',
    CUSTOMERS,
    400,
    'BadRequest_RequiredParamNotProvided',
    "Field 'displayName' must not be blank or empty.",
    'MISSING_REQUIRED_FIELD',
  ],
  manual: [
    'upsertCustomer',
    CUSTOMERS,
    400,
    'Application_DialogException',
    'You may not enter numbers manually. If you want to enter numbers manually, please activate Manual Nos. in No. Series CUST.',
    'VALIDATION',
  ],
  duplicate: [
    'upsertCustomer',
    CUSTOMERS,
    400,
    'Internal_EntityWithSameKeyExists',
    "The record in table Customer already exists. Identification fields and values: No.='10000'",
    'DUPLICATE_ORDER',
  ],
  changed: [
    'upsertCustomer',
    CUSTOMERS,
    409,
    'Request_EntityChanged',
    'Another user has already changed the record.',
    'CONFLICT',
  ],
  precondition: ['upsertCustomer', CUSTOMERS, 412, 'Unknown', 'The precondition failed.', 'CONFLICT'],
  token: [
    'upsertCustomer',
    CUSTOMERS,
    400,
    'BadRequest_InvalidToken',
    'Could not validate the client concurrency token required by the service. Please provide a valid token in the client request.',
    'VALIDATION',
  ],
  method: [
    'upsertCustomer',
    CUSTOMERS,
    405,
    'BadRequest_MethodNotAllowed',
    'Entity does not support insert.',
    'VALIDATION',
  ],
  large: ['upsertCustomer', CUSTOMERS, 413, 'BadRequest', 'The request is too large.', 'VALIDATION'],
}

/** Every class of error, as the server words it (.../dev-itpro/webservices/dynamics-error-codes). */
export const ERRORS: Record<string, NativeError> = Object.fromEntries(
  Object.entries(PLAIN).map(([name, [on, match, status, code, message, meant]]) => {
    const headers: Record<string, string> = status === 429 || status === 503 ? { 'retry-after': '7' } : {}
    return [name, { on, match, answer: refuse(status, code, message, headers), code: meant }]
  }),
)
