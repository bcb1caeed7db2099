import { Ctx, Field, FieldResolver, ID, InputType, Int, ObjectType, Resolver, Root } from 'type-graphql'
import { Problem } from '../../schema/index.ts'
import { DateTimeScalar, JsonScalar } from '../../schema/scalars.ts'
import { demand } from '../caller.ts'
import { Customer, customerByReference } from './customer.ts'
import { SyncAttempt, SyncOutcome, attemptsOf, closed } from './exchange.ts'
import { iso } from './database.ts'
import type { HubContext } from './hub.ts'
import type { Operation } from './operations.ts'
import { Order, orderByReference } from './order.ts'
import { pageOf } from './page.ts'
import { seenOf } from './personal.ts'
import { type OperationStatus as Status, OperationTable } from './tables.ts'
import { sees } from './visible.ts'

/** Which way a record goes. */
export const SyncDirection = closed('SyncDirection', 'OUT: written to the ERP. IN: taken over from it.', [
  'IN',
  'OUT',
])
/** What is synchronised. */
export const SyncObject = closed('SyncObject', 'What is synchronised.', [
  'ORDER',
  'CUSTOMER',
  'INVOICE',
  'PAYMENT',
  'PRODUCT',
  'QUOTE',
])
/** What is done with it. */
export const SyncAction = closed('SyncAction', 'What is done with it.', [
  'CREATE',
  'UPDATE',
  'CANCEL',
  'DELETE',
])
/** Where an operation stands. */
export const OperationStatus = closed(
  'OperationStatus',
  'WAITING is tried again by itself. UNCERTAIN waits for resolveOperation. DEAD: given up, waits for retryOperation.',
  ['ACCEPTED', 'RUNNING', 'WAITING', 'UNCERTAIN', 'DONE', 'REFUSED', 'DEAD', 'CANCELLED'],
)

/** One write towards one connection, or one change taken over from it, with its whole life. */
@ObjectType({
  description: 'One write towards one connection, or one change taken over from it, with its whole life.',
})
export class SyncOperation {
  @Field(() => ID)
  id!: string

  @Field(() => ID)
  connection!: string

  @Field(() => SyncDirection)
  direction!: keyof typeof SyncDirection

  @Field(() => SyncObject)
  object!: keyof typeof SyncObject

  @Field(() => SyncAction)
  action!: keyof typeof SyncAction

  @Field(() => OperationStatus)
  status!: Status

  @Field(() => SyncOutcome, { nullable: true })
  outcome?: keyof typeof SyncOutcome | null

  @Field(() => String, { description: 'Our reference, written into the ERP for life.' })
  reference!: string

  @Field(() => ID, { nullable: true, description: "The ERP's own id." })
  externalId?: string | null

  @Field(() => String, { nullable: true, description: "The ERP's number." })
  externalNumber?: string | null

  @Field(() => Problem, { nullable: true })
  problem?: Problem | null

  @Field(() => [Problem], { description: 'What the checks found before it was accepted.' })
  warnings!: Problem[]

  before?: object | null
  after?: object | null
  input?: object | null

  @Field(() => Int, {
    nullable: true,
    description: 'Milliseconds that its attempts took, without the pauses.',
  })
  durationMs?: number | null

  @Field(() => String, { nullable: true, description: 'What the provider called the last request.' })
  requestId?: string | null

  @Field(() => Int, { nullable: true, description: 'The HTTP status of the last answer of the provider.' })
  providerStatus?: number | null

  @Field(() => String, { nullable: true, description: 'The key that discarded it.' })
  discardedBy?: string | null

  @Field(() => String, { nullable: true })
  discardReason?: string | null

  @Field(() => ID, { nullable: true, description: 'The import, flow run or rollback that it belongs to.' })
  batch?: string | null

  @Field(() => String, {
    nullable: true,
    description: 'The key that asked for it; poll or webhook for a change IN.',
  })
  requestedBy?: string | null

  @Field(() => DateTimeScalar)
  createdAt!: string

  @Field(() => DateTimeScalar, { nullable: true })
  finishedAt?: string | null

  @Field(() => DateTimeScalar, { nullable: true, description: 'When it is due; null when it is not.' })
  nextAttemptAt?: string | null

  orderId?: string | null
  customerId?: string | null
  causeId?: string | null
  subject?: string | null
}

/** A page of the sync log. */
export const SyncOperationPage = pageOf('SyncOperationPage', () => SyncOperation)

/** One state change of one operation. */
@ObjectType({ description: 'One state change of one operation.' })
export class SyncEvent {
  @Field(() => ID, { description: 'Pass it as `after` to miss nothing.' })
  cursor!: string

  @Field(() => DateTimeScalar)
  at!: string

  @Field(() => SyncOperation, { description: 'The operation as it stands now.' })
  operation!: SyncOperation

  @Field(() => OperationStatus, { description: 'The state that it came to in this event.' })
  status!: Status
}

/** Which operations or events are wanted. */
@InputType({ description: 'Which operations or events are wanted. What is left out is not asked for.' })
export class SyncFilter {
  @Field(() => [ID], { nullable: true })
  connections?: string[] | null

  @Field(() => [SyncObject], { nullable: true })
  objects?: (keyof typeof SyncObject)[] | null

  @Field(() => [SyncAction], { nullable: true })
  actions?: (keyof typeof SyncAction)[] | null

  @Field(() => [OperationStatus], { nullable: true })
  statuses?: Status[] | null

  @Field(() => ID, { nullable: true })
  customer?: string | null

  @Field(() => ID, { nullable: true })
  order?: string | null

  @Field(() => SyncDirection, {
    nullable: true,
    description: 'OUT: written to ERPs. IN: taken over from them.',
  })
  direction?: keyof typeof SyncDirection | null

  @Field(() => DateTimeScalar, { nullable: true, description: 'Accepted since then; of the sync log only.' })
  since?: string | null

  @Field(() => DateTimeScalar, { nullable: true, description: 'Accepted before then; of the sync log only.' })
  until?: string | null

  @Field(() => [SyncOutcome], { nullable: true, description: 'Of the sync log only.' })
  outcomes?: (keyof typeof SyncOutcome)[] | null

  @Field(() => ID, { nullable: true, description: 'The import, flow run or rollback; of the sync log only.' })
  batch?: string | null

  @Field(() => ID, {
    nullable: true,
    description: 'The operation that they follow from; of the sync log only.',
  })
  cause?: string | null

  @Field(() => String, {
    nullable: true,
    description:
      'One record: its id here or in the ERP, its number, our reference, or a part of the name of its customer; of the sync log only.',
  })
  record?: string | null
}

const DUE: Status[] = ['ACCEPTED', 'WAITING']
const OPEN: Status[] = ['ACCEPTED', 'RUNNING', 'WAITING']

/** An operation as the graph shows it; `status` is another one than the row's inside an older event. */
export function toOperation(row: Operation, status: Status = row.status): SyncOperation {
  const { id, connection, object, action, reference, externalId, externalNumber, problem, before, after } =
    row
  const own = { id, connection, object, action, reference, externalId, externalNumber, before, after }
  const { durationMs, requestId, providerStatus, discardedBy, discardReason } = row
  const seen = { durationMs, requestId, providerStatus, discardedBy, discardReason, input: row.input }
  const ended = OPEN.includes(status) && !OPEN.includes(row.status)
  return {
    ...own,
    ...seen,
    warnings: row.warnings ?? [],
    direction: row.direction === 'IN' ? 'IN' : 'OUT',
    status,
    outcome: ended ? null : row.outcome,
    problem: ended ? null : problem,
    requestedBy: row.requestedBy,
    batch: row.batch,
    causeId: row.cause,
    subject: row.subject,
    createdAt: iso(row.createdAt ?? new Date()),
    finishedAt: ended ? null : iso(row.finishedAt),
    nextAttemptAt: DUE.includes(status) ? iso(row.nextAttemptAt) : null,
    orderId: row.salesOrder,
    customerId: row.customer,
  }
}

/** What hangs on an operation. */
@Resolver(() => SyncOperation)
export class SyncOperationResolver {
  @FieldResolver(() => [SyncAttempt], { description: 'Oldest first. Needs the scope read:sync.' })
  async attempts(
    @Root() operation: SyncOperation,
    @Ctx() { hub, caller }: HubContext,
  ): Promise<SyncAttempt[]> {
    demand(caller, 'read:sync')
    return attemptsOf(hub.db.em(), operation.id)
  }

  @FieldResolver(() => JsonScalar, {
    nullable: true,
    description: 'The record in the ERP before the change, without the redacted fields.',
  })
  before(@Root() { connection, before }: SyncOperation, @Ctx() context: HubContext): Promise<object | null> {
    return seenOf(context.hub, connection, before)
  }

  @FieldResolver(() => JsonScalar, {
    nullable: true,
    description: 'The record in the ERP after the change, without the redacted fields.',
  })
  after(@Root() { connection, after }: SyncOperation, @Ctx() context: HubContext): Promise<object | null> {
    return seenOf(context.hub, connection, after)
  }

  @FieldResolver(() => JsonScalar, {
    nullable: true,
    description:
      'What was asked for, without the redacted fields; null for a change IN. Needs the scope read:sync.',
  })
  async input(
    @Root() { connection, direction, input }: SyncOperation,
    @Ctx() { hub, caller }: HubContext,
  ): Promise<object | null> {
    demand(caller, 'read:sync')
    return direction === 'IN' ? null : seenOf(hub, connection, input)
  }

  @FieldResolver(() => Order, { nullable: true })
  order(@Root() { orderId }: SyncOperation, @Ctx() context: HubContext): Promise<Order | null> | null {
    return orderId ? orderByReference({ id: orderId }, context) : null
  }

  @FieldResolver(() => SyncOperation, { nullable: true, description: 'What it follows from.' })
  async cause(
    @Root() { causeId }: SyncOperation,
    @Ctx() { hub, caller }: HubContext,
  ): Promise<SyncOperation | null> {
    if (!causeId) return null
    demand(caller, 'read:sync')
    const row = await hub.db.em().findOne(OperationTable, { id: causeId, tenant: caller.tenant })
    return row && sees(caller, row) ? toOperation(row) : null
  }

  @FieldResolver(() => Customer, { nullable: true })
  customer(
    @Root() { customerId }: SyncOperation,
    @Ctx() context: HubContext,
  ): Promise<Customer | null> | null {
    return customerId ? customerByReference({ id: customerId }, context) : null
  }
}
