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
import { Component } from '../../schema/index.ts'
import { DateTimeScalar, DecimalScalar, UnitCodeScalar } from '../../schema/scalars.ts'
import { reaches, reachesAny } from '../caller.ts'
import { recordId } from '../ids.ts'
import type { KnownProduct } from './catalogue.ts'
import { iso } from './database.ts'
import type { HubContext } from './hub.ts'
import { knownToCaller } from './known.ts'
import { type PageOf, checkFirst, pageOf, readCursor, toPage } from './page.ts'
import { type Reference, referTo, stubOf } from './stubs.ts'
import { ProductTable } from './tables.ts'

/** The golden record of a product; prices and stock are asked live. */
@Directive('@key(fields: "id")')
@Directive('@key(fields: "sku")')
@ObjectType({ description: 'A product, one for all ERPs that sell it under the same SKU.' })
export class Product {
  @Field(() => ID)
  id!: string

  @Field(() => ID)
  sku!: string

  @Field(() => String, { nullable: true })
  name?: string | null

  @Field(() => String, { nullable: true })
  description?: string | null

  @Field(() => UnitCodeScalar, { nullable: true })
  unit?: string | null

  @Field(() => [String])
  categories!: string[]

  @Field(() => DecimalScalar, { nullable: true })
  minimumQuantity?: string | null

  @Field(() => Int, { nullable: true })
  leadTimeDays?: number | null

  @Field(() => [Component])
  components!: Component[]

  @Field(() => Boolean, {
    nullable: true,
    description: 'False when its master connection no longer sells it, or nobody has it any more.',
  })
  active?: boolean | null

  @Field(() => DateTimeScalar)
  updatedAt!: string

  known!: KnownProduct
  /** The customer whose prices are meant where a field does not say. */
  buyer!: string | null
}

const ProductPage = pageOf('ProductPage', () => Product)

/** A known product as the graph shows it. */
export function toProduct(known: KnownProduct, buyer: string | null = null): Product {
  const {
    id,
    sku,
    name,
    description,
    unit,
    minimumQuantity,
    leadTimeDays,
    categories,
    components,
    active,
    updatedAt,
  } = known.row
  const own = { id, sku, name, description, unit, minimumQuantity, leadTimeDays, categories, components }
  return { ...own, active, updatedAt: iso(updatedAt ?? new Date()), known, buyer }
}

/** Resolves a Product by the hub's id, or by the SKU for a subgraph of somebody else's. */
export async function productByReference(
  { id, sku }: { id?: string; sku?: string },
  context: HubContext,
): Promise<Product | null> {
  const { hub, caller } = context
  const { catalogue } = hub
  const [known] = id
    ? await catalogue.byId(caller.tenant, [id])
    : await catalogue.bySku(caller.tenant, [sku ?? ''])
  return known && reachesAny(caller, known.natives) ? toProduct(known) : null
}

/** Finds products and where they are known. */
@Resolver(() => Product)
export class ProductResolver {
  @Query(() => Product, { nullable: true, description: 'Null for an unknown SKU.' })
  async product(
    @Arg('sku', () => ID) sku: string,
    @Ctx() { hub, caller }: HubContext,
  ): Promise<Product | null> {
    const [known] = await hub.catalogue.bySku(caller.tenant, [sku])
    return known && reachesAny(caller, known.natives) ? toProduct(known) : null
  }

  @Query(() => ProductPage, {
    description: 'By SKU in the order asked (unknown ones are null), or by search, sorted by SKU.',
  })
  async products(
    @Arg('skus', () => [ID], { nullable: true }) skus: string[] | null,
    @Arg('search', () => String, { nullable: true, description: 'Part of the SKU or name.' })
    search: string | null,
    @Arg('customer', () => ID, { nullable: true, description: 'Whose prices are meant below.' })
    customer: string | null,
    @Arg('first', () => Int, { defaultValue: 20 }) first: number,
    @Arg('after', () => String, { nullable: true }) after: string | null,
    @Ctx() { hub, caller }: HubContext,
  ): Promise<PageOf<Product | null>> {
    if (skus) {
      checkFirst(Math.max(1, skus.length))
      const known = await hub.catalogue.bySku(caller.tenant, skus)
      const nodes = known.map((product) =>
        product && reachesAny(caller, product.natives) ? toProduct(product, customer) : null,
      )
      return { nodes, pageInfo: { endCursor: null, hasNextPage: false } }
    }
    checkFirst(first)
    const [from] = readCursor(after) ?? []
    const like = `%${(search ?? '').replace(/[\\%_]/g, '\\$&')}%`
    const found = await hub.db.em().find(
      ProductTable,
      {
        tenant: caller.tenant,
        ...(from ? { sku: { $gt: from } } : {}),
        $and: knownToCaller(caller, 'item'),
        ...(search ? { $or: [{ sku: { $ilike: like } }, { name: { $ilike: like } }] } : {}),
      },
      { orderBy: { sku: 'asc' }, limit: first + 1 },
    )
    const known = await hub.catalogue.keep(found)
    return toPage(
      known,
      first,
      ({ row }) => [row.sku],
      (product) => toProduct(product, customer),
    )
  }

  @FieldResolver(() => [stubOf('item')], {
    nullable: 'items',
    description: 'The product as each ERP knows it.',
  })
  records(@Root() { known }: Product, @Ctx() { hub, caller }: HubContext): Reference[] {
    return hub.directory.all(caller.tenant).flatMap((open) => {
      const native = known.natives[open.id]
      const shown = native && open.erp.items && reaches(caller, open.id)
      return shown ? [referTo(open.connector, 'item', recordId(open.id, 'item', native), open.id)] : []
    })
  }
}
