import { createHash } from 'node:crypto'

/** The id that stands for nothing. */
export const NO_ID = '00000000-0000-0000-0000-000000000000'
/** The day that stands for none. */
export const NO_DAY = '0001-01-01'
/** The instant that stands for none. */
export const NO_TIME = '0001-01-01T00:00:00Z'

/** The same id for the same name in every sandbox. */
export function guidOf(name: string): string {
  const hex = createHash('sha256').update(name).digest('hex')
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-ee11-8${hex.slice(13, 16)}-${hex.slice(16, 28)}`
}

/** Milliseconds since 1970 as Business Central writes instants: no zeros at the end. */
export function timeOf(ms: number): string {
  return new Date(ms).toISOString().replace(/\.?0*Z$/, 'Z')
}
