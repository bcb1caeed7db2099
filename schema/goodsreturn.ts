import { Field, ID } from 'type-graphql'
import { Answered, Canonical } from './answer.ts'
import { DocumentLine } from './order.ts'
import { CurrencyCodeScalar, DateScalar, DateTimeScalar } from './scalars.ts'
import { Money } from './values.ts'

/** Goods that a customer sent back, as the ERP holds it; the money for them is a credit note among the invoices. */
@Canonical(
  'ErpReturn',
  'Goods that a customer sent back; the money for them is a credit note among the invoices.',
)
export abstract class ErpReturn extends Answered {
  @Field(() => String, { nullable: true })
  number?: string | null

  @Field(() => ID, { nullable: true, description: "The ERP's own id of the customer." })
  customer?: string | null

  @Field(() => String, { nullable: true })
  customerName?: string | null

  @Field(() => DateScalar, { nullable: true })
  returnedOn?: string | null

  @Field(() => Boolean, { nullable: true })
  cancelled?: boolean | null

  @Field(() => String, { nullable: true })
  nativeStatus?: string | null

  @Field(() => CurrencyCodeScalar, { nullable: true })
  currency?: string | null

  @Field(() => [DocumentLine], { nullable: true })
  lines?: DocumentLine[] | null

  @Field(() => Money, { nullable: true })
  net?: Money | null

  @Field(() => Money, { nullable: true })
  total?: Money | null

  @Field(() => String, { nullable: true })
  note?: string | null

  @Field(() => DateTimeScalar, { nullable: true })
  updatedAt?: string | null
}
