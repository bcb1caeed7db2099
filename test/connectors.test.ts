import { globSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { connectors } from '../subgraphs/index.ts'
import { sandboxConnections, sandboxes } from '../subgraphs/sandboxes.ts'
import { excuses } from './contract/excuses.ts'
import { checks } from './contract/index.ts'
import { SHARES, describeShare } from './contract/run.ts'

describe('the contract', () => {
  it('gives every check its own number, in order, and a whole sentence', () => {
    const numbers = checks.map((_, index) => `C${String(index + 1).padStart(2, '0')}`)
    expect(checks.map(({ id }) => id)).toEqual(numbers)
    for (const { title } of checks) expect(title).toMatch(/^\S+ .{12,}[^.]$/s)
  })

  it('excuses nobody from a MUST, and only systems that exist', () => {
    const known = new Set(sandboxes.flatMap(({ name, system }) => [name, system]))
    for (const [name, ids] of Object.entries(excuses)) {
      expect(known).toContain(name)
      for (const id of Object.keys(ids)) expect(checks.find((check) => check.id === id)?.level).toBe('SHOULD')
    }
  })

  it('is run whole: every share stands in one file', () => {
    const texts = globSync('test/connectors{,/*}.test.ts').map((file) => readFileSync(file, 'utf8'))
    const shares = texts.flatMap((text) =>
      [...text.matchAll(/^describeShare\((\d)\)$/gm)].map(([, share]) => share),
    )
    expect(shares.toSorted()).toEqual(Array.from({ length: SHARES }, (_, share) => String(share)))
  })

  it('runs for every connector: each has a sandbox, and no name is given twice', () => {
    for (const { system } of connectors) expect(sandboxes.map((mount) => mount.system)).toContain(system)
    const lists = [
      connectors.map(({ system }) => system),
      connectors.map(({ name }) => name),
      connectors.map(({ field }) => field),
      sandboxes.map(({ name }) => name),
      sandboxes.map(({ connection }) => connection),
    ]
    for (const names of lists) expect(new Set(names).size).toBe(names.length)
    const connections = sandboxConnections('http://127.0.0.1:4001')
    expect(connections.map(({ id }) => id)).toEqual(sandboxes.map(({ connection }) => connection))
  })
})

describeShare(0)
