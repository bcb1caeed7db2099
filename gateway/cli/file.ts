import { readFileSync } from 'node:fs'
import { UsageError } from './exit.ts'

/** The text of a file, or of stdin for "-". Throws UsageError where it cannot be read. */
export function textOf(path: string): string {
  try {
    return readFileSync(path === '-' ? 0 : path, 'utf8')
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown'
    throw new UsageError(`${path} cannot be read (${code}).`)
  }
}

/** What a JSON or YAML file says; `${NAME}` is taken from the environment. Throws UsageError. */
export async function objectOf(path: string): Promise<Record<string, unknown>> {
  const { parse } = await import('yaml')
  const text = textOf(path)
  let value: unknown
  try {
    value = parse(text)
  } catch {
    throw new UsageError(`${path} is neither JSON nor YAML.`)
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new UsageError(`${path} must hold an object.`)
  return filled(value) as Record<string, unknown>
}

/** Filled in after the file was understood, so that no sign of a password is taken for YAML. */
function filled(value: unknown): unknown {
  if (typeof value === 'string') return value.replace(/\$\{(\w+)\}/g, (_whole, name: string) => fromEnv(name))
  if (Array.isArray(value)) return value.map(filled)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, filled(one)]))
}

/** A variable of the environment. Throws UsageError where it is not set. */
export function fromEnv(name: string): string {
  const value = process.env[name]
  if (value === undefined) throw new UsageError(`The environment has no ${name}.`)
  return value
}
