import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { ConfigError } from '../config.ts'

/**
 * Takes a data folder for this process: two on one embedded database would destroy it. Gives back how to let go.
 * What a killed process left behind does not count. Throws ConfigError.
 */
export function lockFolder(dataDir: string): () => void {
  const path = join(dataDir, 'lock')
  mkdirSync(dataDir, { recursive: true })
  const holder = read(path)
  if (holder !== null && holder !== process.pid && isAlive(holder)) {
    throw new ConfigError(
      `DATA_DIR: ${dataDir} is in use by process ${holder}. Example: DATA_DIR=./data2 npm start`,
    )
  }
  writeFileSync(path, String(process.pid))
  return () => rmSync(path, { force: true })
}

function read(path: string): number | null {
  try {
    return Number(readFileSync(path, 'utf8')) || null
  } catch {
    return null
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    // Not ours to signal, but there.
    return error instanceof Error && 'code' in error && error.code === 'EPERM'
  }
}
