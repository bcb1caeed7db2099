import { createHash } from 'node:crypto'
import { type PushOrderMutationVariables, PushOrderDocument } from '../../client/index.ts'
import { GRAPH, command } from './command.ts'
import { EXIT } from './exit.ts'
import { objectOf } from './file.ts'
import { openGraph } from './graph.ts'
import { WAIT, ended, exitOf, line } from './operation.ts'
import { print, sentence } from './print.ts'

/** Pushes an order from a file. */
export default command({
  usage: 'push <order.json> [--idempotency-key KEY] [--wait]',
  about: `Pushes an order: a PushOrderInput as JSON or YAML, or "-" for stdin.
The same idempotency key never makes a second order. Without one, the same content is the same order.`,
  words: [1, 1],
  options: {
    'idempotency-key': {
      type: 'string',
      value: 'KEY',
      about: 'what makes this order one; taken from the content',
    },
    'dry-run': { type: 'boolean', about: 'show the requests and problems; nothing is sent or stored' },
    ...WAIT,
    ...GRAPH,
  },
  examples: ['erp-supergraph push order.json --idempotency-key shop-4711 --wait'],
  async run([path = ''], { json, wait, timeout, 'idempotency-key': given, 'dry-run': dryRun, ...access }) {
    const input = (await objectOf(path)) as PushOrderMutationVariables['input']
    const idempotencyKey = given ?? createHash('sha256').update(JSON.stringify(input)).digest('hex')
    const graph = openGraph(access)
    const { pushOrder } = await graph.mutate(PushOrderDocument, {
      input,
      idempotencyKey,
      dryRun: dryRun ?? false,
    })
    const { problems, plan } = pushOrder
    const { operation } = pushOrder
    const last = operation && wait ? await ended(graph, operation.id, timeout) : operation
    print(json, { ...pushOrder, operation: last, idempotencyKey }, () => [
      ...(last ? [line(last)] : []),
      ...(plan ?? []).map(({ method, url }) => `${method} ${url}`),
      ...problems.map(sentence),
    ])
    if (last) return exitOf(last)
    return problems.length > 0 ? EXIT.failed : EXIT.ok
  },
})
