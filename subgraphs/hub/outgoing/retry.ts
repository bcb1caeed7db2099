const DAY_MS = 24 * 3_600_000

/** A receiver that took nothing for so long is told no more. */
export const GIVE_UP_MS = 3 * DAY_MS
/** After so many tries the messages behind are tried too: one that is taken proves that this one is the trouble. */
export const POISON_TRIES = 5

const FIRST_MS = 5_000
const LONGEST_MS = 6 * 3_600_000

/** The pause after so many failed tries: 5 s, tripled each time up to six hours, with jitter; the receiver may ask for more. */
export function pauseAfter(tries: number, askedMs = 0, random: number = Math.random()): number {
  const full = Math.min(LONGEST_MS, FIRST_MS * 3 ** Math.min(tries - 1, 20))
  return Math.max(Math.min(askedMs, LONGEST_MS), Math.round(full * (0.75 + random / 4)))
}
