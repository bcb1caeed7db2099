import { afterAll, beforeAll } from 'vitest'
import type { Erp } from '../../subgraphs/connector.ts'
import { type HttpAnswer, type HttpRequest, Outbound } from '../../subgraphs/http.ts'
import type { Sandbox, SandboxCall } from '../../subgraphs/sandbox.ts'
import { SandboxServer } from '../../subgraphs/stage.ts'
import { xero } from '../../subgraphs/xero/index.ts'
import { type Strictness, organisation } from '../../subgraphs/xero/sandbox.ts'
import { TENANT } from '../../subgraphs/xero/sandbox/access.ts'
import { DEMO } from '../asked.ts'
import { memoryVault } from '../contract/tap.ts'

export { DEMO, customerId, errorOf, itemIds, orderOf, value } from '../asked.ts'

/** A connection to an organisation of its own. */
export interface Opened {
  erp: Erp
  url: string
  sandbox: Sandbox
  vault: ReturnType<typeof memoryVault>
  /** Everything that went over the wire. */
  wire: { request: HttpRequest; answer: HttpAnswer }[]
  /** Calls so far, as the sandbox saw them. */
  calls: SandboxCall[]
  /** The same organisation and tokens with other settings. */
  again(more: Record<string, unknown>): Opened
  /** Sends to the Accounting API by hand, with a token of its own. */
  raw(
    method: HttpRequest['method'],
    path: string,
    body?: object | null,
    headers?: Record<string, string>,
  ): Promise<HttpAnswer>
  fault: SandboxServer['faults']
  name: string
}

async function token(way: Outbound, url: string, config: Record<string, unknown>): Promise<string> {
  const basic = Buffer.from(`${String(config.clientId)}:${String(config.clientSecret)}`).toString('base64')
  const answer = await way.send({
    method: 'POST',
    url: `${url}/connect/token`,
    headers: { authorization: `Basic ${basic}`, 'content-type': 'application/x-www-form-urlencoded' },
    body: 'grant_type=client_credentials&scope=accounting.settings',
  })
  return (answer.json() as { access_token: string }).access_token
}

/** One server for a file of tests; each organisation on it is fresh. */
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
    const name = `xero${++count}`
    server.mount(name, organisation(strict), DEMO)
    const url = server.url(name)
    const limits = { ...xero.limits, perMinute: undefined, perDay: undefined }
    const allowHosts = [`127.0.0.1:${server.port}`]
    const given = server.sandbox(name).config(url)
    const connect = (values: Record<string, unknown>, vault: ReturnType<typeof memoryVault>): Opened => {
      const config = xero.config.parse(values)
      const way = new Outbound({ connection: name, limits, vault, allowHosts, secrets: [] })
      ways.push(way)
      const wire: Opened['wire'] = []
      const send = async (request: HttpRequest) => {
        const answer = await way.send(request)
        wire.push({ request, answer })
        return answer
      }
      return {
        erp: xero.connect(config, { vault, send }),
        url,
        name,
        vault,
        wire,
        sandbox: server.sandbox(name),
        calls: server.calls(name),
        fault: (...args) => server.faults(...args),
        again: (other) => connect({ ...values, ...other }, vault),
        async raw(method, path, body = null, headers = {}) {
          const authorization = `Bearer ${await token(way, url, given)}`
          const own = { authorization, accept: 'application/json', 'xero-tenant-id': TENANT, ...headers }
          const text = body && JSON.stringify(body)
          return way.send({ method, url: `${url}/api.xro/2.0/${path}`, headers: own, body: text })
        },
      }
    }
    return connect({ ...given, ...more }, memoryVault())
  }
}
