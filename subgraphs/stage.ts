import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as wait } from 'node:timers/promises'
import { textOf } from './charset.ts'
import { Deliveries, type HookSettings } from './deliver.ts'
import type { Demo } from './demo.ts'
import type {
  Fault,
  Sandbox,
  SandboxAction,
  SandboxAnswer,
  SandboxCall,
  SandboxFactory,
  SandboxRequest,
} from './sandbox.ts'

class Mounted {
  readonly sandbox: Sandbox
  readonly hooks: Deliveries
  readonly calls: SandboxCall[] = []
  faults: Fault[] = []
  #release = Promise.withResolvers<void>()

  constructor(sandbox: Sandbox) {
    this.sandbox = sandbox
    this.hooks = new Deliveries(sandbox)
  }

  replaceFaults(faults: Fault[]): void {
    this.faults = faults.map((fault) => ({ ...fault }))
    this.#release.resolve()
    this.#release = Promise.withResolvers<void>()
  }

  get released(): Promise<void> {
    return this.#release.promise
  }

  strike(text: string): Fault | undefined {
    for (const fault of this.faults) {
      if (fault.match && !text.includes(fault.match)) continue
      if (fault.skip) {
        fault.skip -= 1
        continue
      }
      if (fault.times === 0) return fault
      fault.times = (fault.times ?? 1) - 1
      if (fault.times <= 0) this.faults = this.faults.filter((other) => other !== fault)
      return fault
    }
  }
}

/** All sandboxes in one server, each under /<name>/. */
export class SandboxServer {
  readonly #mounted = new Map<string, Mounted>()
  readonly #server: Server

  constructor() {
    this.#server = createServer((request, response) => {
      this.#serve(request, response).catch((error: unknown) => {
        response.writeHead(500, { 'content-type': 'text/plain' }).end(String(error))
      })
    })
    this.#server.keepAliveTimeout = 30_000
  }

  /** Puts a sandbox under /<name>/; the address is known once the server listens. */
  mount(name: string, factory: SandboxFactory, demo: Demo): void {
    this.#mounted.set(name, new Mounted(factory(demo, () => this.url(name))))
  }

  /** Takes a sandbox away with all it holds. */
  unmount(name: string): void {
    this.#mounted.get(name)?.hooks.close()
    this.#mounted.delete(name)
  }

  async listen(port: number): Promise<number> {
    await new Promise<void>((resolve, reject) => {
      this.#server.once('error', reject).listen(port, '127.0.0.1', resolve)
    })
    return this.port
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port
  }

  url(name: string): string {
    return `http://127.0.0.1:${this.port}/${name}`
  }

  has(name: string): boolean {
    return this.#mounted.has(name)
  }

  sandbox(name: string): Sandbox {
    return this.#find(name).sandbox
  }

  calls(name: string): SandboxCall[] {
    return this.#find(name).calls
  }

  faults(name: string, faults: Fault[]): void {
    this.#find(name).replaceFaults(faults)
  }

  /** Who gets a sandbox's webhooks, what was sent, and when all of it has arrived. */
  hooks(name: string): Deliveries {
    return this.#find(name).hooks
  }

  async close(): Promise<void> {
    for (const { hooks } of this.#mounted.values()) hooks.close()
    this.#server.closeAllConnections()
    await new Promise((resolve) => this.#server.close(resolve))
  }

  #find(name: string): Mounted {
    const mounted = this.#mounted.get(name)
    if (!mounted) throw new Error(`There is no sandbox named ${name}.`)
    return mounted
  }

  async #serve(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(incoming.url ?? '/', 'http://sandbox')
    const [, name = '', ...rest] = url.pathname.split('/')
    const mounted = this.#mounted.get(name)
    const bytes = await bytesOf(incoming)
    const body = textOf(bytes, incoming.headers['content-type'])
    if (!mounted)
      return send(response, { status: 404, body: { error: `There is no sandbox named ${name}.` } })
    const path = `/${rest.join('/')}`
    if (path.startsWith('/_')) return send(response, control(mounted, incoming.method ?? 'GET', path, body))
    const headers = incoming.headers as Record<string, string | undefined>
    const request = { method: incoming.method ?? 'GET', path, query: url.searchParams, headers, body, bytes }
    await play(mounted, request, incoming, response)
  }
}

async function bytesOf(incoming: IncomingMessage): Promise<Uint8Array> {
  const chunks: Buffer[] = []
  for await (const chunk of incoming) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks)
}

function control(mounted: Mounted, method: string, path: string, body: string): SandboxAnswer {
  if (path === '/_ledger') return { status: 200, body: mounted.sandbox.ledger() }
  if (path === '/_calls' && method === 'DELETE') mounted.calls.length = 0
  if (path === '/_calls') return { status: 200, body: mounted.calls }
  if (path === '/_faults' && method === 'PUT') mounted.replaceFaults(JSON.parse(body) as Fault[])
  if (path === '/_faults') return { status: 200, body: mounted.faults }
  if (path === '/_hooks' && method === 'PUT') mounted.hooks.replace(JSON.parse(body) as HookSettings)
  if (path === '/_hooks') return { status: 200, body: { ...mounted.hooks.settings, sent: mounted.hooks.log } }
  if (path === '/_act' && method === 'POST') {
    mounted.sandbox.act(JSON.parse(body) as SandboxAction)
    return { status: 200, body: { done: true } }
  }
  return { status: 404, body: { error: 'Known: _ledger, _calls, _faults, _hooks, _act.' } }
}

async function play(
  mounted: Mounted,
  request: SandboxRequest,
  incoming: IncomingMessage,
  response: ServerResponse,
) {
  const call: SandboxCall = { method: request.method, path: request.path, body: request.body, status: null }
  mounted.calls.push(call)
  const query = request.query.toString()
  const fault = mounted.strike(`${request.method} ${request.path}${query && `?${query}`} ${request.body}`)
  if (fault?.do === 'hold') await mounted.released
  if (fault?.do === 'slow') await wait(fault.ms ?? 1000)
  if (fault?.do === 'reset') return void incoming.socket.destroy()
  if (fault?.do === 'hang') return
  if (fault?.do === 'status') {
    call.status = fault.status ?? 500
    const headers: Record<string, string> = { 'content-type': 'text/plain' }
    if (fault.retryAfter) headers['retry-after'] = fault.retryAfter
    return send(response, { status: call.status, headers, body: 'fault' })
  }
  if (fault?.do === 'error') {
    const native = mounted.sandbox.errors[fault.name ?? '']
    if (!native) throw new Error(`There is no native error named ${fault.name}.`)
    call.status = native.answer.status
    return send(response, native.answer)
  }
  const answer = await mounted.sandbox.handle(request)
  call.status = answer.status
  if (fault?.do === 'holdAfter') await mounted.released
  if (fault?.do === 'resetAfter') return void incoming.socket.destroy()
  send(response, broken(answer, fault))
}

function broken(answer: SandboxAnswer, fault: Fault | undefined): SandboxAnswer {
  if (fault?.do === 'half') {
    const { body } = answer
    const whole = body instanceof Uint8Array || typeof body === 'string' ? body : JSON.stringify(body)
    return { ...answer, status: 200, body: whole.slice(0, Math.floor(whole.length / 2)) }
  }
  if (fault?.do === 'html')
    return {
      status: 200,
      headers: { 'content-type': 'text/html' },
      body: '<html><body>Sign in</body></html>',
    }
  if (fault?.do === 'empty') return { ...answer, status: 200, body: '' }
  return answer
}

function send(response: ServerResponse, answer: SandboxAnswer): void {
  if (response.destroyed) return
  const isText = typeof answer.body === 'string'
  const body = wireBody(answer.body)
  const type = isText ? 'text/plain; charset=utf-8' : 'application/json; charset=utf-8'
  response.writeHead(answer.status, { 'content-type': type, ...answer.headers }).end(body)
}

/** What goes over the wire: text and bytes as they are, anything else as JSON. */
function wireBody(body: SandboxAnswer['body']): string | Uint8Array {
  if (body === null) return ''
  return typeof body === 'string' || body instanceof Uint8Array ? body : JSON.stringify(body)
}
