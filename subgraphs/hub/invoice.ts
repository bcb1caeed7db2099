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
import { DateTimeScalar } from '../../schema/scalars.ts'
import { demand, reaches } from '../caller.ts'
import { recordId } from '../ids.ts'
import { Customer, customerByReference } from './customer.ts'
import { iso } from './database.ts'
import type { HubContext } from './hub.ts'
import { type PageOf, checkFirst, pageOf, readCursor, toPage } from './page.ts'
import { type Reference, referTo, stubOf } from './stubs.ts'
import { InvoiceTable } from './tables.ts'

/** An invoice that a connection told of; its figures are asked live under `record`. */
@Directive('@key(fields: "id")')
@ObjectType({ description: 'An invoice that a connection told of.' })
export class Invoice {
  @Field(() => ID)
  id!: string

  @Field(() => ID)
  connection!: string

  @Field(() => String, { nullable: true })
  number?: string | null

  @Field(() => DateTimeScalar)
  updatedAt!: string

  nativeId!: string
  customerId?: string | null
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
  const { id, connection, number, nativeId, customer, updatedAt } = row
  return { id, connection, number, nativeId, customerId: customer, updatedAt: iso(updatedAt ?? new Date()) }
}

/** Finds invoices and what the ERP says of them now. */
@Resolver(() => Invoice)
export class InvoiceResolver {
  @Query(() => Invoice, { nullable: true })
  async invoice(
    @Arg('id', () => ID) id: string,
    @Ctx() { hub, caller }: HubContext,
  ): Promise<Invoice | null> {
    demand(caller, 'read:order')
    const row = await hub.db.em().findOne(InvoiceTable, { tenant: caller.tenant, id })
    const seen =
      row && reaches(caller, row.connection) && (!caller.customer || caller.customer.id === row.customer)
    return seen ? toInvoice(row) : null
  }

  @Query(() => InvoicePage)
  async invoices(
    @Arg('filter', () => InvoiceFilter, { nullable: true }) filter: InvoiceFilter | null,
    @Arg('first', () => Int, { defaultValue: 20 }) first: number,
    @Arg('after', () => String, { nullable: true }) after: string | null,
    @Ctx() { hub, caller }: HubContext,
  ): Promise<PageOf<Invoice>> {
    demand(caller, 'read:order')
    checkFirst(first)
    const [from] = readCursor(after) ?? []
    const all: FilterQuery<InferEntity<typeof InvoiceTable>>[] = [{ tenant: caller.tenant }]
    if (from) all.push({ id: { $gt: from } })
    if (filter?.connection) all.push({ connection: filter.connection })
    if (caller.connections) all.push({ connection: { $in: caller.connections } })
    if (filter?.customer) all.push({ customer: filter.customer })
    if (caller.customer) all.push({ customer: caller.customer.id })
    if (filter?.number) all.push({ number: filter.number })
    const found = await hub.db
      .em()
      .find(InvoiceTable, { $and: all }, { orderBy: { id: 'asc' }, limit: first + 1 })
    return toPage(found, first, (row) => [row.id], toInvoice)
  }

  @FieldResolver(() => stubOf('invoice'), {
    nullable: true,
    description: 'The invoice as the ERP holds it now.',
  })
  record(@Root() invoice: Invoice, @Ctx() { hub, caller }: HubContext): Reference | null {
    const open = hub.directory.find(caller.tenant, invoice.connection)
    if (!open?.erp.invoices) return null
    return referTo(open.connector, 'invoice', recordId(open.id, 'invoice', invoice.nativeId), open.id)
  }

  @FieldResolver(() => Customer, { nullable: true })
  customer(@Root() invoice: Invoice, @Ctx() context: HubContext): Promise<Customer | null> | null {
    return invoice.customerId ? customerByReference({ id: invoice.customerId }, context) : null
  }
}
