import type { FastifyInstance } from 'fastify'
import { ErpError } from '../schema/errors.ts'
import type { RawRequest } from '../subgraphs/connector.ts'
import type { Hub } from '../subgraphs/hub/hub.ts'
import { receive } from '../subgraphs/hub/inbox.ts'

/**
 * Inbound webhooks: POST /webhooks/<connection>. The signature is verified over the raw body; the inbox is
 * written before the 2xx. An unknown connection and a wrong signature look alike.
 */
export function hookRoutes(app: FastifyInstance, hub: Hub): void {
  // Some vendors try the address with HEAD before they subscribe it; the answer tells nothing of what is connected.
  app.head('/webhooks/:connection', (_request, reply) => reply.code(204).send())
  app.post<{ Params: { connection: string } }>('/webhooks/:connection', async (request, reply) => {
    const open = hub.directory.every().find(({ id }) => id === request.params.connection)
    const raw: RawRequest = {
      headers: request.headers as Record<string, string | undefined>,
      body: Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0),
      query: request.query as Record<string, string>,
    }
    const { hook } = open?.erp ?? {}
    const greeting = hook?.greet?.(raw)
    // It proves that the address is ours and tells nothing: what was sent comes back, as plain text.
    if (greeting != null) {
      return reply
        .type('text/plain; charset=utf-8')
        .header('x-content-type-options', 'nosniff')
        .send(greeting)
    }
    const secret = open?.webhookSecret
    if (!open || !hook || !secret || !hook.verify(raw, secret)) {
      // Vendors try a wrong signature on purpose, and some take a 401 only with an empty body.
      return reply.code(401).send()
    }
    try {
      const changes = await hook.read(raw)
      await receive(hub.db, open.id, changes, (await hook.delivery?.(raw)) ?? null)
    } catch (error) {
      if (!(error instanceof ErpError)) throw error
      return reply.code(400).send({ error: { code: error.code, message: error.message } })
    }
    // Every vendor takes a 200 for an answer, and some take nothing else, and only with an empty body.
    return reply.code(200).send()
  })
}
