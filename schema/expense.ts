import { Field, ID, ObjectType } from 'type-graphql'
import { Answered, Canonical } from './answer.ts'
import { CurrencyCodeScalar, DateScalar, DateTimeScalar } from './scalars.ts'
import { Money } from './values.ts'

/** A part of an expense. */
@ObjectType({ description: 'A part of an expense.' })
export class ExpenseLine {
  @Field(() => String, { nullable: true })
  description?: string | null

  @Field(() => Money, { nullable: true })
  amount?: Money | null

  @Field(() => ID, { nullable: true, description: "The ERP's own id of the customer whom it is for." })
  customer?: string | null

  @Field(() => Boolean, { nullable: true })
  billable?: boolean | null

  @Field(() => Boolean, { nullable: true, description: 'Whether it stands on an invoice to the customer.' })
  invoiced?: boolean | null
}

/** Money that was spent, as the ERP holds it. */
@Canonical('ErpExpense', 'Money that was spent, as the ERP holds it.')
export abstract class ErpExpense extends Answered {
  @Field(() => String, { nullable: true })
  number?: string | null

  @Field(() => String, { nullable: true, description: 'Who got the money, by name.' })
  payee?: string | null

  @Field(() => DateScalar, { nullable: true })
  spentOn?: string | null

  @Field(() => CurrencyCodeScalar, { nullable: true })
  currency?: string | null

  @Field(() => Money, { nullable: true, description: 'Below zero where money came back.' })
  total?: Money | null

  @Field(() => [ExpenseLine], { nullable: true })
  lines?: ExpenseLine[] | null

  @Field(() => String, { nullable: true })
  note?: string | null

  @Field(() => String, { nullable: true })
  nativeStatus?: string | null

  @Field(() => DateTimeScalar, { nullable: true })
  updatedAt?: string | null
}
