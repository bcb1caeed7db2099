import { z } from 'zod'

interface JsonSchema {
  properties?: Record<string, JsonSchema>
  oneOf?: JsonSchema[]
  anyOf?: JsonSchema[]
  required?: string[]
  description?: string
  secret?: boolean
}

/** A field that an operator fills in, as the dashboard reads it from the configuration's schema. */
export interface ConfigField {
  /** Where it stands: ["auth", "password"]. */
  path: string[]
  description: string | undefined
  secret: boolean
}

function fieldsOf(schema: JsonSchema, path: string[]): ConfigField[] {
  const here = Object.entries(schema.properties ?? {}).flatMap(([name, part]) => {
    const field = { path: [...path, name], description: part.description, secret: part.secret === true }
    return [field, ...fieldsOf(part, field.path)]
  })
  return [
    ...here,
    ...[...(schema.oneOf ?? []), ...(schema.anyOf ?? [])].flatMap((one) => fieldsOf(one, path)),
  ]
}

const known = new WeakMap<z.ZodType, ConfigField[]>()

/** Every field of a connector's configuration, with those of its parts and alternatives. */
export function configFields(config: z.ZodType): ConfigField[] {
  const schema = () => z.toJSONSchema(config, { io: 'input', unrepresentable: 'any' }) as JsonSchema
  const fields = known.get(config) ?? fieldsOf(schema(), [])
  known.set(config, fields)
  return fields
}

function at(value: unknown, path: string[]): unknown {
  return path.reduce<unknown>(
    (part, name) => (part && typeof part === 'object' ? (part as Record<string, unknown>)[name] : undefined),
    value,
  )
}

/** The secret texts of a filled-in configuration. */
export function secretsOf(config: z.ZodType, values: unknown): string[] {
  return configFields(config)
    .filter(({ secret }) => secret)
    .map(({ path }) => at(values, path))
    .filter((value): value is string => typeof value === 'string' && value !== '')
}

/** The configuration with every secret that is filled in replaced by `text`. */
export function withSecrets(config: z.ZodType, values: unknown, text: string): Record<string, unknown> {
  const copy = structuredClone(values) as Record<string, unknown>
  for (const { path, secret } of configFields(config)) {
    const holder = at(copy, path.slice(0, -1)) as Record<string, unknown> | undefined
    const name = path.at(-1)
    if (secret && name !== undefined && typeof holder?.[name] === 'string') holder[name] = text
  }
  return copy
}

/** How a secret may look on the wire: plain, inside JSON, in a form or an address, in base64. */
export function spellings(secret: string): string[] {
  const json = JSON.stringify(secret).slice(1, -1)
  return [
    secret,
    json,
    JSON.stringify(json).slice(1, -1),
    encodeURIComponent(secret),
    new URLSearchParams({ s: secret }).toString().slice(2),
    Buffer.from(secret).toString('base64').replace(/=+$/, ''),
  ]
}
