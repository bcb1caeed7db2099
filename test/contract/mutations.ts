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
const RUNS = Number(process.env.CONTRACT_RUNS ?? 30)
const FIGURES =
  /^(amount|available|onHand|reserved|incoming|quantity|delivered|invoiced|percent|priceQuantity|minimumQuantity)$/
const LISTS = /\.(lines|levels|tiers|allocations)$/

/** A read, what stands in each of its answers on the wire, and what it says when nothing is wrong. */
interface Recorded {
  op: ReadOp
  places: { nth: number; leaf: Leaf }[]
  calm: Answer<unknown>[]
}

async function record(bench: Bench, op: ReadOp): Promise<Recorded> {
  const texts: string[] = []
  const keep = (text: string): string => {
    texts.push(text)
    return text
  }
  const calm = await bench.reading(({ erp }) => op.run(erp), keep)
  const places = texts.flatMap((text, nth) => leaves(text).map((leaf) => ({ nth, leaf })))
  return { op, calm, places: fewOfEach(places) }
}

/** The first two values of each name: the field of one row is like that of a thousand others. */
function fewOfEach(places: Recorded['places']): Recorded['places'] {
  const seen = new Map<string, number>()
  return places.filter(({ nth, leaf }) => {
    const name = `${nth} ${leaf.path.map((part) => (/^\d+$/.test(part) ? '*' : part)).join('.')}`
    const count = (seen.get(name) ?? 0) + 1
    seen.set(name, count)
    return count <= 2
  })
}

/** Every read with its answers, recorded once for all checks. */
function recordAll(bench: Bench): Promise<Recorded[]> {
  return bench.keep('recorded', async () => {
    const all: Recorded[] = []
    await eachOf(await readOps(bench), async (op) => void all.push(await record(bench, op)))
    return all.toSorted((a, b) => a.op.name.localeCompare(b.op.name))
  })
}

/** Every figure of a row by its place, and how long its lists are; a place in a list has no number. */
function figures(value: unknown, path = '', found = new Map<string, string[]>()): Map<string, string[]> {
  if (Array.isArray(value)) {
    if (LISTS.test(path)) found.set(`${path}.length`, [String(value.length)])
    for (const part of value) figures(part, `${path}.*`, found)
  } else if (value !== null && typeof value === 'object') {
    for (const [key, part] of Object.entries(value)) {
      const place = `${path}.${key}`
      if (typeof part === 'string' && FIGURES.test(key)) found.set(place, [...(found.get(place) ?? []), part])
      else figures(part, place, found)
    }
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
    const wanted = figures(right.get(id))
    for (const [place, found] of figures(row))
      for (const figure of found)
        expect(wanted.get(place) ?? [], `${op.name} row ${id} ${place}`).toContain(figure)
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
  const places = (await recordAll(bench)).flatMap((recorded) =>
    recorded.places
      .filter(({ leaf }) => changes[leaf.kind].length > 0)
      .map((place) => ({ recorded, ...place })),
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
    sampled: true,
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
