import type { OpenConnection } from '../../connections.ts'
import { KINDS, readOf } from '../kinds.ts'
import type { SyncSetting } from './read.ts'

const MINUTE_MS = 60_000
const HOUR_MS = 60 * MINUTE_MS
const DAY_MS = 24 * HOUR_MS
/** Where webhooks tell what changes, so often a poll finds what a lost one missed. */
const SAFETY_MS = 15 * MINUTE_MS
/** Which part of a day's requests polls may use, so that people and pushes never find it used up. */
const POLL_SHARE = 0.25

/** The shortest and longest pause of a poll that an operator may choose, in milliseconds. */
export const EVERY_MS = { least: MINUTE_MS, most: 15 * MINUTE_MS }

function chosen({ erp, settings }: OpenConnection, { mode, everyMs }: SyncSetting): number {
  if (mode === 'HOURLY') return HOUR_MS
  if (mode === 'DAILY') return DAY_MS
  const own = erp.changes ? settings.pollMs : settings.sweepMs
  return mode === 'WEBHOOK' ? Math.max(own, SAFETY_MS) : (everyMs ?? own)
}

/** The pause that an operator chose, or a longer one: polls may use a part of what the vendor allows in a day. */
export function pauseOf(open: OpenConnection, setting: SyncSetting): number {
  const { perDay } = open.limits
  const kinds = KINDS.filter((kind) => readOf(open.erp, kind)).length
  const pause = chosen(open, setting)
  return perDay ? Math.max(pause, Math.ceil((DAY_MS * kinds) / (perDay * POLL_SHARE))) : pause
}
