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
