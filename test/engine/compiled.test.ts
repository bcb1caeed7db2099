import {
  buildSchema,
  execute,
  GraphQLError,
  GraphQLScalarType,
  isInterfaceType,
  isObjectType,
  isScalarType,
  parse,
  validate,
} from 'graphql'
import type { GraphQLFieldResolver, GraphQLSchema } from 'graphql'
import { describe, expect, test } from 'vitest'
import { inProcess } from '../../gateway/transport.ts'
import { plain } from './harness.ts'

const SDL = `
  interface Node { id: ID! }
  type A implements Node { id: ID! n: Int f: Float s: String! list: [Int!] nested: A many: [A]! strict: [A!] kind: Kind any: Any boom: String late: String lateBoom: String! }
  type B implements Node { id: ID! b: Boolean other: Node }
  union U = A | B
  enum Kind { X Y }
  scalar Any
  input In { a: Int = 3 b: [String!] c: In }
  type Query { a: A strictA: A! node(id: ID): Node nodes: [Node] u: [U!]! echo(x: In, n: Int = 7, k: Kind, any: Any): String lazy: A wrong: [Int] odd: Int notList: [Int] unknown: Node promised: [A] }
  type Mutation { add(n: Int!): Int! fail: Int failStrict: Int! }`

const a = {
  __typename: 'A',
  id: 1,
  n: 5,
  f: 1.5,
  s: 'text',
  list: [1, 2],
  kind: 'X',
  any: { deep: [1] },
  many: [],
  strict: null,
}

class Thing {
  __typename = 'A'
  id = 'thing'
  s() {
    return `method of ${this.id}`
  }
  n(args: unknown, context: { tenant: string }, info: { fieldName: string }) {
    return info.fieldName === 'n' && context.tenant === 't' && Object.keys(args ?? {}).length === 0
      ? 42
      : null
  }
}

const RESOLVERS: Record<string, Record<string, GraphQLFieldResolver<unknown, unknown>>> = {
  Query: {
    a: () => ({
      ...a,
      nested: Promise.resolve({ ...a, id: 2, s: null }),
      many: () => [a, null, Promise.resolve(a), Promise.reject(new Error('row'))],
      strict: [a, { ...a, s: undefined }],
    }),
    strictA: async () => null,
    node: (_, args) => (args['id'] === 'b' ? { __typename: 'B', id: 'b', b: true, other: a } : a),
    nodes: async () => [
      { __typename: 'B', id: 'x', b: 0 },
      Promise.resolve(a),
      null,
      { id: 'nameless' },
      { __typename: 'Kind', id: 'k' },
    ],
    u: () => new Set([a, { __typename: 'B', id: 'in union' }]),
    echo: (_, args, context, info) =>
      JSON.stringify([
        args,
        context,
        info.path,
        info.parentType.name,
        String(info.returnType),
        info.fieldNodes.length,
        info.variableValues,
      ]),
    lazy: () => new Thing(),
    wrong: () => [1, 'x', null, 2.5, new Error('an element'), 3],
    odd: () => 'not a number',
    notList: () => 'text',
    unknown: () => Promise.resolve({ __typename: 'Query' }),
    promised: async () => [
      Promise.resolve(null),
      { ...a, s: () => Promise.reject(new GraphQLError('coded', { extensions: { code: 'RATE_LIMITED' } })) },
    ],
  },
  A: {
    boom: () => {
      throw new Error('boom')
    },
    late: async () => 'late',
    lateBoom: async () => {
      throw new TypeError('late boom')
    },
  },
  Mutation: {
    add: async (_, args, context) => {
      const log = (context as { log: unknown[] }).log
      log.push('start', args['n'])
      await null
      log.push('end', args['n'])
      return args['n']
    },
    fail: () => Promise.reject(new Error('failed')),
    failStrict: () => {
      throw new Error('failed hard')
    },
  },
}

function build(): GraphQLSchema {
  const schema = buildSchema(SDL)
  for (const [name, fields] of Object.entries(RESOLVERS)) {
    const type = schema.getType(name)
    if (!isObjectType(type)) continue
    for (const [field, resolve] of Object.entries(fields))
      Object.assign(type.getFields()[field] ?? {}, { resolve })
  }
  return schema
}

const CASES: [query: string, variables?: Record<string, unknown>][] = [
  ['{ a { id n f s list kind any __typename x: n } }'],
  ['{ a { nested { id s } many { id } strict { id s } } }'],
  ['{ a { boom late } b: a { lateBoom id } }'],
  ['{ strictA { id } a { id } }'],
  [
    '{ node { id ... on A { n } ... on B { b } } n2: node(id: "b") { __typename ... on B { b other { id ... on A { s } } } } }',
  ],
  ['{ nodes { id ... on A { n } ... on B { b } } }'],
  ['{ u { ... on Node { id } ...F } } fragment F on A { s late }'],
  [
    'query ($x: In, $n: Int, $k: Kind, $any: Any) { echo(x: $x, n: $n, k: $k, any: $any) }',
    { x: { b: 'one', c: {} }, k: 'Y', any: { z: 1 } },
  ],
  ['query ($n: Int = 4) { echo(n: $n, x: { a: $n }) e2: echo e3: echo(n: null) }'],
  ['query ($n: Int!) { echo(n: $n) }', { n: 'no' }],
  ['query ($n: Int!) { echo(n: $n) }'],
  [
    'query ($w: Boolean!) { a { id @include(if: $w) n @skip(if: $w) ... @include(if: $w) { s } } }',
    { w: true },
  ],
  [
    'query ($w: Boolean!) { a { id @include(if: $w) n @skip(if: $w) ... @include(if: $w) { s } } }',
    { w: false },
  ],
  ['{ lazy { id s n list } }'],
  ['{ wrong odd notList }'],
  ['{ unknown { id } promised { id s } }'],
  ['{ a { a: id ...G ...G } } fragment G on A { nested { id } nested { n } }'],
  ['{ __typename a { t: __typename } }'],
  ['{ __schema { queryType { name } } a { id } __type(name: "A") { kind } }'],
  ['mutation { x: add(n: 1) y: add(n: 2) z: add(n: 3) }'],
  ['mutation { fail x: add(n: 1) }'],
  ['mutation { x: add(n: 1) failStrict y: add(n: 2) }'],
]

describe('an operation compiled for a schema in this process answers like graphql-js', () => {
  test.each(CASES)('%s', async (query, variables = {}) => {
    const schema = build()
    const document = parse(query)
    expect(validate(schema, document)).toEqual([])
    const contexts = [1, 2, 3].map(() => ({ tenant: 't', log: [] as unknown[] }))
    const expected = await execute({ schema, document, variableValues: variables, contextValue: contexts[0] })
    const transport = inProcess(schema)
    const request = { service: 'x', operation: 'query', query, variables } as const
    // The second run is the one that finds everything compiled.
    for (const context of contexts.slice(1)) {
      expect(normal(await transport.execute({ ...request, context }))).toEqual(normal(expected))
      expect(context.log).toEqual(contexts[0]?.log)
    }
  })

  test('also where types are told apart by isTypeOf and resolveType, at once or later', async () => {
    for (const wait of [false, true]) {
      const schema = build()
      const later = <T>(value: T) => (wait ? Promise.resolve(value) : value)
      const [A, B, node] = ['A', 'B', 'Node'].map((name) => schema.getType(name))
      if (isObjectType(A)) A.isTypeOf = (value) => later((value as { s?: unknown }).s !== undefined)
      if (isObjectType(B)) B.isTypeOf = (value) => later((value as { id?: unknown }).id === 'b')
      if (isInterfaceType(node))
        node.resolveType = (value) => later((value as { __typename: string }).__typename)
      for (const query of [
        '{ nodes { __typename id } }',
        '{ a { id nested { id } } }',
        '{ u { __typename } node(id: "b") { id } }',
      ]) {
        const expected = await execute({ schema, document: parse(query) })
        const actual = await inProcess(schema).execute({
          service: 'x',
          operation: 'query',
          query,
          variables: {},
          context: undefined,
        })
        expect(normal(actual).data).toEqual(normal(expected).data)
        expect(normal(actual).errors?.length).toEqual(normal(expected).errors?.length)
      }
    }
  })

  test('a text that the schema does not allow is refused', async () => {
    const request = {
      service: 'x',
      operation: 'query',
      query: '{ nope }',
      variables: {},
      context: null,
    } as const
    await expect(inProcess(build()).execute(request)).rejects.toThrow('nope')
  })

  test('a scalar that turns a value into nothing is an error', async () => {
    const schema = build()
    const any = schema.getType('Any')
    if (isScalarType(any)) Object.assign(any, new GraphQLScalarType({ name: 'Any', serialize: () => null }))
    const request = {
      service: 'x',
      operation: 'query',
      query: '{ a { any } }',
      variables: {},
      context: null,
    } as const
    const { data, errors } = await inProcess(schema).execute(request)
    expect(plain(data)).toEqual({ a: { any: null } })
    expect(errors).toMatchObject([{ path: ['a', 'any'] }])
  })
})

interface Result {
  data?: Record<string, unknown> | null
  errors?: readonly {
    message: string
    path?: readonly (string | number)[]
    extensions?: unknown
    locations?: unknown
  }[]
}

/** Errors come in the order in which they happen; which of two independent ones is first is no promise. */
function normal({ data, errors }: Result) {
  const list = errors?.map(({ message, path, extensions, locations }) => {
    // Only this text differs: graphql-js has five for it.
    const known = /^(Abstract type|Runtime Object type)/.test(message) ? 'wrong type' : message
    return plain({ message: known, path, extensions, locations })
  })
  return {
    data: plain(data),
    errors: list?.toSorted((x, y) => JSON.stringify(x).localeCompare(JSON.stringify(y))),
  }
}
