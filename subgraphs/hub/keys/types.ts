import { Field, ID, InputType, Int, ObjectType, registerEnumType } from 'type-graphql'
import { DateTimeScalar, DecimalScalar } from '../../../schema/scalars.ts'
import type { StockView } from '../../caller.ts'

const StockAs = { EXACT: 'EXACT', LEVELS: 'LEVELS' } as const satisfies Record<
  StockView['as'],
  StockView['as']
>
registerEnumType(StockAs, {
  name: 'StockAs',
  description: 'How a key sees stock. LEVELS: only whether there is enough, no quantity anywhere.',
})

/** An API key without its secret. */
@ObjectType({ description: 'An API key. Its secret is shown once, when it is made, and never again.' })
export class ApiKey {
  @Field(() => ID)
  id!: string

  @Field(() => String)
  name!: string

  @Field(() => [String])
  scopes!: string[]

  @Field(() => [ID], { nullable: true, description: 'Null: all connections.' })
  connections!: string[] | null

  @Field(() => ID, { nullable: true, description: "Only this customer's prices and records." })
  customer!: string | null

  @Field(() => StockAs)
  stockAs!: StockView['as']

  @Field(() => DecimalScalar, { description: 'Stock below this quantity is LOW_STOCK.' })
  lowStockBelow!: string

  @Field(() => Boolean, { description: 'True: it stands in the config file and is changed there.' })
  configured!: boolean

  @Field(() => DateTimeScalar)
  createdAt!: string

  @Field(() => String, { nullable: true, description: 'The key that made it; null for the config file.' })
  createdBy!: string | null

  @Field(() => DateTimeScalar, { nullable: true })
  rotatedAt!: string | null

  @Field(() => DateTimeScalar, {
    nullable: true,
    description: 'Until then the secret before the last rotation is good too.',
  })
  previousUntil!: string | null

  @Field(() => DateTimeScalar, { nullable: true })
  expiresAt!: string | null

  @Field(() => DateTimeScalar, { nullable: true })
  revokedAt!: string | null

  @Field(() => DateTimeScalar, { nullable: true, description: 'To the minute.' })
  lastUsedAt!: string | null

  @Field(() => Int, { description: 'Whole days since its secret was made.' })
  ageDays!: number

  @Field(() => String, {
    nullable: true,
    description: 'Why to rotate it: its secret is 90 days old, or it expires within 14 days.',
  })
  warning!: string | null
}

/** A key with the secret that is shown this once. */
@ObjectType({ description: 'A key with its secret, which is shown this once.' })
export class KeyWithSecret {
  @Field(() => ApiKey)
  key!: ApiKey

  @Field(() => String, { description: 'Sent as Authorization: Bearer. Only its hash is kept.' })
  secret!: string
}

/** A key as an operator wants it. */
@InputType({ description: 'A key as an operator wants it. It cannot give more than the key that makes it.' })
export class CreateKeyInput {
  @Field(() => String)
  name!: string

  @Field(() => [String], { description: 'For example "read:stock".' })
  scopes!: string[]

  @Field(() => [ID], { nullable: true, description: 'Those of the key that makes it, when left out.' })
  connections?: string[] | null

  @Field(() => ID, { nullable: true })
  customer?: string | null

  @Field(() => DateTimeScalar, { nullable: true, description: 'Never, when left out.' })
  expiresAt?: string | null

  @Field(() => StockAs, { nullable: true, description: 'That of the key that makes it, when left out.' })
  stockAs?: StockView['as'] | null

  @Field(() => DecimalScalar, { nullable: true, description: 'Usually 10.' })
  lowStockBelow?: string | null
}
