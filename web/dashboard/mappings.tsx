import { useState } from 'preact/hooks'
import { words } from './format.ts'
import { ask } from './graph.ts'
import { Pick } from './inputs.tsx'
import { Editor, type ErpField, type Mapping } from './mapping.tsx'
import type { Page } from './pages.ts'
import { Act, Empty, FailureNote, Head, Scroll } from './parts.tsx'
import { useQuery } from './query.ts'
import { setParams } from './route.ts'

interface Suggestion {
  hubField: string
  erpField: string
  type: string
  direction: string
  score: number
  reason: string
}

interface Answer {
  fieldMappings: Mapping[]
  nativeFields: ErpField[]
}

const OBJECTS = ['CUSTOMER', 'PRODUCT', 'ORDER', 'INVOICE']
const FIELDS = `id connection object hubField erpField type direction transformIn transformOut
  valueMap { hub erp } unmapped required default`
const CONNECTIONS = 'query Connections { connections { id } }'
const QUERY = `query Mappings($connection: ID!, $object: MappedObject!) {
  fieldMappings(connection: $connection, object: $object) { ${FIELDS} }
  nativeFields(connection: $connection, object: $object) { name label type mappable options { value label } }
}`
const SUGGEST = `query Suggest($connection: ID!, $object: MappedObject!) {
  suggestFieldMappings(connection: $connection, object: $object) { hubField erpField type direction score reason }
}`
const DELETE = 'mutation Delete($id: ID!) { deleteFieldMapping(id: $id) { id } }'
const APPLY = `mutation Apply($connection: ID!, $object: MappedObject!) {
  applyMappings(connection: $connection, object: $object)
}`
const EXPORT = 'query Export { exportFieldMappings }'
const IMPORT = `mutation Import($text: String!) {
  importFieldMappings(text: $text) { problems { message field } }
}`

const NONE = { transformIn: null, transformOut: null, unmapped: 'PASS', required: false, default: null }

function Mappings({ params }: { params: URLSearchParams }) {
  const { data } = useQuery<{ connections: { id: string }[] }>(CONNECTIONS)
  const all = data?.connections.map(({ id }) => id) ?? []
  const connection = params.get('connection') ?? all[0] ?? ''
  const object = params.get('object') ?? 'CUSTOMER'
  return (
    <>
      <Head title="Mappings">
        <p class="quiet">
          Which field of an ERP is which field of the golden records. What is not named goes as it is.
        </p>
      </Head>
      <form class="filters" aria-label="What to map" onSubmit={(event) => event.preventDefault()}>
        <Pick
          label="Connection"
          value={connection}
          values={all}
          set={(next) => setParams({ connection: next })}
        />
        <Pick label="Object" value={object} values={OBJECTS} set={(next) => setParams({ object: next })} />
      </form>
      {connection ? (
        <Table key={`${connection} ${object}`} connection={connection} object={object} />
      ) : (
        <Empty>No system is connected.</Empty>
      )}
    </>
  )
}

function Table({ connection, object }: { connection: string; object: string }) {
  const { data, failure, reload } = useQuery<Answer>(QUERY, { connection, object })
  const [edited, setEdited] = useState<Mapping | null>(null)
  const fields = data?.nativeFields.filter(({ mappable }) => mappable) ?? []
  const start = (part: Partial<Mapping>) =>
    setEdited({
      ...{ id: null, connection, object, hubField: '', erpField: '', type: 'TEXT', valueMap: [], ...NONE },
      direction: object === 'CUSTOMER' || object === 'ORDER' ? 'BOTH' : 'IN',
      ...part,
    })
  const done = () => {
    setEdited(null)
    reload()
  }
  if (edited) return <Editor mapping={edited} fields={fields} done={done} cancel={() => setEdited(null)} />
  return (
    <>
      {failure && <FailureNote failure={failure} />}
      {data?.fieldMappings.length === 0 && <Empty>Every field goes as it is.</Empty>}
      {data && data.fieldMappings.length > 0 && (
        <List mappings={data.fieldMappings} edit={setEdited} done={reload} />
      )}
      {data && (
        <p class="actions">
          <button type="button" class="main" onClick={() => start({})}>
            Add a mapping
          </button>
          <Again connection={connection} object={object} />
        </p>
      )}
      {data && <Suggestions connection={connection} object={object} take={start} />}
      {data && <File done={reload} />}
    </>
  )
}

function List(props: { mappings: Mapping[]; edit(mapping: Mapping): void; done(): void }) {
  return (
    <section class="card">
      <Scroll label="Mappings">
        <table>
          <thead>
            <tr>
              {['Golden record', 'ERP', 'Type', 'Direction', 'Values', ''].map((name) => (
                <th key={name} scope="col">
                  {name || <span class="hidden">What can be done</span>}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {props.mappings.map((mapping) => (
              <Row key={mapping.id} mapping={mapping} edit={props.edit} done={props.done} />
            ))}
          </tbody>
        </table>
      </Scroll>
    </section>
  )
}

function Row({ mapping, edit, done }: { mapping: Mapping; edit(mapping: Mapping): void; done(): void }) {
  const { id, hubField, erpField, type, direction, valueMap } = mapping
  return (
    <tr>
      <td>{hubField}</td>
      <td>{erpField}</td>
      <td>{words(type)}</td>
      <td>{words(direction)}</td>
      <td>{valueMap.length || ''}</td>
      <td class="actions">
        <button type="button" class="soft" aria-label={`Edit ${hubField}`} onClick={() => edit(mapping)}>
          Edit
        </button>
        <Act label="Delete" name={`Delete ${hubField}`} run={() => ask(DELETE, { id })} done={done} />
      </td>
    </tr>
  )
}

function Again({ connection, object }: { connection: string; object: string }) {
  const [count, setCount] = useState<number | null>(null)
  const run = async () => {
    const { applyMappings } = await ask<{ applyMappings: number }>(APPLY, { connection, object })
    setCount(applyMappings)
  }
  return (
    <>
      <Act label="Apply to what was read before" run={run} />
      <span class="quiet" role="status">
        {count !== null && `${count} records are worked through.`}
      </span>
    </>
  )
}

function Suggestions(props: { connection: string; object: string; take(part: Partial<Mapping>): void }) {
  const { connection, object, take } = props
  const { data, failure } = useQuery<{ suggestFieldMappings: Suggestion[] }>(SUGGEST, { connection, object })
  return (
    <section class="card">
      <h2>Suggestions</h2>
      {failure && <FailureNote failure={failure} />}
      {data?.suggestFieldMappings.length === 0 && <p class="quiet">Every custom field has a mapping.</p>}
      <ul class="letters">
        {data?.suggestFieldMappings.map(({ score, reason, ...rest }) => (
          <li key={rest.erpField}>
            <div class="letter suggested">
              <span class="what">
                <b>{rest.erpField}</b> as {rest.hubField}
              </span>
              <span class="why">
                {Math.round(score * 100)} %: {reason}
              </span>
              <button
                type="button"
                class="soft"
                aria-label={`Use ${rest.erpField}`}
                onClick={() => take(rest)}
              >
                Use
              </button>
            </div>
          </li>
        ))}
      </ul>
    </section>
  )
}

function File({ done }: { done(): void }) {
  const [text, setText] = useState('')
  const load = async () => setText((await ask<{ exportFieldMappings: string }>(EXPORT)).exportFieldMappings)
  const keep = async () => {
    const { importFieldMappings: answer } = await ask<{
      importFieldMappings: { problems: { message: string; field: string | null }[] }
    }>(IMPORT, { text })
    const [problem] = answer.problems
    if (problem) throw new Error([problem.field, problem.message].filter(Boolean).join(': '))
  }
  return (
    <details class="card">
      <summary>Export and import</summary>
      <label class="form">
        <span>All mappings as one text</span>
        <textarea
          rows={8}
          spellcheck={false}
          value={text}
          onInput={(event) => setText(event.currentTarget.value)}
        />
      </label>
      <p class="actions">
        <Act label="Export" run={load} />
        <Act label="Import" kind="main" disabled={!text} run={keep} done={done} />
      </p>
    </details>
  )
}

/** Which field of an ERP is which field of the golden records. */
export const mappings: Page = { path: 'mappings', title: 'Mappings', Show: Mappings }
