import { afterEach, describe, expect, test } from 'vitest'
import { compose } from '../../gateway/compose.ts'
import { createEngine } from '../../gateway/engine.ts'
import { overHttp } from '../../gateway/remote.ts'
import { counter } from './events.ts'
import { plain } from './harness.ts'
import type { Served } from './serve.ts'
import { serve } from './serve.ts'
import type { Subgraph } from './harness.ts'
import { shop } from './shop.ts'

const open: { close(): unknown }[] = []
afterEach(async () => {
  for (const one of open.splice(0)) await one.close()
})

async function serveAll(subgraphs: Subgraph[]) {
  const served = new Map<string, Served>()
  for (const { name, schema } of subgraphs) {
    const one = await serve(schema)
    open.push(one)
    served.set(name, one)
  }
  const sdl = compose(
    subgraphs.map(({ name, typeDefs }) => ({ name, typeDefs, url: served.get(name)?.url ?? '' })),
  )
  return { sdl, served }
}

const QUERY =
  '{ products(first: 3) { nodes { sku stock { available missing answers { connection status } } prices { source } } } }'

describe('an engine made from nothing but the text of a supergraph', () => {
  test('asks each subgraph at the url in it', async () => {
    const subgraphs = shop()
    const { sdl, served } = await serveAll(subgraphs)
    const engine = createEngine({ supergraphSdl: sdl })
    open.push({ close: () => engine.stop() })
    const { data, errors } = await engine.execute({ query: QUERY })
    expect(errors).toBeUndefined()
    const answers = ['NetSuite', 'Odoo', 'Sap'].map((system) => ({
      connection: `${system}:main`,
      status: 'LIVE',
    }))
    const prices = [{ source: 'list' }, { source: 'list' }, { source: 'list' }]
    expect(plain(data)).toMatchObject({
      products: { nodes: [{}, { sku: 'S1', stock: { available: '33', missing: 0, answers }, prices }, {}] },
    })
    expect([...served.values()].map(({ seen }) => seen.length)).toEqual([2, 1, 1, 1])
  })

  test('goes on without a subgraph whose port is closed', async () => {
    const { sdl, served } = await serveAll(shop())
    await served.get('odoo')?.close()
    const engine = createEngine({ supergraphSdl: sdl })
    open.push({ close: () => engine.stop() })
    const { data, errors } = await engine.execute({
      query: '{ product(sku: "S1") { stock { available missing } } }',
    })
    expect(plain(data)).toEqual({ product: { stock: { available: '22', missing: 1 } } })
    expect(plain(errors)).toMatchObject([
      { path: ['product', 'stock'], extensions: { code: 'UNAVAILABLE', service: 'odoo' } },
    ])
    expect(JSON.stringify(errors)).not.toContain('127.0.0.1')
  })

  test('streams a subscription and fetches what each event points to', async () => {
    const numbers = counter(5, 'silence')
    const { sdl } = await serveAll(shop(['Odoo'], { events: numbers.from }))
    const engine = createEngine({ supergraphSdl: sdl })
    open.push({ close: () => engine.stop() })
    const stream = await engine.subscribe({
      query: 'subscription { events(after: 4) { cursor product { stock { available } } } }',
    })
    if (!(Symbol.asyncIterator in stream)) throw new Error(stream.errors?.[0]?.message)
    const { value } = await stream.next()
    expect(plain(value)).toEqual({
      data: { events: { cursor: '5', product: { stock: { available: '50' } } } },
    })
    await stream.return()
    await numbers.ended
  })
})

describe('what a subgraph answers over HTTP', () => {
  const [hub] = shop()
  const request = {
    service: 'hub',
    operation: 'query',
    query: '{ __typename }',
    variables: {},
    context: null,
  } as const
  const transportTo = async (answer?: Parameters<typeof serve>[1], options = {}) => {
    if (!hub) throw new Error('no hub')
    const served = await serve(hub.schema, answer)
    const transport = overHttp(served.url, options)
    open.push({ close: () => transport.close?.() }, served)
    return { transport, served }
  }

  test.each([
    ['an HTML page', 200, '<html>', 'BAD_ANSWER'],
    ['half of a JSON text', 200, '{"data":{"a":', 'BAD_ANSWER'],
    ['JSON that is not GraphQL', 200, '{"ok":true}', 'BAD_ANSWER'],
    ['a list', 200, '[]', 'BAD_ANSWER'],
    ['nothing', 200, '', 'BAD_ANSWER'],
    ['a refusal without GraphQL', 403, 'Forbidden', 'BAD_ANSWER'],
    ['a bad gateway', 502, '<html>', 'UNAVAILABLE'],
    ['too many requests', 429, '', 'UNAVAILABLE'],
  ])('is an error with a code if it is %s', async (_, status, body, code) => {
    const { transport } = await transportTo((res) => res.writeHead(status).end(body))
    await expect(transport.execute(request)).rejects.toMatchObject({ extensions: { code, retryable: true } })
  })

  test('is taken at its word if it is GraphQL, whatever the status', async () => {
    const body = { errors: [{ message: 'no', extensions: { code: 'FORBIDDEN' } }] }
    const { transport } = await transportTo((res) => res.writeHead(403).end(JSON.stringify(body)))
    expect(await transport.execute(request)).toMatchObject({ data: null, errors: body.errors })
  })

  test('is not waited for longer than allowed', async () => {
    const { transport } = await transportTo(() => {}, { timeoutMs: 30 })
    await expect(transport.execute(request)).rejects.toMatchObject({ name: 'TimeoutError' })
  })

  test('is given up when the caller is gone', async () => {
    const controller = new AbortController()
    const { transport } = await transportTo(() => controller.abort(new Error('gone')))
    await expect(transport.execute({ ...request, signal: controller.signal })).rejects.toThrow('gone')
  })

  test('is asked for with the headers of the context and the time that is left', async () => {
    const headers = (context: unknown) => ({ authorization: `Bearer ${String(context)}` })
    const { transport, served } = await transportTo(undefined, { headers })
    expect(
      await transport.execute({ ...request, context: 'k1', deadline: Date.now() + 60_000 }),
    ).toMatchObject({ data: {} })
    expect(served.seen[0]).toMatchObject({ authorization: 'Bearer k1' })
    expect(Number(served.seen[0]?.['x-deadline-ms'])).toBeGreaterThan(50_000)
  })
})
