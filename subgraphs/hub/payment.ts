import type { InferEntity } from '@mikro-orm/core'
import {
  Arg,
  Ctx,
  Directive,
  Field,
  FieldResolver,
  ID,
  InputType,
  Int,
  ObjectType,
  Query,
  Resolver,
  Root,
} from 'type-graphql'
import { Money } from '../../schema/index.ts'
import { DateScalar, DateTimeScalar } from '../../schema/scalars.ts'
import { demand } from '../caller.ts'
import { recordId } from '../ids.ts'
import { Customer, customerByReference } from './customer.ts'
import { iso, rows } from './database.ts'
import type { HubContext } from './hub.ts'
import { Invoice, invoiceByReference } from './invoice.ts'
import { type PageOf, checkFirst, pageOf, readCursor, toPage } from './page.ts'
import { type Reference, referTo, stubOf } from './stubs.ts'
import { PaymentTable } from './tables.ts'
import { conditionsOf, sees } from './visible.ts'

/** A payment that was pushed, or that a connection told of. */
@Directive('@key(fields: "id")')
@ObjectType({ description: 'A payment that was pushed, or that a connection told of.' })
export class Payment {
  @Field(() => ID)
  id!: string

  @Field(() => ID)
  connection!: string

  @Field(() => String, { nullable: true })
  number?: string | null

  @Field(() => DateScalar, { nullable: true })
  paidOn?: string | null

  @Field(() => Money, { nullable: true })
  amount?: Money | null

  @Field(() => DateTimeScalar)
  updatedAt!: string

  row!: InferEntity<typeof PaymentTable>
}

const PaymentPage = pageOf('PaymentPage', () => Payment)

/** Which payments to list. */
@InputType({ description: 'Which payments to list.' })
export class PaymentFilter {
  @Field(() => ID, { nullable: true })
  connection?: string | null

  @Field(() => ID, { nullable: true })
  customer?: string | null
}

function toPayment(row: InferEntity<typeof PaymentTable>): Payment {
  const { id, connection, number, paidOn, amount, currency, updatedAt } = row
  const sum = amount && currency ? { amount, currency } : null
  return { id, connection, number, paidOn, amount: sum, updatedAt: iso(updatedAt ?? new Date()), row }
}

/** The payment with the hub's id where the caller may see it, or null. */
export async function paymentByReference(
  { id }: { id: string },
  { hub, caller }: HubContext,
): Promise<Payment | null> {
  demand(caller, 'read:order')
  const row = await hub.db.em().findOne(PaymentTable, { tenant: caller.tenant, id })
  return row && sees(caller, row) ? toPayment(row) : null
}

/** Finds payments and what they settle. */
@Resolver(() => Payment)
export class PaymentResolver {
  @Query(() => Payment, { nullable: true })
  payment(@Arg('id', () => ID) id: string, @Ctx() context: HubContext): Promise<Payment | null> {
    return paymentByReference({ id }, context)
  }

  @Query(() => PaymentPage)
  async payments(
    @Arg('filter', () => PaymentFilter, { nullable: true }) filter: PaymentFilter | null,
    @Arg('first', () => Int, { defaultValue: 20 }) first: number,
    @Arg('after', () => String, { nullable: true }) after: string | null,
    @Ctx() context: HubContext,
  ): Promise<PageOf<Payment>> {
    demand(context.caller, 'read:order')
    checkFirst(first)
    const [from] = readCursor(after) ?? []
    const all = [...(await conditionsOf(context, filter)), ...(from ? [{ id: { $gt: from } }] : [])]
    const options = { orderBy: { id: 'asc' }, limit: first + 1 } as const
    const found = await context.hub.db.em().find(PaymentTable, { $and: all }, options)
    return toPage(found, first, (row) => [row.id], toPayment)
  }

  @FieldResolver(() => stubOf('payment'), {
    nullable: true,
    description: 'The payment as the ERP holds it now.',
  })
  record(@Root() { row }: Payment, @Ctx() { hub, caller }: HubContext): Reference | null {
    const open = hub.directory.find(caller.tenant, row.connection)
    if (!open?.erp.payments || !row.nativeId) return null
    return referTo(open.connector, 'payment', recordId(open.id, 'payment', row.nativeId), open.id)
  }

  @FieldResolver(() => Customer, { nullable: true })
  customer(@Root() { row }: Payment, @Ctx() context: HubContext): Promise<Customer | null> | null {
    return row.customer ? customerByReference({ id: row.customer }, context) : null
  }

  @FieldResolver(() => [Invoice], { description: 'The invoices that it settles, as far as they are known.' })
  async invoices(@Root() { row }: Payment, @Ctx() context: HubContext): Promise<Invoice[]> {
    const sql = `select id from invoice where tenant = ? and connection = ?
      and coalesce(native_id, id) in (select jsonb_array_elements_text(?::jsonb)) order by id`
    const natives = JSON.stringify(row.allocations.map(({ invoice }) => invoice))
    const values = [row.tenant, row.connection, natives]
    const found = await rows<{ id: string }>(context.hub.db.em(), sql, values)
    const all = await Promise.all(found.map((one) => invoiceByReference(one, context)))
    return all.filter((one) => one !== null)
  }
}
