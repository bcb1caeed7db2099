import { describe, expect, it } from 'vitest'
import { connectors } from '../subgraphs/index.ts'
import { ChildWorker } from './child.ts'
import { freshDatabase } from './postgres.ts'
import { Gates, until } from './scene.ts'
import { buildYard } from './yard.ts'

/** Systems that orders go to, and whose own customers can be read. */
const SYSTEMS = connectors
  .filter(({ capabilities }) => capabilities.includes('pushOrder') && capabilities.includes('customers'))
  .map(({ system }) => system)

describe('a push to any system', () => {
  it(
    `books one order when the worker is killed after any of its writes: ${SYSTEMS.join(', ')}`,
    { timeout: 120_000 },
    async () => {
      const database = await freshDatabase()
      const gates = new Gates()
      const settings = { leaseMs: 2_500 }
      const connection = { limits: { perSecond: 10_000, perMinute: 600_000, perDay: 1_000_000 } }
      const yard = await buildYard({
        url: database.url,
        mounts: SYSTEMS,
        copies: 2,
        known: 5,
        settings,
        connection,
        gates,
      })
      const child = new ChildWorker(yard)
      const names = SYSTEMS.flatMap((system) => [system, `${system}-1`])
      for (const [nth, name] of names.entries()) gates.close(name, (nth % 2) + 1)
      const accepted = await Promise.all(names.map(async (name) => yard.accept(await yard.order(name))))
      await child.start()
      for (const [nth, id] of accepted.entries()) {
        // A push of fewer writes ends before it comes to the second gate.
        const stands = async () =>
          gates.isReached(names[nth]!) || (await yard.operation(id)).status === 'DONE'
        await until(stands, `a write of ${names[nth]}`)
      }
      expect(names.filter((name) => gates.isReached(name)).length).toBeGreaterThanOrEqual(SYSTEMS.length)
      await child.kill()
      gates.open()
      yard.work('rescue')
      for (const [nth, id] of accepted.entries()) {
        const op = await yard.ended(id)
        const end = [names[nth], op.status, ...yard.booked(names[nth]!, op.reference)]
        expect(end).toEqual([names[nth], 'DONE', 'booked'])
      }
      await yard.close()
      await database.drop()
    },
  )
})
