import { Field, ID, Int, ObjectType } from 'type-graphql'
import { z } from 'zod'
import { JsonScalar } from '../../schema/scalars.ts'
import type { Connector } from '../connector.ts'
import { way } from '../way.ts'

/** One field that an operator fills in to connect a system. */
@ObjectType({ description: 'One field that an operator fills in to connect a system.' })
export class ConfigField {
  @Field(() => String)
  name!: string

  @Field(() => String, { nullable: true })
  help?: string | null

  @Field(() => Boolean)
  required!: boolean

  @Field(() => Boolean, { description: 'Never readable again once it is set.' })
  secret!: boolean

  @Field(() => JsonScalar, { description: 'What it may hold: the JSON Schema of its value.' })
  schema!: object
}

/** What a vendor allows. */
@ObjectType({ description: 'What a vendor allows.' })
export class SystemLimits {
  @Field(() => Int, { description: 'Requests at the same time.' })
  parallel!: number

  @Field(() => String, { nullable: true, description: 'Requests per second, where limited.' })
  perSecond?: string | null

  @Field(() => Int, { nullable: true, description: 'Requests per minute, where limited.' })
  perMinute?: number | null

  @Field(() => Int, { nullable: true, description: 'Requests per day, where limited.' })
  perDay?: number | null

  @Field(() => Int, { description: 'Rows per call.' })
  batch!: number

  @Field(() => Int)
  timeoutMs!: number
}

/** A kind of system that can be connected. */
@ObjectType({ description: 'A kind of system that can be connected.' })
export class System {
  @Field(() => ID)
  system!: string

  @Field(() => String)
  name!: string

  @Field(() => String, { description: '"erp", "source" or "target".' })
  role!: string

  @Field(() => [String], { description: 'What it can do; what is not here, it cannot.' })
  capabilities!: string[]

  @Field(() => [ConfigField])
  configFields!: ConfigField[]

  @Field(() => SystemLimits)
  limits!: SystemLimits
}

function fieldsOf(schema: z.ZodType): ConfigField[] {
  const json = z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' }) as JsonSchema
  const required = new Set(json.required ?? [])
  return Object.entries(json.properties ?? {}).map(([name, field]) => ({
    name,
    help: field.description ?? null,
    required: required.has(name),
    secret: field.secret === true,
    schema: field,
  }))
}

/** What any connection may be given; a secret for webhooks only where there are any. */
function waysOf({ capabilities }: Connector): ConfigField[] {
  return fieldsOf(way).filter(({ name }) => name !== 'webhookSecret' || capabilities.includes('webhooks'))
}

interface JsonSchema {
  required?: string[]
  properties?: Record<string, { description?: string; secret?: boolean }>
}

/** A connector as the `systems` query shows it. */
export function toSystem(connector: Connector): System {
  const { system, name, role, capabilities, limits } = connector
  const perSecond = limits.perSecond === undefined ? null : String(limits.perSecond)
  return {
    system,
    name,
    role,
    capabilities,
    configFields: [...fieldsOf(connector.config), ...waysOf(connector)],
    limits: { ...limits, perSecond },
  }
}
