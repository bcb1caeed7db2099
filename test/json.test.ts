import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { ErpError } from '../schema/errors.ts'
import { exactNumber, parseExact, plain } from '../subgraphs/json.ts'

function failure(work: () => unknown): ErpError {
  try {
    work()
  } catch (error) {
    if (error instanceof ErpError) return error
    throw error
  }
  throw new Error('Nothing was refused.')
}

const decimals = fc
  .tuple(fc.boolean(), fc.bigInt({ min: 0n, max: 10n ** 28n }), fc.stringMatching(/^\d{0,18}$/))
  .map(([minus, whole, part]) => `${minus ? '-' : ''}${whole}${part && `.${part}`}`)

describe('a number', () => {
  it('arrives digit by digit as it stood on the wire, at any depth', () => {
    const text = '{"a":12345678901234567.10,"b":[0.1,1e400,-0,1E5,1.0],"c":{"d":0.123456789012345678}}'
    expect(parseExact(text)).toEqual({
      a: '12345678901234567.10',
      b: ['0.1', '1e400', '-0', '1E5', '1.0'],
      c: { d: '0.123456789012345678' },
    })
    expect(parseExact(' 7 ')).toBe('7')
  })

  it('arrives as it stood in a text of any length, and what looks like one in a string stays as it is', () => {
    const words = '7 is "1.50", \\ and -3e2: {"a": 1}'
    for (const times of [1, 1_000, 100_000]) {
      const text = `{"n": 1.50, "words": ${JSON.stringify(words.repeat(times))}, "10": [2.0]}`
      expect(parseExact(text)).toEqual({ n: '1.50', words: words.repeat(times), 10: ['2.0'] })
    }
  })

  it('is no number of JSON as 007, 1. or a name, and the answer is refused', () => {
    for (const text of ['{"a":007}', '[-01]', '[1.]', '[.5]', '[+1]', '{1:2}', '[1 2]', '[1-2]', '[0x1]'])
      expect(failure(() => parseExact(text)).code, text).toBe('BAD_ANSWER')
  })

  it('of any size goes out and comes back unchanged', () => {
    fc.assert(
      fc.property(decimals, (decimal) => {
        const wire = JSON.stringify({ amount: exactNumber(decimal) })
        expect(wire).toBe(`{"amount":${decimal}}`)
        expect(parseExact(wire)).toEqual({ amount: decimal })
      }),
      { seed: 4711 },
    )
  })

  it('is refused as VALIDATION when the text is none, so that nothing else gets into the JSON', () => {
    const bad = [
      '',
      ' ',
      '1,5',
      '1.',
      '.5',
      '+1',
      '01',
      '1e5',
      'NaN',
      'Infinity',
      '0x1',
      '1 ',
      '1\n',
      '1,"x":2',
      '--1',
      '١',
    ]
    for (const text of bad) expect(failure(() => exactNumber(text)).code, text).toBe('VALIDATION')
    expect(failure(() => exactNumber('9'.repeat(500) + 'x')).message.length).toBeLessThan(100)
  })

  it('is one text however many zeros it has', () => {
    const same = {
      '2.50': '2.5',
      '2.5': '2.5',
      '2.00': '2',
      '100': '100',
      '0.00': '0',
      '-1.10': '-1.1',
      '+2.5': '2.5',
      '-0.0': '0',
      '-0': '0',
      '007.10': '7.1',
      '0.5': '0.5',
    }
    for (const [text, wanted] of Object.entries(same)) expect(plain(text), text).toBe(wanted)
  })
})

describe('an answer', () => {
  it('keeps text, emoji, null and truth values as they are', () => {
    const value = { text: '12.50', emoji: '✨ „Größe“', none: null, yes: true, list: [] }
    expect(parseExact(JSON.stringify(value))).toEqual(value)
  })

  it('cannot reach a prototype', () => {
    const parsed = parseExact('{"__proto__":{"admin":true},"constructor":{"x":1}}') as Record<string, unknown>
    expect(({} as Record<string, unknown>).admin).toBe(undefined)
    expect(Object.getPrototypeOf(parsed)).toBe(Object.prototype)
  })

  it('that is empty, halved, HTML, or anything but JSON is a BAD_ANSWER that shows how it begins', () => {
    for (const text of [
      '{"a":',
      '[1,',
      '<html><body>Sign in</body></html>',
      'OK',
      '{"a":1}x',
      "{'a':1}",
      '{"a":01}',
      'NaN',
    ]) {
      const error = failure(() => parseExact(text))
      expect([error.code, error.said]).toEqual(['BAD_ANSWER', text])
    }
    for (const text of ['', '  \n']) expect(failure(() => parseExact(text)).message).toContain('empty')
    expect(failure(() => parseExact('<html>')).message).toContain('HTML')
    expect(failure(() => parseExact(`{${'x'.repeat(9_000)}`)).said).toHaveLength(300)
  })

  it('that is nested too deeply, in a short text or a long one, is a BAD_ANSWER, not the end of the process', () => {
    for (const deep of [501, 100_000, 1_500_000])
      expect(failure(() => parseExact('['.repeat(deep) + ']'.repeat(deep))).code).toBe('BAD_ANSWER')
    expect(parseExact('['.repeat(500) + ']'.repeat(500))).toHaveLength(1)
  })
})
