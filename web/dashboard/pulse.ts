import type { SyncEvent } from './live.ts'

type Listener = (event: SyncEvent | null) => void

const listeners = new Set<Listener>()

/** Beats with each event of the sync, whatever page is open; null: some may have been missed. */
export const pulse = {
  on(listener: Listener): () => void {
    listeners.add(listener)
    return () => void listeners.delete(listener)
  },
  beat(event: SyncEvent | null): void {
    for (const listener of listeners) listener(event)
  },
}
