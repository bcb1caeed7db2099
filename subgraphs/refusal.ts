import type { SandboxAnswer } from './sandbox.ts'

/** What the server behind a sandbox refuses, thrown from deep inside: its status, its code, its words. */
export class Refusal extends Error {
  readonly status: number
  readonly code: string
  /** The field that it names; empty where it names none. */
  readonly field: string

  constructor(status: number, code: string, message: string, field = '') {
    super(message)
    this.status = status
    this.code = code
    this.field = field
  }
}

/** Ends a request to a sandbox with an answer that is ready. */
export class Answered extends Error {
  readonly answer: SandboxAnswer

  constructor(answer: SandboxAnswer) {
    super('refused')
    this.answer = answer
  }
}
