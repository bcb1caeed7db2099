import { useState } from 'preact/hooks'
import { Help, Label, Lines } from './lines.tsx'
import type { FieldProps, Schema } from './schema.ts'

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

/** Addresses, names and secrets are wanted soon, also where they may be left out; what is seldom needed is not. */
function isFirst({ required, schema }: { required: boolean; schema: Schema }): boolean {
  const isWanted = schema.secret === true && schema.seldom !== true
  return required || isWanted || schema.oneOf !== undefined
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
      {schema.description?.includes('PEM') ? (
        <Pem
          {...shared}
          isSecret={schema.secret === true}
          onInput={(event) => onChange(event.currentTarget.value || undefined)}
        />
      ) : schema.secret ? (
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

/** A key or certificate has several lines, which a field of one line would join. */
function Pem({
  isSecret,
  ...props
}: {
  isSecret: boolean
  name: string
  required: boolean
  value: string
  onInput(event: { currentTarget: HTMLTextAreaElement }): void
}) {
  const kind = isSecret ? 'secret' : undefined
  return <textarea class={kind} rows={4} autocomplete="off" spellcheck={false} {...props} />
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
