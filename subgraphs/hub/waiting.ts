import { setTimeout as wait } from 'node:timers/promises'
import type { Hub } from './hub.ts'
import { FINAL, type Operation } from './operations.ts'
import { OperationTable } from './tables.ts'

const MAX_WAIT_MS = 30_000
const LOOK_MS = 500

/** The operations in the given order, once all of them are final or wait for a person, or `waitMs` have passed. */
export async function untilFinal(hub: Hub, ids: string[], waitMs: number): Promise<Operation[]> {
  const until = performance.now() + Math.min(waitMs, MAX_WAIT_MS)
  let told = Promise.withResolvers<void>()
  const off = hub.db.bus.on('event', (id) => {
    if (ids.includes(id)) told.resolve()
  })
  try {
    for (;;) {
      told = Promise.withResolvers<void>()
      const found = await hub.db.em().find(OperationTable, { id: { $in: ids } })
      const left = until - performance.now()
      const rests = found.every(({ status }) => FINAL.includes(status) || status === 'UNCERTAIN')
      if (rests || left <= 0) return ids.flatMap((id) => found.find((row) => row.id === id) ?? [])
      const rested = new AbortController()
      const look = wait(Math.min(LOOK_MS, left), undefined, { signal: rested.signal }).catch(() => {})
      await Promise.race([told.promise, look])
      rested.abort()
    }
  } finally {
    off()
  }
}
