import { type IncomingHttpHeaders, type ServerResponse, createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Webhook } from 'standardwebhooks'

/** A message as it arrived. */
export interface Message {
  id: string
  headers: IncomingHttpHeaders
  text: string
  body: { type: string; timestamp: string; data: Record<string, unknown> }
}

/** A real receiver of webhooks on loopback. */
export interface Receiver {
  url: string
  host: string
  got: Message[]
  /** What it answers to a message; 204 unless told otherwise. */
  answer: (message: Message, response: ServerResponse, nth: number) => void
  /** Resolves when it has got so many messages. */
  until(count: number): Promise<void>
  close(): Promise<void>
}

/** Answers with a status. */
export function status(code: number, headers: Record<string, string> = {}): Receiver['answer'] {
  return (_message, response) => void response.writeHead(code, headers).end('said')
}

/** Whether a secret signed a message, as a receiver finds out. */
export function isSignedBy(secret: string, { headers, text }: Message): boolean {
  try {
    new Webhook(secret).verify(text, headers as Record<string, string>)
    return true
  } catch {
    return false
  }
}

/** Opens a receiver. */
export async function openReceiver(): Promise<Receiver> {
  const waiting: { count: number; resolve: () => void }[] = []
  const server = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      const text = Buffer.concat(chunks).toString('utf8')
      const id = String(request.headers['webhook-id'])
      const message = { id, headers: request.headers, text, body: JSON.parse(text) as Message['body'] }
      receiver.got.push(message)
      receiver.answer(message, response, receiver.got.length)
      for (const { count, resolve } of waiting) if (receiver.got.length >= count) resolve()
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const host = `127.0.0.1:${(server.address() as AddressInfo).port}`
  const receiver: Receiver = {
    url: `http://${host}/in`,
    host,
    got: [],
    answer: status(204),
    until: (count) =>
      receiver.got.length >= count
        ? Promise.resolve()
        : new Promise((resolve) => waiting.push({ count, resolve })),
    async close() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
  return receiver
}
