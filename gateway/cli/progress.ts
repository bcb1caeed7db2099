/** How far something is. */
export interface Progress {
  done: number
  failed: number
  /** Null while nobody knows. */
  total: number | null
  ratePerMinute?: number | null
  remainingMs?: number | null
}

const CELLS = 28

/** A line that is written over itself on a terminal, and nothing where there is none; null ends it. */
export function bar(out: {
  isTTY?: boolean
  write(text: string): unknown
}): (progress: Progress | null) => void {
  if (!out.isTTY) return () => {}
  return (progress) => out.write(progress ? `\r\u001B[2K${lineOf(progress)}` : '\n')
}

/** The line for people: how much of it is there, how fast it goes, and how long it will take. */
export function lineOf({ done, failed, total, ratePerMinute, remainingMs }: Progress): string {
  const share = total ? Math.min(1, (done + failed) / total) : 0
  const full = Math.floor(share * CELLS)
  const cells = total === null ? '·'.repeat(CELLS) : '█'.repeat(full) + '░'.repeat(CELLS - full)
  const parts = [
    total === null ? `${done}` : `${done} of ${total}`,
    failed > 0 ? `${failed} failed` : '',
    ratePerMinute ? `${Math.round(ratePerMinute)}/min` : '',
    remainingMs ? `${Math.ceil(remainingMs / 1000)} s left` : '',
  ]
  return `${cells} ${Math.floor(share * 100)} % ${parts.filter(Boolean).join(', ')}`
}
