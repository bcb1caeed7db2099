import Big from 'big.js'
import { ErpError } from '../../../schema/errors.ts'
import { type Caller, reaches } from '../../caller.ts'
import type { OpenConnection } from '../../connections.ts'
import { readOf } from '../kinds.ts'
import type { Kind } from '../../records.ts'
import type { Hub } from '../hub.ts'
import { kindOf } from '../kinds.ts'
import { expressionOf } from './condition.ts'
import { type Flow, type FlowObject, FLOW_OPTIONS } from './read.ts'
import type { FlowInput } from './types.ts'

/** What can be made of what. */
const PAIRS: Partial<Record<Kind, FlowObject>> = {
  quote: 'ORDER',
  order: 'INVOICE',
  invoice: 'INVOICE',
  payment: 'PAYMENT',
}
/** What a flow's document is in the target, for finding circles. */
const KINDS: Record<FlowObject, Kind> = { ORDER: 'order', INVOICE: 'invoice', PAYMENT: 'payment' }

function refuse(
  code: 'VALIDATION' | 'NOT_FOUND' | 'NOT_SUPPORTED' | 'MISSING_REQUIRED_FIELD',
  told: string,
  field: string,
): never {
  throw new ErpError(code, told, { field, retryable: false })
}

function openOf(hub: Hub, caller: Caller, id: string, field: string): OpenConnection {
  const open = reaches(caller, id) ? hub.directory.find(caller.tenant, id) : null
  return open ?? refuse('NOT_FOUND', 'There is no such connection.', field)
}

/** A flow as it can be kept, with everything checked. Throws ErpError naming the field; changes nothing. */
export function checkedFlow(
  hub: Hub,
  caller: Caller,
  input: FlowInput,
  known: Flow | null,
  others: Flow[],
): Omit<Flow, 'id'> {
  const kind = kindOf(input.sourceObject)
  const { name, targetObject: object } = input
  if (name.trim() === '' || name.length > 200) refuse('VALIDATION', 'A name has 1 to 200 letters.', 'name')
  if (PAIRS[kind] !== object) {
    const pairs = 'QUOTE to ORDER, ORDER to INVOICE, INVOICE to INVOICE, PAYMENT to PAYMENT'
    refuse('NOT_SUPPORTED', `A flow goes from ${pairs}.`, 'targetObject')
  }
  const source = openOf(hub, caller, input.source, 'source')
  if (!readOf(source.erp, kind))
    refuse('NOT_SUPPORTED', `${source.connector.name} tells no ${kind}s.`, 'sourceObject')
  checkTarget(hub, caller, input)
  if (input.condition) expressionOf(input.condition)
  const flow = {
    tenant: caller.tenant,
    ...{ name, kind, object, source: input.source, target: input.target ?? null },
    condition: input.condition ?? null,
    enabled: input.enabled ?? known?.enabled ?? true,
    options: { ...FLOW_OPTIONS, ...known?.options, ...given(input.options ?? {}) },
  }
  if (new Big(flow.options.tolerance).lt(0))
    refuse('VALIDATION', 'A tolerance is not negative.', 'options.tolerance')
  if (flow.options.project) checkProject(hub, caller, flow.target)
  checkCircle(flow, others)
  return flow
}

function given<T extends object>(options: T): Partial<T> {
  const entries = Object.entries(options).filter(([, value]) => value !== undefined)
  return Object.fromEntries(entries) as Partial<T>
}

function checkTarget(hub: Hub, caller: Caller, { target, source, targetObject }: FlowInput): void {
  if (!target) {
    if (targetObject === 'ORDER') return
    refuse('MISSING_REQUIRED_FIELD', 'This flow needs a target.', 'target')
  }
  const { erp, connector } = openOf(hub, caller, target, 'target')
  const able = { ORDER: erp.order, INVOICE: erp.invoice, PAYMENT: erp.payment }[targetObject]
  if (!able) refuse('NOT_SUPPORTED', `${connector.name} takes no ${targetObject.toLowerCase()}s.`, 'target')
  if (target === source) refuse('VALIDATION', 'Source and target are the same connection.', 'target')
}

/** A project needs a target that is known to have such. */
function checkProject(hub: Hub, caller: Caller, target: string | null): void {
  const field = 'options.project'
  if (!target) refuse('MISSING_REQUIRED_FIELD', 'An order that becomes a project needs a target.', 'target')
  const { erp, connector } = openOf(hub, caller, target, 'target')
  if (!erp.order?.projects) refuse('NOT_SUPPORTED', `${connector.name} has no projects.`, field)
}

/** Flows that would feed each other for ever are refused. */
function checkCircle(flow: Omit<Flow, 'id'>, others: Flow[]): void {
  const end = `${flow.source} ${flow.kind}`
  const seen = new Set<string>()
  const queue = flow.target ? [`${flow.target} ${KINDS[flow.object]}`] : []
  for (let at = queue.pop(); at !== undefined; at = queue.pop()) {
    if (at === end) refuse('VALIDATION', 'The flows would go round in a circle.', 'target')
    if (seen.has(at)) continue
    seen.add(at)
    for (const other of others)
      if (`${other.source} ${other.kind}` === at && other.target)
        queue.push(`${other.target} ${KINDS[other.object]}`)
  }
}
