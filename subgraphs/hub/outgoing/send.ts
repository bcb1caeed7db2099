import { Agent, request } from 'undici'
import { ErpError } from '../../../schema/errors.ts'
import type { Problem } from '../../../schema/index.ts'
import { guardedConnect, refuseAddress } from '../../address.ts'
import { retryAfter } from '../../http.ts'

/** What became of one message. */
export interface Sent {
  at: Date
  durationMs: number
  /** Null when no answer came. */
  status: number | null
  /** The beginning of the answer, for a person who looks for the cause. */
  response: string | null
  /** Null when the receiver took it. */
  problem: Problem | null
  /** How long the receiver wants to be left alone. */
  retryAfterMs: number
}

const TIMEOUT_MS = 15_000
const SHOWN = 500

/**
 * The way out to the receivers of webhooks: the address that is connected to is checked, not only the name;
 * redirects are not followed, and only the beginning of an answer is read.
 */
export class Way {
  readonly #allowHosts: string[]
  readonly #timeoutMs: number
  #agent: Agent | null = null

  constructor(allowHosts: string[], timeoutMs = TIMEOUT_MS) {
    this.#allowHosts = allowHosts
    this.#timeoutMs = timeoutMs
  }

  /** Sends a message once. Never throws: what went wrong stands in the problem. */
  async post(
    url: string,
    headers: Record<string, string>,
    body: string,
    signal?: AbortSignal,
  ): Promise<Sent> {
    const at = new Date()
    const timeout = AbortSignal.timeout(this.#timeoutMs)
    const got = await this.#once(url, headers, body, signal ? AbortSignal.any([signal, timeout]) : timeout)
      .then(({ problem, ...rest }) => ({ ...rest, problem: problem && toProblem(problem) }))
      .catch((error: unknown) => {
        const problem = toProblem(this.#lost(error, timeout.aborted))
        return { status: null, response: null, problem, retryAfterMs: 0 }
      })
    return { at, durationMs: Date.now() - at.getTime(), ...got }
  }

  async close(): Promise<void> {
    await this.#agent?.destroy()
  }

  async #once(url: string, headers: Record<string, string>, body: string, signal: AbortSignal) {
    refuseAddress(url, this.#allowHosts)
    this.#agent ??= new Agent({ connections: 1, connect: guardedConnect(this.#allowHosts) })
    const answer = await request(url, { method: 'POST', headers, body, dispatcher: this.#agent, signal })
    const { statusCode: status } = answer
    const response = await beginning(answer.body)
    const plain = Object.fromEntries(
      Object.entries(answer.headers).map(([name, value]) => [name, String(value)]),
    )
    return { status, response, problem: refusal(status), retryAfterMs: retryAfter(plain) ?? 0 }
  }

  #lost(error: unknown, isLate: boolean): ErpError {
    if (error instanceof ErpError) return error
    if (isLate)
      return new ErpError(
        'DEADLINE_EXCEEDED',
        `The receiver did not answer within ${this.#timeoutMs / 1000} s.`,
      )
    const code = error instanceof Error && 'code' in error ? ` (${String(error.code)})` : ''
    return new ErpError('UNAVAILABLE', `The receiver cannot be reached${code}.`)
  }
}

function refusal(status: number): ErpError | null {
  if (status >= 200 && status < 300) return null
  const why = status >= 300 && status < 400 ? '; redirects are not followed' : ''
  return new ErpError('BAD_ANSWER', `The receiver answered ${status}${why}.`)
}

function toProblem({ code, message }: ErpError): Problem {
  const resolution =
    code === 'VALIDATION'
      ? 'Give the subscription an https address that the public internet can reach, or list it in allowHosts.'
      : 'Check the receiver; the message is sent again by itself, or by replayWebhook.'
  return { code, message, resolution }
}

async function beginning(body: AsyncIterable<Buffer> & { destroy(): unknown }): Promise<string> {
  const chunks: Buffer[] = []
  let size = 0
  try {
    for await (const chunk of body) {
      chunks.push(chunk)
      size += chunk.length
      if (size > 4 * SHOWN) break
    }
  } catch {
    // The status has come; how the rest of the answer ends does not matter.
  } finally {
    if (size > 4 * SHOWN) body.destroy()
  }
  return Buffer.concat(chunks).toString('utf8').replaceAll('\0', '').slice(0, SHOWN)
}
