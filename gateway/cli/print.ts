/** Writes the outcome: as one JSON document, or as lines for people. */
export function print(isJson: boolean | undefined, data: unknown, lines: () => string[]): void {
  const text = isJson ? [JSON.stringify(data, null, 2)] : lines()
  process.stdout.write(text.map((line) => `${line}\n`).join(''))
}

/** Rows with their columns under each other. */
export function table(rows: (string | null | undefined)[][]): string[] {
  const widths: number[] = []
  for (const row of rows)
    row.forEach((cell, index) => (widths[index] = Math.max(widths[index] ?? 0, (cell ?? '').length)))
  return rows.map((row) =>
    row
      .map((cell, index) => (cell ?? '').padEnd(widths[index] ?? 0))
      .join('  ')
      .trimEnd(),
  )
}

/** A problem of the graph. */
export interface Problem {
  code: string
  message: string
  resolution: string
  field?: string | null
}

/** A problem in one sentence, with what to do next. */
export function sentence({ code, message, resolution, field }: Problem): string {
  return `${code}${field ? ` (${field})` : ''}: ${message} ${resolution}`
}
