import type { Answer, Erp, PriceAsk, StockAsk } from '../../subgraphs/connector.ts'
import type { Bench } from './bench.ts'
import { KINDS, readOf } from './kinds.ts'
import { CREDIT, FORMS, PRICE, STOCK } from './forms.ts'
import type { z } from 'zod'

/** A read that every fault must treat alike: its name, what it asks, and the form of its answers. */
export interface ReadOp {
  name: string
  form: z.ZodType
  run(erp: Erp): Promise<Answer<unknown>[]>
}

/** The day on which prices are asked. */
export const TODAY = '2026-11-21'
/** Goods, goods by weight and a service: what most checks ask for. */
export const SKUS = ['DESK-60', 'CHAIR-100', 'SCREW-80', 'PUMP-200', 'FIT-60']

/** Questions for stock of these SKUs in all warehouses. */
export async function stockAsks(bench: Bench, skus: string[]): Promise<StockAsk[]> {
  return (await bench.items(skus)).map(({ item, sku }) => ({ item, sku, warehouses: null }))
}

/** Questions for prices of these SKUs, as the list price for one unit unless said otherwise. */
export async function priceAsks(
  bench: Bench,
  skus: string[],
  more: Partial<PriceAsk> = {},
): Promise<PriceAsk[]> {
  const ask = { customer: null, quantity: '1', unit: null, currency: null, on: TODAY, ...more }
  return (await bench.items(skus)).map(({ item, sku }) => ({ ...ask, item, sku }))
}

const UUID = /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/i

/** An id that has the form of a real one and that no record has. */
export function strange(id: string): string {
  if (UUID.test(id)) return '99999999-9999-4999-8999-999999999999'
  const other = id.replace(/\d+(?=\D*$)/, '99999999')
  return other === id ? `${id} nobody` : other
}

/** Every read that the connection has, over a few rows. */
export async function readOps(bench: Bench): Promise<ReadOp[]> {
  const { erp } = await bench.calm
  const ops: ReadOp[] = []
  const asks = await stockAsks(bench, SKUS.slice(0, 3))
  if (erp.stock) ops.push({ name: 'stock', form: STOCK, run: async (to) => to.stock?.(asks) ?? [] })
  if (erp.prices) {
    const customer = await bench.customer(
      bench.person(({ group, currency }) => group === 'key' && currency === 'EUR'),
    )
    const prices = await priceAsks(bench, SKUS.slice(0, 3), { customer, quantity: '30' })
    ops.push({ name: 'prices', form: PRICE, run: async (to) => to.prices?.(prices) ?? [] })
  }
  for (const kind of KINDS) {
    if (!readOf(erp, kind)) continue
    const ids = (await bench.rows(kind)).slice(0, 3).map(({ id }) => id)
    const form = FORMS[kind]
    if (ids.length > 0)
      ops.push({ name: `${kind}.byId`, form, run: async (to) => readOf(to, kind)?.byId(ids) ?? [] })
    ops.push({
      name: `${kind}.list`,
      form,
      run: async (to) => (await readOf(to, kind)?.list({ first: 3, after: null }))?.rows ?? [],
    })
  }
  if (erp.credit) {
    const ids = (await bench.rows('customer')).slice(0, 3).map(({ id }) => id)
    ops.push({ name: 'credit', form: CREDIT, run: async (to) => to.credit?.(ids) ?? [] })
  }
  return ops
}

/** One read of every sort: stock, prices, credit, one by id, one list. They share the way out with all others. */
export async function someReadOps(bench: Bench): Promise<ReadOp[]> {
  const seen = new Set<string | undefined>()
  return (await readOps(bench)).filter(({ name }) => {
    const sort = name.split('.').at(-1)
    if (seen.has(sort)) return false
    seen.add(sort)
    return true
  })
}
