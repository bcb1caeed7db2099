import type { SandboxAnswer } from '../../sandbox.ts'

/** What Frappe answers besides the message itself. */
interface Raising {
  status?: number
  title?: string
  /** Raised inside ERPNext's own code rather than the framework. */
  app?: boolean
  /** What stands behind "exception" where it is not the message. */
  exception?: string
  /** Only shown, while the error itself is raised elsewhere. */
  shown?: boolean
  /** Messages that were shown before this one. */
  earlier?: string[]
}

const TRACEBACK =
  'Traceback (most recent call last):\n  File "apps/frappe/frappe/app.py", line 114, in application\n'
const STATUS: Record<string, number> = {
  AuthenticationError: 401,
  PermissionError: 403,
  DoesNotExistError: 404,
  DuplicateEntryError: 409,
  TooManyRequestsError: 429,
  SessionStopped: 503,
  QueryDeadlockError: 500,
}

let given = 0
function messageId(): string {
  given += 1
  return given.toString(16).padStart(56, '0')
}

/** An error of Frappe on its way to the answer. */
export class Raised extends Error {
  readonly type: string
  readonly raising: Raising

  constructor(type: string, message: string, raising: Raising = {}) {
    super(message)
    this.type = type
    this.raising = raising
  }

  get status(): number {
    return this.raising.status ?? STATUS[this.type] ?? 417
  }

  /** The answer of v1: the messages are JSON texts inside a JSON text. */
  answer(): SandboxAnswer {
    const { type, message, raising } = this
    const framework = /^[A-Z]\w+Error$|^[A-Z]\w+$/.test(type) && this.status !== 500
    const path = framework
      ? `frappe.exceptions.${type}`
      : type === 'JSONDecodeError'
        ? `json.decoder.${type}`
        : type
    const exception = raising.exception ?? (message ? `${path}: ${message}` : path)
    const body: Record<string, unknown> =
      this.status === 404 ? { exc_type: type } : { exception, exc_type: type }
    if (raising.app) body._exc_source = 'erpnext (app)'
    if (this.status !== 404) body.exc = JSON.stringify([`${TRACEBACK}${exception}\n`])
    const all = [...(raising.earlier ?? []), ...(message ? [message] : [])]
    if (all.length > 0 && this.status !== 500 && type !== 'PermissionError')
      body._server_messages = messages(all, raising.title, raising.shown)
    return { status: this.status, body: JSON.stringify(body) }
  }
}

/** `_server_messages` of a refusal. */
function messages(all: string[], title = 'Message', shown = false): string {
  const raised = () => (shown ? {} : { raise_exception: 1, __frappe_exc_id: messageId() })
  return JSON.stringify(
    all.map((message) => JSON.stringify({ message, title, indicator: 'red', ...raised() })),
  )
}

/** `_server_messages` of a warning, which comes with 200. */
export function warning(message: string): string {
  return JSON.stringify([JSON.stringify({ message, title: 'Note', indicator: 'yellow' })])
}

/** A missing right is told twice, in two wordings. */
export class Forbidden extends Raised {
  readonly #plain: string

  constructor(message: string, plain: string) {
    super('PermissionError', message)
    this.#plain = plain
  }

  override answer(): SandboxAnswer {
    const exception = 'frappe.exceptions.PermissionError'
    const body = {
      exception,
      exc_type: 'PermissionError',
      exc: JSON.stringify([`${TRACEBACK}${exception}\n`]),
      _server_messages: JSON.stringify([JSON.stringify({ message: this.message, title: 'Message' })]),
      _error_message: this.#plain,
    }
    return { status: 403, body: JSON.stringify(body) }
  }
}

/** A business rule of ERPNext that says no. */
export function refuse(message: string, app = true): never {
  throw new Raised('ValidationError', message, { app })
}
