import type { FastifyInstance } from 'fastify'
import { ErpError } from '../schema/errors.ts'
import type { Hub } from '../subgraphs/hub/hub.ts'
import { CALLBACK_PATH, endSignIn } from '../subgraphs/hub/signin.ts'

/** Where the vendor sends a person back to after the sign-in. Only a sealed state of ours leads on. */
export function signInRoutes(app: FastifyInstance, hub: Hub): void {
  app.get<{ Querystring: Record<string, unknown> }>(CALLBACK_PATH, async (request, reply) => {
    const { code, state } = request.query
    reply.type('text/plain; charset=utf-8')
    if (typeof code !== 'string' || typeof state !== 'string' || !code || !state)
      return reply.code(400).send('The sign-in was not finished. Start it again.')
    try {
      const connection = await endSignIn(hub, { ...request.query, code, state })
      return reply.send(`${connection} is connected. You may close this page.`)
    } catch (error) {
      if (!(error instanceof ErpError)) throw error
      return reply.code(400).send(`${error.message} ${error.resolution}`)
    }
  })
}
