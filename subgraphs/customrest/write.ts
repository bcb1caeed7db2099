import { ErpError } from '../../schema/errors.ts'
import type { Erp, Found, OrderInput, Ref, WireRequest, Write } from '../connector.ts'
import type { HttpRequest } from '../http.ts'
import { shaped } from '../shape.ts'
import { z } from 'zod'
import { type Row } from './answer.ts'
import { type Ask, type Client } from './client.ts'
import type { KnownLine } from './input.ts'
import type { Operation } from './loaded.ts'
import { good } from './map.ts'
import { id, word } from './shapes.ts'
import type { CapabilityName } from './manifest.ts'
import { allRows } from './pages.ts'
import { rowsByKey } from './read.ts'

const written = z.looseObject({
  externalId: id,
  number: word.nullish(),
  version: word.nullish(),
  url: z.string().nullish(),
  reference: z.unknown().optional(),
})

function refOf(row: Row): Ref {
  const { externalId, number, version, url } = shaped(written, good(row), 'The written record')
  return { id: externalId, number: number ?? null, version: version ?? null, url: url ?? null }
}

function lower(one: Ref, other: Ref): number {
  return one.id.length === other.id.length ? one.id.localeCompare(other.id) : one.id.length - other.id.length
}

/** How long the ERP remembers a key, where a header carries it; a manifest cannot say it. */
const KEY_TTL_MS = 24 * 3_600_000

/** What differs between the kinds that can be written. */
export interface Subject<I> {
  create: Operation
  update: Operation | undefined
  cancel: Operation | undefined
  get: Operation | undefined
  lookup: Operation | undefined
  /** What expressions see as `input` for a create or (partial) update; reads what must be known first. */
  words(operation: Operation, input: Partial<I>, whole: boolean): Promise<Ask>
}

/** The one record of this id; null where the ERP has none. */
export async function only(client: Client, operation: Operation, id: string): Promise<Row | null> {
  const found = await rowsByKey(
    client,
    operation,
    [{ key: id, ask: id }],
    {},
    (row) => row.$key ?? row.externalId,
  )
  const rows = found.get(id)
  if (rows instanceof ErpError) throw rows
  return rows?.[0] ?? null
}

function proofOf({ plan: { idempotency } }: Operation, lookup: Operation | undefined): Write<never>['proof'] {
  if (idempotency?.kind === 'header' || idempotency?.kind === 'naturalKey') return 'key'
  return lookup ? 'lookup' : 'none'
}

/** Sends a create; where the ERP says that it has one already, that one is the answer, if it can be found. */
async function send(
  client: Client,
  create: Operation,
  { request, ref }: { request: HttpRequest; ref: string },
  find: ((ref: string) => Promise<Found | null>) | undefined,
): Promise<Ref> {
  try {
    const document = await client.send(create, request)
    const [row] = await client.recordsOf(create, document, { input: { reference: ref } })
    if (!row) throw new ErpError('BAD_ANSWER', 'The answer to the write has no record.', { field: 'records' })
    return refOf(row)
  } catch (error) {
    const twice = error instanceof ErpError && error.code === 'DUPLICATE_ORDER' ? await find?.(ref) : null
    if (twice) return twice.ref
    throw error
  }
}

/** Writing one kind as the manifest words it: one request, found again as far as it can be looked up. */
export function writer<I>(client: Client, subject: Subject<I>): Write<I> {
  const { create, update, cancel, lookup } = subject
  const find = lookup && ((ref: string) => look(client, lookup, ref))
  const prepare = async (input: I, ref: string): Promise<HttpRequest> => {
    const ask = await subject.words(create, input, true)
    return client.request(create, { ...ask, input: { ...ask.input, reference: ref } })
  }
  const proof = proofOf(create, lookup)
  const waitMs = create.plan.timeoutMs ?? client.loaded.manifest.http.timeoutMs ?? 30_000
  // A job may still write for as long as it is waited for, after the request that began it was lost.
  const jobMs = create.job?.timeoutMs ?? 0
  return {
    proof,
    ...(proof === 'key' && { keyTtlMs: KEY_TTL_MS }),
    findLagMs: 0,
    maxPushMs: 2 * waitMs + jobMs,
    async plan(input, ref) {
      return [wire(await client.hidden(await prepare(input, ref)))]
    },
    ...(find && { find }),
    async create(input, ref) {
      const request = await prepare(input, ref)
      const before = proof === 'lookup' ? await find?.(ref) : null
      return before ? before.ref : send(client, create, { request, ref }, find)
    },
    ...(update && {
      async update(ref: Ref, change: Partial<I>, version: string | null) {
        const ask = await subject.words(update, change, false)
        const input = { ...ask.input, externalId: ref.id, id: ref.id, version: version ?? undefined }
        const { rows } = await client.rows(update, { ...ask, input })
        const [row] = rows
        return row ? refOf(row) : { ...ref, version: null }
      },
    }),
    ...(cancel && { undo: (ref: Ref) => undo(client, cancel, subject.get, ref) }),
  }
}

function wire({ method, url, headers = {}, body = null }: HttpRequest): WireRequest {
  return { method, url, headers, body }
}

async function look(client: Client, lookup: Operation, ref: string): Promise<Found | null> {
  const ask = { input: { reference: ref } }
  // Where the condition is left out, or finds texts that are only alike, ours may stand on a later page.
  const rows = lookup.paging ? await allRows(client, lookup, ask) : (await client.rows(lookup, ask)).rows
  const mine = rows.map(good).filter((row) => row.reference === undefined || String(row.reference) === ref)
  const [first] = mine.map(refOf).toSorted(lower)
  // A create is one request: what stands in the ERP is all that it would write.
  return first ? { ref: first, step: 1, done: true } : null
}

async function undo(
  client: Client,
  cancel: Operation,
  get: Operation | undefined,
  { id }: Ref,
): Promise<void> {
  const gone = async (): Promise<boolean> => {
    const row = get && (await only(client, get, id))
    if (get && !row) throw new ErpError('NOT_FOUND', 'The ERP does not know this order.')
    const map = client.loaded.manifest.statusMaps?.order ?? {}
    const status = row && String(good(row).status)
    return status ? (map[status] ?? status) === 'CANCELLED' : false
  }
  if (get && (await gone())) return
  await client.send(cancel, await client.request(cancel, { input: { externalId: id, id } }))
  if (get && !(await gone()))
    throw new ErpError('CONFLICT', 'The ERP took the cancellation, but the order still stands.')
}

/** The line items as the ERP knows them; INVALID_ITEM names the first line that it does not. */
export async function knownLines(
  client: Client,
  erp: Erp,
  input: Partial<Pick<OrderInput, 'lines'>>,
): Promise<KnownLine[] | null> {
  if (!input.lines) return null
  const get = client.operation('products.get')
  if (!get) return input.lines.map((line) => ({ ...line, itemId: line.item }))
  const bySku = get.plan.batch?.over !== 'ids'
  const keys = await Promise.all(
    input.lines.map(async ({ sku, item }) => {
      if (bySku) return sku
      if (item !== null) return item
      const page = await erp.items?.list({ first: 20, after: null, search: sku })
      return page?.rows.find((row) => row.sku === sku)?.id ?? ''
    }),
  )
  const asks = keys.filter((key) => key !== '').map((key) => ({ key, ask: key }))
  const found = await rowsByKey(
    client,
    get,
    asks,
    {},
    (row) => row.$key ?? (bySku ? row.sku : row.externalId),
  )
  return input.lines.map((line, index) => {
    const rows = found.get(keys[index] ?? '')
    if (rows instanceof ErpError) throw rows
    const row = rows?.[0]
    if (!row) {
      const field = `lines.${index}.sku`
      throw new ErpError('INVALID_ITEM', `The ERP does not know the item "${line.sku.slice(0, 80)}".`, {
        field,
      })
    }
    return { ...line, itemId: String(good(row).externalId) }
  })
}

/** Refuses a customer that the ERP does not know, as far as it can be asked. */
export async function mustBeKnown(client: Client, customer: string | undefined): Promise<void> {
  const get = client.operation('customers.get')
  if (customer === undefined || !get) return
  const row = await only(client, get, customer).catch((error: unknown) => {
    if (error instanceof ErpError && error.code === 'VALIDATION') return null
    throw error
  })
  if (!row)
    throw new ErpError('INVALID_CUSTOMER', 'The ERP does not know this customer.', { field: 'customer' })
}

/** The ERP's own word for a unit; a code that nobody has mapped goes out as it is, and the ERP judges it. */
export function nativeUnit(units: Record<string, string>): (unit: string) => string {
  return (unit) => Object.entries(units).find(([, code]) => code === unit)?.[0] ?? unit
}

/** The capability that finds again what `create` wrote. */
export function pick(
  client: Client,
  create: Operation,
  otherwise: CapabilityName | null,
): Operation | undefined {
  const name = create.plan.idempotency?.lookup
  const known = [...client.loaded.operations.values()].find((one) => one.name === (name ?? otherwise))
  return create.plan.idempotency?.kind === 'none' ? undefined : known
}
