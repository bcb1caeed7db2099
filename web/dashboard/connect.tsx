import { useState } from 'preact/hooks'
import { ConfigFields } from './fields.tsx'
import { ask } from './graph.ts'
import type { Problem } from './operation.ts'
import type { Page } from './pages.ts'
import { Act, FailureNote, Head, ProblemNote } from './parts.tsx'
import { useQuery } from './query.ts'
import { hrefOf } from './route.ts'
import type { Schema } from './schema.ts'
import { signIn } from './signin.ts'

interface System {
  system: string
  name: string
  role: string
  configFields: { name: string; help: string | null; required: boolean; secret: boolean; schema: Schema }[]
}

const QUERY = `query Systems {
  connections { id }
  systems { system name role configFields { name help required secret schema } }
}`

const CONNECT = `mutation Connect($id: ID!, $system: ID!, $config: JSON!) {
  connect(id: $id, system: $system, config: $config) { id state problem { code message resolution } }
}`

interface Connected {
  connect: { id: string; state: string; problem: Problem | null }
}

function Connect({ params }: { params: URLSearchParams }) {
  const { data, failure } = useQuery<{ systems: System[]; connections: { id: string }[] }>(QUERY)
  const chosen = params.get('system')
  const system = data?.systems.find((one) => one.system === chosen)
  const byName = data?.systems.toSorted((one, two) => one.name.localeCompare(two.name)) ?? []
  return (
    <>
      <p class="back">
        <a href="#/connections">All connections</a>
      </p>
      <Head title={system ? `Connect ${system.name}` : 'Connect a system'} />
      {failure && <FailureNote failure={failure} />}
      {system && (
        <Form
          key={system.system}
          system={system}
          known={params.get('id')}
          taken={data?.connections.map(({ id }) => id) ?? []}
        />
      )}
      {!system && (
        <ul class="systems">
          {byName.map(({ system: id, name, role }) => (
            <li key={id}>
              <a href={hrefOf('connect', { system: id })}>
                <b>{name}</b>
                <span class="quiet">{role}</span>
              </a>
            </li>
          ))}
        </ul>
      )}
    </>
  )
}

/** The first name of a system that no connection has. */
function freeName(system: string, taken: string[]): string {
  const names = ['main', ...Array.from(taken, (_, index) => String(index + 2))]
  return names.map((name) => `${system}:${name}`).find((name) => !taken.includes(name)) ?? ''
}

function Form({ system, known, taken }: { system: System; known: string | null; taken: string[] }) {
  const [id, setId] = useState(() => known ?? freeName(system.system, taken))
  const [config, setConfig] = useState<Record<string, unknown>>({})
  const [isBusy, setBusy] = useState(false)
  const [failure, setFailure] = useState<Error | null>(null)
  const [done, setDone] = useState<Connected['connect'] | null>(null)
  const submit = (event: Event) => {
    event.preventDefault()
    setBusy(true)
    setFailure(null)
    ask<Connected>(CONNECT, { id, system: system.system, config })
      .then(({ connect: connected }) => setDone(connected), setFailure)
      .finally(() => setBusy(false))
  }
  if (done) return <Result {...done} />
  return (
    <form class="card form" onSubmit={submit} autocomplete="off">
      <Name id={id} isTaken={taken.includes(id)} set={setId} />
      <ConfigFields fields={system.configFields} value={config} onChange={setConfig} />
      <p class="actions">
        <button class="main" disabled={isBusy} aria-busy={isBusy}>
          {isBusy ? 'Testing…' : 'Test and connect'}
        </button>
      </p>
      {failure && <FailureNote failure={failure} />}
    </form>
  )
}

function Name({ id, isTaken, set }: { id: string; isTaken: boolean; set(id: string): void }) {
  return (
    <label>
      <span>
        Name of the connection <span class="quiet">required</span>
      </span>
      <input
        name="id"
        required
        pattern="[a-z0-9][a-z0-9:._\-]{1,60}"
        value={id}
        onInput={(event) => set(event.currentTarget.value)}
      />
      <span class="help">Small letters, digits and : . _ - only; it stays for ever.</span>
      {isTaken && (
        <span class="help bad" role="status">
          There is a connection of this name; its configuration is replaced.
        </span>
      )}
    </label>
  )
}

function Result({ id, state, problem }: Connected['connect']) {
  return (
    <section class="card" role="status">
      <h2>{state === 'NEEDS_AUTH' ? `${id} waits for a sign-in` : `${id} is connected`}</h2>
      {state === 'NEEDS_AUTH' ? (
        <p>Sign in with the vendor; it opens in a page of its own.</p>
      ) : (
        <p>The test passed; reading begins now.</p>
      )}
      {problem && <ProblemNote problem={problem} />}
      <p class="actions">
        {state === 'NEEDS_AUTH' && <Act label="Sign in" kind="main" run={() => signIn(id)} />}
        <a class="button soft" href="#/connections">
          All connections
        </a>
      </p>
    </section>
  )
}

/** The form that connects a system. */
export const connect: Page = {
  path: 'connect',
  title: 'Connect a system',
  Show: Connect,
  within: 'connections',
}
