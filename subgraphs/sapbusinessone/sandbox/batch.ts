import type { SandboxAnswer, SandboxRequest } from '../../sandbox.ts'
import { refuse } from './answers.ts'

const OUT = 'batchresponse_3f0c1b5e'
const EOL = '\r\n'

function inner(text: string): SandboxRequest | null {
  const start = /\r\n\r\n(GET|POST|PATCH|DELETE) (\S+)(?: HTTP\/1\.1)?\r\n/.exec(text)
  if (!start) return null
  const [, method = '', url = ''] = start
  const rest = text.slice(start.index + start[0].length)
  const end = rest.startsWith(EOL) ? 0 : rest.indexOf(EOL + EOL)
  const head = end > 0 ? rest.slice(0, end).split(EOL) : []
  const { pathname, searchParams } = new URL(url, 'http://sandbox')
  const headers = Object.fromEntries(
    head.map((line): [string, string] => {
      const colon = line.indexOf(':')
      return [line.slice(0, colon).trim().toLowerCase(), line.slice(colon + 1).trim()]
    }),
  )
  return { method, path: pathname, query: searchParams, headers, body: rest.slice(end).trim() }
}

function toPart({ status, headers = {}, body }: SandboxAnswer): string {
  const text = body === null ? '' : typeof body === 'string' ? body : JSON.stringify(body)
  const head = Object.entries(headers).map(([name, value]) => `${name}:${String(value)}`)
  return [
    `--${OUT}`,
    'Content-Type:application/http',
    'Content-Transfer-Encoding:binary',
    '',
    `HTTP/1.1 ${status} ${status < 300 ? 'OK' : 'Bad Request'}`,
    'Content-Type:application/json;odata=minimalmetadata;charset=utf-8',
    `Content-Length:${Buffer.byteLength(text)}`,
    ...head,
    '',
    text,
    '',
  ].join(EOL)
}

/** Runs the parts one after the other and stops behind the first that is refused. Change sets are not imitated. */
export function runBatch(
  request: SandboxRequest,
  one: (request: SandboxRequest) => SandboxAnswer,
): SandboxAnswer {
  const boundary = /multipart\/mixed;\s*boundary=(\S+)/.exec(request.headers['content-type'] ?? '')?.[1]
  const pieces = boundary ? request.body.split(`--${boundary}`) : []
  const parts = pieces.slice(1, -1).map(inner)
  const whole = pieces.at(-1)?.startsWith('--') && parts.length > 0 && parts.every((part) => part !== null)
  if (!whole) return refuse(400, '-1000', 'Incomplete Batch Request Body!')
  const answers: SandboxAnswer[] = []
  for (const part of parts) {
    if (!part) continue
    const answer = one(part)
    answers.push(answer)
    if (answer.status >= 300) break
  }
  const headers = { 'content-type': `multipart/mixed;boundary=${OUT}` }
  return { status: 200, headers, body: `${answers.map(toPart).join('')}--${OUT}--${EOL}` }
}
