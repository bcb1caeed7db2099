import { createServer } from 'node:http'
import { parseArgs } from 'node:util'
import { createEngine } from '../../gateway/engine.ts'
import { Contexts, dedupeKey } from '../../gateway/context.ts'
import { composeHouse, ownSubgraphs } from '../../gateway/house.ts'
import { serve } from '../../gateway/server.ts'
import { Access } from '../../subgraphs/hub/access.ts'
import { isReady, openHub, saveConnections } from '../../subgraphs/hub/open.ts'
import { Poller } from '../../subgraphs/hub/poll.ts'
import { sandboxConnections } from '../../subgraphs/sandboxes.ts'
import { apolloGateway, unfederated } from './engines.ts'

/** One server under test in a process of its own: `--engine ours|gateway|plain|bare --sandboxes ORIGIN`. */
const { values } = parseArgs({
  options: {
    engine: { type: 'string', default: 'ours' },
    sandboxes: { type: 'string', default: '' },
    connections: { type: 'string', default: '' },
  },
})

async function house(): Promise<number> {
  const origin = new URL(values.sandboxes)
  const file = { connections: [], allowHosts: [origin.host], keys: [], subgraphs: [], hosts: [], origins: [] }
  const secretKey = 'the benchmark has nothing to hide, 32 characters'
  const base = {
    port: 0,
    host: '127.0.0.1',
    publicUrl: 'http://127.0.0.1',
    isPublic: false,
    dataDir: null,
    databaseUrl: null,
    sandboxPort: 0,
    secretKey,
    logLevel: 'silent',
  }
  const hub = await openHub({ ...base, file, demo: true })
  const wanted = values.connections.split(',')
  const given = sandboxConnections(origin.origin).filter(({ id }) => wanted.includes(id))
  // Nothing may expire while the warm rows are measured, and no poll may take a turn.
  const settings = {
    pollMs: 3_600_000,
    limits: { perSecond: 100_000, perMinute: 6_000_000, perDay: 6_000_000 },
    ttlMs: { stock: 3_600_000, price: 3_600_000 },
  }
  await saveConnections(
    hub,
    given.map(({ id, system, config }) => ({ ...config, ...settings, id, system })),
  )
  await new Poller(hub).once()
  const own = ownSubgraphs()
  const { sdl, transports } = await composeHouse(own, [], secretKey)
  const ours = createEngine({ supergraphSdl: sdl, transports })
  const hubSchema = own[0]?.schema
  const engine =
    values.engine === 'gateway'
      ? apolloGateway(ours, own)
      : values.engine === 'plain' && hubSchema
        ? unfederated(ours, hubSchema)
        : ours
  const contexts = new Contexts(hub, new Access(hub.db, hub.catalogue, true))
  const context = (authorization: string | undefined, signal: AbortSignal | undefined, id: string) =>
    contexts.of(authorization, signal, id)
  const { port } = await serve(
    { engine, context, dedupeKey, accept: null, ready: () => isReady(hub.db) },
    '127.0.0.1',
    0,
  )
  return port
}

/** A server that does nothing but send bytes: first POST sets them, the others get them. */
function bare(): Promise<number> {
  let bytes = Buffer.alloc(0)
  const server = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      if (request.url === '/bytes') bytes = Buffer.concat(chunks)
      response
        .writeHead(200, { 'content-type': 'application/json; charset=utf-8', 'content-length': bytes.length })
        .end(bytes)
    })
  })
  return new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => resolve((server.address() as { port: number }).port))
  })
}

const port = await (values.engine === 'bare' ? bare() : house())
process.stdout.write(`listening ${port}\n`)
