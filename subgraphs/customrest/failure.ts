import { ErpError, type ErrorCode } from '../../schema/errors.ts'
import type { Expression } from '../expression.ts'
import { retryAfter } from '../http.ts'
import type { Document } from './answer.ts'
import type { ErrorRules, Loaded, Operation } from './loaded.ts'
import type { CapabilityName } from './manifest.ts'

type Retry = ErrorRules['rules'][number]['retry']

const BY_STATUS: Record<number, ErrorCode> = {
  400: 'VALIDATION',
  401: 'AUTHENTICATION_FAILED',
  403: 'PERMISSION_DENIED',
  404: 'NOT_FOUND',
  408: 'UNAVAILABLE',
  409: 'CONFLICT',
  412: 'CONFLICT',
  422: 'VALIDATION',
  429: 'RATE_LIMITED',
}

/** What a rule says of trying again; without one a conflict is for a person, all else as its class has it. */
function againOf(retry: Retry | null, code: ErrorCode, name: CapabilityName): boolean | undefined {
  if (retry === null) return code === 'CONFLICT' ? false : undefined
  if (retry === 'afterRefresh') return undefined
  return retry === 'readsOnly' ? reads(name) : retry !== 'never'
}

/** Whether sending a capability's request twice does no harm. */
export function reads(name: CapabilityName): boolean {
  return !/\.(create|update|cancel)$/.test(name)
}

/** Why an answer is a failure, and whether fresh credentials may help. */
export interface Failure {
  error: ErpError
  refresh: boolean
}

/**
 * Why an answer is a failure by the manifest's rules, the capability's own first; null where it is none. `failed`:
 * it is one, whatever its status.
 */
export async function failureOf(
  loaded: Loaded,
  { name, errors }: Pick<Operation, 'name' | 'errors'>,
  document: Document,
  failed = false,
): Promise<Failure | null> {
  const { status } = document
  const fine = status >= 200 && status < 300
  const judge = errors.find(({ isSuccess }) => isSuccess)?.isSuccess
  if (!failed && fine && (!judge || (await holds(judge, document)))) return null
  const rule = await ruleOf(errors, document)
  const code =
    rule?.code ??
    BY_STATUS[status] ??
    (fine || (status >= 400 && status < 500) ? 'VALIDATION' : 'UNAVAILABLE')
  const retry = rule?.retry ?? (status === 401 ? 'afterRefresh' : null)
  const teller = rule?.message ?? errors.find(({ message }) => message)?.message ?? null
  const said = (await wordsOf(teller, document)) ?? plainText(document.body)
  const field = (await wordsOf(rule?.field ?? null, document)) ?? undefined
  const error = new ErpError(code, `${loaded.manifest.name} refuses (${status}): ${said.slice(0, 200)}`, {
    said,
    field,
    retryable: againOf(retry, code, name),
    retryAfterMs: pauseOf(loaded, document),
  })
  return { error, refresh: retry === 'afterRefresh' }
}

async function ruleOf(errors: ErrorRules[], document: Document) {
  for (const rule of errors.flatMap(({ rules }) => rules)) {
    if (rule.status && !rule.status.includes(document.status)) continue
    if (!rule.when || (await holds(rule.when, document))) return rule
  }
  return null
}

/** Whether a condition holds; one that cannot be reckoned over this answer does not. */
export async function holds(condition: Expression, document: Document): Promise<boolean> {
  return condition.run(document).then(
    (value) => value === true,
    () => false,
  )
}

async function wordsOf(expression: Expression | null, document: Document): Promise<string | null> {
  const value = await expression?.run(document).catch(() => null)
  return typeof value === 'string' || typeof value === 'number' ? String(value) : null
}

function pauseOf({ manifest }: Loaded, { status, headers }: Document): number | undefined {
  const { limits } = manifest
  const own = headers[limits?.retryAfterHeader?.toLowerCase() ?? 'retry-after'] ?? headers['retry-after']
  const reset = headers[limits?.resetHeader?.toLowerCase() ?? '']
  if (own) return retryAfter({ 'retry-after': own })
  if (status !== 429 || !reset) return undefined
  const seconds = limits?.resetFormat === 'epochSeconds' ? Number(reset) - Date.now() / 1000 : Number(reset)
  return Number.isFinite(seconds)
    ? Math.max(0, Math.ceil(seconds * 1000))
    : retryAfter({ 'retry-after': reset })
}

function plainText(body: unknown): string {
  return typeof body === 'string' ? body.slice(0, 300) : (JSON.stringify(body) ?? 'no words').slice(0, 300)
}
