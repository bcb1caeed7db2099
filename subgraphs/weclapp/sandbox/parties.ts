import Big from 'big.js'
import { Answered } from '../../refusal.ts'
import { kept, mustBe } from './check.ts'
import { invalid, problem } from './problem.ts'
import type { Row, Store } from './store.ts'

const FLAGS = {
  competitor: false,
  customer: false,
  customerAllowDropshippingOrderCreation: false,
  customerBlocked: false,
  customerDeliveryBlock: false,
  customerInsolvent: false,
  customerInsured: false,
  invoiceBlock: false,
  optInEmail: false,
  salesPartner: false,
  supplier: false,
}
type Inner = Record<string, unknown>

/** Addresses with ids of their own; one that is sent with its id keeps what is not sent. */
function addresses(store: Store, given: unknown, before: Inner[]): Inner[] {
  return ((given ?? []) as Inner[]).map((one) => {
    const old = before.find(({ id }) => id === one.id)
    if (one.id !== undefined && !old) throw invalid('reference', 'addresses', 'referenced entity not found')
    return kept({
      ...(old ?? { ...store.meta(), primaryAddress: false, invoiceAddress: false, deliveryAddress: false }),
      ...one,
    })
  })
}

/** Custom attributes are merged, not replaced. */
export function merged(before: unknown, given: unknown): Inner[] {
  const all = new Map(((before ?? []) as Inner[]).map((one) => [one.attributeDefinitionId, one]))
  for (const one of (given ?? []) as Inner[]) all.set(one.attributeDefinitionId, one)
  return [...all.values()]
}

function references(store: Store, body: Inner): void {
  const kinds = { currencyId: 'currency', customerTermOfPaymentId: 'termOfPayment' }
  for (const [name, resource] of Object.entries(kinds))
    if (body[name] !== undefined && body[name] !== null && !store.find(resource, body[name]))
      throw invalid('reference', name, 'referenced entity not found')
  for (const one of (body.customAttributes ?? []) as Inner[])
    if (!store.find('customAttributeDefinition', one.attributeDefinitionId))
      throw invalid('reference', 'customAttributes.attributeDefinitionId', 'referenced entity not found')
}

/** POST /party */
export function createParty(store: Store, body: Inner): Row {
  mustBe('party', body, '')
  references(store, body)
  const name = body.partyType === 'PERSON' ? body.lastName : body.company
  if (!name)
    throw invalid('not_empty', body.partyType === 'PERSON' ? 'lastName' : 'company', 'must not be empty')
  const number = body.customerNumber ?? `C-${20000 + store.all('party').length}`
  if (store.all('party').some((row) => row.customerNumber === number))
    throw invalid('duplicate', 'customerNumber', 'value already exists')
  const own = addresses(store, body.addresses, [])
  return store.insert('party', {
    partyType: 'ORGANIZATION',
    ...FLAGS,
    customerBusinessType: 'B2B',
    customerSalesChannel: 'NET1',
    ...kept(body),
    customerNumber: number,
    addresses: own,
    ...(own[0] ? { primaryAddressId: own.find((one) => one.primaryAddress)?.id ?? own[0].id } : {}),
    contacts: [],
    customAttributes: merged([], body.customAttributes),
    tags: [],
  })
}

/** The version that a change is based on, where it says one. */
export function mustBeNewest(row: Row, version: unknown): void {
  if (version !== undefined && version !== row.version)
    throw new Answered(problem(409, 'optimistic_lock', 'the entity was changed in the meantime'))
}

/** PUT /party/id/<id>: without ignoreMissingProperties what is left out becomes null. */
export function changeParty(store: Store, id: string, body: Inner, partial: boolean): Row {
  const row = store.get('party', id)
  mustBe('party', body, '', ['id', 'version', ...(partial ? [] : ['createdDate', 'lastModifiedDate'])])
  if (!partial && body.createdDate === undefined)
    throw invalid('pattern', 'createdDate', 'property createdDate is read-only')
  mustBeNewest(row, body.version)
  references(store, body)
  const { id: _, version, addresses: places, customAttributes, ...rest } = body
  const missing = partial ? {} : Object.fromEntries(Object.keys(row).map((name) => [name, null]))
  return store.change('party', row, {
    ...missing,
    ...(partial
      ? {}
      : {
          id,
          version: version ?? row.version,
          createdDate: row.createdDate,
          ...FLAGS,
          contacts: [],
          tags: [],
        }),
    ...rest,
    ...(places === undefined
      ? {}
      : { addresses: addresses(store, places, (row.addresses ?? []) as Inner[]) }),
    customAttributes: merged(row.customAttributes, customAttributes),
  })
}

/** What a customer owes, over all open items of its invoices. */
export function owed(store: Store, party: Row): string {
  const mine = new Set(
    store.all('salesInvoice').flatMap((row) => (row.customerId === party.id ? [row.id] : [])),
  )
  return store
    .all('salesOpenItem')
    .filter((row) => mine.has(String(row.salesInvoiceId)))
    .reduce((sum, row) => sum.plus(String(row.amountOpen)), new Big(0))
    .toFixed()
}
