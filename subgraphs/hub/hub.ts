import type { Seal } from '../ids.ts'
import type { SubgraphContext } from '../subgraph.ts'
import type { Catalogue } from './catalogue.ts'
import type { Database } from './database.ts'
import type { StoredDirectory } from './directory.ts'
import type { JobHandler } from './jobs.ts'
import type { Safe } from './vault.ts'

/** Times and limits of the write path; settings, so that tests can use short ones. Milliseconds. */
export interface PushSettings {
  /** How long a worker may hold an operation before another takes it over. */
  leaseMs: number
  /** How long an ERP may still commit after we stopped waiting; null: what the connector says. */
  maxPushMs: number | null
  /** First pause before a retry; doubles each time, with full jitter. */
  backoffMs: number
  /** Longest pause before a retry. */
  backoffMaxMs: number
  /** Retries end here: the operation is DEAD. */
  maxAttempts: number
  /** Retries end when the operation is this old. */
  maxAgeMs: number
  /** How often a worker looks for due work without being told. */
  idleMs: number
  /** How long events can be read again. */
  retentionMs: number
  /** How often the conditions of alerts are looked at. */
  alertMs: number
}

/** What everybody uses unless an operator says otherwise. */
export const PUSH_SETTINGS: PushSettings = {
  leaseMs: 30_000,
  maxPushMs: null,
  backoffMs: 1_000,
  backoffMaxMs: 3_600_000,
  maxAttempts: 20,
  maxAgeMs: 24 * 3_600_000,
  idleMs: 1_000,
  retentionMs: 30 * 24 * 3_600_000,
  alertMs: 60_000,
}

/** The mail server that alerts go out by. */
export interface SmtpSettings {
  host: string
  port: number
  /** TLS from the first byte on; otherwise STARTTLS where the server has it. */
  secure: boolean
  user?: string
  password?: string
  /** The sender's address. */
  from: string
}

/** The part of the house that remembers. */
export interface Hub {
  db: Database
  directory: StoredDirectory
  catalogue: Catalogue
  seal: Seal
  safe: Safe
  settings: PushSettings
  /** The kinds of background job, some of which follow every change. */
  handlers: JobHandler[]
  /** The address of this server as people and vendors reach it. */
  publicUrl: string
  /** Whether an operator said that vendors can reach `publicUrl`, so that webhooks are asked for. */
  isPublic: boolean
  /** Null: no e-mail goes out. */
  smtp: SmtpSettings | null
}

/** What every resolver of the hub gets. */
export interface HubContext extends SubgraphContext {
  hub: Hub
}
