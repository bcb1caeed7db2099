import { expect } from 'vitest'
import type { ErpError } from '../../schema/errors.ts'
import type { Fault, NativeError } from '../../subgraphs/sandbox.ts'
import type { Bench, Line } from './bench.ts'
import { eachOf, refusal, refusals } from './outcome.ts'
import type { Check } from './check.ts'
import { readOf } from './kinds.ts'
import { SKUS, readOps, someReadOps, stockAsks } from './ops.ts'
import { CUSTOMER, ORDER } from './push.ts'
import { readsAny } from './reads.ts'
import { secretsOf, spellings } from './secrets.ts'

const PATIENCE_MS = 100

/** Lets reads of the connection meet a fault that does not end, and gives the errors of each. */
async function struck(
  bench: Bench,
  fault: Fault,
  after?: (line: Line) => void,
): Promise<[string, ErpError[]][]> {
  const ends: [string, ErpError[]][] = []
  // Half an answer or none is what each read must see by itself; the rest is the way out, which all share.
  const ops = ['half', 'empty'].includes(fault.do) ? await readOps(bench) : await someReadOps(bench)
  await eachOf(ops, (op) =>
    bench.reading(async (line) => {
      await op.run(line.erp)
      after?.(line)
      line.strike({ times: 0, ...fault })
      ends.push([op.name, await refusals(() => op.run(line.erp))])
    }),
  )
  return ends
}

function mustAllBe(ends: [string, ErpError[]][], codes: string[]): void {
  for (const [name, errors] of ends) {
    expect(errors, `${name} passed`).not.toEqual([])
    for (const { code, message } of errors) expect(codes, `${name}: ${code} ${message}`).toContain(code)
  }
}

/** Whether the connection has what the error is about. */
function canMeet({ erp }: Line, { on }: NativeError): boolean {
  const { order, customer, stock, items, customers, invoices } = erp
  const parts = { pushOrder: order, upsertCustomer: customer, stock, items, customers, invoices }
  return parts[on] !== undefined
}

/** Does what meets the native error, and gives the errors. */
async function meet(bench: Bench, { erp }: Line, { on }: NativeError, ref: string): Promise<ErpError[]> {
  if (on === 'pushOrder')
    return [await refusal(async () => erp.order?.create(await ORDER.input(bench, ref), ref))]
  if (on === 'upsertCustomer')
    return [await refusal(async () => erp.customer?.create(await CUSTOMER.input(bench, ref), ref))]
  if (on === 'stock')
    return refusals(async () => (await erp.stock?.(await stockAsks(bench, SKUS.slice(0, 2)))) ?? [])
  const kind = ({ items: 'item', customers: 'customer', invoices: 'invoice' } as const)[on]
  const ids = (await bench.rows(kind)).slice(0, 2).map(({ id }) => id)
  const errors = await refusals(async () => (await readOf(erp, kind)?.byId(ids)) ?? [])
  if (errors.length > 0) return errors
  return refusals(async () => (await readOf(erp, kind)?.list({ first: 5, after: null }))?.rows ?? [])
}

/** Reads succeed although the first call after the warm-up meets the fault. */
async function mustSurvive(bench: Bench, fault: Fault): Promise<void> {
  const ops = fault.do === 'reset' ? await readOps(bench) : await someReadOps(bench)
  await eachOf(ops, (op) =>
    bench.reading(async ({ erp, strike }) => {
      const calm = await op.run(erp)
      strike({ times: 1, ...fault })
      expect(await op.run(erp), op.name).toEqual(calm)
    }),
  )
}

/** What an ERP or the way to it can do wrong, and what it is called. */
export const faults: Check[] = [
  {
    id: 'C83',
    level: 'MUST',
    title: 'every error class of the vendor becomes its code, with the words of the ERP and no secret',
    async run(bench) {
      const { errors } = (await bench.calm).sandbox
      expect(Object.keys(errors)).not.toEqual([])
      await eachOf(Object.entries(errors), ([name, native]) =>
        bench.writing(async (line, ref) => {
          if (!canMeet(line, native)) return
          line.strike({ do: 'error', name, match: native.match, times: 0 })
          const met = await meet(bench, line, native, ref)
          expect(met, name).not.toEqual([])
          for (const { code } of met) expect(code, name).toBe(native.code)
          const words = met.map(({ message, said }) => `${message} ${said ?? ''}`)
          for (const text of words) expect(text.length, name).toBeGreaterThan(10)
          const secrets = secretsOf(bench.connector.config, line.sandbox.config('http://sandbox'))
          for (const spelling of secrets.flatMap(spellings)) expect(words.join('\n')).not.toContain(spelling)
        }),
      )
    },
  },
  {
    id: 'C84',
    level: 'SHOULD',
    title: 'the sandbox knows at least five error classes, refused credentials and a refused push among them',
    needs: (erp) => erp.order,
    async run(bench) {
      const { sandbox } = await bench.calm
      const codes = new Set(Object.values(sandbox.errors).map(({ code }) => code))
      expect(codes.size).toBeGreaterThanOrEqual(5)
      expect(codes).toContain('AUTHENTICATION_FAILED')
      expect(Object.values(sandbox.errors).some(({ on }) => on === 'pushOrder')).toBe(true)
    },
  },
  {
    id: 'C85',
    level: 'MUST',
    title: 'a read that was cut off is asked again and answers as if nothing had been',
    needs: readsAny,
    run: (bench) => mustSurvive(bench, { do: 'reset' }),
  },
  {
    id: 'C86',
    level: 'MUST',
    title: 'a read that meets 429 without Retry-After, or with one of 0 seconds, is asked again',
    needs: readsAny,
    async run(bench) {
      await mustSurvive(bench, { do: 'status', status: 429 })
      await mustSurvive(bench, { do: 'status', status: 429, retryAfter: '0' })
    },
  },
  {
    id: 'C87',
    level: 'MUST',
    title: 'a read that meets a long Retry-After, in seconds or as a date, is RATE_LIMITED until then',
    needs: readsAny,
    async run(bench) {
      const date = new Date(Date.now() + 3_600_000).toUTCString()
      for (const [retryAfter, least, most] of [
        ['30', 30_000, 30_000],
        [date, 3_000_000, 3_600_000],
      ] as const) {
        const ends = await struck(bench, { do: 'status', status: 429, retryAfter })
        mustAllBe(ends, ['RATE_LIMITED'])
        for (const { retryAfterMs } of ends.flatMap(([, errors]) => errors)) {
          expect(retryAfterMs).toBeGreaterThanOrEqual(least)
          expect(retryAfterMs).toBeLessThanOrEqual(most)
        }
      }
    },
  },
  {
    id: 'C88',
    level: 'MUST',
    title: 'an ERP in maintenance is UNAVAILABLE: 502, 503 and 504 with a page of a proxy',
    needs: readsAny,
    async run(bench) {
      for (const status of [502, 503, 504])
        mustAllBe(await struck(bench, { do: 'status', status, retryAfter: '60' }), ['UNAVAILABLE'])
    },
  },
  {
    id: 'C89',
    level: 'MUST',
    title: 'a 500 without a word of the ERP is UNAVAILABLE or BAD_ANSWER, a bare 401 is refused credentials',
    needs: readsAny,
    async run(bench) {
      mustAllBe(await struck(bench, { do: 'status', status: 500 }), ['UNAVAILABLE', 'BAD_ANSWER'])
      const refused = ['AUTHENTICATION_FAILED', 'NEEDS_AUTH']
      mustAllBe(await struck(bench, { do: 'status', status: 401 }), refused)
      mustAllBe(await struck(bench, { do: 'status', status: 403 }), [...refused, 'PERMISSION_DENIED'])
    },
  },
  {
    id: 'C90',
    level: 'MUST',
    title: 'an ERP that never answers is DEADLINE_EXCEEDED',
    needs: readsAny,
    async run(bench) {
      const impatient = (line: Line) => (line.tap.patienceMs = PATIENCE_MS)
      mustAllBe(await struck(bench, { do: 'hang' }, impatient), ['DEADLINE_EXCEEDED'])
    },
  },
  {
    id: 'C91',
    level: 'MUST',
    title: 'an ERP that cuts every connection is UNAVAILABLE',
    needs: readsAny,
    async run(bench) {
      mustAllBe(await struck(bench, { do: 'reset' }), ['UNAVAILABLE'])
    },
  },
  {
    id: 'C92',
    level: 'MUST',
    title: 'half JSON is a BAD_ANSWER',
    needs: readsAny,
    run: async (bench) => mustAllBe(await struck(bench, { do: 'half' }), ['BAD_ANSWER']),
  },
  {
    id: 'C93',
    level: 'MUST',
    title: 'HTML with status 200 is a BAD_ANSWER',
    needs: readsAny,
    run: async (bench) => mustAllBe(await struck(bench, { do: 'html' }), ['BAD_ANSWER']),
  },
  {
    id: 'C94',
    level: 'MUST',
    title: 'an empty answer with status 200 is a BAD_ANSWER',
    needs: readsAny,
    run: async (bench) => mustAllBe(await struck(bench, { do: 'empty' }), ['BAD_ANSWER']),
  },
]
