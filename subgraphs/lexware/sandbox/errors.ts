import type { NativeError, SandboxAnswer } from '../../sandbox.ts'
import { gateway, legacy, regular } from './refuse.ts'

const CONFIRM = 'POST /v1/order-confirmations'
const CONTACT = 'POST /v1/contacts'
const ARTICLES = 'GET /v1/articles'

function finding(violation: string, field: string, message: string): SandboxAnswer {
  return regular(406, '/v1/order-confirmations', message, [{ violation, field, message }])
}

/** Every error class of Lexware: https://developers.lexware.io/docs/ (error codes) */
export const errors: Record<string, NativeError> = {
  key: { on: 'items', match: ARTICLES, answer: gateway(401, 'Unauthorized'), code: 'AUTHENTICATION_FAILED' },
  plan: {
    on: 'items',
    match: ARTICLES,
    answer: gateway(402, 'Payment Required'),
    code: 'AUTHENTICATION_FAILED',
  },
  scope: {
    on: 'upsertCustomer',
    match: CONTACT,
    answer: gateway(403, 'Forbidden: missing scope contacts.write'),
    code: 'AUTHENTICATION_FAILED',
  },
  rate: { on: 'items', match: ARTICLES, answer: gateway(429, 'Too Many Requests'), code: 'RATE_LIMITED' },
  gatewayTimeout: {
    on: 'items',
    match: ARTICLES,
    answer: gateway(504, 'Endpoint request timed out'),
    code: 'UNAVAILABLE',
  },
  pushTimeout: {
    on: 'pushOrder',
    match: CONFIRM,
    answer: gateway(504, 'Endpoint request timed out'),
    code: 'UNAVAILABLE',
  },
  pushRate: {
    on: 'pushOrder',
    match: CONFIRM,
    answer: gateway(429, 'Too Many Requests'),
    code: 'RATE_LIMITED',
  },
  internal: {
    on: 'items',
    match: ARTICLES,
    answer: regular(500, '/v1/articles', 'An unexpected error occurred'),
    code: 'UNAVAILABLE',
  },
  maintenance: {
    on: 'pushOrder',
    match: CONFIRM,
    answer: regular(503, '/v1/order-confirmations', 'Service is temporarily unavailable'),
    code: 'UNAVAILABLE',
  },
  malformed: {
    on: 'pushOrder',
    match: CONFIRM,
    answer: regular(400, '/v1/order-confirmations', 'Malformed JSON request'),
    code: 'VALIDATION',
  },
  method: {
    on: 'pushOrder',
    match: CONFIRM,
    answer: regular(405, '/v1/order-confirmations', 'Method not allowed'),
    code: 'VALIDATION',
  },
  mediaType: {
    on: 'pushOrder',
    match: CONFIRM,
    answer: regular(415, '/v1/order-confirmations', 'Unsupported media type'),
    code: 'VALIDATION',
  },
  notNull: {
    on: 'pushOrder',
    match: CONFIRM,
    answer: finding('NOTNULL', 'lineItems[0].unitPrice.taxRatePercentage', 'darf nicht leer sein'),
    code: 'MISSING_REQUIRED_FIELD',
  },
  notBlank: {
    on: 'pushOrder',
    match: CONFIRM,
    answer: finding('NOTBLANK', 'lineItems[0].name', 'darf nicht leer sein'),
    code: 'MISSING_REQUIRED_FIELD',
  },
  customer: {
    on: 'pushOrder',
    match: CONFIRM,
    answer: finding('INVALID', 'address.contactId', 'Der Kontakt existiert nicht'),
    code: 'INVALID_CUSTOMER',
  },
  article: {
    on: 'pushOrder',
    match: CONFIRM,
    answer: finding('INVALID', 'lineItems[1].id', 'Der Artikel existiert nicht'),
    code: 'INVALID_ITEM',
  },
  title: {
    on: 'pushOrder',
    match: CONFIRM,
    answer: finding('SIZE', 'title', 'muss zwischen 0 und 25 liegen'),
    code: 'VALIDATION',
  },
  articleNumber: {
    on: 'pushOrder',
    match: CONFIRM,
    answer: finding('MATERIAL_NUMBER_ALREADY_EXISTS', 'articleNumber', 'Artikelnummer ist bereits vergeben'),
    code: 'CONFLICT',
  },
  stale: {
    on: 'pushOrder',
    match: CONFIRM,
    answer: regular(409, '/v1/order-confirmations', 'The version is stale'),
    code: 'CONFLICT',
  },
  missingEntity: {
    on: 'upsertCustomer',
    match: CONTACT,
    answer: legacy(406, 'missing_entity', 'company.name'),
    code: 'MISSING_REQUIRED_FIELD',
  },
  staleContact: {
    on: 'upsertCustomer',
    match: CONTACT,
    answer: legacy(406, 'invalid_value', 'version'),
    code: 'CONFLICT',
  },
  invalidContact: {
    on: 'upsertCustomer',
    match: CONTACT,
    answer: legacy(406, 'invalid_value', 'emailAddresses.business'),
    code: 'VALIDATION',
  },
  notFound: {
    on: 'pushOrder',
    match: CONFIRM,
    answer: regular(404, '/v1/order-confirmations', 'The resource was not found'),
    code: 'NOT_FOUND',
  },
}
