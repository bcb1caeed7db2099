import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import type { Yard } from './yard.ts'

/** A worker in a process of its own. */
export interface ChildWorker {
  process: ChildProcess
  /** SIGKILL; gives back when the process is gone. */
  kill(): Promise<void>
  /** SIGTERM; gives back when the process has ended by itself. */
  stop(): Promise<void>
}

let started = 0

/** Starts a worker on the yard's database, and waits until it works. */
export async function spawnWorker(yard: Yard): Promise<ChildWorker> {
  started += 1
  const name = `child-${started}`
  const WORKER = JSON.stringify({ config: yard.config, settings: yard.hub.settings, name, parallel: 8 })
  const child = fork(new URL('worker.ts', import.meta.url), {
    execArgv: ['--import', '@oxc-node/core/register'],
    env: { ...process.env, WORKER },
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  })
  await once(child, 'message')
  const end = async (signal: 'SIGKILL' | 'SIGTERM'): Promise<void> => {
    if (child.exitCode !== null || child.signalCode !== null) return
    const gone = once(child, 'exit')
    child.kill(signal)
    await gone
  }
  return { process: child, kill: () => end('SIGKILL'), stop: () => end('SIGTERM') }
}
