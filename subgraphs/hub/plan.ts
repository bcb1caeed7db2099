import { ErpError } from '../../schema/errors.ts'
import type { Problem } from '../../schema/index.ts'
import type { Caller } from '../caller.ts'
import type { OpenConnection } from '../connections.ts'
import type { CustomerInput, WireRequest } from '../connector.ts'
import { asCall } from '../http.ts'
import { toProblem } from '../reader.ts'
import { draftOrder } from './draft.ts'
import type { Hub } from './hub.ts'
import { ownCustomer, ownOrder } from './mapping/outward.ts'
import type { PushOrderInput, UpsertCustomerInput } from './inputs.ts'
import { keyed, referenceOf } from './request.ts'
import { asNow, fieldsOf, refuseDuplicate, targetsOf } from './upsert.ts'

/** What a request would send, and what the ERP's rules already say against it. Nothing is sent or stored. */
export interface Planned {
  plan: WireRequest[]
  problems: Problem[]
  warnings: Problem[]
}

/** The exact requests that pushing this order with this key would send. Throws Refused for what is wrong here. */
export async function planOrder(
  hub: Hub,
  caller: Caller,
  input: PushOrderInput,
  key: string,
): Promise<Planned> {
  const request = keyed('pushOrder', input, key)
  const { open, customer, isNewThere, stored, warnings } = await draftOrder(hub, caller, input)
  if (isNewThere) {
    const { row } = customer
    const { name, email, phone, taxId, country, currency, addresses } = row
    const reference = referenceOf(hub, caller.tenant, request, 'customer')
    const first = await planned(open.id, () =>
      planNew(hub, open, { name, email, phone, taxId, country, currency, addresses }, reference),
    )
    const told = `The order's own requests can be shown once ${open.id} has the customer.`
    const later = new ErpError('NOT_SUPPORTED', told, { connection: open.id, field: 'dryRun' })
    return { ...first, problems: [...first.problems, toProblem(later, open.id)], warnings }
  }
  const native = { ...stored, customer: customer.natives[open.id] ?? '' }
  const reference = referenceOf(hub, caller.tenant, request)
  const plan = async () => open.erp.order?.plan(await ownOrder(hub, open, native), reference)
  return { ...(await planned(open.id, plan)), warnings }
}

/** The exact requests that writing this customer would send. Throws Refused, with candidates. */
export async function planCustomer(
  hub: Hub,
  caller: Caller,
  given: UpsertCustomerInput,
  differentFrom: string[],
  key: string,
): Promise<Planned> {
  const request = keyed('upsertCustomer', { input: given, differentFrom }, key)
  const input = await asNow(hub, caller, given)
  const targets = await targetsOf(hub, caller, input)
  await refuseDuplicate(hub.db.em(), caller, input, differentFrom)
  const reference = referenceOf(hub, caller.tenant, request)
  const all = await Promise.all(
    targets.map(({ open, native }) =>
      native ? unplanned(open.id) : planned(open.id, () => planNew(hub, open, fieldsOf(input), reference)),
    ),
  )
  return {
    plan: all.flatMap(({ plan }) => plan),
    problems: all.flatMap(({ problems }) => problems),
    warnings: targets.flatMap(({ warnings }) => warnings),
  }
}

async function planNew(
  hub: Hub,
  open: OpenConnection,
  input: CustomerInput,
  reference: string,
): Promise<WireRequest[] | undefined> {
  const own = await ownCustomer(hub, open, input, { isNew: true, customer: null })
  return open.erp.customer?.plan(own, reference)
}

async function planned(
  connection: string,
  plan: () => Promise<WireRequest[] | undefined>,
): Promise<Omit<Planned, 'warnings'>> {
  try {
    return { plan: (await asCall({ lane: 'live' }, async () => plan())) ?? [], problems: [] }
  } catch (error) {
    return { plan: [], problems: [toProblem(error, connection)] }
  }
}

async function unplanned(connection: string): Promise<Omit<Planned, 'warnings'>> {
  const told = 'The requests of a change depend on what the ERP holds at that moment.'
  const error = new ErpError('NOT_SUPPORTED', told, { connection, field: 'dryRun' })
  return { plan: [], problems: [toProblem(error, connection)] }
}
