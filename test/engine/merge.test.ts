import { describe, expect, test } from 'vitest'
import { copy, merge } from '../../gateway/merge.ts'

const isConcrete = (name: string) => name !== 'Item'
const merged = (target: Record<string, unknown>, source: Record<string, unknown>) => {
  merge(target, source, isConcrete)
  return target
}

describe('one answer laid over another', () => {
  test('adds what is new, at every depth and in every row', () => {
    const target = { a: { x: 1 }, rows: [{ id: 1 }, null, { id: 3 }], grid: [[{ id: 1 }], [1]] }
    const source = { a: { y: 2 }, rows: [{ n: 1 }, { n: 2 }, { n: 3 }], grid: [[{ n: 1 }], [1]], b: true }
    expect(merged(target, source)).toEqual({
      a: { x: 1, y: 2 },
      rows: [{ id: 1, n: 1 }, { n: 2 }, { id: 3, n: 3 }],
      grid: [[{ id: 1, n: 1 }], [1]],
      b: true,
    })
  })

  test('never erases by null what another subgraph gave', () => {
    expect(merged({ a: 1, b: { x: 1 }, c: [1] }, { a: null, b: null, c: [null] })).toEqual({
      a: 1,
      b: { x: 1 },
      c: [1],
    })
  })

  test("never puts an interface's name in the place of the real type's", () => {
    expect(merged({ __typename: 'Book' }, { __typename: 'Item' })).toEqual({ __typename: 'Book' })
    expect(merged({ __typename: 'Item' }, { __typename: 'Book' })).toEqual({ __typename: 'Book' })
  })

  test('never reaches the prototype that all objects share', () => {
    merged({ a: {} }, JSON.parse('{"__proto__":{"polluted":true},"a":{"__proto__":{"polluted":true}}}'))
    expect(Reflect.get({}, 'polluted')).toBeUndefined()
    expect(copy(JSON.parse('{"__proto__":{"polluted":true}}'))).toEqual({})
  })
})

test('a copy shares no object with what it is a copy of', () => {
  const original = { rows: [{ id: 1 }], at: new Date(0) }
  const second = copy(original) as typeof original
  expect(second).toEqual(original)
  merge(second, { rows: [{ n: 1 }] }, isConcrete)
  expect(original.rows).toEqual([{ id: 1 }])
})
