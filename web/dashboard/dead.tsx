import { useState } from 'preact/hooks'
import { Actions, Detail } from './detail.tsx'
import { words } from './format.ts'
import { FIELDS, type Operation, retry } from './operation.ts'
import type { Page } from './pages.ts'
import { Act, Ago, Badge, Empty, FailureNote, Head } from './parts.tsx'
import { useFresh, useQuery } from './query.ts'

const QUERY = `query Dead {
  syncOperations(filter: { statuses: [DEAD, REFUSED, UNCERTAIN] }, first: 500) {
    nodes { ${FIELDS} }
    pageInfo { hasNextPage }
  }
}`

interface Answer {
  syncOperations: { nodes: (Operation | null)[]; pageInfo: { hasNextPage: boolean } }
}

/** Operations that failed for the same cause at the same connection. */
interface Group {
  key: string
  code: string
  connection: string
  operations: Operation[]
}

function groupsOf(operations: Operation[]): Group[] {
  const groups = new Map<string, Group>()
  for (const operation of operations) {
    const code = operation.problem?.code ?? operation.status
    const { connection } = operation
    const key = `${code} ${connection}`
    const group = groups.get(key) ?? { key, code, connection, operations: [] }
    group.operations.push(operation)
    groups.set(key, group)
  }
  return [...groups.values()].toSorted((one, two) => two.operations.length - one.operations.length)
}

function Dead() {
  const { data, failure, reload } = useQuery<Answer>(QUERY)
  useFresh(reload, 30_000)
  const operations = (data?.syncOperations.nodes ?? []).filter((one) => one !== null)
  return (
    <>
      <Head title="Dead letters">
        <p class="quiet">What did not go through, by cause. Nothing here is tried again by itself.</p>
      </Head>
      {failure && <FailureNote failure={failure} />}
      <p class="quiet" role="status">
        {data && `${operations.length}${data.syncOperations.pageInfo.hasNextPage ? ' or more' : ''} waiting`}
      </p>
      {data && operations.length === 0 && <Empty>Everything went through.</Empty>}
      {groupsOf(operations).map((group) => (
        <Cause key={group.key} group={group} done={reload} />
      ))}
    </>
  )
}

function Cause({ group, done }: { group: Group; done(): void }) {
  const { code, connection, operations } = group
  const [tried, setTried] = useState(0)
  const first = operations.at(-1)
  const retryable = operations.filter(({ status }) => status !== 'UNCERTAIN')
  const all = async () => {
    setTried(0)
    for (const { id } of retryable) {
      await retry(id)
      setTried((count) => count + 1)
    }
  }
  return (
    <section class="card cause" aria-label={`${code} at ${connection}`}>
      <header>
        <h2>
          <code>{code}</code> <span class="where">{connection}</span>
        </h2>
        <p class="quiet">
          {operations.length}, the first {first && <Ago at={first.createdAt} />}
          <span role="status">{tried > 0 && `, ${tried} tried again`}</span>
        </p>
        <p>{first?.problem?.resolution}</p>
        {retryable.length > 1 && (
          <p class="actions">
            <Act
              label={`Retry all ${retryable.length}`}
              name={`Retry all ${retryable.length} with ${code} at ${connection}`}
              kind="main"
              run={all}
              done={done}
            />
          </p>
        )}
      </header>
      <ul class="letters">
        {operations.map((operation) => (
          <Letter key={operation.id} operation={operation} done={done} />
        ))}
      </ul>
    </section>
  )
}

function Letter({ operation, done }: { operation: Operation; done(): void }) {
  const [isOpen, setOpen] = useState(false)
  const { status, action, object, reference, problem } = operation
  return (
    <li>
      <div class="letter">
        <Badge of={status} />
        <span class="what">
          {words(action)} {words(object)} <b>{reference}</b>
        </span>
        <span class="why">{problem?.message}</span>
        {status !== 'UNCERTAIN' && (
          <Act label="Retry" name={`Retry ${reference}`} run={() => retry(operation.id)} done={done} />
        )}
      </div>
      {status === 'UNCERTAIN' && <Actions operation={operation} done={done} />}
      <details onToggle={(event) => setOpen(event.currentTarget.open)}>
        <summary>What was sent and answered</summary>
        {isOpen && <Detail id={operation.id} without="actions" />}
      </details>
    </li>
  )
}

/** What failed, grouped by cause. */
export const dead: Page = { path: 'dead', title: 'Dead letters', Show: Dead }
