import fc from 'fast-check'
import { expect } from 'vitest'
import { ErpError } from '../../schema/errors.ts'
import type { Answer } from '../../subgraphs/connector.ts'
import type { Bench } from './bench.ts'
import { eachOf } from './outcome.ts'
import type { Check } from './check.ts'
import { mustFit } from './forms.ts'
import { type Change, type Leaf, changed, leaves, widened } from './mutate.ts'
import { type ReadOp, readOps } from './ops.ts'
import { readsAny } from './reads.ts'

/** How many mutated answers each check tries; the same ones in every run. */
const RUNS = Number(process.env.CONTRACT_RUNS ?? 40)
const FIGURES =
  /^(amount|available|onHand|reserved|incoming|quantity|delivered|invoiced|percent|priceQuantity|minimumQuantity)$/

/** A read, its whole answers on the wire, and what it says when nothing is wrong. */
interface Recorded {
  op: ReadOp
  texts: string[]
  calm: Answer<unknown>[]
}

function recordAll(bench: Bench): Promise<Recorded[]> {
  const record = (op: ReadOp): Promise<Recorded> => {
    const texts: string[] = []
    const keep = (text: string): string => {
      texts.push(text)
      return text
    }
    return bench.reading(async ({ erp }) => ({ op, calm: await op.run(erp), texts }), keep)
  }
  return readOps(bench).then((ops) => Promise.all(ops.map(record)))
}

/** Every figure of an answer with the place where it stands. */
function figures(value: unknown, path: string, found: Map<string, string>): Map<string, string> {
  if (value === null || typeof value !== 'object') return found
  for (const [key, part] of Object.entries(value)) {
    if (typeof part === 'string' && FIGURES.test(key)) found.set(`${path}.${key}`, part)
    else figures(part, `${path}.${key}`, found)
  }
  return found
}

function byId(rows: Answer<unknown>[], name: string): Map<string, unknown> {
  const key = (row: unknown, index: number): string =>
    name.endsWith('.list') ? String((row as { id?: string } | null)?.id) : String(index)
  return new Map(rows.map((row, index) => [key(row, index), row]))
}

/** Fails when a row is no canonical one, or shows a figure that the whole answer does not have there. */
function mustBeHonest({ op, calm }: Recorded, rows: Answer<unknown>[]): void {
  const right = byId(calm, op.name)
  for (const [id, row] of byId(rows, op.name)) {
    if (row === null || row instanceof ErpError) continue
    mustFit(op.form, [row])
    const wanted = figures(right.get(id), '', new Map())
    for (const [place, figure] of figures(row, '', new Map()))
      expect(figure, `${op.name} row ${id} ${place}`).toBe(wanted.get(place))
  }
}

/** One changed value in one answer of a read. */
interface Trial {
  recorded: Recorded
  nth: number
  leaf: Leaf
  change: Change
}

async function tryOne(bench: Bench, { recorded, nth, leaf, change }: Trial, honest: boolean): Promise<void> {
  let count = 0
  const alter = (text: string): string => (count++ === nth ? changed(text, leaf.path, change) : text)
  try {
    const rows = await bench.reading(({ erp }) => recorded.op.run(erp), alter)
    if (honest) mustBeHonest(recorded, rows)
    const shown = rows.filter((row) => row !== null && !(row instanceof ErpError))
    mustFit(recorded.op.form, shown)
  } catch (error) {
    if (error instanceof ErpError) return
    const where = `${recorded.op.name}, answer ${nth}, ${leaf.path.join('.')} -> ${JSON.stringify(change.to)}`
    if (error instanceof Error) error.message = `${where}: ${error.message}`
    throw error
  }
}

async function mutateAll(
  bench: Bench,
  changes: Record<Leaf['kind'], Change[]>,
  honest: boolean,
): Promise<void> {
  const all = await recordAll(bench)
  const places = all.flatMap((recorded) =>
    recorded.texts.flatMap((text, nth) =>
      leaves(text)
        .filter(({ kind }) => changes[kind].length > 0)
        .map((leaf) => ({ recorded, nth, leaf })),
    ),
  )
  expect(places).not.toEqual([])
  const picks = fc.tuple(fc.nat(places.length - 1), fc.nat(99))
  await eachOf(fc.sample(picks, { numRuns: RUNS, seed: 4711 }), async ([at, pick]) => {
    const { recorded, nth, leaf } = places[at]!
    const choice = changes[leaf.kind]
    await tryOne(bench, { recorded, nth, leaf, change: choice[pick % choice.length]! }, honest)
  })
}

/** Answers that were changed on the way: nothing crashes, and no wrong figure passes in silence. */
export const mutations: Check[] = [
  {
    id: 'C98',
    level: 'MUST',
    title: 'a value of another type than ever never crashes a read and never passes as a wrong figure',
    needs: readsAny,
    run: (bench) =>
      mutateAll(
        bench,
        {
          number: [{ to: 'twelve' }, { to: {} }, { to: [] }, { to: '' }, { to: '1,5' }, { to: '0x1F' }],
          text: [{ to: {} }, { to: [] }, { to: { a: 1 } }],
          other: [{ to: { a: 1 } }],
        },
        true,
      ),
  },
  {
    id: 'C99',
    level: 'MUST',
    title: 'a value that is missing or null never crashes a read, and what is answered is of canonical form',
    needs: readsAny,
    run: (bench) =>
      mutateAll(
        bench,
        {
          number: [{ to: undefined }, { to: null }],
          text: [{ to: undefined }, { to: null }],
          other: [{ to: undefined }],
        },
        false,
      ),
  },
  {
    id: 'C100',
    level: 'SHOULD',
    title: 'a figure that is missing or null never passes as another figure',
    needs: readsAny,
    run: (bench) =>
      mutateAll(bench, { number: [{ to: undefined }, { to: null }], text: [], other: [] }, true),
  },
  {
    id: 'C101',
    level: 'MUST',
    title: 'fields that a newer release adds change no answer',
    needs: readsAny,
    async run(bench) {
      await eachOf(await recordAll(bench), async ({ op, calm }) => {
        const rows = await bench.reading(({ erp }) => op.run(erp), widened)
        expect(bench.alike(rows), op.name).toEqual(bench.alike(calm))
      })
    },
  },
]
