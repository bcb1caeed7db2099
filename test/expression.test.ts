import { describe, expect, it } from 'vitest'
import { ErpError } from '../schema/errors.ts'
import { Expression } from '../subgraphs/expression.ts'

const LONG = 'x'.repeat(100_000)

function run(text: string, input: unknown = {}, variables: Record<string, unknown> = {}): Promise<unknown> {
  return new Expression(text, {}, { timeMs: 5_000 }).run(input, variables)
}

async function refusal(text: string, input: unknown = { s: LONG }): Promise<string> {
  const end = await (async () => new Expression(text, {}, { timeMs: 100 }).run(input))().catch(
    (error: unknown) => error,
  )
  expect(end, text).toBeInstanceOf(ErpError)
  expect((end as ErpError).code).toBe('VALIDATION')
  return (end as ErpError).message
}

describe('an expression', () => {
  it('maps data to plain data, and leaves out what is not there', async () => {
    const input = { items: [{ code: 'A' }], net: '1.10', text: { en: 'Pump' } }
    expect(
      await run("{'codes': [items.code], 'name': text.de ? text.de : text.en, 'none': nope}", input),
    ).toEqual({
      codes: ['A'],
      name: 'Pump',
    })
    expect(await run('nope', input)).toBeUndefined()
    expect(await run('$doc.a', input, { doc: { a: [1, 2] } })).toEqual([1, 2])
  })

  it('reckons with decimals digit by digit, and writes them as bare numbers', async () => {
    expect(await run('$decAdd("0.1", "0.2")')).toBe('0.3')
    expect(await run('$decMul(a, "3")', { a: '123456789012345678.123456789' })).toBe(
      '370370367037037034.370370367',
    )
    expect(await run('[$decDiv("1", "3", 4), $decSub("1", "0.9"), $round2("2.345")]')).toEqual([
      '0.3333',
      '0.1',
      '2.35',
    ])
    expect(JSON.stringify(await run("{'net': $decimal(n)}", { n: '1234567890123456.70' }))).toBe(
      '{"net":1234567890123456.70}',
    )
    expect(await run('$decAdd(nope, "1")')).toBeUndefined()
    expect(await refusal('$decAdd("1e9999999", "1")')).toMatch(/no exact decimal/)
    expect(await refusal('$decAdd(0.5, "1")')).toMatch(/no exact decimal/)
    expect(await refusal('$decDiv("1", "0")')).toMatch(/zero/)
  })

  it('says where it cannot be read, before anything is evaluated', () => {
    for (const [text, why] of [
      ['a[', /letter 2/],
      ['('.repeat(3_000), /cannot be read/],
      ['x'.repeat(9_000), /at most 8000/],
      ['$contains(s, /(?=a)b/)', /regular expression/],
      ['$contains(s, /(a)\\1/)', /regular expression/],
      ['$contains(s, /(x{1,900}){1,900}/)', /regular expression/],
      ['function($a)<s+s+s+n>{ 1 }("a", "a", "a")', /signature/],
    ] as const)
      expect(() => new Expression(text), text.slice(0, 40)).toThrow(why)
  })

  it('tells the names of the fields that it reads', () => {
    expect(
      [...new Expression("input.order.lines.{'a': sku, 'b': $string(`unit price`)}").names].toSorted(),
    ).toEqual(['input', 'lines', 'order', 'sku', 'unit price'])
  })
})

describe('an expression that would not end', () => {
  it('is stopped when it loops, recurses or makes endless lists', async () => {
    expect(await refusal('($f := function($n) { $f($n + 1) }; $f(1))')).toMatch(/longer than 100 ms/)
    expect(await refusal('($f := function($n) { 1 + $f($n + 1) }; $f(1))')).toMatch(/[Ss]tack/)
    expect(await refusal('[1..1000000000]')).toMatch(/sequence/)
    expect(
      await refusal('$map([1..20000], function($x) { $map([1..20000], function($y) { $x * $y }) })'),
    ).toMatch(/longer/)
    expect(await refusal('$reduce([1..50000], $append)')).toMatch(/longer/)
  })

  it('is not stopped for a pause of the process that is none of its work', async () => {
    const pause = () => {
      const end = performance.now() + 300
      while (performance.now() < end);
      return 1
    }
    const expression = new Expression('$pause(1) + $pause(1)', { pause }, { timeMs: 200 })
    expect(await expression.run({})).toBe(2)
  })

  it('is stopped when its results unfold: doubled texts, doubled trees, deep nests', async () => {
    const twice = (step: string, first: string) => `$reduce([1..60], function($a, $i) { ${step} }, ${first})`
    expect(await refusal(twice('$a & $a', '"x"'))).toMatch(/too large/)
    expect(await refusal(twice('{"x": $a, "y": $a}', '{}'))).toMatch(/too large/)
    expect(await refusal(twice('[[$a], [$a]]', '[1]'))).toMatch(/too large/)
    expect(await refusal('$reduce([1..400], function($a, $i) { {"x": $a} }, {})')).toMatch(/nested/)
    const tree = '$reduce([1..40], function($a, $i) { {"x": $a, "y": $a} }, {})'
    expect(await refusal(`${tree} = ${tree}`)).toMatch(/too large/)
    expect(await refusal(`$string(${tree})`)).toMatch(/too large/)
  })

  it('is stopped in functions that make much of little', async () => {
    expect(await refusal('$pad("x", 1000000000)')).toMatch(/too long/)
    expect(await refusal('$pad("x", -1000000000)')).toMatch(/too long/)
    expect(await refusal('$replace(s, "x", s)')).toMatch(/too long/)
    expect(await refusal('$replace(s, /x*/, s)')).toMatch(/too long/)
    expect(await refusal('$join($split(s, ""), s)')).toMatch(/too long|too large|sequence/)
    expect(await refusal('$formatInteger(1, s)')).toMatch(/picture/)
    expect(await refusal('$fromMillis(1, "[Y,*-100000000]")')).toMatch(/picture/)
    expect(await refusal('$map([s, s], $pad(?, 1000000000))')).toMatch(/too long/)
  })

  it('meets regular expressions that work in one pass, and stops those with too much to look at', async () => {
    expect(await run('$contains(s, /^(x+x+)+y$/)', { s: LONG.slice(0, 5_000) })).toBe(false)
    expect(await run('$contains(s, /^(([a-z])+.)+[A-Z]([a-z])+$/)', { s: LONG.slice(0, 5_000) })).toBe(false)
    expect(await refusal('$match(s, /x.*y|x/)')).toMatch(/too much to look at|longer/)
    expect(await refusal('$count($map([1..1000], function($i) { $contains(s, /x+y/) }))')).toMatch(
      /too much|longer/,
    )
    expect(await run('$replace("abc-def", /([a-c]+)-(\\w+)/, "$2-$1")')).toBe('def-abc')
    expect(await run('$match("ab12CD345", /[a-z]+(\\d)/i).groups')).toEqual(['1', '3'])
    expect(await run('$split("a1b22c", /\\d+/)')).toEqual(['a', 'b', 'c'])
    expect(await run('$match("größe 🚀 x", /🚀|ß/).index')).toEqual([3, 6])
  })

  it('compares long lists without comparing each with each', async () => {
    expect(await run('$count($distinct([1..40000]))')).toBe(40_000)
    expect(await run('$map(["a", "b"], $pad(?, 3, "-"))')).toEqual(['a--', 'b--'])
    expect(await run('$distinct([{"a": 1}, {"a": 1}, "1", 1])')).toEqual([{ a: 1 }, '1', 1])
  })

  it('does not end the next one, and many at once answer each its own', async () => {
    const loop = refusal('($f := function($n) { $f($n + 1) }; $f(1))')
    const others = Array.from({ length: 50 }, (_, n) => run('n * 2', { n }))
    expect(await Promise.all(others)).toEqual(Array.from({ length: 50 }, (_, n) => n * 2))
    expect(await loop).toMatch(/longer/)
  })
})

describe('an expression that would reach out', () => {
  it('finds neither code, chance nor the prototypes of things', async () => {
    for (const text of [
      '$eval("1")',
      '$random()',
      '$shuffle([1, 2])',
      '$parseInteger("1", "#")',
      '$toMillis("1", "[Y]")',
    ])
      expect(await refusal(text)).toMatch(/not allowed|only/)
    for (const text of [
      'constructor',
      '$.constructor.constructor',
      '__proto__',
      '$string.constructor',
      '"a".constructor',
    ])
      expect(await run(text, {})).toBeUndefined()
    expect(await refusal('$string')).toMatch(/function/)
    expect(await refusal('{"f": function($x) { $x }}')).toMatch(/function/)
    expect(await refusal('/a/')).toMatch(/function/)
  })

  it('cannot pollute: keys such as __proto__ stay mere keys of a fresh object', async () => {
    const made = (await run('$merge([{"__proto__": {"bad": 1}}, {"constructor": 2}])')) as object
    expect(Object.keys(made)).toEqual(['__proto__', 'constructor'])
    expect(Object.getPrototypeOf(made)).toBe(Object.prototype)
    expect(({} as { bad?: unknown }).bad).toBeUndefined()
  })

  it('changes nothing of what it is given', async () => {
    const input = { list: [3, 1, 2], inner: { a: 1 } }
    const before = structuredClone(input)
    await run('($sort(list); $append(list, 4); inner ~> |$|{"b": 2}|; $reverse(list))', input)
    expect(input).toEqual(before)
  })
})
