import { Field, ID, InputType, Int, ObjectType } from 'type-graphql'
import { DateScalar, DecimalScalar } from '../../../schema/scalars.ts'
import {
  CHECKED,
  CHECKS,
  type Check,
  type Checked,
  type ConnectionPolicy,
  VERDICTS,
  type Verdict,
} from '../../policy.ts'
import { closed } from '../exchange.ts'

/** What is looked at before a document is accepted. */
export const CheckName = closed(
  'Check',
  'What is looked at before a document is accepted. PRICE, STOCK and CREDIT ask the ERP at that moment.',
  CHECKS,
)
/** What a failed check does. */
export const CheckVerdict = closed(
  'CheckVerdict',
  'What a failed check does: REFUSE the document, WARN and accept it, or nothing.',
  VERDICTS,
)
/** What can have required fields. */
export const CheckedObject = closed('CheckedObject', 'What can have required fields.', CHECKED)

/** What one check does at one connection. */
@ObjectType({ description: 'What one check does at one connection.' })
export class CheckPolicy {
  @Field(() => ID)
  connection!: string

  @Field(() => CheckName)
  check!: Check

  @Field(() => CheckVerdict)
  policy!: Verdict

  @Field(() => DecimalScalar, {
    nullable: true,
    description: "Of PRICE: how far a given price may be from the ERP's, in percent.",
  })
  tolerancePercent?: string | null
}

/** Fields that a connection requires. */
@ObjectType({ description: 'Fields that a connection requires.' })
export class RequiredFields {
  @Field(() => CheckedObject)
  object!: Checked

  @Field(() => [String])
  fields!: string[]
}

/** The most characters that a connection takes in a field. */
@ObjectType({ description: 'The most characters that a connection takes in a field.' })
export class MaxLength {
  @Field(() => String)
  field!: string

  @Field(() => Int)
  characters!: number
}

/** When an operation of a connection is tried again, and when no more. */
@ObjectType({
  description:
    'When an operation of a connection is tried again, and when no more. Null: as everywhere in this installation.',
})
export class RetryPolicy {
  @Field(() => Int, { nullable: true, description: 'After so many attempts the operation is DEAD.' })
  maxAttempts?: number | null

  @Field(() => Int, { nullable: true, description: 'After so many seconds the operation is DEAD.' })
  maxAgeSeconds?: number | null

  @Field(() => Int, { nullable: true, description: 'The first pause in milliseconds; it doubles each time.' })
  backoffMs?: number | null

  @Field(() => Int, { nullable: true, description: 'The longest pause in milliseconds.' })
  backoffMaxMs?: number | null
}

/** What an operator demands of one connection. */
@ObjectType('ConnectionPolicy', {
  description: 'What an operator demands of one connection beside its credentials.',
})
export class ConnectionPolicyType {
  @Field(() => ID)
  connection!: string

  @Field(() => [CheckPolicy])
  checks!: CheckPolicy[]

  @Field(() => [RequiredFields])
  requiredFields!: RequiredFields[]

  @Field(() => [MaxLength])
  maxLengths!: MaxLength[]

  @Field(() => DateScalar, { nullable: true, description: 'The last day of the closed accounting periods.' })
  booksClosedUntil?: string | null

  @Field(() => Int, {
    nullable: true,
    description: 'For the live checks of one document together; 3000 if null.',
  })
  checkDeadlineMs?: number | null

  @Field(() => [String], { description: 'Personal fields that the sync log never shows.' })
  redactFields!: string[]

  @Field(() => RetryPolicy)
  retry!: RetryPolicy
}

/** Fields that a connection requires. */
@InputType({ description: 'Fields that a connection requires, such as purchaseOrderNumber or lines.unit.' })
export class RequiredFieldsInput {
  @Field(() => CheckedObject)
  object!: Checked

  @Field(() => [String])
  fields!: string[]
}

/** The most characters that a connection takes in a field. */
@InputType({ description: 'The most characters that a connection takes in a field, such as note.' })
export class MaxLengthInput {
  @Field(() => String)
  field!: string

  @Field(() => Int)
  characters!: number
}

/** When an operation is tried again. */
@InputType({ description: 'When an operation is tried again, and when no more. Null takes the usual value.' })
export class RetryPolicyInput {
  @Field(() => Int, { nullable: true })
  maxAttempts?: number | null

  @Field(() => Int, { nullable: true })
  maxAgeSeconds?: number | null

  @Field(() => Int, { nullable: true })
  backoffMs?: number | null

  @Field(() => Int, { nullable: true })
  backoffMaxMs?: number | null
}

/** What changes in the policy of a connection. */
@InputType({
  description:
    'What changes in the policy of a connection. What is left out stays; null takes back what was set here.',
})
export class ConnectionPolicyInput {
  @Field(() => [RequiredFieldsInput], { nullable: true })
  requiredFields?: RequiredFieldsInput[] | null

  @Field(() => [MaxLengthInput], { nullable: true })
  maxLengths?: MaxLengthInput[] | null

  @Field(() => DateScalar, { nullable: true })
  booksClosedUntil?: string | null

  @Field(() => Int, { nullable: true })
  checkDeadlineMs?: number | null

  @Field(() => [String], {
    nullable: true,
    description: 'name, email, phone, addresses, taxId, or the name of a field of the ERP.',
  })
  redactFields?: string[] | null

  @Field(() => RetryPolicyInput, { nullable: true })
  retry?: RetryPolicyInput | null
}

/** A change of a policy in the words in which it is kept. */
export function kept(input: ConnectionPolicyInput): ConnectionPolicy {
  const { requiredFields, maxLengths, retry, ...rest } = input
  const { maxAgeSeconds, ...times } = retry ?? {}
  const given = {
    ...rest,
    requiredFields:
      requiredFields && Object.fromEntries(requiredFields.map((one) => [one.object, one.fields])),
    maxLengths: maxLengths && Object.fromEntries(maxLengths.map((one) => [one.field, one.characters])),
    retry: retry && compact({ ...times, maxAgeMs: maxAgeSeconds && maxAgeSeconds * 1_000 }),
  }
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined))
}

function compact<T extends object>(value: T): { [K in keyof T]?: NonNullable<T[K]> } {
  const there = Object.entries(value).filter(([, part]) => part !== null && part !== undefined)
  return Object.fromEntries(there) as { [K in keyof T]?: NonNullable<T[K]> }
}
