import { GraphQLScalarType, GraphQLError, valueFromASTUntyped } from 'graphql'

/** A decimal as text: sign, digits, fraction; no exponent, at most 40 digits, so it is exact everywhere. */
const DECIMAL = /^-?\d{1,28}(\.\d{1,18})?$/

function textScalar(name: string, description: string, accepts: (text: string) => boolean, example: string) {
  const parse = (value: unknown): string => {
    if (typeof value === 'string' && accepts(value)) return value
    const shown = JSON.stringify(value)?.slice(0, 60)
    throw new GraphQLError(`${name} cannot represent ${shown}; write it like "${example}".`, {
      extensions: { code: 'VALIDATION' },
    })
  }
  return new GraphQLScalarType<string, string>({
    name,
    description,
    serialize: (value) => String(value),
    parseValue: parse,
    parseLiteral: (node) => parse('value' in node ? node.value : undefined),
  })
}

function matches(pattern: RegExp) {
  return (text: string) => pattern.test(text)
}

function isDate(text: string): boolean {
  const day = new Date(`${text}T00:00:00Z`)
  return !Number.isNaN(day.getTime()) && day.toISOString().slice(0, 10) === text
}

/** An exact decimal number as a string; never passes through a float. */
export const DecimalScalar = textScalar(
  'Decimal',
  'An exact decimal number as text, for example "12.50".',
  matches(DECIMAL),
  '12.50',
)
/** A calendar day, ISO 8601, without a zone. */
export const DateScalar = textScalar('Date', 'A calendar day, ISO 8601: YYYY-MM-DD.', isDate, '2026-11-21')
/** An instant in UTC, ISO 8601. */
export const DateTimeScalar = textScalar(
  'DateTime',
  'An instant, ISO 8601, always sent in UTC.',
  (text) => /^\d{4}-\d\d-\d\dT\d\d:\d\d/.test(text) && !Number.isNaN(Date.parse(text)),
  '2026-11-21T08:15:00.000Z',
)
/** ISO 4217, three letters. */
export const CurrencyCodeScalar = textScalar(
  'CurrencyCode',
  'ISO 4217 currency code.',
  matches(/^[A-Z]{3}$/),
  'EUR',
)
/** ISO 3166-1 alpha-2. */
export const CountryCodeScalar = textScalar(
  'CountryCode',
  'ISO 3166-1 alpha-2 country code.',
  matches(/^[A-Z]{2}$/),
  'DE',
)
/** UN/ECE Recommendation 20 common code. */
export const UnitCodeScalar = textScalar(
  'UnitCode',
  'UN/ECE Recommendation 20 unit code.',
  matches(/^[A-Z0-9]{2,3}$/),
  'C62',
)
/** An e-mail address. */
export const EmailAddressScalar = textScalar(
  'EmailAddress',
  'An e-mail address.',
  matches(/^[^\s@]{1,64}@[^\s@]{1,190}$/),
  'buyer@acme.example',
)
/** E.164 where it can be told, else the ERP's own text. */
export const PhoneNumberScalar = textScalar(
  'PhoneNumber',
  'A telephone number, E.164 where the country is known.',
  matches(/^[+\d][\d\s()./-]{2,30}$/),
  '+4930123456',
)

/** Free JSON: before and after values, wire requests. */
export const JsonScalar = new GraphQLScalarType({
  name: 'JSON',
  description: 'Free JSON.',
  parseValue: (value) => value,
  parseLiteral: (node, variables) => valueFromASTUntyped(node, variables),
})
