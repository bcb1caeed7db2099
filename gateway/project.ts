import type {
  FragmentDefinitionNode,
  GraphQLOutputType,
  GraphQLSchema,
  OperationDefinitionNode,
  SelectionSetNode,
} from 'graphql'
import {
  isAbstractType,
  isCompositeType,
  isEnumType,
  isInterfaceType,
  isListType,
  isNonNullType,
  isObjectType,
} from 'graphql'
import type { Json } from './plan.ts'
import { isObject } from './representations.ts'
import type { Selecting } from './select.ts'
import { collectFields, perCombination } from './select.ts'

/** A value that the schema does not allow, which therefore became null. */
export interface Violation {
  path: (string | number)[]
  message: string
}

interface Field {
  key: string
  /** `Product.sku`, for messages. */
  name: string
  shape: Shape
  /** The type's name, where the field is `__typename`. */
  typename: string | null
  /** The key is also a property that every object has, so it must be looked for with care. */
  inherited: boolean
}

type Shape =
  | { kind: 'leaf'; nonNull: boolean }
  | { kind: 'enum'; nonNull: boolean; name: string; values: ReadonlySet<unknown> }
  | { kind: 'list'; nonNull: boolean; of: Shape }
  | { kind: 'object'; nonNull: boolean; fields(data: Json): readonly Field[] | null }

/** Cuts the collected data to what the client asked for, in its order, with the schema's rules for null. */
export type Project = (data: Json, variables: Json, violations: Violation[]) => Json | null

/**
 * Compiles the shape of an operation's answer. @skip and @include are decided once per combination of their
 * variables, so the pass over the rows has no conditions left.
 */
export function compileProjection(
  schema: GraphQLSchema,
  definition: OperationDefinitionNode,
  fragments: ReadonlyMap<string, FragmentDefinitionNode>,
): Project {
  const root = schema.getRootType(definition.operation)
  if (!root) throw new Error(`The schema has no ${definition.operation}.`)
  const shapeFor = perCombination([definition, ...fragments.values()], (variables) => {
    return new Compiler({ schema, fragments, variables }).shape(root, [definition.selectionSet])
  })
  return (data, variables, violations) => {
    const result = complete(shapeFor(variables), data, '', { path: [], violations })
    return isObject(result) ? result : null
  }
}

class Compiler {
  constructor(private readonly from: Selecting) {}

  shape(type: GraphQLOutputType, sets: readonly SelectionSetNode[]): Shape {
    if (isNonNullType(type)) return { ...this.shape(type.ofType, sets), nonNull: true }
    if (isListType(type)) return { kind: 'list', nonNull: false, of: this.shape(type.ofType, sets) }
    if (isEnumType(type)) {
      const values = new Set<unknown>(type.getValues().map(({ name }) => name))
      return { kind: 'enum', nonNull: false, name: type.name, values }
    }
    if (!isCompositeType(type)) return { kind: 'leaf', nonNull: false }
    const byName = new Map<string, readonly Field[] | null>()
    const abstract = isAbstractType(type)
    const fields = (data: Json) => {
      // An object type needs no name in the data; an interface object may know only the interface's.
      const known = abstract ? data['__typename'] : null
      const name = typeof known === 'string' ? known : type.name
      let chosen = byName.get(name)
      if (chosen === undefined) byName.set(name, (chosen = this.fields(name, sets)))
      return chosen
    }
    return { kind: 'object', nonNull: false, fields }
  }

  private fields(typename: string, sets: readonly SelectionSetNode[]): readonly Field[] | null {
    const type = this.from.schema.getType(typename)
    // A type that clients must not see: its object is null for them.
    if (!isCompositeType(type)) return null
    const found = collectFields(this.from, sets, typename)
    return [...found].map(([key, nodes]): Field => {
      const name = nodes[0]?.name.value ?? ''
      const known = isObjectType(type) || isInterfaceType(type) ? type.getFields()[name] : undefined
      const children = nodes.flatMap((node) => (node.selectionSet ? [node.selectionSet] : []))
      const shape: Shape = known ? this.shape(known.type, children) : { kind: 'leaf', nonNull: false }
      const own = name === '__typename' ? typename : null
      return { key, name: `${typename}.${name}`, shape, typename: own, inherited: key in Object.prototype }
    })
  }
}

interface Pass {
  path: (string | number)[]
  violations: Violation[]
}

function complete(shape: Shape, value: unknown, name: string, pass: Pass): unknown {
  if (value === null || value === undefined) {
    if (shape.nonNull) report(pass, `The field ${name} has no value, but the schema promises one.`)
    return null
  }
  switch (shape.kind) {
    case 'leaf':
      return value
    case 'enum':
      if (shape.values.has(value)) return value
      return report(pass, `The field ${name} has a value that the enum ${shape.name} does not know.`)
    case 'list':
      if (Array.isArray(value)) return completeList(shape.of, value, name, pass)
      return report(pass, `The field ${name} is not a list.`)
    case 'object': {
      const fields = isObject(value) ? shape.fields(value) : null
      if (fields && isObject(value)) return completeObject(fields, value, pass)
      return report(pass, `The field ${name} has an object of an unknown type.`)
    }
  }
}

function completeList(of: Shape, values: readonly unknown[], name: string, pass: Pass): unknown[] | null {
  const result: unknown[] = []
  const depth = pass.path.length
  for (let index = 0; index < values.length; index++) {
    pass.path[depth] = index
    const element = complete(of, values[index], name, pass)
    if (element === null && of.nonNull) {
      pass.path.length = depth
      return null
    }
    result.push(element)
  }
  pass.path.length = depth
  return result
}

function completeObject(fields: readonly Field[], data: Json, pass: Pass): Json | null {
  const result: Json = {}
  const depth = pass.path.length
  for (const field of fields) {
    const { key, shape } = field
    if (field.typename !== null) {
      result[key] = field.typename
      continue
    }
    const value = field.inherited && !Object.hasOwn(data, key) ? undefined : data[key]
    if (shape.kind === 'leaf' && value !== null && value !== undefined) {
      result[key] = value
      continue
    }
    pass.path[depth] = key
    const child = complete(shape, value, field.name, pass)
    if (child === null && shape.nonNull) {
      pass.path.length = depth
      return null
    }
    result[key] = child
  }
  pass.path.length = depth
  return result
}

function report(pass: Pass, message: string): null {
  pass.violations.push({ path: [...pass.path], message })
  return null
}
