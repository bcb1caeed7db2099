import type { InferEntity } from '@mikro-orm/core'
import Big from 'big.js'
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
import { InvoiceStatus, InvoiceType, Money, PaymentStatus } from '../../schema/index.ts'
import { DateScalar, DateTimeScalar } from '../../schema/scalars.ts'
import { demand } from '../caller.ts'
import { recordId } from '../ids.ts'
import { Customer, customerByReference } from './customer.ts'
import { iso } from './database.ts'
import type { HubContext } from './hub.ts'
import { Order, orderByReference } from './order.ts'
import { type PageOf, checkFirst, pageOf, readCursor, toPage } from './page.ts'
import { type Reference, referTo, stubOf } from './stubs.ts'
import { InvoiceTable } from './tables.ts'
import { conditionsOf, sees } from './visible.ts'

/** An invoice that was pushed, or that a connection told of; its figures now are asked under `record`. */
@Directive('@key(fields: "id")')
@ObjectType({ description: 'An invoice that was pushed, or that a connection told of.' })
export class Invoice {
  @Field(() => ID)
  id!: string

  @Field(() => ID)
  connection!: string

  @Field(() => String, { nullable: true })
  number?: string | null

  @Field(() => InvoiceStatus, { nullable: true, description: 'As last seen; ask record { state } for now.' })
  state?: InvoiceStatus | null

  @Field(() => InvoiceType, { nullable: true })
  type?: InvoiceType | null

  @Field(() => PaymentStatus, { nullable: true, description: 'As last seen.' })
  payment?: PaymentStatus | null

  @Field(() => DateScalar, { nullable: true })
  dueOn?: string | null

  @Field(() => Money, { nullable: true, description: 'As last seen.' })
  total?: Money | null

  @Field(() => Money, { nullable: true, description: 'Still to be paid, as last seen.' })
  balance?: Money | null

  @Field(() => Boolean, { description: 'True when it is due and something is still to be paid.' })
  overdue!: boolean

  @Field(() => Int, { nullable: true, description: 'How often payment was reminded of.' })
  dunningLevel?: number | null

  @Field(() => DateTimeScalar)
  updatedAt!: string

  nativeId?: string | null
  customerId?: string | null
  orderId?: string | null
}

const InvoicePage = pageOf('InvoicePage', () => Invoice)

/** Which invoices to list. */
@InputType({ description: 'Which invoices to list.' })
export class InvoiceFilter {
  @Field(() => ID, { nullable: true })
  connection?: string | null

  @Field(() => ID, { nullable: true })
  customer?: string | null

  @Field(() => String, { nullable: true })
  number?: string | null
}

function toInvoice(row: InferEntity<typeof InvoiceTable>): Invoice {
  const { id, connection, number, nativeId, currency, dueOn, dunningLevel, updatedAt } = row
  const money = (amount: string | null | undefined): Money | null =>
    amount && currency ? { amount, currency } : null
  const open = row.balance ? new Big(row.balance).gt(0) : row.payment !== 'PAID'
  const isLate = Boolean(dueOn) && (dueOn ?? '') < iso(new Date()).slice(0, 10)
  return {
    ...{ id, connection, number, nativeId, dueOn, dunningLevel, updatedAt: iso(updatedAt ?? new Date()) },
    ...{ customerId: row.customer, orderId: row.salesOrder },
    state: row.state as InvoiceStatus | null,
    type: row.type as InvoiceType | null,
    payment: row.payment as PaymentStatus | null,
    total: money(row.total),
    balance: money(row.balance),
    overdue: isLate && open && !ENDED.includes(row.state ?? ''),
  }
}
const ENDED = ['DRAFT', 'PAID', 'VOID', 'CREDITED']

/** The invoice with the hub's id where the caller may see it, or null. */
export async function invoiceByReference(
  { id }: { id: string },
  { hub, caller }: HubContext,
): Promise<Invoice | null> {
  demand(caller, 'read:order')
  const row = await hub.db.em().findOne(InvoiceTable, { tenant: caller.tenant, id })
  return row && sees(caller, row) ? toInvoice(row) : null
}

/** Finds invoices and what the ERP says of them now. */
@Resolver(() => Invoice)
export class InvoiceResolver {
  @Query(() => Invoice, { nullable: true })
  invoice(@Arg('id', () => ID) id: string, @Ctx() context: HubContext): Promise<Invoice | null> {
    return invoiceByReference({ id }, context)
  }

  @Query(() => InvoicePage)
  async invoices(
    @Arg('filter', () => InvoiceFilter, { nullable: true }) filter: InvoiceFilter | null,
    @Arg('first', () => Int, { defaultValue: 20 }) first: number,
    @Arg('after', () => String, { nullable: true }) after: string | null,
    @Ctx() context: HubContext,
  ): Promise<PageOf<Invoice>> {
    demand(context.caller, 'read:order')
    checkFirst(first)
    const [from] = readCursor(after) ?? []
    const all = [...(await conditionsOf(context, filter)), ...(from ? [{ id: { $gt: from } }] : [])]
    const options = { orderBy: { id: 'asc' }, limit: first + 1 } as const
    const found = await context.hub.db.em().find(InvoiceTable, { $and: all }, options)
    return toPage(found, first, (row) => [row.id], toInvoice)
  }

  @FieldResolver(() => stubOf('invoice'), {
    nullable: true,
    description: 'The invoice as the ERP holds it now.',
  })
  record(@Root() invoice: Invoice, @Ctx() { hub, caller }: HubContext): Reference | null {
    const open = hub.directory.find(caller.tenant, invoice.connection)
    if (!open?.erp.invoices || !invoice.nativeId) return null
    return referTo(open.connector, 'invoice', recordId(open.id, 'invoice', invoice.nativeId), open.id)
  }

  @FieldResolver(() => Customer, { nullable: true })
  customer(@Root() invoice: Invoice, @Ctx() context: HubContext): Promise<Customer | null> | null {
    return invoice.customerId ? customerByReference({ id: invoice.customerId }, context) : null
  }

  @FieldResolver(() => Order, { nullable: true, description: 'The order that it bills, where it is known.' })
  order(@Root() invoice: Invoice, @Ctx() context: HubContext): Promise<Order | null> | null {
    return invoice.orderId ? orderByReference({ id: invoice.orderId }, context) : null
  }
}
