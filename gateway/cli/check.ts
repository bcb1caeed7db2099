import { GRAPH, command } from './command.ts'
import { EXIT } from './exit.ts'
import { openGraph } from './graph.ts'
import { type Problem, print, sentence, table } from './print.ts'

interface Tested {
  connection: string
  company: string | null
  version: string | null
  durationMs: number
  problem: Problem | null
}

const LIST = 'query List { connections { id } }'
const TEST = `mutation Test($id: ID!) {
  testConnection(id: $id) { connection company version durationMs problem { code message resolution field } }
}`

/** The connection test. */
export default command({
  usage: 'check [connection]',
  about:
    'Tests one connection, or all: asks each ERP for its company. Ends with 1 where one does not answer.',
  words: [0, 1],
  options: GRAPH,
  examples: ['erp-supergraph check', 'erp-supergraph check odoo:main --json'],
  async run([connection], { json, ...access }) {
    const graph = openGraph(access)
    const test = async (id: string) =>
      (await graph.ask<{ testConnection: Tested }>(TEST, { id })).testConnection
    const ids = connection
      ? [connection]
      : (await graph.ask<{ connections: { id: string }[] }>(LIST)).connections.map(({ id }) => id)
    const tested = await Promise.all(ids.map(test))
    print(json, connection ? tested[0] : tested, () => table(tested.map(rowOf)))
    return tested.some(({ problem }) => problem) ? EXIT.failed : EXIT.ok
  },
})

function rowOf({ connection, company, version, durationMs, problem }: Tested): string[] {
  if (problem) return [connection, 'failed', sentence(problem)]
  return [connection, 'ok', [company, version, `${durationMs} ms`].filter(Boolean).join(', ')]
}
