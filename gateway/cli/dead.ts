import { GRAPH, command, group } from './command.ts'
import { EXIT, UsageError } from './exit.ts'
import { type Graph, openGraph } from './graph.ts'
import { type State, line } from './operation.ts'
import { print } from './print.ts'
import { FIELDS, RETRY } from './retry.ts'

const PAGE = `query Dead($connections: [ID!], $after: String) {
  syncOperations(filter: { statuses: [DEAD, REFUSED, UNCERTAIN], connections: $connections }, first: 200, after: $after) {
    nodes { ${FIELDS} }
    pageInfo { endCursor hasNextPage }
  }
}`
const DISCARD = `mutation Discard($id: ID!, $reason: String!) {
  discardOperation(id: $id, reason: $reason) { ${FIELDS} }
}`

interface Page {
  syncOperations: { nodes: (State | null)[]; pageInfo: { endCursor: string | null; hasNextPage: boolean } }
}

/** Which dead letters are meant. */
const FILTER = {
  connection: { type: 'string', multiple: true, value: 'ID', about: 'only of this connection' },
  code: { type: 'string', value: 'CODE', about: 'only with this cause, for example UNAVAILABLE' },
} as const

interface Wanted {
  connection?: string[]
  code?: string
}

async function lettersOf(graph: Graph, { connection, code }: Wanted): Promise<State[]> {
  const found: State[] = []
  for (let after: string | null = null; ;) {
    const asked: Page = await graph.ask<Page>(PAGE, { connections: connection ?? null, after })
    const { nodes, pageInfo } = asked.syncOperations
    found.push(...nodes.filter((one) => one !== null))
    if (!pageInfo.hasNextPage) break
    after = pageInfo.endCursor
  }
  return found.filter(({ problem, status }) => !code || (problem?.code ?? status) === code)
}

/** By cause and connection, the most frequent first. */
function causesOf(letters: State[]): string[] {
  const groups = Map.groupBy(
    letters,
    ({ problem, status, connection }) => `${problem?.code ?? status} at ${connection}`,
  )
  return [...groups]
    .toSorted(([, one], [, two]) => two.length - one.length)
    .flatMap(([cause, operations]) => [
      `${cause}: ${operations.length}, first ${operations.at(-1)?.createdAt}. ${operations[0]?.problem?.resolution ?? ''}`.trim(),
      ...operations.map(({ id, status, reference, problem }) =>
        ['  ', id, status, reference, problem?.message].filter(Boolean).join(' '),
      ),
    ])
}

const list = command({
  usage: 'dead [list]',
  about: 'Lists what did not go through, by cause: dead, refused and uncertain operations.',
  words: [0, 0],
  options: { ...FILTER, ...GRAPH },
  async run(_words, { json, connection, code, ...access }) {
    const letters = await lettersOf(openGraph(access), { connection, code })
    print(json, letters, () => (letters.length > 0 ? causesOf(letters) : ['Everything went through.']))
    return EXIT.ok
  },
})

const retry = command({
  usage: 'dead retry (<id> … | --all)',
  about: 'Tries dead letters again: those named, or all that fit. Uncertain ones are left to a person.',
  words: [0, 500],
  options: { all: { type: 'boolean', about: 'all that fit the filter' }, ...FILTER, ...GRAPH },
  examples: ['erp-supergraph dead retry --all --connection odoo:main --code UNAVAILABLE'],
  async run(ids, { json, all, connection, code, ...access }) {
    if ((ids.length === 0) === !all) throw new UsageError('Give either ids or --all.')
    const graph = openGraph(access)
    const wanted = all ? await lettersOf(graph, { connection, code }) : []
    const retryable = wanted.filter(({ status }) => status !== 'UNCERTAIN').map(({ id }) => id)
    const states: State[] = []
    for (const id of all ? retryable : ids)
      states.push((await graph.ask<{ retryOperation: State }>(RETRY, { id })).retryOperation)
    print(json, states, () => [...states.map(line), `${states.length} tried again.`])
    return EXIT.ok
  },
})

const discard = command({
  usage: 'dead discard <id> [<id> …] --reason TEXT',
  about: 'Ends dead or refused operations for good; who said so and why stays in the log.',
  words: [1, 500],
  options: { reason: { type: 'string', value: 'TEXT', about: 'why they are not wanted any more' }, ...GRAPH },
  examples: ['erp-supergraph dead discard op_123 --reason "ordered by phone instead"'],
  async run(ids, { json, reason, ...access }) {
    if (!reason?.trim())
      throw new UsageError('--reason is missing. Example: --reason "ordered by phone instead"')
    const graph = openGraph(access)
    const states: State[] = []
    for (const id of ids)
      states.push((await graph.ask<{ discardOperation: State }>(DISCARD, { id, reason })).discardOperation)
    print(json, states, () => states.map(line))
    return EXIT.ok
  },
})

/** Dead letters. */
export default group('dead', { list, retry, discard })
