import type { ComponentChildren } from 'preact'
import { useState } from 'preact/hooks'
import { ask } from './graph.ts'
import type { Page } from './pages.ts'
import { Act, Ago, Badge, Empty, FailureNote } from './parts.tsx'
import { useFresh, useQuery } from './query.ts'
import { QueueHead } from './queue.tsx'
import { Rules } from './rules.tsx'

interface Conflict {
  id: string
  connection: string
  field: string
  state: string
  ours: unknown
  theirs: unknown
  base: unknown
  decidedBy: string | null
  decidedAt: string | null
  createdAt: string
  customer: { name: string } | null
}

interface Answer {
  conflicts: { nodes: (Conflict | null)[]; pageInfo: { hasNextPage: boolean } }
}

const QUERY = `query Conflicts($open: Boolean!) {
  conflicts(open: $open, first: 100) {
    nodes { id connection field state ours theirs base decidedBy decidedAt createdAt customer { name } }
    pageInfo { hasNextPage }
  }
}`
const RESOLVE = `mutation Resolve($id: ID!, $take: ConflictSide!, $value: JSON) {
  resolveConflict(id: $id, take: $take, value: $value) { id state }
}`

function Conflicts({ params }: { params: URLSearchParams }) {
  const all = params.has('all')
  const { data, failure, reload } = useQuery<Answer>(QUERY, { open: !all })
  useFresh(reload, 15_000)
  const found = data?.conflicts.nodes.filter((one) => one !== null) ?? []
  return (
    <>
      <QueueHead
        title="Conflicts"
        all={all}
        count={data ? found.length : null}
        hasMore={data?.conflicts.pageInfo.hasNextPage ?? false}
      />
      {failure && <FailureNote failure={failure} />}
      {data && found.length === 0 && <Empty>Both sides agree on everything.</Empty>}
      {found.map((conflict) => (
        <Decide key={conflict.id} conflict={conflict} done={reload} />
      ))}
      <Rules />
    </>
  )
}

function Decide({ conflict, done }: { conflict: Conflict; done(): void }) {
  const { field, customer, state, ours, theirs, createdAt } = conflict
  const name = customer?.name ?? 'A customer'
  const take = (side: string, value?: unknown) => ask(RESOLVE, { id: conflict.id, take: side, value })
  const act = (label: string, side: string) => (
    <Act label={label} name={`${label}: ${field} of ${name}`} run={() => take(side)} done={done} />
  )
  const isOpen = state === 'OPEN'
  return (
    <section class="card conflict" aria-label={`${field} of ${name}`}>
      <header class="head">
        <h2>
          {name}: <code>{field}</code>
        </h2>
        <p class="quiet">
          {isOpen ? 'changed' : <Badge of="DONE" text="decided" />}{' '}
          <Ago at={isOpen ? createdAt : (conflict.decidedAt ?? createdAt)} />
          {conflict.decidedBy && ` by ${conflict.decidedBy}`}
        </p>
      </header>
      <div class="sides">
        <Side title="Last agreed" value={conflict.base} />
        <Side title="Ours" value={ours}>
          {isOpen && act('Keep ours', 'LEFT')}
        </Side>
        <Side title={conflict.connection} value={theirs}>
          {isOpen && act('Take theirs', 'RIGHT')}
        </Side>
      </div>
      {isOpen && <Custom of={ours ?? theirs} take={(value) => take('CUSTOM', value)} done={done} />}
    </section>
  )
}

function Side(props: { title: string; value: unknown; children?: ComponentChildren }) {
  const { title, value, children } = props
  return (
    <div class="side">
      <h3>{title}</h3>
      {value === null || value === undefined || value === '' ? (
        <p class="quiet">nothing</p>
      ) : typeof value === 'string' ? (
        <p class="said">{value}</p>
      ) : (
        <pre>{JSON.stringify(value, null, 2)}</pre>
      )}
      {children}
    </div>
  )
}

/** A third value; lists are written as JSON. */
function Custom(props: { of: unknown; take(value: unknown): Promise<unknown>; done(): void }) {
  const isText = typeof props.of !== 'object' || props.of === null
  const [text, setText] = useState(isText ? '' : JSON.stringify(props.of, null, 2))
  const run = async () => props.take(isText ? text : (JSON.parse(text) as unknown))
  return (
    <details>
      <summary>Neither: another value</summary>
      <div class="actions resolve">
        <label>
          Value
          {isText ? (
            <input value={text} onInput={(event) => setText(event.currentTarget.value)} />
          ) : (
            <textarea rows={5} value={text} onInput={(event) => setText(event.currentTarget.value)} />
          )}
        </label>
        <Act label="Use this value" kind="main" disabled={!text.trim()} run={run} done={props.done} />
      </div>
    </details>
  )
}

/** Fields that two sides changed, to decide; and the rules by which that is decided without asking. */
export const conflicts: Page = { path: 'conflicts', title: 'Conflicts', Show: Conflicts }
