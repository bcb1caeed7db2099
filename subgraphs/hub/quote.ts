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
import { Problem, QuoteStatus } from '../../schema/index.ts'
import { DateTimeScalar } from '../../schema/scalars.ts'
import { demand, reaches } from '../caller.ts'
import { recordId } from '../ids.ts'
import { iso } from './database.ts'
import type { HubContext } from './hub.ts'
import { Order, orderByReference } from './order.ts'
import { type PageOf, checkFirst, pageOf, readCursor, toPage } from './page.ts'
import { type Reference, referTo, stubOf } from './stubs.ts'
import { QuoteTable } from './tables.ts'
import { conditionsOf } from './visible.ts'

/** A quote that a source told of. An accepted one becomes exactly one order. */
@Directive('@key(fields: "id")')
@ObjectType({ description: 'A quote that a source told of. An accepted one becomes exactly one order.' })
export class Quote {
  @Field(() => ID)
  id!: string

  @Field(() => ID)
  connection!: string

  @Field(() => String, { nullable: true })
  number?: string | null

  @Field(() => QuoteStatus, { description: 'As last seen; ask record { state } for now.' })
  state!: QuoteStatus

  @Field(() => String, { nullable: true })
  nativeStatus?: string | null

  @Field(() => String, { nullable: true })
  customerName?: string | null

  @Field(() => Problem, { nullable: true, description: 'Why it did not become an order.' })
  problem?: Problem | null

  @Field(() => DateTimeScalar)
  updatedAt!: string

  nativeId!: string
  orderId?: string | null
}

const QuotePage = pageOf('QuotePage', () => Quote)

/** Which quotes to list. */
@InputType({ description: 'Which quotes to list.' })
export class QuoteFilter {
  @Field(() => ID, { nullable: true })
  connection?: string | null

  @Field(() => QuoteStatus, { nullable: true })
  state?: QuoteStatus | null

  @Field(() => String, { nullable: true })
  number?: string | null
}

function toQuote(row: InferEntity<typeof QuoteTable>): Quote {
  const { id, connection, number, nativeStatus, customerName, problem, nativeId } = row
  const own = {
    id,
    connection,
    number,
    nativeStatus,
    customerName,
    problem,
    nativeId,
    orderId: row.salesOrder,
  }
  return { ...own, state: row.state as QuoteStatus, updatedAt: iso(row.updatedAt ?? new Date()) }
}

/** Resolves a Quote by the hub's id; null for one that the caller may not see. A portal key sees no quotes. */
export async function quoteByReference(
  { id }: { id: string },
  { hub, caller }: HubContext,
): Promise<Quote | null> {
  demand(caller, 'read:order')
  if (caller.customer) return null
  const row = await hub.db.em().findOne(QuoteTable, { tenant: caller.tenant, id })
  return row && reaches(caller, row.connection) ? toQuote(row) : null
}

/** Finds quotes, the orders made of them, and what the source says now. */
@Resolver(() => Quote)
export class QuoteResolver {
  @Query(() => Quote, { nullable: true })
  quote(@Arg('id', () => ID) id: string, @Ctx() context: HubContext): Promise<Quote | null> {
    return quoteByReference({ id }, context)
  }

  @Query(() => QuotePage, { description: 'Sorted by number.' })
  async quotes(
    @Arg('filter', () => QuoteFilter, { nullable: true }) filter: QuoteFilter | null,
    @Arg('first', () => Int, { defaultValue: 20 }) first: number,
    @Arg('after', () => String, { nullable: true }) after: string | null,
    @Ctx() context: HubContext,
  ): Promise<PageOf<Quote>> {
    const { hub, caller } = context
    demand(caller, 'read:order')
    checkFirst(first)
    if (caller.customer) return { nodes: [], pageInfo: { endCursor: null, hasNextPage: false } }
    const [from] = readCursor(after) ?? []
    const all = [...(await conditionsOf(context, filter)), ...(from ? [{ id: { $gt: from } }] : [])]
    const options = { orderBy: { id: 'asc' }, limit: first + 1 } as const
    const found = await hub.db.em().find(QuoteTable, { $and: all }, options)
    return toPage(found, first, (row) => [row.id], toQuote)
  }

  @FieldResolver(() => stubOf('quote'), {
    nullable: true,
    description: 'The quote as the source holds it now.',
  })
  record(@Root() quote: Quote, @Ctx() { hub, caller }: HubContext): Reference | null {
    const open = hub.directory.find(caller.tenant, quote.connection)
    // One of the company before a switch is not to be found any more.
    if (!open?.erp.quotes || quote.nativeId.startsWith(`${quote.id} `)) return null
    return referTo(open.connector, 'quote', recordId(open.id, 'quote', quote.nativeId), open.id)
  }

  @FieldResolver(() => Order, { nullable: true, description: 'The order that was made of it.' })
  order(@Root() quote: Quote, @Ctx() context: HubContext): Promise<Order | null> | null {
    return quote.orderId ? orderByReference({ id: quote.orderId }, context) : null
  }
}
