import type { INodeProperties } from 'n8n-workflow'
import { ApiProblem, type Told } from '../shared/problem'

/** What every write selects of its operation. */
export const OPERATION = `fragment Written on SyncOperation { id connection object action status outcome reference
  externalId externalNumber createdAt finishedAt nextAttemptAt problem { ...Told } }
  fragment Told on Problem { code message resolution field connection retryAfterMs }`

/** An operation as far as a write looks into it. */
export interface Written {
  id: string
  status: string
  problem: Told | null
}

const ENDED_BADLY = ['REFUSED', 'DEAD', 'CANCELLED']

/** The parameters that all writes have. */
export function writeProperties(show: Record<string, string[]>): INodeProperties[] {
  return [
    {
      displayName: 'Idempotency Key',
      name: 'idempotencyKey',
      type: 'string',
      default: '',
      placeholder: 'deal-4711',
      displayOptions: { show },
      description:
        'The same key is written once, however often the workflow runs. Best the ID of the deal. Left empty, it is made from the incoming item, so that the same item is written once.',
    },
    {
      displayName: 'Wait (ms)',
      name: 'waitMs',
      type: 'number',
      typeOptions: { minValue: 0, maxValue: 30000 },
      default: 10000,
      displayOptions: { show },
      description: 'How long to wait for the ERP; the write goes on by itself after that',
    },
    {
      displayName: 'Dry Run',
      name: 'dryRun',
      type: 'boolean',
      default: false,
      displayOptions: { show },
      description: 'Whether to only show the requests and problems; nothing is sent or stored',
    },
    {
      displayName: 'Fail on Refusal',
      name: 'failOnRefusal',
      type: 'boolean',
      default: true,
      displayOptions: { show },
      description:
        'Whether the item fails when the write is refused. Otherwise it goes on with ok = false and the problems.',
    },
  ]
}

/** Whether a write stands, or is still on its way. Throws ApiProblem for a refusal when `fails`. */
export function judge(
  problems: Told[],
  operations: (Written | null)[],
  payload: object,
  fails: boolean,
): boolean {
  const ended = operations.find((one) => one !== null && ENDED_BADLY.includes(one.status))
  const unsaid = { code: 'CONFLICT', message: `The operation is ${ended?.status}.` }
  const problem = problems[0] ?? (ended ? (ended.problem ?? unsaid) : null)
  if (problem && fails) throw new ApiProblem(problem, payload)
  return !problem
}
