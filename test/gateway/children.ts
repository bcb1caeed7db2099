import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { LOADER } from '../loader.ts'

/** How a child process ended. */
export interface Ended {
  code: number | null
  stdout: string
  stderr: string
}

/** A program of ours in a process of its own, with an environment of its own. */
export class Program {
  readonly #child: ChildProcess
  readonly #ended: Promise<Ended>
  #stdout = ''
  #stderr = ''

  constructor(file: string, args: string[], env: Record<string, string>) {
    const { PATH, HOME } = process.env
    this.#child = spawn(process.execPath, [...LOADER, file, ...args], {
      env: { PATH, HOME, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    this.#child.stdout!.on('data', (chunk: Buffer) => (this.#stdout += chunk.toString()))
    this.#child.stderr!.on('data', (chunk: Buffer) => (this.#stderr += chunk.toString()))
    this.#ended = once(this.#child, 'close').then(([code]) => ({
      code: code as number | null,
      stdout: this.#stdout,
      stderr: this.#stderr,
    }))
  }

  /** The first group of the pattern, once it was printed; rejects when the program ends before. */
  async says(pattern: RegExp): Promise<string> {
    let isOver = false
    void this.#ended.then(() => (isOver = true))
    for (;;) {
      const found = pattern.exec(this.#stdout)
      if (found) return found[1] ?? found[0]
      if (isOver) throw new Error(`It ended without saying ${pattern}: ${this.#stdout}${this.#stderr}`)
      await Promise.race([once(this.#child.stdout!, 'data'), this.#ended])
    }
  }

  ended(): Promise<Ended> {
    return this.#ended
  }

  /** SIGKILL, if it still runs. */
  async kill(): Promise<void> {
    this.#child.kill('SIGKILL')
    await this.#ended
  }

  /** SIGTERM, and how it ended then. */
  stop(): Promise<Ended> {
    this.#child.kill('SIGTERM')
    return this.#ended
  }
}

/** An empty folder, and how to remove it. */
export async function folder(): Promise<{ path: string; remove(): Promise<void> }> {
  const path = await mkdtemp(join(tmpdir(), 'erp-supergraph-'))
  return { path, remove: () => rm(path, { recursive: true, force: true }) }
}
