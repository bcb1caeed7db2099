/** How the invented ERP "Nordwerk" words its records, by the manifest's field names. */
const FIELDS = {
  articles: {
    externalId: '$string(id)',
    sku: 'no',
    name: 'text.de ? text.de : text.en',
    description: 'longText',
    gtin: 'ean',
    unit: 'uom',
    type: "kind = 'S' ? 'SERVICE' : kind = 'L' ? 'INVENTORY' : 'OTHER'",
    status: "blocked ? 'ARCHIVED' : 'ACTIVE'",
    listPrice: 'price.net',
    currencyCode: 'price.cur',
    minimumOrderQuantity: 'minQty',
    leadTimeDays: 'lead',
    categories: '[groups]',
    updatedAt: 'changed',
    version: '$string(rev)',
  },
  stock: {
    sku: 'article',
    warehouseCode: 'wh',
    onHand: 'qty',
    reserved: 'res',
    available: 'avail',
    onOrder: 'ordered',
    unit: 'uom',
    asOf: '$doc.asOf',
  },
  prices: {
    sku: 'article',
    quantity: 'qty',
    unitPrice: 'net',
    currencyCode: 'cur',
    taxIncluded: 'false',
    listPrice: 'gross_list',
    tiers: "[scale.{'minimumQuantity': from, 'unitPrice': net}]",
    priceListCode: 'list',
  },
  customers: {
    externalId: '$string(id)',
    number: 'no',
    name: 'name1',
    email: 'contact.mail',
    phone: 'contact.tel',
    taxId: 'vat',
    group: 'class',
    blocked: "lock = 'X'",
    addresses:
      "[addr.{'type': role = 'R' ? 'BILLING' : 'SHIPPING', 'name': name, 'street': street, 'street2': street2, 'postalCode': zip, 'city': town, 'region': region, 'countryCode': ctry}]",
    countryCode: 'ctry',
    paymentTermsCode: 'terms',
    creditLimit: 'limit.amount',
    currencyCode: 'limit.cur',
    reference: 'extRef',
    updatedAt: 'changed',
    version: '$string(rev)',
  },
  orders: {
    externalId: '$string(id)',
    number: 'no',
    status: 'state',
    reference: 'extRef',
    purchaseOrderNumber: 'poNo',
    customerId: '$string(customer)',
    customerName: 'custName',
    orderDate: 'date',
    requestedDate: 'wishDate',
    currencyCode: 'sum.cur',
    paymentTermsCode: 'terms',
    note: 'memo',
    shipTo:
      "ship ? {'type': 'SHIPPING', 'name': ship.name, 'street': ship.street, 'street2': ship.street2, 'postalCode': ship.zip, 'city': ship.town, 'region': ship.region, 'countryCode': ship.ctry}",
    totalNet: 'sum.net',
    totalTax: 'sum.tax',
    totalGross: 'sum.gross',
    lines:
      "[pos.{'id': $string(no), 'sku': article, 'description': text, 'quantity': qty, 'unit': uom, 'unitPrice': price, 'discountPercentage': disc, 'netAmount': net, 'warehouseCode': wh, 'shippedQuantity': shipped, 'invoicedQuantity': invoiced}]",
    updatedAt: 'changed',
    version: '$string(rev)',
  },
  invoices: {
    externalId: '$string(id)',
    number: 'no',
    customerId: '$string(cust)',
    issueDate: 'date',
    dueDate: 'due',
    status: '$string(state)',
    totalNet: 'sum.net',
    totalGross: 'sum.gross',
    openAmount: 'open',
    currencyCode: 'sum.cur',
    dunningLevel: 'dun',
    orderReferences: '[orders]',
    updatedAt: 'changed',
  },
  payments: {
    externalId: '$string(id)',
    number: 'no',
    customerId: '$string(cust)',
    amount: 'amount',
    currencyCode: 'cur',
    date: 'date',
    allocations: "[alloc.{'invoiceId': $string(inv), 'amount': amount}]",
    updatedAt: 'changed',
  },
}

const BODIES = {
  stock:
    "{'articles': [$batch], 'warehouses': $exists(input.warehouseCodes) ? [input.warehouseCodes] : null}",
  prices:
    "{'customer': input.customerId, 'currency': input.currencyCode, 'date': input.at, 'lines': [$batch.{'article': sku, 'qty': quantity}]}",
  customer:
    "{'name1': input.customer.name, 'vat': input.customer.taxId, 'contact': {'mail': input.customer.email, 'tel': input.customer.phone}, 'ctry': input.customer.countryCode, 'currency': input.customer.currencyCode, 'class': input.customer.group, 'terms': input.customer.paymentTermsCode, 'extRef': input.reference, 'addr': $exists(input.customer.addresses) ? [input.customer.addresses.{'role': type = 'BILLING' ? 'R' : 'L', 'name': recipient, 'street': street, 'street2': street2, 'zip': postalCode, 'town': city, 'region': region, 'ctry': countryCode}] : undefined}",
  order:
    "{'customer': input.order.customerId, 'extRef': input.reference, 'poNo': input.order.purchaseOrderNumber, 'date': input.order.orderDate, 'currency': input.order.currencyCode, 'terms': input.order.paymentTermsCode, 'wishDate': input.order.requestedDate, 'memo': input.order.note, 'ship': $exists(input.order.shipTo) ? input.order.shipTo.{'name': recipient, 'street': street, 'street2': street2, 'zip': postalCode, 'town': city, 'region': region, 'ctry': countryCode} : undefined, 'udf': {'PROJ': input.order.custom.project_code}, 'pos': [input.order.lines.{'article': sku, 'text': description, 'qty': quantity, 'uom': unit, 'price': unitPrice, 'disc': discountPercentage, 'wh': warehouseCode, 'wishDate': deliveryDate}]}",
}

/** A list's parameters as expressions: what each means to Nordwerk. */
type Params = Record<string, string>

interface Call {
  /** The method of the JSON-RPC interface. */
  rpc: string
  method: 'GET' | 'POST' | 'PATCH'
  path: string
  /** Parameters of the query, or of the method. */
  params?: Params
  body?: string
  headers?: Record<string, string>
  more: Record<string, unknown>
}

const LIST = {
  paging: 'cursorPages',
  changedSince: {
    param: 'changedAfter',
    cursor: 'changed',
    format: 'iso',
    lookbackS: 120,
    deleted: 'deleted = true',
  },
}
const SINCE: Params = { changedAfter: 'input.since' }
const IDS: Params = { id: "$join($batch, ',')" }
const BY_ID = { batch: { over: 'ids', maxSize: 100, key: '$string(id)', missing: 'null' } }

function listing(kind: string, fields: object, more: Params = {}): Call {
  return {
    rpc: `${kind}.list`,
    method: 'GET',
    path: `/${kind}`,
    params: { ...SINCE, ...more },
    more: { ...LIST, records: 'data', fields },
  }
}

function getting(kind: string, fields: object): Call {
  return {
    rpc: `${kind}.list`,
    method: 'GET',
    path: `/${kind}`,
    params: { ...IDS, limit: "'100'" },
    more: { ...BY_ID, records: 'data', fields },
  }
}

const WRITTEN = { externalId: '$string(id)', number: 'no', status: 'state', version: '$string(rev)' }

const CALLS: Record<string, Call> = {
  'connection.test': {
    rpc: 'ping',
    method: 'GET',
    path: '/ping',
    more: { records: 'data', fields: { name: 'company', version: 'release', currencyCode: 'cur' } },
  },
  'products.get': {
    rpc: 'articles.list',
    method: 'GET',
    path: '/articles',
    params: { no: "$join($batch, ',')", limit: "'200'" },
    more: {
      batch: { over: 'skus', maxSize: 50, key: 'no', missing: 'notFound' },
      records: 'data',
      fields: FIELDS.articles,
      cacheTtlS: 300,
    },
  },
  'products.list': listing('articles', FIELDS.articles, { q: 'input.search' }),
  'warehouses.list': {
    rpc: 'warehouses.list',
    method: 'GET',
    path: '/warehouses',
    more: { records: 'data', fields: { code: 'wh', name: 'name' } },
  },
  'stock.get': {
    rpc: 'stock.query',
    method: 'POST',
    path: '/stock/query',
    body: BODIES.stock,
    more: {
      batch: { over: 'skus', maxSize: 200, key: 'article', missing: 'null' },
      records: 'rows',
      fields: FIELDS.stock,
      timeoutMs: 5000,
      cacheTtlS: 15,
    },
  },
  'prices.quote': {
    rpc: 'pricing.simulate',
    method: 'POST',
    path: '/pricing/simulate',
    body: BODIES.prices,
    more: {
      batch: { over: 'lines', maxSize: 100, key: 'article', groupBy: 'customerId' },
      records: 'lines',
      fields: FIELDS.prices,
      timeoutMs: 5000,
    },
  },
  'customers.get': getting('customers', FIELDS.customers),
  'customers.list': listing('customers', FIELDS.customers, { q: 'input.search' }),
  'customers.search': {
    rpc: 'customers.list',
    method: 'GET',
    path: '/customers',
    params: {
      email: 'input.email',
      vat: 'input.taxId',
      q: 'input.name',
      extRef: 'input.reference',
      limit: "'50'",
    },
    more: { records: 'data', fields: FIELDS.customers },
  },
  'customers.create': {
    rpc: 'customers.create',
    method: 'POST',
    path: '/customers',
    body: BODIES.customer,
    more: { idempotency: { kind: 'lookup', lookup: 'customers.search' }, records: 'data', fields: WRITTEN },
  },
  'customers.update': {
    rpc: 'customers.update',
    method: 'PATCH',
    path: '/customers/${input.externalId}',
    headers: { 'If-Match': '${input.version}' },
    body: BODIES.customer
      .replace(", 'extRef': input.reference", '')
      .replace(
        "'contact': {'mail': input.customer.email, 'tel': input.customer.phone}",
        "'contact': $merge([{'mail': input.customer.email}, {'tel': input.customer.phone}])",
      ),
    more: { idempotency: { kind: 'naturalKey' }, records: 'data', fields: WRITTEN },
  },
  'orders.get': getting('orders', FIELDS.orders),
  'orders.list': listing('orders', FIELDS.orders),
  'orders.findByReference': {
    rpc: 'orders.list',
    method: 'GET',
    path: '/orders',
    params: { extRef: 'input.reference', limit: "'2'" },
    more: { records: 'data', fields: { ...WRITTEN, reference: 'extRef' } },
  },
  'orders.create': {
    rpc: 'orders.create',
    method: 'POST',
    path: '/orders',
    body: BODIES.order,
    more: {
      idempotency: { kind: 'lookup', lookup: 'orders.findByReference' },
      records: 'data',
      fields: WRITTEN,
    },
  },
  'orders.cancel': {
    rpc: 'orders.cancel',
    method: 'POST',
    path: '/orders/${input.externalId}/cancel',
    body: "{'reason': input.reason ? input.reason : 'Cancelled by the shop'}",
    more: { idempotency: { kind: 'naturalKey' }, records: 'data', fields: WRITTEN },
  },
  'invoices.get': getting('invoices', FIELDS.invoices),
  'invoices.list': listing('invoices', FIELDS.invoices),
  'payments.list': listing('payments', FIELDS.payments),
  'quotes.get': getting('quotes', { ...FIELDS.orders, expiryDate: 'validTo' }),
  'quotes.list': listing('quotes', { ...FIELDS.orders, expiryDate: 'validTo' }),
}

function restCall({ method, path, params, body, headers, more }: Call): object {
  const query = Object.fromEntries(
    Object.entries(params ?? {}).map(([name, text]) => [
      name,
      /^'\d+'$/.test(text) ? text.slice(1, -1) : `\${${text}}`,
    ]),
  )
  const request = {
    method,
    path,
    ...(params && { query, omitEmptyQuery: true }),
    ...(headers && { headers }),
    ...(body && { body }),
  }
  return { request, ...more }
}

const ROWS_OF_RPC: Record<string, string> = {
  data: 'result.data',
  rows: 'result.rows',
  lines: 'result.lines',
}

function rpcCall({ rpc, params, body, path, headers, more }: Call): object {
  const own = Object.entries(params ?? {}).map(([name, text]) => `'${name}': ${text}`)
  if (more.paging) own.push("'after': page.cursor", "'limit': page.size")
  if (path.includes('${')) own.push("'id': input.externalId")
  if (headers) own.push("'rev': input.version")
  const data = body ? `$merge([${body}, {${own.join(', ')}}])` : `{${own.join(', ')}}`
  const request = {
    method: 'POST',
    path: '/rpc',
    body: `{'jsonrpc': '2.0', 'id': 1, 'method': '${rpc}', 'params': ${data}}`,
  }
  const records = ROWS_OF_RPC[String(more.records)] ?? 'result'
  const changes = more.changedSince ? { changedSince: LIST.changedSince } : {}
  const fields = Object.fromEntries(
    Object.entries(more.fields as object).map(([name, text]) => [
      name,
      String(text).replace('$doc.', '$doc.result.'),
    ]),
  )
  return { request, ...more, ...changes, records, fields }
}

const STATUSES = {
  order: {
    NEW: 'DRAFT',
    WAIT: 'PENDING_APPROVAL',
    REL: 'OPEN',
    PART: 'PARTIALLY_FULFILLED',
    SHIP: 'FULFILLED',
    INV: 'INVOICED',
    DONE: 'CLOSED',
    STO: 'CANCELLED',
  },
  invoice: { '10': 'OPEN', '20': 'PARTIALLY_PAID', '30': 'PAID', '90': 'VOID' },
  quote: { NEW: 'DRAFT', REL: 'SENT', ACC: 'ACCEPTED', REJ: 'REJECTED', OUT: 'EXPIRED', STO: 'CANCELLED' },
}

function rules(code: string, path: string): object[] {
  return [
    {
      when: `${code} = 'CUST_UNKNOWN' or ${code} = 'CUST_BLOCKED'`,
      code: 'INVALID_CUSTOMER',
      field: "'customerId'",
      retry: 'never',
    },
    { when: `${code} = 'ART_UNKNOWN'`, code: 'INVALID_ITEM', field: path, retry: 'never' },
    { when: `${code} = 'REQUIRED'`, code: 'MISSING_REQUIRED_FIELD', field: path, retry: 'never' },
    { when: `${code} = 'REF_EXISTS'`, code: 'DUPLICATE_ORDER', retry: 'never' },
    { when: `${code} = 'TOKEN'`, code: 'AUTHENTICATION_FAILED', retry: 'afterRefresh' },
    { when: `${code} = 'LOGIN'`, code: 'AUTHENTICATION_FAILED', retry: 'never' },
    { when: `${code} = 'NOT_FOUND'`, code: 'NOT_FOUND', retry: 'never' },
    { when: `${code} = 'STATE' or ${code} = 'REV'`, code: 'CONFLICT', retry: 'never' },
    { when: `${code} = 'SLOW_DOWN'`, code: 'RATE_LIMITED', retry: 'always' },
    { when: `${code} = 'INVALID'`, code: 'VALIDATION', field: path, retry: 'never' },
  ]
}

const COMMON = {
  manifestVersion: 1,
  version: '1.0.0',
  statusMaps: STATUSES,
  customFields: [
    {
      key: 'project_code',
      entity: 'order',
      type: 'text',
      label: 'Project',
      read: 'udf.PROJ',
      writePath: 'udf.PROJ',
      direction: 'BIDIRECTIONAL',
    },
  ],
  limits: { requestsPerSecond: 10_000, maxConcurrent: 8, retryAfterHeader: 'Retry-After' },
}
const COMPANY = {
  type: 'object',
  required: ['company'],
  properties: {
    company: { type: 'string', title: 'Company code', pattern: '^[A-Z0-9]{2,6}$' },
    currency: { type: 'string', title: 'House currency', default: 'EUR' },
  },
}
const WEBHOOK = {
  signature: {
    kind: 'hmac',
    header: 'X-Nordwerk-Signature',
    algorithm: 'sha256',
    encoding: 'hex',
    prefix: 'sha256=',
    timestampHeader: 'X-Nordwerk-Time',
    toleranceS: 300,
    signedText: '${timestamp}.${rawBody}',
  },
  deliveryId: 'body.eventId',
  list: 'body.events',
  events: [
    { when: "type = 'order.state'", emit: 'order.changed', externalId: '$string(id)', reread: true },
    { when: "type = 'article'", emit: 'product.changed', externalId: 'article', reread: true },
    { when: "type = 'stock'", emit: 'stock.changed', externalId: 'article', reread: false },
    { when: "type = 'customer'", emit: 'customer.changed', externalId: '$string(id)', reread: true },
  ],
}

/** The manifest of Nordwerk's REST interface. */
export function restManifest(host: string): Record<string, unknown> {
  return {
    ...COMMON,
    id: 'nordwerk-erp',
    name: 'Nordwerk ERP',
    config: COMPANY,
    http: {
      baseUrl: '${config.url}/rest/v2/${config.company}',
      allowedHosts: [host],
      headers: { Accept: 'application/json' },
      timeoutMs: 8000,
      maxResponseBytes: 5_000_000,
    },
    auth: {
      kind: 'oauth2ClientCredentials',
      tokenUrl: '${config.url}/oauth/token',
      clientAuth: 'basic',
      clientId: '${secret.clientId}',
      clientSecret: '${secret.clientSecret}',
      scopes: ['read', 'write'],
    },
    paging: {
      cursorPages: {
        kind: 'cursor',
        sizeParam: 'limit',
        pageSize: 200,
        cursorParam: 'after',
        cursor: 'meta.next',
        maxPages: 500,
      },
    },
    errors: {
      isSuccess: '$not($exists(body.error))',
      message: 'body.error.text ? body.error.text : body.error.code',
      rules: rules('body.error.code', 'body.error.path'),
    },
    capabilities: Object.fromEntries(Object.entries(CALLS).map(([name, call]) => [name, restCall(call)])),
    webhook: WEBHOOK,
  }
}

/** The manifest of Nordwerk's JSON-RPC interface: one address, the method in the body, errors inside status 200. */
export function rpcManifest(host: string): Record<string, unknown> {
  return {
    ...COMMON,
    id: 'nordwerk-rpc',
    name: 'Nordwerk ERP (JSON-RPC)',
    config: COMPANY,
    http: { baseUrl: '${config.url}', allowedHosts: [host], timeoutMs: 8000 },
    auth: {
      kind: 'session',
      login: {
        method: 'POST',
        path: '/rpc',
        body: "{'jsonrpc': '2.0', 'id': 1, 'method': 'login', 'params': {'company': config.company, 'user': secret.username, 'password': secret.password}}",
      },
      token: 'body.result.session',
      expiresInS: 'body.result.seconds',
      apply: { in: 'header', name: 'X-Session', value: '${token}' },
    },
    paging: { cursorPages: { kind: 'cursor', pageSize: 200, cursor: 'result.meta.next', maxPages: 500 } },
    errors: {
      isSuccess: '$not($exists(body.error))',
      message: 'body.error.message',
      rules: rules('body.error.data.code', 'body.error.data.path'),
    },
    capabilities: Object.fromEntries(Object.entries(CALLS).map(([name, call]) => [name, rpcCall(call)])),
    webhook: WEBHOOK,
  }
}
