import { Arg, Ctx, Directive, Field, FieldResolver, ID, Int, ObjectType, Resolver, Root } from 'type-graphql'
import { Availability } from '../../schema/index.ts'
import { DecimalScalar } from '../../schema/scalars.ts'
import { bestOf } from '../availability.ts'
import { reaches, reachesAny } from '../caller.ts'
import type { StockTerms } from '../ids.ts'
import type { KnownProduct } from './catalogue.ts'
import type { HubContext } from './hub.ts'
import { checkPatience } from './patience.ts'
import { Product } from './product.ts'
import { type Reference, referTo, requiredAnswers, stubOf } from './stubs.ts'
import { convert, sum } from './units.ts'

/** What a stock answer brings back for the totals; all empty when that subgraph was down. */
interface Told {
  available?: string | null
  incoming?: string | null
  unit?: string | null
  status?: string | null
  availability?: Availability | null
}

/** What the id of a Stock carries. */
interface StockQuestion extends StockTerms {
  sku: string
  connections: string[] | null
}

/** Stock of one product over all connections asked. */
@Directive('@key(fields: "id")')
@ObjectType({
  description: "Stock of one product over all connections asked; totals are in the product's unit.",
})
export class Stock {
  @Field(() => ID)
  id!: string

  answers!: (Told | Reference)[]
  unit?: string | null
}

function told(stock: Stock): Told[] {
  return stock.answers as Told[]
}

function isKnown({ status }: Told): boolean {
  return status !== undefined && status !== null && status !== 'UNAVAILABLE'
}

/** The sum of one figure in the product's unit; null if nothing is known or nothing can be converted. */
function total(stock: Stock, figure: 'available' | 'incoming'): string | null {
  const amounts = told(stock).flatMap((answer) => {
    const amount = isKnown(answer) ? answer[figure] : null
    const converted = amount ? convert(amount, answer.unit ?? null, stock.unit ?? null) : null
    return converted === null ? [] : [converted]
  })
  return amounts.length > 0 ? sum(amounts) : null
}

/** Hands out one reference per connection, and sums up what they answered. */
@Resolver(() => Stock)
export class StockResolver {
  @FieldResolver(() => [stubOf('stock')], { nullable: 'items' })
  answers(@Root() stock: Stock): Stock['answers'] {
    return stock.answers
  }

  @Directive(`@requires(fields: "${requiredAnswers()}")`)
  @FieldResolver(() => DecimalScalar, { nullable: true, description: 'Null if nothing is known.' })
  available(@Root() stock: Stock): string | null {
    return total(stock, 'available')
  }

  @Directive(`@requires(fields: "${requiredAnswers()}")`)
  @FieldResolver(() => DecimalScalar, {
    nullable: true,
    description: 'On its way; null if nothing is known.',
  })
  incoming(@Root() stock: Stock): string | null {
    return total(stock, 'incoming')
  }

  @Directive(`@requires(fields: "${requiredAnswers()}")`)
  @FieldResolver(() => Availability, { description: 'The best that a connection has; never a sum.' })
  availability(@Root() stock: Stock): Availability {
    return bestOf(told(stock).map((answer) => (isKnown(answer) ? answer.availability : null)))
  }

  @Directive(`@requires(fields: "${requiredAnswers()}")`)
  @FieldResolver(() => Boolean, { description: 'True when every connection asked has answered.' })
  complete(@Root() stock: Stock): boolean {
    return told(stock).every(isKnown)
  }

  @Directive(`@requires(fields: "${requiredAnswers()}")`)
  @FieldResolver(() => Int, { description: 'How many connections have not answered.' })
  missing(@Root() stock: Stock): number {
    return told(stock).filter((answer) => !isKnown(answer)).length
  }
}

/** Adds `Product.stock`. */
@Resolver(() => Product)
export class ProductStockResolver {
  @FieldResolver(() => Stock, { description: 'Live stock in every ERP that knows the product.' })
  stock(
    @Root() product: Product,
    @Arg('connections', () => [ID], { nullable: true }) connections: string[] | null | undefined,
    @Arg('warehouses', () => [String], { nullable: true, description: "The ERPs' own codes." })
    warehouses: string[] | null | undefined,
    @Arg('deadlineMs', () => Int, { defaultValue: 2000 }) deadlineMs: number,
    @Arg('maxAgeMs', () => Int, { nullable: true, description: '0 asks the ERP now.' })
    maxAgeMs: number | null | undefined,
    @Ctx() context: HubContext,
  ): Stock {
    checkPatience(deadlineMs, maxAgeMs)
    const question: StockQuestion = {
      sku: product.sku,
      connections: connections ?? null,
      warehouses: warehouses ?? null,
      deadlineMs,
      maxAgeMs: maxAgeMs ?? null,
    }
    return toStock(product.known, question, context)
  }
}

function toStock(known: KnownProduct, question: StockQuestion, { hub, caller, seal }: HubContext): Stock {
  const { connections, warehouses, deadlineMs, maxAgeMs } = question
  const terms: StockTerms = { warehouses, deadlineMs, maxAgeMs }
  const answers = hub.directory.all(caller.tenant).flatMap((open) => {
    const native = known.natives[open.id]
    const asked =
      native && open.erp.stock && reaches(caller, open.id) && (connections?.includes(open.id) ?? true)
    return asked
      ? [referTo(open.connector, 'stock', seal.stockId(open.id, native, question.sku, terms), open.id)]
      : []
  })
  return { id: seal.close(question), answers, unit: known.row.unit }
}

/** Resolves a Stock that the router hands back, with or without what the ERPs answered. */
export async function stockByReference(
  reference: { id: string; answers?: Told[] },
  context: HubContext,
): Promise<Stock | null> {
  const question = context.seal.read(reference.id) as StockQuestion | null
  if (!question) return null
  const { hub, caller } = context
  const [known] = await hub.catalogue.bySku(caller.tenant, [question.sku])
  if (!known || !reachesAny(caller, known.natives)) return null
  const stock = toStock(known, question, context)
  return reference.answers ? { ...stock, answers: reference.answers } : stock
}
