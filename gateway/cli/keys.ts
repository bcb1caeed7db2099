import { GRAPH, command, group } from './command.ts'
import { EXIT, UsageError } from './exit.ts'
import { openGraph } from './graph.ts'
import { print, table } from './print.ts'

interface Key {
  id: string
  name: string
  scopes: string[]
  connections: string[] | null
  expiresAt: string | null
  lastUsedAt: string | null
  revokedAt: string | null
  warning: string | null
}

interface Made {
  key: Key
  secret: string
}

const FIELDS = 'id name scopes connections customer createdAt expiresAt lastUsedAt revokedAt warning'
const LIST = `query Keys($revoked: Boolean!) { keys(revoked: $revoked) { ${FIELDS} } }`
const CREATE = `mutation Create($input: CreateKeyInput!) { createKey(input: $input) { secret key { ${FIELDS} } } }`
const ROTATE = `mutation Rotate($id: ID!, $overlap: Int!) {
  rotateKey(id: $id, overlapHours: $overlap) { secret key { ${FIELDS} } }
}`
const REVOKE = `mutation Revoke($id: ID!) { revokeKey(id: $id) { ${FIELDS} } }`

function rowOf({ id, name, scopes, connections, expiresAt, warning }: Key): string[] {
  const where = connections ? connections.join(',') : 'all'
  return [id, name, scopes.join(','), where, expiresAt ? `until ${expiresAt}` : '', warning ?? '']
}

/** A secret is shown this once; alone on stdout, so that a script can keep it. */
function show(json: boolean | undefined, { key, secret }: Made): number {
  if (!json) process.stderr.write(`${key.id} ${key.name}. Its secret, shown this once:\n`)
  print(json, { ...key, secret }, () => [secret])
  return EXIT.ok
}

const list = command({
  usage: 'keys list [--revoked]',
  about: 'Lists API keys, newest first, without secrets.',
  words: [0, 0],
  options: { revoked: { type: 'boolean', about: 'also revoked ones' }, ...GRAPH },
  async run(_words, { json, revoked = false, ...access }) {
    const { keys } = await openGraph(access).ask<{ keys: Key[] }>(LIST, { revoked })
    print(json, keys, () => table(keys.map(rowOf)))
    return EXIT.ok
  },
})

const create = command({
  usage: 'keys create <name> --scope SCOPE [--scope SCOPE …]',
  about: 'Makes an API key. Its secret goes to stdout, this once.',
  words: [1, 1],
  options: {
    scope: { type: 'string', multiple: true, value: 'SCOPE', about: 'a right, for example read:stock' },
    connection: { type: 'string', multiple: true, value: 'ID', about: 'only this connection' },
    customer: { type: 'string', value: 'ID', about: "only this customer's prices and records" },
    expires: { type: 'string', value: 'TIME', about: 'when it ends, for example 2030-01-31T00:00:00Z' },
    levels: { type: 'boolean', about: 'show only whether there is enough stock, no quantity' },
    ...GRAPH,
  },
  examples: ['erp-supergraph keys create shop --scope read:stock --scope read:price --connection odoo:main'],
  async run([name = ''], { json, scope, connection, customer, expires, levels, ...access }) {
    if (!scope) throw new UsageError('--scope is missing. Example: --scope read:stock')
    const input = {
      ...{ name, scopes: scope, connections: connection, customer, expiresAt: expires },
      ...(levels && { stockAs: 'LEVELS' }),
    }
    return show(json, (await openGraph(access).ask<{ createKey: Made }>(CREATE, { input })).createKey)
  },
})

const rotate = command({
  usage: 'keys rotate <id> [--overlap HOURS]',
  about: 'Gives a key a new secret; the one until now is good for the overlap.',
  words: [1, 1],
  options: { overlap: { type: 'string', value: 'HOURS', about: 'how long both are good (24)' }, ...GRAPH },
  async run([id], { json, overlap = '24', ...access }) {
    if (!/^\d{1,4}$/.test(overlap))
      throw new UsageError(`"${overlap}" is no number of hours. Example: --overlap 24`)
    const asked = await openGraph(access).ask<{ rotateKey: Made }>(ROTATE, { id, overlap: Number(overlap) })
    return show(json, asked.rotateKey)
  },
})

const revoke = command({
  usage: 'keys revoke <id>',
  about: 'Ends a key with all its secrets, at once.',
  words: [1, 1],
  options: GRAPH,
  async run([id], { json, ...access }) {
    const { revokeKey } = await openGraph(access).ask<{ revokeKey: Key }>(REVOKE, { id })
    print(json, revokeKey, () => [`${revokeKey.id} ${revokeKey.name} is revoked.`])
    return EXIT.ok
  },
})

/** API keys. */
export default group('keys', { list, create, rotate, revoke })
