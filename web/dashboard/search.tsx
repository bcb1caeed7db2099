import { useEffect, useId, useState } from 'preact/hooks'
import { useQuery } from './query.ts'

/** What a search finds. */
export interface Found {
  id: string
  name: string | null
}

/** A field that searches while one types, and takes one of what is found; by the arrows, Enter and Escape too. */
export function Search(props: {
  label: string
  query: string
  name: string
  onChoose(found: Found | null): void
}) {
  const list = useId()
  const [text, setText] = useState(props.name)
  const [search, setSearch] = useState(props.name)
  const [isOpen, setOpen] = useState(false)
  const [at, setAt] = useState(-1)
  useEffect(() => setText(props.name), [props.name])
  useEffect(() => {
    const timer = setTimeout(() => setSearch(text), 200)
    return () => clearTimeout(timer)
  }, [text])
  const { data } = useQuery<{ found: { nodes: (Found | null)[] } }>(props.query, { search }, !isOpen)
  const found = (isOpen ? (data?.found.nodes ?? []) : []).filter((one) => one !== null)
  const choose = (one: Found) => {
    setText(one.name ?? one.id)
    setOpen(false)
    props.onChoose(one)
  }
  const type = (next: string) => {
    setText(next)
    setOpen(true)
    setAt(-1)
    if (next === '') props.onChoose(null)
  }
  const press = (event: KeyboardEvent) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key]
    if (event.key === 'Escape') setOpen(false)
    else if (event.key === 'Enter') {
      const one = found[at] ?? found[0]
      if (one) choose(one)
    } else if (step) {
      event.preventDefault()
      setOpen(true)
      setAt(Math.max(0, Math.min(found.length - 1, at + step)))
    }
  }
  return (
    <label class="search">
      {props.label}
      <input
        type="text"
        role="combobox"
        autocomplete="off"
        aria-expanded={found.length > 0}
        aria-controls={list}
        aria-activedescendant={at >= 0 ? `${list}-${at}` : undefined}
        value={text}
        onInput={(event) => type(event.currentTarget.value)}
        onFocus={(event) => event.currentTarget.select()}
        onClick={() => setOpen(true)}
        onBlur={() => setOpen(false)}
        onKeyDown={press}
      />
      <ul id={list} role="listbox" aria-label={props.label} hidden={found.length === 0}>
        {found.map((one, index) => (
          // The press, not the click: the field would lose the focus first.
          <li
            key={one.id}
            id={`${list}-${index}`}
            role="option"
            aria-selected={index === at}
            onMouseDown={(event) => {
              event.preventDefault()
              choose(one)
            }}
          >
            {one.name ?? one.id} {one.name && <span class="quiet">{one.id.length < 40 && one.id}</span>}
          </li>
        ))}
      </ul>
    </label>
  )
}
