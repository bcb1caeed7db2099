import { afterEach, describe, expect, it } from 'vitest'
import { rows } from '../subgraphs/hub/database.ts'
import { type TestHouse, openHouse } from './whole.ts'

let house: TestHouse
afterEach(() => house.close())

/** The pauses until each kind is read again, in whole seconds. */
async function pauses(): Promise<Set<number>> {
  const sql = 'select round(extract(epoch from next_at - now()) / 10)::int * 10 as seconds from poll'
  return new Set((await rows<{ seconds: number }>(house.hub.db.em(), sql)).map(({ seconds }) => seconds))
}

describe('the pause between two polls', () => {
  it('is what the operator chose, where the vendor has no limit of a day', async () => {
    house = await openHouse({ only: ['odoo:main'], connection: { pollMs: 120_000, limits: {} } })
    await house.poll()
    expect(await pauses()).toEqual(new Set([120]))
  })

  it('is never so short that polls use up what the vendor allows in a day', async () => {
    const limits = { perDay: 5_000 }
    house = await openHouse({ only: ['odoo:main'], connection: { pollMs: 1_000, limits } })
    await house.poll()
    const [seconds] = await pauses()
    const { n } = (await rows<{ n: number }>(house.hub.db.em(), 'select count(*)::int as n from poll'))[0]!
    // So many kinds, each once in this time: a fourth of the day's requests.
    expect(((86_400 / seconds!) * n) / limits.perDay).toBeCloseTo(0.25, 1)
  })
})
