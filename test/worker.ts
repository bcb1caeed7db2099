import type { Config } from '../config.ts'
import type { PushSettings } from '../subgraphs/hub/hub.ts'
import { closeHub, openHub } from '../subgraphs/hub/open.ts'
import { Jobs } from '../subgraphs/hub/jobs.ts'
import { startWorker } from '../subgraphs/hub/worker.ts'

/** What a worker in a process of its own is told, as JSON in WORKER. */
interface Told {
  config: Config
  settings: PushSettings
  name: string
  /** Whether it carries out background jobs too. */
  jobs?: boolean
}

/** Works until it is told to stop, or its parent is gone. */
async function work({ config, settings, name, jobs }: Told): Promise<void> {
  const hub = await openHub(config, settings)
  const worker = startWorker(hub, { name, parallel: 8 })
  const background = new Jobs(hub, hub.handlers)
  if (jobs) background.start()
  process.once('SIGTERM', () => {
    void Promise.all([worker.stop(), background.stop()])
      .then(() => closeHub(hub))
      .then(() => process.exit(0))
  })
  process.send?.('working')
}

process.once('disconnect', () => process.exit(0))
// Everything is loaded by now; the work begins when the test says so.
process.once('message', () => void work(JSON.parse(process.env.WORKER ?? '') as Told))
process.send?.('loaded')
