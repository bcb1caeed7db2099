import { describe, expect, it } from 'vitest'
import { ErpError } from '../schema/errors.ts'
import type { Json } from '../subgraphs/json.ts'
import {
  address,
  allOf,
  anyOf,
  batchAnswers,
  batchBody,
  collectionOf,
  decodeName,
  encodeName,
  etagOf,
  faultOf,
  ifMatch,
  isGuid,
  literal,
} from '../subgraphs/odata.ts'

const BASE = 'https://erp.example/v2.0'

describe('the OData dialect', () => {
  it('keeps the text of a user inside its literal', () => {
    expect(literal("O'Brien' or 1 eq 1")).toBe("'O''Brien'' or 1 eq 1'")
    expect(anyOf('number', ['a', "b'"].map(literal))).toBe("(number eq 'a' or number eq 'b''')")
    const filter = allOf(undefined, "name eq 'a&b #1+1'")
    expect(address('items', { filter, top: 5 })).toBe("items?$filter=name%20eq%20'a%26b%20%231%2B1'&$top=5")
    expect([isGuid('f64eba74-dacd-4854-a584-1834f68cfc3a'), isGuid("x' or 1")]).toEqual([true, false])
  })

  it('reads collections of versions 2, 3 and 4, and follows their links on the same host only', () => {
    expect(collectionOf({ value: ['a'], '@odata.nextLink': `${BASE}/x?$skiptoken=1` }, BASE)).toEqual({
      rows: ['a'],
      next: `${BASE}/x?$skiptoken=1`,
    })
    expect(collectionOf({ value: [], 'odata.nextLink': 'Items?$skip=20' }, `${BASE}/b1s/`).next).toBe(
      `${BASE}/b1s/Items?$skip=20`,
    )
    expect(collectionOf({ d: { results: ['b'], __next: `${BASE}/y` } }, BASE)).toEqual({
      rows: ['b'],
      next: `${BASE}/y`,
    })
    for (const next of ['https://evil.example/x', '//evil.example/x', 'http://erp.example/x'])
      expect(() => collectionOf({ value: [], '@odata.nextLink': next }, BASE)).toThrow(ErpError)
    const broken: Json[] = [null, [], {}, { value: {} }, { value: [], '@odata.nextLink': { a: [] } }]
    for (const body of broken) expect(() => collectionOf(body, BASE)).toThrow(ErpError)
  })

  it('reads versions of rows and words of errors in every form', () => {
    expect(etagOf({ '@odata.etag': 'W/"1"' })).toBe('W/"1"')
    expect(etagOf({ __metadata: { etag: 'W/"2"' } })).toBe('W/"2"')
    expect([etagOf(null), ifMatch(null), ifMatch('W/"1"')]).toEqual([
      null,
      { 'if-match': '*' },
      { 'if-match': 'W/"1"' },
    ])
    expect(faultOf({ error: { code: 'A', message: 'B' } })).toEqual({ code: 'A', message: 'B' })
    expect(faultOf({ error: { code: '-5002', message: { lang: 'en', value: 'C' } } }).message).toBe('C')
    expect(faultOf('<html>')).toEqual({ code: '', message: '' })
  })

  it('gives the answers of a batch in the order of its parts and misses none', () => {
    expect(JSON.parse(batchBody([{ method: 'GET', url: 'a' }]))).toEqual({
      requests: [{ id: '1', method: 'GET', url: 'a' }],
    })
    const answers: Json[] = [
      { id: '2', status: '404', headers: { 'Content-Type': 'x' }, body: { error: {} } },
      { id: '1', status: '200', body: { value: [] } },
    ]
    expect(batchAnswers({ responses: answers }, 2).map(({ status }) => status)).toEqual([200, 404])
    const [, good] = answers as [Json, Json]
    expect(() => batchAnswers({ responses: [good] }, 2)).toThrow(/Part 2/)
    expect(batchAnswers({ responses: answers }, 3)).toHaveLength(2)
    expect(() => batchAnswers({ responses: [{ id: '1', status: 'ok' }] }, 1)).toThrow(ErpError)
  })

  it('spells members of enums there and back', () => {
    for (const caption of [' ', 'In Review', 'Non-Inventory', 'Positive Adjmt.'])
      expect(decodeName(encodeName(caption))).toBe(caption)
    expect(encodeName('Non-Inventory')).toBe('Non_x002D_Inventory')
  })
})
