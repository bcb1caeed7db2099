import { useState } from 'preact/hooks'
import { Actions, Detail } from './detail.tsx'
import { words } from './format.ts'
import { ask } from './graph.ts'
import { FIELDS, type Operation, retry } from './operation.ts'
import type { Page } from './pages.ts'
import { Act, Ago, Badge, Empty, FailureNote, Head } from './parts.tsx'
import { useFresh, useQuery } from './query.ts'

/** Operations shown of one cause. */
const SHOWN = 100
const QUERY = `query Dead {
  deadLetters(samples: ${SHOWN}) {
    id connection status code message resolution count firstSeen samples { ${FIELDS} }
  }
}`

/** What failed for one cause. */
interface Group {
  id: string
  connection: string
  status: string
  code: string
  message: string
  resolution: string
  count: number
  firstSeen: string
  samples: Operation[]
}

interface Answer {
  deadLetters: Group[]
}

function Dead() {
  const { data, failure, reload } = useQuery<Answer>(QUERY)
  useFresh(reload, 30_000)
  const groups = data?.deadLetters ?? []
  const count = groups.reduce((sum, group) => sum + group.count, 0)
  return (
    <>
      <Head title="Dead letters">
        <p class="quiet">What did not go through, by cause. Nothing here is tried again by itself.</p>
      </Head>
      {failure && <FailureNote failure={failure} />}
      <p class="quiet" role="status">
        {data && `${count} waiting`}
      </p>
      {data && groups.length === 0 && <Empty>Everything went through.</Empty>}
      {groups.map((group) => (
        <Cause key={group.id} group={group} done={reload} />
      ))}
    </>
  )
}

function Cause({ group, done }: { group: Group; done(): void }) {
  const { id, code, connection, status, count, samples } = group
  const what = `${count} with ${code} at ${connection}`
  return (
    <section class="card cause" aria-label={`${code} at ${connection}`}>
      <header>
        <h2>
          <code>{code}</code> <span class="where">{connection}</span>
        </h2>
        <p class="quiet">
          {count}, the first <Ago at={group.firstSeen} />
          {count > samples.length && `; the newest ${samples.length} are shown`}
        </p>
        <p>{group.resolution}</p>
        {count > 1 && status !== 'UNCERTAIN' && (
          <p class="actions">
            <Act
              label={`Retry all ${count}`}
              name={`Retry all ${what}`}
              kind="main"
              run={() => ask(RETRY_ALL, { group: id })}
              done={done}
            />
          </p>
        )}
        {status !== 'UNCERTAIN' && <Discard group={group} done={done} />}
      </header>
      <ul class="letters">
        {samples.map((operation) => (
          <Letter key={operation.id} operation={operation} done={done} />
        ))}
      </ul>
    </section>
  )
}

const RETRY_ALL = 'mutation RetryAll($group: ID!) { retryDeadLetters(group: $group) { count } }'
const DISCARD_ALL = `mutation DiscardAll($group: ID!, $reason: String!) {
  discardDeadLetters(group: $group, reason: $reason) { count }
}`

/** Ends a whole cause; the reason stays in the log. */
function Discard({ group, done }: { group: Group; done(): void }) {
  const [reason, setReason] = useState('')
  const { id, count, code, connection } = group
  return (
    <details>
      <summary>Discard</summary>
      <p class="actions">
        <input
          aria-label={`Why ${code} at ${connection} is discarded`}
          placeholder="Why? It stays in the log."
          value={reason}
          onInput={(event) => setReason(event.currentTarget.value)}
        />
        <Act
          label={count > 1 ? `Discard all ${count}` : 'Discard'}
          name={`Discard ${count} with ${code} at ${connection}`}
          disabled={reason.trim() === ''}
          run={() => ask(DISCARD_ALL, { group: id, reason })}
          done={done}
        />
      </p>
    </details>
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
