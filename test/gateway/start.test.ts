import { existsSync, writeFileSync } from 'node:fs'
import type { IncomingHttpHeaders, IncomingMessage } from 'node:http'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { ApolloServer } from '@apollo/server'
import { startStandaloneServer } from '@apollo/server/standalone'
import { buildSubgraphSchema } from '@apollo/subgraph'
import { GraphQLError, parse } from 'graphql'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { compose } from '../../gateway/compose.ts'
import { Program, folder } from './children.ts'
import { codes, post } from './client.ts'
import { bare } from './live.ts'

const AT = /(http:\/\/127\.0\.0\.1:\d+)\/graphql/
/** Of two ERPs, so that an answer takes no longer than a stop waits, however busy the machine is. */
const LIVE = `{ product(sku: "DESK-160") {
  stock(maxAgeMs: 0, deadlineMs: 8000, connections: ["odoo:main", "erpnext:main"]) { available complete } } }`

let home: Awaited<ReturnType<typeof folder>>
beforeAll(async () => {
  home = await folder()
})
afterAll(() => home.remove())

interface Tally {
  good: number
  bad: string[]
}

/** Asks again and again on kept connections, until nobody listens any more. */
async function load(url: string, tally: Tally): Promise<void> {
  for (;;) {
    try {
      const { data, errors } = await post<{ product: { stock: { complete: boolean } } }>(url, LIVE)
      if (data?.product.stock.complete && errors.length === 0) tally.good++
      else tally.bad.push(JSON.stringify(errors))
    } catch (error) {
      const { cause } = error as { cause?: { code?: string } }
      // Refused before it was taken: nothing of it was under way.
      if (cause?.code === 'ECONNREFUSED') return
      tally.bad.push(`${String(error)} ${cause?.code}`)
      return
    }
  }
}

async function until(isSo: () => Promise<boolean> | boolean): Promise<void> {
  while (!(await isSo())) await wait(50)
}

describe('everything in one process', () => {
  let program: Program
  let url = ''
  beforeAll(async () => {
    const env = { DATA_DIR: join(home.path, 'data'), PORT: '0', SANDBOX_PORT: '0' }
    program = new Program('gateway/start.ts', [], env)
    url = await program.says(AT)
  }, 60_000)
  afterAll(() => program?.kill())

  it('answers live stock of every ERP of the demo once its products are read', async () => {
    const answers = '{ product(sku: "DESK-160") { stock { complete answers { connection } } } }'
    type Seen = { product: { stock: { complete: boolean; answers: object[] } } | null }
    const seen = async () => (await post<Seen>(url, answers)).data?.product?.stock
    let stock = await seen()
    await until(async () => {
      stock = await seen()
      return stock !== undefined && stock.complete && stock.answers.length >= 4
    })
    expect(stock).toMatchObject({ complete: true, answers: expect.any(Array) })
  })

  it('is live and ready, and tells a page elsewhere nothing', async () => {
    const health = await Promise.all(['live', 'ready'].map((word) => fetch(`${url}/health/${word}`)))
    expect(health.map(({ status }) => status)).toEqual([200, 200])
    const strange = await post(url, '{ __typename }', {}, { headers: { origin: 'http://evil.example' } })
    expect([strange.status, codes(strange)]).toEqual([403, ['FORBIDDEN']])
  })

  it(
    'stopped under load ends what is under way, loses nothing of it, and ends by itself with code 0',
    { timeout: 60_000 },
    async () => {
      const tally: Tally = { good: 0, bad: [] }
      const idle = bare(url)
      const clients = Array.from({ length: 4 }, () => load(url, tally))
      await until(() => tally.good >= 8)
      const ended = await program.stop()
      await Promise.all(clients)
      expect(tally.bad).toEqual([])
      expect([ended.code, ended.stderr]).toEqual([0, ''])
      expect(existsSync(join(home.path, 'data', 'lock'))).toBe(false)
      idle.terminate()
    },
  )
})

describe('any supergraph from a file', () => {
  const typeDefs = parse(`type Query { whoami: String sorry: String broken: String }`)
  type Caller = { headers: IncomingHttpHeaders }
  let shop: ApolloServer<Caller>
  let program: Program
  let url = ''

  beforeAll(async () => {
    const resolvers = {
      Query: {
        whoami: (_root: unknown, _args: unknown, { headers }: Caller) => headers.authorization,
        sorry: () => {
          throw new GraphQLError('The shop is closed today.', {
            extensions: { code: 'CLOSED', until: 'Monday' },
          })
        },
      },
    }
    shop = new ApolloServer({ schema: buildSubgraphSchema([{ typeDefs, resolvers }]) })
    const context = async ({ req }: { req: IncomingMessage }) => ({ headers: req.headers })
    const served = await startStandaloneServer(shop, { context, listen: { host: '127.0.0.1', port: 0 } })
    const file = join(home.path, 'supergraph.graphql')
    writeFileSync(file, compose([{ name: 'shop', url: served.url, typeDefs }]))
    const env = {
      DATA_DIR: join(home.path, 'none'),
      PORT: '0',
      CONFIG: '/nowhere.yaml',
      DATABASE_URL: 'none',
    }
    program = new Program('gateway/start.ts', ['--supergraph', file], env)
    url = await program.says(AT)
  }, 60_000)
  afterAll(() => Promise.all([program?.kill(), shop.stop()]))

  it("is served without hub, database and settings of theirs, with the caller's own authorization", async () => {
    const reply = await post(url, '{ whoami }', {}, { key: 'of-the-caller' })
    expect(reply.data).toEqual({ whoami: 'Bearer of-the-caller' })
    expect(existsSync(join(home.path, 'none'))).toBe(false)
  })

  it('says what its subgraphs say, code and all', async () => {
    const { data, errors } = await post(url, '{ sorry whoami }')
    expect(data).toEqual({ sorry: null, whoami: null })
    expect(errors).toMatchObject([
      {
        message: 'The shop is closed today.',
        path: ['sorry'],
        extensions: { code: 'CLOSED', until: 'Monday' },
      },
    ])
  })

  it('has the same limits and checks', async () => {
    expect(codes(await post(url, '{ colour }'))).toEqual(['VALIDATION'])
    expect(codes(await post(url, `{ ${'whoami '.repeat(30)} }`))).toEqual(['LIMIT_EXCEEDED'])
    expect((await post(url, '{ whoami }', {}, { headers: { origin: 'http://evil.example' } })).status).toBe(
      403,
    )
  })

  it('ends by itself with code 0', async () => {
    expect(await program.stop()).toMatchObject({ code: 0, stderr: '' })
  })
})
