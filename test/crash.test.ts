import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ChildWorker } from './child.ts'
import { freshDatabase } from './postgres.ts'
import { type Point, Scene, pointsOf, until } from './scene.ts'
import { Still } from './still.ts'
import { buildYard } from './yard.ts'

/** How often each point is hit; `npm run test:crash` does 200. */
const ROUNDS = Number(process.env.CRASH_ROUNDS ?? 3)
const CREATE = 'sale.order/create'

describe('a push whose worker is killed', () => {
  let scene: Scene
  beforeAll(async () => {
    scene = await Scene.open('odoo')
  })
  afterAll(() => scene?.close())

  const rounds = Array.from({ length: ROUNDS }, (_, round) => round + 1)
  it.each(rounds)(
    'books one order, before and after every request and every state change (round %i)',
    { timeout: 120_000 },
    async (round) => {
      const { yard } = scene
      const points = pointsOf('odoo', scene.requests, round)
      // All connections are claimed in one statement: the point that stands in it comes when all others stand.
      const [last, first] = [points.filter(isClaim), points.filter((point) => !isClaim(point))]
      const operations = new Map<Point, string>()
      for (const point of first) operations.set(point, await scene.accept(point))
      const worker = await scene.worker().start()
      const reached = async (part: Point[]) => {
        for (const point of part) {
          await until(() => scene.stands(point, operations.get(point)!), point.name)
        }
      }
      await reached(first)
      for (const point of last) operations.set(point, await scene.accept(point))
      await reached(last)
      await worker.kill()
      // What stood in a transaction is undone in one round, and committed to nobody's knowledge in the next.
      await scene.release(round % 2 === 1)
      const rescue = yard.work(`rescue-${round}`)
      for (const [{ name, mount }, id] of operations) {
        const op = await yard.ended(id)
        const ends = (await yard.history(id)).filter((status) => status === 'DONE').length
        expect([name, op.status, ends, ...yard.booked(mount, op.reference)]).toEqual([
          name,
          'DONE',
          1,
          'booked',
        ])
      }
      await rescue.stop()
    },
  )

  it.each(['reset', 'resetAfter'] as const)(
    'books one order when the connection is cut at any request (%s)',
    { timeout: 60_000 },
    async (cut) => {
      const { yard, requests } = scene
      const points = pointsOf('odoo', requests, 0).slice(0, requests)
      const accepted = await Promise.all(
        points.map(({ mount }, skip) => scene.accept({ mount, name: cut, fault: { do: cut, skip } })),
      )
      const worker = yard.work()
      for (const [nth, id] of accepted.entries()) {
        const op = await yard.ended(id)
        expect([op.status, ...yard.booked(points[nth]!.mount, op.reference)]).toEqual(['DONE', 'booked'])
      }
      await worker.stop()
    },
  )
})

function isClaim({ change }: Point): boolean {
  return change === 'claimed'
}

describe('a worker that was stopped beyond its lease', () => {
  it(
    'sends and writes nothing when it goes on, because another has taken over',
    { timeout: 120_000 },
    async () => {
      const database = await freshDatabase()
      const common = { url: database.url, known: 5, settings: { leaseMs: 1_500 } }
      const yard = await buildYard({ ...common, mounts: ['odoo'], copies: 10 })
      const still = await new Still(database.url).open()
      const zombie = await new ChildWorker(yard).start()
      const name = (nth: number) => (nth === 0 ? 'odoo' : `odoo-${nth}`)
      const times = [0, 1, 2]
      // It asks whether the order is there; it is about to send; it has created a draft. Three times each.
      const [asks, sends, drafts] = [0, 3, 6].map((from) => times.map((nth) => name(from + nth))) as Three
      for (const mount of asks) yard.faults(mount, { do: 'holdAfter', match: 'sale.order/search_read' })
      for (const mount of sends) await still.hold(yard.id(mount), 'sending')
      for (const mount of drafts) yard.faults(mount, { do: 'holdAfter', match: CREATE })
      const mounts = [...asks, ...sends, ...drafts]
      const handled = (mount: string, path: string) =>
        yard.server.calls(mount).some((call) => call.path.includes(path) && call.status !== null)
      for (const mount of mounts) yard.server.calls(mount).length = 0
      const accepted = await Promise.all(mounts.map(async (mount) => yard.accept(await yard.order(mount))))
      for (const mount of asks) await until(() => handled(mount, 'sale.order/search_read'), 'asked')
      for (const mount of sends) await until(() => still.isReached(yard.id(mount), 'sending'), 'sending')
      for (const mount of drafts) await until(() => handled(mount, CREATE), 'draft')
      zombie.freeze()
      for (const mount of mounts) yard.faults(mount)
      await still.release()
      const heir = yard.work('heir')
      const ended = await Promise.all(accepted.map((id) => yard.ended(id)))
      expect(ended.map(({ status }) => status)).toEqual(mounts.map(() => 'DONE'))
      await heir.stop()
      const writes = () =>
        mounts.map(
          (mount) => yard.server.calls(mount).filter(({ path }) => /create|action_confirm/.test(path)).length,
        )
      const before = writes()
      zombie.thaw()
      // What it does next shows that it has gone through everything it had.
      expect(await yard.push(await yard.order(name(9)))).toMatchObject({ status: 'DONE' })
      await zombie.stop()
      expect(writes()).toEqual(before)
      for (const [nth, { id, reference, fence, finishedAt }] of ended.entries()) {
        expect(yard.booked(mounts[nth]!, reference)).toEqual(['booked'])
        expect(await yard.operation(id)).toMatchObject({ status: 'DONE', fence, finishedAt })
      }
      await still.close()
      await yard.close()
      await database.drop()
    },
  )
})

type Three = [string[], string[], string[]]
