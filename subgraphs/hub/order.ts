import type { FilterQuery, InferEntity } from '@mikro-orm/core'
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
import { OrderStatus } from '../../schema/index.ts'
import { DateTimeScalar } from '../../schema/scalars.ts'
import { demand } from '../caller.ts'
import { recordId } from '../ids.ts'
import { Customer, customerByReference } from './customer.ts'
import { iso } from './database.ts'
import type { Hub, HubContext } from './hub.ts'
import { type PageOf, checkFirst, pageOf, readTimeCursor, toPage } from './page.ts'
import { Quote, quoteByReference } from './quote.ts'
import { type Reference, referTo, stubOf } from './stubs.ts'
import { OrderTable } from './tables.ts'
import { conditionsOf, sees } from './visible.ts'

/** A sales order that was pushed, or that a connection told of. What the ERP says now is under `record`. */
@Directive('@key(fields: "id")')
@ObjectType({ description: 'A sales order that was pushed, or that a connection told of.' })
export class Order {
  @Field(() => ID)
  id!: string

  @Field(() => ID)
  connection!: string

  @Field(() => String, { nullable: true, description: "The ERP's number; null until the ERP has it." })
  number?: string | null

  @Field(() => String, { nullable: true, description: 'Our reference, written into the ERP for life.' })
  reference?: string | null

  @Field(() => OrderStatus, { nullable: true, description: 'As last seen; ask record { state } for now.' })
  state?: OrderStatus | null

  @Field(() => DateTimeScalar)
  createdAt!: string

  @Field(() => DateTimeScalar)
  updatedAt!: string

  nativeId?: string | null
  customerId?: string | null
  quoteId?: string | null
}

const OrderPage = pageOf('OrderPage', () => Order)

/** Which orders to list. */
@InputType({ description: 'Which orders to list.' })
export class OrderFilter {
  @Field(() => ID, { nullable: true })
  connection?: string | null

  @Field(() => ID, { nullable: true })
  customer?: string | null

  @Field(() => String, { nullable: true })
  number?: string | null

  @Field(() => OrderStatus, { nullable: true })
  state?: OrderStatus | null

  @Field(() => DateTimeScalar, { nullable: true })
  since?: string | null
}

function toOrder(row: InferEntity<typeof OrderTable>): Order {
  const { id, connection, number, reference, state, nativeId, createdAt, updatedAt } = row
  const own = { id, connection, number, reference, nativeId, customerId: row.customer, quoteId: row.quote }
  const times = { createdAt: iso(createdAt ?? new Date()), updatedAt: iso(updatedAt ?? new Date()) }
  return { ...own, ...times, state: state as OrderStatus | null }
}

/** The order with the hub's id, or null. */
export async function orderById(hub: Hub, tenant: string, id: string): Promise<Order | null> {
  const row = await hub.db.em().findOne(OrderTable, { tenant, id })
  return row && toOrder(row)
}

/** Resolves an Order by the hub's id; throws FORBIDDEN without the right, whatever led to the order. */
export async function orderByReference(
  { id }: { id: string },
  { hub, caller }: HubContext,
): Promise<Order | null> {
  demand(caller, 'read:order')
  const order = await orderById(hub, caller.tenant, id)
  return order && sees(caller, { ...order, customer: order.customerId }) ? order : null
}

/** Finds orders and what the ERP says of them now. */
@Resolver(() => Order)
export class OrderResolver {
  @Query(() => Order, { nullable: true })
  order(@Arg('id', () => ID) id: string, @Ctx() context: HubContext): Promise<Order | null> {
    return orderByReference({ id }, context)
  }

  @Query(() => OrderPage, { description: 'Newest first.' })
  async orders(
    @Arg('filter', () => OrderFilter, { nullable: true }) filter: OrderFilter | null,
    @Arg('first', () => Int, { defaultValue: 20 }) first: number,
    @Arg('after', () => String, { nullable: true }) after: string | null,
    @Ctx() context: HubContext,
  ): Promise<PageOf<Order>> {
    demand(context.caller, 'read:order')
    checkFirst(first)
    const [createdAt, id] = readTimeCursor(after) ?? []
    const all: FilterQuery<InferEntity<typeof OrderTable>>[] = await conditionsOf(context, filter)
    if (createdAt && id)
      all.push({ $or: [{ createdAt: { $lt: createdAt } }, { createdAt, id: { $lt: id } }] })
    if (filter?.since) all.push({ createdAt: { $gte: filter.since } })
    const options = { orderBy: { createdAt: 'desc', id: 'desc' }, limit: first + 1 } as const
    const found = await context.hub.db.em().find(OrderTable, { $and: all }, options)
    return toPage(found, first, (row) => [iso(row.createdAt ?? new Date()), row.id], toOrder)
  }

  @FieldResolver(() => stubOf('order'), { nullable: true, description: 'The order as the ERP holds it now.' })
  record(@Root() order: Order, @Ctx() { hub, caller }: HubContext): Reference | null {
    const open = hub.directory.find(caller.tenant, order.connection)
    if (!open?.erp.orders || !order.nativeId) return null
    return referTo(open.connector, 'order', recordId(open.id, 'order', order.nativeId), open.id)
  }

  @FieldResolver(() => Customer, { nullable: true })
  customer(@Root() order: Order, @Ctx() context: HubContext): Promise<Customer | null> | null {
    return order.customerId ? customerByReference({ id: order.customerId }, context) : null
  }

  @FieldResolver(() => Quote, { nullable: true, description: 'The quote that it was made from.' })
  quote(@Root() order: Order, @Ctx() context: HubContext): Promise<Quote | null> | null {
    return order.quoteId ? quoteByReference({ id: order.quoteId }, context) : null
  }
}
