import type { NativeError, SandboxAnswer } from '../../sandbox.ts'
import { problem } from './problem.ts'

function finding(type: string, location: string, detail: string): SandboxAnswer {
  return problem(400, 'validation', detail, [{ type, location, detail }])
}

/** Every error class of weclapp: https://www.weclapp.com/api/ (errors) */
export const errors: Record<string, NativeError> = {
  unauthorized: {
    on: 'items',
    match: 'GET /webapp/api/v2/article',
    answer: problem(401, 'unauthorized', 'the authentication token is not valid'),
    code: 'AUTHENTICATION_FAILED',
  },
  forbidden: {
    on: 'stock',
    match: 'GET /webapp/api/v2/article',
    answer: problem(403, 'forbidden', 'permission denied'),
    code: 'PERMISSION_DENIED',
  },
  unexpected: {
    on: 'stock',
    match: 'GET /webapp/api/v2/article',
    answer: problem(500, 'unexpected', 'an unexpected error occurred'),
    code: 'UNAVAILABLE',
  },
  queued: {
    on: 'items',
    match: 'GET /webapp/api/v2/article',
    answer: { status: 429, body: 'too many requests for this tenant' },
    code: 'RATE_LIMITED',
  },
  customerReference: {
    on: 'pushOrder',
    match: 'POST /webapp/api/v2/salesOrder',
    answer: finding('reference', 'customerId', 'referenced entity not found'),
    code: 'INVALID_CUSTOMER',
  },
  customerBlocked: {
    on: 'pushOrder',
    match: 'POST /webapp/api/v2/salesOrder',
    answer: finding('blocked', 'customerId', 'customer is blocked'),
    code: 'INVALID_CUSTOMER',
  },
  articleReference: {
    on: 'pushOrder',
    match: 'POST /webapp/api/v2/salesOrder',
    answer: finding('reference', '$.orderItems[0].articleId', 'referenced entity not found'),
    code: 'INVALID_ITEM',
  },
  articleBlocked: {
    on: 'pushOrder',
    match: 'POST /webapp/api/v2/salesOrder',
    answer: finding('blocked', '$.orderItems[0].articleId', 'article is blocked for sale'),
    code: 'INVALID_ITEM',
  },
  orderNumber: {
    on: 'pushOrder',
    match: 'POST /webapp/api/v2/salesOrder',
    answer: finding('duplicate', 'orderNumber', 'value already exists'),
    code: 'DUPLICATE_ORDER',
  },
  notEmpty: {
    on: 'upsertCustomer',
    match: 'POST /webapp/api/v2/party',
    answer: finding('not_empty', 'company', 'must not be empty'),
    code: 'MISSING_REQUIRED_FIELD',
  },
  duplicate: {
    on: 'upsertCustomer',
    match: 'POST /webapp/api/v2/party',
    answer: finding('duplicate', 'customerNumber', 'value already exists'),
    code: 'CONFLICT',
  },
  authorization: {
    on: 'upsertCustomer',
    match: 'POST /webapp/api/v2/party',
    answer: finding('authorization', 'customerCreditLimit', 'not authorized to set the property'),
    code: 'PERMISSION_DENIED',
  },
  email: {
    on: 'upsertCustomer',
    match: 'POST /webapp/api/v2/party',
    answer: finding('email', 'email', 'not a well-formed email address'),
    code: 'VALIDATION',
  },
  invalidJson: {
    on: 'upsertCustomer',
    match: 'POST /webapp/api/v2/party',
    answer: problem(400, 'invalid_json', 'the request body is no JSON object'),
    code: 'VALIDATION',
  },
  mimeType: {
    on: 'upsertCustomer',
    match: 'POST /webapp/api/v2/party',
    answer: problem(415, 'unsupported_mime_type', 'unsupported mime type'),
    code: 'VALIDATION',
  },
  entityNotFound: {
    on: 'pushOrder',
    match: 'PUT /webapp/api/v2/salesOrder',
    answer: problem(400, 'entity_not_found', 'entity not found'),
    code: 'NOT_FOUND',
  },
  notFound: {
    on: 'pushOrder',
    match: 'PUT /webapp/api/v2/salesOrder',
    answer: problem(404, 'not_found', 'salesOrder not found'),
    code: 'NOT_FOUND',
  },
  optimisticLock: {
    on: 'pushOrder',
    match: 'PUT /webapp/api/v2/salesOrder',
    answer: problem(409, 'optimistic_lock', 'the entity was changed in the meantime'),
    code: 'CONFLICT',
  },
  context: {
    on: 'pushOrder',
    match: 'PUT /webapp/api/v2/salesOrder',
    answer: problem(409, 'context', 'not possible in this status'),
    code: 'CONFLICT',
  },
  persistence: {
    on: 'pushOrder',
    match: 'POST /webapp/api/v2/salesOrder',
    answer: problem(409, 'persistence', 'the transaction failed, try again later'),
    code: 'CONFLICT',
  },
  plainText: {
    on: 'pushOrder',
    match: 'POST /webapp/api/v2/salesOrder',
    answer: {
      status: 400,
      headers: { 'content-type': 'text/plain' },
      body: JSON.stringify(
        problem(400, 'validation', 'customer not found', [
          { type: 'reference', location: 'customerId', detail: 'referenced entity not found' },
        ]).body,
      ),
    },
    code: 'INVALID_CUSTOMER',
  },
}
