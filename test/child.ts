import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import type { Yard } from './yard.ts'
import { LOADER } from './loader.ts'

let forked = 0

/** A worker in a process of its own; it is loaded while the test does something else. */
export class ChildWorker {
  readonly name: string
  readonly #process: ChildProcess
  readonly #loaded: Promise<unknown>

  constructor({ config, hub }: Pick<Yard, 'config' | 'hub'>, more: { jobs?: boolean } = {}) {
    forked += 1
    this.name = `child-${forked}`
    const WORKER = JSON.stringify({ config, settings: hub.settings, name: this.name, ...more })
    this.#process = fork(new URL('worker.ts', import.meta.url), {
      execArgv: LOADER,
      env: { ...process.env, WORKER },
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    })
    this.#loaded = once(this.#process, 'message')
  }

  /** Begins to work. */
  async start(): Promise<this> {
    await this.#loaded
    const working = once(this.#process, 'message')
    this.#process.send('start')
    await working
    return this
  }

  /** SIGKILL: gone in the middle of whatever it did. */
  kill(): Promise<void> {
    return this.#end('SIGKILL')
  }

  /** SIGTERM: finishes and ends by itself. */
  stop(): Promise<void> {
    return this.#end('SIGTERM')
  }

  /** SIGSTOP: stands still, with open connections, for as long as it likes. */
  freeze(): void {
    this.#process.kill('SIGSTOP')
  }

  /** SIGCONT: goes on as if no time had passed. */
  thaw(): void {
    this.#process.kill('SIGCONT')
  }

  async #end(signal: 'SIGKILL' | 'SIGTERM'): Promise<void> {
    if (this.#process.exitCode !== null || this.#process.signalCode !== null) return
    const gone = once(this.#process, 'exit')
    this.#process.kill(signal)
    await gone
  }
}
