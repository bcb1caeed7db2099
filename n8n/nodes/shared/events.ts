import type { INodeProperties } from 'n8n-workflow'
import { given, list } from './values'

const options = (...values: string[]) =>
  values.map((value) => ({ name: `${value.charAt(0)}${value.slice(1).toLowerCase()}`, value }))

/** The parameters by which a trigger chooses events; what is left empty is not asked for. */
export const filterProperties: INodeProperties[] = [
  {
    displayName: 'Statuses',
    name: 'statuses',
    type: 'multiOptions',
    options: options('ACCEPTED', 'CANCELLED', 'DEAD', 'DONE', 'REFUSED', 'RUNNING', 'UNCERTAIN', 'WAITING'),
    default: ['DEAD', 'DONE', 'REFUSED', 'UNCERTAIN'],
    description: 'Every state when left empty',
  },
  {
    displayName: 'Filter',
    name: 'filter',
    type: 'collection',
    placeholder: 'Add Filter',
    default: {},
    options: [
      {
        displayName: 'Actions',
        name: 'actions',
        type: 'multiOptions',
        options: options('CANCEL', 'CREATE', 'UPDATE'),
        default: [],
      },
      {
        displayName: 'Connections',
        name: 'connections',
        type: 'string',
        default: '',
        placeholder: 'odoo:main, netsuite:main',
        description: 'Only events of these ERPs, separated by commas',
      },
      {
        displayName: 'Objects',
        name: 'objects',
        type: 'multiOptions',
        options: options('CUSTOMER', 'ORDER'),
        default: [],
      },
    ],
  },
]

/** The SyncFilter of a trigger's parameters. */
export function filterOf(get: (name: string, fallback: unknown) => unknown): Record<string, unknown> {
  const { actions, connections, objects } = get('filter', {}) as Record<string, unknown>
  return given({
    statuses: list(get('statuses', [])),
    actions: list(actions),
    connections: list(connections),
    objects: list(objects),
  })
}

/** What an event says of its operation. */
export const EVENT_OPERATION = `fragment Happened on SyncOperation { id connection direction object action status
  outcome reference externalId externalNumber createdAt finishedAt requestedBy
  problem { code message resolution field connection retryAfterMs } order { id number } customer { id name } }`
