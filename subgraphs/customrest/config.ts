import { RE2JS } from 're2js'
import { z } from 'zod'
import { ErpError } from '../../schema/errors.ts'
import { load } from './load.ts'
import { ManifestError } from './problem.ts'
import type { Loaded } from './loaded.ts'
import { SECRETS } from './credentials.ts'

function secret(help: string) {
  return z.string().min(1).optional().meta({ secret: true }).describe(help)
}

const secrets = z.object({
  username: secret('Name of the technical user, where the manifest says ${secret.username}.'),
  password: secret('Password of the technical user, where the manifest says ${secret.password}.'),
  token: secret('A token that never changes, where the manifest says ${secret.token}.'),
  apiKey: secret('API key, where the manifest says ${secret.apiKey}.'),
  clientId: secret('OAuth 2 client id, where the manifest says ${secret.clientId}.'),
  clientSecret: secret('OAuth 2 client secret, where the manifest says ${secret.clientSecret}.'),
  signingKey: secret('Key that signs requests, where the manifest says ${secret.signingKey}.'),
  hookSecret: secret('Key of webhooks; the one that this connection gives out is used.'),
})

const UNITS = {
  H87: 'H87',
  C62: 'C62',
  PCE: 'H87',
  KGM: 'KGM',
  GRM: 'GRM',
  MTR: 'MTR',
  LTR: 'LTR',
  HUR: 'HUR',
  MTK: 'MTK',
  MTQ: 'MTQ',
}

const fields = z.object({
  url: z
    .url({ protocol: /^https?$/ })
    .describe('Base address of the ERP, without the path that the manifest adds: https://erp.example.com'),
  manifest: z
    .union([z.string().min(1), z.record(z.string(), z.unknown())])
    .describe('The manifest that describes the ERP: JSON or YAML, as text or as data.'),
  settings: z
    .record(z.string(), z.union([z.string(), z.number(), z.boolean()]))
    .default({})
    .describe("What the manifest's own `config` asks for; expressions see it as config.NAME."),
  credentials: secrets.prefault({}).describe('Credentials; only the `auth` of the manifest sees them.'),
  currency: z
    .string()
    .regex(/^[A-Z]{3}$/)
    .optional()
    .describe('House currency (ISO 4217), for amounts of which the ERP names no currency.'),
  units: z
    .record(z.string(), z.string().regex(/^[A-Z0-9]{2,3}$/))
    .default(UNITS)
    .describe("The ERP's words for units -> UN/ECE Recommendation 20 codes."),
})

interface SettingSchema {
  type?: string
  pattern?: string
  enum?: unknown[]
  default?: unknown
}

/** The settings that the manifest asks for, with its defaults; the words of what is wrong go to `tell`. */
function settingsOf(
  { manifest }: Loaded,
  given: Record<string, unknown>,
  tell: (path: string[], message: string) => void,
): Record<string, unknown> {
  const { properties = {}, required = [] } = (manifest.config ?? {}) as {
    properties?: Record<string, SettingSchema>
    required?: string[]
  }
  const all: Record<string, unknown> = { ...given }
  for (const [name, schema] of Object.entries(properties)) {
    all[name] ??= schema.default
    const value = all[name]
    if (value === undefined) {
      if (required.includes(name)) tell(['settings', name], `The manifest needs the setting "${name}".`)
      continue
    }
    const type = schema.type === 'integer' ? 'number' : (schema.type ?? typeof value)
    if (typeof value !== type) tell(['settings', name], `It must be a ${type}.`)
    if (schema.enum && !schema.enum.includes(value))
      tell(['settings', name], 'It is none of the values that the manifest allows.')
    if (
      schema.pattern &&
      typeof value === 'string' &&
      !RE2JS.compile(RE2JS.translateRegExp(schema.pattern)).test(value)
    )
      tell(['settings', name], `It must match ${schema.pattern}.`)
  }
  return all
}

function isAllowed({ manifest }: Loaded, address: string): boolean {
  const { hostname, host } = URL.canParse(address) ? new URL(address) : { hostname: '', host: '' }
  return manifest.http.allowedHosts.some((entry) => {
    const wanted = entry.includes(':') ? host : hostname
    return entry.startsWith('*.') ? wanted.endsWith(entry.slice(1)) : wanted === entry.toLowerCase()
  })
}

/** Whether the manifest lets us speak to the host of this address. */
export function mustBeAllowed(loaded: Loaded, address: string): void {
  if (!isAllowed(loaded, address))
    throw new ErpError(
      'VALIDATION',
      'The address is on a host that the manifest does not list in allowedHosts.',
      { field: 'url' },
    )
}

/** What the expressions of a manifest see as `config`. */
export function visible(values: z.output<typeof fields>, loaded: Loaded): Record<string, unknown> {
  const { host } = new URL(values.url)
  const { currency } = values
  return {
    host,
    ...(currency && { currency }),
    ...settingsOf(loaded, values.settings, () => undefined),
    url: values.url.replace(/\/+$/, ''),
  }
}

/** Puts the credentials and settings into the texts of `auth`; expressions never see the credentials. */
export function filler(values: z.output<typeof fields>, loaded: Loaded): (text: string) => string {
  const settings = visible(values, loaded)
  const secrets: Record<string, string | undefined> = { ...values.credentials }
  return (text) =>
    text.replace(/\$\{(secret|config)\.(\w+)\}/g, (_whole, kind: string, name: string) =>
      kind === 'secret' ? (secrets[name] ?? '') : String(settings[name] ?? ''),
    )
}

/** What an operator fills in for a connection. The manifest is checked here, with the place of every mistake. */
export const config = fields.superRefine((values, context) => {
  const tell = (path: PropertyKey[], message: string): void =>
    context.addIssue({ code: 'custom', path, message })
  let loaded: Loaded
  try {
    loaded = load(values.manifest, values.units)
  } catch (error) {
    if (!(error instanceof ManifestError)) throw error
    for (const { path, message } of error.problems) tell(['manifest', ...path], message)
    return
  }
  settingsOf(loaded, values.settings, tell)
  const named = [...JSON.stringify(loaded.manifest.auth).matchAll(/\bsecret\.(\w+)/g)].map(([, name]) => name)
  for (const name of SECRETS)
    if (named.includes(name) && !values.credentials[name])
      tell(['credentials', name], `The manifest needs the secret "${name}".`)
  const { auth } = loaded.manifest
  if ('tokenUrl' in auth && !isAllowed(loaded, filler(values, loaded)(auth.tokenUrl)))
    tell(['manifest', 'auth', 'tokenUrl'], 'The address is on a host that is not listed in allowedHosts.')
})
/** A checked configuration. */
export type Config = z.output<typeof config>
