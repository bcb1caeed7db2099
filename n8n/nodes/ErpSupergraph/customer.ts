import type { IDataObject, IExecuteFunctions, INodeProperties } from 'n8n-workflow'
import { ask } from '../shared/graph'
import { keyOf } from '../shared/key'
import type { Told } from '../shared/problem'
import { collection, given, json, list, text } from '../shared/values'
import { OPERATION, type Written, judge, writeProperties } from './writing'

const show = { resource: ['customer'], operation: ['upsert'] }

/** The parameters of customers. */
export const customerProperties: INodeProperties[] = [
  {
    displayName: 'Operation',
    name: 'operation',
    type: 'options',
    noDataExpression: true,
    displayOptions: { show: { resource: ['customer'] } },
    options: [
      {
        name: 'Create or Update',
        value: 'upsert',
        action: 'Create or update a customer',
        description: 'Create a new record, or update the current one if it already exists (upsert)',
      },
    ],
    default: 'upsert',
  },
  {
    displayName: 'Name',
    name: 'name',
    type: 'string',
    required: true,
    default: '',
    displayOptions: { show },
  },
  {
    displayName: 'Customer ID',
    name: 'customerId',
    type: 'string',
    default: '',
    displayOptions: { show },
    description: 'The customer to change; a new one when left empty',
  },
  {
    displayName: 'Additional Fields',
    name: 'additionalFields',
    type: 'collection',
    placeholder: 'Add Field',
    displayOptions: { show },
    default: {},
    options: [
      {
        displayName: 'Addresses (JSON)',
        name: 'addresses',
        type: 'json',
        default: '',
        placeholder: '[{ "type": "BILLING", "lines": ["Hauptstr. 1"], "city": "Köln", "country": "DE" }]',
      },
      {
        displayName: 'Connections',
        name: 'connections',
        type: 'string',
        default: '',
        placeholder: 'odoo:main, netsuite:main',
        description: 'Where to write it, separated by commas. Left empty, every ERP that knows the customer.',
      },
      { displayName: 'Country', name: 'country', type: 'string', default: '', placeholder: 'DE' },
      { displayName: 'Currency', name: 'currency', type: 'string', default: '', placeholder: 'EUR' },
      {
        displayName: 'Custom Attributes (JSON)',
        name: 'customAttributes',
        type: 'json',
        default: '',
        placeholder: '[{ "key": "…", "value": "…" }]',
      },
      {
        displayName: 'Different From',
        name: 'differentFrom',
        type: 'string',
        default: '',
        description: 'IDs of candidates that are somebody else, separated by commas',
      },
      { displayName: 'Email', name: 'email', type: 'string', default: '', placeholder: 'name@email.com' },
      { displayName: 'Group', name: 'group', type: 'string', default: '' },
      { displayName: 'Payment Terms', name: 'paymentTerms', type: 'string', default: '' },
      { displayName: 'Phone', name: 'phone', type: 'string', default: '', placeholder: '+4922112345' },
      { displayName: 'Tax ID', name: 'taxId', type: 'string', default: '', placeholder: 'DE123456789' },
    ],
  },
  ...writeProperties(show),
]

const UPSERT = `mutation Upsert($input: UpsertCustomerInput!, $key: ID!, $waitMs: Int!, $dryRun: Boolean!, $differentFrom: [ID!]!) {
  upsertCustomer(input: $input, idempotencyKey: $key, waitMs: $waitMs, dryRun: $dryRun, differentFrom: $differentFrom) {
    operations { ...Written } customer { id name email } candidates { id score reasons } problems { ...Told }
    plan { method url headers body } } }
${OPERATION}`

interface Payload {
  operations: Written[]
  customer: object | null
  candidates: object[]
  problems: Told[]
  plan: object[] | null
}

/** Writes the customer of one item; `ok` says whether it stands or is on its way. Throws ApiProblem for a refusal. */
export async function upsert(context: IExecuteFunctions, item: number): Promise<IDataObject> {
  const more = collection(context, 'additionalFields', item)
  const id = text(context.getNodeParameter('customerId', item))
  const input = inputOf(id, text(context.getNodeParameter('name', item)), more)
  // A change may be repeated without harm, and changing back later is a change: each execution makes its own.
  const idempotencyKey = keyOf(context, item, input, id ? context.getExecutionId() : '')
  const { upsertCustomer } = await ask<{ upsertCustomer: Payload }>(context, UPSERT, {
    input,
    key: idempotencyKey,
    waitMs: context.getNodeParameter('waitMs', item),
    dryRun: context.getNodeParameter('dryRun', item),
    differentFrom: list(more.differentFrom) ?? [],
  })
  const { operations, problems } = upsertCustomer
  const shown = { ...upsertCustomer, idempotencyKey }
  const fails = Boolean(context.getNodeParameter('failOnRefusal', item))
  return { ok: judge(problems, operations, shown, fails), ...shown }
}

function inputOf(
  id: string | null,
  name: string | null,
  more: Record<string, unknown>,
): Record<string, unknown> {
  return given({
    id,
    name: name ?? '',
    connections: list(more.connections),
    email: text(more.email),
    phone: text(more.phone),
    taxId: text(more.taxId),
    country: text(more.country),
    currency: text(more.currency),
    group: text(more.group),
    paymentTerms: text(more.paymentTerms),
    addresses: json(more.addresses, 'addresses'),
    customAttributes: json(more.customAttributes, 'customAttributes'),
  })
}
