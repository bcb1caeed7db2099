import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import autocannon from 'autocannon'
import { connectors } from '../../subgraphs/index.ts'
import { demo } from '../../subgraphs/demo.ts'
import { sandboxes } from '../../subgraphs/sandboxes.ts'
import { LOADER } from '../loader.ts'

/**
 * Requests per second and latency of the same questions under four machines, in one run, in turn: ours, Apollo
 * Server over one unfederated schema, @apollo/gateway over the same supergraph, and a server that sends the same
 * bytes. `--seconds` per measurement, `--rounds` for the median.
 */
const { values } = parseArgs({
  options: { seconds: { type: 'string', default: '3' }, rounds: { type: 'string', default: '3' } },
})

const ENGINES = ['bare', 'plain', 'gateway', 'ours'] as const
type EngineName = (typeof ENGINES)[number]

const SKUS = demo(1).products.map(({ sku }) => sku)
const OPERATIONS = readFileSync('test/operations/reads.graphql', 'utf8')
const CONNECTIONS = 8

interface Row {
  name: string
  operation: string
  products: number
  maxAgeMs: number | null
  distinct: boolean
}

const ROWS: Row[] = [
  {
    name: '1 product, warm, distinct',
    operation: 'ProductLive',
    products: 1,
    maxAgeMs: null,
    distinct: true,
  },
  {
    name: '1 product, warm, identical',
    operation: 'ProductLive',
    products: 1,
    maxAgeMs: null,
    distinct: false,
  },
  { name: '1 product, cold, distinct', operation: 'ProductLive', products: 1, maxAgeMs: 0, distinct: true },
  {
    name: '50 products, warm, distinct',
    operation: 'ProductsLive',
    products: 50,
    maxAgeMs: null,
    distinct: true,
  },
  {
    name: '50 products, warm, identical',
    operation: 'ProductsLive',
    products: 50,
    maxAgeMs: null,
    distinct: false,
  },
  {
    name: '50 products, cold, distinct',
    operation: 'ProductsLive',
    products: 50,
    maxAgeMs: 0,
    distinct: true,
  },
]

/** The body of the n-th request of a row. */
function bodyOf(row: Row, n: number): string {
  const from = row.distinct ? n % SKUS.length : 0
  const skus = Array.from({ length: row.products }, (_, index) => SKUS[(from + index) % SKUS.length])
  const quantity =
    row.distinct && row.maxAgeMs === 0 ? String(1 + (n % 997)) : row.distinct ? String(1 + (n % 3)) : '1'
  const variables = row.products === 1 ? { sku: skus[0], quantity } : { skus, quantity }
  return JSON.stringify({
    query: OPERATIONS,
    operationName: row.operation,
    variables: { ...variables, maxAgeMs: row.maxAgeMs },
  })
}

function start(
  file: string,
  args: string[],
  env: NodeJS.ProcessEnv = {},
): Promise<{ child: ChildProcess; port: number }> {
  const child = spawn(process.execPath, [...LOADER, file, ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, ...env, NODE_ENV: 'production' },
  })
  return new Promise((resolve, reject) => {
    child.stdout?.on('data', (chunk: Buffer) => {
      const port = /(?:listening |127\.0\.0\.1:)(\d+)/.exec(chunk.toString())?.[1]
      if (port) resolve({ child, port: Number(port) })
    })
    child.once('exit', () => reject(new Error(`${file} ended.`)))
  })
}

async function send(port: number, body: string, path = '/graphql'): Promise<string> {
  const answer = await fetch(`http://127.0.0.1:${port}${path}`, {
    method: 'POST',
    body,
    headers: { 'content-type': 'application/json' },
  })
  return answer.text()
}

interface Figures {
  perSecond: number
  p50: number
  p99: number
}

/** Reads every product in every quantity that the warm rows ask for, so that they find all of it cached. */
async function prime(port: number): Promise<void> {
  for (let n = 0; n < 12; n += 1) {
    const from = Math.floor(n / 3) * 50
    const variables = { skus: SKUS.slice(from, from + 50), quantity: String(1 + (n % 3)) }
    await send(port, JSON.stringify({ query: OPERATIONS, operationName: 'ProductsLive', variables }))
  }
}

async function measure(port: number, row: Row): Promise<Figures> {
  let n = 0
  const result = await autocannon({
    url: `http://127.0.0.1:${port}/graphql`,
    connections: CONNECTIONS,
    duration: Number(values.seconds),
    requests: [
      {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        setupRequest: (request) => ({ ...request, body: bodyOf(row, n++) }),
      },
    ],
  })
  if (result.non2xx > 0 || result.errors > 0)
    throw new Error(`${row.name}: ${result.non2xx} refusals, ${result.errors} errors.`)
  return { perSecond: result.requests.average, p50: result.latency.p50, p99: result.latency.p99 }
}

function median(figures: number[]): number {
  return figures.toSorted((a, b) => a - b)[Math.floor(figures.length / 2)] ?? 0
}

function table(row: Row, all: Record<EngineName, Figures[]>): string {
  const ours = median(all.ours.map(({ perSecond }) => perSecond))
  const lines = ENGINES.map((engine) => {
    const figures = all[engine]
    const rate = median(figures.map(({ perSecond }) => perSecond))
    const p50 = median(figures.map((figure) => figure.p50))
    const p99 = median(figures.map((figure) => figure.p99))
    return `  ${engine.padEnd(8)} ${rate.toFixed(0).padStart(7)}/s  p50 ${String(p50).padStart(5)} ms  p99 ${String(p99).padStart(5)} ms  ours/${engine} ${(ours / rate).toFixed(2)}`
  })
  return [row.name, ...lines].join('\n')
}

/** What a start costs: every subgraph composed, and the first plan of each question. */
function cold(): void {
  process.stdout.write('a start, in a process of its own\n')
  spawnSync(process.execPath, [...LOADER, 'test/bench/cold.ts'], {
    stdio: ['ignore', 'inherit', 'inherit'],
  })
}

async function main(): Promise<void> {
  cold()
  const stage = await start('subgraphs/sandboxes.ts', [], { SANDBOX_PORT: '0' })
  const erps = sandboxes.filter(
    ({ system }) => connectors.find((connector) => connector.system === system)?.role === 'erp',
  )
  const wanted = erps.filter(({ name }) => name !== 'odoo18').slice(0, 4)
  const args = [
    '--sandboxes',
    `http://127.0.0.1:${stage.port}`,
    '--connections',
    wanted.map(({ connection }) => connection).join(','),
  ]
  const servers = new Map<EngineName, { child: ChildProcess; port: number }>()
  for (const engine of ENGINES)
    servers.set(engine, await start('test/bench/child.ts', ['--engine', engine, ...args]))
  process.stdout.write(
    `4 machines, ${wanted.length} connections (${wanted.map(({ connection }) => connection).join(', ')}), ${values.rounds} rounds of ${values.seconds} s, ${CONNECTIONS} sockets\n`,
  )
  for (const [engine, { port }] of servers) if (engine !== 'bare') await prime(port)
  for (const row of ROWS) {
    const all: Record<EngineName, Figures[]> = { bare: [], plain: [], gateway: [], ours: [] }
    await alike(servers, row)
    for (let round = 0; round < Number(values.rounds); round += 1) {
      for (const [engine, { port }] of servers) all[engine].push(await measure(port, row))
    }
    process.stdout.write(`${table(row, all)}\n`)
  }
  for (const { child } of [...servers.values(), stage]) child.kill()
  process.exit(0)
}

/** All machines must say the same before their speed is compared; the bare server gets the bytes to send. */
async function alike(servers: Map<EngineName, { port: number }>, row: Row): Promise<void> {
  const ours = await send(servers.get('ours')?.port ?? 0, bodyOf(row, 0))
  for (const engine of ['plain', 'gateway'] as const) {
    const other = await send(servers.get(engine)?.port ?? 0, bodyOf(row, 0))
    if (
      JSON.stringify(sorted(JSON.parse(ageless(ours)))) !== JSON.stringify(sorted(JSON.parse(ageless(other))))
    ) {
      throw new Error(`${row.name}: ${engine} says\n${other.slice(0, 600)}\nours says\n${ours.slice(0, 600)}`)
    }
  }
  await send(servers.get('bare')?.port ?? 0, ours, '/bytes')
}

function ageless(text: string): string {
  return text
    .replace(/"ageMs":\d+/g, '"ageMs":0')
    .replace(/"status":"(LIVE|CACHED)"/g, '"status":"LIVE"')
    .replace(/"id":"[^"]*"/g, '"id":""')
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value)
      .toSorted(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, inner]) => [key, sorted(inner)]),
  )
}

await main()
