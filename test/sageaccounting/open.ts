import { afterAll, beforeAll } from 'vitest'
import type { Erp } from '../../subgraphs/connector.ts'
import { type HttpAnswer, type HttpRequest, Outbound } from '../../subgraphs/http.ts'
import type { Sandbox, SandboxCall } from '../../subgraphs/sandbox.ts'
import { SandboxServer } from '../../subgraphs/stage.ts'
import { sageaccounting } from '../../subgraphs/sageaccounting/index.ts'
import {
  BUSINESSES,
  CLIENT,
  FIRST_REFRESH,
  type Strictness,
} from '../../subgraphs/sageaccounting/sandbox/access.ts'
import { business } from '../../subgraphs/sageaccounting/sandbox.ts'
import { DEMO } from '../asked.ts'
import { memoryVault } from '../contract/tap.ts'

export { DEMO, customerId, errorOf, itemIds, orderOf, value } from '../asked.ts'

/** A connection to an business of its own. */
export interface Opened {
  erp: Erp
  url: string
  sandbox: Sandbox
  vault: ReturnType<typeof memoryVault>
  /** Everything that went over the wire. */
  wire: { request: HttpRequest; answer: HttpAnswer }[]
  /** Calls so far, as the sandbox saw them. */
  calls: SandboxCall[]
  /** The same business and tokens with other settings. */
  again(more: Record<string, unknown>): Opened
  /** Sends to the API by hand, with a token of its own. */
  raw(
    method: HttpRequest['method'],
    path: string,
    body?: object | null,
    headers?: Record<string, string>,
  ): Promise<HttpAnswer>
  fault: SandboxServer['faults']
  name: string
}

async function token(way: Outbound, url: string): Promise<string> {
  const form = { client_id: CLIENT.id, client_secret: CLIENT.secret }
  const answer = await way.send({
    method: 'POST',
    url: `${url}/token`,
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body: new URLSearchParams({
      ...form,
      grant_type: 'refresh_token',
      refresh_token: FIRST_REFRESH,
    }).toString(),
  })
  return (answer.json() as { access_token: string }).access_token
}

/** One server for a file of tests; each business on it is fresh. */
export function stage(): (more?: Record<string, unknown>, strict?: Strictness) => Opened {
  const server = new SandboxServer()
  const ways: Outbound[] = []
  let count = 0
  beforeAll(() => server.listen(0))
  afterAll(async () => {
    await Promise.all(ways.map((way) => way.close()))
    await server.close()
  })
  return (more = {}, strict = {}) => {
    const name = `sage${++count}`
    server.mount(name, business(strict), DEMO)
    const url = server.url(name)
    const limits = { ...sageaccounting.limits, perMinute: undefined, perDay: undefined }
    const allowHosts = [`127.0.0.1:${server.port}`]
    const given = server.sandbox(name).config(url)
    const connect = (values: Record<string, unknown>, vault: ReturnType<typeof memoryVault>): Opened => {
      const config = sageaccounting.config.parse(values)
      const way = new Outbound({ connection: name, limits, vault, allowHosts, secrets: [] })
      ways.push(way)
      const wire: Opened['wire'] = []
      const send = async (request: HttpRequest) => {
        const answer = await way.send(request)
        wire.push({ request, answer })
        return answer
      }
      return {
        erp: sageaccounting.connect(config, { vault, send }),
        url,
        name,
        vault,
        wire,
        sandbox: server.sandbox(name),
        calls: server.calls(name),
        fault: (...args) => server.faults(...args),
        again: (other) => connect({ ...values, ...other }, vault),
        async raw(method, path, body = null, headers = {}) {
          const authorization = `Bearer ${await token(way, url)}`
          const own = {
            authorization,
            accept: 'application/json',
            'content-type': 'application/json',
            'x-business': BUSINESSES.demo,
            ...headers,
          }
          const text = body && JSON.stringify(body)
          return way.send({ method, url: `${url}/${path}`, headers: own, body: text })
        },
      }
    }
    return connect({ ...given, ...more }, memoryVault())
  }
}
