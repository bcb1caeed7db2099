import { useState } from 'preact/hooks'
import { words } from './format.ts'
import { ask } from './graph.ts'
import type { Problem } from './operation.ts'
import type { Page } from './pages.ts'
import { Act, Ago, Badge, Empty, FailureNote, Head, ProblemNote } from './parts.tsx'
import { useFresh, useQuery } from './query.ts'
import { hrefOf } from './route.ts'
import { signIn } from './signin.ts'

interface Limit {
  seconds: number
  limit: number
  used: number
}

interface Connection {
  id: string
  state: string
  problem: Problem | null
  lastReadAt: string | null
  lastChangeAt: string | null
  system: { system: string; name: string; capabilities: string[] }
  budget: { parallel: number; running: number; waiting: number; limits: Limit[] } | null
}

const QUERY = `query Connections {
  connections {
    id state lastReadAt lastChangeAt problem { code message resolution }
    system { system name capabilities }
    budget { parallel running waiting limits { seconds limit used } }
  }
}`

function Connections() {
  const { data, failure, reload } = useQuery<{ connections: Connection[] }>(QUERY)
  useFresh(reload, 5_000)
  return (
    <>
      <Head title="Connections">
        <p class="actions">
          <a class="button main" href="#/connect">
            Connect a system
          </a>
        </p>
      </Head>
      {failure && <FailureNote failure={failure} />}
      {data?.connections.length === 0 && <Empty>No system is connected.</Empty>}
      <ul class="cards" aria-live="polite">
        {data?.connections.map((connection) => (
          <Card key={connection.id} connection={connection} done={reload} />
        ))}
      </ul>
    </>
  )
}

function Card({ connection, done }: { connection: Connection; done(): void }) {
  const { id, state, problem, system, budget } = connection
  return (
    <li class="card connection">
      <header>
        <h2>
          <a href={hrefOf('stream', { connection: id })}>{id}</a>
        </h2>
        <Badge of={isLimited(connection) ? 'LIMITED' : state} />
        <p class="quiet">{system.name}</p>
      </header>
      {problem && <ProblemNote problem={problem} />}
      <Facts of={connection} />
      {budget?.limits.map((limit) => (
        <Use key={limit.seconds} of={limit} />
      ))}
      <details>
        <summary>What it can do</summary>
        <p class="quiet">{system.capabilities.map(spaced).join(', ')}</p>
      </details>
      <p class="actions">
        {state === 'DISCONNECTED' ? (
          <a class="button main" href={hrefOf('connect', { system: system.system, id })}>
            Connect again
          </a>
        ) : (
          <Switch id={id} state={state} done={done} />
        )}
      </p>
    </li>
  )
}

function Facts({ of: { lastReadAt, lastChangeAt, budget } }: { of: Connection }) {
  return (
    <dl class="facts">
      <dt>Last read</dt>
      <dd>{lastReadAt ? <Ago at={lastReadAt} /> : 'not yet'}</dd>
      <dt>Last change</dt>
      <dd>{lastChangeAt ? <Ago at={lastChangeAt} /> : 'none seen'}</dd>
      {budget && <dt>Under way</dt>}
      {budget && (
        <dd>
          {budget.running} of {budget.parallel}
          {budget.waiting > 0 && `, ${budget.waiting} waiting`}
        </dd>
      )}
    </dl>
  )
}

/** Whether the vendor's limit is used up, so that requests wait. */
function isLimited({ state, budget }: Connection): boolean {
  return state === 'ACTIVE' && (budget?.limits.some(({ limit, used }) => used >= limit) ?? false)
}

function spaced(capability: string): string {
  return words(capability.replaceAll(/([a-z])([A-Z])/g, '$1 $2'))
}

const SPANS: Record<number, string> = { 1: 'second', 60: 'minute', 3600: 'hour', 86_400: 'day' }

function Use({ of: { seconds, limit, used } }: { of: Limit }) {
  const name = SPANS[seconds] ?? `${seconds} s`
  return (
    <label class="use">
      <span>
        {used.toLocaleString()} of {limit.toLocaleString()} per {name}
      </span>
      <meter min={0} max={limit} value={used} high={limit * 0.8} optimum={0} />
    </label>
  )
}

const PAUSE = 'mutation Pause($id: ID!) { pauseConnection(id: $id) { id state } }'
const DISCONNECT = 'mutation Disconnect($id: ID!) { disconnect(id: $id) { id state } }'
const RESUME = 'mutation Resume($id: ID!) { resumeConnection(id: $id) { id state } }'

function Switch({ id, state, done }: { id: string; state: string; done(): void }) {
  return (
    <>
      {state === 'NEEDS_AUTH' && (
        <Act label="Sign in" name={`Sign in to ${id}`} kind="main" run={() => signIn(id)} />
      )}
      {state === 'PAUSED' ? (
        <Act label="Resume" name={`Resume ${id}`} kind="main" run={() => ask(RESUME, { id })} done={done} />
      ) : (
        <Act label="Pause" name={`Pause ${id}`} run={() => ask(PAUSE, { id })} done={done} />
      )}
      <Disconnect id={id} done={done} />
    </>
  )
}

/** Takes a second word: the credentials are gone afterwards. */
function Disconnect({ id, done }: { id: string; done(): void }) {
  const [isAsked, setAsked] = useState(false)
  if (!isAsked)
    return (
      <button type="button" class="soft" aria-label={`Disconnect ${id}…`} onClick={() => setAsked(true)}>
        Disconnect…
      </button>
    )
  return (
    <span>
      Everything stops at once and the credentials are forgotten. What was read stays; nothing changes in the
      ERP.{' '}
      <Act
        label="Disconnect"
        name={`Disconnect ${id}`}
        kind="main"
        run={() => ask(DISCONNECT, { id })}
        done={done}
      />
      <button type="button" class="soft" onClick={() => setAsked(false)}>
        Keep it
      </button>
    </span>
  )
}

/** The connected systems. */
export const connections: Page = { path: 'connections', title: 'Connections', Show: Connections }
