import { createTransport } from 'nodemailer'
import { Webhook } from 'standardwebhooks'
import { Agent, request } from 'undici'
import { ErpError } from '../../../schema/errors.ts'
import { guardedConnect, refuseAddress } from '../../address.ts'
import type { Hub } from '../hub.ts'
import type { Rule, Target } from './rules.ts'

/** What is told. `id` stays the same over all tries. */
export interface Notice {
  id: string
  type: 'alert.firing' | 'alert.resolved' | 'alert.test'
  timestamp: string
  title: string
  text: string
  data: object
}

const TIMEOUT_MS = 10_000

/** Tells a notice once. Throws UNAVAILABLE when it did not arrive, VALIDATION when it never can. */
export async function send(
  hub: Hub,
  { channel }: Pick<Rule, 'channel'>,
  target: Target,
  notice: Notice,
): Promise<void> {
  if (channel === 'EMAIL') return mail(hub, target, notice)
  if (channel === 'SLACK') return post(hub, target.to, { text: `*${notice.title}*\n${notice.text}` }, {})
  const { id, ...body } = notice
  const now = new Date()
  const text = JSON.stringify(body)
  // https://www.standardwebhooks.com: the signature is over id, time and the very bytes.
  const headers = {
    'webhook-id': id,
    'webhook-timestamp': String(Math.floor(now.getTime() / 1_000)),
    'webhook-signature': new Webhook(target.secret ?? '').sign(id, now, text),
  }
  return post(hub, target.to, text, headers)
}

async function post(
  hub: Hub,
  url: string,
  body: object | string,
  headers: Record<string, string>,
): Promise<void> {
  const { allowHosts } = hub.directory
  refuseAddress(url, allowHosts)
  const agent = new Agent({ connect: guardedConnect(allowHosts) })
  try {
    const answer = await request(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: typeof body === 'string' ? body : JSON.stringify(body),
      dispatcher: agent,
      signal: AbortSignal.timeout(TIMEOUT_MS),
    })
    await answer.body.dump()
    if (answer.statusCode >= 200 && answer.statusCode < 300) return
    throw new ErpError('UNAVAILABLE', `The receiver answered with status ${answer.statusCode}.`)
  } catch (error) {
    if (error instanceof ErpError) throw error
    throw new ErpError('UNAVAILABLE', 'The receiver cannot be reached.')
  } finally {
    await agent.destroy()
  }
}

async function mail({ smtp }: Hub, { to }: Target, { id, title, text }: Notice): Promise<void> {
  if (!smtp)
    throw new ErpError('VALIDATION', 'The config file names no mail server (smtp).', { field: 'channel' })
  const { host, port, secure, user, password, from } = smtp
  const auth = user ? { auth: { user, pass: password ?? '' } } : {}
  const times = { connectionTimeout: TIMEOUT_MS, greetingTimeout: TIMEOUT_MS, socketTimeout: TIMEOUT_MS }
  const transport = createTransport({ host, port, secure, ...auth, ...times })
  try {
    const [domain = 'localhost'] = from.split('@').slice(-1)
    const messageId = `<${id}@${domain.replace(/[^\w.-]/g, '')}>`
    await transport.sendMail({ from, to, subject: title, text, messageId })
  } catch {
    throw new ErpError('UNAVAILABLE', `The mail server ${host} did not take the message.`)
  } finally {
    transport.close()
  }
}
