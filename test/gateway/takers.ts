import {
  type GraphQLField,
  type GraphQLInputType,
  type GraphQLSchema,
  getNamedType,
  getNullableType,
  isInputObjectType,
  isListType,
} from 'graphql'
import { type Ids, asks, elsewhere } from './asks.ts'
import { type Literals, shortest } from './least.ts'

/** An argument that takes an id, and the question that gives it one. */
export interface Taker {
  /** "saveFlow(input.source)" */
  argument: string
  kind: keyof Ids
  query: string
}

/** What an argument of this name takes, wherever it stands. */
const NAMED: Record<string, keyof Ids> = {
  connection: 'connection',
  connections: 'connection',
  left: 'connection',
  right: 'connection',
  source: 'connection',
  target: 'connection',
  master: 'connection',
  sharedNumbers: 'connection',
  customer: 'customer',
  keep: 'customer',
  gone: 'customer',
  order: 'order',
  invoice: 'invoice',
  operation: 'operation',
  cause: 'operation',
  batch: 'batch',
  subscription: 'subscription',
  delivery: 'delivery',
  group: 'group',
  flow: 'flow',
}

/** What the "id" of a field is, by the end of the field's name. */
const OF_FIELD: [RegExp, keyof Ids][] = [
  [/(Operation|^resync)$/, 'operation'],
  [/^payment$/, 'payment'],
  [/Flow$/, 'flow'],
  [/Mapping$/, 'mapping'],
  [/Import$/, 'import'],
  [/Alert(Rule)?$/, 'alert'],
  [/Webhook(Subscription|Secret)?$/, 'subscription'],
  [/Key$/, 'key'],
  [/Rollback$|^rollback$/, 'rollback'],
  [/^reconcile$/, 'reconcile'],
  [/^connectionAudit$/, 'audit'],
  [/Conflict$/, 'conflict'],
  [/^decideMatch$/, 'match'],
  [/^erasure$/, 'erasure'],
  [/Customer$/, 'customer'],
  [/^(disconnect|\w+Connection)$/, 'connection'],
]

/**
 * What else must stand in a question for its id to be looked at. OWN is a customer of the caller, HERE its connection,
 * FROM its source of quotes, MINE its subscription, HOOK an address that may be called, AFTER a place in the events.
 */
const BESIDE: [argument: RegExp, beside: Literals][] = [
  [/^masterOf/, { field: '"phone"' }],
  [/rules\.master/, { 'rules.field': '"*"', 'rules.strategy': 'MASTER_SYSTEM' }],
  [/rule\.master/, { 'rule.field': '"*"', 'rule.strategy': 'MASTER_SYSTEM' }],
  [/^(save|test)Flow\(input/, { 'input.sourceObject': 'QUOTE', 'input.targetObject': 'ORDER' }],
  [/^(save|test)Flow\(input\.(source|id)/, { 'input.target': '"HERE"' }],
  [/^(save|test)Flow\(input\.(target|id)/, { 'input.source': '"FROM"' }],
  [/Rollback\(input\.connections/, { 'input.from': '"2026-01-01T00:00:00Z"' }],
  [/^createKey/, { 'input.scopes': '"read:stock"' }],
  [/sharedNumbers/, { 'policy.sharedNumbers': '"HERE", $id' }],
  [/^createWebhook/, { 'input.url': '"HOOK"' }],
  [/^updateWebhookSubscription\(change/, { id: '"MINE"' }],
  [/^replayWebhook\(sub/, { after: '"AFTER"' }],
  [/^startReconcile\(right/, { left: '"HERE"' }],
  [
    /^push(Invoice|Payment)\(/,
    { 'input.connection': '"HERE"', 'input.customer': '"OWN"', idempotencyKey: '"KEY"' },
  ],
  [/^pushInvoice/, { 'input.lines.sku': '"DESK-140"', 'input.lines.quantity': '"1"' }],
  [/^mergeCustomers\(gone/, { keep: '"OWN"' }],
  [/^mergeCustomers\(keep/, { gone: '"OWN"' }],
]

/** Every argument that takes an id and is not asked for in words, with the shortest question that gives it one. */
export function takersOf(schema: GraphQLSchema): { takers: Taker[]; all: string[] } {
  const named = new Set(asks.map(([covers]) => covers))
  const fields = [
    ...Object.values(schema.getQueryType()!.getFields()).map((field) => ['query', field] as const),
    ...Object.values(schema.getMutationType()!.getFields()).map((field) => ['mutation', field] as const),
  ]
  const all = fields.flatMap(([kind, field]) => idsOf(field).map((path) => ({ kind, field, path })))
  const takers = all
    .map(({ kind, field, path }) => ({ kind, field, path, argument: `${field.name}(${path})` }))
    .filter(({ argument }) => !named.has(argument) && !elsewhere.some(([one]) => one.test(argument)))
    .map(({ kind, field, path, argument }) => {
      const beside = BESIDE.filter(([one]) => one.test(argument)).map(([, literals]) => literals)
      const given = Object.assign({ [path]: '$id' }, ...beside.map((one) => keep(one, path))) as Literals
      return { argument, kind: kindOf(field.name, path), query: shortest(kind, field, given) }
    })
  return { takers, all: all.map(({ field, path }) => `${field.name}(${path})`) }
}

/** The literals, but for the one that the id itself takes the place of. */
function keep(literals: Literals, path: string): Literals {
  return Object.fromEntries(
    Object.entries(literals).filter(([at, text]) => at !== path || text.includes('$id')),
  )
}

function kindOf(field: string, path: string): keyof Ids {
  const name = path.split('.').at(-1) ?? ''
  const kind = name === 'id' || name === 'ids' ? OF_FIELD.find(([one]) => one.test(field))?.[1] : NAMED[name]
  if (!kind) throw new Error(`Say in takers.ts what ${field}(${path}) takes.`)
  return kind
}

/** The paths of a field's arguments at which an id stands. */
export function idsOf({ args }: GraphQLField<unknown, unknown>): string[] {
  return args.flatMap(({ name, type }) => within(type, name))
}

function within(type: GraphQLInputType, path: string): string[] {
  const inner = getNullableType(type)
  if (isListType(inner)) return within(inner.ofType, path)
  if (getNamedType(inner).name === 'ID') return [path]
  if (!isInputObjectType(inner)) return []
  return Object.values(inner.getFields()).flatMap((field) => within(field.type, `${path}.${field.name}`))
}
