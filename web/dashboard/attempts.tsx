import { clock, pretty, span } from './format.ts'
import type { Attempt, Exchange } from './operation.ts'
import { Badge, ProblemNote } from './parts.tsx'

/** How long an attempt took, in milliseconds; null while it runs. */
export function lasted({ startedAt, finishedAt }: Attempt): number | null {
  return finishedAt ? Date.parse(finishedAt) - Date.parse(startedAt) : null
}

/** Each try with what was sent and what came back. */
export function Attempts({ of }: { of: Attempt[] }) {
  if (of.length === 0) return null
  return (
    <section>
      <h3>Attempts</h3>
      <ol class="attempts">
        {of.map((attempt) => (
          <li key={attempt.number}>
            <p>
              <strong>{attempt.number}</strong> <Badge of={attempt.outcome ?? 'RUNNING'} />{' '}
              <time dateTime={attempt.startedAt}>{clock(attempt.startedAt)}</time>{' '}
              <span class="quiet">{tookText(attempt)}</span>
            </p>
            {attempt.problem && <ProblemNote problem={attempt.problem} />}
            {attempt.exchanges.map((exchange, index) => (
              <Sent key={index} exchange={exchange} />
            ))}
          </li>
        ))}
      </ol>
    </section>
  )
}

function tookText(attempt: Attempt): string {
  const ms = lasted(attempt)
  return ms === null ? 'under way' : span(ms)
}

function Sent({ exchange }: { exchange: Exchange }) {
  const { method, url, status, error, durationMs, requestBody, responseBody } = exchange
  const isBad = status === null || status >= 400
  return (
    <details class="sent">
      <summary>
        <code>{method}</code> <span class="address">{pathOf(url)}</span>
        <span class={isBad ? 'answer bad' : 'answer good'}>{status ?? 'no answer'}</span>
        <span class="quiet">{span(durationMs)}</span>
      </summary>
      <p class="quiet address">{url}</p>
      {error && <p class="problem">{error}</p>}
      <Body title="Request" text={requestBody} />
      <Body title="Response" text={responseBody} />
    </details>
  )
}

function Body({ title, text }: { title: string; text: string | null }) {
  if (!text) return null
  return (
    <figure>
      <figcaption>{title}</figcaption>
      <pre tabIndex={0}>{pretty(text)}</pre>
    </figure>
  )
}

function pathOf(url: string): string {
  const { pathname, search } = new URL(url, location.href)
  return pathname + search
}
