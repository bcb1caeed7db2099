import type { GraphQLSchema } from 'graphql'
import { Generation } from './generation.ts'
import { readSupergraph } from './supergraph.ts'
import type { Transport } from './transport.ts'

/** How a subgraph of the supergraph is reached; asked once per name and url. */
export type Transports = (name: string, url: string) => Transport

interface Link {
  key: string
  transport: Transport
  users: number
}

/** A supergraph in service together with how many requests are under way on it. */
export interface Service {
  generation: Generation
  links: Link[]
  users: number
  retired: boolean
}

/** The supergraphs in service: the current one, and older ones until their last request is over. */
export class Fleet {
  current: Service
  private links = new Map<string, Link>()
  private readonly bySchema = new WeakMap<GraphQLSchema, Service>()

  constructor(
    sdl: string,
    private transports: Transports,
    private readonly cacheSize: number,
  ) {
    this.current = this.start(sdl)
  }

  /**
   * Replaces the current supergraph, and the way subgraphs are reached if another one is given: then nothing
   * is shared with before. Throws, and changes nothing, if the new one cannot be read or planned for.
   */
  swap(sdl: string, transports?: Transports): void {
    const [before, links, reach] = [this.current, this.links, this.transports]
    if (transports) [this.links, this.transports] = [new Map(), transports]
    try {
      this.current = this.start(sdl)
    } catch (error) {
      ;[this.links, this.transports] = [links, reach]
      throw error
    }
    this.retire(before)
  }

  /** Lets the transports go once nothing uses them any more. */
  stop(): void {
    this.retire(this.current)
  }

  /** The supergraph that a document was validated against, as long as it is in service; else the current one. */
  board(schema?: GraphQLSchema): Service {
    const asked = schema && this.bySchema.get(schema)
    const service = asked && (!asked.retired || asked.users > 0) ? asked : this.current
    service.users++
    return service
  }

  /** Says that a request that boarded is over. */
  leave(service: Service): void {
    service.users--
    if (service.retired && service.users === 0) this.dismantle(service)
  }

  private start(sdl: string): Service {
    const graph = readSupergraph(sdl)
    const transports = new Map<string, Transport>()
    const generation = new Generation(graph, transports, this.cacheSize)
    const links = graph.services.map(({ name, url }) => {
      const key = `${name} ${url}`
      const link = this.links.get(key) ?? { key, transport: this.transports(name, url), users: 0 }
      this.links.set(key, link)
      link.users++
      transports.set(name, link.transport)
      return link
    })
    const service = { generation, links, users: 0, retired: false }
    this.bySchema.set(graph.apiSchema, service)
    return service
  }

  private retire(service: Service): void {
    if (service.retired) return
    service.retired = true
    if (service.users === 0) this.dismantle(service)
  }

  private dismantle(service: Service): void {
    for (const link of service.links.splice(0)) {
      if (--link.users > 0) continue
      if (this.links.get(link.key) === link) this.links.delete(link.key)
      // Nobody waits for this: a socket that does not close properly is the other side's loss.
      link.transport.close?.().catch(() => {})
    }
  }
}
