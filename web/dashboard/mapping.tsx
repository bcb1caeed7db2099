import { useState } from 'preact/hooks'
import { ask } from './graph.ts'
import { Pick, Text } from './inputs.tsx'
import { Act } from './parts.tsx'
import { Preview } from './preview.tsx'

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

type Change = (part: Partial<Mapping>) => void

const TYPES = ['TEXT', 'NUMBER', 'DATE', 'BOOLEAN', 'PICKLIST']
const DIRECTIONS = ['IN', 'OUT', 'BOTH']
const UNMAPPED = ['PASS', 'REFUSE', 'DEFAULT']

const SAVE = 'mutation Save($input: FieldMappingInput!) { saveFieldMapping(input: $input) { id } }'

/** The form of one mapping, with what it makes of a record. */
export function Editor(props: { mapping: Mapping; fields: ErpField[]; done(): void; cancel(): void }) {
  const { fields, done, cancel } = props
  const [mapping, setMapping] = useState(props.mapping)
  const set = (part: Partial<Mapping>) => setMapping((now) => ({ ...now, ...part }))
  const chosen = fields.find(({ name }) => name === mapping.erpField)
  const hasValues = mapping.valueMap.length > 0
  return (
    <section class="card form" aria-label="Mapping">
      <Ends mapping={mapping} fields={fields} set={set} />
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
      <Transformation mapping={mapping} set={set} />
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

/** Which field becomes which, and in which direction; a field of the ERP brings its type along. */
function Ends(props: { mapping: Mapping; fields: ErpField[]; set: Change }) {
  const { mapping, fields, set } = props
  return (
    <>
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
    </>
  )
}

function Transformation({ mapping, set }: { mapping: Mapping; set: Change }) {
  const { transformIn, transformOut } = mapping
  return (
    <details open={Boolean(transformIn ?? transformOut)}>
      <summary>Transformation</summary>
      <Text label="Inwards" value={transformIn ?? ''} set={(text) => set({ transformIn: text || null })}>
        JSONata over value and record, for example $uppercase(value)
      </Text>
      <Text label="Outwards" value={transformOut ?? ''} set={(text) => set({ transformOut: text || null })} />
    </details>
  )
}

function titleOf(name: string, label: string): string {
  return label === name ? name : `${label} (${name})`
}

/** The value map, a pair a line; a pick list offers its own values to begin with. */
function Values(props: { mapping: Mapping; options: ErpField['options']; set: Change }) {
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
