import { useEffect, useState } from 'preact/hooks'
import { ask } from './graph.ts'
import { words } from './format.ts'
import type { Problem } from './operation.ts'
import { Act, Badge, Empty, ProblemNote } from './parts.tsx'

interface Row {
  operation: string
  connection: string
  object: string
  number: string | null
  state: string
  reason: string | null
  message: string | null
  changes: { field: string; now: unknown; to: unknown }[]
}

interface Plan {
  total: number
  restorable: number
  rows: { nodes: Row[] }
}

interface Rollback {
  id: string
  state: string
  restored: number
  skipped: number
  failed: number
  problem: Problem | null
}

const PLAN = `query Plan($input: RollbackInput!) {
  planRollback(input: $input) {
    total restorable
    rows { nodes { operation connection object number state reason message changes { field now to } } }
  }
}`
const STATE = 'id state restored skipped failed problem { code message resolution }'
const START = `mutation Start($input: RollbackInput!) { startRollback(input: $input) { ${STATE} } }`
const LOOK = `query Look($id: ID!) { rollback(id: $id) { ${STATE} } }`
const LOOK_MS = 1_000

/** Undoes an operation: first what would be restored, then, on a second word, the restoring. */
export function RollBack({ operation }: { operation: string }) {
  const [following, setFollowing] = useState(false)
  const [plan, setPlan] = useState<Plan | null>(null)
  const [begun, setBegun] = useState<Rollback | null>(null)
  const input = { operation, following }
  const look = async () => setPlan((await ask<{ planRollback: Plan }>(PLAN, { input })).planRollback)
  const start = async () => setBegun((await ask<{ startRollback: Rollback }>(START, { input })).startRollback)
  if (begun) return <Under way={begun} />
  return (
    <section class="rollback" aria-label="Roll back">
      <p class="actions">
        <Act label="Roll back…" run={look} />
        {plan && plan.restorable > 0 && (
          <Act label={`Restore ${plan.restorable} of ${plan.total}`} kind="main" run={start} />
        )}
        <label>
          <input
            type="checkbox"
            checked={following}
            onChange={(event) => {
              setFollowing(event.currentTarget.checked)
              // The plan was made for something else.
              setPlan(null)
            }}
          />{' '}
          also what followed from it elsewhere
        </label>
      </p>
      {plan?.total === 0 && <Empty>There is nothing to roll back.</Empty>}
      {plan?.rows.nodes.map((row) => (
        <Planned key={row.operation} row={row} />
      ))}
    </section>
  )
}

function shown(value: unknown): string {
  return value === null || value === undefined
    ? '–'
    : typeof value === 'string'
      ? value
      : JSON.stringify(value)
}

function Planned({ row: { object, number, connection, state, reason, message, changes } }: { row: Row }) {
  return (
    <div>
      <p>
        <Badge
          of={state === 'PLANNED' ? 'WAITING' : 'PAUSED'}
          text={state === 'PLANNED' ? 'would be restored' : 'stays as it is'}
        />{' '}
        {words(object)} <b>{number}</b> <span class="where">{connection}</span>
      </p>
      {reason && <p class="quiet">{message ?? words(reason)}</p>}
      {changes.length > 0 && (
        <table class="diff">
          <tbody>
            {changes.map(({ field, now, to }) => (
              <tr key={field}>
                <th scope="row">{field}</th>
                <td>
                  <del>{shown(now)}</del> <ins>{shown(to)}</ins>
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </div>
  )
}

/** A rollback that runs, until it has ended. */
function Under({ way }: { way: Rollback }) {
  const [now, setNow] = useState(way)
  useEffect(() => {
    if (now.state !== 'RUNNING') return
    const look = () =>
      ask<{ rollback: Rollback }>(LOOK, { id: way.id }).then(({ rollback }) => setNow(rollback))
    // One that could not be looked at is looked at again.
    const timer = setTimeout(() => void look().catch(() => setNow({ ...now })), LOOK_MS)
    return () => clearTimeout(timer)
  }, [now])
  const { state, restored, skipped, failed, problem } = now
  return (
    <div role="status">
      <p>
        <Badge
          of={state === 'FAILED' ? 'ERROR' : state}
          text={state === 'DONE' ? 'rolled back' : words(state)}
        />{' '}
        {restored} restored, {skipped} left as they are, {failed} failed.
      </p>
      {problem && <ProblemNote problem={problem} />}
    </div>
  )
}
