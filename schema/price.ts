import { Directive, Field, ObjectType } from 'type-graphql'
import { Answered, Canonical } from './answer.ts'
import { DateTimeScalar, DecimalScalar, UnitCodeScalar } from './scalars.ts'
import { Discount, Money } from './values.ts'

/** From this quantity on, this unit price. */
@Directive('@shareable')
@ObjectType({ description: 'From this quantity on, this unit price.' })
export class PriceTier {
  @Field(() => DecimalScalar)
  minimumQuantity!: string

  @Field(() => Money)
  unitPrice!: Money
}

/** The price that one ERP gives one customer for one quantity on one day. */
@Canonical('PriceAnswer', 'The price that one ERP gives one customer for one quantity on one day.')
export abstract class PriceAnswer extends Answered {
  @Field(() => Money, { nullable: true, description: 'Net of line discounts, for one unit.' })
  unitPrice?: Money | null

  @Field(() => Money, { nullable: true, description: 'Before customer conditions.' })
  listPrice?: Money | null

  @Field(() => DecimalScalar, {
    nullable: true,
    description: 'The price is for this many units; 1 where not said.',
  })
  priceQuantity?: string | null

  @Field(() => UnitCodeScalar, { nullable: true })
  unit?: string | null

  @Field(() => [PriceTier], {
    nullable: true,
    description: 'Ascending by quantity; null where the ERP cannot list them.',
  })
  tiers?: PriceTier[] | null

  @Field(() => [Discount], { nullable: true })
  discounts?: Discount[] | null

  @Field(() => Boolean, { nullable: true })
  taxIncluded?: boolean | null

  @Field(() => String, {
    nullable: true,
    description:
      'Where it comes from: "list", "customer", "pricelist:NAME", "computed:…" when calculated by us.',
  })
  source?: string | null

  @Field(() => DateTimeScalar, { nullable: true })
  validUntil?: string | null
}
