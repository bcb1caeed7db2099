import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { orderFor, using } from './stand.ts'

const FILE = join(import.meta.dirname, '../../../shared/specs/business-central/api-v2.0-entities.json')

interface Field {
  name: string
  readOnly: boolean
  type: string | null
}
interface Entity {
  fields: Field[]
  navigation: { control: string; entitySetName: string }[]
}
interface Spec {
  entities: Record<string, Entity>
}
interface Message {
  method: string
  url: string
  body?: unknown
  answer: unknown
}

const TYPES: Record<string, (value: unknown) => boolean> = {
  GUID: (value) => typeof value === 'string' && /^[0-9a-f-]{36}$/.test(value),
  string: (value) => typeof value === 'string',
  decimal: (value) => typeof value === 'number',
  integer: (value) => Number.isInteger(value),
  boolean: (value) => typeof value === 'boolean',
  date: (value) => typeof value === 'string' && /^\d{4}-\d\d-\d\d$/.test(value),
  datetime: (value) => typeof value === 'string' && /^\d{4}-\d\d-\d\dT[\d:.]+Z$/.test(value),
}

/** Every message, those inside a $batch apart. */
function apart({ method, url, body, answer }: Message): Message[] {
  if (!url.endsWith('/$batch')) return [{ method, url, body, answer }]
  const root = url.slice(0, -'/$batch'.length)
  const { requests } = body as { requests: { id: string; method: string; url: string; body?: unknown }[] }
  const { responses } = answer as { responses: { id: string; body?: unknown }[] }
  return requests.map((one) => ({
    method: one.method,
    url: `${root}/${one.url}`,
    body: one.body,
    answer: responses.find(({ id }) => id === one.id)?.body,
  }))
}

/** What is wrong with a row that is sent (`writes`) or answered. */
function problems(spec: Spec, set: string, row: Record<string, unknown>, writes: boolean): string[] {
  const entity = spec.entities[set]
  if (!entity) return [`${set} is unknown`]
  return Object.entries(row).flatMap(([name, value]) => {
    if (name.startsWith('@odata.')) return []
    const nested = entity.navigation.find(({ control }) => control === name)
    if (nested) {
      const rows = (Array.isArray(value) ? value : [value]) as Record<string, unknown>[]
      return rows.flatMap((one) => problems(spec, nested.entitySetName, one, writes))
    }
    const field = entity.fields.find((one) => one.name === name)
    if (!field) return [`${set}.${name} is unknown`]
    if (writes && field.readOnly) return [`${set}.${name} is read-only`]
    const fits = TYPES[field.type ?? ''] ?? ((one: unknown) => typeof one === 'string')
    return fits(value) ? [] : [`${set}.${name} is no ${field.type}: ${JSON.stringify(value)}`]
  })
}

function check(spec: Spec, { method, url, body, answer }: Message): string[] {
  const { pathname, searchParams } = new URL(url)
  const path = /\/api\/v2\.0\/companies\([^)]*\)\/(.+)$/.exec(pathname)?.[1]
  if (!path) return []
  const set = /(\w+)(?:\([^)]*\))?$/.exec(path)?.[1] ?? ''
  const entity = spec.entities[set]
  if (!entity) return [`${set} is unknown`]
  const fields = entity.fields.map(({ name }) => name)
  const filter = (searchParams.get('$filter') ?? '').replace(/'(?:[^']|'')*'/g, "''")
  const named = [...filter.matchAll(/([A-Za-z]\w*)(?= (?:eq|ge|gt) |,)/g)].map(([, name]) => name ?? '')
  const asked = [...named, ...(searchParams.get('$select')?.split(',') ?? [])]
  const expand = searchParams.get('$expand')?.split(',') ?? []
  const rows =
    (answer as { value?: Record<string, unknown>[] } | undefined)?.value ?? (answer ? [answer] : [])
  return [
    ...asked.filter((name) => !fields.includes(name)).map((name) => `${set} is asked for ${name}`),
    ...expand
      .filter((name) => !entity.navigation.some(({ control }) => control === name))
      .map((name) => `${set} cannot expand ${name}`),
    ...(method === 'GET' || !body ? [] : problems(spec, set, body as Record<string, unknown>, true)),
    ...rows.flatMap((row) => problems(spec, set, row as Record<string, unknown>, false)),
  ]
}

it.skipIf(!existsSync(FILE))(
  'sends and answers only fields, types, expansions and writes that the API has (skipped without specs/business-central)',
  async () => {
    const spec = JSON.parse(readFileSync(FILE, 'utf8')) as Spec
    await using(async (stand) => {
      const { erp, tap, sandbox } = stand
      const input = await orderFor(stand)
      const shipTo = {
        type: 'SHIPPING' as const,
        name: 'Tor 5',
        lines: ['Weg 1'],
        city: 'Bonn',
        country: 'DE',
      }
      const more = {
        shipTo,
        note: 'Danke',
        purchaseOrderNumber: 'PO-1',
        paymentTerms: '30D',
        orderedOn: '2026-11-21',
      }
      const line = { ...input.lines[0]!, unit: 'H87', warehouse: 'MAIN', discountPercent: '5' }
      const dated = { ...line, requestedDelivery: '2026-12-01', description: 'Tisch' }
      const ref = await erp.order!.create({ ...input, ...more, lines: [dated] }, 'ord_SPEC1')
      await erp.order!.find!('ord_SPEC1')
      await erp.order!.undo!(ref)
      const address = {
        type: 'BILLING' as const,
        lines: ['Weg 1'],
        city: 'Bonn',
        postalCode: '53111',
        country: 'DE',
      }
      const person = { name: 'Neu', email: 'a@b.example', currency: 'EUR', addresses: [address] }
      const made = await erp.customer!.create({ ...person, paymentTerms: '14D', taxId: 'DE1' }, 'cus_SPEC1')
      await erp.customer!.update!(made, { phone: '+4930123456' }, made.version ?? null)
      await erp.check()
      for (const read of [erp.items, erp.customers, erp.orders, erp.invoices, erp.quotes]) {
        const { rows } = (await read?.list({ first: 20, after: null, search: null })) ?? { rows: [] }
        await read?.list({ first: 5, after: null, search: 'a' })
        await read?.byId(rows.map(({ id }) => id))
      }
      // Credit memos stand behind the invoices.
      const credited = await erp.invoices?.list({ first: 20, after: '1:', search: null })
      await erp.invoices?.byId(credited?.rows.map(({ id }) => id) ?? [])
      await erp.credit!([input.customer])
      const item = (await erp.items?.list({ first: 1, after: null }))?.rows[0]?.id ?? ''
      await erp.stock!([{ item, sku: '', warehouses: null }])
      const ask = { item, sku: '', customer: input.customer, quantity: '5', unit: null, currency: null }
      await erp.prices!([{ ...ask, on: '2026-11-21' }])
      for (const kind of ['item', 'customer', 'order', 'invoice', 'quote'] as const)
        for await (const _ of erp.changes!(kind, null)) continue
      expect(sandbox.ledger().orders.length).toBeGreaterThan(0)
      const messages = tap.exchanges
        .filter(({ request }) => !request.url.endsWith('/token'))
        .flatMap(({ request, response }) => {
          if (!response || response.body.length >= 20_000) return []
          const body = request.body ? (JSON.parse(request.body) as unknown) : undefined
          const answer = response.body ? (JSON.parse(response.body) as unknown) : undefined
          return apart({ method: request.method, url: request.url, body, answer })
        })
      expect(messages.length).toBeGreaterThan(20)
      expect([...new Set(messages.flatMap((message) => check(spec, message)))]).toEqual([])
    })
  },
)
