import { Field, ID, Int, ObjectType } from 'type-graphql'
import { Problem } from '../../../schema/index.ts'
import { DateTimeScalar, JsonScalar } from '../../../schema/scalars.ts'
import { closed } from '../exchange.ts'
import { pageOf } from '../page.ts'
import { SyncObject } from '../sync.ts'
import type { OperationObject } from '../tables.ts'
import { FAULTS } from './audit.ts'
import { KINDS } from './found.ts'

const ReportState = closed(
  'ReportState',
  'RUNNING goes on by itself, also after a restart. FAILED: given up, see the problem.',
  ['RUNNING', 'DONE', 'FAILED'],
)

/** What a comparison finds. */
export const ReconcileKind = closed(
  'ReconcileKind',
  'MISSING: on the left only. ORPHAN: on the right only. DUPLICATE: twice on its own side. DIFFERENT: another value in a field. TOTAL: a count or sum of both sides.',
  KINDS,
)
const AuditKind = closed(
  'AuditKind',
  'DUPLICATE: several records share it. INCOMPLETE: it is empty. FORMAT: it is not what it should be.',
  FAULTS,
)

/** A mutation that mends a row. */
@ObjectType({ description: 'A mutation that mends a row, ready to be sent.' })
export class ReconcileMend {
  @Field(() => String, { description: 'The field of Mutation.' })
  name!: string

  @Field(() => JsonScalar, { description: 'Its arguments.' })
  variables!: object
}

/** A line of a comparison. */
@ObjectType({ description: 'A line of a comparison.' })
export class ReconcileRow {
  @Field(() => ReconcileKind)
  kind!: keyof typeof ReconcileKind

  @Field(() => SyncObject)
  object!: OperationObject

  @Field(() => ID, { nullable: true, description: "The left ERP's own id." })
  leftRecord?: string | null

  @Field(() => ID, { nullable: true, description: "The right ERP's own id, or the hub's." })
  rightRecord?: string | null

  @Field(() => String, {
    nullable: true,
    description: 'The field that differs or is there twice; what is summed.',
  })
  field?: string | null

  @Field(() => JsonScalar, { nullable: true })
  leftValue?: unknown

  @Field(() => JsonScalar, { nullable: true })
  rightValue?: unknown

  @Field(() => String, { description: 'What the mend does, or what a person has to do.' })
  message!: string

  @Field(() => ReconcileMend, { nullable: true, description: 'Null where a person has to act.' })
  mend?: ReconcileMend | null
}

/** A page of the rows of a comparison. */
export const ReconcileRowPage = pageOf('ReconcileRowPage', () => ReconcileRow)

/** How many rows of one kind there are. */
@ObjectType({ description: 'How many rows of one kind there are.' })
export class ReconcileCount {
  @Field(() => ReconcileKind)
  kind!: keyof typeof ReconcileKind

  @Field(() => Int)
  count!: number
}

@ObjectType()
abstract class InBackground {
  @Field(() => ID)
  id!: string

  @Field(() => ReportState)
  state!: keyof typeof ReportState

  @Field(() => [SyncObject])
  objects!: OperationObject[]

  @Field(() => Boolean, { description: 'Read live; else as the hub last saw the records.' })
  fresh!: boolean

  @Field(() => Problem, { nullable: true, description: 'Why it does not go on, or was given up.' })
  problem?: Problem | null

  @Field(() => String, { nullable: true })
  requestedBy?: string | null

  @Field(() => DateTimeScalar)
  createdAt!: string

  @Field(() => DateTimeScalar, { nullable: true })
  finishedAt?: string | null
}

/** A comparison of two sides. */
@ObjectType({ description: 'A comparison of a connection with another one or with the hub.' })
export class Reconcile extends InBackground {
  @Field(() => ID)
  left!: string

  @Field(() => ID, { nullable: true, description: 'Null: the hub.' })
  right?: string | null
}

/** A page of comparisons. */
export const ReconcilePage = pageOf('ReconcilePage', () => Reconcile)

/** A record that shows a fault. */
@ObjectType({ description: 'A record that shows a fault.' })
export class AuditExample {
  @Field(() => ID)
  record!: string

  @Field(() => JsonScalar, { nullable: true })
  value?: unknown

  @Field(() => String)
  message!: string
}

/** One fault of one field. */
@ObjectType({ description: 'One fault of one field.' })
export class AuditFault {
  @Field(() => AuditKind)
  kind!: keyof typeof AuditKind

  @Field(() => String)
  field!: string

  @Field(() => Int, { description: 'Records that have it.' })
  count!: number

  @Field(() => [AuditExample], { description: 'At most five.' })
  examples!: AuditExample[]
}

/** What was found of one object. */
@ObjectType({ description: 'What was found of one object.' })
export class AuditObject {
  @Field(() => SyncObject)
  object!: OperationObject

  @Field(() => Int, { description: 'Records in all.' })
  count!: number

  @Field(() => [AuditFault])
  faults!: AuditFault[]
}

/** What is to be put right in an ERP before it is used. */
@ObjectType({ description: 'What is to be put right in an ERP before it is used.' })
export class Audit extends InBackground {
  @Field(() => ID)
  connection!: string

  @Field(() => [AuditObject], { description: 'Empty until it is done.' })
  result!: AuditObject[]
}
