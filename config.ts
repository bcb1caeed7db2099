import { randomBytes } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { parse as parseYaml } from 'yaml'
import { z } from 'zod'
import { SCOPES, STOCK_VIEWS } from './subgraphs/caller.ts'
import { connectionPolicy } from './subgraphs/policy.ts'

const milliseconds = z.coerce.number().int().positive()

const connectionSchema = z
  .object({
    id: z.string().regex(/^[a-z0-9][a-z0-9:._-]*$/),
    system: z.string(),
    createMissingCustomers: z.boolean().optional(),
    pollMs: milliseconds.optional(),
    sweepMs: milliseconds.optional(),
    standingMs: milliseconds.optional(),
    requiredCustomerFields: z
      .array(
        z.enum([
          'name',
          'email',
          'phone',
          'taxId',
          'country',
          'currency',
          'group',
          'paymentTerms',
          'addresses',
        ]),
      )
      .optional(),
    limits: z
      .strictObject({
        parallel: z.number().int().positive(),
        perSecond: z.number().positive(),
        perMinute: z.number().positive(),
        perDay: z.number().positive(),
        batch: z.number().int().positive(),
        timeoutMs: z.number().int().positive(),
      })
      .partial()
      .optional(),
    ttlMs: z.record(z.string(), z.number().int().nonnegative()).optional(),
    ...connectionPolicy.shape,
  })
  .loose()

const smtpSchema = z.strictObject({
  host: z.string(),
  port: z.number().int().min(1).max(65_535).default(587),
  secure: z.boolean().default(false),
  user: z.string().optional(),
  password: z.string().optional(),
  from: z.string(),
})

const fileSchema = z
  .object({
    connections: z.array(connectionSchema).default([]),
    allowHosts: z.array(z.string()).default([]),
    keys: z
      .array(
        z.strictObject({
          name: z.string().default('config'),
          secret: z
            .string()
            .min(16, 'must have at least 16 characters')
            .regex(/^[\x21-\x7e]{1,500}$/, 'must be of signs without spaces that a header can carry'),
          scopes: z.array(z.enum(SCOPES)).min(1),
          connections: z.array(z.string()).optional(),
          customer: z.string().optional(),
          stockAs: z.enum(STOCK_VIEWS).optional(),
          lowStockBelow: z.coerce
            .string()
            .regex(/^\d{1,20}(\.\d{1,20})?$/, 'must be a quantity such as 10')
            .optional(),
        }),
      )
      .default([]),
    subgraphs: z.array(z.strictObject({ name: z.string(), url: z.url() })).default([]),
    hosts: z.array(z.string()).default([]),
    origins: z
      .array(z.string().refine(isOrigin, 'is no address of the form https://shop.example'))
      .default([]),
    documents: z
      .strictObject({ files: z.array(z.string()).default([]), only: z.boolean().default(false) })
      .optional(),
    playground: z.boolean().optional(),
    smtp: smtpSchema.optional(),
  })
  .strict()

/** Whether a text is the origin of a web page exactly as browsers write it. */
function isOrigin(text: string): boolean {
  return /^https?:/.test(text) && URL.canParse(text) && new URL(text).origin === text
}

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
  /** Whether PUBLIC_URL was given. */
  isPublic: boolean
  /** True with no config file: sandboxes, demo data and anonymous access on loopback. */
  demo: boolean
}

/** A refusal to start: names the setting, what is wrong, and an example. */
export class ConfigError extends Error {}

/** Why a start failed, in one sentence without a stack trace. */
export function explain(error: unknown): string {
  if (error instanceof ConfigError) return error.message
  if (!(error instanceof Error)) return 'The start failed.'
  const code = codeOf(error)
  const { port, address } = error as Error & { port?: number; address?: string }
  if (code === 'EADDRINUSE') return `PORT: ${port} is taken by another process. Example: PORT=4010 npm start`
  if (code === 'EACCES') return `PORT: ${port} is not allowed for this user. Example: PORT=4010 npm start`
  if (code === 'EADDRNOTAVAIL' || code === 'ENOTFOUND')
    return `HOST: ${address ?? 'the name'} is no address of this machine. Example: HOST=127.0.0.1`
  return error.message.split('\n')[0] ?? 'The start failed.'
}

/** Whether a bind address is reachable from this machine only. */
export function isLoopback(host: string): boolean {
  return ['127.0.0.1', '::1', 'localhost'].includes(host)
}

/** Reads all settings. Throws ConfigError for the first thing that is wrong. */
export function readConfig(env: NodeJS.ProcessEnv = process.env): Config {
  const { port, host, logLevel } = readAddress(env)
  const dataDir = env.DATA_DIR || './data'
  const path = env.CONFIG || 'erp-supergraph.yaml'
  if (env.CONFIG && !existsSync(path))
    throw new ConfigError(`CONFIG: there is no file ${path}. Example: CONFIG=erp-supergraph.yaml`)
  const demo = !existsSync(path)
  const file = demo ? fileSchema.parse({}) : readFile(path, env)
  const config: Config = {
    port,
    host,
    isPublic: Boolean(env.PUBLIC_URL),
    publicUrl: (env.PUBLIC_URL || `http://${host}:${port}`).replace(/\/+$/, ''),
    dataDir,
    databaseUrl: databaseUrl(env),
    sandboxPort: portOf(env, 'SANDBOX_PORT', port === 0 ? 0 : port + 1),
    secretKey: '',
    logLevel,
    file,
    demo,
  }
  if (file.keys.length === 0 && (!demo || !isLoopback(host))) {
    const why = demo ? `HOST=${host} is reachable from outside` : 'the config lists real connections'
    throw new ConfigError(`keys: ${why}, so anonymous access is off. Example: ${EXAMPLES.keys}`)
  }
  return { ...config, secretKey: secretKey(env, dataDir) }
}

/** The settings of any server, whatever it serves. */
export function readAddress(env: NodeJS.ProcessEnv): Pick<Config, 'port' | 'host' | 'logLevel'> {
  const logLevel = env.LOG_LEVEL || 'info'
  if (!LEVELS.includes(logLevel))
    throw new ConfigError(`LOG_LEVEL: "${logLevel}" is none of ${LEVELS.join(', ')}. Example: LOG_LEVEL=info`)
  return { port: portOf(env, 'PORT', 4000), host: env.HOST || '127.0.0.1', logLevel }
}

const LEVELS = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent']

/** What to write, by the part of the config file. */
const EXAMPLES: Record<string, string> = {
  connections: 'connections: [{ id: "odoo:main", system: odoo, url: "https://erp.example", … }]',
  allowHosts: 'allowHosts: ["10.0.0.5:8069"]',
  keys: 'keys: [{ secret: ${PORTAL_KEY}, scopes: [read:stock, read:price] }]',
  subgraphs: 'subgraphs: [{ name: pim, url: "https://pim.example/graphql" }]',
  hosts: 'hosts: ["erp.example"]',
  origins: 'origins: ["https://shop.example"]',
  documents: 'documents: { files: ["documents.json"], only: true }',
  playground: 'playground: true',
  smtp: 'smtp: { host: "mail.example", user: x, password: ${SMTP_PASSWORD}, from: "erp@company.example" }',
}

function portOf(env: NodeJS.ProcessEnv, name: string, fallback: number): number {
  const text = env[name]
  if (!text) return fallback
  const port = /^\d{1,5}$/.test(text) ? Number(text) : -1
  if (port < 0 || port > 65_535) {
    throw new ConfigError(`${name}: "${text}" is no port. Example: ${name}=${fallback}`)
  }
  return port
}

function databaseUrl(env: NodeJS.ProcessEnv): string | null {
  const url = env.DATABASE_URL
  if (!url) return null
  if (!/^postgres(ql)?:\/\/./.test(url) || !URL.canParse(url)) {
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
  try {
    if (existsSync(path)) return readFileSync(path, 'utf8').trim()
    const made = randomBytes(32).toString('hex')
    mkdirSync(dataDir, { recursive: true })
    writeFileSync(path, made, { mode: 0o600 })
    return made
  } catch (error) {
    throw new ConfigError(`DATA_DIR: ${dataDir} cannot be used (${codeOf(error)}). Example: DATA_DIR=./data`)
  }
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : 'unknown'
}

const VARIABLE = /\$\{(\w+)\}/g
const MARK = /\u{E000}(\w+)\u{E001}/gu

/**
 * The config file. A value of the environment is put in after the file was understood, so that no sign in a
 * password can be taken for YAML.
 */
function readFile(path: string, env: NodeJS.ProcessEnv): ConfigFile {
  const valueOf = (_whole: string, name: string): string => {
    const value = env[name]
    if (value === undefined)
      throw new ConfigError(`${name}: is used in ${path} but not set. Example: ${name}=… npm start`)
    return value
  }
  const text = textOf(path).replace(VARIABLE, '\u{E000}$1\u{E001}')
  const filled = mapTexts(parse(path, text), (one) => one.replace(MARK, valueOf))
  const parsed = fileSchema.safeParse(filled)
  if (parsed.success) return { ...parsed.data, ...documentsOf(parsed.data, dirname(path)) }
  const issue = parsed.error.issues[0]
  const [part = ''] = issue?.path.map(String) ?? []
  const place = [path, issue?.path.join('.')].filter(Boolean).join(': ')
  const example = EXAMPLES[part] ?? Object.values(EXAMPLES).join(' ')
  throw new ConfigError(`${place}: ${issue?.message ?? 'is not valid'}. Example: ${example}`)
}

/** Manifests are named as seen from the config file. */
function documentsOf({ documents }: ConfigFile, folder: string): Pick<ConfigFile, 'documents'> {
  if (!documents) return {}
  return { documents: { ...documents, files: documents.files.map((file) => resolve(folder, file)) } }
}

function textOf(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    throw new ConfigError(
      `CONFIG: ${path} cannot be read (${codeOf(error)}). Example: CONFIG=erp-supergraph.yaml`,
    )
  }
}

function mapTexts(value: unknown, change: (text: string) => string): unknown {
  if (typeof value === 'string') return change(value)
  if (Array.isArray(value)) return value.map((one) => mapTexts(one, change))
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, mapTexts(one, change)]))
}

function parse(path: string, text: string): unknown {
  try {
    return parseYaml(text) ?? {}
  } catch (error) {
    const said = error instanceof Error ? error.message.split('\n')[0]?.replace(/[:.]+$/, '') : ''
    throw new ConfigError(`${path}: is no valid YAML: ${said}. Example: ${EXAMPLES.hosts}`)
  }
}
