import { useCallback, useEffect, useState } from 'preact/hooks'
import { Attempts } from './attempts.tsx'
import { Diff } from './diff.tsx'
import { moment } from './format.ts'
import { subscribe } from './live.ts'
import { RETRYABLE, WHOLE, type WholeOperation, resolve, retry } from './operation.ts'
import { Act, Ago, ProblemNote } from './parts.tsx'
import { RollBack } from './rollback.tsx'
import { hrefOf } from './route.ts'

const QUERY = `subscription Operation($id: ID!) { operation(id: $id) { ${WHOLE} } }`

/** Everything about one operation, as it stands and as it goes on; `without` is shown elsewhere. */
export function Detail({ id, without }: { id: string; without?: 'actions' | 'order' }) {
  const [operation, setOperation] = useState<WholeOperation | null>(null)
  const [round, setRound] = useState(0)
  useEffect(() => {
    return subscribe<{ operation: WholeOperation }>({
      query: QUERY,
      isEndless: false,
      variables: () => ({ id }),
      next: (data) => setOperation(data.operation),
    })
  }, [id, round])
  // A final state ends the subscription; after a person's word there is a new life to follow.
  const again = useCallback(() => setRound((count) => count + 1), [])
  if (!operation) return <p class="quiet">Reading…</p>
  return (
    <div class="detail">
      <Facts operation={operation} order={without === 'order' ? null : operation.order} />
      {operation.problem && <ProblemNote problem={operation.problem} />}
      {without !== 'actions' && <Actions operation={operation} done={again} />}
      <Diff before={operation.before} after={operation.after} />
      {operation.status === 'DONE' && <RollBack operation={id} />}
      <Attempts of={operation.attempts} />
    </div>
  )
}

function Facts(props: { operation: WholeOperation; order: WholeOperation['order'] }) {
  const { operation, order } = props
  const { reference, externalNumber, externalId, createdAt, finishedAt, nextAttemptAt } = operation
  return (
    <dl class="facts">
      <dt>Reference</dt>
      <dd>
        <code>{reference}</code>
      </dd>
      {(externalNumber ?? externalId) && <dt>In the ERP</dt>}
      {(externalNumber ?? externalId) && (
        <dd>
          {externalNumber ?? externalId}
          {externalNumber && externalId && externalNumber !== externalId && (
            <span class="quiet"> id {externalId}</span>
          )}
        </dd>
      )}
      <dt>Accepted</dt>
      <dd>{moment(createdAt)}</dd>
      {finishedAt && <dt>Ended</dt>}
      {finishedAt && <dd>{moment(finishedAt)}</dd>}
      {nextAttemptAt && <dt>Next attempt</dt>}
      {nextAttemptAt && (
        <dd>
          <Ago at={nextAttemptAt} />
        </dd>
      )}
      {order && <dt>Order</dt>}
      {order && (
        <dd>
          <a href={hrefOf('orders', { id: order.id })}>Its whole life</a>
        </dd>
      )}
    </dl>
  )
}

/** What a person can do with an operation that did not go through. */
export function Actions({ operation, done }: { operation: { id: string; status: string }; done(): void }) {
  const { id, status } = operation
  if (status === 'UNCERTAIN') return <Resolve id={id} done={done} />
  if (!RETRYABLE.includes(status)) return null
  return (
    <p class="actions">
      <Act label={status === 'WAITING' ? 'Try now' : 'Retry'} kind="main" run={() => retry(id)} done={done} />
    </p>
  )
}

function Resolve({ id, done }: { id: string; done(): void }) {
  const [found, setFound] = useState('')
  return (
    <fieldset class="resolve">
      <legend>Is the document in the ERP?</legend>
      <p class="quiet">It was sent, and no answer came. It is never sent again by itself.</p>
      <div class="actions">
        <label>
          Its id there <input value={found} onInput={(event) => setFound(event.currentTarget.value)} />
        </label>
        <Act
          label="It is there"
          kind="main"
          disabled={!found.trim()}
          run={() => resolve(id, { found: found.trim() })}
          done={done}
        />
        <Act label="It is not: create it" run={() => resolve(id, { create: true })} done={done} />
        <Act label="It is not, and shall not be" run={() => resolve(id, { create: false })} done={done} />
      </div>
    </fieldset>
  )
}
