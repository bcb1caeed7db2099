import { type Flow, stepsOf } from './flow.ts'
import { words } from './format.ts'

/** A flow as a picture: its source, what happens on the way, and its target. */
export function Picture({ flow }: { flow: Flow }) {
  const { source, sourceObject, target, targetObject, enabled } = flow
  return (
    <div class={enabled ? 'picture' : 'picture off'}>
      <End object={sourceObject} connection={source || 'choose a source'} />
      <Arrow />
      <ol class="steps" aria-label="Steps">
        {stepsOf(flow).map((step) => (
          <li key={step}>{step}</li>
        ))}
      </ol>
      <Arrow />
      <End object={targetObject} connection={target ?? "the customer's own ERP"} />
    </div>
  )
}

function End({ object, connection }: { object: string; connection: string }) {
  return (
    <div class="end">
      <span>{words(object)}</span>
      <b>{connection}</b>
    </div>
  )
}

function Arrow() {
  return (
    <svg class="arrow" viewBox="0 0 36 12" aria-hidden="true">
      <path d="M0 6h33m-5-5 5 5-5 5" />
    </svg>
  )
}
