import { useEffect, useState } from 'preact/hooks'
import { words } from './format.ts'
import { ask } from './graph.ts'
import type { Problem } from './operation.ts'
import { Act, FailureNote, ProblemNote, Scroll } from './parts.tsx'

/** A mapping as the graph takes it. */
export interface Mapping {
  id: string | null
  connection: string
  object: string
  hubField: string
  erpField: string
  type: string
  direction: string
  transformIn: string | null
  transformOut: string | null
  valueMap: { hub: string; erp: string }[]
  unmapped: string
  required: boolean
  default: string | null
}

/** A field of the ERP that can be mapped. */
export interface ErpField {
  name: string
  label: string
  type: string
  mappable: boolean
  options: { value: string; label: string }[] | null
}

interface Tested {
  record: string
  fields: { before: string | null; after: string | null; back: string | null; problem: Problem | null }[]
}

const TYPES = ['TEXT', 'NUMBER', 'DATE', 'BOOLEAN', 'PICKLIST']
const DIRECTIONS = ['IN', 'OUT', 'BOTH']
const UNMAPPED = ['PASS', 'REFUSE', 'DEFAULT']

const SAVE = 'mutation Save($input: FieldMappingInput!) { saveFieldMapping(input: $input) { id } }'
const TEST = `query Test($input: FieldMappingInput!, $record: ID) {
  testFieldMapping(input: $input, record: $record) {
    record fields { before after back problem { code message resolution } }
  }
}`

/** The form of one mapping, with what it makes of a record. */
export function Editor(props: { mapping: Mapping; fields: ErpField[]; done(): void; cancel(): void }) {
  const { fields, done, cancel } = props
  const [mapping, setMapping] = useState(props.mapping)
  const set = (part: Partial<Mapping>) => setMapping((now) => ({ ...now, ...part }))
  const chosen = fields.find(({ name }) => name === mapping.erpField)
  const hasValues = mapping.valueMap.length > 0
  return (
    <section class="card form" aria-label="Mapping">
      <Text label="Field of the golden record" value={mapping.hubField} set={(hubField) => set({ hubField })}>
        phone, group … or custom.name for an attribute of your own
      </Text>
      <Pick
        label="Field of the ERP"
        value={mapping.erpField}
        values={['', ...fields.map(({ name }) => name)]}
        names={Object.fromEntries(fields.map(({ name, label }) => [name, titleOf(name, label)]))}
        set={(erpField) =>
          set({ erpField, type: fields.find(({ name }) => name === erpField)?.type ?? mapping.type })
        }
      />
      <Pick label="Type" value={mapping.type} values={TYPES} set={(type) => set({ type })} />
      <Pick
        label="Direction"
        value={mapping.direction}
        values={DIRECTIONS}
        set={(direction) => set({ direction })}
      />
      <Values key={mapping.erpField} mapping={mapping} options={chosen?.options ?? null} set={set} />
      {hasValues && (
        <Pick
          label="A value that is not named"
          value={mapping.unmapped}
          values={UNMAPPED}
          set={(unmapped) => set({ unmapped })}
        />
      )}
      <Text label="Default" value={mapping.default ?? ''} set={(text) => set({ default: text || null })} />
      <label class="check">
        <input
          type="checkbox"
          checked={mapping.required}
          onChange={(event) => set({ required: event.currentTarget.checked })}
        />
        <span>Required</span>
      </label>
      <details open={Boolean(mapping.transformIn ?? mapping.transformOut)}>
        <summary>Transformation</summary>
        <Text
          label="Inwards"
          value={mapping.transformIn ?? ''}
          set={(text) => set({ transformIn: text || null })}
        >
          JSONata over value and record, for example $uppercase(value)
        </Text>
        <Text
          label="Outwards"
          value={mapping.transformOut ?? ''}
          set={(text) => set({ transformOut: text || null })}
        />
      </details>
      <Preview mapping={mapping} />
      <p class="actions">
        <Act label="Save" kind="main" run={() => ask(SAVE, { input: mapping })} done={done} />
        <button type="button" class="soft" onClick={cancel}>
          Cancel
        </button>
      </p>
    </section>
  )
}

function titleOf(name: string, label: string): string {
  return label === name ? name : `${label} (${name})`
}

function Text(props: { label: string; value: string; set(text: string): void; children?: string }) {
  return (
    <label>
      <span>{props.label}</span>
      <input
        autocomplete="off"
        spellcheck={false}
        value={props.value}
        onInput={(event) => props.set(event.currentTarget.value)}
      />
      {props.children && <span class="help">{props.children}</span>}
    </label>
  )
}

/** A choice of names. */
export function Pick(props: {
  label: string
  value: string
  values: string[]
  names?: Record<string, string>
  set(value: string): void
}) {
  return (
    <label>
      <span>{props.label}</span>
      <select value={props.value} onChange={(event) => props.set(event.currentTarget.value)}>
        {props.values.map((value) => (
          <option key={value} value={value}>
            {props.names?.[value] ?? (/^[A-Z_]+$/.test(value) ? words(value) : value)}
          </option>
        ))}
      </select>
    </label>
  )
}

/** The value map, a pair a line; a pick list offers its own values to begin with. */
function Values(props: {
  mapping: Mapping
  options: ErpField['options']
  set(part: Partial<Mapping>): void
}) {
  const { mapping, options, set } = props
  const [text, setText] = useState(() => linesOf(mapping.valueMap))
  const read = (given: string) => {
    setText(given)
    set({ valueMap: pairsOf(given) })
  }
  return (
    <>
      <label>
        <span>Values</span>
        <textarea
          rows={Math.min(8, Math.max(2, text.split('\n').length))}
          spellcheck={false}
          placeholder="golden record = ERP"
          value={text}
          onInput={(event) => read(event.currentTarget.value)}
        />
        <span class="help">One pair a line: the word of the golden record = the word of the ERP.</span>
      </label>
      {options && text === '' && (
        <p class="actions">
          <button
            type="button"
            class="soft small"
            onClick={() => read(linesOf(options.map(({ value, label }) => ({ hub: label, erp: value }))))}
          >
            Take the values of the ERP
          </button>
        </p>
      )}
    </>
  )
}

function linesOf(pairs: Mapping['valueMap']): string {
  return pairs.map(({ hub, erp }) => `${hub} = ${erp}`).join('\n')
}

function pairsOf(text: string): Mapping['valueMap'] {
  return text.split('\n').flatMap((line) => {
    const at = line.indexOf('=')
    const pair = { hub: line.slice(0, at).trim(), erp: line.slice(at + 1).trim() }
    return at > 0 && pair.hub && pair.erp ? [pair] : []
  })
}

/** What the mapping makes of a record, asked anew soon after each change. */
function Preview({ mapping }: { mapping: Mapping }) {
  const [record, setRecord] = useState('')
  const [tested, setTested] = useState<Tested | null>(null)
  const [failure, setFailure] = useState<Error | null>(null)
  const key = JSON.stringify([mapping, record])
  useEffect(() => {
    if (!mapping.hubField || !mapping.erpField) return
    let isOver = false
    const timer = setTimeout(() => {
      ask<{ testFieldMapping: Tested }>(TEST, { input: mapping, record: record || null }).then(
        ({ testFieldMapping }) => {
          if (isOver) return
          setTested(testFieldMapping)
          setFailure(null)
        },
        (error: Error) => !isOver && setFailure(error),
      )
    }, 300)
    return () => {
      isOver = true
      clearTimeout(timer)
    }
  }, [key])
  const field = tested?.fields[0]
  return (
    <section aria-label="Preview">
      <h3>Preview</h3>
      <Text label="Record" value={record} set={setRecord}>
        The id of a record in the ERP; the first one when left out.
      </Text>
      {failure && <FailureNote failure={failure} />}
      {!failure && field?.problem && <ProblemNote problem={field.problem} />}
      {!failure && field && (
        <Scroll label="Preview of the record">
          <table>
            <thead>
              <tr>
                <th scope="col">In the ERP</th>
                <th scope="col">In the golden record</th>
                <th scope="col">Written again</th>
              </tr>
            </thead>
            <tbody>
              <tr>
                <td>{field.before ?? '–'}</td>
                <td>{field.after ?? '–'}</td>
                <td>{field.back ?? '–'}</td>
              </tr>
            </tbody>
          </table>
        </Scroll>
      )}
      {!failure && tested && <p class="quiet">Record {tested.record}</p>}
    </section>
  )
}
