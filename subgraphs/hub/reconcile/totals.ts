import Big from 'big.js'
import { ErpError } from '../../../schema/errors.ts'
import type { OpenConnection } from '../../connections.ts'
import { type Manager, rows } from '../database.ts'
import type { Hub } from '../hub.ts'
import type { Found } from './found.ts'
import type { Sides } from './mend.ts'
import { type At, type Side, pairsOf } from './stage.ts'

/** Sums of a side by what they are of: "count", "open balance EUR", "stock C62". */
type Sums = Map<string, Big>

const COUNT = `select 'count' as name, count(*)::text as sum from reconcile_record
  where reconcile = ? and object = ? and side = ?`
const BALANCE = `select 'open balance ' || (content -> 'balance' ->> 'currency') as name,
    sum((content -> 'balance' ->> 'amount')::numeric)::text as sum
  from reconcile_record where reconcile = ? and object = ? and side = ? and content -> 'balance' ->> 'amount' is not null
  group by 1`

async function sumsOf(em: Manager, { reconcile, object }: At, side: Side): Promise<Sums> {
  const at = [reconcile, object, side]
  const found = await rows<{ name: string; sum: string }>(em, COUNT, at)
  if (object === 'INVOICE') found.push(...(await rows<{ name: string; sum: string }>(em, BALANCE, at)))
  return new Map(found.map(({ name, sum }) => [name, new Big(sum)]))
}

/** Counts, sums of open balances per currency, and the stock of what both ERPs sell where it is read live. */
export async function totals(hub: Hub, sides: Sides, at: At, fresh: boolean): Promise<Found[]> {
  const left = await sumsOf(hub.db.em(), at, 'L')
  const right = await sumsOf(hub.db.em(), at, 'R')
  if (at.object === 'PRODUCT' && fresh && sides.right) await addStock(hub, sides, at, left, right)
  return [...new Set([...left.keys(), ...right.keys()])].map((field) => total(field, left, right))
}

function total(field: string, left: Sums, right: Sums): Found {
  const [one, other] = [left.get(field) ?? new Big(0), right.get(field) ?? new Big(0)]
  const message = one.eq(other)
    ? 'Both sides say the same.'
    : `The right side differs by ${other.minus(one).toFixed()}.`
  const values = { leftValue: one.toFixed(), rightValue: other.toFixed() }
  return { kind: 'TOTAL', left: null, right: null, field, ...values, message, mend: null }
}

const AT_ONCE = 100

async function addStock(
  hub: Hub,
  { left, right }: Sides,
  at: At,
  ofLeft: Sums,
  ofRight: Sums,
): Promise<void> {
  if (!left.erp.stock || !right?.erp.stock) return
  let after = ''
  for (;;) {
    const pairs = await pairsOf(hub.db.em(), at, after, AT_ONCE)
    const last = pairs.at(-1)
    if (!last) return
    const asks = (side: 'left' | 'right') =>
      pairs.map((pair) => ({
        item: pair[side],
        sku: String(pair[`${side}Content`].sku ?? ''),
        warehouses: null,
      }))
    await add(left, asks('left'), ofLeft)
    await add(right, asks('right'), ofRight)
    after = last.left
  }
}

interface Ask {
  item: string
  sku: string
  warehouses: null
}

async function add({ erp, limits }: OpenConnection, asks: Ask[], sums: Sums): Promise<void> {
  for (let from = 0; from < asks.length; from += limits.batch) {
    const readings = (await erp.stock?.(asks.slice(from, from + limits.batch))) ?? []
    for (const reading of readings) {
      if (!reading || reading instanceof ErpError) continue
      const quantity = reading.onHand ?? reading.available
      if (!quantity) continue
      const name = `stock ${reading.unit ?? ''}`.trim()
      sums.set(name, (sums.get(name) ?? new Big(0)).plus(quantity))
    }
  }
}
