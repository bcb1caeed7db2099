import type { IDataObject, IExecuteFunctions, INodeProperties } from 'n8n-workflow'
import { ask } from '../shared/graph'
import { keyOf } from '../shared/key'
import { ApiProblem, type Told } from '../shared/problem'
import { collection, day, given, json, text } from '../shared/values'
import { OPERATION, type Written, judge, writeProperties } from './writing'

const show = { resource: ['order'], operation: ['push'] }

/** The parameters of orders. */
export const orderProperties: INodeProperties[] = [
  {
    displayName: 'Operation',
    name: 'operation',
    type: 'options',
    noDataExpression: true,
    displayOptions: { show: { resource: ['order'] } },
    options: [
      {
        name: 'Push',
        value: 'push',
        action: 'Push an order',
        description: 'Write an order to an ERP, once, whatever happens',
      },
    ],
    default: 'push',
  },
  {
    displayName: 'Customer',
    name: 'customer',
    type: 'string',
    required: true,
    default: '',
    displayOptions: { show },
    description: "ID of the customer, or the ERP's customer number",
  },
  {
    displayName: 'Connection',
    name: 'connection',
    type: 'string',
    default: '',
    placeholder: 'odoo:main',
    displayOptions: { show },
    description: "The ERP that takes the order. Left empty, the customer's home ERP.",
  },
  {
    displayName: 'Specify Lines',
    name: 'specifyLines',
    type: 'options',
    displayOptions: { show },
    options: [
      { name: 'Using Fields Below', value: 'fields' },
      { name: 'Using JSON', value: 'json' },
    ],
    default: 'fields',
  },
  {
    displayName: 'Lines',
    name: 'lines',
    type: 'fixedCollection',
    typeOptions: { multipleValues: true, multipleValueButtonText: 'Add Line' },
    displayOptions: { show: { ...show, specifyLines: ['fields'] } },
    default: {},
    options: [
      {
        displayName: 'Line',
        name: 'line',
        values: [
          { displayName: 'Currency', name: 'currency', type: 'string', default: '', placeholder: 'EUR' },
          { displayName: 'Description', name: 'description', type: 'string', default: '' },
          { displayName: 'Discount Percent', name: 'discountPercent', type: 'string', default: '' },
          { displayName: 'Quantity', name: 'quantity', type: 'string', default: '1' },
          { displayName: 'Requested Delivery', name: 'requestedDelivery', type: 'dateTime', default: '' },
          { displayName: 'SKU', name: 'sku', type: 'string', default: '' },
          { displayName: 'Unit', name: 'unit', type: 'string', default: '', placeholder: 'C62' },
          {
            displayName: 'Unit Price',
            name: 'unitPrice',
            type: 'string',
            default: '',
            description: "The ERP's own price when left out; needs the currency",
          },
          { displayName: 'Warehouse', name: 'warehouse', type: 'string', default: '' },
        ],
      },
    ],
  },
  {
    displayName: 'Lines (JSON)',
    name: 'linesJson',
    type: 'json',
    typeOptions: { rows: 5 },
    displayOptions: { show: { ...show, specifyLines: ['json'] } },
    default: '[{ "sku": "DESK-160", "quantity": "2" }]',
    description: 'List of OrderLineInput',
  },
  {
    displayName: 'Additional Fields',
    name: 'additionalFields',
    type: 'collection',
    placeholder: 'Add Field',
    displayOptions: { show },
    default: {},
    options: [
      { displayName: 'Currency', name: 'currency', type: 'string', default: '', placeholder: 'EUR' },
      {
        displayName: 'Custom Attributes (JSON)',
        name: 'customAttributes',
        type: 'json',
        default: '',
        placeholder: '[{ "key": "…", "value": "…" }]',
      },
      {
        displayName: 'Discounts (JSON)',
        name: 'discounts',
        type: 'json',
        default: '',
        placeholder: '[{ "percent": "5" }]',
      },
      { displayName: 'Note', name: 'note', type: 'string', default: '' },
      { displayName: 'Payment Terms', name: 'paymentTerms', type: 'string', default: '' },
      { displayName: 'Purchase Order Number', name: 'purchaseOrderNumber', type: 'string', default: '' },
      {
        displayName: 'Quote',
        name: 'quote',
        type: 'string',
        default: '',
        description: 'ID of the quote that the order is made from',
      },
      { displayName: 'Requested Delivery', name: 'requestedDelivery', type: 'dateTime', default: '' },
      {
        displayName: 'Ship To (JSON)',
        name: 'shipTo',
        type: 'json',
        default: '',
        placeholder: '{ "lines": ["Hauptstr. 1"], "city": "Köln", "country": "DE" }',
      },
    ],
  },
  ...writeProperties(show),
]

const PUSH = `mutation Push($input: PushOrderInput!, $key: ID!, $waitMs: Int!, $dryRun: Boolean!) {
  pushOrder(input: $input, idempotencyKey: $key, waitMs: $waitMs, dryRun: $dryRun) {
    operation { ...Written } order { id connection number reference state } problems { ...Told }
    plan { method url headers body } } }
${OPERATION}`

interface Payload {
  operation: Written | null
  order: object | null
  problems: Told[]
  plan: object[] | null
}

/** Pushes the order of one item; `ok` says whether it stands or is on its way. Throws ApiProblem for a refusal. */
export async function push(context: IExecuteFunctions, item: number): Promise<IDataObject> {
  const input = inputOf(context, item)
  const idempotencyKey = keyOf(context, item, input)
  const { pushOrder } = await ask<{ pushOrder: Payload }>(context, PUSH, {
    input,
    key: idempotencyKey,
    waitMs: context.getNodeParameter('waitMs', item),
    dryRun: context.getNodeParameter('dryRun', item),
  })
  const { operation, problems } = pushOrder
  const shown = { ...pushOrder, idempotencyKey }
  const fails = Boolean(context.getNodeParameter('failOnRefusal', item))
  return { ok: judge(problems, [operation], shown, fails), ...shown }
}

function inputOf(context: IExecuteFunctions, item: number): Record<string, unknown> {
  const more = collection(context, 'additionalFields', item)
  return given({
    connection: text(context.getNodeParameter('connection', item)),
    customer: text(context.getNodeParameter('customer', item)) ?? '',
    lines: linesOf(context, item),
    currency: text(more.currency),
    purchaseOrderNumber: text(more.purchaseOrderNumber),
    requestedDelivery: day(more.requestedDelivery),
    paymentTerms: text(more.paymentTerms),
    note: text(more.note),
    quote: text(more.quote),
    shipTo: json(more.shipTo, 'shipTo'),
    discounts: json(more.discounts, 'discounts'),
    customAttributes: json(more.customAttributes, 'customAttributes'),
  })
}

function linesOf(context: IExecuteFunctions, item: number): unknown[] {
  if (context.getNodeParameter('specifyLines', item) === 'fields') {
    const { line = [] } = collection(context, 'lines', item) as { line?: Record<string, unknown>[] }
    return line.map(lineOf)
  }
  const lines = json(context.getNodeParameter('linesJson', item), 'lines')
  if (!Array.isArray(lines))
    throw new ApiProblem({ code: 'VALIDATION', message: 'lines must be a list.', field: 'lines' })
  return lines.map((line: Record<string, unknown>) => {
    const { quantity, discountPercent, unitPrice } = line
    // Exact decimals are texts; a number that an expression brings is written out.
    const decimals = { quantity: text(quantity), discountPercent: text(discountPercent) }
    const { amount, currency } = (unitPrice ?? {}) as Record<string, unknown>
    return given({ ...line, ...decimals, unitPrice: unitPrice ? { amount: text(amount), currency } : null })
  })
}

function lineOf(line: Record<string, unknown>): Record<string, unknown> {
  const amount = text(line.unitPrice)
  return given({
    sku: text(line.sku) ?? '',
    quantity: text(line.quantity) ?? '',
    unit: text(line.unit),
    unitPrice: amount ? { amount, currency: text(line.currency) } : null,
    discountPercent: text(line.discountPercent),
    warehouse: text(line.warehouse),
    requestedDelivery: day(line.requestedDelivery),
    description: text(line.description),
  })
}
