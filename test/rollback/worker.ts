import type { Config } from '../../config.ts'
import type { PushSettings } from '../../subgraphs/hub/hub.ts'
import { Jobs } from '../../subgraphs/hub/jobs.ts'
import { openHub } from '../../subgraphs/hub/open.ts'
import { startWorker } from '../../subgraphs/hub/worker.ts'

/** Pushes and background jobs in a process of their own, until it is killed or its parent is gone. */
async function work({ config, settings }: { config: Config; settings: PushSettings }): Promise<void> {
  const hub = await openHub(config, settings)
  startWorker(hub, { name: 'child', parallel: 8 })
  new Jobs(hub, hub.handlers).start()
}

process.once('disconnect', () => process.exit(0))
await work(JSON.parse(process.env.WORKER ?? '') as Parameters<typeof work>[0])
process.send?.('working')
