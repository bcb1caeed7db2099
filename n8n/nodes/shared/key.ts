import { createHash } from 'node:crypto'
import type { IExecuteFunctions } from 'n8n-workflow'
import { text } from './values'

/**
 * The key that makes a write happen once: what the user gave, else one made from the workflow, the node and the
 * incoming item. It is not made from the execution's id alone, which is another one when an execution is run again:
 * a re-run brings the same item and so the same key. The second of two equal items has a key of its own, and an item
 * that says nothing is told by the request itself.
 */
export function keyOf(context: IExecuteFunctions, item: number, request: object, salt = ''): string {
  const own = text(context.getNodeParameter('idempotencyKey', item, ''))
  if (own) return own
  const items = context.getInputData().map(({ json }) => json)
  const json = items[item] ?? {}
  const same = canonical(json)
  const nth = items.slice(0, item).filter((other) => canonical(other) === same).length
  const said = Object.keys(json).length > 0 ? same : canonical(request)
  const digest = createHash('sha256').update(`${said}\n${nth}\n${salt}`).digest('hex').slice(0, 40)
  return ['n8n', context.getWorkflow().id ?? '', context.getNode().id, digest].join(':')
}

/** JSON with sorted names, so that equal items have one text. */
function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? 'null'
  const parts = Object.entries(value).sort(([one], [other]) => (one < other ? -1 : 1))
  return `{${parts.map(([name, part]) => `${JSON.stringify(name)}:${canonical(part)}`).join(',')}}`
}
