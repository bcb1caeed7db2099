import type { SandboxAnswer } from '../../sandbox.ts'

const KINDS: Record<number, string> = {
  400: 'validation',
  401: 'authentication',
  403: 'authorization',
  404: 'not_found',
  409: 'conflict',
  429: 'rate_limit',
}

/** A refusal of the second generation. */
export function refuse(
  status: number,
  message: string,
  path: (string | number)[] = [],
  customCode?: string,
): SandboxAnswer {
  const issue = { code: 'custom', path, message, ...(customCode && { customCode }) }
  return { status, body: { error: { kind: KINDS[status] ?? 'unexpected', issues: [issue] } } }
}
