import { Directive, Field, ObjectType } from 'type-graphql'
import { Answered, Canonical } from './answer.ts'
import { Availability } from './enums.ts'
import { DateScalar, DecimalScalar, UnitCodeScalar } from './scalars.ts'

/** A place where stock lies, by the ERP's own code. */
@Directive('@shareable')
@ObjectType({ description: "A place where stock lies, by the ERP's own code." })
export class Warehouse {
  @Field(() => String)
  code!: string

  @Field(() => String, { nullable: true })
  name?: string | null
}

/** Stock of one item in one warehouse. */
@Directive('@shareable')
@ObjectType({ description: 'Stock of one item in one warehouse.' })
export class StockLevel {
  @Field(() => Warehouse)
  warehouse!: Warehouse

  @Field(() => DecimalScalar, { nullable: true, description: 'On hand minus reserved.' })
  available?: string | null

  @Field(() => DecimalScalar, { nullable: true })
  onHand?: string | null

  @Field(() => DecimalScalar, { nullable: true })
  reserved?: string | null

  @Field(() => DecimalScalar, { nullable: true, description: 'Ordered from suppliers or in production.' })
  incoming?: string | null

  @Field(() => DateScalar, { nullable: true, description: 'When the incoming quantity is expected.' })
  expectedOn?: string | null
}

/** Live stock of one item in one ERP. */
@Canonical('StockAnswer', 'Live stock of one item in one ERP.')
export abstract class StockAnswer extends Answered {
  @Field(() => Availability, {
    nullable: true,
    description: 'By the quantity available. All that a key sees whose stock is shown as LEVELS.',
  })
  availability?: Availability | null

  @Field(() => DecimalScalar, { nullable: true, description: 'Sum over the warehouses asked for.' })
  available?: string | null

  @Field(() => DecimalScalar, { nullable: true })
  onHand?: string | null

  @Field(() => DecimalScalar, { nullable: true })
  reserved?: string | null

  @Field(() => DecimalScalar, { nullable: true })
  incoming?: string | null

  @Field(() => UnitCodeScalar, { nullable: true })
  unit?: string | null

  @Field(() => String, { nullable: true, description: "The ERP's own word for the unit." })
  nativeUnit?: string | null

  @Field(() => [StockLevel], { nullable: true })
  levels?: StockLevel[] | null

  @Field(() => String, {
    nullable: true,
    description: 'How the figure came about, where not plainly read: "single-warehouse".',
  })
  source?: string | null
}
