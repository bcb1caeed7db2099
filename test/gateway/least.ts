import {
  type GraphQLField,
  type GraphQLInputType,
  type GraphQLOutputType,
  getNamedType,
  getNullableType,
  isCompositeType,
  isEnumType,
  isInputObjectType,
  isListType,
  isNonNullType,
} from 'graphql'

/** Values that every scalar of the graph accepts where a document must name one. */
const VALUES: Record<string, string> = {
  Int: '1',
  Float: '1',
  Boolean: 'true',
  Decimal: '"1"',
  Date: '"2026-01-01"',
  DateTime: '"2026-01-01T00:00:00Z"',
  CurrencyCode: '"EUR"',
  CountryCode: '"DE"',
  UnitCode: '"H87"',
  EmailAddress: '"a@b.example"',
  PhoneNumber: '"+49301234567"',
}

function least(type: GraphQLInputType): string {
  const inner = getNullableType(type)
  if (isListType(inner)) return '[]'
  if (isEnumType(inner)) return inner.getValues()[0]?.name ?? ''
  if (!isInputObjectType(inner)) return VALUES[getNamedType(inner).name] ?? '"x"'
  const needed = Object.values(inner.getFields()).filter(
    (field) => isNonNullType(field.type) && field.defaultValue === undefined,
  )
  return `{ ${needed.map((field) => `${field.name}: ${least(field.type)}`).join(', ')} }`
}

function selection(type: GraphQLOutputType): string {
  return isCompositeType(getNamedType(type)) ? ' { __typename }' : ''
}

/** The shortest document that asks one root field, with just the arguments that it needs. */
export function shortest(
  kind: 'query' | 'mutation',
  { name, args, type }: GraphQLField<unknown, unknown>,
): string {
  const needed = args.filter((arg) => isNonNullType(arg.type) && arg.defaultValue === undefined)
  const given = needed.map((arg) => `${arg.name}: ${least(arg.type)}`).join(', ')
  return `${kind} { ${name}${given && `(${given})`}${selection(type)} }`
}
