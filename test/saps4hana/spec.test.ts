import { existsSync } from 'node:fs'
import { expect, it } from 'vitest'
import type { Exchange } from '../../subgraphs/http.ts'
import { messageOf, pieces } from '../../subgraphs/odata2.ts'
import { FOLDER, type Spec, type Type, load } from './specs.ts'
import { ORDER, priceAsk, using } from './stand.ts'

interface Message {
  method: string
  service: string
  path: string
  query: URLSearchParams
  sent: unknown
  status: number
  answer: unknown
}

function isObject(value: unknown): value is Record<string, unknown> {
  return value !== null && typeof value === 'object' && !Array.isArray(value)
}

/** What is wrong with a row, and with those inside it; `writes` is what stands before the names of types that are sent. */
function wrongIn(spec: Spec, name: string, row: unknown, writes: boolean): string[] {
  const type = spec.types.get(name)
  if (!type || !isObject(row)) return [`${name} is unknown`]
  return Object.entries(row).flatMap(([field, value]) => {
    // A custom field stands in no published specification.
    if (field === '__metadata' || field.startsWith('YY1_')) return []
    const link = type.links.get(field)
    if (link !== undefined) {
      if (isObject(value) && '__deferred' in value) return []
      const rows = isObject(value) && Array.isArray(value.results) ? value.results : value
      return (Array.isArray(rows) ? rows : [rows]).flatMap((one) =>
        one === null ? [] : wrongIn(spec, link, one, writes),
      )
    }
    const check = type.fields.get(field)
    if (!check) return [`${name}.${field} is unknown`]
    if (writes && type.creatable && !type.creatable.has(field)) return [`${name}.${field} cannot be given`]
    return check(value) ? [] : [`${name}.${field} is wrong: ${JSON.stringify(value)}`]
  })
}

function wrongQuery(spec: Spec, name: string, query: URLSearchParams): string[] {
  const type = spec.types.get(name)
  if (!type) return [`${name} is unknown`]
  const filter = (query.get('$filter') ?? '').replace(/'(?:[^']|'')*'/g, "''")
  const compared = [...filter.matchAll(/(\w+) (?:eq|ne|gt|ge|lt|le) /g)].map(([, field = '']) => field)
  const called = [...filter.matchAll(/substringof\('',(\w+)\)/g)].map(([, field = '']) => field)
  const listed = ['$select', '$orderby'].flatMap((option) => query.get(option)?.split(',') ?? [])
  const asked = [...compared, ...called, ...listed.map((one) => one.split(' ')[0] ?? '')]
  const paths = query.get('$expand')?.split(',') ?? []
  const lost = paths.filter((path) => {
    let here: Type | undefined = type
    for (const link of path.split('/')) here = spec.types.get(here?.links.get(link) ?? '')
    return here === undefined
  })
  return [
    ...asked.filter((field) => !type.fields.has(field)).map((field) => `${name} is asked for ${field}`),
    ...lost.map((path) => `${name} cannot expand ${path}`),
  ]
}

function check(spec: Spec, { method, path, query, sent, status, answer }: Message): string[] {
  const [, set = '', , link] = /^(\w+)(\([^)]*\))?(?:\/(\w+))?$/.exec(path) ?? []
  const base = spec.sets.get(set)
  if (base === undefined) return [`${set} is unknown`]
  const own = link ? (spec.types.get(base)?.links.get(link) ?? '') : base
  const prefix = method === 'POST' ? 'Create' : 'Update'
  const input = spec.types.has(`${prefix}${own}`) ? `${prefix}${own}` : own
  const body = isObject(answer) && isObject(answer.d) ? answer.d : null
  const rows = body ? (Array.isArray(body.results) ? body.results : [body]) : []
  if (status >= 400)
    return isObject(answer) && isObject(answer.error) ? [] : [`${path}: an error without its form`]
  return [
    ...(method === 'GET' ? wrongQuery(spec, own, query) : wrongIn(spec, input, sent, true)),
    ...rows.flatMap((row) => wrongIn(spec, own, row, false)),
  ]
}

function jsonOf(text: string | null | undefined): unknown {
  return text ? (JSON.parse(text) as unknown) : undefined
}

/** Every message of an exchange, those inside a $batch apart. */
function apart({ request, response }: Exchange, type: string): Message[] {
  const { pathname, searchParams } = new URL(request.url)
  const [, service = '', path = ''] = /\/odata\/sap\/(\w+)\/(.*)$/.exec(decodeURIComponent(pathname)) ?? []
  // What the service says of itself is XML, and no message of its types.
  if (!path || path === '$metadata' || !response) return []
  const { method, body } = request
  if (path !== '$batch')
    return [
      {
        method,
        service,
        path,
        query: searchParams,
        sent: jsonOf(body),
        status: response.status,
        answer: jsonOf(response.body),
      },
    ]
  const flat = (text: string, kind: string): ReturnType<typeof messageOf>[] =>
    pieces(text, kind).flatMap((one) => {
      const inner = one.headers['content-type'] ?? ''
      return inner.startsWith('multipart/') ? flat(one.body, inner) : [messageOf(one)]
    })
  const answers = flat(response.body, type)
  return flat(body ?? '', 'multipart/mixed; boundary=batch_erp').map((one, index): Message => {
    const [verb = '', target = ''] = one.first.split(' ')
    const [inside = '', query = ''] = target.split('?')
    const status = Number(answers[index]?.first.split(' ')[1])
    return {
      method: verb,
      service,
      path: inside,
      query: new URLSearchParams(query),
      sent: jsonOf(one.body),
      status,
      answer: jsonOf(answers[index]?.body),
    }
  })
}

const ADDRESS = {
  type: 'BILLING' as const,
  lines: ['Weg 1', 'Hof'],
  city: 'Bonn',
  postalCode: '53111',
  country: 'DE',
}

it.skipIf(!existsSync(FOLDER))(
  'sends and answers only fields, types, expansions and writes that the services declare (skipped without specs/sap-s4hana)',
  async () => {
    await using(async ({ erp, tap, server }) => {
      const [line] = ORDER.lines
      const rich = {
        ...line!,
        unit: 'H87',
        warehouse: '1010/101A',
        discountPercent: '5',
        description: 'Tisch '.repeat(10),
      }
      const texts = {
        note: 'Danke',
        purchaseOrderNumber: 'PO-1',
        paymentTerms: 'NT14',
        orderedOn: '2026-11-21',
      }
      const discounts = [{ amount: { amount: '10', currency: 'EUR' } }]
      const more = {
        ...texts,
        discounts,
        shipTo: { ...ADDRESS, name: 'Tor 5' },
        requestedDelivery: '2026-12-01',
      }
      const ref = await erp.order!.create({ ...ORDER, ...more, lines: [rich, ORDER.lines[1]!] }, 'ord_SPEC1')
      await erp.order!.find!('ord_SPEC1')
      await erp.order!.update!(ref, { purchaseOrderNumber: 'PO-2' }, null)
      await erp.order!.undo!(ref)
      const person = {
        name: 'Neu',
        email: 'a@b.example',
        phone: '+4930123',
        currency: 'EUR',
        addresses: [ADDRESS],
      }
      const made = await erp.customer!.create({ ...person, paymentTerms: 'NT14', taxId: 'DE1' }, 'cus_SPEC1')
      const change = {
        ...person,
        name: 'Neuer',
        phone: '+4930124',
        taxId: 'DE2',
        group: '02',
        addresses: [{ ...ADDRESS, city: 'Köln' }],
      }
      await erp.customer!.update!(made, change, made.version ?? null)
      await erp.customer!.find!('cus_SPEC1')
      await erp.check()
      for (const read of [erp.items, erp.customers, erp.orders, erp.invoices, erp.quotes]) {
        const { rows } = (await read?.list({ first: 5, after: null })) ?? { rows: [] }
        await read?.list({ first: 2, after: null, search: 'a' })
        await read?.byId(rows.map(({ id }) => id).slice(0, 3))
      }
      await erp.credit!(['10100001'])
      await erp.stock!(['DESK-60', 'FIT-60'].map((item) => ({ item, sku: item, warehouses: null })))
      await erp.prices!([priceAsk('LAMP-60', null)])
      await erp.prices!([priceAsk('DESK-60', '10100003'), priceAsk('DESK-60', '10100003', '30')])
      await erp.prices!([priceAsk('DESK-60', '10100001')])
      for (const kind of ['item', 'customer', 'order', 'invoice', 'quote'] as const)
        for await (const page of erp.changes!(kind, null))
          expect(page.changes.length).toBeLessThanOrEqual(500)
      expect(server.calls('s4').every(({ status }) => (status ?? 500) < 400)).toBe(true)
      const messages = tap.exchanges
        .filter(({ response }) => (response?.body.length ?? 0) < 20_000)
        .flatMap((one) => apart(one, 'multipart/mixed; boundary=ejjeeffe0'))
      const specs = new Map(messages.map(({ service }) => [service, load(service)]))
      const checked = messages.filter(({ service }) => specs.get(service))
      expect(new Set(checked.map(({ service }) => service)).size).toBe(7)
      expect(checked.length).toBeGreaterThan(40)
      const wrong = checked.flatMap((message) => check(specs.get(message.service)!, message))
      expect([...new Set(wrong)]).toEqual([])
    })
  },
)
