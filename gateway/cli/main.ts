import type { Command } from './command.ts'
import { EXIT, UsageError, told } from './exit.ts'

type Load = () => Promise<{ default: Command }>

/** Every command with its line in the help; what it stands on is loaded when it runs. */
const COMMANDS: Record<string, [about: string, load: Load]> = {
  start: ['run everything in one process, or one part with --only', () => import('./start.ts')],
  worker: ['run a worker alone (needs DATABASE_URL)', () => import('./worker.ts')],
  subgraph: ['run one subgraph alone', () => import('./subgraph.ts')],
  connect: ['connect a system', () => import('./connect.ts')],
  check: ['test one connection, or all', () => import('./check.ts')],
  push: ['push an order', () => import('./push.ts')],
  retry: ['try operations again', () => import('./retry.ts')],
  dead: ['list, retry or discard what did not go through', () => import('./dead.ts')],
  import: ["read a connection's history", () => import('./import.ts')],
  mappings: ['export or import field mappings', () => import('./mappings.ts')],
  keys: ['create, list, rotate or revoke API keys', () => import('./keys.ts')],
}

const HELP = `Usage: erp-supergraph <command> [options]

${Object.entries(COMMANDS)
  .map(([name, [about]]) => `  ${name.padEnd(9)} ${about}`)
  .join('\n')}

  erp-supergraph <command> --help   everything about one of them
  erp-supergraph --version

Where the graph is: --url or ERP_SUPERGRAPH_URL (http://127.0.0.1:4000). Who asks: ERP_SUPERGRAPH_KEY or --key.

Exit codes:
  0  it was done
  1  it was refused, or it failed
  2  it was typed wrongly
  3  the graph was not reached
  4  the key may not do this
`

/** Does what the words of the command line say, and sets the exit code of the process. */
export async function main(words: string[]): Promise<void> {
  try {
    process.exitCode = await run(words)
  } catch (error) {
    const { exit, ...what } = told(error)
    const { code, message, resolution } = what
    const text = words.includes('--json')
      ? JSON.stringify({ error: { ...what, exit } })
      : [code === 'USAGE' ? message : `${code}: ${message}`, code === 'USAGE' ? '' : resolution]
          .join(' ')
          .trim()
    process.stderr.write(`${text}\n`)
    process.exitCode = exit
  }
}

async function run([name, ...words]: string[]): Promise<number> {
  if (name === undefined || name === '--help' || name === 'help') {
    process.stdout.write(HELP)
    return name === undefined ? EXIT.usage : EXIT.ok
  }
  if (name === '--version') {
    const { default: own } = await import('../../package.json', { with: { type: 'json' } })
    process.stdout.write(`${own.version}\n`)
    return EXIT.ok
  }
  const [, load] = Object.hasOwn(COMMANDS, name) ? (COMMANDS[name] ?? []) : []
  if (!load) throw new UsageError(`There is no command ${name}. See: erp-supergraph --help`)
  const { default: command } = await load()
  if (!words.includes('--help')) return command.run(words)
  process.stdout.write(command.help)
  return EXIT.ok
}
