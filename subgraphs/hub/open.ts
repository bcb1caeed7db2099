import type { Config } from '../../config.ts'
import { Seal } from '../ids.ts'
import { DEFAULT_TENANT, saveKeys } from './access.ts'
import { Catalogue } from './catalogue.ts'
import { saveConnection } from './connection.ts'
import { type Database, openDatabase } from './database.ts'
import { StoredDirectory } from './directory.ts'
import { type Hub, PUSH_SETTINGS, type PushSettings } from './hub.ts'
import { Safe } from './vault.ts'

/** A connection as an operator lists it: id, system, settings, and the connector's own config. */
export interface GivenConnection {
  id: string
  system: string
  [field: string]: unknown
}

const SETTINGS = ['createMissingCustomers', 'pollMs', 'sweepMs', 'ttlMs', 'limits']

/** Opens the hub: database, connections, identity map. */
export async function openHub(config: Config, settings: Partial<PushSettings> = {}): Promise<Hub> {
  const db = await openDatabase({ url: config.databaseUrl, dataDir: config.dataDir })
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
    publicUrl: config.publicUrl,
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

/** Whether the database answers. */
export async function isReady(db: Database): Promise<boolean> {
  await db.em().execute('select 1')
  return true
}
