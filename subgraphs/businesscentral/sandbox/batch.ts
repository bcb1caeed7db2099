import type { SandboxAnswer, SandboxRequest } from '../../sandbox.ts'
import { refuse } from './answers.ts'

/** One part as it came; numbers keep their spelling. */
export interface Part {
  id?: string
  method?: string
  url?: string
  headers?: Record<string, string>
  body?: unknown
}

const MOST = 100

/**
 * Runs the parts one after the other. With snapshot isolation a refused part takes the others back, although
 * their answers still show success; without `odata.continue-on-error` the first refusal ends the batch.
 */
export function runBatch(
  parts: Part[],
  outer: SandboxRequest,
  root: string,
  one: (request: SandboxRequest) => SandboxAnswer,
  back: () => void,
): SandboxAnswer {
  if (parts.length > MOST)
    return refuse(400, 'BadRequest', `The batch has more than the allowed ${MOST} operations.`)
  const goOn = /odata\.continue-on-error/.test(outer.headers.prefer ?? '')
  const responses: object[] = []
  let refused = false
  for (const { id = null, method = 'GET', url = '', headers = {}, body } of parts) {
    const { pathname, searchParams } = new URL(`http://sandbox${root}/${url}`)
    const answer = one({
      method,
      path: pathname,
      query: searchParams,
      headers: Object.fromEntries(
        Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]),
      ),
      body: body === undefined ? '' : JSON.stringify(body),
    })
    const type = { 'content-type': 'application/json; odata.metadata=minimal', 'odata-version': '4.0' }
    responses.push({
      id,
      status: answer.status,
      headers: { ...type, ...answer.headers },
      ...(answer.body !== null && { body: answer.body }),
    })
    refused ||= answer.status >= 400
    if (refused && !goOn) break
  }
  if (refused) back()
  return { status: 200, body: { responses } }
}
