import { createServer } from 'node:http'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { execute, parse } from 'graphql'
import type { GraphQLSchema } from 'graphql'
import { createHandler } from 'graphql-sse/lib/use/http'

/** A subgraph on a real port. */
export interface Served {
  url: string
  /** The headers of each request, in order. */
  seen: IncomingMessage['headers'][]
  close(): Promise<void>
}

/** Serves a schema over HTTP and server-sent events; `answer` may take over a request. */
export async function serve(schema: GraphQLSchema, answer?: (res: ServerResponse) => void): Promise<Served> {
  const seen: IncomingMessage['headers'][] = []
  const events = createHandler({ schema })
  const server = createServer((req, res) => {
    seen.push(req.headers)
    if (answer) return answer(res)
    if (req.headers.accept?.includes('text/event-stream')) return void events(req, res)
    void respond(schema, req, res)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  const close = async () => {
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
  }
  return { url: `http://127.0.0.1:${port}/graphql`, seen, close }
}

async function respond(schema: GraphQLSchema, req: IncomingMessage, res: ServerResponse): Promise<void> {
  const chunks: Buffer[] = []
  for await (const chunk of req) chunks.push(chunk)
  const { query, variables, operationName } = JSON.parse(Buffer.concat(chunks).toString('utf8'))
  const result = await execute({ schema, document: parse(query), variableValues: variables, operationName })
  res.writeHead(200, { 'content-type': 'application/graphql-response+json' }).end(JSON.stringify(result))
}
