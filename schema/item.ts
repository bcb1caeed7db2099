import { Directive, Field, ID, Int, ObjectType } from 'type-graphql'
import { Answered, Canonical } from './answer.ts'
import { ItemType } from './enums.ts'
import { DateTimeScalar, DecimalScalar, UnitCodeScalar } from './scalars.ts'
import { CustomAttribute, Money } from './values.ts'

/** A part of a kit or of a bill of materials. */
@Directive('@shareable')
@ObjectType({ description: 'A part of a kit or of a bill of materials.' })
export class Component {
  @Field(() => String)
  sku!: string

  @Field(() => DecimalScalar)
  quantity!: string

  @Field(() => UnitCodeScalar, { nullable: true })
  unit?: string | null
}

/** An item as one ERP knows it. */
@Canonical('ErpItem', 'An item as one ERP knows it.')
export abstract class ErpItem extends Answered {
  @Field(() => ID, { nullable: true })
  sku?: string | null

  @Field(() => String, { nullable: true })
  name?: string | null

  @Field(() => String, { nullable: true })
  description?: string | null

  @Field(() => ItemType, { nullable: true })
  type?: ItemType | null

  @Field(() => UnitCodeScalar, { nullable: true, description: 'The unit it is sold and priced in.' })
  unit?: string | null

  @Field(() => String, { nullable: true, description: "The ERP's own word for the unit." })
  nativeUnit?: string | null

  @Field(() => Boolean, { nullable: true, description: 'False when it can no longer be sold.' })
  active?: boolean | null

  @Field(() => String, { nullable: true, description: "GTIN or the ERP's own barcode." })
  barcode?: string | null

  @Field(() => [String], { nullable: true })
  categories?: string[] | null

  @Field(() => DecimalScalar, { nullable: true })
  minimumQuantity?: string | null

  @Field(() => Int, { nullable: true })
  leadTimeDays?: number | null

  @Field(() => Money, { nullable: true })
  listPrice?: Money | null

  @Field(() => [Component], { nullable: true })
  components?: Component[] | null

  @Field(() => [CustomAttribute], { nullable: true })
  customAttributes?: CustomAttribute[] | null

  @Field(() => DateTimeScalar, { nullable: true })
  updatedAt?: string | null
}
