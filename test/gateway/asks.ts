import { connectors } from '../../subgraphs/index.ts'

/** What a caller may own, and the id of one that it does not. */
export interface Ids {
  connection: string
  customer: string
  order: string
  invoice: string
  payment: string
  quote: string
  operation: string
  /** Things that admins keep. */
  flow: string
  mapping: string
  import: string
  batch: string
  alert: string
  subscription: string
  delivery: string
  key: string
  rollback: string
  reconcile: string
  audit: string
  conflict: string
  match: string
  erasure: string
  group: string
}

/** Every way to name a thing by its id: the arguments that it covers, and the question. */
export const asks: [covers: string, kind: keyof Ids, query: string][] = [
  ['customer(id)', 'customer', '{ customer(id: $id) { id name email records { connection } } }'],
  [
    'order(id)',
    'order',
    '{ order(id: $id) { id number customer { id } quote { id } record { connection } } }',
  ],
  ['invoice(id)', 'invoice', '{ invoice(id: $id) { id number customer { id } record { connection } } }'],
  ['quote(id)', 'quote', '{ quote(id: $id) { id number order { id } record { connection } } }'],
  ['invoices(filter.customer)', 'customer', '{ invoices(filter: { customer: $id }) { nodes { id } } }'],
  ['invoices(filter.connection)', 'connection', '{ invoices(filter: { connection: $id }) { nodes { id } } }'],
  ['orders(filter.customer)', 'customer', '{ orders(filter: { customer: $id }) { nodes { id } } }'],
  ['orders(filter.connection)', 'connection', '{ orders(filter: { connection: $id }) { nodes { id } } }'],
  ['quotes(filter.connection)', 'connection', '{ quotes(filter: { connection: $id }) { nodes { id } } }'],
  [
    'syncOperations(filter.connections)',
    'connection',
    '{ syncOperations(filter: { connections: [$id] }) { nodes { id } } }',
  ],
  [
    'syncOperations(filter.customer)',
    'customer',
    '{ syncOperations(filter: { customer: $id }) { nodes { id } } }',
  ],
  ['syncOperations(filter.order)', 'order', '{ syncOperations(filter: { order: $id }) { nodes { id } } }'],
  [
    'products(customer)',
    'customer',
    '{ products(skus: ["DESK-140"], customer: $id) { nodes { prices { connection ... on PriceAnswer { unitPrice { amount } } } } } }',
  ],
  [
    'price(customer)',
    'customer',
    '{ product(sku: "DESK-140") { price(customer: $id) { connection ... on PriceAnswer { unitPrice { amount } } } } }',
  ],
  ['prices(customer)', 'customer', '{ product(sku: "DESK-140") { prices(customer: $id) { connection } } }'],
  [
    'price(connection)',
    'connection',
    '{ product(sku: "DESK-140") { price(connection: $id) { connection } } }',
  ],
  [
    'prices(connections)',
    'connection',
    '{ product(sku: "DESK-140") { prices(connections: [$id]) { connection } } }',
  ],
  [
    'stock(connections)',
    'connection',
    '{ product(sku: "DESK-140") { stock(connections: [$id]) { available missing answers { connection } } } }',
  ],
  ['odoo(connection)', 'connection', '{ odoo(connection: $id) { connection items { nodes { id } } } }'],
  ['erpnext(connection)', 'connection', '{ erpnext(connection: $id) { connection items { nodes { id } } } }'],
  ['qwoty(connection)', 'connection', '{ qwoty(connection: $id) { connection quotes { nodes { id } } } }'],
  [
    'cancelOrder(order)',
    'order',
    'mutation { cancelOrder(order: $id, idempotencyKey: "KEY") { operation { id } problems { code message field } } }',
  ],
  ['retryOperation(id)', 'operation', 'mutation { retryOperation(id: $id) { id } }'],
  ['resolveOperation(id)', 'operation', 'mutation { resolveOperation(id: $id, create: false) { id } }'],
  ['pauseConnection(id)', 'connection', 'mutation { pauseConnection(id: $id) { id } }'],
  ['resumeConnection(id)', 'connection', 'mutation { resumeConnection(id: $id) { id } }'],
  ['startSignIn(connection)', 'connection', 'mutation { startSignIn(connection: $id) }'],
  [
    'pushOrder(input.customer)',
    'customer',
    'mutation { pushOrder(input: { customer: $id, lines: [{ sku: "DESK-140", quantity: "1" }] }, idempotencyKey: "KEY") { order { id } problems { code message field } } }',
  ],
  [
    'pushOrder(input.connection)',
    'connection',
    'mutation { pushOrder(input: { connection: $id, customer: "OWN", lines: [{ sku: "DESK-140", quantity: "1" }] }, idempotencyKey: "KEY") { order { id } problems { code message field } } }',
  ],
  [
    'pushOrder(input.quote)',
    'quote',
    'mutation { pushOrder(input: { quote: $id, customer: "OWN", lines: [{ sku: "DESK-140", quantity: "1" }] }, idempotencyKey: "KEY") { order { id } problems { code message field } } }',
  ],
  [
    'upsertCustomer(input.id)',
    'customer',
    'mutation { upsertCustomer(input: { id: $id, name: "New" }, idempotencyKey: "KEY") { customer { id } problems { code message field } } }',
  ],
  [
    'upsertCustomer(input.connections)',
    'connection',
    'mutation { upsertCustomer(input: { id: "OWN", name: "New", connections: [$id] }, idempotencyKey: "KEY") { customer { id } problems { code message field } } }',
  ],
]

/** Arguments of type ID that name nothing of one caller, or are tested elsewhere, with the reason. */
export const elsewhere: [argument: RegExp, reason: string][] = [
  [
    /\((sku|skus|input\.lines\.sku|input\.options\.defaultSku)\)$/,
    'a SKU is the same for everybody; what it leads to is asked above',
  ],
  [/^connect\(/, 'makes a connection; ids of connections are taken once for all tenants'],
  [/\(idempotencyKey\)$/, "the caller's own word"],
  [/^resolveOperation\(found\)$/, "the ERP's own word"],
  [/^syncEvents\(/, 'asked for a page of events or streamed: tested with the events'],
  [
    /^audit\(filter.subject\)|^verifyAudit\(/,
    "an admin reads the record of the own tenant, and a line that names a foreign id is the admin's own",
  ],
  [/\(differentFrom\)$/, 'only takes out of a list'],
  [
    /\(record\)$|\(filter\.ids\)$|\(externalId\)$|\(records\)$/,
    "the ERP's own id, under a connection or a thing that is asked above",
  ],
  [/^testFlow\(input\.id\)$/, 'nothing is looked up or kept by it'],
  [
    /Subscription\((input|change)\.filter\.(customer|order|batch|cause)\)$/,
    'only narrows what is told, within the rights of the key',
  ],
  [/^replayWebhook\(after\)$/, 'a place in the stream of events, which are those of the subscription'],
  [
    new RegExp(`^(${connectors.map(({ field }) => field).join('|')})\\(connection\\)$`),
    'one rule for all systems, asked above of three',
  ],
]
