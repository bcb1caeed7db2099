import { ErpError, type ErrorCode, type ErrorDetails } from '../../../schema/errors.ts'
import type { Problem } from '../../../schema/index.ts'
import { type Check, type ConnectionPolicy, checkOf } from '../../policy.ts'
import { toProblem } from '../../reader.ts'

/** Why a check failed, with the sentence that tells a person what to do about this one. */
export class Finding extends ErpError {
  readonly check: Check
  readonly #advice: string | null

  constructor(
    check: Check,
    code: ErrorCode,
    message: string,
    details: ErrorDetails & { advice?: string } = {},
  ) {
    super(code, message, details)
    this.check = check
    this.#advice = details.advice ?? null
  }

  override get resolution(): string {
    return this.#advice ?? super.resolution
  }
}

/** Collects what is wrong, so that a caller learns all of it at once. */
export class Complaints {
  readonly errors: ErpError[] = []
  readonly #found: Finding[] = []
  readonly #warnings: ErpError[] = []

  add(code: ErrorCode, message: string, field: string, details: ErrorDetails = {}): void {
    this.errors.push(new ErpError(code, message, { ...details, field }))
  }

  /** Notes what a check found; `judge` decides what it does. */
  note(finding: Finding): void {
    this.#found.push(finding)
  }

  /** Notes what stops nobody. */
  warn(error: ErpError): void {
    this.#warnings.push(error)
  }

  /** Turns what was noted into errors or warnings, as the policy of the connection says. */
  judge(policy: ConnectionPolicy | null | undefined): void {
    for (const finding of this.#found.splice(0)) {
      const verdict = checkOf(policy, finding.check).policy
      if (verdict === 'REFUSE') this.errors.push(finding)
      if (verdict === 'WARN') this.#warnings.push(finding)
    }
  }

  get warnings(): Problem[] {
    return problemsOf(this.#warnings)
  }
}

/** Errors as data; one that is of no connection names none. */
export function problemsOf(errors: ErpError[]): Problem[] {
  return errors.map((error) => ({ ...toProblem(error, ''), connection: error.connection || null }))
}
