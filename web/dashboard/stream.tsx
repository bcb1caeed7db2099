import { useEffect, useReducer, useState } from 'preact/hooks'
import { Detail } from './detail.tsx'
import { Filters, filterOf } from './filters.tsx'
import { clock, moment, words } from './format.ts'
import { type SyncEvent, follow } from './live.ts'
import { FIELDS, type Operation } from './operation.ts'
import type { Page } from './pages.ts'
import { Badge, Empty, FailureNote, Head } from './parts.tsx'
import { useQuery } from './query.ts'

const KEPT = 200

/** One line of the stream: an event, or the present state of what was there before. */
interface Row {
  key: string
  at: string
  status: string
  operation: Operation
  isNew: boolean
}

const QUERY = `query Log($filter: SyncFilter) {
  syncOperations(filter: $filter, first: 50) { nodes { ${FIELDS} } }
}`

interface Log {
  syncOperations: { nodes: (Operation | null)[] }
}

function toRow({ cursor, at, status, operation }: SyncEvent): Row {
  return { key: cursor, at, status, operation, isNew: true }
}

function toPast(operation: Operation): Row {
  const { id, status, finishedAt, createdAt } = operation
  return { key: id, at: finishedAt ?? createdAt, status, operation, isNew: false }
}

function Stream({ params }: { params: URLSearchParams }) {
  const key = JSON.stringify(filterOf(params))
  return (
    <>
      <Head title="Stream">
        <p class="quiet">Every change of state, as it happens.</p>
      </Head>
      <Filters params={params} />
      <Rows key={key} filter={filterOf(params)} />
    </>
  )
}

function Rows({ filter }: { filter: object | null }) {
  const [hasBegun, setBegun] = useState(false)
  const { data, failure, isLoading, reload } = useQuery<Log>(QUERY, { filter }, !hasBegun)
  const [events, add] = useReducer<Row[], Row>((rows, row) => [row, ...rows].slice(0, KEPT), [])
  useEffect(() => {
    return follow(filter, {
      event: (event) => add(toRow(event)),
      begun: () => setBegun(true),
      lost: reload,
    })
  }, [])
  const past = (data?.syncOperations.nodes ?? []).filter((one) => one !== null).map(toPast)
  const told = new Set(events.map(({ operation, status }) => operation.id + status))
  // What was read after its event came is not shown a second time.
  const rows = [...events, ...past.filter(({ operation, status }) => !told.has(operation.id + status))]
  return (
    <>
      {failure && <FailureNote failure={failure} />}
      <p class="quiet" role="status">
        {events.length === 0
          ? 'Listening; what happens next appears at the top.'
          : `${events.length} ${events.length === 1 ? 'event' : 'events'} since you came.`}
      </p>
      {rows.length === 0 && data && !isLoading && (
        <Empty>Nothing has been pushed that fits the filter.</Empty>
      )}
      <ol class="stream">
        {rows.slice(0, KEPT).map((row) => (
          <Entry key={row.key} row={row} />
        ))}
      </ol>
    </>
  )
}

function Entry({ row }: { row: Row }) {
  const [isOpen, setOpen] = useState(false)
  const { operation, status, at, isNew } = row
  const { connection, object, action, reference, externalNumber, problem } = operation
  const isStill = status === operation.status
  return (
    <li class={isNew ? 'fresh' : ''}>
      <details onToggle={(event) => setOpen(event.currentTarget.open)}>
        <summary>
          <time dateTime={at} title={moment(at)}>
            {clock(at)}
          </time>
          <Badge of={status} />
          <span class="what">
            {words(action)} {words(object)} <b>{(isStill && externalNumber) || reference}</b>
          </span>
          <span class="where">{connection}</span>
          {isStill && problem && <span class="why">{problem.message}</span>}
        </summary>
        {isOpen && <Detail id={operation.id} />}
      </details>
    </li>
  )
}

/** What happens in the sync, and each operation in full. */
export const stream: Page = { path: 'stream', title: 'Stream', Show: Stream }
