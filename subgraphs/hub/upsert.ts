import { ErpError } from '../../schema/errors.ts'
import type { Problem } from '../../schema/index.ts'
import { type Caller, reaches } from '../caller.ts'
import type { OpenConnection } from '../connections.ts'
import type { CustomerInput } from '../connector.ts'
import { firstAnswer } from './accept.ts'
import { Complaints } from './check/complaints.ts'
import { checkCustomerFor } from './check/index.ts'
import { FIELD_NAMES } from './conflict/fields.ts'
import { writeGolden } from './conflict/golden.ts'
import type { Manager } from './database.ts'
import { seesCustomer } from './customer.ts'
import { candidatesFor } from './duplicates.ts'
import type { KnownCustomer } from './catalogue.ts'
import type { Hub } from './hub.ts'
import { newId } from './identity.ts'
import type { UpsertCustomerInput } from './inputs.ts'
import { mappingsOf } from './mapping/read.ts'
import type { MappingSet } from './mapping/set.ts'
import { insertOperation } from './operations.ts'
import { attributesOf, routeFor } from './routing/rules.ts'
import { welcomeBack } from './privacy/marks.ts'
import { type Accepted, type Keyed, Refused, acceptOnce, keyed, referenceOf } from './request.ts'
import { CustomerTable } from './tables.ts'
import { lockCustomers } from './twins.ts'

/** Where a customer goes, and whether the ERP has it. */
export interface Target {
  open: OpenConnection
  native: string | null
  /** What the checks found that does not stop it. */
  warnings: Problem[]
}

/**
 * Accepts a customer: the golden record at once, and an operation per ERP. Throws Refused with candidates when the
 * customer may be there already; `differentFrom` names those that a person has ruled out. Tax id or e-mail that
 * are the same cannot be ruled out.
 */
export async function acceptCustomer(
  hub: Hub,
  caller: Caller,
  given: UpsertCustomerInput,
  differentFrom: string[],
  key: string,
): Promise<Accepted> {
  const request = keyed('upsertCustomer', { input: given, differentFrom }, key)
  const first = await firstAnswer(hub, caller, request)
  if (first) return first
  const input = await asNow(hub, caller, given)
  const targets = await targetsOf(hub, caller, input)
  const sets = await setsOf(hub, targets)
  const accepted = await acceptOnce(hub, caller, request, async (em) => {
    await lockCustomers(em, caller.tenant)
    await refuseDuplicate(em, caller, input, differentFrom)
    if (!input.id) await welcomeBack(em, hub.safe, caller.tenant, input)
    const id = input.id ?? newId('cus')
    const golden = await saveGolden(em, caller, id, input, targets)
    const operations: string[] = []
    for (const target of targets) {
      const whole = withOwn(golden, input, sets.get(target.open.id))
      const fields = target.native ? fieldsOf(input) : whole
      operations.push(await writeTo(hub, em, caller, request, id, fields, target))
    }
    return { operations, order: null, customer: id }
  })
  hub.db.bus.tell('catalogue', accepted.customer ?? '')
  return accepted
}

/** The request with the id that the customer has now, if it was merged into another. */
export async function asNow(
  hub: Hub,
  { tenant }: Caller,
  input: UpsertCustomerInput,
): Promise<UpsertCustomerInput> {
  const [known] = input.id ? await hub.catalogue.customers(tenant, [input.id]) : []
  return known ? { ...input, id: known.row.id } : input
}

/** Where the customer is to be written. Throws Refused with everything that is wrong. */
export async function targetsOf(hub: Hub, caller: Caller, input: UpsertCustomerInput): Promise<Target[]> {
  const errors: ErpError[] = []
  const complain = (
    code: 'NOT_FOUND' | 'NOT_SUPPORTED' | 'INVALID_CUSTOMER' | 'VALIDATION',
    text: string,
    field: string,
  ) => errors.push(new ErpError(code, text, { field }))
  const foreign = caller.customer && caller.customer.id !== input.id
  const [found = null] = input.id ? await hub.catalogue.customers(caller.tenant, [input.id]) : []
  const known = found && seesCustomer(caller, found) ? found : null
  if (input.id && !known) complain('INVALID_CUSTOMER', 'There is no such customer.', 'id')
  if (!input.id && foreign) throw new ErpError('FORBIDDEN', 'A key of one customer cannot create others.')
  if (input.name.trim() === '') complain('VALIDATION', 'The name is empty.', 'name')
  const all = hub.directory.all(caller.tenant).filter(({ id }) => reaches(caller, id))
  const able = all.filter(({ erp }) => erp.customer)
  const routed = input.connections || known ? null : await routeCustomer(hub, caller, input)
  const wanted = input.connections ?? routed ?? defaults(able, known?.natives ?? null)
  const targets = wanted.flatMap((id, index): Target[] => {
    const open = all.find((one) => one.id === id)
    const native = known?.natives[id] ?? null
    const field = `connections.${index}`
    if (!open) complain('NOT_FOUND', 'There is no such connection.', field)
    else if (!open.erp.customer)
      complain('NOT_SUPPORTED', `${open.connector.name} takes no customers.`, field)
    else if (native && !open.erp.customer.update)
      complain('NOT_SUPPORTED', `${open.connector.name} cannot change customers.`, field)
    else return [checked(open, native, known, input, errors)]
    return []
  })
  const warnings = targets.flatMap((target) => target.warnings)
  if (errors.length > 0) throw new Refused(errors, [], warnings)
  return targets
}

/** Holds the customer, as this ERP will have it, against what the connection demands. */
function checked(
  open: OpenConnection,
  native: string | null,
  known: KnownCustomer | null,
  input: UpsertCustomerInput,
  errors: ErpError[],
): Target {
  const bad = new Complaints()
  const given = Object.fromEntries(Object.entries(fieldsOf(input)).filter(([, value]) => value !== undefined))
  const golden = native || !known ? {} : { ...known.row, group: known.row.customerGroup }
  checkCustomerFor(open, { ...golden, ...given }, native !== null, bad)
  bad.judge(open.settings)
  errors.push(...bad.errors)
  return { open, native, warnings: bad.warnings }
}

/** Where a rule sends a new customer; null where none is meant. Throws Refused when those ERPs rest. */
async function routeCustomer(hub: Hub, caller: Caller, input: UpsertCustomerInput): Promise<string[] | null> {
  const { name: company, currency, group, paymentTerms, taxId, email, phone } = input
  const country = input.country ?? input.addresses?.[0]?.country
  const fields = { group, paymentTerms, taxId, email, phone, ...attributesOf(input.customAttributes) }
  const facts = { company, country, currency, fields }
  const route = await routeFor(hub, caller, 'CUSTOMER', facts).catch((error: unknown) => {
    throw error instanceof ErpError ? new Refused([error]) : error
  })
  return route?.open.map(({ id }) => id) ?? null
}

/** A known customer is changed wherever it is known and can be changed; a new one goes to the first that takes it. */
function defaults(able: OpenConnection[], natives: Record<string, string> | null): string[] {
  // A target takes the place of an ERP where there is none.
  const first = (role: string) => able.find(({ connector }) => connector.role === role)
  const taking = first('erp') ?? first('target')
  if (!natives) return taking ? [taking.id] : []
  return able.filter(({ id, erp }) => natives[id] && erp.customer?.update).map(({ id }) => id)
}

/**
 * Throws Refused with CONFLICT and the candidates; nothing is ever merged by itself. A customer that is changed is
 * only held against those that have its new tax id or e-mail.
 */
export async function refuseDuplicate(
  em: Manager,
  caller: Caller,
  input: UpsertCustomerInput,
  differentFrom: string[],
): Promise<void> {
  const found = await candidatesFor(em, caller.tenant, input)
  const others = found.filter(({ exact, customer }) => customer !== input.id && (exact || !input.id))
  const left = others.filter(({ exact, customer }) => exact || !differentFrom.includes(customer))
  if (left.length === 0) return
  const sure = left.some(({ exact }) => exact)
  const told = sure
    ? 'Another customer has this tax id or e-mail already. Send its id to change it.'
    : 'The customer may be there already. Send its id to change it, or name the candidates in differentFrom.'
  throw new Refused([new ErpError('CONFLICT', told, { field: 'name', retryable: false })], left)
}

/** Writes the golden record, given fields only, null clears; gives the whole of it. */
async function saveGolden(
  em: Manager,
  caller: Caller,
  id: string,
  input: UpsertCustomerInput,
  targets: Target[],
): Promise<CustomerInput> {
  if (!input.id) {
    const home = targets[0]?.open.id ?? null
    const sql = "insert into customer (id, tenant, name, name_key, home) values (?, ?, ?, '', ?)"
    await em.execute(sql, [id, caller.tenant, input.name, home])
  }
  const given = FIELD_NAMES.filter((field) => input[field] !== undefined)
  await writeGolden(em, id, Object.fromEntries(given.map((field) => [field, input[field]])), 'hub')
  const row = await em.findOneOrFail(CustomerTable, { id }, { refresh: true })
  const { name, email, phone, taxId, country, currency, paymentTerms, addresses, customAttributes } = row
  const terms = { group: row.customerGroup, paymentTerms, addresses, customAttributes }
  return { name, email, phone, taxId, country, currency, ...terms }
}

async function writeTo(
  hub: Hub,
  em: Manager,
  caller: Caller,
  request: Keyed,
  customer: string,
  fields: CustomerInput,
  { open, native, warnings }: Target,
): Promise<string> {
  const id = newId('op')
  await insertOperation(em, {
    id,
    tenant: caller.tenant,
    connection: open.id,
    object: 'CUSTOMER',
    action: native ? 'UPDATE' : 'CREATE',
    reference: referenceOf(hub, caller.tenant, request),
    input: { ...fields, customer },
    salesOrder: null,
    customer,
    dependsOn: null,
    externalId: native,
    requestedBy: caller.name,
    warnings,
  })
  return id
}

async function setsOf(hub: Hub, targets: Target[]): Promise<Map<string, MappingSet>> {
  const sets = targets.map(async ({ open: { id, tenant } }): Promise<[string, MappingSet]> => {
    const at = { tenant, connection: id, kind: 'customer' } as const
    return [id, await mappingsOf(hub.db, hub.db.em(), at)]
  })
  return new Map(await Promise.all(sets))
}

/** A golden record without the custom attributes that only other ERPs have: neither given now nor mapped here. */
function withOwn(golden: CustomerInput, input: UpsertCustomerInput, set?: MappingSet): CustomerInput {
  const given = input.customAttributes ?? []
  const customAttributes = golden.customAttributes?.filter(
    ({ key }) => given.some((one) => one.key === key) || set?.writesCustom(key),
  )
  return { ...golden, customAttributes }
}

/** What the ERP is told: the fields that were given, without the hub's own. */
export function fieldsOf(input: UpsertCustomerInput): CustomerInput {
  const { name, email, phone, taxId, country, currency, group, paymentTerms, addresses, customAttributes } =
    input
  return { name, email, phone, taxId, country, currency, group, paymentTerms, addresses, customAttributes }
}
