import { percent, span } from './format.ts'
import type { Page } from './pages.ts'
import { Ago, Empty, FailureNote, Head, Scroll } from './parts.tsx'
import { useFresh, useQuery } from './query.ts'
import { hrefOf } from './route.ts'
import { Spark } from './spark.tsx'

interface Point {
  at: string
  done: number
  failed: number
  p95Ms: number | null
}

interface Figures {
  connection: string
  successRate: number | null
  p95Ms: number | null
  queueDepth: number
  series: Point[]
}

interface Totals {
  pushedToday: number
  waiting: number
  retrying: number
  dead: number
  uncertain: number
  oldestWaitingAt: string | null
}

const QUERY = `query Now {
  metrics(hours: 24) {
    totals { pushedToday waiting retrying dead uncertain oldestWaitingAt }
    connections { connection successRate p95Ms queueDepth series { at done failed p95Ms } }
  }
}`

function Now() {
  const { data, failure, reload } = useQuery<{ metrics: { totals: Totals; connections: Figures[] } }>(QUERY)
  useFresh(reload, 30_000)
  return (
    <>
      <Head title="Now">
        <p class="quiet">Everything that was pushed, and what still waits.</p>
      </Head>
      {failure && <FailureNote failure={failure} />}
      {data && <Tiles totals={data.metrics.totals} />}
      {data && <Rates figures={data.metrics.connections} />}
    </>
  )
}

function Tiles({ totals }: { totals: Totals }) {
  const { pushedToday, waiting, retrying, uncertain, dead: given, oldestWaitingAt } = totals
  return (
    <section aria-label="Totals" aria-live="polite" class="tiles">
      <Tile name="Pushed today" value={pushedToday} href={hrefOf('stream', { status: 'DONE' })} />
      <Tile name="Waiting" value={waiting} href={hrefOf('stream', { status: 'WAITING' })} />
      <Tile
        name="Retrying"
        value={retrying}
        tone={retrying ? 'warn' : ''}
        href={hrefOf('stream', { status: 'WAITING' })}
      />
      <Tile name="Uncertain" value={uncertain} tone={uncertain ? 'odd' : ''} href={hrefOf('dead')} />
      <Tile name="Dead" value={given} tone={given ? 'bad' : ''} href={hrefOf('dead')} />
      <div class="tile">
        <span class="name">Oldest waiting</span>
        <span class="value">{oldestWaitingAt ? <Ago at={oldestWaitingAt} plain /> : 'none'}</span>
      </div>
    </section>
  )
}

function Tile(props: { name: string; value: number; href: string; tone?: string }) {
  return (
    <a class={`tile ${props.tone ?? ''}`} href={props.href}>
      <span class="name">{props.name}</span>
      <span class="value">{props.value.toLocaleString()}</span>
    </a>
  )
}

function Rates({ figures }: { figures: Figures[] }) {
  if (figures.length === 0)
    return (
      <Empty>
        No system is connected. <a href="#/connect">Connect the first one</a>.
      </Empty>
    )
  return (
    <section class="card">
      <h2>Connections, last 24 hours</h2>
      <Scroll label="Connections, last 24 hours">
        <table>
          <thead>
            <tr>
              <th scope="col">Connection</th>
              <th scope="col" class="figure">
                Success
              </th>
              <th scope="col" class="wide">
                Done and failed
              </th>
              <th scope="col" class="figure">
                p95
              </th>
              <th scope="col" class="wide">
                p95 per hour
              </th>
              <th scope="col" class="figure">
                Queue
              </th>
            </tr>
          </thead>
          <tbody>{figures.map(Rate)}</tbody>
        </table>
      </Scroll>
    </section>
  )
}

function Rate({ connection, successRate, p95Ms, queueDepth, series }: Figures) {
  const times = series.map(({ at }) => Date.parse(at) / 1000)
  const done = series.map((point) => point.done)
  const failed = series.map((point) => point.failed)
  const sums = [done, failed].map((values) => values.reduce((sum, value) => sum + value, 0))
  return (
    <tr key={connection}>
      <th scope="row">
        <a href={hrefOf('stream', { connection })}>{connection}</a>
      </th>
      <td class={`figure ${successRate !== null && successRate < 0.95 ? 'bad' : ''}`}>
        {percent(successRate)}
      </td>
      <td class="wide">
        <Spark
          label={`${sums[0]} done and ${sums[1]} failed in 24 hours`}
          times={times}
          lines={[
            { tone: '--good', values: done.map((count, hour) => count + (failed[hour] ?? 0)) },
            { tone: '--bad', values: failed },
          ]}
        />
      </td>
      <td class="figure">{p95Ms === null ? '–' : span(p95Ms)}</td>
      <td class="wide">
        <Spark
          label={
            p95Ms === null ? 'No attempts in 24 hours' : `95 of 100 attempts took at most ${span(p95Ms)}`
          }
          times={times}
          lines={[{ tone: '--accent', values: series.map((point) => point.p95Ms) }]}
        />
      </td>
      <td class="figure">{queueDepth}</td>
    </tr>
  )
}

/** How the sync does now. */
export const now: Page = { path: 'now', title: 'Now', Show: Now }
