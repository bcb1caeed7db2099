import { Editor } from './editor.tsx'
import { FIELDS, type Flow, save } from './flow.ts'
import type { Operation, Problem } from './operation.ts'
import type { Page } from './pages.ts'
import { Act, Ago, Badge, Empty, FailureNote, Head, ProblemNote } from './parts.tsx'
import { Picture } from './picture.tsx'
import { useFresh, useQuery } from './query.ts'
import { hrefOf, setParams } from './route.ts'

interface Run {
  id: string
  flow: string
  connection: string
  record: string
  number: string | null
  state: string
  problem: Problem | null
  createdAt: string
  operation: Pick<Operation, 'connection' | 'status' | 'externalNumber'> | null
}

interface Answer {
  flows: Flow[]
  connections: { id: string }[]
}

const QUERY = `query Flows { flows { ${FIELDS} } connections { id } }`
const RUNS = `query Runs($refused: Boolean) {
  flowRuns(refused: $refused, first: 50) {
    nodes {
      id flow connection record number state createdAt problem { code message resolution field }
      operation { connection status externalNumber }
    }
  }
}`

function Flows({ params }: { params: URLSearchParams }) {
  const { data, failure, reload } = useQuery<Answer>(QUERY)
  const edited = params.get('edit')
  const flow = data?.flows.find(({ id }) => id === edited)
  const done = () => {
    reload()
    location.hash = hrefOf('flows')
  }
  if (data && edited && (flow || edited === 'new'))
    return (
      <Editor
        key={edited}
        given={flow ?? null}
        connections={data.connections.map(({ id }) => id)}
        done={done}
      />
    )
  return (
    <>
      <Head title="Flows">
        <p class="actions">
          <a class="button main" href={hrefOf('flows', { edit: 'new' })}>
            New flow
          </a>
        </p>
      </Head>
      {failure && <FailureNote failure={failure} />}
      {data?.flows.length === 0 && <Empty>No document is made of another by itself yet.</Empty>}
      {data?.flows.map((one) => (
        <Card key={one.id} flow={one} done={reload} />
      ))}
      {data && <Runs flows={data.flows} onlyRefused={params.has('refused')} />}
    </>
  )
}

function Card({ flow, done }: { flow: Flow; done(): void }) {
  const { id, name, enabled } = flow
  return (
    <section class="card flow" aria-label={name}>
      <header>
        <h2>{name}</h2>
        <Badge of={enabled ? 'ACTIVE' : 'PAUSED'} text={enabled ? 'on' : 'off'} />
        <Act
          label={enabled ? 'Switch off' : 'Switch on'}
          name={`Switch ${name} ${enabled ? 'off' : 'on'}`}
          run={() => save({ ...flow, enabled: !enabled })}
          done={done}
        />
        <a class="button soft" href={hrefOf('flows', { edit: id })} aria-label={`Edit ${name}`}>
          Edit
        </a>
      </header>
      <Picture flow={flow} />
    </section>
  )
}

function Runs({ flows, onlyRefused }: { flows: Flow[]; onlyRefused: boolean }) {
  const variables = { refused: onlyRefused || null }
  const { data, failure, reload } = useQuery<{ flowRuns: { nodes: (Run | null)[] } }>(RUNS, variables)
  useFresh(reload, 15_000)
  const runs = data?.flowRuns.nodes.filter((one) => one !== null) ?? []
  return (
    <section class="runs" aria-labelledby="runs">
      <header class="head">
        <h2 id="runs">Runs</h2>
        <label>
          <input
            type="checkbox"
            checked={onlyRefused}
            onChange={(event) => setParams({ refused: event.currentTarget.checked ? '1' : '' })}
          />{' '}
          only refused ones
        </label>
      </header>
      {failure && <FailureNote failure={failure} />}
      {data && runs.length === 0 && (
        <Empty>{onlyRefused ? 'No record was refused.' : 'No record has started a flow yet.'}</Empty>
      )}
      {runs.length > 0 && (
        <ul class="letters">
          {runs.map((run) => (
            <Line key={run.id} run={run} name={flows.find(({ id }) => id === run.flow)?.name ?? run.flow} />
          ))}
        </ul>
      )}
    </section>
  )
}

function Line({ run, name }: { run: Run; name: string }) {
  const { state, connection, record, number, operation, problem, createdAt } = run
  return (
    <li>
      <div class="letter">
        <Badge of={state} />
        <span class="what">
          <b>{number ?? record}</b> of {connection}
          {operation && ` → ${operation.externalNumber ?? ''} ${operation.connection}`}
        </span>
        <span class="quiet">{name}</span>
        <Ago at={createdAt} />
      </div>
      {problem && <ProblemNote problem={problem} />}
    </li>
  )
}

/** Documents that are made of others, drawn, and what became of each record. */
export const flows: Page = { path: 'flows', title: 'Flows', Show: Flows }
