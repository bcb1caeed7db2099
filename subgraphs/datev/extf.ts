import iconv from 'iconv-lite'
import { ErpError } from '../../schema/errors.ts'
import { type Column, DEBTOR, POSTING } from './columns.ts'

/** A file of DATEV's format: 31 header fields, and rows by position. What it holds is text, as it stands in the file. */
export interface ExtfFile {
  header: string[]
  rows: string[][]
}

/** One kind of content: its number, name, version and columns. */
export interface Format {
  category: '16' | '21'
  name: string
  version: string
  columns: Column[]
}

/** Postings, and the master data of debtors. */
export const FORMATS = {
  posting: { category: '21', name: 'Buchungsstapel', version: '13', columns: POSTING },
  debtor: { category: '16', name: 'Debitoren/Kreditoren', version: '5', columns: DEBTOR },
} satisfies Record<string, Format>

/** What the first line says besides the kind of content. Days are YYYYMMDD; no period for master data. */
export interface Head {
  consultant: number
  client: number
  fiscalYear: string
  accountLength: number
  /** YYYYMMDDHHMMSSFFF. */
  created: string
  label: string
  period?: { from: string; to: string }
  /** "03", "04" or "". */
  chart?: string
  from: string
}

/** Header fields that stand in quotes, counted from 1: https://developer.datev.de/datev/platform/en/dtvf */
const QUOTED = new Set([1, 4, 8, 9, 10, 17, 18, 22, 24, 27, 30, 31])
const HEADER_FIELDS = 31
const LABEL_MOST = 30
const BOM = 0xfeff

function quote(text: string): string {
  return `"${text.replaceAll('"', '""')}"`
}

/** The fields of the first line. Postings are not locked: an empty lock would count as locked. */
export function headerOf(format: Format, head: Head): string[] {
  const { period, chart = '' } = head
  const posting = format.category === '21'
  const start = ['EXTF', '700', format.category, format.name, format.version, head.created, '', '']
  const who = [head.from, '', String(head.consultant), String(head.client), head.fiscalYear]
  const what = [String(head.accountLength), period?.from ?? '', period?.to ?? '', head.label, '']
  const book = posting ? ['1', '0', '0', 'EUR'] : ['', '', '', '']
  return [...start, ...who, ...what, ...book, '', '', '', '', posting ? chart : '', '', '', '', '']
}

const NUMERIC: Record<string, RegExp> = {
  f: /^[01]$/,
  d4: /^(0[1-9]|[12]\d|3[01])(0[1-9]|1[0-2])$/,
  d8: /^(0[1-9]|[12]\d|3[01])(0[1-9]|1[0-2])\d{4}$/,
  y4: /^\d{4}$/,
}

/** Why a value cannot stand in a column, or null where it can. Empty always can. */
export function refuseCell({ kind, most, decimals }: Column, value: string): string | null {
  if (value === '') return null
  if (kind === 't' || kind === 'b') {
    if (/\p{Cc}/u.test(value)) return 'must not hold line breaks or control characters'
    if ([...value].length > most) return `takes at most ${most} characters`
    const odd = kind === 'b' && !/^[A-Za-z0-9$&%*+\-/]*$/.test(value)
    return odd ? 'takes letters, digits and $ & % * + - / only' : null
  }
  const amount = new RegExp(`^\\d{1,${most}},\\d{${decimals}}$`)
  const digits = new RegExp(`^\\d{1,${most}}$`)
  const shape = kind === 'a' ? amount : kind === 'n' ? digits : NUMERIC[kind === 'f' ? 'f' : `${kind}${most}`]
  return shape?.test(value) ? null : `cannot be "${value.slice(0, 40)}"`
}

/** The file as text: by position, quotes by column and not by need, lines end in CRLF. VALIDATION names the column. */
export function writeExtf(format: Format, { header, rows }: ExtfFile): string {
  const label = header[16] ?? ''
  if ([...label].length > LABEL_MOST || /\p{Cc}/u.test(label))
    throw new ErpError('VALIDATION', `The label of a file takes at most ${LABEL_MOST} characters.`, {
      field: 'Bezeichnung',
    })
  const first = header.map((value, index) => (QUOTED.has(index + 1) ? quote(value) : value))
  const lines = rows.map((row, line) =>
    format.columns
      .map((column, index) => {
        const value = row[index] ?? ''
        const why = refuseCell(column, value)
        if (why)
          throw new ErpError('VALIDATION', `${column.name} ${why}.`, {
            field: `rows.${line}.${column.name}`,
          })
        return column.kind === 't' || column.kind === 'b' ? quote(value) : value
      })
      .join(';'),
  )
  const names = format.columns.map(({ name }) => name).join(';')
  return [first.join(';'), names, ...lines, ''].join('\r\n')
}

/** The bytes of a file: windows-1252 where that holds every character, else UTF-8 with its mark, which DATEV takes too. */
export function encodeExtf(text: string, only1252 = false): Uint8Array {
  const bytes = iconv.encode(text, 'windows-1252')
  if (iconv.decode(bytes, 'windows-1252') === text) return bytes
  if (!only1252) return iconv.encode(text, 'utf-8', { addBOM: true })
  const odd = [...new Set(text)].filter(
    (sign) => iconv.decode(iconv.encode(sign, 'windows-1252'), 'windows-1252') !== sign,
  )
  throw new ErpError('VALIDATION', `Windows-1252 has no ${odd.join(' ').slice(0, 100)}.`, {
    field: 'encoding',
  })
}

function decode(bytes: Uint8Array): string {
  const [a, b, c] = bytes
  const wide = a === 0xff && b === 0xfe ? 'utf-16le' : a === 0xfe && b === 0xff ? 'utf-16be' : null
  const utf8 = a === 0xef && b === 0xbb && c === 0xbf ? 'utf-8' : null
  const text = iconv.decode(Buffer.from(bytes), wide ?? utf8 ?? 'windows-1252', { stripBOM: false })
  return text.charCodeAt(0) === BOM ? text.slice(1) : text
}

/** A quoted field with doubled quotes, or a bare one without; then what ends it. */
const FIELD = /(?:"((?:[^"]|"")*)"|([^";\r\n]*))(;|\r?\n|$)/y

function wrong(line: number): never {
  throw new ErpError('VALIDATION', `Line ${line} of the file cannot be read.`, { field: `line ${line}` })
}

function linesOf(text: string): string[][] {
  const lines: string[][] = []
  let line: string[] = []
  for (let at = 0; at < text.length;) {
    FIELD.lastIndex = at
    const [whole, quoted, bare = '', end] = FIELD.exec(text) ?? wrong(lines.length + 1)
    line.push(quoted === undefined ? bare : quoted.replaceAll('""', '"'))
    at += whole.length
    if (end === ';' && at < text.length) continue
    if (end === ';') line.push('')
    lines.push(line)
    line = []
  }
  return lines
}

/**
 * Reads a file by position: older versions have fewer columns, numbers may stand in quotes, the names are only
 * informative. Without a byte order mark it is windows-1252. VALIDATION names the line that cannot be read.
 */
export function readExtf(bytes: Uint8Array): ExtfFile {
  const [header = [], , ...rows] = linesOf(decode(bytes))
  if (header[0] !== 'EXTF' || header.length < HEADER_FIELDS)
    throw new ErpError('VALIDATION', 'The file has no header of 31 fields that begins with EXTF.', {
      field: 'header',
    })
  return { header, rows }
}
