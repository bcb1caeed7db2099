import { globSync, readFileSync } from 'node:fs'
import { dirname, join, normalize } from 'node:path'
import { describe, expect, it } from 'vitest'

interface Import {
  /** The file that imports, relative to the root. */
  from: string
  /** The file that is imported relative to the root, or the name of a package. */
  to: string
}

const STATEMENT = /^\s*(?:import|export)\s+(?:[^'"`;]*?\sfrom\s+)?['"]([^'"]+)['"]/gm
const DYNAMIC = /\bimport\(\s*['"`]([^'"`]+)['"`]/g

function importsOf(file: string, text: string): Import[] {
  const toFile = (to: string): string => (to.startsWith('.') ? normalize(join(dirname(file), to)) : to)
  const found = [...text.matchAll(STATEMENT), ...text.matchAll(DYNAMIC)]
  return found.map(([, to = '']) => ({ from: file, to: toFile(to) }))
}

const files = globSync([
  'schema/**/*.ts',
  'subgraphs/**/*.ts',
  'gateway/**/*.ts',
  'test/**/*.ts',
  '*.ts',
]).filter((file) => !file.endsWith('.d.ts'))
const imports = files.flatMap((file) => importsOf(file, readFileSync(file, 'utf8')))

/** The room a file stands in: "schema", "shared", "system:odoo", "hub", "settings", "gateway", "test" or "root". */
function roomOf(file: string): string {
  const [first = '', second = '', third] = file.split('/')
  if (file === 'config.ts') return 'settings'
  if (first !== 'subgraphs') return ['schema', 'gateway', 'test'].includes(first) ? first : 'root'
  if (third === undefined) return 'shared'
  return second === 'hub' ? 'hub' : `system:${second}`
}

function isOurs(to: string): boolean {
  return /^(schema|subgraphs|gateway|test)\//.test(to) || /^[\w-]+\.ts$/.test(to)
}

/** Files of the shared room that know the systems: the list, the sandboxes, and what starts one. */
const KNOWS_SYSTEMS = ['subgraphs/index.ts', 'subgraphs/sandboxes.ts', 'subgraphs/start.ts']
/** What a system's folder calls its rooms, and the other names that nobody shall have to look for. */
const FURNITURE: Record<string, string[]> = {
  shapes: ['rows', 'types', 'native', 'model'],
  read: ['reads', 'reader', 'queries'],
  map: ['mapping', 'mapper', 'convert'],
  customer: ['customers', 'upsert'],
  order: ['orders', 'push', 'sales'],
  body: ['orderbody', 'orderxml', 'draft', 'payload'],
  documents: ['papers', 'docs'],
  reference: ['ref', 'refs'],
  states: ['status', 'statuses'],
  errors: ['error', 'faults'],
  hook: ['hooks', 'webhooks'],
  changes: ['delta', 'cdc', 'deltas'],
}
/** Files of the shared room that a system's folder must not know: the GraphQL glue and what knows systems. */
const NOT_FOR_SYSTEMS = [
  ...KNOWS_SYSTEMS,
  'subgraphs/subgraph.ts',
  'subgraphs/entities.ts',
  'subgraphs/reference.ts',
]
const NOT_FOR_SYSTEMS_PACKAGES =
  /^(graphql|type-graphql|reflect-metadata|@apollo\/|@mikro-orm\/|fastify|undici|ws$)/

function offences(from: RegExp, allowed: (to: string, one: Import) => boolean): string[] {
  return imports
    .filter((one) => from.test(roomOf(one.from)) && isOurs(one.to) && !allowed(roomOf(one.to), one))
    .map(({ from: file, to }) => `${file} imports ${to}`)
}

describe('rooms', () => {
  it('reads import statements of every form, and knows where a file stands', () => {
    const text = [
      `import { a,\n  b } from './a.ts'`,
      `import type { C } from '../schema/c.ts'`,
      `export * from "./d.ts"`,
      `import './e.ts'`,
      `const f = await import('./f.ts')`,
    ].join('\n')
    expect(importsOf('subgraphs/x.ts', text)).toEqual([
      { from: 'subgraphs/x.ts', to: 'subgraphs/a.ts' },
      { from: 'subgraphs/x.ts', to: 'schema/c.ts' },
      { from: 'subgraphs/x.ts', to: 'subgraphs/d.ts' },
      { from: 'subgraphs/x.ts', to: 'subgraphs/e.ts' },
      { from: 'subgraphs/x.ts', to: 'subgraphs/f.ts' },
    ])
    expect(
      ['schema/a.ts', 'subgraphs/http.ts', 'subgraphs/odoo/map.ts', 'subgraphs/hub/a.ts'].map(roomOf),
    ).toEqual(['schema', 'shared', 'system:odoo', 'hub'])
    expect(imports.length).toBeGreaterThan(100)
  })

  it('keeps schema to itself', () => {
    expect(offences(/^schema$/, (to) => to === 'schema')).toEqual([])
  })

  it('lets shared files of subgraphs know schema and each other, and only the list knows the systems', () => {
    const allowed = (to: string, { from }: Import) =>
      to === 'schema' || to === 'shared' || (to.startsWith('system:') && KNOWS_SYSTEMS.includes(from))
    expect(offences(/^shared$/, (to, one) => allowed(to, one) || one.from === 'subgraphs/start.ts')).toEqual(
      [],
    )
  })

  it("keeps a system's folder away from other systems, the hub, the gateway and the GraphQL glue", () => {
    const allowed = (to: string, { from, to: file }: Import) =>
      to === 'schema' || to === roomOf(from) || (to === 'shared' && !NOT_FOR_SYSTEMS.includes(file))
    expect(offences(/^system:/, allowed)).toEqual([])
  })

  it("gives every system's folder the same furniture: one job, one name of its file", () => {
    const named = Object.values(FURNITURE).flat()
    const others = files.filter((file) => {
      const [, folder, name] = /^subgraphs\/([a-z0-9]+)\/([a-z0-9]+)\.ts$/.exec(file) ?? []
      return folder !== undefined && folder !== 'hub' && named.includes(name ?? '')
    })
    expect(others).toEqual([])
  })

  it("has an index, a config and a sandbox in every system's folder", () => {
    const folders = files.flatMap((file) => /^subgraphs\/([a-z0-9]+)\//.exec(file)?.[1] ?? [])
    const missing = [...new Set(folders)]
      .filter((folder) => folder !== 'hub')
      .flatMap((folder) => ['index', 'config', 'sandbox'].map((name) => `subgraphs/${folder}/${name}.ts`))
      .filter((file) => !files.includes(file))
    expect(missing).toEqual([])
  })

  it("keeps GraphQL, the database and other ways out of a system's folder", () => {
    const bad = imports.filter(
      ({ from, to }) => roomOf(from).startsWith('system:') && NOT_FOR_SYSTEMS_PACKAGES.test(to),
    )
    expect(bad.map(({ from, to }) => `${from} imports ${to}`)).toEqual([])
  })

  it('lets the hub know schema, shared files and the settings, and no single system', () => {
    expect(offences(/^hub$/, (to) => ['schema', 'shared', 'hub', 'settings'].includes(to))).toEqual([])
  })

  it('lets the settings know schema and shared files alone', () => {
    expect(offences(/^settings$/, (to) => ['schema', 'shared'].includes(to))).toEqual([])
  })

  it('lets the gateway know the hub and the list, and no single system', () => {
    expect(
      offences(/^gateway$/, (to) => ['schema', 'shared', 'hub', 'settings', 'gateway'].includes(to)),
    ).toEqual([])
  })

  it('lets only the gateway itself, tests and code generation know the gateway', () => {
    const bad = imports.filter(
      ({ from, to }) =>
        roomOf(to) === 'gateway' && isOurs(to) && !['gateway', 'test', 'root'].includes(roomOf(from)),
    )
    expect(bad.map(({ from, to }) => `${from} imports ${to}`)).toEqual([])
  })

  it('lets nothing but tests know tests', () => {
    const bad = imports.filter(
      ({ from, to }) => roomOf(to) === 'test' && isOurs(to) && roomOf(from) !== 'test',
    )
    expect(bad.map(({ from, to }) => `${from} imports ${to}`)).toEqual([])
  })
})
