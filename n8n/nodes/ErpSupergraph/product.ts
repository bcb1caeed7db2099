import type { IExecuteFunctions, INodeExecutionData, INodeProperties } from 'n8n-workflow'
import { type GraphError, attempt, problemOf } from '../shared/graph'
import { ApiProblem, failedItem, toNodeError } from '../shared/problem'
import { collection, day, given, list, text } from '../shared/values'

const show = { resource: ['product'], operation: ['getAvailability'] }

/** The parameters of products. */
export const productProperties: INodeProperties[] = [
  {
    displayName: 'Operation',
    name: 'operation',
    type: 'options',
    noDataExpression: true,
    displayOptions: { show: { resource: ['product'] } },
    options: [
      {
        name: 'Get Availability and Price',
        value: 'getAvailability',
        action: 'Get availability and price of products',
        description: 'Ask the ERPs for stock and price of all incoming items at once',
      },
    ],
    default: 'getAvailability',
  },
  {
    displayName: 'SKU',
    name: 'sku',
    type: 'string',
    required: true,
    default: '',
    displayOptions: { show },
    description: 'All items are asked together, however many there are',
  },
  {
    displayName: 'Include',
    name: 'include',
    type: 'multiOptions',
    displayOptions: { show },
    options: [
      { name: 'Price', value: 'price', description: 'Needs the scope read:price' },
      { name: 'Stock', value: 'stock', description: 'Needs the scope read:stock' },
    ],
    default: ['price', 'stock'],
  },
  {
    displayName: 'Options',
    name: 'options',
    type: 'collection',
    placeholder: 'Add Option',
    displayOptions: { show },
    default: {},
    options: [
      {
        displayName: 'Connections',
        name: 'connections',
        type: 'string',
        default: '',
        placeholder: 'odoo:main, netsuite:main',
        description: 'Only ask these ERPs for stock, separated by commas; the first one also for the price',
      },
      { displayName: 'Currency', name: 'currency', type: 'string', default: '', placeholder: 'EUR' },
      {
        displayName: 'Customer',
        name: 'customer',
        type: 'string',
        default: '',
        description: 'ID of the customer whose price is meant; the list price without one',
      },
      {
        displayName: 'Deadline (ms)',
        name: 'deadlineMs',
        type: 'number',
        typeOptions: { minValue: 1 },
        default: 5000,
        description: 'When the answer goes out with what is there',
      },
      {
        displayName: 'Max Age (ms)',
        name: 'maxAgeMs',
        type: 'number',
        typeOptions: { minValue: 0 },
        default: 0,
        description: 'How old an answer may be; 0 asks the ERP now',
      },
      { displayName: 'Price Date', name: 'on', type: 'dateTime', default: '' },
      { displayName: 'Quantity', name: 'quantity', type: 'string', default: '1' },
      { displayName: 'Unit', name: 'unit', type: 'string', default: '', placeholder: 'C62' },
      {
        displayName: 'Warehouses',
        name: 'warehouses',
        type: 'string',
        default: '',
        description: "The ERPs' own codes, separated by commas",
      },
    ],
  },
]

/** What the gateway takes in one operation (20 root fields, 10,000 rows) and in one list of SKUs. */
const FIELDS = 20
const SKUS = 500

/** Arguments by field, with their types. */
const STOCK = { connections: '[ID!]', warehouses: '[String!]', deadlineMs: 'Int!', maxAgeMs: 'Int' }
const PRICE = {
  customer: 'ID',
  quantity: 'Decimal!',
  unit: 'UnitCode',
  currency: 'CurrencyCode',
  on: 'Date',
  connection: 'ID',
  deadlineMs: 'Int!',
  maxAgeMs: 'Int',
}
const TYPES: Record<string, string> = { ...STOCK, ...PRICE }

const STOCK_FIELDS = `available incoming complete missing answers { connection ... on StockAnswer {
  status asOf available unit levels { warehouse { code name } available } problem { ...Told } } }`
const PRICE_FIELDS = `connection ... on PriceAnswer { status asOf unitPrice { amount currency }
  listPrice { amount currency } priceQuantity unit source validUntil problem { ...Told } }`
const TOLD = 'fragment Told on Problem { code message resolution retryAfterMs }'

/** Items that ask with the same arguments: one list of SKUs. */
interface Group {
  values: Record<string, unknown>
  /** The items that ask for each SKU. */
  items: Map<string, number[]>
}

type Node = Record<string, unknown> | null
type Data = Record<string, { nodes: Node[] } | null>

/** Asks for all items together: one request for every 20 lists of up to 500 SKUs with the same arguments. */
export async function availability(context: IExecuteFunctions): Promise<INodeExecutionData[]> {
  const count = context.getInputData().length
  const include = context.getNodeParameter('include', 0) as string[]
  const answers = Array.from<INodeExecutionData>({ length: count })
  const groups = groupsOf(context, count)
  for (let start = 0; start < groups.length; start += FIELDS)
    await answerAll(context, groups.slice(start, start + FIELDS), include, answers)
  return answers
}

async function answerAll(
  context: IExecuteFunctions,
  groups: Group[],
  include: string[],
  answers: INodeExecutionData[],
): Promise<void> {
  const asked = attempt<Data>(context, operationOf(groups, include), variablesOf(groups))
  const answer = await asked.catch((error: Error) => error)
  if (!(answer instanceof Error)) {
    const { data, errors } = answer
    groups.forEach((group, nth) => place(context, group, `g${nth}`, data ?? {}, errors, answers))
  } else if (groups.length > 1 && answer instanceof ApiProblem && answer.told.code === 'VALIDATION') {
    // One value that is none refuses the whole operation: it shall fail its own items only.
    for (const group of groups) await answerAll(context, [group], include, answers)
  } else {
    const items = groups.flatMap((group) => [...group.items.values()].flat())
    for (const item of items) answers[item] = failure(context, answer, item)
  }
}

function groupsOf(context: IExecuteFunctions, count: number): Group[] {
  const groups: Group[] = []
  const open = new Map<string, Group>()
  for (let item = 0; item < count; item += 1) {
    const sku = String(context.getNodeParameter('sku', item)).trim()
    const values = valuesOf(collection(context, 'options', item))
    const key = JSON.stringify(values)
    let group = open.get(key)
    if (!group || (group.items.size >= SKUS && !group.items.has(sku))) {
      group = { values, items: new Map() }
      open.set(key, group)
      groups.push(group)
    }
    group.items.set(sku, [...(group.items.get(sku) ?? []), item])
  }
  return groups
}

function valuesOf(options: Record<string, unknown>): Record<string, unknown> {
  const connections = list(options.connections)
  return given({
    connections,
    connection: connections?.[0],
    warehouses: list(options.warehouses),
    customer: text(options.customer),
    quantity: text(options.quantity),
    unit: text(options.unit),
    currency: text(options.currency),
    on: day(options.on),
    deadlineMs: options.deadlineMs,
    maxAgeMs: options.maxAgeMs,
  })
}

function operationOf(groups: Group[], include: string[]): string {
  const asksStock = include.includes('stock')
  const asksPrice = include.includes('price')
  const used = (name: string) => (asksStock && name in STOCK) || (asksPrice && name in PRICE)
  const declared = groups.flatMap(({ values }, nth) => [
    `$skus${nth}: [ID!]`,
    ...Object.keys(values).flatMap((name) => (used(name) ? [`$${name}${nth}: ${TYPES[name]}`] : [])),
  ])
  const fields = groups.map(({ values }, nth) => {
    const args = (of: object) => {
      const names = Object.keys(values).filter((name) => name in of)
      return names.length > 0 ? `(${names.map((name) => `${name}: $${name}${nth}`).join(', ')})` : ''
    }
    const stock = asksStock ? `stock${args(STOCK)} { ...Stocked }` : ''
    const price = asksPrice ? `price${args(PRICE)} { ...Priced }` : ''
    return `g${nth}: products(skus: $skus${nth}) { nodes { sku name unit ${stock} ${price} } }`
  })
  const parts = [
    `query Availability(${declared.join(', ')}) { ${fields.join(' ')} }`,
    asksStock ? `fragment Stocked on Stock { ${STOCK_FIELDS} }` : '',
    asksPrice ? `fragment Priced on PriceAnswer { ${PRICE_FIELDS} }` : '',
    asksStock || asksPrice ? TOLD : '',
  ]
  return parts.filter(Boolean).join('\n')
}

function variablesOf(groups: Group[]): Record<string, unknown> {
  const all = groups.flatMap(({ values, items }, nth) => [
    [`skus${nth}`, [...items.keys()]] as const,
    ...Object.entries(values).map(([name, value]) => [`${name}${nth}`, value] as const),
  ])
  return Object.fromEntries(all)
}

/** Puts the answer of each SKU to its items; an error concerns the SKU that it names, else all of the list. */
function place(
  context: IExecuteFunctions,
  { items }: Group,
  alias: string,
  data: Data,
  errors: GraphError[],
  answers: INodeExecutionData[],
): void {
  const nodes = data[alias]?.nodes ?? []
  let position = 0
  for (const [sku, places] of items) {
    const index = position
    const wrong = errors.find(
      ({ path = [] }) =>
        path.length === 0 || (path[0] === alias && (typeof path[2] !== 'number' || path[2] === index)),
    )
    for (const item of places) {
      const json = { ...nodes[index], sku, found: Boolean(nodes[index]) }
      answers[item] = wrong ? failure(context, problemOf(wrong), item) : { json, pairedItem: { item } }
    }
    position += 1
  }
}

function failure(context: IExecuteFunctions, error: unknown, item: number): INodeExecutionData {
  if (!context.continueOnFail()) throw toNodeError(context.getNode(), error, item)
  return failedItem(context, error, item)
}
