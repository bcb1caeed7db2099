import { GRAPH, command } from './command.ts'
import { openGraph } from './graph.ts'
import { WAIT, type State, ended, exitOf, line } from './operation.ts'
import { print } from './print.ts'

/** What is asked of an operation, as the client's documents ask for it. */
export const FIELDS = `id connection object action status outcome reference externalId externalNumber createdAt
  finishedAt nextAttemptAt problem { code message resolution retryAfterMs connection field }`
/** Tries an operation again. */
export const RETRY = `mutation Retry($id: ID!) { retryOperation(id: $id) { ${FIELDS} } }`

/** Tries operations again. */
export default command({
  usage: 'retry <id> [<id> …] [--wait]',
  about: 'Tries operations that failed again, and those that wait at once.',
  words: [1, 500],
  options: { ...WAIT, ...GRAPH },
  examples: ['erp-supergraph retry op_123 --wait'],
  async run(ids, { json, wait, timeout, ...access }) {
    const graph = openGraph(access)
    const states: State[] = []
    for (const id of ids) {
      const { retryOperation } = await graph.ask<{ retryOperation: State }>(RETRY, { id })
      states.push(wait ? await ended(graph, id, timeout) : retryOperation)
    }
    print(json, ids.length === 1 ? states[0] : states, () => states.map(line))
    return Math.max(...states.map(exitOf))
  },
})
