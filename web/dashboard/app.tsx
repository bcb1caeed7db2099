import { useEffect, useRef, useState } from 'preact/hooks'
import { apiKey, keepKey, onKeyNeeded } from './graph.ts'
import { follow } from './live.ts'
import { type Page, pages } from './pages.ts'
import { pulse } from './pulse.ts'
import { hrefOf, useRoute } from './route.ts'
import { type Theme, setTheme, theme } from './theme.ts'

/** The whole dashboard: menu, the page of the address, and the key where one is wanted. */
export function App() {
  const { path, params } = useRoute()
  const page = pages.find((one) => one.path === path) ?? pages[0]
  const [needsKey, setNeedsKey] = useState(false)
  useEffect(() => onKeyNeeded(() => setNeedsKey(true)), [])
  const main = useRef<HTMLElement>(null)
  const isFirst = useRef(true)
  useEffect(() => {
    document.title = `${page?.title} · erp-supergraph`
    // Whoever reads by ear or by keyboard goes on at the head of the new page.
    if (!isFirst.current) main.current?.querySelector<HTMLElement>('h1')?.focus()
    isFirst.current = false
  }, [page])
  if (!page) return null
  return (
    <>
      <a class="skip" href="#content" onClick={(event) => skip(event, main.current)}>
        Skip to the page
      </a>
      <Top page={page} />
      <main id="content" ref={main}>
        <page.Show key={page.path} params={params} />
      </main>
      {needsKey && <KeyDialog />}
    </>
  )
}

function skip(event: Event, main: HTMLElement | null): void {
  event.preventDefault()
  main?.querySelector<HTMLElement>('h1')?.focus()
}

function Top({ page }: { page: Page }) {
  const menu = useRef<HTMLElement>(null)
  useEffect(() => {
    // On a narrow screen the menu scrolls.
    menu.current?.querySelector('[aria-current]')?.scrollIntoView({ block: 'nearest', inline: 'nearest' })
  }, [page])
  return (
    <header class="top">
      <a class="brand" href="#/now">
        erp-supergraph
      </a>
      <nav aria-label="Pages" ref={menu}>
        {pages
          .filter(({ within }) => !within)
          .map(({ path, title }) => (
            <a
              key={path}
              href={hrefOf(path)}
              aria-current={path === (page.within ?? page.path) ? 'page' : undefined}
            >
              {title}
            </a>
          ))}
      </nav>
      <div class="tools">
        <Live />
        <ThemeChoice />
        {apiKey() && (
          <button type="button" class="soft small" onClick={() => keepKey(null)}>
            Forget the key
          </button>
        )}
      </div>
    </header>
  )
}

function Live() {
  const [isLive, setLive] = useState<boolean | null>(null)
  useEffect(() => follow(null, { event: pulse.beat, state: setLive, lost: () => pulse.beat(null) }), [])
  const text = isLive === null ? 'Connecting' : isLive ? 'Live' : 'Reconnecting'
  return (
    <span class={isLive ? 'live on' : 'live'} role="status">
      {text}
    </span>
  )
}

const THEMES: [Theme, string][] = [
  ['auto', 'Auto'],
  ['light', 'Light'],
  ['dark', 'Dark'],
]

function ThemeChoice() {
  const [chosen, setChosen] = useState(theme)
  return (
    <label class="theme">
      <span class="hidden">Colours</span>
      <select
        value={chosen}
        onChange={(event) => {
          const next = event.currentTarget.value as Theme
          setTheme(next)
          setChosen(next)
        }}
      >
        {THEMES.map(([value, name]) => (
          <option key={value} value={value}>
            {name}
          </option>
        ))}
      </select>
    </label>
  )
}

function KeyDialog() {
  const dialog = useRef<HTMLDialogElement>(null)
  const [key, setKey] = useState('')
  useEffect(() => dialog.current?.showModal(), [])
  const submit = (event: Event) => {
    event.preventDefault()
    if (key.trim()) keepKey(key.trim())
  }
  return (
    <dialog ref={dialog} aria-labelledby="key-title" onCancel={(event) => event.preventDefault()}>
      <form onSubmit={submit}>
        <h2 id="key-title">API key</h2>
        <p>
          {apiKey()
            ? 'The server does not take this key. Give another one, with the scopes for what you want to see.'
            : 'This server asks who you are. The key stays in this tab and is forgotten with it.'}
        </p>
        <label>
          Key
          <input
            type="password"
            autocomplete="off"
            value={key}
            onInput={(event) => setKey(event.currentTarget.value)}
          />
        </label>
        <button class="main">Open</button>
      </form>
    </dialog>
  )
}
