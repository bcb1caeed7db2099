import { useState } from 'preact/hooks'
import type { FieldProps, Schema } from './schema.ts'

/** The name of a field, and whether it must be filled in. */
export function Label({ name, required }: { name: string; required: boolean }) {
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

/** What a field is for. */
export function Help({ schema }: { schema: Schema }) {
  return schema.description ? <span class="help">{schema.description}</span> : null
}

/** Lists one per line, maps as `name = value` per line, anything else as JSON. */
export function Lines({ name, schema, required, value, onChange }: FieldProps) {
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
