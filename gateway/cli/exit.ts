import { GraphError } from '../../client/errors.ts'
import { ERROR_CODES } from '../../schema/errors.ts'

/** How a command ends: documented, so that scripts can rely on it. */
export const EXIT = { ok: 0, failed: 1, usage: 2, unreachable: 3, notAllowed: 4 } as const

/** The command was typed wrongly; the message says how it is typed. */
export class UsageError extends Error {}

/** Something was refused or failed, as told by the graph or seen here. */
export class Refusal extends Error {
  readonly code: string
  readonly resolution: string

  constructor(code: string, message: string, resolution: string) {
    super(message)
    this.code = code
    this.resolution = resolution
  }
}

/** Why a command did not do what it should, as people and scripts read it. */
export interface Told {
  exit: number
  code: string
  message: string
  resolution: string
  field?: string
  requestId?: string
}

const NOT_ALLOWED = ['UNAUTHENTICATED', 'FORBIDDEN']

/** What is to be told of an error, and the exit code that goes with it. Never a stack trace. */
export function told(error: unknown): Told {
  if (error instanceof UsageError)
    return { exit: EXIT.usage, code: 'USAGE', message: error.message, resolution: 'See --help.' }
  if (error instanceof GraphError) return ofGraph(error)
  if (error instanceof Refusal) {
    const { code, message, resolution } = error
    return { exit: EXIT.failed, code, message, resolution }
  }
  const message = error instanceof Error ? (error.message.split('\n')[0] ?? '') : String(error)
  return { exit: EXIT.failed, code: 'INTERNAL', message, resolution: '' }
}

function ofGraph(error: GraphError): Told {
  const { code, message, errors, field, requestId } = error
  // Without an error of the graph nothing of it was reached.
  if (errors.length === 0)
    return {
      exit: EXIT.unreachable,
      code,
      message,
      resolution: 'Check --url, and that it runs there: erp-supergraph start',
    }
  const exit = NOT_ALLOWED.includes(code) ? EXIT.notAllowed : EXIT.failed
  const resolution =
    code === 'UNAUTHENTICATED'
      ? 'Give a valid key by ERP_SUPERGRAPH_KEY.'
      : (ERROR_CODES[code]?.resolution ?? '')
  return {
    ...{ exit, code, message, resolution },
    ...(field && { field }),
    ...(requestId && code === 'INTERNAL' && { requestId }),
  }
}
