import { expect } from 'vitest'
import type { Check } from './check.ts'

/** Where a person signs in at the vendor. */
export const signin: Check[] = [
  {
    id: 'C113',
    level: 'MUST',
    title: 'a person signs in at absolute addresses, over https where the vendor is not the sandbox',
    needs: (_erp, { signIn }) => signIn,
    async run(bench) {
      const { connector } = bench
      const values = (await bench.calm).sandbox.config('http://127.0.0.1:9/sandbox')
      const signIn = connector.signIn?.(connector.config.parse(values))
      // Null says that nobody has to sign in with this configuration.
      expect(signIn).not.toBeUndefined()
      if (!signIn) return
      const { authorizeUrl, tokenUrl, scopes } = signIn
      for (const address of [authorizeUrl, tokenUrl]) {
        const { protocol, host } = new URL(address)
        expect(protocol === 'https:' || host.startsWith('127.0.0.1')).toBe(true)
      }
      expect(scopes.every((scope) => /^\S+$/.test(scope))).toBe(true)
    },
  },
]
