import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import iconv from 'iconv-lite'
import { describe, expect, it } from 'vitest'
import { ErpError } from '../../schema/errors.ts'
import type { Column } from '../../subgraphs/datev/columns.ts'
import {
  FORMATS,
  type Format,
  encodeExtf,
  headerOf,
  readExtf,
  refuseCell,
  writeExtf,
} from '../../subgraphs/datev/extf.ts'

const SPECS = join(import.meta.dirname, '../../../shared/specs/datev')
const present = existsSync(SPECS)
const SAMPLES: [string, Format][] = [
  ['EXTF_Buchungsstapel_sample.csv', FORMATS.posting],
  ['EXTF_Stammdaten_sample.csv', FORMATS.debtor],
]

interface Listed {
  name: string
  kind: string
  max?: number
  maxDigits?: number
  intDigits?: number
  decimals?: number
  format?: string
  quoted: boolean
  pattern?: string
}

/** A column of the published list in the words of our table. */
function asColumn({ name, kind, max, maxDigits, intDigits, decimals, format = '', pattern }: Listed): Column {
  const text = pattern ? 'b' : 't'
  if (kind === 'text') return { name, kind: text, most: max ?? 0, decimals: 0 }
  if (kind === 'number') return { name, kind: 'n', most: maxDigits ?? 0, decimals: 0 }
  if (kind === 'amount') return { name, kind: 'a', most: intDigits ?? 0, decimals: decimals ?? 0 }
  if (kind === 'flag01') return { name, kind: 'f', most: 1, decimals: 0 }
  return { name, kind: format === 'JJJJ' ? 'y' : 'd', most: format.length, decimals: 0 }
}

const head = {
  consultant: 29098,
  client: 55003,
  fiscalYear: '20260101',
  accountLength: 4,
  created: '20261121093000000',
  label: 'Rechnungen 11/2026',
  period: { from: '20261101', to: '20261130' },
  chart: '03',
  from: 'unified-api',
}

function refusedBy(work: () => unknown): ErpError {
  try {
    work()
  } catch (error) {
    if (error instanceof ErpError) return error
  }
  throw new Error('Nothing was refused.')
}

/** Whether the row and the column are named. */
function isRefused(work: () => unknown): boolean {
  const { code, field } = refusedBy(work)
  return code === 'VALIDATION' && /^rows\.\d\./.test(field ?? '')
}

describe.skipIf(!present)('the published lists and sample files (shared/specs/datev)', () => {
  it.each(SAMPLES)('%s is read and written again byte by byte', (name, format) => {
    const bytes = readFileSync(join(SPECS, name))
    const file = readExtf(bytes)
    expect(file.rows.every((row) => row.length === format.columns.length)).toBe(true)
    expect(Buffer.from(encodeExtf(writeExtf(format, file))).equals(bytes)).toBe(true)
  })

  it('make our header field by field', () => {
    const [posting, debtor] = SAMPLES.map(([name]) => readExtf(readFileSync(join(SPECS, name))).header)
    expect(headerOf(FORMATS.posting, head)).toEqual(posting)
    const { period: _, ...master } = { ...head, label: 'Kunden 11/2026' }
    expect(headerOf(FORMATS.debtor, master)).toEqual(debtor)
    const { fields } = JSON.parse(readFileSync(join(SPECS, 'extf-header-700.json'), 'utf8')) as {
      fields: object[]
    }
    expect(posting).toHaveLength(fields.length)
  })

  it('have the columns, kinds and lengths of our tables, and the same quotes', () => {
    for (const [file, format] of [
      ['extf-buchungsstapel-v13.json', FORMATS.posting],
      ['extf-debitoren-kreditoren-v5.json', FORMATS.debtor],
    ] as const) {
      const { columns } = JSON.parse(readFileSync(join(SPECS, file), 'utf8')) as { columns: Listed[] }
      expect(format.columns).toEqual(columns.map(asColumn))
      expect(format.columns.map(({ kind }) => kind === 't' || kind === 'b')).toEqual(
        columns.map(({ quoted }) => quoted),
      )
    }
  })
})

describe('files', () => {
  const format = FORMATS.posting
  const header = headerOf(format, head)
  const cells = format.columns.map((column) => {
    if (column.kind === 'a') return fc.constantFrom('', '0,5'.padEnd(column.decimals + 2, '0'))
    if (column.kind !== 't' && column.kind !== 'b') return fc.constant('')
    return fc.oneof(fc.string({ maxLength: column.most, unit: 'binary' }), fc.constantFrom('"', ';', 'a";"b'))
  })

  it('are read as they were written, whatever a text holds; what cannot stand there is refused by name', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(...cells), { maxLength: 2 }), (rows) => {
        const bad = rows.some((row) => row.some((cell, at) => refuseCell(format.columns[at]!, cell)))
        expect(bad).toBe(bad && isRefused(() => writeExtf(format, { header, rows })))
        const kept = bad ? [] : rows
        const text = writeExtf(format, { header, rows: kept })
        expect(readExtf(encodeExtf(text))).toEqual({ header, rows: kept })
        expect(text.split('\r\n')).toHaveLength(kept.length + 3)
      }),
      { numRuns: 40, seed: 7 },
    )
  })

  it('are windows-1252 where that holds every sign, else UTF-8 with its mark, and never lose a letter', () => {
    const umlauts = encodeExtf('Müller & Söhne €')
    expect(Buffer.from(umlauts)).toEqual(iconv.encode('Müller & Söhne €', 'windows-1252'))
    expect([...encodeExtf('Grün ✨').subarray(0, 3)]).toEqual([0xef, 0xbb, 0xbf])
    const { code, field, message } = refusedBy(() => encodeExtf('Grün ✨ 日', true))
    expect([code, field]).toEqual(['VALIDATION', 'encoding'])
    expect(message).toContain('✨ 日')
  })

  it('are read in all four encodings, with fewer columns, quoted numbers and bare line feeds', () => {
    const old = [header.map((one) => `"${one}"`).join(';'), 'Umsatz', '"12,50";"S";"Süd ""A"";"'].join('\n')
    const wanted = [['12,50', 'S', 'Süd "A";']]
    expect(readExtf(iconv.encode(old, 'windows-1252')).rows).toEqual(wanted)
    for (const encoding of ['utf-8', 'utf-16le', 'utf-16be'])
      expect(readExtf(iconv.encode(old, encoding, { addBOM: true })).rows).toEqual(wanted)
  })

  it('that are none are refused: another header, a quote that never ends, a quote in the middle', () => {
    const bytes = (text: string) => iconv.encode(text, 'windows-1252')
    expect(refusedBy(() => readExtf(bytes('"DTVF";700\r\n'))).field).toBe('header')
    expect(refusedBy(() => readExtf(bytes(''))).field).toBe('header')
    const whole = header.join(';')
    expect(refusedBy(() => readExtf(bytes(`${whole}\r\nx\r\n"open`))).field).toBe('line 3')
    expect(refusedBy(() => readExtf(bytes(`${whole}\r\nx\r\na"b;c`))).field).toBe('line 3')
  })

  it('take in document fields only the letters that open items are matched by', () => {
    const field = format.columns[10]!
    expect(refuseCell(field, 'RE-2026/0311$&%*+')).toBe(null)
    for (const wrong of ['RE 1', 'RE.1', 'RE_1', 'RÉ1', '1'.repeat(37)])
      expect(refuseCell(field, wrong)).toMatch(/\w/)
  })
})
