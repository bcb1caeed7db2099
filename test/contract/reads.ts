import { expect } from 'vitest'
import { ErpError } from '../../schema/errors.ts'
import type { Erp } from '../../subgraphs/connector.ts'
import type { Bench } from './bench.ts'
import { KINDS, listAll, readOf } from './kinds.ts'
import { refusal, values } from './outcome.ts'
import type { Check } from './check.ts'
import { strange } from './ops.ts'

const INJECTIONS = [
  `x' OR '1'='1`,
  `x" OR "1"="1`,
  `x' --`,
  `x\\`,
  `x') or (1 eq 1`,
  `{"$ne":null}`,
  `__proto__`,
]

/** Whether the connection reads any kind of record. */
export function readsAny(erp: Erp): boolean {
  return KINDS.some((kind) => readOf(erp, kind))
}

/** Runs `look` for every kind that the connection reads, with the ids of its rows. */
export async function eachKind(
  bench: Bench,
  look: (kind: (typeof KINDS)[number], ids: string[]) => Promise<void>,
): Promise<void> {
  const { erp } = await bench.calm
  for (const kind of KINDS) {
    if (!readOf(erp, kind)) continue
    const ids = (await bench.rows(kind)).map(({ id }) => id)
    if (ids.length > 0) await look(kind, ids)
  }
}

/** Reading records: order and length, unknown ids, paging, search. */
export const reads: Check[] = [
  {
    id: 'C12',
    level: 'MUST',
    title: 'a batch answers in the order and length of its ids, equal ids included',
    needs: readsAny,
    async run(bench) {
      const { erp } = await bench.calm
      await eachKind(bench, async (kind, ids) => {
        const asked = [ids[2], ids[0], ids[1], ids[0]].filter((id) => id !== undefined)
        const rows = values((await readOf(erp, kind)?.byId(asked)) ?? [])
        expect(rows.map((row) => row?.id)).toEqual(asked)
      })
    },
  },
  {
    id: 'C13',
    level: 'MUST',
    title: 'an unknown id answers null without spoiling its neighbours',
    needs: readsAny,
    async run(bench) {
      const { erp } = await bench.calm
      await eachKind(bench, async (kind, ids) => {
        const last = ids.at(-1) ?? ''
        const rows = (await readOf(erp, kind)?.byId([ids[0] ?? '', strange(last), last])) ?? []
        expect(rows.map((row) => (row instanceof ErpError ? row.code : (row?.id ?? null)))).toEqual([
          ids[0],
          null,
          last,
        ])
      })
    },
  },
  {
    id: 'C14',
    level: 'MUST',
    title: 'an id that is no id of this ERP answers null or an error in its row alone',
    needs: readsAny,
    async run(bench) {
      const { erp } = await bench.calm
      await eachKind(bench, async (kind, ids) => {
        const bad = [...INJECTIONS, '../x', 'a/b?c=d&e#f', 'ü🚀', '-1', '1e3', '']
        const rows = (await readOf(erp, kind)?.byId([...bad, ids[0] ?? ''])) ?? []
        expect(rows).toHaveLength(bad.length + 1)
        for (const row of rows.slice(0, -1)) expect(row === null || row instanceof ErpError).toBe(true)
        expect(values(rows.slice(-1))[0]?.id).toBe(ids[0])
      })
    },
  },
  {
    id: 'C15',
    level: 'MUST',
    title: 'an empty batch costs no call',
    needs: (erp) => readsAny(erp) || erp.stock || erp.prices || erp.credit,
    async run(bench) {
      const { erp, calls } = bench.clean()
      for (const kind of KINDS) expect((await readOf(erp, kind)?.byId([])) ?? []).toEqual([])
      expect((await erp.stock?.([])) ?? []).toEqual([])
      expect((await erp.prices?.([])) ?? []).toEqual([])
      expect((await erp.credit?.([])) ?? []).toEqual([])
      expect(calls).toEqual([])
    },
  },
  {
    id: 'C16',
    level: 'SHOULD',
    title: '50 items by id cost at most two calls',
    needs: (erp) => erp.items,
    async run(bench) {
      const ids = (await bench.rows('item')).slice(0, 50).map(({ id }) => id)
      const { erp, calls } = bench.clean()
      await erp.items?.byId(ids.slice(0, 1))
      calls.length = 0
      expect(values((await erp.items?.byId(ids)) ?? [])).toHaveLength(50)
      expect(calls.length).toBeLessThanOrEqual(2)
    },
  },
  {
    id: 'C17',
    level: 'MUST',
    title: 'the demo company can be read: all products, all customers, and orders, invoices and quotes',
    needs: readsAny,
    async run(bench) {
      const { erp } = await bench.calm
      const skus = bench.demo.products.map(({ sku }) => sku)
      const names = bench.demo.customers.map(({ name }) => name)
      if (erp.items) {
        const seen = (await bench.rows('item')).map(({ sku }) => sku)
        expect(seen.filter((sku) => skus.includes(sku ?? '')).toSorted()).toEqual(skus.toSorted())
      }
      if (erp.customers) {
        const seen = (await bench.rows('customer')).map(({ name }) => name)
        expect(seen.filter((name) => names.includes(name ?? '')).toSorted()).toEqual(names.toSorted())
      }
      for (const kind of ['order', 'invoice'] as const)
        if (readOf(erp, kind)) expect(await bench.rows(kind), kind).not.toEqual([])
      if (bench.connector.role === 'source' && erp.quotes) expect(await bench.rows('quote')).not.toEqual([])
    },
  },
  {
    id: 'C18',
    level: 'MUST',
    title: 'small pages and large pages hold the same rows, each once, none longer than asked for',
    needs: readsAny,
    async run(bench) {
      const { erp } = await bench.calm
      await eachKind(bench, async (kind, ids) => {
        const read = readOf(erp, kind)
        if (!read) return
        const small = (await listAll<{ id: string }>(read, kind === 'item' ? 17 : 7)).map(({ id }) => id)
        expect(small).toEqual(ids)
        expect(new Set(small).size).toBe(small.length)
        expect((await read.list({ first: 2, after: null })).rows.length).toBeLessThanOrEqual(2)
      })
    },
  },
  {
    id: 'C19',
    level: 'MUST',
    title: 'paging loses no row and repeats none while rows are inserted',
    needs: (erp) => erp.items,
    async run(bench) {
      const before = (await bench.rows('item')).map(({ sku }) => sku)
      const { erp, act } = bench.open()
      const seen: (string | null | undefined)[] = []
      for (let after: string | null = null, page = 0; page < 100; page += 1) {
        const { rows, next }: { rows: { sku?: string | null }[]; next: string | null } =
          (await erp.items?.list({ first: 23, after })) ?? { rows: [], next: null }
        seen.push(...rows.map(({ sku }) => sku))
        for (const sku of [`AAA-${page}`, `MMM-${page}`, `ZZZ-${page}`])
          if (page < 6) act({ do: 'addItem', sku, name: `Neu ${sku}`, price: '1.00' })
        if (next === null) break
        after = next
      }
      expect(before.filter((sku) => !seen.includes(sku))).toEqual([])
      expect(new Set(seen).size).toBe(seen.length)
    },
  },
  {
    id: 'C20',
    level: 'SHOULD',
    title: 'paging loses no row while rows that were already seen are deleted',
    needs: (erp) => erp.items,
    async run(bench) {
      const before = (await bench.rows('item')).map(({ sku }) => sku)
      const { erp, act } = bench.open()
      const first = await erp.items?.list({ first: 23, after: null })
      const seen = first?.rows.map(({ sku }) => sku) ?? []
      const gone = bench.unsold().filter((sku) => seen.includes(sku))
      for (const sku of gone.slice(0, 5)) act({ do: 'deleteItem', sku })
      for (let after = first?.next ?? null; after !== null;) {
        const page = await erp.items?.list({ first: 23, after })
        seen.push(...(page?.rows ?? []).map(({ sku }) => sku))
        after = page?.next ?? null
      }
      expect(before.filter((sku) => !seen.includes(sku))).toEqual([])
    },
  },
  {
    id: 'C21',
    level: 'MUST',
    title: 'a cursor of somebody else is refused as an ErpError',
    needs: readsAny,
    async run(bench) {
      const { erp } = await bench.calm
      await eachKind(bench, async (kind) => {
        for (const after of ['no-such-cursor', `'; DROP`, 'http://127.0.0.1:1/x', 'eyJhIjoxfQ==']) {
          const error = await refusal(async () => readOf(erp, kind)?.list({ first: 5, after }))
          expect(['VALIDATION', 'CURSOR_EXPIRED']).toContain(error.code)
        }
      })
    },
  },
  {
    id: 'C22',
    level: 'MUST',
    title: 'a search finds an item by its SKU and a customer by name, umlauts included',
    needs: (erp) => erp.items ?? erp.customers,
    async run(bench) {
      const { erp } = await bench.calm
      const ask = (search: string) => ({ first: 20, after: null, search })
      if (erp.items) {
        const { rows } = await erp.items.list(ask('CHAIR-140'))
        expect(rows.map(({ sku }) => sku)).toEqual(['CHAIR-140'])
      }
      if (erp.customers) {
        const { rows } = await erp.customers.list(ask('Müller & Söhne Ltd'))
        expect(rows.map(({ name }) => name)).toEqual(['Müller & Söhne Ltd'])
      }
    },
  },
  {
    id: 'C23',
    level: 'MUST',
    title: 'a search is text, not a query: quotes, wildcards and operators find nothing and break nothing',
    needs: (erp) => erp.items ?? erp.customers,
    async run(bench) {
      const { erp } = await bench.calm
      for (const search of [...INJECTIONS, 'CH%IR', 'CHAIR-1_0', 'CHAIR*', 'a\r\nb', '%', '*', '_']) {
        for (const read of [erp.items, erp.customers]) {
          const page = await read?.list({ first: 20, after: null, search })
          expect(page?.rows ?? [], search).toEqual([])
        }
      }
    },
  },
]
