import { defineEntity, p } from '@mikro-orm/core'
import type { Address, Component, CustomAttribute, Problem } from '../../schema/index.ts'
import type { Stored } from './stored.ts'
import type { Scope, StockView } from '../caller.ts'
import type { ConnectionPolicy } from '../policy.ts'

export * from './stored.ts'

/** Who owns connections, keys and all rows. */
export const TenantTable = defineEntity({
  name: 'Tenant',
  tableName: 'tenant',
  properties: { id: p.text().primary(), name: p.text() },
})

/** An API key; only the hash of the secret is kept. After a rotation the previous one is good until its time. */
export const KeyTable = defineEntity({
  name: 'ApiKey',
  tableName: 'api_key',
  properties: {
    id: p.text().primary(),
    tenant: p.text(),
    name: p.text(),
    hash: p.text(),
    scopes: p.array().$type<Scope[]>(),
    connections: p.array().nullable(),
    customer: p.text().nullable(),
    createdAt: p.datetime().onCreate(() => new Date()),
    expiresAt: p.datetime().nullable(),
    revokedAt: p.datetime().nullable(),
    previousHash: p.text().nullable(),
    previousUntil: p.datetime().nullable(),
    rotatedAt: p.datetime().nullable(),
    lastUsedAt: p.datetime().nullable(),
    createdBy: p.text().nullable(),
    stockAs: p.text().$type<StockView['as']>().default('EXACT'),
    lowStockBelow: p.text().nullable(),
  },
})

/** A connected company. `secrets` and `tokens` are sealed (vault.ts). */
export const ConnectionTable = defineEntity({
  name: 'Connection',
  tableName: 'connection',
  properties: {
    id: p.text().primary(),
    tenant: p.text(),
    system: p.text(),
    position: p.integer().default(0),
    state: p.text().$type<ConnectionState>().default('ACTIVE'),
    settings: p.json().$type<Record<string, unknown>>(),
    policy: p.json().$type<ConnectionPolicy | null>().nullable(),
    secrets: p.text(),
    tokens: p.text().nullable(),
    problem: p.json().$type<Problem | null>().nullable(),
    createdAt: p.datetime().onCreate(() => new Date()),
  },
})
/** Whether a connection works, rests, or waits for a person to sign in. */
export type ConnectionState = 'ACTIVE' | 'PAUSED' | 'NEEDS_AUTH' | 'DISCONNECTED'

/** The golden record of a product, by SKU. */
export const ProductTable = defineEntity({
  name: 'Product',
  tableName: 'product',
  properties: {
    id: p.text().primary(),
    tenant: p.text(),
    sku: p.text(),
    name: p.text().nullable(),
    description: p.text().nullable(),
    unit: p.text().nullable(),
    categories: p.json().$type<string[]>(),
    minimumQuantity: p.text().nullable(),
    leadTimeDays: p.integer().nullable(),
    components: p.json().$type<Component[]>(),
    active: p.boolean().nullable(),
    updatedAt: p.datetime().onCreate(() => new Date()),
  },
})

/** The golden record of a customer. The keys are normalised for matching. */
export const CustomerTable = defineEntity({
  name: 'Customer',
  tableName: 'customer',
  properties: {
    id: p.text().primary(),
    tenant: p.text(),
    name: p.text(),
    email: p.text().nullable(),
    phone: p.text().nullable(),
    taxId: p.text().nullable(),
    country: p.text().nullable(),
    currency: p.text().nullable(),
    customerGroup: p.text().nullable(),
    paymentTerms: p.text().nullable(),
    addresses: p.json().$type<Address[]>(),
    customAttributes: p.json().$type<CustomAttribute[]>(),
    home: p.text().nullable(),
    emailKey: p.text().nullable(),
    taxKey: p.text().nullable(),
    nameKey: p.text(),
    updatedAt: p.datetime().onCreate(() => new Date()),
  },
})

/** The identity map: which record of which connection is which golden record. */
export const ReferenceTable = defineEntity({
  name: 'ExternalRef',
  tableName: 'external_ref',
  properties: {
    connection: p.text().primary(),
    kind: p.text().primary(),
    nativeId: p.text().primary(),
    tenant: p.text(),
    hubId: p.text(),
    number: p.text().nullable(),
    seenAt: p.datetime().onCreate(() => new Date()),
    linkedAt: p.datetime().onCreate(() => new Date()),
    deleted: p.boolean().default(false),
  },
})

/** A quote that a source told us of. */
export const QuoteTable = defineEntity({
  name: 'Quote',
  tableName: 'quote',
  properties: {
    id: p.text().primary(),
    tenant: p.text(),
    connection: p.text(),
    nativeId: p.text(),
    number: p.text().nullable(),
    state: p.text(),
    nativeStatus: p.text().nullable(),
    customerName: p.text().nullable(),
    salesOrder: p.text().nullable(),
    problem: p.json().$type<Problem | null>().nullable(),
    updatedAt: p.datetime().onCreate(() => new Date()),
  },
})

/** An order that we pushed or that a connection told us of. */
export const OrderTable = defineEntity({
  name: 'SalesOrder',
  tableName: 'sales_order',
  properties: {
    id: p.text().primary(),
    tenant: p.text(),
    connection: p.text(),
    nativeId: p.text().nullable(),
    number: p.text().nullable(),
    reference: p.text().nullable(),
    state: p.text().nullable(),
    customer: p.text().nullable(),
    quote: p.text().nullable(),
    operation: p.text().nullable(),
    createdAt: p.datetime().onCreate(() => new Date()),
    updatedAt: p.datetime().onCreate(() => new Date()),
  },
})

/** An invoice that we pushed or that a connection told us of; the figures are those of the last reading. */
export const InvoiceTable = defineEntity({
  name: 'Invoice',
  tableName: 'invoice',
  properties: {
    id: p.text().primary(),
    tenant: p.text(),
    connection: p.text(),
    nativeId: p.text().nullable(),
    number: p.text().nullable(),
    reference: p.text().nullable(),
    operation: p.text().nullable(),
    salesOrder: p.text().nullable(),
    type: p.text().nullable(),
    state: p.text().nullable(),
    payment: p.text().nullable(),
    dueOn: p.text().nullable(),
    currency: p.text().nullable(),
    total: p.text().nullable(),
    balance: p.text().nullable(),
    dunningLevel: p.integer().nullable(),
    customer: p.text().nullable(),
    updatedAt: p.datetime().onCreate(() => new Date()),
  },
})

/** A payment that we pushed or that a connection told us of. */
export const PaymentTable = defineEntity({
  name: 'Payment',
  tableName: 'payment',
  properties: {
    id: p.text().primary(),
    tenant: p.text(),
    connection: p.text(),
    nativeId: p.text().nullable(),
    number: p.text().nullable(),
    reference: p.text().nullable(),
    operation: p.text().nullable(),
    customer: p.text().nullable(),
    paidOn: p.text().nullable(),
    currency: p.text().nullable(),
    amount: p.text().nullable(),
    allocations: p.json().$type<StoredAllocation[]>(),
    updatedAt: p.datetime().onCreate(() => new Date()),
  },
})

/** The part of a payment that settles one invoice, by the ERP's own id of the invoice. */
export interface StoredAllocation {
  invoice: string
  amount: string | null
}

/** Where an operation stands. UNCERTAIN waits for a person; DEAD is the dead letter. */
export type OperationStatus =
  'ACCEPTED' | 'RUNNING' | 'WAITING' | 'UNCERTAIN' | 'DONE' | 'REFUSED' | 'DEAD' | 'CANCELLED'
/** What an operation does in the ERP. */
export type OperationAction = 'CREATE' | 'UPDATE' | 'CANCEL' | 'DELETE'
/** What an operation is about. */
export type OperationObject = 'PRODUCT' | 'CUSTOMER' | 'ORDER' | 'INVOICE' | 'PAYMENT' | 'QUOTE'

/**
 * One write towards one connection: the order, its log, its retry and its dead letter in one row. `sentAt` is the
 * last moment at which a byte may have gone out whose effect is unknown; `tries` count since `triedSince`, the
 * acceptance or the last retry by hand. `subject` is the golden invoice or payment, `cause` the operation that this one
 * follows from, `batch` the import, flow run or rollback that it belongs to.
 */
export const OperationTable = defineEntity({
  name: 'Operation',
  tableName: 'operation',
  properties: {
    id: p.text().primary(),
    tenant: p.text(),
    connection: p.text(),
    direction: p.text().default('OUT'),
    object: p.text().$type<OperationObject>(),
    action: p.text().$type<OperationAction>(),
    status: p.text().$type<OperationStatus>(),
    outcome: p.text().$type<'SUCCESS' | 'WARNING' | 'ERROR'>().nullable(),
    reference: p.text(),
    input: p.json().$type<Stored>(),
    salesOrder: p.text().nullable(),
    customer: p.text().nullable(),
    dependsOn: p.text().nullable(),
    subject: p.text().nullable(),
    cause: p.text().nullable(),
    batch: p.text().nullable(),
    externalId: p.text().nullable(),
    externalNumber: p.text().nullable(),
    problem: p.json().$type<Problem | null>().nullable(),
    before: p.json().$type<object | null>().nullable(),
    after: p.json().$type<object | null>().nullable(),
    warnings: p.json().$type<Problem[] | null>().nullable(),
    durationMs: p.integer().nullable(),
    requestId: p.text().nullable(),
    providerStatus: p.integer().nullable(),
    discardedBy: p.text().nullable(),
    discardReason: p.text().nullable(),
    attempts: p.integer().default(0),
    tries: p.integer().default(0),
    triedSince: p.datetime().onCreate(() => new Date()),
    fence: p.bigint('string').default('0'),
    worker: p.text().nullable(),
    leaseUntil: p.datetime().nullable(),
    sentAt: p.datetime().nullable(),
    firstSentAt: p.datetime().nullable(),
    requestedBy: p.text().nullable(),
    nextAttemptAt: p.datetime().onCreate(() => new Date()),
    createdAt: p.datetime().onCreate(() => new Date()),
    finishedAt: p.datetime().nullable(),
  },
})

/** All tables that are read and written as objects; the hot ones are also touched by plain SQL. */
export const tables = [
  TenantTable,
  KeyTable,
  ConnectionTable,
  ProductTable,
  CustomerTable,
  ReferenceTable,
  QuoteTable,
  OrderTable,
  InvoiceTable,
  PaymentTable,
  OperationTable,
]
