import { type IncomingMessage, request } from 'node:http'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { FastifyInstance } from 'fastify'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { readConfig } from '../../config.ts'
import { embedRoutes } from '../../gateway/embed.ts'
import { createEngine } from '../../gateway/engine.ts'
import { Origins } from '../../gateway/origins.ts'
import { overHttp } from '../../gateway/remote.ts'
import { type RunningServer, serve } from '../../gateway/server.ts'
import { Names } from '../../subgraphs/names.ts'

const SHOP = 'https://shop.example'
const PREFLIGHT = {
  'access-control-request-method': 'POST',
  'access-control-request-headers': 'authorization,content-type',
}

describe('origins', () => {
  const servers: RunningServer[] = []
  let folder: string
  let port: number
  let demo: number

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'embed-'))
    await writeFile(join(folder, 'erp.js'), 'void 0')
    const supergraphSdl = await readFile(join(import.meta.dirname, '../../schema/supergraph.graphql'), 'utf8')
    const engine = createEngine({ supergraphSdl, transports: (_name, url) => overHttp(url) })
    const open = async (origins: Origins): Promise<number> => {
      const names = new Names(['127.0.0.1'])
      const options = {
        engine,
        context: async (_key: unknown, signal: AbortSignal | undefined, requestId: string) => ({
          requestId,
          signal,
        }),
        dedupeKey: () => undefined,
        accept: (incoming: IncomingMessage) => origins.accept(incoming, names),
        ready: async () => true,
        routes(app: FastifyInstance) {
          embedRoutes(app, folder)
          origins.routes(app)
        },
      }
      const server = await serve(options, '127.0.0.1', 0)
      servers.push(server)
      return server.port
    }
    port = await open(new Origins([SHOP], { loopback: false }))
    demo = await open(new Origins([], { loopback: true }))
  })
  afterAll(async () => {
    for (const server of servers) await server.stop()
    await rm(folder, { recursive: true, force: true })
  })

  /** A request with the headers that a browser would not let a page set. */
  function send(to: number, method: string, path: string, headers: Record<string, string>) {
    return new Promise<{ status: number | undefined; headers: NodeJS.Dict<string | string[]> }>(
      (resolve, reject) => {
        const sent = request({ port: to, host: '127.0.0.1', method, path, headers }, (answer) => {
          answer.resume().on('end', () => resolve({ status: answer.statusCode, headers: answer.headers }))
        })
        sent.on('error', reject).end(method === 'POST' ? '{"query":"{ __typename }"}' : undefined)
      },
    )
  }

  it('answers the preflight of a listed page, for two hours and without credentials', async () => {
    const { status, headers } = await send(port, 'OPTIONS', '/graphql', { origin: SHOP, ...PREFLIGHT })
    expect(status).toBe(204)
    expect(headers).toMatchObject({
      'access-control-allow-origin': SHOP,
      'access-control-allow-headers': 'authorization, content-type',
      'access-control-max-age': '7200',
      vary: 'Origin',
    })
    expect(headers).not.toHaveProperty('access-control-allow-credentials')
  })

  it('lets a listed page read an answer and its waiting time, and tells caches that it depends', async () => {
    const json = { 'content-type': 'application/json' }
    const { status, headers } = await send(port, 'POST', '/graphql', { origin: SHOP, ...json })
    expect([status, headers['access-control-allow-origin'], headers.vary]).toEqual([200, SHOP, 'Origin'])
    expect(headers['access-control-expose-headers']).toContain('retry-after')
  })

  it('lets a listed page read a stream of server-sent events as well', async () => {
    const stream = { 'content-type': 'application/json', accept: 'text/event-stream' }
    const { status, headers } = await send(port, 'POST', '/graphql', { origin: SHOP, ...stream })
    expect([status, headers['access-control-allow-origin'], headers.vary]).toEqual([200, SHOP, 'Origin'])
    expect(headers['content-type']).toContain('text/event-stream')
    const refused = await send(port, 'POST', '/graphql', { origin: 'http://shop.example', ...stream })
    expect(refused.headers).not.toHaveProperty('access-control-allow-origin')
  })

  it('refuses a page that is not listed, also one whose name only begins alike', async () => {
    for (const origin of [
      `${SHOP}.attacker.example`,
      'http://shop.example',
      'https://shop.example:8443',
      'null',
    ]) {
      const { status, headers } = await send(port, 'OPTIONS', '/graphql', { origin, ...PREFLIGHT })
      expect([origin, status]).toEqual([origin, 403])
      expect(headers).not.toHaveProperty('access-control-allow-origin')
    }
  })

  it('refuses a listed page that comes by another name of this server, as after DNS rebinding', async () => {
    const headers = { origin: SHOP, host: 'attacker.example', 'content-type': 'application/json' }
    expect((await send(port, 'POST', '/graphql', headers)).status).toBe(403)
    const own = { origin: 'http://attacker.example', host: 'attacker.example' }
    expect((await send(demo, 'OPTIONS', '/graphql', { ...own, ...PREFLIGHT })).status).toBe(403)
  })

  it('lets pages of this machine read in the demo, and no others', async () => {
    for (const origin of ['http://localhost:5173', 'http://127.0.0.1:8080', 'http://[::1]:3000']) {
      const { headers } = await send(demo, 'OPTIONS', '/graphql', { origin, ...PREFLIGHT })
      expect(headers['access-control-allow-origin']).toBe(origin)
    }
    for (const origin of [SHOP, 'http://localhost.attacker.example']) {
      const { status } = await send(demo, 'OPTIONS', '/graphql', { origin, ...PREFLIGHT })
      expect([origin, status]).toEqual([origin, 403])
    }
  })

  it('gives the script to any page, and a second time only when it has changed', async () => {
    const first = await send(port, 'GET', '/embed/erp.js', {})
    expect(first.headers).toMatchObject({
      'access-control-allow-origin': '*',
      'cross-origin-resource-policy': 'cross-origin',
      'content-type': 'text/javascript; charset=utf-8',
    })
    const again = { 'if-none-match': String(first.headers.etag) }
    expect((await send(port, 'GET', '/embed/erp.js', again)).status).toBe(304)
    await writeFile(join(folder, 'erp.js'), 'void 1')
    expect((await send(port, 'GET', '/embed/erp.js', again)).status).toBe(200)
    expect((await send(port, 'GET', '/embed/..%2fpackage.json', {})).status).toBe(404)
  })

  it('takes origins from the config file, and refuses one that no browser would send', async () => {
    const path = join(folder, 'erp.yaml')
    const env = { CONFIG: path, DATA_DIR: folder }
    const key = 'keys: [{ secret: "0123456789abcdef", scopes: [read:stock] }]'
    await writeFile(path, `${key}\norigins: ["${SHOP}", "http://crm.example:8080"]`)
    expect(readConfig(env).file.origins).toEqual([SHOP, 'http://crm.example:8080'])
    for (const wrong of ['*', 'shop.example', `${SHOP}/`, `${SHOP}/page`, 'null']) {
      await writeFile(path, `${key}\norigins: ["${wrong}"]`)
      expect(() => readConfig(env)).toThrow('origins')
    }
  })
})
