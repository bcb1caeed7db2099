import { ErpError } from '../../../schema/errors.ts'
import type { Problem } from '../../../schema/index.ts'
import type { OpenConnection } from '../../connections.ts'
import type { WireRequest } from '../../connector.ts'
import { asCall } from '../../http.ts'
import { toProblem } from '../../reader.ts'
import type { Id, Invoice, Kind, Order, Payment, Quote, Records } from '../../records.ts'
import { rows } from '../database.ts'
import type { Hub } from '../hub.ts'
import { readOf } from '../kinds.ts'
import { contentOf } from '../mirror.ts'
import { invoiceInput, nativeOf, paymentInput } from '../native.ts'
import { draftInvoice, draftPayment } from '../paper/accept.ts'
import { planOrder } from '../plan.ts'
import { inputOf } from '../quotes.ts'
import { Refused, keyed, referenceOf } from '../request.ts'
import { holds } from './condition.ts'
import { buyerOf, onBehalf } from './customer.ts'
import { type SourceRecord, invoiceFrom, paymentFrom } from './make.ts'
import { type Flow, orderWishes } from './read.ts'
import type { FlowTest } from './types.ts'

const LATEST = `select native_id as id from mirror where connection = ? and kind = ? and not deleted
  order by changed_at desc, native_id desc limit 1`

/** What a flow would do with a record, read from its source now. Throws NOT_FOUND where there is none. */
export async function tryFlow(hub: Hub, flow: Flow, record: Id | null): Promise<FlowTest> {
  const source = hub.directory.find(flow.tenant, flow.source)
  const [latest] = record ? [] : await rows<{ id: Id }>(hub.db.em(), LATEST, [flow.source, flow.kind])
  const id = record ?? latest?.id
  const found = source && id ? await readNow(source, flow.kind, id) : null
  if (!source || !id || !found)
    throw new ErpError('NOT_FOUND', `${flow.source} has no such record.`, { field: 'record' })
  const { content } = contentOf(found)
  const matches = await holds(flow.kind, flow.condition, content, id)
  const from = { source, id, record: content as never }
  const end = await planned(hub, flow, from).catch((error: unknown) => ({
    document: null,
    plan: [],
    problems: problemsOf(error, flow),
  }))
  return { matches, record: content, ...end }
}

async function readNow(source: OpenConnection, kind: Kind, id: Id): Promise<Records[Kind] | null> {
  const [answer] = (await asCall({ lane: 'live' }, async () => readOf(source.erp, kind)?.byId([id]))) ?? []
  if (answer instanceof ErpError) throw answer
  return answer ?? null
}

function problemsOf(error: unknown, flow: Flow): Problem[] {
  return error instanceof Refused ? error.problems : [toProblem(error, flow.target ?? flow.source)]
}

interface Planned {
  document: object
  plan: WireRequest[]
  problems: Problem[]
}

async function planned(
  hub: Hub,
  flow: Flow,
  from: SourceRecord<Order & Invoice & Payment & Quote>,
): Promise<Planned> {
  const customer = await buyerOf(hub, from.source, from.record.customer ?? null)
  const caller = onBehalf(flow)
  if (flow.object === 'ORDER') {
    const quote = { ...from.record, id: from.id }
    const document = { ...inputOf(quote, null, customer), ...orderWishes(flow) }
    return { document, ...(await planOrder(hub, caller, document, `test ${flow.id}`)) }
  }
  const target = flow.target ? hub.directory.find(flow.tenant, flow.target) : null
  if (!target) throw new ErpError('UNAVAILABLE', `${flow.target ?? 'The target'} is not connected.`)
  const reference = referenceOf(hub, flow.tenant, keyed('testFlow', { id: from.id }, `test ${flow.id}`))
  const isKnown = await nativeOf(hub, target.id, 'customer', customer)
  if (flow.object === 'INVOICE') {
    const document = await invoiceFrom(hub, flow, target, from, customer)
    if (!isKnown) return firstCustomer(document, target, flow)
    const { stored } = await draftInvoice(hub, caller, document)
    const input = await invoiceInput(hub, { input: stored, tenant: flow.tenant }, target)
    return { document, plan: await requests(() => target.erp.invoice?.plan(input, reference)), problems: [] }
  }
  const document = await paymentFrom(hub, flow, target, from, customer)
  const { stored } = await draftPayment(hub, caller, document)
  const input = await paymentInput(hub, { input: stored, tenant: flow.tenant }, target)
  return { document, plan: await requests(() => target.erp.payment?.plan(input, reference)), problems: [] }
}

async function requests(plan: () => Promise<WireRequest[]> | undefined): Promise<WireRequest[]> {
  return (await asCall({ lane: 'live' }, async () => plan())) ?? []
}

/** The requests of a document can be shown once its customer is there. */
function firstCustomer(document: object, target: OpenConnection, { options }: Flow): Planned {
  const told = options.createCustomer
    ? `${target.id} gets the customer first; the document's own requests can be shown then.`
    : `${target.id} does not know the customer.`
  const error = new ErpError('INVALID_CUSTOMER', told, { connection: target.id, field: 'customer' })
  return { document, plan: [], problems: [toProblem(error, target.id)] }
}
