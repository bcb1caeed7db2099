import type { ComponentChildren } from 'preact'
import { useEffect, useState } from 'preact/hooks'
import { moment, span, words } from './format.ts'
import { Refusal } from './graph.ts'
import type { Problem } from './operation.ts'

const TONES: Record<string, string> = {
  DONE: 'good',
  LIVE: 'good',
  ACTIVE: 'good',
  SUCCESS: 'good',
  CACHED: 'calm',
  ACCEPTED: 'calm',
  RUNNING: 'calm',
  WAITING: 'warn',
  STALE: 'warn',
  LIMITED: 'warn',
  PAUSED: 'calm',
  WARNING: 'warn',
  UNCERTAIN: 'odd',
  NEEDS_AUTH: 'odd',
  REFUSED: 'bad',
  DEAD: 'bad',
  ERROR: 'bad',
  UNAVAILABLE: 'bad',
}

/** A status as a coloured word; the colour never says more than the word. */
export function Badge({ of, text }: { of: string; text?: string }) {
  return <span class={`badge ${TONES[of] ?? 'calm'}`}>{text ?? words(of)}</span>
}

/** How long ago something was, kept up to date. */
export function Ago({ at, plain }: { at: string; plain?: boolean }) {
  const [now, setNow] = useState(Date.now)
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), 1000)
    return () => clearInterval(timer)
  }, [])
  const ms = now - Date.parse(at)
  const text = ms < -999 ? `in ${span(-ms)}` : ms < 1000 ? 'now' : plain ? span(ms) : `${span(ms)} ago`
  return (
    <time dateTime={at} title={moment(at)}>
      {text}
    </time>
  )
}

/** What went wrong, and what to do about it. */
export function ProblemNote({ problem }: { problem: Problem }) {
  return (
    <div class="problem">
      <p>
        <code>{problem.code}</code> {problem.message}
      </p>
      <p class="quiet">{problem.resolution}</p>
    </div>
  )
}

/** Why a question has no answer. */
export function FailureNote({ failure }: { failure: Error }) {
  return (
    <div class="problem" role="alert">
      <p>
        {failure instanceof Refusal && <code>{failure.code}</code>} {failure.message}
      </p>
    </div>
  )
}

/** A place where nothing is, and why. */
export function Empty({ children }: { children: ComponentChildren }) {
  return <p class="empty">{children}</p>
}

/** The head of a page: its name, a sentence, and what can be done. */
export function Head({ title, children }: { title: ComponentChildren; children?: ComponentChildren }) {
  return (
    <header class="head">
      <h1 tabIndex={-1}>{title}</h1>
      {children}
    </header>
  )
}

/** A wide table that scrolls by itself, by keyboard too. */
export function Scroll({ label, children }: { label: string; children: ComponentChildren }) {
  return (
    <div class="scroll" role="region" aria-label={label} tabIndex={0}>
      {children}
    </div>
  )
}

/** A button that does something with the graph: busy meanwhile, and its failure is told beside it. */
export function Act(props: {
  label: string
  name?: string
  kind?: 'main' | 'soft'
  disabled?: boolean
  run(): Promise<unknown>
  done?(): void
}) {
  const [isBusy, setBusy] = useState(false)
  const [failure, setFailure] = useState<Error | null>(null)
  const run = () => {
    setBusy(true)
    setFailure(null)
    props
      .run()
      .then(() => props.done?.(), setFailure)
      .finally(() => setBusy(false))
  }
  return (
    <>
      <button
        type="button"
        class={props.kind ?? 'soft'}
        aria-label={props.name}
        aria-busy={isBusy}
        disabled={isBusy || props.disabled}
        onClick={run}
      >
        {props.label}
      </button>
      {failure && <FailureNote failure={failure} />}
    </>
  )
}
