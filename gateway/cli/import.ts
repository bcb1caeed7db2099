import { setTimeout as pause } from 'node:timers/promises'
import { GRAPH, command } from './command.ts'
import { EXIT, UsageError } from './exit.ts'
import { type Graph, openGraph } from './graph.ts'
import { type Progress, bar } from './progress.ts'
import { type Problem, print, sentence } from './print.ts'

interface SyncImport extends Progress {
  id: string
  connection: string
  state: string
  problem: Problem | null
}

const FIELDS =
  'id connection state done failed total ratePerMinute remainingMs problem { code message resolution }'
const START = `mutation Start($connection: ID!, $objects: [SyncObject!]!, $since: DateTime) {
  startImport(connection: $connection, objects: $objects, since: $since) { ${FIELDS} }
}`
const LOOK = `query Look($id: ID!) { syncImport(id: $id) { ${FIELDS} } }`
const LOOK_MS = 500
const RUNNING = ['WAITING', 'RUNNING']

/** Reads a connection's history. */
export default command({
  usage: 'import <connection> [<object> …]',
  about: `Imports what a connection had before it was connected, and shows how far it is. Ctrl-C stops looking, not
the import. Objects: product, customer, order, invoice, payment, quote; all when none is named.`,
  words: [1, 20],
  options: {
    since: { type: 'string', value: 'TIME', about: 'only what changed since then, for example 2026-01-01' },
    detach: { type: 'boolean', about: 'start it and do not wait' },
    ...GRAPH,
  },
  examples: ['erp-supergraph import odoo:main customer order --since 2026-01-01'],
  async run([connection, ...names], { json, since, detach, ...access }) {
    const graph = openGraph(access)
    const objects =
      names.length > 0 ? names.map((name) => name.toUpperCase()) : await allOf(graph, connection ?? '')
    const variables = { connection, objects, since: instantOf(since) }
    const { startImport } = await graph.ask<{ startImport: SyncImport }>(START, variables)
    const last = detach ? startImport : await finished(graph, startImport)
    print(json, last, () => [
      `${last.id} ${last.state}: ${last.done} done, ${last.failed} failed.`,
      ...(last.problem ? [sentence(last.problem)] : []),
    ])
    return !detach && (last.state !== 'DONE' || last.failed > 0) ? EXIT.failed : EXIT.ok
  },
})

const CAN = 'query Can { connections { id system { capabilities } } }'
/** The objects that can be imported, by what a system must be able to read for them. */
const OBJECTS: Record<string, string> = {
  ...{ items: 'PRODUCT', customers: 'CUSTOMER', quotes: 'QUOTE', orders: 'ORDER', invoices: 'INVOICE' },
  payments: 'PAYMENT',
}

/** Everything that a connection can tell. */
async function allOf(graph: Graph, connection: string): Promise<string[]> {
  const { connections } = await graph.ask<{
    connections: { id: string; system: { capabilities: string[] } }[]
  }>(CAN)
  const capabilities = connections.find(({ id }) => id === connection)?.system.capabilities ?? []
  return Object.entries(OBJECTS).flatMap(([name, object]) => (capabilities.includes(name) ? [object] : []))
}

function instantOf(since: string | undefined): string | null {
  if (since === undefined) return null
  const at = new Date(since)
  if (Number.isNaN(at.getTime())) throw new UsageError(`"${since}" is no time. Example: --since 2026-01-01`)
  return at.toISOString()
}

async function finished(graph: Graph, first: SyncImport): Promise<SyncImport> {
  const show = bar(process.stderr)
  let now = first
  while (RUNNING.includes(now.state)) {
    show(now)
    await pause(LOOK_MS)
    const { syncImport } = await graph.ask<{ syncImport: SyncImport | null }>(LOOK, { id: first.id })
    now = syncImport ?? now
  }
  show(now)
  show(null)
  return now
}
