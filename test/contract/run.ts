import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Connector, Erp } from '../../subgraphs/connector.ts'
import { demo } from '../../subgraphs/demo.ts'
import type { Http } from '../../subgraphs/http.ts'
import { type SandboxMount, sandboxes } from '../../subgraphs/sandboxes.ts'
import { connectorOf } from '../../subgraphs/index.ts'
import { SandboxServer } from '../../subgraphs/stage.ts'
import { Bench } from './bench.ts'
import { excuses } from './excuses.ts'
import { checks } from './index.ts'

const NOWHERE: Http = {
  send: () => Promise.reject(new Error('Nothing may be sent while a connection is only looked at.')),
  vault: { read: () => Promise.resolve(null), renew: (renew) => renew(null) },
}

/** The parts of a connection, without sending anything. */
function look(connector: Connector, { factory, seed }: SandboxMount): Erp {
  const url = 'http://127.0.0.1:9/sandbox'
  return connector.connect(connector.config.parse(factory(demo(seed), () => url).config(url)), NOWHERE)
}

/** Runs the whole contract for one connector against one sandbox; a check whose capability is absent is not run. */
export function describeContract(connector: Connector, mount: SandboxMount): void {
  describe(`${mount.name} keeps the contract`, () => {
    const server = new SandboxServer()
    const erp = look(connector, mount)
    const bench = new Bench(connector, mount, server)
    beforeAll(() => server.listen(0))
    afterAll(async () => {
      await bench.end()
      await server.close()
    })

    for (const { id, level, title, needs, sampled, run } of checks) {
      if (needs && !needs(erp, connector)) continue
      const reason = excuses[mount.name]?.[id] ?? excuses[mount.system]?.[id]
      // An excused check must fail, so that an excuse that is no longer needed goes.
      const how = { fails: Boolean(reason) && !sampled, skip: Boolean(reason) && sampled }
      it(`${id} ${level} ${title}${reason ? ` (excused: ${reason})` : ''}`, how, async () => {
        expect.hasAssertions()
        const own = bench.forCheck()
        await run(own).finally(() => own.close())
      })
    }
  })
}

/** How many files share the work, so that every core has some. */
export const SHARES = 4

/** Runs the contract for every connector and sandbox of one share, counted from 0. */
export function describeShare(share: number): void {
  for (const mount of sandboxes.filter((_, index) => index % SHARES === share)) {
    const connector = connectorOf(mount.system)
    if (connector) describeContract(connector, mount)
  }
}
