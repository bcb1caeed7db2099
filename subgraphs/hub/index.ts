import type { NonEmptyArray } from 'type-graphql'
import { type Subgraph, toSubgraph } from '../subgraph.ts'
import { AlertResolver } from './alert/resolver.ts'
import { audited } from './audit/gate.ts'
import { AuditResolver } from './audit/index.ts'
import { CheckResolver } from './check/resolver.ts'
import { ConflictResolver } from './conflict/resolver.ts'
import { ConnectionResolver } from './connection.ts'
import { CustomerResolver, customerByReference } from './customer.ts'
import { DeadLetterResolver } from './dead/resolver.ts'
import { FlowResolver } from './flow/resolver.ts'
import { ImportResolver } from './import/resolver.ts'
import { InvoiceResolver, invoiceByReference } from './invoice.ts'
import { KeyResolver } from './keys/index.ts'
import { MappingResolver } from './mapping/resolver.ts'
import { MatchResolver } from './match/resolver.ts'
import { MetricsResolver } from './metrics/index.ts'
import { SeenResolver } from './metrics/seen.ts'
import { OutgoingResolver } from './outgoing/index.ts'
import { OrderResolver, orderByReference } from './order.ts'
import { PaymentResolver, paymentByReference } from './payment.ts'
import { PrivacyResolver } from './privacy/index.ts'
import { ProductPriceResolver } from './price.ts'
import { ProductResolver, productByReference } from './product.ts'
import { QuoteResolver } from './quote.ts'
import { ReconcileResolver } from './reconcile/resolver.ts'
import { RollbackResolver } from './rollback/resolver.ts'
import { RoutingResolver } from './routing/resolver.ts'
import { SettingResolver } from './setting/resolver.ts'
import { SignInResolver } from './signin.ts'
import { ProductStockResolver, StockResolver, stockByReference } from './stock.ts'
import { stubTypes } from './stubs.ts'
import { ConnectionTestResolver } from './tested.ts'
import { writeResolvers } from './writes.ts'

type Class = new () => object

const resolvers: NonEmptyArray<Class> = [
  ProductResolver,
  ProductStockResolver,
  ProductPriceResolver,
  StockResolver,
  CustomerResolver,
  OrderResolver,
  InvoiceResolver,
  PaymentResolver,
  QuoteResolver,
  ConnectionResolver,
  ConnectionTestResolver,
  ConflictResolver,
  FlowResolver,
  RollbackResolver,
  CheckResolver,
  DeadLetterResolver,
  AlertResolver,
  SettingResolver,
  ImportResolver,
  RoutingResolver,
  MatchResolver,
  ReconcileResolver,
  SignInResolver,
  KeyResolver,
  MappingResolver,
  MetricsResolver,
  SeenResolver,
  OutgoingResolver,
  AuditResolver,
  PrivacyResolver,
  ...writeResolvers,
]

/** The subgraph that remembers: root queries, golden records, operations; it hands out references to the ERPs. */
export function hubSubgraph(): Subgraph {
  const subgraph = toSubgraph('hub', resolvers, stubTypes as Class[], {
    Product: productByReference,
    Customer: customerByReference,
    Order: orderByReference,
    Invoice: invoiceByReference,
    Payment: paymentByReference,
    Stock: stockByReference,
  })
  return audited(subgraph)
}
