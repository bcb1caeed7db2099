import { serverAudits } from 'graphql-http'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type TestHouse, openHouse } from '../whole.ts'

let house: TestHouse
let url = ''

beforeAll(async () => {
  house = await openHouse({ only: ['odoo:main'] })
  url = `${(await house.serve()).url}/graphql`
})
afterAll(() => house.close())

describe('GraphQL over HTTP, by the specification', () => {
  const audits = serverAudits({ url: () => url })

  it('has 61 audits', () => {
    expect(audits).toHaveLength(61)
  })

  for (const { id, name, fn } of audits) {
    it(`${id} ${name}`, async () => {
      const result = await fn()
      const reason = result.status === 'ok' ? '' : result.reason
      expect(`${result.status} ${reason}`).toBe('ok ')
    })
  }
})
