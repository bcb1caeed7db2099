import { readdirSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import type { Command } from '../../gateway/cli/command.ts'
import { bar, lineOf } from '../../gateway/cli/progress.ts'
import { LOADER } from '../loader.ts'
import { erp } from './run.ts'

/** Tells on stderr what Node is to load. Hooks that come later are asked first. */
const SPY = `data:text/javascript,${encodeURIComponent(`import { registerHooks } from 'node:module'
registerHooks({ resolve(name, context, next) {
  const found = next(name, context)
  process.stderr.write(found.url + '\\n')
  return found
} })`)}`

const commands = readdirSync('gateway/cli')
  .filter((name) => name.endsWith('.ts'))
  .map((name) => name.replace('.ts', ''))

describe('the help of the command line', () => {
  it('names every command, every exit code and where the key goes, and loads nothing of the house', async () => {
    const { code, stdout, stderr } = await erp(['--help'], { node: [...LOADER, '--import', SPY] })
    expect(code).toBe(0)
    const named = [...stdout.matchAll(/^ {2}([a-z]+) +\w/gm)].map(([, name]) => name)
    for (const name of named) expect(commands).toContain(name)
    expect(named).toHaveLength(11)
    expect(stdout.match(/^ {2}\d {2}/gm)).toHaveLength(5)
    expect(stdout).toContain('ERP_SUPERGRAPH_KEY')
    const loaded = new Set([...stderr.matchAll(/\/(\w+\/\w+\.ts)$/gm)].map(([, file]) => file))
    expect([...loaded].toSorted()).toEqual([
      'cli/exit.ts',
      'cli/main.ts',
      'client/errors.ts',
      'schema/errors.ts',
    ])
    expect(stderr).not.toMatch(/node_modules\/graphql/)
  })

  it('tells of each command how it is called and what each option is', async () => {
    const { stdout } = await erp(['--help'])
    for (const [, name = ''] of stdout.matchAll(/^ {2}([a-z]+) +\w/gm)) {
      const file = `../../gateway/cli/${name}.ts`
      const { default: command } = (await import(file)) as { default: Command }
      expect(command.help, name).toMatch(new RegExp(`^Usage: erp-supergraph ${name}`))
      const options = command.help.split('\n').filter((line) => line.startsWith('  --'))
      expect(options.length, name).toBeGreaterThan(0)
      for (const line of options) expect(line).toMatch(/^ {2}--[\w-]+( \S+)? {2,}\S/)
    }
  })

  it('draws progress on a terminal alone, and never more than there is', () => {
    const written: string[] = []
    const out = (isTTY: boolean) => ({ isTTY, write: (text: string) => written.push(text) })
    const some = { done: 40, failed: 10, total: 200, ratePerMinute: 600, remainingMs: 15_000 }
    bar(out(false))(some)
    expect(written).toEqual([])
    bar(out(true))(some)
    expect(written[0]).toContain('███████░')
    expect(lineOf(some)).toBe(
      `${'█'.repeat(7)}${'░'.repeat(21)} 25 % 40 of 200, 10 failed, 600/min, 15 s left`,
    )
    expect(lineOf({ done: 9, failed: 0, total: 3 })).toContain(`${'█'.repeat(28)} 100 %`)
  })
})
