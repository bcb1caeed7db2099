import { words } from './format.ts'

/** A line of text, and what it is for. */
export function Text(props: { label: string; value: string; set(text: string): void; children?: string }) {
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
