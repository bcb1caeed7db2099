import { ErpError } from '../schema/errors.ts'

const MAX_PICTURE = 100

function refuse(why: string): never {
  throw new ErpError('VALIDATION', why)
}

function short(what: string, letters: number, most = 1_000_000): void {
  if (!(letters <= most)) refuse(`${what} would make a text that is too long.`)
}

function lengthOf(value: unknown): number {
  return typeof value === 'string' ? value.length : 0
}

function picture(value: unknown): void {
  if (lengthOf(value) > MAX_PICTURE || /\d{3}/.test(String(value ?? '')))
    refuse('The picture is longer or wider than any date or number needs.')
}

function never(name: string, instead: string): (args: unknown[]) => void {
  return () => refuse(`$${name} is not allowed in an expression; ${instead}.`)
}

/** What is looked at before a built-in function runs, so that no single call takes long or grows large. */
export const GUARDS: Record<string, (args: unknown[]) => void> = {
  eval: never('eval', 'write the expression itself'),
  random: never('random', 'every run must give the same'),
  shuffle: never('shuffle', 'every run must give the same'),
  parseInteger: never('parseInteger', 'use $number'),
  toMillis: ([, format]) => format !== undefined && refuse('$toMillis takes ISO 8601 only; use $isoDate.'),
  fromMillis: ([, format]) => picture(format),
  now: ([format]) => picture(format),
  formatInteger: ([, format]) => picture(format),
  formatNumber: ([, format]) => picture(format),
  pad: ([, width]) => short('$pad', Math.abs(Number(width ?? 0))),
  join: ([parts, between]) =>
    short('$join', Array.isArray(parts) ? parts.length * (lengthOf(between) + 1) : 0),
  replace: ([text, , replacement]) =>
    short('$replace', (lengthOf(text) + 1) * 2 * Math.max(1, lengthOf(replacement)), 20_000_000),
  split: ([text, , most]) => short('$split', most === undefined ? lengthOf(text) : 0),
}
