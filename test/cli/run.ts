import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { resolve } from 'node:path'
import type { Ended } from '../gateway/children.ts'

/** The program as a checkout has it. */
export const BIN = resolve('gateway/cli/bin.mjs')

/** How the command line is called. */
export interface Call {
  bin?: string
  /** Further arguments of Node itself. */
  node?: string[]
  env?: Record<string, string>
  stdin?: string
  cwd?: string
  /** Told of each piece of stdout, and how to end the process. */
  heard?(stdout: string, stop: () => void): void
}

/** Runs the command line in a process of its own, without a terminal. */
export async function erp(words: string[], call: Call = {}): Promise<Ended> {
  const { PATH, HOME } = process.env
  const child = spawn(process.execPath, [...(call.node ?? []), call.bin ?? BIN, ...words], {
    env: { PATH, HOME, ...call.env },
    cwd: call.cwd,
    stdio: 'pipe',
  })
  child.stdin.end(call.stdin ?? '')
  let [stdout, stderr] = ['', '']
  child.stdout.on('data', (chunk: Buffer) => {
    stdout += chunk.toString()
    call.heard?.(stdout, () => void child.kill('SIGTERM'))
  })
  child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()))
  const [code] = (await once(child, 'close')) as [number | null]
  return { code, stdout, stderr }
}
