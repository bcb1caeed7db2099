import { useCallback } from 'preact/hooks'
import { type Money, decimal, money, span, unitName } from './format.ts'
import type { Problem } from './operation.ts'
import { Badge, Empty, FailureNote, ProblemNote } from './parts.tsx'
import { useQuery } from './query.ts'

interface Level {
  warehouse: { code: string; name: string | null }
  available: string | null
  incoming: string | null
  expectedOn: string | null
}

interface Answer {
  connection: string
  status: string | null
  ageMs: number | null
  problem: Problem | null
}

interface StockAnswer extends Answer {
  available: string | null
  reserved: string | null
  incoming: string | null
  unit: string | null
  levels: Level[] | null
}

interface PriceAnswer extends Answer {
  unitPrice: Money | null
  listPrice: Money | null
  source: string | null
  tiers: { minimumQuantity: string; unitPrice: Money }[] | null
}

interface Product {
  sku: string
  name: string | null
  description: string | null
  unit: string | null
  stock: { available: string | null; complete: boolean; missing: number; answers: (StockAnswer | null)[] }
  prices: (PriceAnswer | null)[]
}

const QUERY = `query Explore($sku: ID!, $customer: ID, $quantity: Decimal!) {
  product(sku: $sku) {
    sku name description unit
    stock(deadlineMs: 4000) {
      available complete missing
      answers {
        connection status ageMs available reserved incoming unit
        levels { warehouse { code name } available incoming expectedOn }
        problem { code message resolution }
      }
    }
    prices(customer: $customer, quantity: $quantity, deadlineMs: 4000) {
      connection status ageMs unitPrice { amount currency } listPrice { amount currency } source
      tiers { minimumQuantity unitPrice { amount currency } }
      problem { code message resolution }
    }
  }
}`

/** What every connection says of one product. */
export function Answers(props: { sku: string; customer: string | null; quantity: string }) {
  const { data, failure, isLoading, reload } = useQuery<{ product: Product | null }>(QUERY, props)
  const again = useCallback(reload, [reload])
  const product = data?.product
  if (failure) return <FailureNote failure={failure} />
  if (!data) return <p class="quiet">Asking every ERP…</p>
  if (!product) return <Empty>No connection knows {props.sku}.</Empty>
  const ids = [...product.stock.answers, ...product.prices].flatMap((one) => one?.connection ?? [])
  return (
    <section aria-live="polite" aria-busy={isLoading}>
      <header class="product">
        <div>
          <h2>{product.name ?? product.sku}</h2>
          <p class="quiet">{product.sku}</p>
        </div>
        <Total product={product} />
        <button type="button" class="soft" disabled={isLoading} onClick={again}>
          {isLoading ? 'Asking…' : 'Ask again'}
        </button>
      </header>
      <ul class="cards">
        {[...new Set(ids)].map((id) => (
          <One
            key={id}
            id={id}
            stock={product.stock.answers.find((one) => one?.connection === id) ?? null}
            price={product.prices.find((one) => one?.connection === id) ?? null}
          />
        ))}
      </ul>
    </section>
  )
}

function Total({ product: { stock, unit } }: { product: Product }) {
  return (
    <p class="total">
      <span class="value">{stock.available === null ? 'unknown' : decimal(stock.available)}</span>{' '}
      {stock.available !== null && unitName(unit)}{' '}
      <span class={stock.complete ? 'quiet' : 'bad'}>
        {stock.complete ? 'available in all' : `available; ${stock.missing} did not answer`}
      </span>
    </p>
  )
}

function One({ id, stock, price }: { id: string; stock: StockAnswer | null; price: PriceAnswer | null }) {
  return (
    <li class="card answer-card" data-connection={id}>
      <h3>{id}</h3>
      {stock && <StockPart of={stock} />}
      {price && <PricePart of={price} />}
    </li>
  )
}

/** Whether an answer is live, how old it is, and what is wrong with it. */
function State({ of, what }: { of: Answer; what: string }) {
  const { status, ageMs } = of
  const age =
    ageMs === null || status === 'UNAVAILABLE' ? '' : ageMs < 1000 ? 'just now' : `${span(ageMs)} old`
  return (
    <p class="state">
      <span>{what}</span>
      <Badge of={status ?? 'UNAVAILABLE'} /> <span class="quiet">{age}</span>
    </p>
  )
}

function StockPart({ of }: { of: StockAnswer }) {
  const { available, unit, levels, problem } = of
  return (
    <section>
      <State of={of} what="Stock" />
      <p class="value">
        {decimal(available)} <span class="unit">{available !== null && unitName(unit)}</span>
      </p>
      {problem && <ProblemNote problem={problem} />}
      {levels && levels.length > 0 && (
        <table>
          <thead>
            <tr>
              <th scope="col">Warehouse</th>
              <th scope="col" class="figure">
                Available
              </th>
              <th scope="col" class="figure">
                Coming
              </th>
            </tr>
          </thead>
          <tbody>
            {levels.map((level) => (
              <tr key={level.warehouse.code}>
                <th scope="row" title={level.warehouse.name ?? undefined}>
                  {level.warehouse.code}
                </th>
                <td class="figure">{decimal(level.available)}</td>
                <td class="figure" title={level.expectedOn ?? undefined}>
                  {decimal(level.incoming)}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </section>
  )
}

function PricePart({ of }: { of: PriceAnswer }) {
  const { unitPrice, listPrice, source, tiers, problem } = of
  const isReduced = unitPrice && listPrice && listPrice.amount !== unitPrice.amount
  return (
    <section>
      <State of={of} what="Price" />
      <p class="value">
        {money(unitPrice)} {isReduced && <s class="quiet unit">{money(listPrice)}</s>}
      </p>
      {source && <p class="quiet">{source}</p>}
      {problem && <ProblemNote problem={problem} />}
      {tiers && tiers.length > 1 && (
        <table>
          <thead>
            <tr>
              <th scope="col">From</th>
              <th scope="col" class="figure">
                Each
              </th>
            </tr>
          </thead>
          <tbody>
            {tiers.map((tier) => (
              <tr key={tier.minimumQuantity}>
                <th scope="row">{decimal(tier.minimumQuantity)}</th>
                <td class="figure">{money(tier.unitPrice)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </section>
  )
}
