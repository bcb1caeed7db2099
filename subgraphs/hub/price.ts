import { Arg, Ctx, FieldResolver, ID, Int, Resolver, Root } from 'type-graphql'
import { ErpError } from '../../schema/errors.ts'
import { CurrencyCodeScalar, DateScalar, DecimalScalar, UnitCodeScalar } from '../../schema/scalars.ts'
import { reaches } from '../caller.ts'
import type { OpenConnection } from '../connections.ts'
import { plain } from '../json.ts'
import type { KnownCustomer } from './catalogue.ts'
import { seesCustomer } from './customer.ts'
import type { HubContext } from './hub.ts'
import { checkPatience } from './patience.ts'
import { Product } from './product.ts'
import { type Reference, referTo, stubOf } from './stubs.ts'

interface PriceQuestion {
  quantity: string
  unit?: string | null
  currency?: string | null
  on?: string | null
  deadlineMs: number
  maxAgeMs?: number | null
}

/** The customer that a question is about: the one named, the caller's own, or none. Unknown: INVALID_CUSTOMER. */
async function buyerOf(
  product: Product,
  named: string | null | undefined,
  { hub, caller }: HubContext,
): Promise<KnownCustomer | null> {
  const id = named ?? product.buyer ?? caller.customer?.id ?? null
  if (!id) return null
  const [known] = await hub.catalogue.customers(caller.tenant, [id])
  if (!known || !seesCustomer(caller, known))
    throw new ErpError('INVALID_CUSTOMER', `There is no customer ${id.slice(0, 80)}.`, { field: 'customer' })
  return known
}

function checkQuantity(quantity: string): void {
  if (quantity.startsWith('-') || /^0*(\.0*)?$/.test(quantity)) {
    throw new ErpError('VALIDATION', 'The quantity must be greater than zero.', { field: 'quantity' })
  }
}

/** The connections that sell the product and can say a price, in configured order. */
function sellers(product: Product, { hub, caller }: HubContext): OpenConnection[] {
  return hub.directory
    .all(caller.tenant)
    .filter((open) => product.known.natives[open.id] && open.erp.prices && reaches(caller, open.id))
}

function referToPrice(
  product: Product,
  open: OpenConnection,
  buyer: KnownCustomer | null,
  ask: PriceQuestion,
  { seal }: HubContext,
): Reference {
  const id = seal.priceId(product.known.natives[open.id] ?? '', product.sku, {
    connection: open.id,
    buyer: buyer?.row.id ?? null,
    customer: buyer?.natives[open.id] ?? null,
    quantity: plain(ask.quantity),
    unit: ask.unit ?? null,
    currency: ask.currency ?? null,
    on: ask.on ?? new Date().toISOString().slice(0, 10),
    deadlineMs: ask.deadlineMs,
    maxAgeMs: ask.maxAgeMs ?? null,
  })
  return referTo(open.connector, 'price', id, open.id)
}

/** Adds `Product.price` and `Product.prices`. */
@Resolver(() => Product)
export class ProductPriceResolver {
  @FieldResolver(() => stubOf('price'), {
    nullable: true,
    description:
      "Of the connection named, else of the customer's home connection, else of the first that sells it.",
  })
  async price(
    @Root() product: Product,
    @Arg('customer', () => ID, { nullable: true }) customer: string | null | undefined,
    @Arg('quantity', () => DecimalScalar, { defaultValue: '1' }) quantity: string,
    @Arg('unit', () => UnitCodeScalar, { nullable: true }) unit: string | null | undefined,
    @Arg('currency', () => CurrencyCodeScalar, { nullable: true }) currency: string | null | undefined,
    @Arg('on', () => DateScalar, { nullable: true }) on: string | null | undefined,
    @Arg('connection', () => ID, { nullable: true }) connection: string | null | undefined,
    @Arg('deadlineMs', () => Int, { defaultValue: 3000 }) deadlineMs: number,
    @Arg('maxAgeMs', () => Int, { nullable: true }) maxAgeMs: number | null | undefined,
    @Ctx() context: HubContext,
  ): Promise<Reference | null> {
    checkQuantity(quantity)
    checkPatience(deadlineMs, maxAgeMs)
    const buyer = await buyerOf(product, customer, context)
    const able = sellers(product, context)
    const wanted = connection ?? buyer?.row.home
    const open = connection
      ? able.find(({ id }) => id === wanted)
      : (able.find(({ id }) => id === wanted) ?? able[0])
    const ask = { quantity, unit, currency, on, deadlineMs, maxAgeMs }
    return open ? referToPrice(product, open, buyer, ask, context) : null
  }

  @FieldResolver(() => [stubOf('price')], {
    nullable: 'items',
    description: 'The price in every ERP that sells the product.',
  })
  async prices(
    @Root() product: Product,
    @Arg('customer', () => ID, { nullable: true }) customer: string | null | undefined,
    @Arg('quantity', () => DecimalScalar, { defaultValue: '1' }) quantity: string,
    @Arg('unit', () => UnitCodeScalar, { nullable: true }) unit: string | null | undefined,
    @Arg('currency', () => CurrencyCodeScalar, { nullable: true }) currency: string | null | undefined,
    @Arg('on', () => DateScalar, { nullable: true }) on: string | null | undefined,
    @Arg('connections', () => [ID], { nullable: true }) connections: string[] | null | undefined,
    @Arg('deadlineMs', () => Int, { defaultValue: 3000 }) deadlineMs: number,
    @Arg('maxAgeMs', () => Int, { nullable: true }) maxAgeMs: number | null | undefined,
    @Ctx() context: HubContext,
  ): Promise<Reference[]> {
    checkQuantity(quantity)
    checkPatience(deadlineMs, maxAgeMs)
    const buyer = await buyerOf(product, customer, context)
    const ask = { quantity, unit, currency, on, deadlineMs, maxAgeMs }
    return sellers(product, context)
      .filter(({ id }) => connections?.includes(id) ?? true)
      .map((open) => referToPrice(product, open, buyer, ask, context))
  }
}
