import { useState } from 'preact/hooks'
import { type Flow, NEW, type Options, PAIRS, type Tried, attempt, remove, save } from './flow.ts'
import { pretty, words } from './format.ts'
import { Diff } from './diff.tsx'
import { Lines } from './lines.tsx'
import { Act, Badge, Head, ProblemNote } from './parts.tsx'
import { Picture } from './picture.tsx'

const SKUS = {
  type: 'object',
  additionalProperties: { type: 'string' },
  description: "The target's SKU by the source's, where they differ.",
}

/** The form of one flow, with its picture and a dry run. */
export function Editor(props: { given: Flow | null; connections: string[]; done(): void }) {
  const { given, connections, done } = props
  const [flow, setFlow] = useState<Flow>(given ?? { ...NEW, source: connections[0] ?? '' })
  const change = (part: Partial<Flow>) => setFlow((was) => ({ ...was, ...part }))
  return (
    <>
      <p class="back">
        <a href="#/flows">All flows</a>
      </p>
      <Head title={given ? given.name : 'New flow'} />
      <section class="card flow" aria-label="Picture">
        <Picture flow={flow} />
      </section>
      <div class="bench">
        <form class="card form" autocomplete="off" onSubmit={(event) => event.preventDefault()}>
          <label>
            Name
            <input
              name="name"
              value={flow.name}
              onInput={(event) => change({ name: event.currentTarget.value })}
            />
          </label>
          <Ends flow={flow} connections={connections} change={change} />
          <Condition value={flow.condition} set={(condition) => change({ condition })} />
          <Further
            value={flow.options}
            change={(part) => change({ options: { ...flow.options, ...part } })}
          />
          <p class="actions">
            <Act label="Save" kind="main" disabled={!flow.name.trim()} run={() => save(flow)} done={done} />
            {flow.id && <Delete id={flow.id} done={done} />}
          </p>
        </form>
        <Dry flow={flow} />
      </div>
    </>
  )
}

function Condition({ value, set }: { value: string | null; set(condition: string | null): void }) {
  return (
    <label>
      Condition
      <textarea
        name="condition"
        rows={2}
        spellcheck={false}
        value={value ?? ''}
        onInput={(event) => set(event.currentTarget.value || null)}
      />
      <span class="help">
        An expression over the record (JSONata) that must be true. Empty: agreed, delivered, final or paid.
      </span>
    </label>
  )
}

/** Takes a second word: the runs of the flow are forgotten with it. */
function Delete({ id, done }: { id: string; done(): void }) {
  const [isSure, setSure] = useState(false)
  if (isSure) return <Act label="Delete it with the list of its runs" run={() => remove(id)} done={done} />
  return (
    <button type="button" class="soft" onClick={() => setSure(true)}>
      Delete…
    </button>
  )
}

function Ends(props: { flow: Flow; connections: string[]; change(part: Partial<Flow>): void }) {
  const { flow, connections, change } = props
  const { source, sourceObject, targetObject } = flow
  const toObject = (name: string) => change({ sourceObject: name, targetObject: PAIRS[name] ?? name })
  return (
    <div class="pair">
      <Select
        label="Record"
        name="sourceObject"
        value={sourceObject}
        values={Object.keys(PAIRS)}
        set={toObject}
      />
      <Select
        label="Source"
        name="source"
        value={source}
        values={connections}
        set={(id) => change({ source: id })}
      />
      <label>
        Becomes
        <output>{words(targetObject)}</output>
      </label>
      <Target flow={flow} others={connections.filter((id) => id !== source)} set={change} />
    </div>
  )
}

/** An order may leave its target open: it goes where its customer is at home. */
function Target(props: { flow: Flow; others: string[]; set(part: { target: string | null }): void }) {
  const { target, targetObject } = props.flow
  return (
    <label>
      Target
      <select
        name="target"
        value={target ?? ''}
        onChange={(event) => props.set({ target: event.currentTarget.value || null })}
      >
        <option value="">{targetObject === 'ORDER' ? "the customer's own ERP" : 'choose one'}</option>
        {props.others.map((id) => (
          <option key={id}>{id}</option>
        ))}
      </select>
    </label>
  )
}

function Select(props: {
  label: string
  name: string
  value: string
  values: string[]
  set(value: string): void
}) {
  const { label, name, value, values, set } = props
  return (
    <label>
      {label}
      <select name={name} value={value} onChange={(event) => set(event.currentTarget.value)}>
        {values.map((one) => (
          <option key={one} value={one}>
            {name === 'source' ? one : words(one)}
          </option>
        ))}
      </select>
    </label>
  )
}

const CHECKS: ['createCustomer' | 'aggregate' | 'project', string][] = [
  ['createCustomer', 'Create a customer whom the target does not know'],
  ['aggregate', 'Join lines of one SKU, unit and price'],
  ['project', 'Make the order a project as well'],
]
const TEXTS: ['tolerance' | 'defaultSku' | 'writeBackField', string][] = [
  ['tolerance', 'By how much the totals may differ'],
  ['defaultSku', 'SKU for a line that names none'],
  ['writeBackField', "The source's custom field that gets the number"],
]

function Further({ value, change }: { value: Options; change(part: Partial<Options>): void }) {
  const none = (name: string, text: string) => text || (name === 'tolerance' ? '0' : null)
  return (
    <details>
      <summary>How it goes about it</summary>
      {CHECKS.map(([name, label]) => (
        <label key={name} class="check">
          <input
            name={name}
            type="checkbox"
            checked={value[name]}
            onChange={(event) => change({ [name]: event.currentTarget.checked })}
          />
          <span>{label}</span>
        </label>
      ))}
      {TEXTS.map(([name, label]) => (
        <label key={name}>
          {label}
          <input
            name={name}
            value={value[name] ?? ''}
            onInput={(event) => change({ [name]: none(name, event.currentTarget.value) })}
          />
        </label>
      ))}
      <Lines
        name="skus"
        schema={SKUS}
        required={false}
        value={Object.keys(value.skus).length > 0 ? value.skus : undefined}
        onChange={(skus) => change({ skus: (skus ?? {}) as Record<string, string> })}
      />
    </details>
  )
}

function Dry({ flow }: { flow: Flow }) {
  const [record, setRecord] = useState('')
  const [tried, setTried] = useState<Tried | null>(null)
  return (
    <section class="card form" aria-label="Dry run">
      <h2>Dry run</h2>
      <p class="quiet">What it would do with a record as it stands now. Nothing is sent or stored.</p>
      <div class="actions resolve">
        <label>
          Record{' '}
          <input name="record" value={record} onInput={(event) => setRecord(event.currentTarget.value)} />
          <span class="help">Its id in {flow.source || 'the source'}; the latest when empty.</span>
        </label>
        <Act label="Try it" kind="main" run={async () => setTried(await attempt(flow, record))} />
      </div>
      {tried && <Outcome tried={tried} />}
    </section>
  )
}

function Outcome({ tried: { matches, document, plan, problems, record } }: { tried: Tried }) {
  return (
    <div class="detail" role="status">
      <p>
        <Badge
          of={matches ? 'SUCCESS' : 'WARNING'}
          text={matches ? 'starts the flow' : 'does not start the flow'}
        />
      </p>
      {problems.map((problem) => (
        <ProblemNote key={problem.message} problem={problem} />
      ))}
      {document && <Diff title="The document" before={null} after={document} />}
      {plan.length > 0 && <h3>The requests</h3>}
      {plan.map(({ method, url, body }, index) => (
        <details key={index} class="sent">
          <summary>
            <b>{method}</b> <span class="address">{url}</span>
          </summary>
          <pre>{pretty(body ?? '')}</pre>
        </details>
      ))}
      <details>
        <summary>The record as the source tells it</summary>
        <pre>{JSON.stringify(record, null, 2)}</pre>
      </details>
    </div>
  )
}
