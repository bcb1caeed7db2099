/* eslint-disable */
/** Internal type. DO NOT USE DIRECTLY. */
type Exact<T extends { [key: string]: unknown }> = { [K in keyof T]: T[K] };
/** Internal type. DO NOT USE DIRECTLY. */
export type Incremental<T> = T | { [P in keyof T]?: P extends ' $fragmentName' | '__typename' ? T[P] : never };
import type { TypedDocumentNode as DocumentNode } from '@graphql-typed-document-node/core';
/** The closed list of what can go wrong. */
export type ErrorCode =
  | 'AUTHENTICATION_FAILED'
  | 'BAD_ANSWER'
  | 'CONFLICT'
  | 'CREDIT_HOLD'
  | 'CURSOR_EXPIRED'
  | 'DEADLINE_EXCEEDED'
  | 'DUPLICATE_ORDER'
  | 'FORBIDDEN'
  | 'IDEMPOTENCY_MISMATCH'
  | 'INTERNAL'
  | 'INVALID_CUSTOMER'
  | 'INVALID_ITEM'
  | 'LIMIT_EXCEEDED'
  | 'MAPPING_MISSING'
  | 'MISSING_REQUIRED_FIELD'
  | 'NEEDS_AUTH'
  | 'NOT_FOUND'
  | 'NOT_SUPPORTED'
  | 'PERIOD_CLOSED'
  | 'PERMISSION_DENIED'
  | 'RATE_LIMITED'
  | 'RECORD_LOCKED'
  | 'UNAUTHENTICATED'
  | 'UNAVAILABLE'
  | 'UNCERTAIN'
  | 'VALIDATION';

/** WAITING is tried again by itself. UNCERTAIN waits for resolveOperation. DEAD: given up, waits for retryOperation. */
export type OperationStatus =
  | 'ACCEPTED'
  | 'CANCELLED'
  | 'DEAD'
  | 'DONE'
  | 'REFUSED'
  | 'RUNNING'
  | 'UNCERTAIN'
  | 'WAITING';

/** Where an order stands as a document; the ERP's own word is in nativeStatus. */
export type OrderStatus =
  | 'CANCELLED'
  | 'CLOSED'
  | 'DRAFT'
  | 'FULFILLED'
  | 'INVOICED'
  | 'OPEN'
  | 'PARTIALLY_FULFILLED'
  | 'PENDING_APPROVAL'
  | 'UNKNOWN';

/** LIVE: asked just now. CACHED: young enough. STALE: the ERP did not answer in time, an older value is shown. UNAVAILABLE: nothing is known, see problem. */
export type ReadStatus =
  | 'CACHED'
  | 'LIVE'
  | 'STALE'
  | 'UNAVAILABLE';

export type CustomerPriceQueryVariables = Exact<{
  customer?: string | number | null | undefined;
  quantity?: string;
}>;


export type CustomerPriceQuery = { customers: { nodes: Array<{ id: string, name: string } | null> }, product: { price:
      | { connection: string, source: string | null, status: ReadStatus | null, unitPrice: { amount: string, currency: string } | null, tiers: Array<{ minimumQuantity: string, unitPrice: { amount: string } }> | null }
      | { connection: string, source: string | null, status: ReadStatus | null, unitPrice: { amount: string, currency: string } | null, tiers: Array<{ minimumQuantity: string, unitPrice: { amount: string } }> | null }
      | { connection: string, source: string | null, status: ReadStatus | null, unitPrice: { amount: string, currency: string } | null, tiers: Array<{ minimumQuantity: string, unitPrice: { amount: string } }> | null }
      | { connection: string, source: string | null, status: ReadStatus | null, unitPrice: { amount: string, currency: string } | null, tiers: Array<{ minimumQuantity: string, unitPrice: { amount: string } }> | null }
      | { connection: string, source: string | null, status: ReadStatus | null, unitPrice: { amount: string, currency: string } | null, tiers: Array<{ minimumQuantity: string, unitPrice: { amount: string } }> | null }
      | { connection: string, source: string | null, status: ReadStatus | null, unitPrice: { amount: string, currency: string } | null, tiers: Array<{ minimumQuantity: string, unitPrice: { amount: string } }> | null }
      | { connection: string, source: string | null, status: ReadStatus | null, unitPrice: { amount: string, currency: string } | null, tiers: Array<{ minimumQuantity: string, unitPrice: { amount: string } }> | null }
      | { connection: string, source: string | null, status: ReadStatus | null, unitPrice: { amount: string, currency: string } | null, tiers: Array<{ minimumQuantity: string, unitPrice: { amount: string } }> | null }
      | { connection: string, source: string | null, status: ReadStatus | null, unitPrice: { amount: string, currency: string } | null, tiers: Array<{ minimumQuantity: string, unitPrice: { amount: string } }> | null }
      | { connection: string, source: string | null, status: ReadStatus | null, unitPrice: { amount: string, currency: string } | null, tiers: Array<{ minimumQuantity: string, unitPrice: { amount: string } }> | null }
      | { connection: string, source: string | null, status: ReadStatus | null, unitPrice: { amount: string, currency: string } | null, tiers: Array<{ minimumQuantity: string, unitPrice: { amount: string } }> | null }
      | { connection: string, source: string | null, status: ReadStatus | null, unitPrice: { amount: string, currency: string } | null, tiers: Array<{ minimumQuantity: string, unitPrice: { amount: string } }> | null }
      | { connection: string, source: string | null, status: ReadStatus | null, unitPrice: { amount: string, currency: string } | null, tiers: Array<{ minimumQuantity: string, unitPrice: { amount: string } }> | null }
      | { connection: string, source: string | null, status: ReadStatus | null, unitPrice: { amount: string, currency: string } | null, tiers: Array<{ minimumQuantity: string, unitPrice: { amount: string } }> | null }
     | null, prices: Array<
      | { connection: string, source: string | null, unitPrice: { amount: string, currency: string } | null }
      | { connection: string, source: string | null, unitPrice: { amount: string, currency: string } | null }
      | { connection: string, source: string | null, unitPrice: { amount: string, currency: string } | null }
      | { connection: string, source: string | null, unitPrice: { amount: string, currency: string } | null }
      | { connection: string, source: string | null, unitPrice: { amount: string, currency: string } | null }
      | { connection: string, source: string | null, unitPrice: { amount: string, currency: string } | null }
      | { connection: string, source: string | null, unitPrice: { amount: string, currency: string } | null }
      | { connection: string, source: string | null, unitPrice: { amount: string, currency: string } | null }
      | { connection: string, source: string | null, unitPrice: { amount: string, currency: string } | null }
      | { connection: string, source: string | null, unitPrice: { amount: string, currency: string } | null }
      | { connection: string, source: string | null, unitPrice: { amount: string, currency: string } | null }
      | { connection: string, source: string | null, unitPrice: { amount: string, currency: string } | null }
      | { connection: string, source: string | null, unitPrice: { amount: string, currency: string } | null }
      | { connection: string, source: string | null, unitPrice: { amount: string, currency: string } | null }
     | null> } | null };

export type PushOrderMutationVariables = Exact<{
  customer: string | number;
  key?: string | number;
}>;


export type PushOrderMutation = { pushOrder: { operation: { id: string, status: OperationStatus, externalNumber: string | null, problem: { code: ErrorCode, message: string, resolution: string } | null } | null, order: { id: string, number: string | null, record:
        | { state: OrderStatus | null, total: { amount: string, currency: string } | null }
        | Record<PropertyKey, never>
       | null } | null, problems: Array<{ code: ErrorCode, message: string, field: string | null }> } };

export type ProductLiveQueryVariables = Exact<{
  sku: string | number;
  customer?: string | number | null | undefined;
  quantity?: string;
  maxAgeMs?: number | null | undefined;
  deadlineMs?: number;
}>;


export type ProductLiveQuery = { product: { id: string, sku: string, name: string | null, stock: { available: string | null, complete: boolean, missing: number, answers: Array<
        | { connection: string, status: ReadStatus | null, ageMs: number | null, available: string | null, unit: string | null, levels: Array<{ available: string | null, warehouse: { code: string } }> | null, problem: { code: ErrorCode } | null }
        | { connection: string, status: ReadStatus | null, ageMs: number | null, available: string | null, unit: string | null, levels: Array<{ available: string | null, warehouse: { code: string } }> | null, problem: { code: ErrorCode } | null }
        | { connection: string, status: ReadStatus | null, ageMs: number | null, available: string | null, unit: string | null, levels: Array<{ available: string | null, warehouse: { code: string } }> | null, problem: { code: ErrorCode } | null }
        | { connection: string, status: ReadStatus | null, ageMs: number | null, available: string | null, unit: string | null, levels: Array<{ available: string | null, warehouse: { code: string } }> | null, problem: { code: ErrorCode } | null }
        | { connection: string, status: ReadStatus | null, ageMs: number | null, available: string | null, unit: string | null, levels: Array<{ available: string | null, warehouse: { code: string } }> | null, problem: { code: ErrorCode } | null }
        | { connection: string, status: ReadStatus | null, ageMs: number | null, available: string | null, unit: string | null, levels: Array<{ available: string | null, warehouse: { code: string } }> | null, problem: { code: ErrorCode } | null }
        | { connection: string, status: ReadStatus | null, ageMs: number | null, available: string | null, unit: string | null, levels: Array<{ available: string | null, warehouse: { code: string } }> | null, problem: { code: ErrorCode } | null }
        | { connection: string, status: ReadStatus | null, ageMs: number | null, available: string | null, unit: string | null, levels: Array<{ available: string | null, warehouse: { code: string } }> | null, problem: { code: ErrorCode } | null }
        | { connection: string, status: ReadStatus | null, ageMs: number | null, available: string | null, unit: string | null, levels: Array<{ available: string | null, warehouse: { code: string } }> | null, problem: { code: ErrorCode } | null }
        | { connection: string, status: ReadStatus | null, ageMs: number | null, available: string | null, unit: string | null, levels: Array<{ available: string | null, warehouse: { code: string } }> | null, problem: { code: ErrorCode } | null }
        | { connection: string, status: ReadStatus | null, ageMs: number | null, available: string | null, unit: string | null, levels: Array<{ available: string | null, warehouse: { code: string } }> | null, problem: { code: ErrorCode } | null }
        | { connection: string, status: ReadStatus | null, ageMs: number | null, available: string | null, unit: string | null, levels: Array<{ available: string | null, warehouse: { code: string } }> | null, problem: { code: ErrorCode } | null }
        | { connection: string, status: ReadStatus | null, ageMs: number | null, available: string | null, unit: string | null, levels: Array<{ available: string | null, warehouse: { code: string } }> | null, problem: { code: ErrorCode } | null }
       | null> }, price:
      | { connection: string, status: ReadStatus | null, ageMs: number | null, source: string | null, unitPrice: { amount: string, currency: string } | null, tiers: Array<{ minimumQuantity: string, unitPrice: { amount: string } }> | null, problem: { code: ErrorCode } | null }
      | { connection: string, status: ReadStatus | null, ageMs: number | null, source: string | null, unitPrice: { amount: string, currency: string } | null, tiers: Array<{ minimumQuantity: string, unitPrice: { amount: string } }> | null, problem: { code: ErrorCode } | null }
      | { connection: string, status: ReadStatus | null, ageMs: number | null, source: string | null, unitPrice: { amount: string, currency: string } | null, tiers: Array<{ minimumQuantity: string, unitPrice: { amount: string } }> | null, problem: { code: ErrorCode } | null }
      | { connection: string, status: ReadStatus | null, ageMs: number | null, source: string | null, unitPrice: { amount: string, currency: string } | null, tiers: Array<{ minimumQuantity: string, unitPrice: { amount: string } }> | null, problem: { code: ErrorCode } | null }
      | { connection: string, status: ReadStatus | null, ageMs: number | null, source: string | null, unitPrice: { amount: string, currency: string } | null, tiers: Array<{ minimumQuantity: string, unitPrice: { amount: string } }> | null, problem: { code: ErrorCode } | null }
      | { connection: string, status: ReadStatus | null, ageMs: number | null, source: string | null, unitPrice: { amount: string, currency: string } | null, tiers: Array<{ minimumQuantity: string, unitPrice: { amount: string } }> | null, problem: { code: ErrorCode } | null }
      | { connection: string, status: ReadStatus | null, ageMs: number | null, source: string | null, unitPrice: { amount: string, currency: string } | null, tiers: Array<{ minimumQuantity: string, unitPrice: { amount: string } }> | null, problem: { code: ErrorCode } | null }
      | { connection: string, status: ReadStatus | null, ageMs: number | null, source: string | null, unitPrice: { amount: string, currency: string } | null, tiers: Array<{ minimumQuantity: string, unitPrice: { amount: string } }> | null, problem: { code: ErrorCode } | null }
      | { connection: string, status: ReadStatus | null, ageMs: number | null, source: string | null, unitPrice: { amount: string, currency: string } | null, tiers: Array<{ minimumQuantity: string, unitPrice: { amount: string } }> | null, problem: { code: ErrorCode } | null }
      | { connection: string, status: ReadStatus | null, ageMs: number | null, source: string | null, unitPrice: { amount: string, currency: string } | null, tiers: Array<{ minimumQuantity: string, unitPrice: { amount: string } }> | null, problem: { code: ErrorCode } | null }
      | { connection: string, status: ReadStatus | null, ageMs: number | null, source: string | null, unitPrice: { amount: string, currency: string } | null, tiers: Array<{ minimumQuantity: string, unitPrice: { amount: string } }> | null, problem: { code: ErrorCode } | null }
      | { connection: string, status: ReadStatus | null, ageMs: number | null, source: string | null, unitPrice: { amount: string, currency: string } | null, tiers: Array<{ minimumQuantity: string, unitPrice: { amount: string } }> | null, problem: { code: ErrorCode } | null }
      | { connection: string, status: ReadStatus | null, ageMs: number | null, source: string | null, unitPrice: { amount: string, currency: string } | null, tiers: Array<{ minimumQuantity: string, unitPrice: { amount: string } }> | null, problem: { code: ErrorCode } | null }
      | { connection: string, status: ReadStatus | null, ageMs: number | null, source: string | null, unitPrice: { amount: string, currency: string } | null, tiers: Array<{ minimumQuantity: string, unitPrice: { amount: string } }> | null, problem: { code: ErrorCode } | null }
     | null, prices: Array<
      | { connection: string, status: ReadStatus | null, unitPrice: { amount: string, currency: string } | null, problem: { code: ErrorCode } | null }
      | { connection: string, status: ReadStatus | null, unitPrice: { amount: string, currency: string } | null, problem: { code: ErrorCode } | null }
      | { connection: string, status: ReadStatus | null, unitPrice: { amount: string, currency: string } | null, problem: { code: ErrorCode } | null }
      | { connection: string, status: ReadStatus | null, unitPrice: { amount: string, currency: string } | null, problem: { code: ErrorCode } | null }
      | { connection: string, status: ReadStatus | null, unitPrice: { amount: string, currency: string } | null, problem: { code: ErrorCode } | null }
      | { connection: string, status: ReadStatus | null, unitPrice: { amount: string, currency: string } | null, problem: { code: ErrorCode } | null }
      | { connection: string, status: ReadStatus | null, unitPrice: { amount: string, currency: string } | null, problem: { code: ErrorCode } | null }
      | { connection: string, status: ReadStatus | null, unitPrice: { amount: string, currency: string } | null, problem: { code: ErrorCode } | null }
      | { connection: string, status: ReadStatus | null, unitPrice: { amount: string, currency: string } | null, problem: { code: ErrorCode } | null }
      | { connection: string, status: ReadStatus | null, unitPrice: { amount: string, currency: string } | null, problem: { code: ErrorCode } | null }
      | { connection: string, status: ReadStatus | null, unitPrice: { amount: string, currency: string } | null, problem: { code: ErrorCode } | null }
      | { connection: string, status: ReadStatus | null, unitPrice: { amount: string, currency: string } | null, problem: { code: ErrorCode } | null }
      | { connection: string, status: ReadStatus | null, unitPrice: { amount: string, currency: string } | null, problem: { code: ErrorCode } | null }
      | { connection: string, status: ReadStatus | null, unitPrice: { amount: string, currency: string } | null, problem: { code: ErrorCode } | null }
     | null> } | null };

export type ProductsLiveQueryVariables = Exact<{
  skus: Array<string | number> | string | number;
  customer?: string | number | null | undefined;
  quantity?: string;
  maxAgeMs?: number | null | undefined;
  deadlineMs?: number;
}>;


export type ProductsLiveQuery = { products: { nodes: Array<{ sku: string, name: string | null, stock: { available: string | null, complete: boolean, answers: Array<
          | { connection: string, status: ReadStatus | null, available: string | null, problem: { code: ErrorCode } | null }
          | { connection: string, status: ReadStatus | null, available: string | null, problem: { code: ErrorCode } | null }
          | { connection: string, status: ReadStatus | null, available: string | null, problem: { code: ErrorCode } | null }
          | { connection: string, status: ReadStatus | null, available: string | null, problem: { code: ErrorCode } | null }
          | { connection: string, status: ReadStatus | null, available: string | null, problem: { code: ErrorCode } | null }
          | { connection: string, status: ReadStatus | null, available: string | null, problem: { code: ErrorCode } | null }
          | { connection: string, status: ReadStatus | null, available: string | null, problem: { code: ErrorCode } | null }
          | { connection: string, status: ReadStatus | null, available: string | null, problem: { code: ErrorCode } | null }
          | { connection: string, status: ReadStatus | null, available: string | null, problem: { code: ErrorCode } | null }
          | { connection: string, status: ReadStatus | null, available: string | null, problem: { code: ErrorCode } | null }
          | { connection: string, status: ReadStatus | null, available: string | null, problem: { code: ErrorCode } | null }
          | { connection: string, status: ReadStatus | null, available: string | null, problem: { code: ErrorCode } | null }
          | { connection: string, status: ReadStatus | null, available: string | null, problem: { code: ErrorCode } | null }
         | null> }, prices: Array<
        | { connection: string, status: ReadStatus | null, unitPrice: { amount: string, currency: string } | null, problem: { code: ErrorCode } | null }
        | { connection: string, status: ReadStatus | null, unitPrice: { amount: string, currency: string } | null, problem: { code: ErrorCode } | null }
        | { connection: string, status: ReadStatus | null, unitPrice: { amount: string, currency: string } | null, problem: { code: ErrorCode } | null }
        | { connection: string, status: ReadStatus | null, unitPrice: { amount: string, currency: string } | null, problem: { code: ErrorCode } | null }
        | { connection: string, status: ReadStatus | null, unitPrice: { amount: string, currency: string } | null, problem: { code: ErrorCode } | null }
        | { connection: string, status: ReadStatus | null, unitPrice: { amount: string, currency: string } | null, problem: { code: ErrorCode } | null }
        | { connection: string, status: ReadStatus | null, unitPrice: { amount: string, currency: string } | null, problem: { code: ErrorCode } | null }
        | { connection: string, status: ReadStatus | null, unitPrice: { amount: string, currency: string } | null, problem: { code: ErrorCode } | null }
        | { connection: string, status: ReadStatus | null, unitPrice: { amount: string, currency: string } | null, problem: { code: ErrorCode } | null }
        | { connection: string, status: ReadStatus | null, unitPrice: { amount: string, currency: string } | null, problem: { code: ErrorCode } | null }
        | { connection: string, status: ReadStatus | null, unitPrice: { amount: string, currency: string } | null, problem: { code: ErrorCode } | null }
        | { connection: string, status: ReadStatus | null, unitPrice: { amount: string, currency: string } | null, problem: { code: ErrorCode } | null }
        | { connection: string, status: ReadStatus | null, unitPrice: { amount: string, currency: string } | null, problem: { code: ErrorCode } | null }
        | { connection: string, status: ReadStatus | null, unitPrice: { amount: string, currency: string } | null, problem: { code: ErrorCode } | null }
       | null> } | null> } };

export type WatchSubscriptionVariables = Exact<{ [key: string]: never; }>;


export type WatchSubscription = { syncEvents: { cursor: string, at: string, status: OperationStatus, operation: { id: string, connection: string, reference: string, externalNumber: string | null, problem: { code: ErrorCode, message: string } | null } } };

export type LiveStockQueryVariables = Exact<{ [key: string]: never; }>;


export type LiveStockQuery = { product: { name: string | null, stock: { available: string | null, complete: boolean, answers: Array<
        | { connection: string, status: ReadStatus | null, ageMs: number | null, available: string | null, levels: Array<{ available: string | null, warehouse: { code: string } }> | null, problem: { code: ErrorCode, message: string } | null }
        | { connection: string, status: ReadStatus | null, ageMs: number | null, available: string | null, levels: Array<{ available: string | null, warehouse: { code: string } }> | null, problem: { code: ErrorCode, message: string } | null }
        | { connection: string, status: ReadStatus | null, ageMs: number | null, available: string | null, levels: Array<{ available: string | null, warehouse: { code: string } }> | null, problem: { code: ErrorCode, message: string } | null }
        | { connection: string, status: ReadStatus | null, ageMs: number | null, available: string | null, levels: Array<{ available: string | null, warehouse: { code: string } }> | null, problem: { code: ErrorCode, message: string } | null }
        | { connection: string, status: ReadStatus | null, ageMs: number | null, available: string | null, levels: Array<{ available: string | null, warehouse: { code: string } }> | null, problem: { code: ErrorCode, message: string } | null }
        | { connection: string, status: ReadStatus | null, ageMs: number | null, available: string | null, levels: Array<{ available: string | null, warehouse: { code: string } }> | null, problem: { code: ErrorCode, message: string } | null }
        | { connection: string, status: ReadStatus | null, ageMs: number | null, available: string | null, levels: Array<{ available: string | null, warehouse: { code: string } }> | null, problem: { code: ErrorCode, message: string } | null }
        | { connection: string, status: ReadStatus | null, ageMs: number | null, available: string | null, levels: Array<{ available: string | null, warehouse: { code: string } }> | null, problem: { code: ErrorCode, message: string } | null }
        | { connection: string, status: ReadStatus | null, ageMs: number | null, available: string | null, levels: Array<{ available: string | null, warehouse: { code: string } }> | null, problem: { code: ErrorCode, message: string } | null }
        | { connection: string, status: ReadStatus | null, ageMs: number | null, available: string | null, levels: Array<{ available: string | null, warehouse: { code: string } }> | null, problem: { code: ErrorCode, message: string } | null }
        | { connection: string, status: ReadStatus | null, ageMs: number | null, available: string | null, levels: Array<{ available: string | null, warehouse: { code: string } }> | null, problem: { code: ErrorCode, message: string } | null }
        | { connection: string, status: ReadStatus | null, ageMs: number | null, available: string | null, levels: Array<{ available: string | null, warehouse: { code: string } }> | null, problem: { code: ErrorCode, message: string } | null }
        | { connection: string, status: ReadStatus | null, ageMs: number | null, available: string | null, levels: Array<{ available: string | null, warehouse: { code: string } }> | null, problem: { code: ErrorCode, message: string } | null }
       | null> } } | null };


export const CustomerPriceDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"query","name":{"kind":"Name","value":"CustomerPrice"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"customer"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"ID"}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"quantity"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"Decimal"}}},"defaultValue":{"kind":"StringValue","value":"25","block":false}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"customers"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"first"},"value":{"kind":"IntValue","value":"3"}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"nodes"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"name"}}]}}]}},{"kind":"Field","name":{"kind":"Name","value":"product"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"sku"},"value":{"kind":"StringValue","value":"DESK-160","block":false}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"price"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"customer"},"value":{"kind":"Variable","name":{"kind":"Name","value":"customer"}}},{"kind":"Argument","name":{"kind":"Name","value":"quantity"},"value":{"kind":"Variable","name":{"kind":"Name","value":"quantity"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"connection"}},{"kind":"Field","name":{"kind":"Name","value":"unitPrice"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"amount"}},{"kind":"Field","name":{"kind":"Name","value":"currency"}}]}},{"kind":"Field","name":{"kind":"Name","value":"tiers"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"minimumQuantity"}},{"kind":"Field","name":{"kind":"Name","value":"unitPrice"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"amount"}}]}}]}},{"kind":"Field","name":{"kind":"Name","value":"source"}},{"kind":"Field","name":{"kind":"Name","value":"status"}}]}},{"kind":"Field","name":{"kind":"Name","value":"prices"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"customer"},"value":{"kind":"Variable","name":{"kind":"Name","value":"customer"}}},{"kind":"Argument","name":{"kind":"Name","value":"quantity"},"value":{"kind":"Variable","name":{"kind":"Name","value":"quantity"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"connection"}},{"kind":"Field","name":{"kind":"Name","value":"unitPrice"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"amount"}},{"kind":"Field","name":{"kind":"Name","value":"currency"}}]}},{"kind":"Field","name":{"kind":"Name","value":"source"}}]}}]}}]}}]} as unknown as DocumentNode<CustomerPriceQuery, CustomerPriceQueryVariables>;
export const PushOrderDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"mutation","name":{"kind":"Name","value":"PushOrder"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"customer"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"ID"}}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"key"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"ID"}}},"defaultValue":{"kind":"StringValue","value":"playground-1","block":false}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"pushOrder"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"input"},"value":{"kind":"ObjectValue","fields":[{"kind":"ObjectField","name":{"kind":"Name","value":"customer"},"value":{"kind":"Variable","name":{"kind":"Name","value":"customer"}}},{"kind":"ObjectField","name":{"kind":"Name","value":"lines"},"value":{"kind":"ListValue","values":[{"kind":"ObjectValue","fields":[{"kind":"ObjectField","name":{"kind":"Name","value":"sku"},"value":{"kind":"StringValue","value":"DESK-160","block":false}},{"kind":"ObjectField","name":{"kind":"Name","value":"quantity"},"value":{"kind":"StringValue","value":"2","block":false}}]}]}},{"kind":"ObjectField","name":{"kind":"Name","value":"purchaseOrderNumber"},"value":{"kind":"StringValue","value":"PO-1","block":false}}]}},{"kind":"Argument","name":{"kind":"Name","value":"idempotencyKey"},"value":{"kind":"Variable","name":{"kind":"Name","value":"key"}}},{"kind":"Argument","name":{"kind":"Name","value":"waitMs"},"value":{"kind":"IntValue","value":"5000"}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"operation"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"status"}},{"kind":"Field","name":{"kind":"Name","value":"externalNumber"}},{"kind":"Field","name":{"kind":"Name","value":"problem"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"code"}},{"kind":"Field","name":{"kind":"Name","value":"message"}},{"kind":"Field","name":{"kind":"Name","value":"resolution"}}]}}]}},{"kind":"Field","name":{"kind":"Name","value":"order"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"number"}},{"kind":"Field","name":{"kind":"Name","value":"record"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"InlineFragment","typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"OdooOrder"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"state"}},{"kind":"Field","name":{"kind":"Name","value":"total"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"amount"}},{"kind":"Field","name":{"kind":"Name","value":"currency"}}]}}]}}]}}]}},{"kind":"Field","name":{"kind":"Name","value":"problems"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"code"}},{"kind":"Field","name":{"kind":"Name","value":"message"}},{"kind":"Field","name":{"kind":"Name","value":"field"}}]}}]}}]}}]} as unknown as DocumentNode<PushOrderMutation, PushOrderMutationVariables>;
export const ProductLiveDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"query","name":{"kind":"Name","value":"ProductLive"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"sku"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"ID"}}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"customer"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"ID"}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"quantity"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"Decimal"}}},"defaultValue":{"kind":"StringValue","value":"1","block":false}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"maxAgeMs"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"Int"}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"deadlineMs"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"Int"}}},"defaultValue":{"kind":"IntValue","value":"5000"}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"product"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"sku"},"value":{"kind":"Variable","name":{"kind":"Name","value":"sku"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"sku"}},{"kind":"Field","name":{"kind":"Name","value":"name"}},{"kind":"Field","name":{"kind":"Name","value":"stock"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"maxAgeMs"},"value":{"kind":"Variable","name":{"kind":"Name","value":"maxAgeMs"}}},{"kind":"Argument","name":{"kind":"Name","value":"deadlineMs"},"value":{"kind":"Variable","name":{"kind":"Name","value":"deadlineMs"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"available"}},{"kind":"Field","name":{"kind":"Name","value":"complete"}},{"kind":"Field","name":{"kind":"Name","value":"missing"}},{"kind":"Field","name":{"kind":"Name","value":"answers"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"connection"}},{"kind":"Field","name":{"kind":"Name","value":"status"}},{"kind":"Field","name":{"kind":"Name","value":"ageMs"}},{"kind":"Field","name":{"kind":"Name","value":"available"}},{"kind":"Field","name":{"kind":"Name","value":"unit"}},{"kind":"Field","name":{"kind":"Name","value":"levels"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"warehouse"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"code"}}]}},{"kind":"Field","name":{"kind":"Name","value":"available"}}]}},{"kind":"Field","name":{"kind":"Name","value":"problem"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"code"}}]}}]}}]}},{"kind":"Field","name":{"kind":"Name","value":"price"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"customer"},"value":{"kind":"Variable","name":{"kind":"Name","value":"customer"}}},{"kind":"Argument","name":{"kind":"Name","value":"quantity"},"value":{"kind":"Variable","name":{"kind":"Name","value":"quantity"}}},{"kind":"Argument","name":{"kind":"Name","value":"maxAgeMs"},"value":{"kind":"Variable","name":{"kind":"Name","value":"maxAgeMs"}}},{"kind":"Argument","name":{"kind":"Name","value":"deadlineMs"},"value":{"kind":"Variable","name":{"kind":"Name","value":"deadlineMs"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"connection"}},{"kind":"Field","name":{"kind":"Name","value":"unitPrice"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"amount"}},{"kind":"Field","name":{"kind":"Name","value":"currency"}}]}},{"kind":"Field","name":{"kind":"Name","value":"tiers"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"minimumQuantity"}},{"kind":"Field","name":{"kind":"Name","value":"unitPrice"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"amount"}}]}}]}},{"kind":"Field","name":{"kind":"Name","value":"status"}},{"kind":"Field","name":{"kind":"Name","value":"ageMs"}},{"kind":"Field","name":{"kind":"Name","value":"source"}},{"kind":"Field","name":{"kind":"Name","value":"problem"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"code"}}]}}]}},{"kind":"Field","name":{"kind":"Name","value":"prices"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"customer"},"value":{"kind":"Variable","name":{"kind":"Name","value":"customer"}}},{"kind":"Argument","name":{"kind":"Name","value":"quantity"},"value":{"kind":"Variable","name":{"kind":"Name","value":"quantity"}}},{"kind":"Argument","name":{"kind":"Name","value":"maxAgeMs"},"value":{"kind":"Variable","name":{"kind":"Name","value":"maxAgeMs"}}},{"kind":"Argument","name":{"kind":"Name","value":"deadlineMs"},"value":{"kind":"Variable","name":{"kind":"Name","value":"deadlineMs"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"connection"}},{"kind":"Field","name":{"kind":"Name","value":"status"}},{"kind":"Field","name":{"kind":"Name","value":"unitPrice"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"amount"}},{"kind":"Field","name":{"kind":"Name","value":"currency"}}]}},{"kind":"Field","name":{"kind":"Name","value":"problem"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"code"}}]}}]}}]}}]}}]} as unknown as DocumentNode<ProductLiveQuery, ProductLiveQueryVariables>;
export const ProductsLiveDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"query","name":{"kind":"Name","value":"ProductsLive"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"skus"}},"type":{"kind":"NonNullType","type":{"kind":"ListType","type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"ID"}}}}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"customer"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"ID"}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"quantity"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"Decimal"}}},"defaultValue":{"kind":"StringValue","value":"1","block":false}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"maxAgeMs"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"Int"}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"deadlineMs"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"Int"}}},"defaultValue":{"kind":"IntValue","value":"5000"}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"products"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"skus"},"value":{"kind":"Variable","name":{"kind":"Name","value":"skus"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"nodes"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"sku"}},{"kind":"Field","name":{"kind":"Name","value":"name"}},{"kind":"Field","name":{"kind":"Name","value":"stock"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"maxAgeMs"},"value":{"kind":"Variable","name":{"kind":"Name","value":"maxAgeMs"}}},{"kind":"Argument","name":{"kind":"Name","value":"deadlineMs"},"value":{"kind":"Variable","name":{"kind":"Name","value":"deadlineMs"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"available"}},{"kind":"Field","name":{"kind":"Name","value":"complete"}},{"kind":"Field","name":{"kind":"Name","value":"answers"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"connection"}},{"kind":"Field","name":{"kind":"Name","value":"status"}},{"kind":"Field","name":{"kind":"Name","value":"available"}},{"kind":"Field","name":{"kind":"Name","value":"problem"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"code"}}]}}]}}]}},{"kind":"Field","name":{"kind":"Name","value":"prices"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"customer"},"value":{"kind":"Variable","name":{"kind":"Name","value":"customer"}}},{"kind":"Argument","name":{"kind":"Name","value":"quantity"},"value":{"kind":"Variable","name":{"kind":"Name","value":"quantity"}}},{"kind":"Argument","name":{"kind":"Name","value":"maxAgeMs"},"value":{"kind":"Variable","name":{"kind":"Name","value":"maxAgeMs"}}},{"kind":"Argument","name":{"kind":"Name","value":"deadlineMs"},"value":{"kind":"Variable","name":{"kind":"Name","value":"deadlineMs"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"connection"}},{"kind":"Field","name":{"kind":"Name","value":"status"}},{"kind":"Field","name":{"kind":"Name","value":"unitPrice"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"amount"}},{"kind":"Field","name":{"kind":"Name","value":"currency"}}]}},{"kind":"Field","name":{"kind":"Name","value":"problem"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"code"}}]}}]}}]}}]}}]}}]} as unknown as DocumentNode<ProductsLiveQuery, ProductsLiveQueryVariables>;
export const WatchDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"subscription","name":{"kind":"Name","value":"Watch"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"syncEvents"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"cursor"}},{"kind":"Field","name":{"kind":"Name","value":"at"}},{"kind":"Field","name":{"kind":"Name","value":"status"}},{"kind":"Field","name":{"kind":"Name","value":"operation"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"connection"}},{"kind":"Field","name":{"kind":"Name","value":"reference"}},{"kind":"Field","name":{"kind":"Name","value":"externalNumber"}},{"kind":"Field","name":{"kind":"Name","value":"problem"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"code"}},{"kind":"Field","name":{"kind":"Name","value":"message"}}]}}]}}]}}]}}]} as unknown as DocumentNode<WatchSubscription, WatchSubscriptionVariables>;
export const LiveStockDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"query","name":{"kind":"Name","value":"LiveStock"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"product"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"sku"},"value":{"kind":"StringValue","value":"DESK-160","block":false}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"name"}},{"kind":"Field","name":{"kind":"Name","value":"stock"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"available"}},{"kind":"Field","name":{"kind":"Name","value":"complete"}},{"kind":"Field","name":{"kind":"Name","value":"answers"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"connection"}},{"kind":"Field","name":{"kind":"Name","value":"status"}},{"kind":"Field","name":{"kind":"Name","value":"ageMs"}},{"kind":"Field","name":{"kind":"Name","value":"available"}},{"kind":"Field","name":{"kind":"Name","value":"levels"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"warehouse"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"code"}}]}},{"kind":"Field","name":{"kind":"Name","value":"available"}}]}},{"kind":"Field","name":{"kind":"Name","value":"problem"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"code"}},{"kind":"Field","name":{"kind":"Name","value":"message"}}]}}]}}]}}]}}]}}]} as unknown as DocumentNode<LiveStockQuery, LiveStockQueryVariables>;