import { serverAudits } from 'graphql-http'
import { describe, expect, it } from 'vitest'

/** Every audit of the specification's reference package, each with no error, no warning and no notice. */
export function describeAudits(url: () => string): void {
  describe('GraphQL over HTTP, by the specification', () => {
    const audits = serverAudits({ url: () => `${url()}/graphql` })

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
}
