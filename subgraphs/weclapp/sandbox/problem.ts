import { Answered } from '../../refusal.ts'
import type { SandboxAnswer } from '../../sandbox.ts'

/** One finding of a validation; `type` is its last segment. */
export interface Finding {
  type: string
  detail: string
  location: string
}

const PAGE = '/webapp/view/api/errors.html#!'

/** The body of a refusal: https://www.weclapp.com/api/ (errors) */
export function problem(
  status: number,
  type: string,
  detail: string,
  findings: Finding[] = [],
): SandboxAnswer {
  const validationErrors = findings.map((one) => ({
    type: `${PAGE}/validation/${one.type}`,
    title: one.detail,
    detail: one.detail,
    location: one.location,
  }))
  return {
    status,
    body: {
      detail,
      error: detail,
      status,
      title: findings.length > 0 ? 'entity validation failed' : detail,
      type: `${PAGE}/errors/${type}`,
      ...(findings.length > 0 ? { validationErrors } : {}),
    },
  }
}

/** Refuses with one finding. */
export function invalid(type: string, location: string, detail: string): Answered {
  return new Answered(problem(400, 'validation', detail, [{ type, detail, location }]))
}
