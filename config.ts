import { randomBytes } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parse as parseYaml } from 'yaml'
import { z } from 'zod'
import { SCOPES } from './subgraphs/caller.ts'

const milliseconds = z.coerce.number().int().positive()

const connectionSchema = z
  .object({
    id: z.string().regex(/^[a-z0-9][a-z0-9:._-]*$/),
    system: z.string(),
    createMissingCustomers: z.boolean().optional(),
    pollMs: milliseconds.optional(),
    sweepMs: milliseconds.optional(),
    limits: z
      .strictObject({
        parallel: z.number().int().positive(),
        perSecond: z.number().positive(),
        batch: z.number().int().positive(),
        timeoutMs: z.number().int().positive(),
      })
      .partial()
      .optional(),
    ttlMs: z.record(z.string(), z.number().int().nonnegative()).optional(),
  })
  .loose()

const fileSchema = z
  .object({
    connections: z.array(connectionSchema).default([]),
    allowHosts: z.array(z.string()).default([]),
    keys: z
      .array(
        z.strictObject({
          name: z.string().default('config'),
          secret: z.string().min(16, 'must have at least 16 characters'),
          scopes: z.array(z.enum(SCOPES)).min(1),
          connections: z.array(z.string()).optional(),
          customer: z.string().optional(),
        }),
      )
      .default([]),
    subgraphs: z.array(z.strictObject({ name: z.string(), url: z.url() })).default([]),
    hosts: z.array(z.string()).default([]),
    quotes: z.strictObject({ source: z.string(), target: z.string() }).optional(),
  })
  .strict()

/** What the config file may say. */
export type ConfigFile = z.output<typeof fileSchema>

/** Every setting, from the environment and the config file. */
export interface Config {
  port: number
  host: string
  /** Folder of the embedded database; null: in memory. */
  dataDir: string | null
  databaseUrl: string | null
  sandboxPort: number
  secretKey: string
  logLevel: string
  file: ConfigFile
  /** The address of this server as people and vendors reach it. */
  publicUrl: string
  /** True with no config file: sandboxes, demo data and anonymous access on loopback. */
  demo: boolean
}

/** A refusal to start: names the setting, what is wrong, and an example. */
export class ConfigError extends Error {}

const LOOPBACK = new Set(['127.0.0.1', '::1', 'localhost'])

/** Whether a bind address is reachable from this machine only. */
export function isLoopback(host: string): boolean {
  return LOOPBACK.has(host)
}

/** Reads all settings. Throws ConfigError for the first thing that is wrong. */
export function readConfig(env: NodeJS.ProcessEnv = process.env): Config {
  const port = portOf(env, 'PORT', 4000)
  const dataDir = env.DATA_DIR || './data'
  const path = env.CONFIG || 'erp-supergraph.yaml'
  if (env.CONFIG && !existsSync(path))
    throw new ConfigError(`CONFIG: there is no file ${path}. Example: CONFIG=erp-supergraph.yaml`)
  const demo = !existsSync(path)
  const file = demo ? fileSchema.parse({}) : readFile(path, env)
  const host = env.HOST || '127.0.0.1'
  const config: Config = {
    port,
    host,
    publicUrl: (env.PUBLIC_URL || `http://${host}:${port}`).replace(/\/+$/, ''),
    dataDir,
    databaseUrl: databaseUrl(env),
    sandboxPort: portOf(env, 'SANDBOX_PORT', port === 0 ? 0 : port + 1),
    secretKey: secretKey(env, dataDir),
    logLevel: env.LOG_LEVEL || 'info',
    file,
    demo,
  }
  if (file.keys.length === 0 && (!demo || !isLoopback(host))) {
    const why = demo ? `HOST=${host} is reachable from outside` : 'the config lists real connections'
    throw new ConfigError(
      `keys: ${why}, so anonymous access is off. Add to the config file: keys: [{ secret: \${PORTAL_KEY}, scopes: [read:stock] }]`,
    )
  }
  return config
}

function portOf(env: NodeJS.ProcessEnv, name: string, fallback: number): number {
  const text = env[name]
  if (!text) return fallback
  const port = Number(text)
  if (!Number.isInteger(port) || port < 0 || port > 65_535) {
    throw new ConfigError(`${name}: "${text}" is no port. Example: ${name}=${fallback}`)
  }
  return port
}

function databaseUrl(env: NodeJS.ProcessEnv): string | null {
  const url = env.DATABASE_URL
  if (!url) return null
  if (!/^postgres(ql)?:\/\//.test(url)) {
    throw new ConfigError(
      'DATABASE_URL: is no PostgreSQL address. Example: DATABASE_URL=postgres://user@localhost:5432/erp',
    )
  }
  return url
}

/** The key given, or one that is made once and kept beside the embedded database. */
function secretKey(env: NodeJS.ProcessEnv, dataDir: string): string {
  if (env.SECRET_KEY) {
    if (env.SECRET_KEY.length >= 32) return env.SECRET_KEY
    throw new ConfigError(
      'SECRET_KEY: has fewer than 32 characters. Example: SECRET_KEY=$(openssl rand -hex 32)',
    )
  }
  if (env.DATABASE_URL) {
    throw new ConfigError(
      'SECRET_KEY: is missing, and a shared database needs one that all parts share. Example: SECRET_KEY=$(openssl rand -hex 32)',
    )
  }
  const path = join(dataDir, 'secret.key')
  if (existsSync(path)) return readFileSync(path, 'utf8').trim()
  const made = randomBytes(32).toString('hex')
  mkdirSync(dataDir, { recursive: true })
  writeFileSync(path, made, { mode: 0o600 })
  return made
}

function readFile(path: string, env: NodeJS.ProcessEnv): ConfigFile {
  const text = readFileSync(path, 'utf8').replace(/\$\{(\w+)\}/g, (_whole, name: string) => {
    const value = env[name]
    if (value === undefined)
      throw new ConfigError(`${name}: is used in ${path} but not set. Example: ${name}=…`)
    return value
  })
  const parsed = fileSchema.safeParse(parse(path, text))
  if (parsed.success) return parsed.data
  const issue = parsed.error.issues[0]
  throw new ConfigError(`${path}: ${issue?.path.join('.') ?? ''}: ${issue?.message ?? 'is not valid'}`)
}

function parse(path: string, text: string): unknown {
  try {
    return parseYaml(text) ?? {}
  } catch (error) {
    throw new ConfigError(
      `${path}: is no valid YAML: ${error instanceof Error ? error.message.split('\n')[0] : ''}`,
    )
  }
}
