import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { parse, validate } from 'graphql'
import { describe, expect, it } from 'vitest'
import { Documents } from '../../gateway/documents.ts'
import { createEngine } from '../../gateway/engine.ts'
import { tooLarge, tooManyRows } from '../../gateway/limits.ts'
import { overHttp } from '../../gateway/remote.ts'
import { build } from '../../web/build.ts'
import { compare, isPositive, plain } from '../../web/embed/decimal.ts'
import { Format } from '../../web/embed/format.ts'
import { outcomeOf } from '../../web/embed/patience.ts'
import { type Ask, DOCUMENTS, requestsFor } from '../../web/embed/query.ts'

const ASK: Ask = {
  kind: 'price',
  sku: 'A',
  customer: null,
  quantity: '1',
  connection: null,
  unit: null,
  maxAgeMs: null,
}

describe('what the web components ask', () => {
  it('is valid in this graph and within its limits, with every room full', () => {
    const sdl = readFileSync(join(import.meta.dirname, '../../schema/supergraph.graphql'), 'utf8')
    const { schema } = createEngine({ supergraphSdl: sdl, transports: (_name, url) => overHttp(url) })
    for (const text of DOCUMENTS) {
      expect(tooLarge(parse(text))).toBeNull()
      expect(validate(schema, parse(text))).toEqual([])
    }
    const asks = Array.from({ length: 1200 }, (_, n) => ({
      ...ASK,
      sku: `S${n % 100}`,
      quantity: `${n % 12}`,
    }))
    for (const { query, variables } of requestsFor(asks))
      expect(tooManyRows(parse(query), undefined, variables)).toBeNull()
  })

  it('is one of few documents, which a server can be told to answer alone', () => {
    expect(DOCUMENTS).toHaveLength(11)
    const known = new Documents(new Map(DOCUMENTS.map((text, n) => [`${n}`, text])), true)
    const asks = [ASK, { ...ASK, quantity: '2' }, { ...ASK, kind: 'availability' as const }]
    const { query } = requestsFor(asks)[0]!
    expect(known.textOf({ query, documentId: null, extensions: null })).toBe(query)
  })

  it('is cut into more requests where it would be too much, and asked once where it is the same', () => {
    expect(requestsFor([ASK, { ...ASK }, { ...ASK, sku: 'B' }])).toHaveLength(1)
    expect(requestsFor([ASK, { ...ASK }])[0]?.places).toHaveLength(1)
    const quantities = Array.from({ length: 30 }, (_, n) => ({ ...ASK, quantity: `${n + 1}` }))
    const requests = requestsFor(quantities)
    expect(requests.map(({ places }) => places.length)).toEqual([12, 12, 6])
    const skus = Array.from({ length: 250 }, (_, n) => ({ ...ASK, sku: `S${n}` }))
    expect(requestsFor(skus)).toHaveLength(1)
  })

  it('comes again when a good answer is old enough, and ever later while it fails', () => {
    const good = { code: null, retryAfterMs: null, status: 'CACHED', ageMs: 12_000 } as Parameters<
      typeof outcomeOf
    >[0]
    expect(outcomeOf(good, 30_000, 3, 1)).toEqual({ failures: 0, waitMs: 18_000 })
    expect(outcomeOf(good, 10_000, 0, 1).waitMs).toBe(5_000)
    const waits = [0, 1, 2, 9].map(
      (n) => outcomeOf({ code: 'OFFLINE', retryAfterMs: null }, 30_000, n, 1).waitMs,
    )
    expect(waits).toEqual([5_000, 10_000, 20_000, 300_000])
    expect(outcomeOf({ code: 'RATE_LIMITED', retryAfterMs: 60_000 }, 30_000, 0, 1).waitMs).toBe(60_000)
    expect(outcomeOf({ code: 'NOT_FOUND', retryAfterMs: null }, 30_000, 0, 1).waitMs).toBe(Infinity)
  })
})

describe('figures', () => {
  it('keep every digit in every language', () => {
    const [english, german] = [new Format('en-GB'), new Format('de-DE')]
    expect(english.money({ amount: '12.5', currency: 'EUR' })).toBe('€12.50')
    expect(german.money({ amount: '0.01234567890123', currency: 'EUR' })).toBe('0,01234567890123\u00a0€')
    expect(english.quantity('12345678901234567.125', 'KGM')).toBe('12,345,678,901,234,567.125 kg')
    expect(german.quantity('1234.5000', 'H87')).toBe('1.234,5\u00a0Stück')
    expect(new Format('no such language!').quantity('1', null)).toBe('1')
  })

  it('are compared without rounding', () => {
    expect(compare('0.1', '0.10')).toBe(0)
    expect(compare('9007199254740993', '9007199254740992')).toBe(1)
    expect(compare('-0.5', '0')).toBe(-1)
    expect(['007', '1.500', '-0.0', '100', '0.05'].map(plain)).toEqual(['7', '1.5', '0', '100', '0.05'])
    expect(['1', '0.5', '0', '0.00', '-1', '1e3', 'x', ''].filter(isPositive)).toEqual(['1', '0.5'])
  })
})

describe('the script', () => {
  it('has at most 15 KB when it is sent', async () => {
    const script = readFileSync(join(await build('embed'), 'erp.js'))
    expect(gzipSync(script, { level: 9 }).length).toBeLessThanOrEqual(15_000)
    expect(script.toString()).not.toMatch(/\beval\(|new Function|innerHTML|localStorage|document\.cookie/)
  })
})
