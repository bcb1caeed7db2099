import { expect } from 'vitest'
import { ErpError } from '../../schema/errors.ts'
import type { Fault } from '../../subgraphs/sandbox.ts'
import type { Bench, Line } from './bench.ts'
import { eachOf, refusal } from './outcome.ts'
import type { Check } from './check.ts'
import { type Job, ORDER, booked, eachJob, recover, writeOf, writesAny } from './push.ts'
import { type Blow, Killed } from './tap.ts'

/** Long enough for a loopback answer, short enough for a check that waits for none. */
const PATIENCE_MS = 100

/** How many requests of one push may be sent only once. */
function steps<I>(bench: Bench, job: Job<I>): Promise<number> {
  return bench.writing(async (line, ref) => {
    await writeOf(job, line).create(await job.input(bench, ref), ref)
    return line.tap.writes.length
  })
}

/** Runs `work` for every request of a push, each with a connection and a reference of its own. */
async function eachStep<I>(
  bench: Bench,
  job: Job<I>,
  work: (nth: number, line: Line, input: I, ref: string) => Promise<void>,
): Promise<void> {
  const count = await steps(bench, job)
  expect(count).toBeGreaterThan(0)
  await eachOf(
    Array.from({ length: count }, (_, index) => index + 1),
    (nth) => bench.writing(async (line, ref) => work(nth, line, await job.input(bench, ref), ref)),
  )
}

async function fails(work: () => Promise<unknown>): Promise<unknown> {
  return work().then(
    () => null,
    (error: unknown) => error,
  )
}

/** After whatever happened: the worker's way leads to exactly one whole record, also when it is gone twice. */
async function mustEndAsOne<I>(job: Job<I>, line: Line, input: I, ref: string): Promise<void> {
  const write = writeOf(job, line)
  const made = await recover(write, input, ref)
  const counted = job.kind === 'order' || job.kind === 'customer'
  if (made === null) {
    if (counted) expect(booked(job.kind, line, ref).length).toBeLessThanOrEqual(1)
    return
  }
  if (counted) expect(booked(job.kind, line, ref)).toEqual(['booked'])
  if (!write.find) return
  expect(await write.find(ref)).toMatchObject({ ref: { id: made.id }, done: true })
  expect((await recover(write, input, ref))?.id).toBe(made.id)
  if (counted) expect(booked(job.kind, line, ref)).toEqual(['booked'])
}

/** Lets every request of a push meet a blow, checks how it ended, and recovers. */
function strikeEach(bench: Bench, blow: Omit<Blow, 'nth' | 'instead'>, fault?: Fault): Promise<void> {
  return eachJob(bench, (job) =>
    eachStep(bench, job, async (nth, line, input, ref) => {
      line.tap.blow = { ...blow, nth, instead: fault && (() => line.strike(fault)) }
      const error = await fails(() => writeOf(job, line).create(input, ref))
      if (!fault) expect(error).toBeInstanceOf(Killed)
      else if (error !== null) expect(error).toBeInstanceOf(ErpError)
      line.strike()
      await mustEndAsOne(job, line.reopen(), input, ref)
    }),
  )
}

/** A push whose answer is lost, late or unreadable, or whose process dies: never lost, never doubled. */
export const lost: Check[] = [
  {
    id: 'C70',
    level: 'MUST',
    title: 'a connection cut before the ERP has handled a write leads to one record in the end',
    needs: writesAny,
    run: (bench) => strikeEach(bench, { when: 'before' }, { do: 'reset' }),
  },
  {
    id: 'C71',
    level: 'MUST',
    title: 'a connection cut after the ERP has committed leads to one record in the end',
    needs: writesAny,
    run: (bench) => strikeEach(bench, { when: 'after' }, { do: 'resetAfter' }),
  },
  {
    id: 'C72',
    level: 'MUST',
    title: 'a process killed before any request of a push leads to one record in the end',
    needs: writesAny,
    run: (bench) => strikeEach(bench, { when: 'before' }),
  },
  {
    id: 'C73',
    level: 'MUST',
    title: 'a process killed after any request of a push leads to one record in the end',
    needs: writesAny,
    run: (bench) => strikeEach(bench, { when: 'after' }),
  },
  {
    id: 'C74',
    level: 'MUST',
    title: 'a push killed between two requests is found as half done or not at all, and never as done',
    needs: writesAny,
    async run(bench) {
      await eachJob(bench, async (job) => {
        const count = await steps(bench, job)
        await eachStep(bench, job, async (nth, line, input, ref) => {
          if (nth === count) return
          line.tap.blow = { nth, when: 'after' }
          await fails(() => writeOf(job, line).create(input, ref))
          const write = writeOf(job, line.reopen())
          if (!write.find) return
          const found = await write.find(ref)
          expect(found?.done ?? false).toBe(false)
          if (found) expect(found.step).toBeGreaterThanOrEqual(1)
          if (job.kind === 'order') expect(booked(job.kind, line, ref)).toEqual(found ? ['draft'] : [])
        })
      })
    },
  },
  {
    id: 'C75',
    level: 'MUST',
    title: 'an answer that comes too late is DEADLINE_EXCEEDED, and the late commit leads to one record',
    needs: writesAny,
    async run(bench) {
      await eachJob(bench, (job) =>
        bench.writing(async (line, ref) => {
          const input = await job.input(bench, ref)
          const instead = () => {
            line.tap.patienceMs = PATIENCE_MS
            line.strike({ do: 'holdAfter' })
          }
          line.tap.blow = { nth: 1, when: 'after', instead }
          const error = await refusal(() => writeOf(job, line).create(input, ref))
          expect(error.code).toBe('DEADLINE_EXCEEDED')
          line.strike()
          await mustEndAsOne(job, line.reopen(), input, ref)
        }),
      )
    },
  },
  {
    id: 'C76',
    level: 'MUST',
    title: 'half JSON in answer to a committed write leads to one record in the end',
    needs: writesAny,
    run: (bench) => strikeEach(bench, { when: 'after' }, { do: 'half' }),
  },
  {
    id: 'C77',
    level: 'MUST',
    title: 'HTML in answer to a committed write leads to one record in the end',
    needs: writesAny,
    run: (bench) => strikeEach(bench, { when: 'after' }, { do: 'html' }),
  },
  {
    id: 'C78',
    level: 'MUST',
    title: 'an empty answer to a committed write leads to one record in the end',
    needs: writesAny,
    run: (bench) => strikeEach(bench, { when: 'after' }, { do: 'empty' }),
  },
  {
    id: 'C79',
    level: 'MUST',
    title: 'a write that the ERP was too busy for is not sent again by itself, and says when to come back',
    needs: writesAny,
    async run(bench) {
      for (const [status, code] of [
        [429, 'RATE_LIMITED'],
        [503, 'UNAVAILABLE'],
      ] as const) {
        await eachJob(bench, (job) =>
          bench.writing(async (line, ref) => {
            const instead = () => line.strike({ do: 'status', status, retryAfter: '7', times: 0 })
            line.tap.blow = { nth: 1, when: 'after', instead }
            const input = await job.input(bench, ref)
            const error = await refusal(() => writeOf(job, line).create(input, ref))
            expect(error.code).toBe(code)
            if (status === 429) expect(error.retryAfterMs).toBe(7000)
            expect(line.tap.writes).toHaveLength(1)
            expect(line.calls.filter((call) => call.status === status)).toHaveLength(1)
          }),
        )
      }
    },
  },
  {
    id: 'C80',
    level: 'MUST',
    title:
      'credentials that expire before any request of a push are renewed, and one record stands in the end',
    needs: writesAny,
    async run(bench) {
      await eachJob(bench, (job) =>
        eachStep(bench, job, async (nth, line, input, ref) => {
          line.tap.blow = { nth, when: 'before', instead: () => line.act({ do: 'expireTokens' }) }
          await writeOf(job, line).create(input, ref)
          await mustEndAsOne(job, line, input, ref)
        }),
      )
    },
  },
  {
    id: 'C81',
    level: 'MUST',
    title: 'a key that the ERP remembers makes a repeated create the same record',
    needs: (erp) => erp.order?.proof === 'key',
    async run(bench) {
      await bench.writing(async (line, ref) => {
        const input = await ORDER.input(bench, ref)
        const first = await writeOf(ORDER, line).create(input, ref)
        expect((await writeOf(ORDER, line.reopen()).create(input, ref)).id).toBe(first.id)
        expect(booked('order', line, ref)).toHaveLength(1)
      })
    },
  },
  {
    id: 'C82',
    level: 'MUST',
    title: 'a write says how sure it can be, and how long it may take, in plausible figures',
    needs: writesAny,
    async run(bench) {
      await eachJob(bench, async (job) => {
        const write = writeOf(job, await bench.calm)
        if (write.proof !== 'key') expect(write.find === undefined).toBe(write.proof === 'none')
        expect(write.findLagMs).toBeGreaterThanOrEqual(0)
        expect(write.maxPushMs).toBeGreaterThan(0)
        expect(write.maxPushMs).toBeLessThanOrEqual(900_000)
        if (write.proof === 'key') expect(write.keyTtlMs).toBeGreaterThan(0)
      })
    },
  },
]
