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
  isObjectType,
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

/** Literals for arguments that matter, by their path: { "input.source": "$id" }. */
export type Literals = Record<string, string>

function least(type: GraphQLInputType, path: string, given: Literals): string {
  const inner = getNullableType(type)
  const isNamed = Object.keys(given).some((one) => one === path || one.startsWith(`${path}.`))
  if (isListType(inner)) return isNamed ? `[${least(inner.ofType, path, given)}]` : '[]'
  const own = given[path]
  if (own !== undefined) return own
  if (isEnumType(inner)) return inner.getValues()[0]?.name ?? ''
  if (!isInputObjectType(inner)) return VALUES[getNamedType(inner).name] ?? '"x"'
  return `{ ${needed(Object.values(inner.getFields()), `${path}.`, given)} }`
}

type Input = { name: string; type: GraphQLInputType; defaultValue?: unknown }

function needed(inputs: readonly Input[], under: string, given: Literals): string {
  return inputs
    .map(({ name, type, defaultValue }) => ({ name, type, defaultValue, path: under + name }))
    .filter(
      ({ type, defaultValue, path }) =>
        (isNonNullType(type) && defaultValue === undefined) ||
        Object.keys(given).some((one) => one === path || one.startsWith(`${path}.`)),
    )
    .map(({ name, type, path }) => `${name}: ${least(type, path, given)}`)
    .join(', ')
}

/** What every answer tells of itself, and what it lists. */
function selection(type: GraphQLOutputType, depth = 2): string {
  const named = getNamedType(type)
  if (!isCompositeType(named)) return ''
  if (!isObjectType(named)) return ' { __typename }'
  const free = Object.values(named.getFields()).filter(({ args }) => args.length === 0)
  const leaves = free.filter((field) => !isCompositeType(getNamedType(field.type)))
  const parts = depth > 1 ? free.filter((field) => isObjectType(getNamedType(field.type))) : []
  const below = parts.map((field) => `${field.name}${selection(field.type, depth - 1)}`)
  return ` { __typename ${[...leaves.map(({ name }) => name), ...below].join(' ')} }`
}

/** The shortest document that asks one root field, with just the arguments that it needs and those given. */
export function shortest(
  kind: 'query' | 'mutation',
  { name, args, type }: GraphQLField<unknown, unknown>,
  given: Literals = {},
): string {
  const written = needed(args, '', given)
  return `${kind} { ${name}${written && `(${written})`}${selection(type)} }`
}
