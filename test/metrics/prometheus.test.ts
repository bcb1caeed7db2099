import { request } from 'node:http'
import { once } from 'node:events'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { metricsRoutes } from '../../gateway/metrics.ts'
import { post } from '../gateway/client.ts'
import { addKey, addTenant } from '../gateway/keys.ts'
import { type TestHouse, openHouse } from '../whole.ts'

const ADMIN = 'the-secret-of-the-admin-of-this-house'
const [MINE, OTHER] = ['odoo:main', 'erpnext:main']

interface Sample {
  name: string
  labels: Record<string, string>
  value: number
}
interface Page {
  status: number
  type: string
  text: string
}

const NAME = '[a-zA-Z_:][a-zA-Z0-9_:]*'
const LABEL = `${NAME}="(?:[^"\\\\\\n]|\\\\["\\\\n])*"`
const SAMPLE = new RegExp(
  `^(${NAME})(?:\\{((?:${LABEL})(?:,${LABEL})*)?\\})? (-?[0-9.]+(?:e[+-]?\\d+)?|[Nn]a[Nn]|[+-]?Inf)$`,
)
/** What may follow the name of a family in the names of its samples, by its type. */
const SUFFIXES: Record<string, string[]> = {
  counter: ['_total', '_created'],
  gauge: [''],
  histogram: ['_bucket', '_count', '_sum', '_created'],
  summary: ['', '_count', '_sum', '_created'],
}

/** Reads an OpenMetrics text by its grammar; throws for a line that does not fit, and for a family that is torn apart. */
function parse(text: string): Sample[] {
  const lines = text.split('\n')
  expect(lines.slice(-2)).toEqual(['# EOF', ''])
  const families = new Map<string, string>()
  let family = ''
  return lines.slice(0, -2).flatMap((line) => {
    const [, what, name = '', rest = ''] = /^# (HELP|TYPE) (\S+) (.*)$/.exec(line) ?? []
    if (what === 'TYPE') {
      if (families.has(name)) throw new Error(`${name} comes twice`)
      families.set((family = name), rest)
    }
    if (what) return []
    const [, sample = '', labels = '', value] = SAMPLE.exec(line) ?? []
    const suffixes = SUFFIXES[families.get(family) ?? ''] ?? []
    if (!value || !suffixes.some((end) => sample === family + end)) throw new Error(`In ${family}: ${line}`)
    const pairs = [...labels.matchAll(/([\w:]+)="([^"]*)"/g)].map(([, key, text]) => [key, text] as const)
    return [
      { name: sample, labels: Object.fromEntries(pairs), value: Number(value.replace('Inf', 'Infinity')) },
    ]
  })
}

let house: TestHouse
let open = ''
let closed = ''

async function page(url: string, headers: Record<string, string> = {}): Promise<Page> {
  const sent = request(`${url}/metrics`, { headers }).end()
  const [answer] = (await once(sent, 'response')) as [import('node:http').IncomingMessage]
  const text = (await answer.toArray()).join('')
  return { status: answer.statusCode ?? 0, type: answer.headers['content-type'] ?? '', text }
}

beforeAll(async () => {
  const keys = [{ name: 'admin', secret: ADMIN, scopes: ['admin' as const] }]
  house = await openHouse({ only: [MINE, OTHER], keys })
  await addTenant(house, 'elsewhere', { 'odoo:foreign': MINE })
  const served = async (loopback: boolean) => {
    const callerOf = (authorization: string) => house.contexts.callerOf(authorization)
    return (await house.serve({ routes: (app) => metricsRoutes(app, house.hub, { callerOf, loopback }) })).url
  }
  open = await served(true)
  closed = await served(false)
  await house.poll()
  const stock = '{ product(sku: "DESK-160") { id stock { complete } } }'
  for (let turn = 0; turn < 2; turn += 1) await post(open, stock, {}, { key: ADMIN })
  const sql = `insert into operation (id, tenant, connection, object, action, status, reference, input, problem, customer,
      created_at, finished_at)
    select 'op_' || n, 'default', ?, 'ORDER', 'CREATE', ?, 'secret-reference', '{}', ?::jsonb, 'secret-customer',
      now() - interval '90 seconds', case when ? then now() end from generate_series(1, ?) n`
  const problem = (code: string) => JSON.stringify({ code, message: 'secret-message' })
  await house.hub.db.em().execute(sql, [MINE, 'WAITING', null, false, 3])
  await house.hub.db
    .em()
    .execute(sql.replace("'op_'", "'op_r'"), [MINE, 'REFUSED', problem('INVALID_ITEM'), true, 2])
  await house.hub.db
    .em()
    .execute(sql.replace("'op_'", "'op_x'"), [MINE, 'DEAD', problem('cust@x.example'), true, 1])
})
afterAll(() => house.close())

describe('/metrics', () => {
  it('is OpenMetrics text with the figures of this house', async () => {
    const { status, type, text } = await page(open)
    expect([status, type]).toEqual([200, 'application/openmetrics-text; version=1.0.0; charset=utf-8'])
    const samples = parse(text)
    const value = (name: string, labels: Record<string, string>) =>
      samples.find(
        (one) => one.name === name && Object.entries(labels).every(([k, v]) => one.labels[k] === v),
      )?.value
    expect(value('erp_operations', { connection: MINE, object: 'ORDER', status: 'WAITING' })).toBe(3)
    const refused = { connection: MINE, object: 'ORDER', status: 'REFUSED', code: 'INVALID_ITEM' }
    expect(value('erp_operations_finished_24h', refused)).toBe(2)
    expect(value('erp_oldest_waiting_seconds', { connection: MINE })).toBeGreaterThanOrEqual(90)
    expect(value('erp_success_ratio', { connection: MINE })).toBe(0)
    expect(value('erp_cache_reads_total', { connection: MINE, kind: 'stock', answer: 'hit' })).toBe(1)
    expect(value('erp_cache_reads_total', { connection: MINE, kind: 'stock', answer: 'miss' })).toBe(1)
    expect(value('erp_breaker_state', { connection: MINE, state: 'closed' })).toBe(1)
    expect(value('erp_breaker_state', { connection: MINE, state: 'open' })).toBe(0)
    expect(
      value('erp_budget_requests', { connection: MINE, seconds: '86400', state: 'used' }),
    ).toBeGreaterThan(0)
    const upstream = 'erp_upstream_request_duration_seconds_count'
    expect(value(upstream, { connection: MINE, status: '2xx' })).toBeGreaterThan(0)
    expect(value('erp_graphql_operation_duration_seconds_count', { kind: 'query', outcome: 'ok' })).toBe(2)
    expect(value('nodejs_eventloop_lag_seconds', {})).toBeGreaterThanOrEqual(0)
    expect(value('process_cpu_seconds_total', {})).toBeGreaterThan(0)
  })

  it('counts what happens between two looks, also what fails', async () => {
    const count = async (name: string, labels: Record<string, string>) =>
      parse((await page(open)).text)
        .filter((one) => one.name === name && Object.entries(labels).every(([k, v]) => one.labels[k] === v))
        .reduce((sum, one) => sum + one.value, 0)
    const upstream = 'erp_upstream_request_duration_seconds_count'
    const operations = 'erp_graphql_operation_duration_seconds_count'
    const before = [await count(upstream, { status: '5xx' }), await count(operations, { outcome: 'error' })]
    house.sandboxes.faults('odoo', [{ do: 'status', status: 500, times: 0 }])
    await post(open, '{ product(sku: "DESK-140") { stock { complete } } }', {}, { key: ADMIN })
    house.sandboxes.faults('odoo', [])
    const user = await addKey(house, { scopes: ['read:stock'] })
    await post(open, '{ metrics { totals { dead } } }', {}, { key: user })
    expect(await count(upstream, { status: '5xx' })).toBeGreaterThan(before[0]!)
    expect(await count(operations, { outcome: 'error' })).toBe(before[1]! + 1)
  })

  it('has a bounded set of labels, without an id, a name or a word of a customer', async () => {
    const { text } = await page(open)
    expect(text).not.toMatch(/secret|cust@x|"op_/)
    const keys = new Set(
      parse(text).flatMap(({ name, labels }) => (name.startsWith('erp_') ? Object.keys(labels) : [])),
    )
    const known = 'connection object status code kind outcome answer state seconds quantile le'.split(' ')
    expect([...keys].filter((key) => !known.includes(key))).toEqual([])
  })

  it('is open to this machine alone: through a proxy or by another name it asks for a key', async () => {
    expect((await page(open, { host: 'localhost' })).status).toBe(200)
    for (const headers of [
      { 'x-forwarded-for': '203.0.113.9' },
      { forwarded: 'for=203.0.113.9' },
      { host: 'erp.example' },
      { origin: 'https://evil.example' },
    ] as Record<string, string>[])
      expect([headers, (await page(open, headers)).status]).toEqual([headers, 401])
    expect((await page(closed)).status).toBe(401)
    expect((await page(open, { authorization: 'Bearer wrong' })).status).toBe(401)
    expect((await page(closed, { authorization: `Bearer ${ADMIN}` })).status).toBe(200)
  })

  it('needs the right read:sync or admin, and shows a key its own connections alone', async () => {
    const read = async (wanted: Parameters<typeof addKey>[1]) =>
      page(closed, { authorization: `Bearer ${await addKey(house, wanted)}` })
    expect((await read({ scopes: ['read:stock', 'write:order'] })).status).toBe(403)
    expect((await read({ scopes: ['read:sync'], customer: 'cus_1' })).status).toBe(403)
    const seen = async (wanted: Parameters<typeof addKey>[1]) => {
      const all = parse((await read(wanted)).text).flatMap(({ labels }) => labels.connection ?? [])
      return [...new Set(all)].toSorted()
    }
    expect(await seen({ scopes: ['read:sync'] })).toEqual([OTHER, MINE])
    expect(await seen({ scopes: ['read:sync'], connections: [OTHER] })).toEqual([OTHER])
    expect(await seen({ scopes: ['admin'], tenant: 'elsewhere' })).toEqual(['odoo:foreign'])
  })
})
