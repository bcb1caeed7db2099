import { GRAPH, command, group } from './command.ts'
import { EXIT, UsageError } from './exit.ts'
import { type Graph, openGraph } from './graph.ts'
import { type State, line } from './operation.ts'
import { print } from './print.ts'
import { FIELDS, RETRY } from './retry.ts'

/** So many causes are told at most, the greatest first. */
const MOST = 500
const GROUPS = `query Dead($connections: [ID!], $first: Int!, $samples: Int!) {
  deadLetters(connections: $connections, first: $first, samples: $samples) {
    id code connection count status object firstSeen lastSeen message resolution samples { ${FIELDS} }
  }
}`
const RETRY_GROUP = 'mutation RetryGroup($group: ID!) { retryDeadLetters(group: $group) { count skipped } }'
const DISCARD_GROUP = `mutation DiscardGroup($group: ID!, $reason: String!) {
  discardDeadLetters(group: $group, reason: $reason) { count skipped }
}`
const DISCARD = `mutation Discard($id: ID!, $reason: String!) {
  discardOperation(id: $id, reason: $reason) { ${FIELDS} }
}`

/** What did not go through for one cause, as the graph groups it. */
interface Group {
  id: string
  code: string
  connection: string
  count: number
  status: string
  object: string
  firstSeen: string
  message: string
  resolution: string
  samples: State[]
}
interface Moved {
  group: string
  count: number
  skipped: number
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

async function groupsOf(graph: Graph, { connection, code }: Wanted, samples: number): Promise<Group[]> {
  const asked = { connections: connection ?? null, first: MOST, samples }
  const { deadLetters } = await graph.ask<{ deadLetters: Group[] }>(GROUPS, asked)
  return deadLetters.filter((group) => !code || group.code === code)
}

function told(group: Group): string[] {
  const { id, code, connection, count, status, object, firstSeen, message, resolution, samples } = group
  const rest = count - samples.length
  return [
    `${code} at ${connection}: ${count}, first ${firstSeen}. ${resolution}`.trim(),
    `   group ${id}: ${status} ${object.toLowerCase()}: ${message}`,
    ...samples.map((one) => ['  ', one.id, one.reference].filter(Boolean).join(' ')),
    ...(rest > 0 ? [`   and ${rest} more`] : []),
  ]
}

function moved(all: Moved[], what: string): string[] {
  const sum = (of: 'count' | 'skipped') => all.reduce((one, group) => one + group[of], 0)
  const skipped = sum('skipped')
  return [`${sum('count')} ${what}.${skipped > 0 ? ` ${skipped} moved meanwhile and were left.` : ''}`]
}

const list = command({
  usage: 'dead [list]',
  about: 'Lists what did not go through, by cause: dead, refused and uncertain operations.',
  words: [0, 0],
  options: {
    ...FILTER,
    samples: { type: 'string', value: 'N', about: 'so many operations of each cause, at most 100 (3)' },
    ...GRAPH,
  },
  async run(_words, { json, connection, code, samples = '3', ...access }) {
    if (!/^\d{1,3}$/.test(samples)) throw new UsageError('--samples is a number from 0 to 100.')
    const groups = await groupsOf(openGraph(access), { connection, code }, Number(samples))
    print(json, groups, () => (groups.length > 0 ? groups.flatMap(told) : ['Everything went through.']))
    return EXIT.ok
  },
})

const retry = command({
  usage: 'dead retry (<id> … | --group ID … | --all)',
  about:
    'Tries dead letters again: those named, a cause, or all that fit. Uncertain ones are left to a person.',
  words: [0, 500],
  options: {
    all: { type: 'boolean', about: 'all that fit the filter' },
    group: { type: 'string', multiple: true, value: 'ID', about: 'all of this cause' },
    ...FILTER,
    ...GRAPH,
  },
  examples: ['erp-supergraph dead retry --all --connection odoo:main --code UNAVAILABLE'],
  async run(ids, { json, all, group, connection, code, ...access }) {
    if ([ids.length > 0, Boolean(group), Boolean(all)].filter(Boolean).length !== 1)
      throw new UsageError('Give either ids, --group or --all.')
    const graph = openGraph(access)
    if (ids.length > 0) {
      const states: State[] = []
      for (const id of ids)
        states.push((await graph.ask<{ retryOperation: State }>(RETRY, { id })).retryOperation)
      print(json, states, () => [...states.map(line), `${states.length} tried again.`])
      return EXIT.ok
    }
    const wanted = group ? [] : await groupsOf(graph, { connection, code }, 0)
    const groups = group ?? wanted.filter(({ status }) => status !== 'UNCERTAIN').map(({ id }) => id)
    const ends: Moved[] = []
    for (const id of groups) {
      type Answer = { retryDeadLetters: Omit<Moved, 'group'> }
      ends.push({ group: id, ...(await graph.ask<Answer>(RETRY_GROUP, { group: id })).retryDeadLetters })
    }
    print(json, ends, () => moved(ends, 'tried again'))
    return EXIT.ok
  },
})

const discard = command({
  usage: 'dead discard (<id> … | --group ID …) --reason TEXT',
  about: 'Ends dead or refused operations for good; who said so and why stays in the log.',
  words: [0, 500],
  options: {
    reason: { type: 'string', value: 'TEXT', about: 'why they are not wanted any more' },
    group: { type: 'string', multiple: true, value: 'ID', about: 'all of this cause' },
    ...GRAPH,
  },
  examples: ['erp-supergraph dead discard op_123 --reason "ordered by phone instead"'],
  async run(ids, { json, reason, group, ...access }) {
    if (!reason?.trim())
      throw new UsageError('--reason is missing. Example: --reason "ordered by phone instead"')
    if (ids.length > 0 === Boolean(group)) throw new UsageError('Give either ids or --group.')
    const graph = openGraph(access)
    const states: State[] = []
    for (const id of ids)
      states.push((await graph.ask<{ discardOperation: State }>(DISCARD, { id, reason })).discardOperation)
    const ends: Moved[] = []
    for (const id of group ?? []) {
      type Answer = { discardDeadLetters: Omit<Moved, 'group'> }
      const answer = await graph.ask<Answer>(DISCARD_GROUP, { group: id, reason })
      ends.push({ group: id, ...answer.discardDeadLetters })
    }
    print(json, group ? ends : states, () => (group ? moved(ends, 'discarded') : states.map(line)))
    return EXIT.ok
  },
})

/** Dead letters. */
export default group('dead', { list, retry, discard })
