import { Arg, Ctx, Field, Float, ID, Int, Mutation, ObjectType, Resolver } from 'type-graphql'
import { Problem } from '../../schema/index.ts'
import { demand, may } from '../caller.ts'
import type { WireRequest } from '../connector.ts'
import { acceptOrder } from './accept.ts'
import { acceptCancel } from './cancel.ts'
import { Customer, customerById, customerByReference } from './customer.ts'
import type { Candidate } from './duplicates.ts'
import type { HubContext } from './hub.ts'
import { PushOrderInput, UpsertCustomerInput } from './inputs.ts'
import { operationOf, resolve, retry } from './operators.ts'
import { Order, orderById } from './order.ts'
import { planCustomer, planOrder } from './plan.ts'
import { type Accepted, Refused } from './request.ts'
import { WireRequestType } from './exchange.ts'
import { SyncOperation, toOperation } from './sync.ts'
import { acceptCustomer } from './upsert.ts'
import { untilFinal } from './waiting.ts'

/** What became of an order: an operation, or problems and nothing accepted. */
@ObjectType({ description: 'What became of an order: an operation, or problems and nothing accepted.' })
export class PushOrderPayload {
  @Field(() => SyncOperation, { nullable: true })
  operation?: SyncOperation | null

  @Field(() => Order, { nullable: true })
  order?: Order | null

  @Field(() => [Problem])
  problems!: Problem[]

  @Field(() => [Problem], { description: 'What the checks found that did not stop it.' })
  warnings!: Problem[]

  @Field(() => [WireRequestType], { nullable: true, description: 'Only on dryRun.' })
  plan?: WireRequest[] | null
}

/** A customer that may be the same one. */
@ObjectType({ description: 'A customer that may be the same one.' })
export class MatchCandidate {
  @Field(() => ID)
  id!: string

  @Field(() => Float, { description: 'From 0 to 1; 1 when tax id or e-mail are the same.' })
  score!: number

  @Field(() => [String])
  reasons!: string[]

  @Field(() => Customer, { nullable: true, description: 'Needs the scope read:customer.' })
  customer?: Customer | null
}

/** What became of a customer: operations, or problems, candidates and nothing accepted. */
@ObjectType({ description: 'What became of a customer: operations, or problems and nothing accepted.' })
export class UpsertCustomerPayload {
  @Field(() => [SyncOperation], { description: 'One per ERP.' })
  operations!: SyncOperation[]

  @Field(() => Customer, { nullable: true })
  customer?: Customer | null

  @Field(() => [MatchCandidate], { description: 'Who may be the same customer.' })
  candidates!: MatchCandidate[]

  @Field(() => [Problem])
  problems!: Problem[]

  @Field(() => [Problem], { description: 'What the checks found that did not stop it.' })
  warnings!: Problem[]

  @Field(() => [WireRequestType], { nullable: true, description: 'Only on dryRun.' })
  plan?: WireRequest[] | null
}

const WAIT = { defaultValue: 0, description: 'Milliseconds to wait for the end, at most 30000.' }
const KEY = { description: 'The same key and request give the first answer for ever.' }
const DRY = {
  defaultValue: false,
  description: 'Shows the requests and problems; nothing is sent or stored.',
}

/** Writes orders and customers to the ERPs. */
@Resolver()
export class WriteResolver {
  @Mutation(() => PushOrderPayload, { description: 'Accepts an order; it is pushed once, whatever happens.' })
  async pushOrder(
    @Arg('input', () => PushOrderInput) input: PushOrderInput,
    @Arg('idempotencyKey', () => ID, KEY) key: string,
    @Arg('waitMs', () => Int, WAIT) waitMs: number,
    @Arg('dryRun', () => Boolean, DRY) dryRun: boolean,
    @Ctx() context: HubContext,
  ): Promise<PushOrderPayload> {
    const { hub, caller } = context
    demand(caller, 'write:order')
    return refusing(async () => {
      if (dryRun) return planOrder(hub, caller, input, key)
      return orderPayload(await acceptOrder(hub, caller, input, key), waitMs, context)
    }, onlyProblems)
  }

  @Mutation(() => PushOrderPayload, {
    description: 'Cancels an order where the ERP can; one that was not sent yet is never sent.',
  })
  async cancelOrder(
    @Arg('order', () => ID) order: string,
    @Arg('reason', () => String, { nullable: true }) reason: string | null,
    @Arg('idempotencyKey', () => ID, KEY) key: string,
    @Arg('waitMs', () => Int, WAIT) waitMs: number,
    @Ctx() context: HubContext,
  ): Promise<PushOrderPayload> {
    const { hub, caller } = context
    demand(caller, 'write:order')
    return refusing(
      async () => orderPayload(await acceptCancel(hub, caller, order, reason ?? null, key), waitMs, context),
      onlyProblems,
    )
  }

  @Mutation(() => UpsertCustomerPayload, { description: 'Creates a customer, or changes one by its id.' })
  async upsertCustomer(
    @Arg('input', () => UpsertCustomerInput) input: UpsertCustomerInput,
    @Arg('idempotencyKey', () => ID, KEY) key: string,
    @Arg('differentFrom', () => [ID], { defaultValue: [], description: 'Candidates that are somebody else.' })
    differentFrom: string[],
    @Arg('waitMs', () => Int, WAIT) waitMs: number,
    @Arg('dryRun', () => Boolean, DRY) dryRun: boolean,
    @Ctx() context: HubContext,
  ): Promise<UpsertCustomerPayload> {
    const { hub, caller } = context
    demand(caller, 'write:customer')
    return refusing(
      async () => {
        if (!dryRun) {
          const accepted = await acceptCustomer(hub, caller, input, differentFrom, key)
          return customerPayload(accepted, waitMs, context)
        }
        const planned = await planCustomer(hub, caller, input, differentFrom, key)
        return { operations: [], candidates: [], ...planned }
      },
      async ({ problems, candidates, warnings }) => ({
        operations: [],
        candidates: await shown(candidates, context),
        problems,
        warnings,
      }),
    )
  }

  @Mutation(() => SyncOperation, { description: 'Tries a failed operation again, a waiting one at once.' })
  async retryOperation(
    @Arg('id', () => ID) id: string,
    @Ctx() { hub, caller }: HubContext,
  ): Promise<SyncOperation> {
    demand(caller, 'admin')
    await retry(hub, caller, id)
    return toOperation(await operationOf(hub, caller, id))
  }

  @Mutation(() => SyncOperation, {
    description:
      'Ends an uncertain operation. found: the document in the ERP. create: true, it is not there and shall be; false, it shall not be.',
  })
  async resolveOperation(
    @Arg('id', () => ID) id: string,
    @Arg('found', () => ID, { nullable: true }) found: string | null,
    @Arg('create', () => Boolean, { nullable: true }) create: boolean | null,
    @Ctx() { hub, caller }: HubContext,
  ): Promise<SyncOperation> {
    demand(caller, 'admin')
    await resolve(hub, caller, id, found ?? null, create ?? null)
    return toOperation(await operationOf(hub, caller, id))
  }
}

/** A refusal is an answer, not an error. */
async function refusing<T>(
  work: () => Promise<T>,
  refused: (refusal: Refused) => T | Promise<T>,
): Promise<T> {
  try {
    return await work()
  } catch (error) {
    if (error instanceof Refused) return refused(error)
    throw error
  }
}

function onlyProblems({ problems, warnings }: Refused): PushOrderPayload {
  return { problems, warnings }
}

async function orderPayload(
  accepted: Accepted,
  waitMs: number,
  { hub, caller }: HubContext,
): Promise<PushOrderPayload> {
  const [row] = await untilFinal(hub, accepted.operations.slice(0, 1), waitMs)
  const order = accepted.order ? await orderById(hub, caller.tenant, accepted.order) : null
  return { operation: row && toOperation(row), order, problems: [], warnings: row?.warnings ?? [] }
}

async function customerPayload(
  accepted: Accepted,
  waitMs: number,
  { hub, caller }: HubContext,
): Promise<UpsertCustomerPayload> {
  const found = await untilFinal(hub, accepted.operations, waitMs)
  hub.catalogue.clear()
  const customer = accepted.customer ? await customerById(hub, caller.tenant, accepted.customer) : null
  const operations = found.map((row) => toOperation(row))
  const warnings = operations.flatMap((operation) => operation.warnings)
  return { operations, customer, candidates: [], problems: [], warnings }
}

async function shown(candidates: Candidate[], context: HubContext): Promise<MatchCandidate[]> {
  const isShown = may(context.caller, 'read:customer')
  return Promise.all(
    candidates.map(async ({ customer: id, score, reasons }) => {
      const customer = isShown ? await customerByReference({ id }, context) : null
      return { id, score, reasons, customer }
    }),
  )
}
