import { once } from 'node:events'
import { mkdirSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { buildSchema } from 'graphql'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ConfigError, readConfig } from '../../config.ts'
import { compose } from '../../gateway/compose.ts'
import { createEngine } from '../../gateway/engine.ts'
import { serve } from '../../gateway/server.ts'
import { inProcess } from '../../gateway/transport.ts'
import { closeHub, isReady, openHub, saveConnections } from '../../subgraphs/hub/open.ts'
import { embeddedDump, freshDatabase } from '../postgres.ts'
import { Program, folder } from './children.ts'

const SECRET_KEY = 'a secret key of more than 32 characters'
const KEYS = 'keys: [{ secret: 0123456789abcdef, scopes: [admin] }]'

let home: Awaited<ReturnType<typeof folder>>
beforeAll(async () => {
  home = await folder()
})
afterAll(() => home.remove())

let files = 0
/** A config file with this text. */
function file(text: string): string {
  const path = join(home.path, `config-${files++}.yaml`)
  writeFileSync(path, text)
  return path
}

type Case = [name: string, env: () => Record<string, string>, told: RegExp]
const refusals: Case[] = [
  ['a PORT that is a word', () => ({ PORT: 'http' }), /^PORT: "http" is no port\. Example: PORT=4000$/],
  ['a PORT out of range', () => ({ PORT: '65536' }), /^PORT: "65536" is no port\./],
  ['a PORT in another notation', () => ({ PORT: '1e3' }), /^PORT: "1e3" is no port\./],
  [
    'a bad SANDBOX_PORT',
    () => ({ SANDBOX_PORT: '-1' }),
    /^SANDBOX_PORT: "-1" is no port\. Example: SANDBOX_PORT=4001$/,
  ],
  [
    'a bad LOG_LEVEL',
    () => ({ LOG_LEVEL: 'loud' }),
    /^LOG_LEVEL: "loud" is none of .*\. Example: LOG_LEVEL=info$/,
  ],
  [
    'a DATABASE_URL of another kind',
    () => ({ DATABASE_URL: 'mysql://localhost/erp' }),
    /^DATABASE_URL: is no PostgreSQL address\. Example: DATABASE_URL=postgres:/,
  ],
  [
    'a DATABASE_URL that is none',
    () => ({ DATABASE_URL: 'postgres://' }),
    /^DATABASE_URL: is no PostgreSQL address\./,
  ],
  [
    'a shared database without SECRET_KEY',
    () => ({ DATABASE_URL: 'postgres://localhost/erp' }),
    /^SECRET_KEY: is missing.*Example: SECRET_KEY=/,
  ],
  [
    'a short SECRET_KEY',
    () => ({ SECRET_KEY: 'short' }),
    /^SECRET_KEY: has fewer than 32 characters\. Example: SECRET_KEY=/,
  ],
  [
    'a DATA_DIR that is a file',
    () => ({ DATA_DIR: join(file('x'), 'data') }),
    /^DATA_DIR: .* cannot be used \(ENOTDIR\)\. Example: DATA_DIR=/,
  ],
  [
    'a HOST that others reach, without keys',
    () => ({ HOST: '0.0.0.0' }),
    /^keys: HOST=0\.0\.0\.0 is reachable from outside.*Example: keys: \[\{ secret/,
  ],
  [
    'real connections without keys',
    () => ({ CONFIG: file('connections: []') }),
    /^keys: the config lists real connections.*Example: keys:/,
  ],
  [
    'a CONFIG that is not there',
    () => ({ CONFIG: join(home.path, 'none.yaml') }),
    /^CONFIG: there is no file .*none\.yaml\. Example: CONFIG=/,
  ],
  [
    'a CONFIG that is a folder',
    () => ({ CONFIG: home.path }),
    /^CONFIG: .* cannot be read \(EISDIR\)\. Example: CONFIG=/,
  ],
  [
    'a variable that is not set',
    () => ({ CONFIG: file('keys: [{ secret: ${PORTAL_KEY}, scopes: [admin] }]') }),
    /^PORTAL_KEY: is used in .*yaml but not set\. Example: PORTAL_KEY=/,
  ],
  [
    'a file that is no YAML',
    () => ({ CONFIG: file('keys: [{') }),
    /config-\d+\.yaml: is no valid YAML: .*\. Example: /,
  ],
  [
    'a setting that nobody knows',
    () => ({ CONFIG: file(`${KEYS}\ncolour: red`) }),
    /Unrecognized key: "colour"\. Example: connections: \[/,
  ],
  [
    'a short key',
    () => ({ CONFIG: file('keys: [{ secret: abc, scopes: [admin] }]') }),
    /keys\.0\.secret: must have at least 16 characters\. Example: keys: \[/,
  ],
  [
    'a key with a space',
    () => ({ CONFIG: file('keys: [{ secret: "0123 456789abcdef", scopes: [admin] }]') }),
    /keys\.0\.secret: must be of signs without spaces/,
  ],
  [
    'a right that is none',
    () => ({ CONFIG: file('keys: [{ secret: 0123456789abcdef, scopes: [all] }]') }),
    /keys\.0\.scopes\.0: .*\. Example: keys: \[/,
  ],
  [
    'a subgraph without an address',
    () => ({ CONFIG: file(`${KEYS}\nsubgraphs: [{ name: pim, url: pim }]`) }),
    /subgraphs\.0\.url: .*\. Example: subgraphs: \[/,
  ],
]

function refusalOf(env: Record<string, string>): string {
  try {
    readConfig({ DATA_DIR: join(home.path, 'data'), ...env })
  } catch (error) {
    if (error instanceof ConfigError) return error.message
    throw error
  }
  return ''
}

describe('a setting that is wrong', () => {
  it.each(refusals)('is named with what is wrong and an example: %s', (_name, env, told) => {
    const sentence = refusalOf(env())
    expect(sentence).toMatch(told)
    expect(sentence).not.toContain('\n')
  })

  it('is no value of the environment, whatever signs are in it', () => {
    const secret = 'a"b\'c#d:e{f}[g],&*!|>%@`h'
    const path = file('keys: [{ secret: ${PORTAL_KEY}, scopes: [admin], name: "of ${WHO}" }] # ${COMMENT}')
    const { keys } = readConfig({
      DATA_DIR: join(home.path, 'data'),
      CONFIG: path,
      PORTAL_KEY: secret,
      WHO: '12',
    }).file
    expect(keys).toMatchObject([{ secret, name: 'of 12' }])
  })
})

describe('connections of the config', () => {
  const config = (more: Record<string, string> = {}) =>
    readConfig({ DATA_DIR: join(home.path, 'data'), SECRET_KEY, ...more })

  it('that cannot be opened are refused before anything is written, so that mending the file is enough', async () => {
    const hub = await openHub({ ...config(), dataDir: null }, {}, await embeddedDump())
    for (const [given, told] of [
      [
        { id: 'sap:main', system: 'sap' },
        /^connections: sap:main: there is no system sap\. Example: system: odoo; known are odoo, /,
      ],
      [{ id: 'odoo:main', system: 'odoo' }, /^connections: odoo:main: Odoo: \w+: .*\. Example: \w+: /],
      [
        { id: 'odoo:main', system: 'odoo', url: 'nowhere' },
        /^connections: odoo:main: Odoo: \w+: .*\. Example: /,
      ],
    ] as const) {
      const refused = await saveConnections(hub, [given]).catch((error: unknown) => error)
      expect(refused).toBeInstanceOf(ConfigError)
      expect((refused as ConfigError).message).toMatch(told)
    }
    expect(await hub.db.em().execute('select id from connection')).toEqual([])
    await closeHub(hub)
  })

  it('written with another SECRET_KEY end the start with its name', async () => {
    const { url, drop } = await freshDatabase()
    const env = { DATABASE_URL: url, CONFIG: file(KEYS) }
    const hub = await openHub(config(env))
    const main = {
      id: 'odoo:main',
      system: 'odoo',
      url: 'https://erp.example',
      database: 'x',
      user: 'y',
      secret: 'z',
      apiKey: 'z',
    }
    await saveConnections(hub, [main])
    await closeHub(hub)
    const other = openHub(config({ ...env, SECRET_KEY: `another ${SECRET_KEY}` }))
    await expect(other).rejects.toThrow(
      /^SECRET_KEY: is not the one with which this database was written\. Example: /,
    )
    await drop()
  })

  it('need a database that is there, lets us in, and answers', async () => {
    const { url, drop } = await freshDatabase()
    const wrong = new URL(url)
    wrong.username = 'nobody'
    for (const [address, told] of [
      [
        'postgres://nobody@127.0.0.1:9/erp',
        /^DATABASE_URL: 127\.0\.0\.1:9 cannot be reached \(ECONNREFUSED\)\. Example: DATABASE_URL=postgres:/,
      ],
      [wrong.href, /^DATABASE_URL: .* (does not take the password of|does not let) nobody/],
    ] as const)
      await expect(openHub(config({ DATABASE_URL: address }))).rejects.toThrow(told)
    await drop()
  })
})

describe('a process that cannot start', () => {
  const start = (args: string[], env: Record<string, string>) =>
    new Program('gateway/start.ts', args, {
      DATA_DIR: join(home.path, 'data'),
      PORT: '0',
      SANDBOX_PORT: '0',
      ...env,
    })

  it('ends with code 1 and one sentence, without a stack trace', async () => {
    const taken = createServer().listen(0, '127.0.0.1')
    await once(taken, 'listening')
    const port = String((taken.address() as AddressInfo).port)
    mkdirSync(join(home.path, 'locked'))
    writeFileSync(join(home.path, 'locked', 'lock'), String(process.pid))
    const cases: [string[], Record<string, string>, string][] = [
      [[], { PORT: port }, `PORT: ${port} is taken by another process. Example: PORT=4010 npm start\n`],
      [
        [],
        { DATABASE_URL: 'postgres://nobody@127.0.0.1:9/erp', SECRET_KEY },
        'DATABASE_URL: 127.0.0.1:9 cannot be reached (ECONNREFUSED). Example: DATABASE_URL=postgres://user@localhost:5432/erp\n',
      ],
      [
        [],
        { DATA_DIR: join(home.path, 'locked') },
        `DATA_DIR: ${join(home.path, 'locked')} is in use by process ${process.pid}. Example: DATA_DIR=./data2 npm start\n`,
      ],
      [['--port', '1'], {}, "Unknown option '--port'. Example: npm run gateway -- --supergraph FILE\n"],
      [
        ['--supergraph', 'none.graphql'],
        {},
        "--supergraph: none.graphql cannot be served: ENOENT: no such file or directory, open 'none.graphql'. Example: npm run gateway -- --supergraph supergraph.graphql\n",
      ],
    ]
    const programs = cases.map(([args, env]) => start(args, env))
    const ends = await Promise.all(programs.map((program) => program.ended()))
    expect(ends.map(({ code, stderr }) => [code, stderr])).toEqual(cases.map(([, , told]) => [1, told]))
    taken.close()
  }, 60_000)
})

describe('a server whose database is gone', () => {
  it('is live but not ready, and goes on', async () => {
    const { url, drop } = await freshDatabase()
    const hub = await openHub(readConfig({ DATABASE_URL: url, SECRET_KEY }))
    const typeDefs = 'type Query { one: Int }'
    const supergraphSdl = compose([{ name: 'a', url: 'local://a', typeDefs }])
    const engine = createEngine({ supergraphSdl, transports: () => inProcess(buildSchema(typeDefs)) })
    const context = async (_key: unknown, _signal: unknown, requestId: string) => ({ requestId })
    const options = {
      engine,
      context,
      dedupeKey: () => undefined,
      accept: null,
      ready: () => isReady(hub.db),
    }
    const server = await serve(options, '127.0.0.1', 0)
    const health = async () => {
      const answers = await Promise.all(
        ['live', 'ready'].map((word) => fetch(`http://127.0.0.1:${server.port}/health/${word}`)),
      )
      return answers.map(({ status }) => status)
    }
    expect(await health()).toEqual([200, 200])
    await drop()
    expect(await health()).toEqual([200, 503])
    await server.stop()
    await closeHub(hub)
  })
})
