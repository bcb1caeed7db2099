import type { z } from 'zod'
import { ErpError } from '../../schema/errors.ts'

/** Something wrong in a manifest, and where. */
export interface ManifestProblem {
  path: PropertyKey[]
  message: string
}

/** A manifest that cannot be used, with every problem that was found. */
export class ManifestError extends ErpError {
  readonly problems: ManifestProblem[]

  constructor(problems: ManifestProblem[]) {
    const shown = problems.slice(0, 5).map(({ path, message }) => `${path.map(String).join('.')}: ${message}`)
    super('VALIDATION', `The manifest cannot be used. ${shown.join(' ')}`, { field: 'manifest' })
    this.problems = problems
  }
}

const NO_QUOTES =
  'quotes.create cannot be used: quotes are read from a source, and nothing here writes them. Leave it out.'

/** A part of a manifest that has not the form of one, in words. */
export function problemOf(issue: z.core.$ZodIssue): ManifestProblem {
  const { path, message } = issue
  if (issue.code === 'unrecognized_keys' && issue.keys.includes('quotes.create'))
    return { path: [...path, 'quotes.create'], message: NO_QUOTES }
  return { path, message: /[.!]$/.test(message) ? message : `${message}.` }
}
