import type { Config } from '../config.ts'
import { connectors } from '../subgraphs/index.ts'
import { Catalogue } from '../subgraphs/hub/catalogue.ts'
import { saveConnection } from '../subgraphs/hub/connection.ts'
import { type Database, openDatabase } from '../subgraphs/hub/database.ts'
import { StoredDirectory } from '../subgraphs/hub/directory.ts'
import { type Hub, PUSH_SETTINGS, type PushSettings } from '../subgraphs/hub/hub.ts'
import { hubSubgraph } from '../subgraphs/hub/index.ts'
import { Safe } from '../subgraphs/hub/vault.ts'
import { Seal } from '../subgraphs/ids.ts'
import { CONTEXT_HEADER, signCaller } from '../subgraphs/signed.ts'
import { type Subgraph, subgraphOf } from '../subgraphs/subgraph.ts'
import { DEFAULT_TENANT, saveKeys } from './access.ts'
import { compose } from './compose.ts'
import type { RequestContext } from './context.ts'
import type { Transports } from './fleet.ts'
import { type HttpOptions, overHttp } from './remote.ts'
import { inProcess } from './transport.ts'

/** A connection as an operator lists it: id, system, settings, and the connector's own config. */
export interface GivenConnection {
  id: string
  system: string
  [field: string]: unknown
}

const SETTINGS = ['createMissingCustomers', 'pollMs', 'ttlMs']

/** Opens the hub: database, connections, identity map. */
export async function openHub(config: Config, settings: Partial<PushSettings> = {}): Promise<Hub> {
  const dataDir = process.env.DATA_DIR === 'memory' ? null : config.dataDir
  const db = await openDatabase({ url: config.databaseUrl, dataDir })
  await db
    .em()
    .execute('insert into tenant (id, name) values (?, ?) on conflict do nothing', [
      DEFAULT_TENANT,
      'Default',
    ])
  const safe = new Safe(config.secretKey)
  const directory = new StoredDirectory(db, safe, config.file.allowHosts)
  const catalogue = new Catalogue(db)
  await saveKeys(db, config.file.keys)
  await directory.start()
  return {
    db,
    directory,
    catalogue,
    seal: new Seal(config.secretKey),
    safe,
    settings: { ...PUSH_SETTINGS, ...settings },
  }
}

/** Writes the connections that an operator listed; ones already there keep their state. */
export async function saveConnections(hub: Hub, given: GivenConnection[]): Promise<void> {
  for (const [position, { id, system, ...rest }] of given.entries()) {
    const settings = Object.fromEntries(Object.entries(rest).filter(([name]) => SETTINGS.includes(name)))
    const config = Object.fromEntries(Object.entries(rest).filter(([name]) => !SETTINGS.includes(name)))
    await saveConnection(hub, { id, tenant: DEFAULT_TENANT, system, config, settings, position })
  }
}

/** Closes what `openHub` opened. */
export async function closeHub(hub: Hub): Promise<void> {
  hub.catalogue.close()
  await hub.directory.close()
  await hub.db.close()
}

/** Our own subgraphs: the hub and one per connector. */
export function ownSubgraphs(): Subgraph[] {
  return [hubSubgraph(), ...connectors.map(subgraphOf)]
}

const LOCAL = 'local://'

/**
 * The supergraph of our own subgraphs and a user's. One that is listed by url is reached there, under our own
 * name with a signed context, under another name with the caller's own authorization.
 */
export async function composeHouse(
  own: Subgraph[],
  listed: { name: string; url: string }[],
  secretKey: string,
): Promise<{ sdl: string; transports: Transports }> {
  const urls = new Map(listed.map(({ name, url }) => [name, url]))
  const ours = own.map(({ name, typeDefs }) => ({ name, url: urls.get(name) ?? LOCAL + name, typeDefs }))
  const names = new Set(own.map(({ name }) => name))
  const foreign = await Promise.all(
    listed
      .filter(({ name }) => !names.has(name))
      .map(async ({ name, url }) => ({ name, url, typeDefs: await sdlOf(name, url) })),
  )
  const bySdl = new Map(own.map((subgraph) => [subgraph.name.toUpperCase(), subgraph]))
  const transports: Transports = (name, url) => {
    const local = bySdl.get(name.toUpperCase())
    return local && url.startsWith(LOCAL)
      ? inProcess(local.schema)
      : overHttp(url, { headers: headersFor(local ? secretKey : null) })
  }
  return { sdl: compose([...ours, ...foreign]), transports }
}

function headersFor(secretKey: string | null): HttpOptions['headers'] {
  return (context) => {
    const { caller, authorization, requestId } = context as RequestContext
    const common = { 'x-request-id': requestId }
    if (secretKey) return { ...common, [CONTEXT_HEADER]: signCaller(secretKey, caller) }
    return authorization ? { ...common, authorization } : common
  }
}

async function sdlOf(name: string, url: string): Promise<string> {
  const answer = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ query: '{ _service { sdl } }' }),
  }).catch(() => null)
  const body = (await answer?.json().catch(() => null)) as { data?: { _service?: { sdl?: string } } } | null
  const sdl = body?.data?._service?.sdl
  if (!sdl)
    throw new Error(
      `subgraphs: ${name} at ${url} does not answer { _service { sdl } }. Example: subgraphs: [{ name: pim, url: "https://pim.example/graphql" }]`,
    )
  return sdl
}

/** Whether the database answers. */
export async function isReady(db: Database): Promise<boolean> {
  await db.em().execute('select 1')
  return true
}
