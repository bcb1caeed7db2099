import { text as textFrom } from 'node:stream/consumers'
import { GRAPH, command } from './command.ts'
import { EXIT, UsageError } from './exit.ts'
import { fromEnv, objectOf } from './file.ts'
import { type Graph, openGraph } from './graph.ts'
import { type Problem, print, sentence, table } from './print.ts'

interface Schema {
  type?: string
  properties?: Record<string, Schema>
}

interface Field {
  name: string
  help: string | null
  required: boolean
  secret: boolean
  schema: Schema
}

const FIELDS = `query Fields { systems { system name configFields { name help required secret schema } } }`
const CONNECT = `mutation Connect($id: ID!, $system: ID!, $config: JSON!) {
  connect(id: $id, system: $system, config: $config) { id state problem { code message resolution field } }
}`

/** Connects a system by flags or a file; a secret is never an argument and never shown. */
export default command({
  usage: 'connect <system> --id ID [--field NAME=VALUE …]',
  about: `Tests the ERP and connects it. Without --id it lists the fields that the system takes.
A secret is never an argument, which everybody on the machine could read: --secret NAME=env:VARIABLE takes it from
the environment, --secret NAME=- from a line of stdin.`,
  words: [1, 1],
  options: {
    id: { type: 'string', value: 'ID', about: 'the name of the connection, for example odoo:main' },
    field: {
      type: 'string',
      multiple: true,
      value: 'NAME=VALUE',
      about: 'a field; parts of a group as auth.kind=…',
    },
    secret: { type: 'string', multiple: true, value: 'NAME=env:VARIABLE', about: 'a secret field' },
    file: {
      type: 'string',
      value: 'FILE',
      about: 'fields from JSON or YAML, with ${VARIABLE} of the environment',
    },
    ...GRAPH,
  },
  examples: [
    'erp-supergraph connect odoo',
    'erp-supergraph connect odoo --id odoo:main --field url=https://odoo.example --field database=x --field user=y --secret secret=env:ODOO_KEY',
  ],
  async run([system = ''], { id, field = [], secret = [], file, json, ...access }) {
    const graph = openGraph(access)
    const fields = await fieldsOf(graph, system)
    if (id === undefined) {
      if (field.length + secret.length > 0 || file)
        throw new UsageError('--id is missing. Example: --id odoo:main')
      print(json, fields, () => table(fields.map(lineOf)))
      return EXIT.ok
    }
    const config = file ? await objectOf(file) : {}
    for (const one of field) put(config, fields, one, false, (text) => text)
    const lines = secret.some((one) => one.endsWith('=-'))
      ? (await textFrom(process.stdin)).split(/\r?\n/)
      : []
    for (const one of secret) put(config, fields, one, true, (text) => secretOf(text, lines))
    const { connect } = await graph.ask<Connected>(CONNECT, { id, system, config })
    print(json, connect, () => [
      `${connect.id} ${connect.state === 'ACTIVE' ? 'is connected.' : `is ${connect.state}.`}`,
      ...(connect.problem ? [sentence(connect.problem)] : []),
    ])
    return EXIT.ok
  },
})

interface Connected {
  connect: { id: string; state: string; problem: Problem | null }
}

async function fieldsOf(graph: Graph, name: string): Promise<Field[]> {
  const { systems } = await graph.ask<{ systems: { system: string; configFields: Field[] }[] }>(FIELDS)
  const found = systems.find(({ system }) => system === name)
  if (found) return found.configFields
  const known = systems.map(({ system }) => system).toSorted()
  throw new UsageError(`There is no system ${name}. Known: ${known.join(', ')}`)
}

function lineOf({ name, required, secret, schema, help }: Field): string[] {
  const parts = Object.keys(schema.properties ?? {}).map((part) => `${name}.${part}`)
  const kind = [required ? 'required' : '', secret ? 'secret' : ''].filter(Boolean).join(', ')
  return [parts.length > 0 ? parts.join(' ') : name, kind, help ?? '']
}

/** Puts NAME=VALUE into the configuration, as the type that the field wants. */
function put(
  config: Record<string, unknown>,
  fields: Field[],
  given: string,
  isSecret: boolean,
  read: (text: string) => string,
): void {
  const [path = '', ...rest] = given.split('=')
  const [name = '', ...inner] = path.split('.')
  const field = fields.find((one) => one.name === name)
  // The value is not repeated: it may be a secret in the wrong place.
  if (!field || rest.length === 0) {
    const known = fields.map((one) => one.name).join(', ')
    throw new UsageError(
      `${path} is no field, or has no value. Fields: ${known}. Example: --field url=https://…`,
    )
  }
  if (field.secret && inner.length === 0 && !isSecret)
    throw new UsageError(
      `${name} is a secret: give it by --secret ${name}=env:VARIABLE, or --secret ${name}=-`,
    )
  const text = read(rest.join('='))
  const schema = inner.reduce<Schema | undefined>((at, part) => at?.properties?.[part], field.schema)
  let place = config
  for (const part of [name, ...inner].slice(0, -1)) {
    const next = place[part]
    place[part] = typeof next === 'object' && next !== null ? next : {}
    place = place[part] as Record<string, unknown>
  }
  place[inner.at(-1) ?? name] = isSecret ? text : typed(text, schema)
}

function typed(text: string, schema: Schema | undefined): unknown {
  if (!schema || schema.type === 'string') return text
  if (schema.type === 'array' && !text.startsWith('[')) return text.split(',')
  try {
    return JSON.parse(text) as unknown
  } catch {
    return text
  }
}

function secretOf(text: string, lines: string[]): string {
  if (text.startsWith('env:')) return fromEnv(text.slice(4))
  const line = text === '-' ? lines.shift() : undefined
  if (line) return line
  throw new UsageError(
    text === '-'
      ? 'stdin has no line for this secret.'
      : 'A secret is env:VARIABLE, or - for a line of stdin.',
  )
}
