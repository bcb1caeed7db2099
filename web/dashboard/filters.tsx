import { words } from './format.ts'
import { useQuery } from './query.ts'
import { setParams } from './route.ts'

const QUERY = `query Choices {
  connections { id }
  objects: __type(name: "SyncObject") { enumValues { name } }
  actions: __type(name: "SyncAction") { enumValues { name } }
  statuses: __type(name: "OperationStatus") { enumValues { name } }
}`

type Enum = { enumValues: { name: string }[] } | null

interface Choices {
  connections: { id: string }[]
  objects: Enum
  actions: Enum
  statuses: Enum
}

/** The parameters of the address that filter, with the list of the filter that each fills. */
const LISTS = { connection: 'connections', status: 'statuses', object: 'objects', action: 'actions' }

/** The filter of the graph that an address asks for; null: everything. */
export function filterOf(params: URLSearchParams): object | null {
  const lists = Object.entries(LISTS).flatMap(([name, list]) => {
    const value = params.get(name)
    return value ? [[list, value.split(',')]] : []
  })
  return lists.length > 0 ? Object.fromEntries(lists) : null
}

const namesOf = (of: Enum | undefined): string[] => of?.enumValues.map(({ name }) => name) ?? []

/** The filters of the sync, kept in the address. */
export function Filters({ params }: { params: URLSearchParams }) {
  const { data } = useQuery<Choices>(QUERY)
  const connections = data?.connections.map(({ id }) => id) ?? []
  return (
    <form class="filters" aria-label="Filter" onSubmit={(event) => event.preventDefault()}>
      <Choice name="connection" label="Connection" values={connections} params={params} plain />
      <Choice name="status" label="Status" values={namesOf(data?.statuses)} params={params} />
      <Choice name="object" label="Object" values={namesOf(data?.objects)} params={params} />
      <Choice name="action" label="Action" values={namesOf(data?.actions)} params={params} />
    </form>
  )
}

function Choice(props: {
  name: string
  label: string
  values: string[]
  params: URLSearchParams
  plain?: boolean
}) {
  const { name, label, values, params, plain } = props
  const chosen = params.get(name) ?? ''
  // An address may name what this list does not have, or several at once.
  const all = chosen && !values.includes(chosen) ? [chosen, ...values] : values
  return (
    <label>
      {label}
      <select value={chosen} onChange={(event) => setParams({ [name]: event.currentTarget.value })}>
        <option value="">all</option>
        {all.map((value) => (
          <option key={value} value={value}>
            {plain ? value : words(value)}
          </option>
        ))}
      </select>
    </label>
  )
}
