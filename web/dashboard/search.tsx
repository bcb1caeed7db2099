import { useEffect, useId, useState } from 'preact/hooks'
import { useQuery } from './query.ts'

/** What a search finds. */
export interface Found {
  id: string
  name: string | null
}

interface Ask {
  query: string
  name: string
  onChoose(found: Found | null): void
}

/** A field that searches while one types, and takes one of what is found; by the arrows, Enter and Escape too. */
export function Search({ label, ...asked }: Ask & { label: string }) {
  const list = useId()
  const { text, found, at, setOpen, choose, type, press } = useSearch(asked)
  return (
    <label class="search">
      {label}
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
      <ul id={list} role="listbox" aria-label={label} hidden={found.length === 0}>
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

/** What was typed, what is found for it, and at which of that one is. */
function useSearch({ query, name, onChoose }: Ask) {
  const [text, setText] = useState(name)
  const [isOpen, setOpen] = useState(false)
  const [at, setAt] = useState(-1)
  useEffect(() => setText(name), [name])
  const found = useFound(query, text, isOpen)
  const choose = (one: Found) => {
    setText(one.name ?? one.id)
    setOpen(false)
    onChoose(one)
  }
  const type = (next: string) => {
    setText(next)
    setOpen(true)
    setAt(-1)
    if (next === '') onChoose(null)
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
  return { text, found, at, setOpen, choose, type, press }
}

/** Asks when one pauses, and only while the list is open. */
function useFound(query: string, text: string, isOpen: boolean): Found[] {
  const [search, setSearch] = useState(text)
  useEffect(() => {
    const timer = setTimeout(() => setSearch(text), 200)
    return () => clearTimeout(timer)
  }, [text])
  const { data } = useQuery<{ found: { nodes: (Found | null)[] } }>(query, { search }, !isOpen)
  return (isOpen ? (data?.found.nodes ?? []) : []).filter((one) => one !== null)
}
