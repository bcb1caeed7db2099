import Big from 'big.js'
import { expect } from 'vitest'
import { ErpError } from '../../schema/errors.ts'
import type { StockAsk, StockReading } from '../../subgraphs/connector.ts'
import type { DemoProduct } from '../../subgraphs/demo.ts'
import type { Bench, Line } from './bench.ts'
import { values } from './outcome.ts'
import type { Check } from './check.ts'
import { STOCK, mustFit } from './forms.ts'
import { stockAsks, strange } from './ops.ts'

/** Eighteen digits; a float knows sixteen. */
const LONG = '123456789012345.678'

function sum(product: DemoProduct, part: 'onHand' | 'reserved' | 'incoming'): string {
  return product.stock.reduce((total, row) => total.plus(row[part]), new Big(0)).toFixed()
}

function same(said: string | null | undefined, wanted: string): boolean {
  return said == null || new Big(said).eq(wanted)
}

/** What is said at all: one warehouse alone may say more than all together. */
function told(level: object): object {
  return Object.fromEntries(
    Object.entries(level).filter(([, value]) => value !== null && value !== undefined),
  )
}

async function read({ erp }: Line, asks: StockAsk[]): Promise<(StockReading | null)[]> {
  return values((await erp.stock?.(asks)) ?? [])
}

async function goods(bench: Bench, count: number): Promise<{ products: DemoProduct[]; asks: StockAsk[] }> {
  const products = bench.demo.products.filter(({ stock }) => stock.length > 0).slice(0, count)
  return {
    products,
    asks: await stockAsks(
      bench,
      products.map(({ sku }) => sku),
    ),
  }
}

/** Live stock per warehouse. */
export const stock: Check[] = [
  {
    id: 'C34',
    level: 'MUST',
    title: 'stock answers in the order and length of the questions, and an unknown item answers null',
    needs: (erp) => erp.stock,
    async run(bench) {
      const line = await bench.calm
      const { asks } = await goods(bench, 4)
      const [a, b, c] = asks as [StockAsk, StockAsk, StockAsk]
      const nobody = { ...a, item: strange(a.item), sku: 'NO-SUCH-SKU' }
      const [one, two, three, four, five] = await read(line, [c, a, nobody, b, a])
      const alone = await Promise.all([c, a, b].map((ask) => read(line, [ask])))
      expect([one, two, four, five]).toEqual([alone[0]?.[0], alone[1]?.[0], alone[2]?.[0], alone[1]?.[0]])
      expect(three).toBe(null)
    },
  },
  {
    id: 'C35',
    level: 'MUST',
    title: 'an item id that is no id of this ERP spoils its own row at most',
    needs: (erp) => erp.stock,
    async run(bench) {
      const { erp } = await bench.calm
      const { asks } = await goods(bench, 2)
      const bad = [`x' OR '1'='1`, '', '-1', 'ü"\\'].map((item) => ({ item, sku: item, warehouses: null }))
      const rows = (await erp.stock?.([...bad, ...asks])) ?? []
      for (const row of rows.slice(0, bad.length)) expect(row === null || row instanceof ErpError).toBe(true)
      expect(values(rows.slice(bad.length)).every((row) => row?.available != null)).toBe(true)
    },
  },
  {
    id: 'C36',
    level: 'SHOULD',
    title: 'stock of 50 items costs at most two calls',
    needs: (erp) => erp.stock,
    async run(bench) {
      const line = bench.clean()
      const { asks } = await goods(bench, 50)
      await read(line, asks.slice(0, 1))
      line.calls.length = 0
      expect(await read(line, [...asks, ...asks.slice(0, 5)])).toHaveLength(55)
      expect(line.calls.length).toBeLessThanOrEqual(2)
    },
  },
  {
    id: 'C37',
    level: 'MUST',
    title: 'every stock figure is of canonical form and adds up to what the demo company has',
    needs: (erp) => erp.stock,
    async run(bench) {
      const { products, asks } = await goods(bench, 200)
      const rows = await read(await bench.calm, asks)
      mustFit(STOCK, rows)
      for (const [index, product] of products.entries()) {
        const row = rows[index]
        expect(row?.available, product.sku).not.toBe(undefined)
        const wanted = {
          onHand: sum(product, 'onHand'),
          reserved: sum(product, 'reserved'),
          incoming: sum(product, 'incoming'),
        }
        for (const part of ['onHand', 'reserved', 'incoming'] as const)
          expect(same(row?.[part], wanted[part]), `${product.sku} ${part} ${row?.[part]}`).toBe(true)
        const available = new Big(wanted.onHand).minus(row?.reserved == null ? 0 : wanted.reserved)
        expect(row?.available == null || new Big(row.available).eq(available), product.sku).toBe(true)
      }
      expect(rows.some((row) => row?.available != null)).toBe(true)
    },
  },
  {
    id: 'C38',
    level: 'MUST',
    title: 'the levels of the warehouses add up to the total',
    needs: (erp) => erp.stock,
    async run(bench) {
      const { asks } = await goods(bench, 50)
      for (const row of await read(await bench.calm, asks)) {
        for (const part of ['available', 'onHand', 'reserved', 'incoming'] as const) {
          const parts = row?.levels?.map((level) => level[part]) ?? []
          if (row?.[part] == null || parts.length === 0 || parts.some((said) => said == null)) continue
          expect(parts.reduce((total, said) => total.plus(said ?? 0), new Big(0)).eq(row[part])).toBe(true)
        }
      }
    },
  },
  {
    id: 'C39',
    level: 'MUST',
    title: 'a question for one warehouse is answered for that one alone',
    needs: (erp) => erp.stock,
    async run(bench) {
      const line = await bench.calm
      const { asks } = await goods(bench, 2)
      const [ask] = asks as [StockAsk]
      const all = (await read(line, [ask]))[0]?.levels ?? []
      if (all.length === 0) return
      for (const level of all) {
        const [row] = await read(line, [{ ...ask, warehouses: [level.warehouse.code] }])
        expect(row?.levels).toMatchObject([told(level)])
        expect(row?.available).toBe(level.available)
      }
      const codes = all.map(({ warehouse }) => warehouse.code)
      const both = await read(line, [
        { ...ask, warehouses: codes.slice(0, 1) },
        { ...ask, warehouses: codes.slice(0, 2) },
        { ...ask, warehouses: null },
      ])
      expect(both.map((row) => row?.levels?.length)).toEqual([1, Math.min(2, all.length), all.length])
    },
  },
  {
    id: 'C40',
    level: 'MUST',
    title: 'a warehouse that nobody knows never shows the stock of another',
    needs: (erp) => erp.stock,
    async run(bench) {
      const { erp } = await bench.calm
      const { asks } = await goods(bench, 1)
      const [answer] = (await erp.stock?.(asks.map((ask) => ({ ...ask, warehouses: ["NO' OR 1=1"] })))) ?? []
      const reading = answer instanceof ErpError ? null : (answer ?? null)
      expect(Number(reading?.available ?? 0)).toBe(0)
      expect(reading?.levels ?? []).toEqual([])
    },
  },
  {
    id: 'C41',
    level: 'MUST',
    title: 'a change in the ERP is seen by the next question, and 18 digits arrive intact',
    needs: (erp) => erp.stock,
    async run(bench) {
      const line = bench.open()
      const { products, asks } = await goods(bench, 2)
      const [product] = products as [DemoProduct]
      await read(line, asks)
      for (const { warehouse } of product.stock)
        line.act({ do: 'setStock', sku: product.sku, warehouse, onHand: '0' })
      const warehouse = product.stock[0]?.warehouse ?? ''
      line.act({ do: 'setStock', sku: product.sku, warehouse, onHand: LONG })
      const [row] = await read(line, asks)
      const onHand = row?.onHand ?? new Big(row?.available ?? 0).plus(row?.reserved ?? 0).toFixed()
      expect(new Big(onHand).toFixed()).toBe(LONG)
    },
  },
]
