import { lasted } from './attempts.tsx'
import { Detail } from './detail.tsx'
import { clock, span, words } from './format.ts'
import { type Attempt, WHOLE, type WholeOperation } from './operation.ts'
import { Badge, Empty, FailureNote, Head } from './parts.tsx'
import { useFresh, useQuery } from './query.ts'

interface Answer {
  order: {
    number: string | null
    reference: string | null
    connection: string
    createdAt: string
    customer: { name: string } | null
    record: { url: string | null; number: string | null; state: string | null; status: string | null } | null
  } | null
  syncOperations: { nodes: (WholeOperation | null)[] }
}

const QUERY = `query Life($id: ID!) {
  order(id: $id) {
    number reference connection createdAt customer { name }
    record { url number state status }
  }
  syncOperations(filter: { order: $id }, first: 50) { nodes { ${WHOLE} } }
}`

/** One thing that happened to an order. */
interface Step {
  key: string
  at: string
  status: string
  title: string
  note: string
}

function answerOf({ exchanges, problem }: Attempt): string {
  const last = exchanges.at(-1)
  if (!last) return problem?.code ?? ''
  return last.status === null ? 'no answer' : `HTTP ${last.status}`
}

function stepsOf(operation: WholeOperation): Step[] {
  const { id, createdAt, action, object, attempts, finishedAt, status, externalNumber, problem } = operation
  const what = `${words(action)} ${words(object)}`
  const start = { key: `${id}-start`, at: createdAt, status: 'ACCEPTED', title: what, note: 'accepted' }
  const tries = attempts.map((attempt) => {
    const ms = lasted(attempt)
    return {
      key: `${id}-${attempt.number}`,
      at: attempt.startedAt,
      status: attempt.outcome ?? 'RUNNING',
      title: `attempt ${attempt.number}`,
      note: [answerOf(attempt), ms === null ? 'under way' : span(ms)].filter(Boolean).join(', '),
    }
  })
  const note = externalNumber && status === 'DONE' ? externalNumber : (problem?.code ?? '')
  const end = { key: `${id}-end`, at: finishedAt ?? createdAt, status, title: words(status), note }
  return finishedAt ? [start, ...tries, end] : [start, ...tries]
}

/** The whole life of one order on one line. */
export function Life({ id }: { id: string }) {
  const { data, failure, reload } = useQuery<Answer>(QUERY, { id })
  useFresh(reload, 15_000)
  const order = data?.order
  const operations = (data?.syncOperations.nodes ?? []).filter((one) => one !== null).reverse()
  const steps = operations.flatMap(stepsOf).toSorted((one, two) => one.at.localeCompare(two.at))
  return (
    <>
      <p class="back">
        <a href="#/orders">All orders</a>
      </p>
      <Head title={`Order ${order?.number ?? order?.reference ?? ''}`}>
        {order && (
          <p class="quiet">
            {order.customer?.name} at {order.connection}
          </p>
        )}
      </Head>
      {failure && <FailureNote failure={failure} />}
      {data && !order && <Empty>There is no such order, or this key may not see it.</Empty>}
      {order && <There order={order} />}
      {data && steps.length === 0 && order && (
        <Empty>It was made in the ERP; nothing was pushed from here.</Empty>
      )}
      <Steps all={steps} />
      {operations.map((operation) => (
        <section class="card" key={operation.id}>
          <h2>
            {words(operation.action)} {words(operation.object)}
          </h2>
          <Detail id={operation.id} without="order" />
        </section>
      ))}
    </>
  )
}

function Steps({ all }: { all: Step[] }) {
  return (
    <ol class="life" aria-label="Its life" aria-live="polite">
      {all.map(({ key, status, title, note, at }) => (
        <li key={key}>
          <Badge of={status} text={title} />
          <span>{note}</span>
          <time class="quiet" dateTime={at}>
            {clock(at)}
          </time>
        </li>
      ))}
    </ol>
  )
}

function There({ order }: { order: NonNullable<Answer['order']> }) {
  const { record } = order
  const url = record?.url
  if (record?.status === 'UNAVAILABLE') return <p>The ERP does not answer now.</p>
  return (
    <p class="there">
      {record?.state && <span>In the ERP it is {words(record.state)}.</span>}{' '}
      {/* Only an address of the web: what an ERP sends is never run. */}
      {url && /^https?:/.test(url) && (
        <a href={url} target="_blank" rel="noreferrer">
          Open {record.number ?? 'it'} in the ERP
        </a>
      )}
    </p>
  )
}
