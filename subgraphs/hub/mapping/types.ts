import { Field, Float, ID, InputType, Int, ObjectType } from 'type-graphql'
import { Problem } from '../../../schema/index.ts'
import { DateTimeScalar, JsonScalar } from '../../../schema/scalars.ts'
import { closed } from '../exchange.ts'
import type { Direction } from '../setting/read.ts'
import { type FieldType as TypeName, type MappedObject as ObjectName, OBJECTS } from './fields.ts'
import type { Unmapped } from './read.ts'

/** What can be mapped. */
export const MappedObject = closed('MappedObject', 'What fields can be mapped of.', OBJECTS)
const FieldType = closed('FieldType', 'The type of the values of a field in the ERP.', [
  'TEXT',
  'NUMBER',
  'DATE',
  'BOOLEAN',
  'PICKLIST',
])
const MappingDirection = closed(
  'MappingDirection',
  'IN: from the ERP into the golden record. OUT: from there to the ERP. BOTH.',
  ['IN', 'OUT', 'BOTH'],
)
const UnmappedValue = closed(
  'UnmappedValue',
  'What happens to a value that the value map does not name. REFUSE: MAPPING_MISSING.',
  ['PASS', 'REFUSE', 'DEFAULT'],
)

const HUB_FIELD = 'A canonical field such as phone, or custom.<key> for a custom attribute.'
const ERP_FIELD = "A canonical field of the ERP's record, or the name of a custom field."
const IN = 'JSONata over `value`, in the words of the golden record, and `record`, as the ERP has it.'
const OUT = 'JSONata over `value` and `record`, both as the golden record has them.'
const FALLBACK = 'Taken where there is no value; in the words of the golden record.'

/** A value of the golden record and the ERP's word for it. */
@ObjectType({ description: "A value of the golden record and the ERP's word for it." })
export class MappedValue {
  @Field(() => String)
  hub!: string

  @Field(() => String)
  erp!: string
}

/** A value of the golden record and the ERP's word for it. */
@InputType({ description: "A value of the golden record and the ERP's word for it." })
export class MappedValueInput {
  @Field(() => String)
  hub!: string

  @Field(() => String)
  erp!: string
}

/** Which field of an ERP is which field of the golden record. */
@ObjectType({ description: 'Which field of an ERP is which field of the golden record.' })
export class FieldMapping {
  @Field(() => ID)
  id!: string

  @Field(() => ID)
  connection!: string

  @Field(() => MappedObject)
  object!: ObjectName

  @Field(() => String, { description: HUB_FIELD })
  hubField!: string

  @Field(() => String, { description: ERP_FIELD })
  erpField!: string

  @Field(() => FieldType)
  type!: TypeName

  @Field(() => MappingDirection)
  direction!: Direction

  @Field(() => String, { nullable: true, description: IN })
  transformIn!: string | null

  @Field(() => String, { nullable: true, description: OUT })
  transformOut!: string | null

  @Field(() => [MappedValue])
  valueMap!: MappedValue[]

  @Field(() => UnmappedValue)
  unmapped!: Unmapped

  @Field(() => Boolean)
  required!: boolean

  @Field(() => String, { nullable: true, description: FALLBACK })
  default!: string | null

  @Field(() => String, { nullable: true, description: 'The key that changed it last.' })
  changedBy!: string | null

  @Field(() => DateTimeScalar)
  changedAt!: string
}

/** A mapping to be kept. */
@InputType({ description: 'A mapping to be kept; with `id` it takes the place of the one that is there.' })
export class FieldMappingInput {
  @Field(() => ID, { nullable: true })
  id?: string | null

  @Field(() => ID)
  connection!: string

  @Field(() => MappedObject)
  object!: ObjectName

  @Field(() => String, { description: HUB_FIELD })
  hubField!: string

  @Field(() => String, { description: ERP_FIELD })
  erpField!: string

  @Field(() => FieldType, { defaultValue: 'TEXT' })
  type!: TypeName

  @Field(() => MappingDirection, { defaultValue: 'BOTH' })
  direction!: Direction

  @Field(() => String, { nullable: true, description: IN })
  transformIn?: string | null

  @Field(() => String, { nullable: true, description: OUT })
  transformOut?: string | null

  @Field(() => [MappedValueInput], { defaultValue: [] })
  valueMap!: MappedValueInput[]

  @Field(() => UnmappedValue, { defaultValue: 'PASS' })
  unmapped!: Unmapped

  @Field(() => Boolean, { defaultValue: false, description: 'True: no value and no default is a problem.' })
  required!: boolean

  @Field(() => String, { nullable: true, description: FALLBACK })
  default?: string | null
}

/** A value of a pick list. */
@ObjectType({ description: 'A value of a pick list: what is stored, and what people read.' })
export class FieldOption {
  @Field(() => String)
  value!: string

  @Field(() => String)
  label!: string
}

/** A field of an ERP. */
@ObjectType({ description: 'A field of an ERP.' })
export class ErpField {
  @Field(() => String)
  name!: string

  @Field(() => String)
  label!: string

  @Field(() => FieldType)
  type!: TypeName

  @Field(() => Boolean)
  required!: boolean

  @Field(() => Boolean, { description: 'True: people added it to their ERP.' })
  custom!: boolean

  @Field(() => Boolean, { description: 'Whether a mapping may name it.' })
  mappable!: boolean

  @Field(() => Boolean, { description: 'Whether a mapping may write it.' })
  writable!: boolean

  @Field(() => [FieldOption], { nullable: true })
  options!: FieldOption[] | null
}

/** A mapping that seems right, and why. */
@ObjectType({ description: 'A mapping that seems right, and why.' })
export class FieldMappingSuggestion {
  @Field(() => String)
  hubField!: string

  @Field(() => String)
  erpField!: string

  @Field(() => FieldType)
  type!: TypeName

  @Field(() => MappingDirection)
  direction!: Direction

  @Field(() => Float, { description: '0 to 1.' })
  score!: number

  @Field(() => String)
  reason!: string
}

/** One field of a record before and after. */
@ObjectType({ description: 'One field of a record before and after.' })
export class MappedField {
  @Field(() => String)
  hubField!: string

  @Field(() => String)
  erpField!: string

  @Field(() => String, { nullable: true, description: 'As the ERP has it.' })
  before!: string | null

  @Field(() => String, { nullable: true, description: 'As the golden record gets it.' })
  after!: string | null

  @Field(() => String, { nullable: true, description: 'As it would be written to the ERP again.' })
  back!: string | null

  @Field(() => Problem, { nullable: true })
  problem!: Problem | null
}

/** A mirrored record before and after. */
@ObjectType({
  description: 'A record as the ERP has it, as the golden record gets it, and as it would go back.',
})
export class FieldMappingTest {
  @Field(() => ID, { description: "The ERP's own id of the record." })
  record!: string

  @Field(() => JsonScalar)
  before!: object

  @Field(() => JsonScalar)
  after!: object

  @Field(() => JsonScalar)
  back!: object

  @Field(() => [MappedField])
  fields!: MappedField[]
}

/** What an import of mappings did, or would do. */
@ObjectType({
  description: 'What an import of mappings did, or would do. With a problem nothing is imported.',
})
export class FieldMappingImport {
  @Field(() => Int)
  created!: number

  @Field(() => Int)
  changed!: number

  @Field(() => Int)
  unchanged!: number

  @Field(() => [Problem])
  problems!: Problem[]
}
