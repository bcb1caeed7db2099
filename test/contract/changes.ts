import { expect } from 'vitest'
import { ErpError } from '../../schema/errors.ts'
import type { Change, Cursor, Erp, Kind } from '../../subgraphs/connector.ts'
import type { Bench, Line } from './bench.ts'
import { KINDS, readOf } from './kinds.ts'
import { refusal, values } from './outcome.ts'
import type { Check } from './check.ts'
import { orderInput } from './push.ts'

/** Everything that changed since the cursor; `between` runs after each page. */
async function drain(
  { erp }: Line,
  kind: Kind,
  since: Cursor | null,
  between: (page: number) => void = () => undefined,
): Promise<{ changes: Change[]; cursor: Cursor | null }> {
  const changes: Change[] = []
  let cursor = since
  let count = 0
  for await (const page of erp.changes?.(kind, since) ?? []) {
    changes.push(...page.changes)
    cursor = page.cursor
    between(count)
    if (++count > 500) throw new Error(`The changes of ${kind} do not end within 500 pages.`)
  }
  return { changes, cursor }
}

/** The kinds whose changes the connection can tell: it reads them, and does not answer NOT_SUPPORTED. */
async function kindsOf(bench: Bench): Promise<Kind[]> {
  const line = await bench.calm
  const told = await Promise.all(
    KINDS.filter((kind) => readOf(line.erp, kind)).map(async (kind) => {
      const end = await drain(line, kind, null).catch((error: unknown) => error)
      if (end instanceof ErpError && end.code === 'NOT_SUPPORTED') return []
      if (end instanceof Error) throw end
      return [kind]
    }),
  )
  return told.flat()
}

function ids(changes: Change[]): string[] {
  return [...new Set(changes.map(({ id }) => id))].toSorted()
}

async function idOf(erp: Erp, sku: string): Promise<string | undefined> {
  return (await erp.items?.list({ first: 5, after: null, search: sku }))?.rows.find((row) => row.sku === sku)
    ?.id
}

/** What changed in the ERP: everything once at least, oldest first, and on from the cursor. */
export const changes: Check[] = [
  {
    id: 'C102',
    level: 'MUST',
    title: 'from the beginning every row of every kind is told, oldest first, with UTC instants',
    needs: (erp) => erp.changes,
    async run(bench) {
      const kinds = await kindsOf(bench)
      expect(kinds).not.toEqual([])
      for (const kind of kinds) {
        const { changes: told } = await drain(await bench.calm, kind, null)
        expect(ids(told), kind).toEqual((await bench.rows(kind)).map(({ id }) => id).toSorted())
        expect(told.every((change) => change.kind === kind && !change.deleted)).toBe(true)
        const times = told.map(({ at }) => at).filter((at) => at !== null)
        for (const at of times) expect(new Date(at).toISOString()).toBe(at)
        expect(times).toEqual(times.toSorted())
      }
    },
  },
  {
    id: 'C103',
    level: 'MUST',
    title: 'from the last cursor on nothing old floods back, also after a restart and through JSON',
    needs: (erp) => erp.changes,
    async run(bench) {
      for (const kind of await kindsOf(bench)) {
        const line = bench.open()
        const { changes: all, cursor } = await drain(line, kind, null)
        expect(typeof cursor).toBe('string')
        const kept = JSON.parse(JSON.stringify({ cursor })) as { cursor: Cursor }
        const { changes: more, cursor: next } = await drain(line.reopen(), kind, kept.cursor)
        expect(more.length, kind).toBeLessThanOrEqual(all.length)
        expect((await drain(line, kind, next)).changes.length).toBeLessThanOrEqual(more.length)
      }
    },
  },
  {
    id: 'C104',
    level: 'MUST',
    title: 'a row that was added behind our back is told from the cursor on, once its page comes',
    needs: (erp) => erp.changes && (erp.items ?? erp.customers),
    async run(bench) {
      const kinds = await kindsOf(bench)
      const line = bench.open()
      if (kinds.includes('item')) {
        const { cursor } = await drain(line, 'item', null)
        line.act({ do: 'addItem', sku: 'NEW-1', name: 'Neu ✨', price: '1.00' })
        const id = await idOf(line.erp, 'NEW-1')
        expect(ids((await drain(line.reopen(), 'item', cursor)).changes)).toContain(id)
      }
      if (kinds.includes('customer')) {
        const { cursor } = await drain(line, 'customer', null)
        line.act({ do: 'addCustomer', name: 'Neukunde AG', email: 'neu@kunde.example' })
        const id = line.ledger().customers.find(({ name }) => name === 'Neukunde AG')?.id
        expect(ids((await drain(line.reopen(), 'customer', cursor)).changes)).toContain(id)
      }
    },
  },
  {
    id: 'C105',
    level: 'MUST',
    title: 'rows that are inserted while the pages are read are all told, in this reading or the next',
    needs: (erp) => erp.changes && erp.items,
    async run(bench) {
      if (!(await kindsOf(bench)).includes('item')) return
      const line = bench.open()
      const added: string[] = []
      const add = (page: number) => {
        if (page > 5) return
        for (const letter of ['A', 'Z']) {
          const sku = `${letter}-NEW-${page}`
          added.push(sku)
          line.act({ do: 'addItem', sku, name: sku, price: '1.00' })
        }
      }
      const first = await drain(line, 'item', null, add)
      const second = await drain(line, 'item', first.cursor)
      const told = new Set(ids([...first.changes, ...second.changes]))
      const wanted = await Promise.all(added.map((sku) => idOf(line.erp, sku)))
      const old = (await bench.rows('item')).map(({ id }) => id)
      expect([...wanted, ...old].filter((id) => id === undefined || !told.has(id))).toEqual([])
    },
  },
  {
    id: 'C106',
    level: 'MUST',
    title: 'a pushed order and its new status are told from the cursor on',
    needs: (erp) => erp.changes && erp.order && erp.orders,
    async run(bench) {
      if (!(await kindsOf(bench)).includes('order')) return
      const line = bench.open()
      const { cursor } = await drain(line, 'order', null)
      const ref = await line.erp.order?.create(await orderInput(bench), 'ord_1')
      const second = await drain(line, 'order', cursor)
      expect(ids(second.changes)).toContain(ref?.id)
      if (!line.erp.order?.undo || !ref) return
      await line.erp.order.undo(ref)
      expect(ids((await drain(line, 'order', second.cursor)).changes)).toContain(ref.id)
    },
  },
  {
    id: 'C107',
    level: 'SHOULD',
    title: 'a deleted item is told as deleted, or from then on reads as inactive or null',
    needs: (erp) => erp.changes && erp.items,
    async run(bench) {
      if (!(await kindsOf(bench)).includes('item')) return
      const line = bench.open()
      const id = (await bench.rows('item'))[0]?.id ?? ''
      const { cursor } = await drain(line, 'item', null)
      line.act({ do: 'deleteItem', sku: (await bench.rows('item'))[0]?.sku ?? '' })
      const told = (await drain(line, 'item', cursor)).changes.filter((change) => change.id === id)
      const gone = told.some(({ deleted }) => deleted)
      const [row] = gone ? [null] : values((await line.erp.items?.byId([id])) ?? [])
      expect(row === null || row?.active === false).toBe(true)
    },
  },
  {
    id: 'C108',
    level: 'MUST',
    title: 'a cursor of changes that is no cursor is refused as an ErpError',
    needs: (erp) => erp.changes,
    async run(bench) {
      const line = await bench.calm
      for (const kind of await kindsOf(bench))
        for (const cursor of ['no-such-cursor', `'; DROP`]) {
          const error = await refusal(() => drain(line, kind, cursor))
          expect(['VALIDATION', 'CURSOR_EXPIRED']).toContain(error.code)
        }
    },
  },
]
