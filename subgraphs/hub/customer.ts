import type { InferEntity } from '@mikro-orm/core'
import {
  Arg,
  Ctx,
  Directive,
  Field,
  FieldResolver,
  ID,
  Int,
  ObjectType,
  Query,
  Resolver,
  Root,
} from 'type-graphql'
import { Address, CustomAttribute } from '../../schema/index.ts'
import {
  CountryCodeScalar,
  CurrencyCodeScalar,
  DateTimeScalar,
  EmailAddressScalar,
  PhoneNumberScalar,
} from '../../schema/scalars.ts'
import { type Caller, demand, reaches, reachesAny } from '../caller.ts'
import type { Capability } from '../connector.ts'
import { recordId } from '../ids.ts'
import type { KnownCustomer } from './catalogue.ts'
import { iso } from './database.ts'
import type { Hub, HubContext } from './hub.ts'
import { knownToCaller } from './known.ts'
import { type PageOf, checkFirst, pageOf, readCursor, toPage } from './page.ts'
import { type Reference, referTo, stubOf } from './stubs.ts'
import { CustomerTable } from './tables.ts'

/** The golden record of a customer; what each ERP says is under `records` and `credit`. */
@Directive('@key(fields: "id")')
@ObjectType({ description: 'A customer, one for all ERPs that know it.' })
export class Customer {
  @Field(() => ID)
  id!: string

  @Field(() => String)
  name!: string

  @Field(() => EmailAddressScalar, { nullable: true })
  email?: string | null

  @Field(() => PhoneNumberScalar, { nullable: true })
  phone?: string | null

  @Field(() => String, { nullable: true })
  taxId?: string | null

  @Field(() => CountryCodeScalar, { nullable: true })
  country?: string | null

  @Field(() => CurrencyCodeScalar, { nullable: true })
  currency?: string | null

  @Field(() => String, { nullable: true })
  group?: string | null

  @Field(() => String, { nullable: true })
  paymentTerms?: string | null

  @Field(() => [Address])
  addresses!: Address[]

  @Field(() => [CustomAttribute])
  customAttributes!: CustomAttribute[]

  @Field(() => ID, { nullable: true, description: 'The connection whose prices count first.' })
  home?: string | null

  @Field(() => DateTimeScalar)
  updatedAt!: string
}

const CustomerPage = pageOf('CustomerPage', () => Customer)

/** A customer row as the graph shows it. */
export function toCustomer(row: InferEntity<typeof CustomerTable>): Customer {
  const {
    id,
    name,
    email,
    phone,
    taxId,
    country,
    currency,
    paymentTerms,
    addresses,
    customAttributes,
    home,
  } = row
  const own = {
    id,
    name,
    email,
    phone,
    taxId,
    country,
    currency,
    paymentTerms,
    addresses,
    customAttributes,
    home,
  }
  return { ...own, group: row.customerGroup, updatedAt: iso(row.updatedAt ?? new Date()) }
}

/** The customer with the hub's id, or null. */
export async function customerById(hub: Hub, tenant: string, id: string): Promise<Customer | null> {
  const [known] = await hub.catalogue.customers(tenant, [id])
  return known ? toCustomer(known.row) : null
}

/** The id of a customer as it is now: another one, where it was merged. */
export async function customerIdNow(hub: Hub, tenant: string, id: string): Promise<string> {
  const [known] = await hub.catalogue.customers(tenant, [id])
  return known?.row.id ?? id
}

/** Whether a caller may see a customer: a portal key its own, a key of some connections those known there. */
export function seesCustomer(caller: Caller, { row, natives }: KnownCustomer): boolean {
  return caller.customer === null ? reachesAny(caller, natives) : caller.customer.id === row.id
}

/** Resolves a Customer by the hub's id; throws FORBIDDEN without the right, whatever led to the customer. */
export async function customerByReference(
  { id }: { id: string },
  { hub, caller }: HubContext,
): Promise<Customer | null> {
  demand(caller, 'read:customer')
  const [known] = await hub.catalogue.customers(caller.tenant, [id])
  return known && seesCustomer(caller, known) ? toCustomer(known.row) : null
}

/** Finds customers and where they are known. */
@Resolver(() => Customer)
export class CustomerResolver {
  @Query(() => Customer, { nullable: true })
  async customer(@Arg('id', () => ID) id: string, @Ctx() context: HubContext): Promise<Customer | null> {
    return customerByReference({ id }, context)
  }

  @Query(() => CustomerPage, { description: 'Sorted by name.' })
  async customers(
    @Arg('search', () => String, { nullable: true, description: 'Part of the name or e-mail.' })
    search: string | null,
    @Arg('first', () => Int, { defaultValue: 20 }) first: number,
    @Arg('after', () => String, { nullable: true }) after: string | null,
    @Ctx() { hub, caller }: HubContext,
  ): Promise<PageOf<Customer>> {
    demand(caller, 'read:customer')
    checkFirst(first)
    const [name, id] = readCursor(after) ?? []
    const like = `%${(search ?? '').replace(/[\\%_]/g, '\\$&')}%`
    const further =
      name !== undefined && id !== undefined
        ? [{ $or: [{ name: { $gt: name } }, { name, id: { $gt: id } }] }]
        : []
    const found = await hub.db.em().find(
      CustomerTable,
      {
        tenant: caller.tenant,
        ...(caller.customer ? { id: caller.customer.id } : {}),
        $and: [
          ...knownToCaller(caller, 'customer'),
          ...further,
          ...(search ? [{ $or: [{ name: { $ilike: like } }, { email: { $ilike: like } }] }] : []),
        ],
      },
      { orderBy: { name: 'asc', id: 'asc' }, limit: first + 1 },
    )
    return toPage(found, first, (row) => [row.name, row.id], toCustomer)
  }

  @FieldResolver(() => [stubOf('customer')], {
    nullable: 'items',
    description: 'The customer as each ERP knows it.',
  })
  records(@Root() customer: Customer, @Ctx() context: HubContext): Promise<Reference[]> {
    return references(customer, 'customer', 'customers', context)
  }

  @FieldResolver(() => [stubOf('credit')], {
    nullable: 'items',
    description: 'Balance and credit limit in each ERP, live.',
  })
  credit(@Root() customer: Customer, @Ctx() context: HubContext): Promise<Reference[]> {
    return references(customer, 'credit', 'credit', context)
  }
}

async function references(
  customer: Customer,
  kind: 'customer' | 'credit',
  needs: Capability,
  { hub, caller }: HubContext,
): Promise<Reference[]> {
  const [known] = await hub.catalogue.customers(caller.tenant, [customer.id])
  return hub.directory.all(caller.tenant).flatMap((open) => {
    if (!open.connector.capabilities.includes(needs) || !reaches(caller, open.id)) return []
    const natives = known?.every[open.id] ?? []
    return natives.map((native) => referTo(open.connector, kind, recordId(open.id, kind, native), open.id))
  })
}
