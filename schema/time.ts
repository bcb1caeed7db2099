import { Field, ID, Int } from 'type-graphql'
import { Answered, Canonical } from './answer.ts'
import { DateScalar, DateTimeScalar } from './scalars.ts'

/** Time that somebody worked, as the ERP holds it. */
@Canonical('ErpTimeEntry', 'Time that somebody worked, as the ERP holds it.')
export abstract class ErpTimeEntry extends Answered {
  @Field(() => ID, { nullable: true, description: "The ERP's own id of the customer." })
  customer?: string | null

  @Field(() => ID, { nullable: true, description: "The ERP's own id of the order or project." })
  order?: string | null

  @Field(() => String, {
    nullable: true,
    description: "Who worked, by name; by the ERP's own id where it tells no name.",
  })
  person?: string | null

  @Field(() => String, { nullable: true })
  description?: string | null

  @Field(() => DateScalar, { nullable: true, description: "The calendar day in the ERP's own zone." })
  workedOn?: string | null

  @Field(() => DateTimeScalar, { nullable: true })
  startedAt?: string | null

  @Field(() => Int, { nullable: true, description: 'How long, in seconds.' })
  seconds?: number | null

  @Field(() => Boolean, { nullable: true })
  billable?: boolean | null

  @Field(() => Boolean, { nullable: true, description: 'Whether all of it stands on an invoice.' })
  invoiced?: boolean | null

  @Field(() => String, { nullable: true })
  nativeStatus?: string | null

  @Field(() => DateTimeScalar, { nullable: true })
  updatedAt?: string | null
}
