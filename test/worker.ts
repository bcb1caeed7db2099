import { openHub, closeHub } from '../subgraphs/hub/open.ts'
import type { PushSettings } from '../subgraphs/hub/hub.ts'
import { startWorker } from '../subgraphs/hub/worker.ts'
import type { Config } from '../config.ts'

/** A worker in a process of its own, for tests that kill it. Its settings come as JSON in WORKER. */
const { config, settings, name, parallel } = JSON.parse(process.env.WORKER ?? '{}') as {
  config: Config
  settings: PushSettings
  name: string
  parallel: number
}
const hub = await openHub(config, settings)
const worker = startWorker(hub, { name, parallel })
process.once('SIGTERM', () => {
  void worker
    .stop()
    .then(() => closeHub(hub))
    .then(() => process.exit(0))
})
process.once('disconnect', () => process.exit(0))
process.send?.('ready')
