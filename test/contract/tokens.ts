import { expect } from 'vitest'
import type { SandboxCall } from '../../subgraphs/sandbox.ts'
import type { Bench, Line } from './bench.ts'
import { eachOf, values } from './outcome.ts'
import type { Check } from './check.ts'
import { SKUS, readOps, stockAsks } from './ops.ts'
import { readsAny } from './reads.ts'

/** A call without what differs from one time to the next: numbers, ids, signatures. */
function kindOf({ method, path, body }: SandboxCall): string {
  return `${method} ${path} ${body.replace(/[A-Za-z0-9+/=_.~%-]{24,}|\d+/g, '#').slice(0, 400)}`
}

/** The kinds of calls that only a first question needs: signing in, and set-up data. */
async function firstCalls(bench: Bench, ask: (line: Line) => Promise<unknown>): Promise<Set<string>> {
  const line = bench.clean()
  await ask(line)
  const first = line.calls.map(kindOf)
  line.calls.length = 0
  await ask(line)
  const later = new Set(line.calls.map(kindOf))
  return new Set(first.filter((kind) => !later.has(kind)))
}

/** Credentials that end while work is under way. */
export const tokens: Check[] = [
  {
    id: 'C95',
    level: 'MUST',
    title: 'credentials that expire are renewed, and every kind of read answers as before',
    needs: readsAny,
    async run(bench) {
      await eachOf(await readOps(bench), (op) =>
        bench.reading(async ({ erp, act }) => {
          const calm = await op.run(erp)
          act({ do: 'expireTokens' })
          expect(await op.run(erp), op.name).toEqual(calm)
        }),
      )
    },
  },
  {
    id: 'C96',
    level: 'MUST',
    title: '50 questions at once that meet an expired token cause exactly one renewal, and all are answered',
    needs: (erp) => erp.stock ?? erp.items ?? erp.customers ?? erp.quotes,
    async run(bench) {
      const [stockAsk] = await stockAsks(bench, SKUS)
      const ids = (await bench.rows('item')).map(({ id }) => id)
      const people = (await bench.rows('customer')).map(({ id }) => id)
      const quotes = (await bench.rows('quote')).map(({ id }) => id)
      const ask = async ({ erp }: Line): Promise<unknown[]> => {
        if (erp.stock && stockAsk) return values(await erp.stock([stockAsk]))
        if (erp.items) return values(await erp.items.byId(ids.slice(0, 1)))
        if (erp.customers) return values(await erp.customers.byId(people.slice(0, 1)))
        return values((await erp.quotes?.byId(quotes.slice(0, 1))) ?? [])
      }
      const first = await firstCalls(bench, ask)
      const line = bench.clean()
      const calm = await ask(line)
      line.act({ do: 'expireTokens' })
      line.calls.length = 0
      const answers = await Promise.all(Array.from({ length: 50 }, () => ask(line)))
      expect(answers).toEqual(answers.map(() => calm))
      const again = line.calls.filter((call) => first.has(kindOf(call)))
      expect(again.length).toBeLessThanOrEqual(new Set(again.map(kindOf)).size)
      if (line.calls.some(({ status }) => status === 401)) expect(again).not.toEqual([])
    },
  },
  {
    id: 'C97',
    level: 'MUST',
    title: 'a connection that is started anew takes over the kept token instead of signing in again',
    needs: readsAny,
    async run(bench) {
      const [op] = await readOps(bench)
      const line = bench.clean()
      await op?.run(line.erp)
      const { renewals } = line.vault
      const again = line.reopen()
      await op?.run(again.erp)
      expect(line.vault.renewals).toBe(renewals)
    },
  },
]
