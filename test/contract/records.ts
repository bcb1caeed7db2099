import { expect } from 'vitest'
import { KINDS, readOf } from './kinds.ts'
import { values } from './outcome.ts'
import type { Check } from './check.ts'
import { FORMS, mustFit } from './forms.ts'
import { SKUS } from './ops.ts'
import { eachKind, readsAny } from './reads.ts'

/** What records look like: text intact, canonical form, units, unknown words. */
export const records: Check[] = [
  {
    id: 'C24',
    level: 'MUST',
    title: 'umlauts, signs and emoji arrive as they are',
    needs: (erp) => erp.items ?? erp.customers,
    async run(bench) {
      const { erp } = await bench.calm
      const named = new Map((await bench.rows('item')).map(({ sku, name }) => [sku, name]))
      for (const { sku, name } of erp.items ? bench.demo.products : []) expect(named.get(sku)).toBe(name)
      const [first] = (await bench.rows('customer')).filter(({ name }) => name === 'Şahin Tekstil GmbH')
      if (erp.customers) expect(first?.name).toBe('Şahin Tekstil GmbH')
    },
  },
  ...KINDS.map((kind, index): Check => ({
    id: `C${25 + index}`,
    level: 'MUST',
    title: `every ${kind} of the demo company is of canonical form, listed and by id`,
    needs: (erp) => readOf(erp, kind),
    async run(bench) {
      const { erp } = await bench.calm
      const rows: { id: string }[] = await bench.rows(kind)
      mustFit(FORMS[kind], rows)
      mustFit(
        FORMS[kind],
        values((await readOf(erp, kind)?.byId(rows.slice(0, 50).map(({ id }) => id))) ?? []),
      )
    },
  })),
  {
    id: 'C31',
    level: 'MUST',
    title: 'a row says the same listed and by id, where the list says it at all',
    needs: readsAny,
    async run(bench) {
      const { erp } = await bench.calm
      await eachKind(bench, async (kind, ids) => {
        const whole = values((await readOf(erp, kind)?.byId(ids.slice(0, 5))) ?? [])
        const listed: object[] = (await bench.rows(kind)).slice(0, 5)
        for (const [index, row] of listed.entries()) {
          const told = Object.fromEntries(Object.entries(row).filter(([, value]) => value != null))
          expect(whole[index]).toMatchObject(told)
        }
      })
    },
  },
  {
    id: 'C32',
    level: 'MUST',
    title: 'items carry the unit, the native unit and the list price of the demo company',
    needs: (erp) => erp.items,
    async run(bench) {
      const rows = new Map((await bench.rows('item')).map((row) => [row.sku, row]))
      for (const { sku, unit, listPrice } of bench.demo.products.filter(({ sku }) => SKUS.includes(sku))) {
        const row = rows.get(sku)
        if (row?.unit) expect(row.unit === 'C62' ? 'H87' : row.unit).toBe(unit)
        expect(row?.name).toMatch(/\S/)
        if (row?.listPrice) expect(Number(row.listPrice.amount)).toBe(Number(listPrice))
      }
    },
  },
  {
    id: 'C33',
    level: 'MUST',
    title: 'a status that nobody knows is UNKNOWN with the native text beside it',
    needs: (erp) => erp.orders ?? erp.quotes,
    async run(bench) {
      for (const kind of ['order', 'quote'] as const) {
        const { erp, act } = bench.open()
        const open = ({ state }: { state?: string | null }) => state !== 'CANCELLED' && state !== 'DRAFT'
        const id = (await bench.rows<'order' | 'quote'>(kind)).find(open)?.id
        if (!readOf(erp, kind) || id === undefined) continue
        const status = 'no_such_status'
        act(kind === 'order' ? { do: 'setOrderStatus', id, status } : { do: 'setQuoteStatus', id, status })
        const [row] = values((await readOf(erp, kind)?.byId([id])) ?? [])
        expect(row?.state).toBe('UNKNOWN')
        expect(row?.nativeStatus).toContain(status)
      }
    },
  },
]
