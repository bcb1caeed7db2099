import { Arg, Ctx, Field, ID, Int, Mutation, ObjectType, Resolver } from 'type-graphql'
import { Problem } from '../../../schema/index.ts'
import { type Caller, demand } from '../../caller.ts'
import type { HubContext } from '../hub.ts'
import { Invoice, invoiceByReference } from '../invoice.ts'
import { Payment, paymentByReference } from '../payment.ts'
import { type Accepted, Refused } from '../request.ts'
import { SyncOperation, toOperation } from '../sync.ts'
import { untilFinal } from '../waiting.ts'
import { acceptInvoice, acceptPayment } from './accept.ts'
import { PushInvoiceInput, PushPaymentInput } from './inputs.ts'

/** What became of an invoice: an operation, or problems and nothing accepted. */
@ObjectType({ description: 'What became of an invoice: an operation, or problems and nothing accepted.' })
export class PushInvoicePayload {
  @Field(() => SyncOperation, { nullable: true })
  operation?: SyncOperation | null

  @Field(() => Invoice, { nullable: true })
  invoice?: Invoice | null

  @Field(() => [Problem])
  problems!: Problem[]

  @Field(() => [Problem], { description: 'What the checks found that did not stop it.' })
  warnings!: Problem[]
}

/** What became of a payment: an operation, or problems and nothing accepted. */
@ObjectType({ description: 'What became of a payment: an operation, or problems and nothing accepted.' })
export class PushPaymentPayload {
  @Field(() => SyncOperation, { nullable: true })
  operation?: SyncOperation | null

  @Field(() => Payment, { nullable: true })
  payment?: Payment | null

  @Field(() => [Problem])
  problems!: Problem[]

  @Field(() => [Problem], { description: 'What the checks found that did not stop it.' })
  warnings!: Problem[]
}

const WAIT = { defaultValue: 0, description: 'Milliseconds to wait for the end, at most 30000.' }
const KEY = { description: 'The same key and request give the first answer for ever.' }

/** Writes invoices and payments to the ERPs. */
@Resolver()
export class PaperResolver {
  @Mutation(() => PushInvoicePayload, {
    description: 'Accepts an invoice; it is written once, whatever happens.',
  })
  async pushInvoice(
    @Arg('input', () => PushInvoiceInput) input: PushInvoiceInput,
    @Arg('idempotencyKey', () => ID, KEY) key: string,
    @Arg('waitMs', () => Int, WAIT) waitMs: number,
    @Ctx() context: HubContext,
  ): Promise<PushInvoicePayload> {
    const done = await pushed(context, waitMs, (caller) => acceptInvoice(context.hub, caller, input, key))
    const { operation, subject, ...rest } = done
    const invoice = subject ? await invoiceByReference({ id: subject }, trusted(context)) : null
    return { operation, invoice, ...rest }
  }

  @Mutation(() => PushPaymentPayload, {
    description: 'Accepts a payment against invoices; it is written once, whatever happens.',
  })
  async pushPayment(
    @Arg('input', () => PushPaymentInput) input: PushPaymentInput,
    @Arg('idempotencyKey', () => ID, KEY) key: string,
    @Arg('waitMs', () => Int, WAIT) waitMs: number,
    @Ctx() context: HubContext,
  ): Promise<PushPaymentPayload> {
    const done = await pushed(context, waitMs, (caller) => acceptPayment(context.hub, caller, input, key))
    const { operation, subject, ...rest } = done
    const payment = subject ? await paymentByReference({ id: subject }, trusted(context)) : null
    return { operation, payment, ...rest }
  }
}

/** Who wrote a document may see it. */
function trusted(context: HubContext): HubContext {
  return { ...context, caller: { ...context.caller, scopes: [...context.caller.scopes, 'read:order'] } }
}

interface Pushed {
  operation: SyncOperation | null
  subject: string | null
  problems: Problem[]
  warnings: Problem[]
}

async function pushed(
  { hub, caller }: HubContext,
  waitMs: number,
  accept: (caller: Caller) => Promise<Accepted>,
): Promise<Pushed> {
  demand(caller, 'write:invoice')
  try {
    const { operations } = await accept(caller)
    const [row] = await untilFinal(hub, operations, waitMs)
    const operation = row ? toOperation(row) : null
    return { operation, subject: row?.subject ?? null, problems: [], warnings: operation?.warnings ?? [] }
  } catch (error) {
    if (!(error instanceof Refused)) throw error
    const { problems, warnings } = error
    return { operation: null, subject: null, problems, warnings }
  }
}
