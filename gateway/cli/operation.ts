import { OperationDocument, type OperationStateFragment } from '../../client/index.ts'
import { EXIT, Refusal } from './exit.ts'
import type { Graph } from './graph.ts'
import { sentence } from './print.ts'

/** An operation as the client's documents ask for it. */
export type State = OperationStateFragment

const FINAL = ['DONE', 'REFUSED', 'DEAD', 'CANCELLED', 'UNCERTAIN']
/** So long it is waited for an operation, in seconds, where nothing else is said. */
const USUAL_S = 300

/** The options of commands that can wait for an end. */
export const WAIT = {
  wait: { type: 'boolean', about: 'until it is done or failed' },
  timeout: { type: 'string', value: 'SECONDS', about: `wait no longer than this (${USUAL_S})` },
} as const

/** Follows an operation to its end; each state on the way is told to a terminal. Throws Refusal when it takes too long. */
export async function ended(graph: Graph, id: string, timeout: string | undefined): Promise<State> {
  const seconds = Number(timeout ?? USUAL_S)
  const signal = AbortSignal.timeout((Number.isFinite(seconds) ? seconds : USUAL_S) * 1000)
  let seen: string | null = null
  try {
    for await (const { operation } of graph.subscribe(OperationDocument, { id }, { signal })) {
      if (FINAL.includes(operation.status)) return operation
      if (process.stderr.isTTY && seen !== operation.status) process.stderr.write(`${operation.status}\n`)
      seen = operation.status
    }
  } catch (error) {
    if (!signal.aborted) throw error
  }
  const more = 'It goes on by itself; look again, or wait longer with --timeout.'
  throw new Refusal('DEADLINE_EXCEEDED', `${id} is still ${seen ?? 'on its way'} after ${seconds} s.`, more)
}

/** An operation in one line. */
export function line({ id, status, object, connection, externalNumber, problem }: State): string {
  const what = [id, status, object.toLowerCase(), externalNumber, `at ${connection}`]
    .filter(Boolean)
    .join(' ')
  return problem ? `${what}\n  ${sentence(problem)}` : what
}

/** The exit code that a state comes to. */
export function exitOf({ status }: Pick<State, 'status'>): number {
  return FINAL.includes(status) && status !== 'DONE' ? EXIT.failed : EXIT.ok
}
