import { useState } from 'preact/hooks'

/** The part of JSON Schema that configurations use. */
export interface Schema {
  type?: string
  description?: string
  default?: unknown
  enum?: string[]
  const?: unknown
  format?: string
  secret?: boolean
  required?: string[]
  properties?: Record<string, Schema>
  additionalProperties?: Schema | boolean
  items?: Schema
  oneOf?: Schema[]
  anyOf?: Schema[]
}

/** One field of a form: what it may hold, what it holds, and what is to be done with another value. */
interface FieldProps {
  name: string
  schema: Schema
  required: boolean
  value: unknown
  onChange(value: unknown): void
}

type Values = Record<string, unknown>

/** The fields of a configuration: those that must be filled in first, the others folded away. */
export function ConfigFields(props: {
  fields: { name: string; required: boolean; schema: Schema }[]
  value: Values
  onChange(value: Values): void
}) {
  const { fields, value, onChange } = props
  const show = ({ name, required, schema }: (typeof fields)[number]) => (
    <Field
      key={name}
      {...{ name, required, schema, value: value[name] }}
      onChange={(next) => onChange(withValue(value, name, next))}
    />
  )
  const first = fields.filter(isFirst)
  const further = fields.filter((field) => !isFirst(field))
  return (
    <>
      {first.map(show)}
      {further.length > 0 && (
        <details>
          <summary>Further settings ({further.length})</summary>
          {further.map(show)}
        </details>
      )}
    </>
  )
}

/** Addresses, names and secrets are wanted soon, also where they may be left out. */
function isFirst({ required, schema }: { required: boolean; schema: Schema }): boolean {
  return required || schema.secret === true || schema.oneOf !== undefined
}

function withValue(values: Values, name: string, value: unknown): Values {
  const { [name]: _old, ...others } = values
  return value === undefined ? others : { ...others, [name]: value }
}

function Field(props: FieldProps) {
  const { schema } = props
  const choices = schema.oneOf ?? schema.anyOf
  if (choices?.every(({ properties }) => properties)) return <Variants {...props} choices={choices} />
  if (schema.properties) return <Group {...props} />
  if (schema.enum) return <Choice {...props} choices={schema.enum} />
  if (schema.type === 'boolean') return <Check {...props} />
  if (schema.type === 'number' || schema.type === 'integer' || schema.type === 'string')
    return <Line {...props} />
  return <Lines {...props} />
}

function Label({ name, required }: { name: string; required: boolean }) {
  return (
    <span>
      {title(name)} {required && <span class="quiet">required</span>}
    </span>
  )
}

function title(name: string): string {
  const text = name.replaceAll(/([a-z\d])([A-Z])/g, '$1 $2').toLowerCase()
  return text.charAt(0).toUpperCase() + text.slice(1)
}

function Help({ schema }: { schema: Schema }) {
  return schema.description ? <span class="help">{schema.description}</span> : null
}

function Line({ name, schema, required, value, onChange }: FieldProps) {
  const isNumber = schema.type !== 'string'
  const shared = {
    name,
    required,
    placeholder: schema.default === undefined ? '' : String(schema.default),
    value: value === undefined ? '' : String(value),
    onInput({ currentTarget: { value: text } }: { currentTarget: HTMLInputElement }) {
      // What is no number stays as it was typed; the field itself refuses it.
      const given = isNumber && !Number.isNaN(Number(text)) ? Number(text) : text
      onChange(text === '' ? undefined : given)
    },
  }
  return (
    <label>
      <Label name={name} required={required} />
      {schema.secret ? (
        <input type="password" autocomplete="new-password" {...shared} />
      ) : (
        <input
          autocomplete="off"
          spellcheck={false}
          inputMode={isNumber ? 'decimal' : undefined}
          pattern={isNumber ? '-?\\d+(\\.\\d+)?' : undefined}
          {...shared}
        />
      )}
      <Help schema={schema} />
    </label>
  )
}

function Choice({ name, schema, required, value, onChange, choices }: FieldProps & { choices: string[] }) {
  return (
    <label>
      <Label name={name} required={required} />
      <select
        name={name}
        required={required}
        value={value === undefined ? '' : String(value)}
        onChange={(event) => onChange(event.currentTarget.value || undefined)}
      >
        <option value="">{schema.default === undefined ? '' : `${String(schema.default)} (as usual)`}</option>
        {choices.map((choice) => (
          <option key={choice}>{choice}</option>
        ))}
      </select>
      <Help schema={schema} />
    </label>
  )
}

function Check({ name, schema, value, onChange }: FieldProps) {
  return (
    <label class="check">
      <input
        name={name}
        type="checkbox"
        checked={(value ?? schema.default) === true}
        onChange={(event) => onChange(event.currentTarget.checked)}
      />
      <Label name={name} required={false} />
      <Help schema={schema} />
    </label>
  )
}

function Group({ name, schema, required, value, onChange }: FieldProps) {
  const values = (value ?? {}) as Values
  const needed = new Set(schema.required ?? [])
  return (
    <fieldset>
      <legend>
        <Label name={name} required={required} />
      </legend>
      <Help schema={schema} />
      {Object.entries(schema.properties ?? {})
        .filter(([, inner]) => inner.const === undefined)
        .map(([inner, innerSchema]) => (
          <Field
            key={inner}
            name={inner}
            schema={innerSchema}
            required={required && needed.has(inner)}
            value={values[inner]}
            onChange={(next) => {
              const all = withValue(values, inner, next)
              onChange(Object.keys(all).length > 0 ? all : undefined)
            }}
          />
        ))}
    </fieldset>
  )
}

/** The field by which variants are told apart, with its value: `{ kind: "certificate" }`. */
function markOf({ properties = {} }: Schema): Values {
  const marks = Object.entries(properties).filter(([, { const: only }]) => only !== undefined)
  return Object.fromEntries(marks.map(([name, { const: only }]) => [name, only]))
}

function Variants({ choices, ...props }: FieldProps & { choices: Schema[] }) {
  const [at, setAt] = useState(0)
  const chosen = choices[at]
  if (!chosen) return null
  const change = (next: unknown) => props.onChange({ ...(next as Values | undefined), ...markOf(chosen) })
  return (
    <>
      <label>
        <Label name={props.name} required={props.required} />
        <select
          name={`${props.name}-kind`}
          value={at}
          onChange={({ currentTarget: { value } }) => {
            setAt(Number(value))
            props.onChange(markOf(choices[Number(value)] ?? {}))
          }}
        >
          {choices.map((choice, index) => (
            <option key={index} value={index}>
              {Object.values(markOf(choice)).map(String).join(' ') || `way ${index + 1}`}
            </option>
          ))}
        </select>
        <Help schema={props.schema} />
      </label>
      <Group {...props} schema={chosen} onChange={change} />
    </>
  )
}

/** Lists one per line, maps as `name = value` per line, anything else as JSON. */
function Lines({ name, schema, required, value, onChange }: FieldProps) {
  const [text, setText] = useState(value === undefined ? '' : JSON.stringify(value, null, 2))
  const [complaint, setComplaint] = useState('')
  const read = (input: HTMLTextAreaElement) => {
    setText(input.value)
    const given = input.value.trim()
    let wrong = ''
    try {
      onChange(given === '' ? undefined : parse(given, schema))
    } catch (error) {
      wrong = error instanceof Error ? error.message : String(error)
    }
    // The form is not sent while a field says that it is wrong.
    input.setCustomValidity(wrong)
    setComplaint(wrong)
  }
  return (
    <label>
      <Label name={name} required={required} />
      <textarea
        name={name}
        rows={3}
        required={required}
        value={text}
        placeholder={exampleOf(schema)}
        onInput={(event) => read(event.currentTarget)}
      />
      {complaint && <span class="help bad">{complaint}</span>}
      <Help schema={schema} />
    </label>
  )
}

function simple(schema: Schema | boolean | undefined): string | null {
  if (typeof schema !== 'object') return null
  if (schema.enum) return 'string'
  return ['string', 'integer', 'number'].find((type) => type === schema.type) ?? null
}

function exampleOf({ type, items, additionalProperties }: Schema): string {
  if (type === 'array' && simple(items)) return 'one per line'
  return simple(additionalProperties) ? 'name = value' : 'JSON'
}

function parse(text: string, schema: Schema): unknown {
  const lines = text
    .split('\n')
    .map((line) => line.trim())
    .filter(Boolean)
  const cast = (kind: string | null, part: string) => (kind === 'string' ? part : Number(part))
  if (schema.type === 'array' && simple(schema.items))
    return lines.map((line) => cast(simple(schema.items), line))
  const kind = simple(schema.additionalProperties)
  if (kind) {
    const pairs = lines.map((line) => /^(.+?)\s*=\s*(.*)$/.exec(line))
    if (pairs.some((pair) => !pair)) throw new Error('Write one "name = value" per line.')
    return Object.fromEntries(pairs.map((pair) => [pair?.[1], cast(kind, pair?.[2] ?? '')]))
  }
  const isText = schema.anyOf?.some(({ type }) => type === 'string') && !/^[[{]/.test(text)
  return isText ? text : (JSON.parse(text) as unknown)
}
