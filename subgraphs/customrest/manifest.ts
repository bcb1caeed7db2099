import { createPublicKey } from 'node:crypto'
import { z } from 'zod'
import { ERROR_CODES, type ErrorCode } from '../../schema/errors.ts'
import { auth } from './credentials.ts'
import { expression, request, template, templates, whole } from './request.ts'

/** What a manifest may describe; whatever is absent the connection does not have. */
export const CAPABILITIES = [
  'connection.test',
  'products.get',
  'products.list',
  'warehouses.list',
  'stock.get',
  'prices.quote',
  'prices.list',
  'customers.get',
  'customers.search',
  'customers.list',
  'customers.create',
  'customers.update',
  'orders.get',
  'orders.findByReference',
  'orders.list',
  'orders.create',
  'orders.update',
  'orders.cancel',
  'invoices.get',
  'invoices.list',
  'invoices.create',
  'payments.list',
  'payments.create',
  'quotes.get',
  'quotes.list',
] as const
/** The name of something that a manifest describes. */
export type CapabilityName = (typeof CAPABILITIES)[number]

const codes = Object.keys(ERROR_CODES) as [ErrorCode, ...ErrorCode[]]

const errors = z.strictObject({
  isSuccess: expression.optional(),
  message: expression.optional(),
  rules: z.array(
    z.strictObject({
      status: z.array(z.int().min(100).max(599)).optional(),
      when: expression.optional(),
      code: z.enum(codes),
      field: expression.optional(),
      message: expression.optional(),
      retry: z.enum(['never', 'always', 'readsOnly', 'afterLookup', 'afterRefresh']),
    }),
  ),
})

const paging = z.strictObject({
  kind: z.enum(['none', 'page', 'offset', 'cursor', 'linkHeader', 'nextUrl']),
  startFrom: z.int().optional(),
  pageSize: whole(1).optional(),
  pageParam: z.string().optional(),
  sizeParam: z.string().optional(),
  offsetParam: z.string().optional(),
  cursorParam: z.string().optional(),
  cursor: expression.optional(),
  nextUrl: expression.optional(),
  stopWhen: expression.optional(),
  maxPages: whole(1).optional(),
})
/** How a list goes on after its first page. */
export type PagingPlan = z.output<typeof paging>

const asyncJob = z.strictObject({
  jobId: expression,
  poll: request,
  intervalMs: z.int().min(250).max(60_000).default(1000),
  timeoutMs: z.int().min(1000).max(600_000).default(30_000),
  status: expression,
  done: z.array(z.string()).min(1),
  failed: z.array(z.string()),
  result: request.optional(),
})
/** How a request that the ERP only accepts (status 202) comes to its end. */
export type JobPlan = z.output<typeof asyncJob>

const capability = z.strictObject({
  request,
  records: expression.optional(),
  fields: z.record(z.string(), expression).optional(),
  paging: z.string().optional(),
  batch: z
    .strictObject({
      over: z.string(),
      maxSize: whole(1),
      key: expression.optional(),
      groupBy: z.string().optional(),
      missing: z.enum(['null', 'notFound']).optional(),
    })
    .optional(),
  changedSince: z
    .strictObject({
      param: template,
      cursor: expression,
      format: z.enum(['iso', 'date', 'epochSeconds', 'epochMillis']).optional(),
      lookbackS: whole(0).optional(),
      deleted: expression.optional(),
    })
    .optional(),
  idempotency: z
    .strictObject({
      kind: z.enum(['header', 'bodyField', 'naturalKey', 'lookup', 'none']),
      name: z.string().optional(),
      value: expression.optional(),
      lookup: z.string().optional(),
    })
    .optional(),
  asyncJob: asyncJob.optional(),
  errors: errors.optional(),
  version: expression.optional(),
  cacheTtlS: whole(0).optional(),
  timeoutMs: whole(500).optional(),
  notFoundWhen: expression.optional(),
})
/** One thing that the ERP can do, as the manifest words it. */
export type CapabilityPlan = z.output<typeof capability>

const EVENTS = ['product', 'stock', 'price', 'customer', 'order', 'invoice', 'payment', 'quote'] as const
const emit = z.templateLiteral([z.enum(EVENTS), '.', z.enum(['changed', 'deleted'])])

function isPublicKey(text: string): boolean {
  try {
    return createPublicKey(text).type === 'public'
  } catch {
    return false
  }
}

const signature = z
  .strictObject({
    kind: z.enum(['none', 'staticHeader', 'hmac', 'rsa']),
    header: z.string().optional(),
    algorithm: z.enum(['sha256', 'sha512']).optional(),
    encoding: z.enum(['hex', 'base64']).optional(),
    prefix: z.string().optional(),
    signedText: z.string().optional(),
    timestampHeader: z.string().optional(),
    toleranceS: z.int().optional(),
    key: z.string().optional(),
  })
  .superRefine(({ kind, header, key }, context) => {
    const tell = (name: string, message: string): void =>
      context.addIssue({ code: 'custom', path: [name], message })
    if (kind !== 'none' && !header) tell('header', 'It must say which header carries the proof.')
    if (kind === 'rsa' && !isPublicKey(key ?? '')) tell('key', 'It must be a public key in PEM form.')
  })

const webhook = z.strictObject({
  signature,
  deliveryId: expression.optional(),
  list: expression.optional(),
  events: z.array(
    z.strictObject({
      when: expression,
      emit,
      externalId: expression,
      reread: z.boolean().optional(),
    }),
  ),
})
/** How the ERP signs and words its webhooks. */
export type WebhookPlan = z.output<typeof webhook>

/** A whole manifest: data that describes one kind of ERP, without any program. */
export const manifest = z.strictObject({
  manifestVersion: z.literal(1),
  id: z.string().regex(/^[a-z][a-z0-9-]{2,63}$/),
  version: z.string().regex(/^\d+\.\d+\.\d+$/),
  name: z.string().min(1).max(100),
  documentation: z.url().optional(),
  config: z.record(z.string(), z.unknown()).optional(),
  secrets: z.looseObject({ required: z.array(z.string()).optional() }).optional(),
  http: z.strictObject({
    baseUrl: template,
    allowedHosts: z.array(z.string().regex(/^(\*\.)?[A-Za-z0-9.-]+(:\d+)?$/)).min(1),
    headers: templates.optional(),
    timeoutMs: z.int().min(500).max(60_000).optional(),
    maxResponseBytes: z.int().min(1024).max(20_000_000).optional(),
    tls: z.never({ error: 'is not supported: own certificates are set for the whole process' }).optional(),
  }),
  auth,
  limits: z
    .strictObject({
      requestsPerSecond: z.number().positive().optional(),
      burst: whole(1).optional(),
      perMinute: whole(1).optional(),
      perDay: whole(1).optional(),
      maxConcurrent: whole(1).optional(),
      retryAfterHeader: z.string().optional(),
      remainingHeader: z.never({ error: 'is not read: name retryAfterHeader or resetHeader' }).optional(),
      resetHeader: z.string().optional(),
      resetFormat: z.enum(['epochSeconds', 'secondsFromNow', 'httpDate']).optional(),
    })
    .optional(),
  errors: errors.optional(),
  paging: z.record(z.string(), paging).optional(),
  statusMaps: z.record(z.string(), z.record(z.string(), z.string())).optional(),
  customFields: z
    .array(
      z.strictObject({
        key: z.string().regex(/^[a-z][a-z0-9_]{0,63}$/),
        entity: z.enum(['product', 'customer', 'order', 'orderLine', 'invoice', 'quote']),
        type: z.enum(['text', 'number', 'boolean', 'date', 'datetime', 'picklist']),
        label: z.string().optional(),
        read: expression.optional(),
        writePath: z.string().optional(),
        picklist: z.array(z.string()).optional(),
        direction: z.enum(['TO_ERP', 'FROM_ERP', 'BIDIRECTIONAL']).optional(),
      }),
    )
    .optional(),
  capabilities: z.partialRecord(z.enum(CAPABILITIES), capability),
  webhook: webhook.optional(),
  tests: z
    .array(
      z.strictObject({
        name: z.string().optional(),
        capability: z.string(),
        input: z.record(z.string(), z.unknown()),
        expectRequest: z
          .strictObject({ method: z.string().optional(), url: z.string().optional(), body: z.unknown() })
          .partial()
          .optional(),
        response: z.strictObject({
          status: z.int(),
          headers: z.record(z.string(), z.string()).optional(),
          body: z.unknown(),
        }),
        expect: z.unknown(),
      }),
    )
    .optional(),
})
/** A manifest whose shape has been checked. */
export type Manifest = z.output<typeof manifest>
/** How errors are told from answers. */
export type ErrorPlan = z.output<typeof errors>
