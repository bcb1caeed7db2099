import { describe, expect, it } from 'vitest'
import { ErpError } from '../schema/errors.ts'
import type { Json } from '../subgraphs/json.ts'
import {
  dateTime,
  dateTimeOffset,
  entityOf,
  jsonDate,
  messageOf,
  milliseconds,
  multipartAnswers,
  multipartBatch,
  pieces,
  secondsOf,
} from '../subgraphs/odata2.ts'

const TYPE = 'multipart/mixed; boundary=ejjeeffe0'

/** An answer as the vendors' servers write it: lines end in CR LF, a change set stands inside its own boundary. */
const ANSWER = [
  '--ejjeeffe0',
  'Content-Type: application/http',
  'content-transfer-encoding: binary',
  '',
  'HTTP/1.1 200 OK',
  'Content-Type: application/json',
  '',
  '{"d":{"results":[{"Amount":12345678901234567.10,"Text":"Ü --ejjeeffe0"}]}}',
  '--ejjeeffe0',
  'Content-Type: multipart/mixed; boundary=ejjeeffe1',
  '',
  '--ejjeeffe1',
  'Content-Type: application/http',
  '',
  'HTTP/1.1 204 No Content',
  'dataserviceversion: 2.0',
  '',
  '',
  '--ejjeeffe1',
  'Content-Type: application/http',
  '',
  'HTTP/1.1 201 Created',
  'Content-Type: application/json',
  '',
  '{"d":{"Id":"1"}}',
  '--ejjeeffe1--',
  '',
  '--ejjeeffe0',
  'Content-Type: application/http',
  '',
  'HTTP/1.1 400 Bad Request',
  'Content-Type: application/xml',
  '',
  '<error/>',
  '--ejjeeffe0--',
  '',
].join('\r\n')

describe('what OData v2 writes in its own way', () => {
  it('writes days and instants as literals and as JSON, and reads them back', () => {
    expect(dateTime('2026-11-21')).toBe("datetime'2026-11-21T00:00:00'")
    expect(dateTimeOffset('2026-11-21T08:15:00.000Z')).toBe("datetimeoffset'2026-11-21T08:15:00.000Z'")
    expect(jsonDate('2026-11-21')).toBe('/Date(1795219200000)/')
    expect(milliseconds('/Date(1795219200000)/')).toBe(1795219200000)
    expect(milliseconds('/Date(1795219200123+0000)/')).toBe(1795219200123)
    expect(milliseconds('/Date(-86400000)/')).toBe(-86400000)
    for (const text of ['2026-11-21', '', '/Date()/', '/Date(9999999999999999)/', '/Date(1e3)/'])
      expect(milliseconds(text)).toBe(null)
    expect(['PT10H10M10S', 'PT5S', 'PT1H', '10:10'].map(secondsOf)).toEqual([36610, 5, 3600, null])
  })

  it('takes the one row out of its envelope, and nothing else for a row', () => {
    expect(entityOf({ d: { Id: '1' } })).toEqual({ Id: '1' })
    const others: Json[] = [null, [], {}, { d: null }, { d: [] }, { d: 'x' }, 'x']
    for (const body of others) expect(() => entityOf(body)).toThrow(ErpError)
  })

  it('puts reads outside of change sets and writes inside, each with its number and its length in bytes', () => {
    const { headers, body } = multipartBatch([
      { method: 'GET', url: 'Items?$top=1', headers: { Accept: 'application/json' } },
      [
        { method: 'PATCH', url: "Items('1')", headers: { 'If-Match': '*' }, body: '{"Name":"Ü"}' },
        { method: 'DELETE', url: "Items('2')" },
      ],
    ])
    const parts = pieces(body, headers['content-type'] ?? '')
    expect(parts).toHaveLength(2)
    expect(messageOf(parts[0]!)).toEqual({
      first: 'GET Items?$top=1 HTTP/1.1',
      headers: { accept: 'application/json' },
      body: '',
    })
    const writes = pieces(parts[1]?.body ?? '', parts[1]?.headers['content-type'] ?? '')
    expect(writes.map(({ headers: told }) => told['content-id'])).toEqual(['1', '2'])
    expect(messageOf(writes[0]!)).toEqual({
      first: "PATCH Items('1') HTTP/1.1",
      headers: { 'if-match': '*', 'content-length': '13' },
      body: '{"Name":"Ü"}',
    })
    expect(body.replaceAll('\r\n', '')).not.toContain('\n')
  })

  it('reads the answers part by part, numbers digit by digit, and those of a change set together', () => {
    const [read, writes, refused] = multipartAnswers(ANSWER, TYPE, 3)
    expect(read).toMatchObject([
      { status: 200, body: { d: { results: [{ Amount: '12345678901234567.10', Text: 'Ü --ejjeeffe0' }] } } },
    ])
    expect(writes?.map(({ status, body }) => [status, body])).toEqual([
      [204, null],
      [201, { d: { Id: '1' } }],
    ])
    expect(refused).toMatchObject([{ status: 400, body: '<error/>' }])
  })

  it('refuses an answer that was cut off, that lacks a part, or that is something else', () => {
    const broken: [string, string, number][] = [
      [ANSWER.slice(0, ANSWER.length / 2), TYPE, 3],
      [ANSWER, TYPE, 4],
      [ANSWER, 'text/html', 3],
      ['', TYPE, 1],
      ['<html>--ejjeeffe0--</html>', TYPE, 1],
      ['--ejjeeffe0\r\n\r\nno status\r\n--ejjeeffe0--', TYPE, 1],
    ]
    for (const [text, type, count] of broken) {
      expect(() => multipartAnswers(text, type, count)).toThrow(ErpError)
    }
  })
})
