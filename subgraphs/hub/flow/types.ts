import { Field, ID, InputType, ObjectType } from 'type-graphql'
import { Problem } from '../../../schema/index.ts'
import { DateTimeScalar, DecimalScalar, JsonScalar } from '../../../schema/scalars.ts'
import type { WireRequest } from '../../connector.ts'
import { WireRequestType, closed } from '../exchange.ts'
import { pageOf } from '../page.ts'
import { SyncObject } from '../sync.ts'
import type { OperationObject } from '../tables.ts'
import type { FlowObject } from './read.ts'

/** What a flow writes in its target. */
export const FlowTarget = closed('FlowTarget', 'What a flow writes in its target.', [
  'ORDER',
  'INVOICE',
  'PAYMENT',
])
const FlowState = closed('FlowState', 'WAITING: under way. REFUSED: see problem, it is tried again.', [
  'WAITING',
  'DONE',
  'REFUSED',
])

/** How a flow goes about it. */
@ObjectType({ description: 'How a flow goes about it.' })
export class FlowOptionsType {
  @Field(() => Boolean, { description: 'A customer whom the target does not know is created there.' })
  createCustomer!: boolean

  @Field(() => Boolean, { description: 'Lines of one SKU, unit and price become one line.' })
  aggregate!: boolean

  @Field(() => DecimalScalar, { description: 'By how much the totals of source and target may differ.' })
  tolerance!: string

  @Field(() => JsonScalar, { description: "The target's SKU by the source's, where they differ." })
  skus!: Record<string, string>

  @Field(() => ID, { nullable: true, description: 'The SKU for a line that names none.' })
  defaultSku?: string | null

  @Field(() => String, {
    nullable: true,
    description: "The custom field of the source's order that gets the target's number.",
  })
  writeBackField?: string | null

  @Field(() => Boolean, { description: 'Whether an order becomes a project in the target as well.' })
  project!: boolean
}

/** A rule that makes a document in one connection of a record of another. */
@ObjectType('Flow', { description: 'A rule that makes a document in one connection of a record of another.' })
export class FlowType {
  @Field(() => ID)
  id!: string

  @Field(() => String)
  name!: string

  @Field(() => ID, { description: 'The connection whose records start it.' })
  source!: string

  @Field(() => SyncObject)
  sourceObject!: OperationObject

  @Field(() => String, { description: 'An expression over the record (JSONata) that must be true.' })
  condition!: string

  @Field(() => ID, { nullable: true, description: 'Null: where an order of the graph would go.' })
  target?: string | null

  @Field(() => FlowTarget)
  targetObject!: FlowObject

  @Field(() => Boolean)
  enabled!: boolean

  @Field(() => FlowOptionsType)
  options!: FlowOptionsType
}

/** What became of one record that started a flow. */
@ObjectType({ description: 'What became of one record that started a flow. A flow takes each record once.' })
export class FlowRunType {
  @Field(() => ID)
  id!: string

  @Field(() => ID)
  flow!: string

  @Field(() => ID)
  connection!: string

  @Field(() => ID, { description: "The record's own id in the source." })
  record!: string

  @Field(() => String, { nullable: true })
  number?: string | null

  @Field(() => FlowState)
  state!: keyof typeof FlowState

  @Field(() => Problem, { nullable: true })
  problem?: Problem | null

  @Field(() => DateTimeScalar)
  createdAt!: string

  operationId?: string | null
}

/** A page of runs. */
export const FlowRunPage = pageOf('FlowRunPage', () => FlowRunType)

/** What a flow would do with a record; nothing is sent or stored. */
@ObjectType({ description: 'What a flow would do with a record; nothing is sent or stored.' })
export class FlowTest {
  @Field(() => Boolean, { description: 'Whether the record fulfils the condition.' })
  matches!: boolean

  @Field(() => JsonScalar, { nullable: true, description: 'The record as the source tells it.' })
  record?: object | null

  @Field(() => JsonScalar, { nullable: true, description: 'The document that would be written.' })
  document?: object | null

  @Field(() => [WireRequestType], { description: 'The requests that would be sent.' })
  plan!: WireRequest[]

  @Field(() => [Problem])
  problems!: Problem[]
}

/** How a flow goes about it; what is left out stays as it is. */
@InputType({ description: 'How a flow goes about it; what is left out stays as it is.' })
export class FlowOptionsInput {
  @Field(() => Boolean, { nullable: true })
  createCustomer?: boolean

  @Field(() => Boolean, { nullable: true })
  aggregate?: boolean

  @Field(() => DecimalScalar, { nullable: true })
  tolerance?: string

  @Field(() => JsonScalar, { nullable: true })
  skus?: Record<string, string>

  @Field(() => ID, { nullable: true })
  defaultSku?: string | null

  @Field(() => String, { nullable: true })
  writeBackField?: string | null

  @Field(() => Boolean, { nullable: true })
  project?: boolean
}

/** A flow to be made, or changed with `id`. */
@InputType({ description: 'A flow to be made, or changed with `id`.' })
export class FlowInput {
  @Field(() => ID, { nullable: true })
  id?: string | null

  @Field(() => String)
  name!: string

  @Field(() => ID)
  source!: string

  @Field(() => SyncObject)
  sourceObject!: OperationObject

  @Field(() => String, {
    nullable: true,
    description: 'Left out: an accepted quote, a delivered order, a final invoice, a payment of invoices.',
  })
  condition?: string | null

  @Field(() => ID, { nullable: true })
  target?: string | null

  @Field(() => FlowTarget)
  targetObject!: FlowObject

  @Field(() => Boolean, { nullable: true })
  enabled?: boolean | null

  @Field(() => FlowOptionsInput, { nullable: true })
  options?: FlowOptionsInput | null
}
