import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Erp } from '../subgraphs/connector.ts'
import { demo } from '../subgraphs/demo.ts'
import type { Http } from '../subgraphs/http.ts'
import { connectorOf, connectors } from '../subgraphs/index.ts'
import { type SandboxMount, sandboxConnections, sandboxes } from '../subgraphs/sandboxes.ts'
import { SandboxServer } from '../subgraphs/stage.ts'
import { Bench } from './contract/bench.ts'
import { excuses } from './contract/excuses.ts'
import { checks } from './contract/index.ts'

const NOWHERE: Http = {
  send: () => Promise.reject(new Error('Nothing may be sent while a connection is only looked at.')),
  vault: { read: () => Promise.resolve(null), renew: (renew) => renew(null) },
}

/** The parts of a connection, without sending anything. */
function look({ system, factory, seed }: SandboxMount): Erp {
  const connector = connectorOf(system)
  if (!connector) throw new Error(`${system} is not in subgraphs/index.ts.`)
  const url = 'http://127.0.0.1:9/sandbox'
  return connector.connect(connector.config.parse(factory(demo(seed), () => url).config(url)), NOWHERE)
}

function excuse({ name, system }: SandboxMount, id: string): string | undefined {
  return excuses[name]?.[id] ?? excuses[system]?.[id]
}

describe('the contract', () => {
  it('gives every check its own number, in order, and a whole sentence', () => {
    expect(checks.map(({ id }) => id)).toEqual(
      checks.map((_, index) => `C${String(index + 1).padStart(2, '0')}`),
    )
    for (const { title } of checks) expect(title).toMatch(/^\S+ .{12,}[^.]$/s)
  })

  it('excuses nobody from a MUST, and only systems that exist', () => {
    const known = new Set(sandboxes.flatMap(({ name, system }) => [name, system]))
    for (const [name, ids] of Object.entries(excuses)) {
      expect(known).toContain(name)
      for (const id of Object.keys(ids)) expect(checks.find((check) => check.id === id)?.level).toBe('SHOULD')
    }
  })

  it('runs for every connector: each has a sandbox, and no name is given twice', () => {
    for (const { system } of connectors) expect(sandboxes.map((mount) => mount.system)).toContain(system)
    const lists = [connectors.map(({ system }) => system), connectors.map(({ name }) => name)]
    lists.push(
      connectors.map(({ field }) => field),
      sandboxes.map(({ name }) => name),
    )
    lists.push(sandboxes.map(({ connection }) => connection))
    for (const names of lists) expect(new Set(names).size).toBe(names.length)
    expect(sandboxConnections('http://127.0.0.1:4001').map(({ id }) => id)).toEqual(
      sandboxes.map(({ connection }) => connection),
    )
  })
})

describe.each(sandboxes)('$name', (mount) => {
  const server = new SandboxServer()
  const erp = look(mount)
  const connector = connectorOf(mount.system)
  if (!connector) throw new Error(`${mount.system} is not in subgraphs/index.ts.`)
  const bench = new Bench(connector, mount, server)
  beforeAll(() => server.listen(0))
  afterAll(async () => {
    await bench.close()
    await server.close()
  })

  for (const { id, level, title, needs, run } of checks) {
    if (needs && !needs(erp)) continue
    const reason = excuse(mount, id)
    // An excused check must fail: an excuse that is no longer needed goes.
    it(
      `${id} ${level} ${title}${reason ? ` (excused: ${reason})` : ''}`,
      { fails: Boolean(reason) },
      async () => {
        expect.hasAssertions()
        const own = bench.forCheck()
        await run(own).finally(() => own.close())
      },
    )
  }
})
