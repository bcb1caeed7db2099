import { ask } from './graph.ts'
import type { Page } from './pages.ts'
import { Act, Ago, Badge, Empty, FailureNote, Scroll } from './parts.tsx'
import { useFresh, useQuery } from './query.ts'
import { QueueHead } from './queue.tsx'

interface Side {
  name: string
  email: string | null
  phone: string | null
  taxId: string | null
  country: string | null
  records: ({ connection: string; number: string | null } | null)[]
}

interface Match {
  id: string
  score: number
  reasons: string[]
  state: string
  connection: string
  createdAt: string
  decidedAt: string | null
  decidedBy: string | null
  customer: Side | null
  other: Side | null
}

interface Answer {
  matchCandidates: { nodes: (Match | null)[]; pageInfo: { hasNextPage: boolean } }
}

const QUERY = `query Matches($open: Boolean!) {
  matchCandidates(open: $open, first: 50) {
    nodes {
      id score reasons state connection createdAt decidedAt decidedBy
      customer { ...side } other { ...side }
    }
    pageInfo { hasNextPage }
  }
}
fragment side on Customer { name email phone taxId country records { connection number } }`
const DECIDE = `mutation Decide($id: ID!, $decision: MatchDecision!) {
  decideMatch(id: $id, decision: $decision) { id state }
}`

function Matches({ params }: { params: URLSearchParams }) {
  const all = params.has('all')
  const { data, failure, reload } = useQuery<Answer>(QUERY, { open: !all })
  useFresh(reload, 15_000)
  const found = data?.matchCandidates.nodes.filter((one) => one !== null) ?? []
  return (
    <>
      <QueueHead
        title="Matches"
        all={all}
        count={data ? found.length : null}
        hasMore={data?.matchCandidates.pageInfo.hasNextPage ?? false}
      />
      {failure && <FailureNote failure={failure} />}
      {data && found.length === 0 && <Empty>No two customers look like one.</Empty>}
      {found.map((match) => (
        <Decide key={match.id} match={match} done={reload} />
      ))}
    </>
  )
}

function Decide({ match, done }: { match: Match; done(): void }) {
  const { id, score, reasons, state, customer, other, connection, createdAt, decidedAt, decidedBy } = match
  const pair = `${customer?.name ?? 'a customer'} and ${other?.name ?? 'another'}`
  const isOpen = state === 'OPEN'
  return (
    <section class="card conflict" aria-label={pair}>
      <header class="head">
        <h2>Is it one customer?</h2>
        <p class="quiet">
          {isOpen ? (
            `${Math.round(score * 100)} % alike, from ${connection} `
          ) : (
            <Badge of="DONE" text={state === 'SAME' ? 'one customer' : 'two customers'} />
          )}{' '}
          <Ago at={isOpen ? createdAt : (decidedAt ?? createdAt)} />
          {decidedBy && ` by ${decidedBy}`}
        </p>
      </header>
      {reasons.length > 0 && <p>{reasons.join(' ')}</p>}
      <Sides customer={customer} other={other} label={`What is known of ${pair}`} />
      {isOpen && <Choices id={id} pair={pair} done={done} />}
    </section>
  )
}

function Choices({ id, pair, done }: { id: string; pair: string; done(): void }) {
  const decide = (decision: string) => ask(DECIDE, { id, decision })
  return (
    <p class="actions">
      <Act
        label="One customer"
        name={`${pair}: one customer`}
        kind="main"
        run={() => decide('SAME')}
        done={done}
      />
      <Act
        label="Two customers"
        name={`${pair}: two customers`}
        run={() => decide('DIFFERENT')}
        done={done}
      />
    </p>
  )
}

const FIELDS: [name: string, of: (side: Side) => string | null][] = [
  ['Name', ({ name }) => name],
  ['E-mail', ({ email }) => email],
  ['Phone', ({ phone }) => phone],
  ['Tax id', ({ taxId }) => taxId],
  ['Country', ({ country }) => country],
  [
    'Known as',
    ({ records }) =>
      records.map((one) => one && [one.connection, one.number].filter(Boolean).join(' ')).join(', '),
  ],
]

function Sides({ customer, other, label }: { customer: Side | null; other: Side | null; label: string }) {
  return (
    <Scroll label={label}>
      <table>
        <thead>
          <tr>
            <th scope="col">Field</th>
            <th scope="col">New</th>
            <th scope="col">Known before</th>
          </tr>
        </thead>
        <tbody>
          {FIELDS.map(([name, of]) => {
            const [left, right] = [customer && of(customer), other && of(other)]
            return (
              <tr key={name} class={left && left === right ? 'same' : undefined}>
                <th scope="row">{name}</th>
                <td>{left || <span class="quiet">none</span>}</td>
                <td>{right || <span class="quiet">none</span>}</td>
              </tr>
            )
          })}
        </tbody>
      </table>
    </Scroll>
  )
}

/** Customers that may be one, for a person to decide. */
export const matches: Page = { path: 'matches', title: 'Matches', Show: Matches }
