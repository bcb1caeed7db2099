import { randomUUID } from 'node:crypto'
import Big from 'big.js'
import { ErpError } from '../../../schema/errors.ts'
import { type ExtfFile, FORMATS, type Format, readExtf, refuseCell } from '../extf.ts'
import type { Books, Debtor } from './books.ts'

const MOST_ROWS = 99_999
const HEADER_MOST = 1_000
/** Master data columns, counted from 1, and what they are in the books. */
const DEBTOR: [number, keyof Debtor][] = [
  [2, 'name'],
  [8, 'short'],
  [33, 'email'],
  [29, 'phone'],
  [9, 'vatCountry'],
  [10, 'vatNumber'],
  [100, 'taxNumber'],
  [16, 'street'],
  [18, 'postalCode'],
  [19, 'city'],
  [20, 'country'],
  [109, 'terms'],
  [108, 'limit'],
]

/** A job as the service keeps it. */
export interface Job {
  id: string
  filename: string
  reference_id: string
  bytes: Uint8Array
  timestamp: string
  /** How often it will still be asked for before it is done. */
  polls: number
  told: Record<string, unknown>
  result: 'pending' | 'succeeded' | 'failed'
}

interface Fault {
  help: string
  title: string
  elements: { name: string; reason: string }[]
}

/** What the service says is wrong with a file. */
class Wrong extends Error {
  readonly fault: Fault

  constructor(help: string, title: string, name: string, reason: string) {
    super(reason)
    this.fault = { help, title, elements: [{ name, reason }] }
  }
}

const badHeader = (name: string, reason: string) => new Wrong('1008834', 'Invalid EXTF-header', name, reason)
const badFile = (name: string, reason: string) => new Wrong('1008833', 'Invalid file', name, reason)
const day8 = (text: string): string => `${text.slice(0, 4)}-${text.slice(4, 6)}-${text.slice(6)}`
const isDay = (text: string): boolean => /^\d{8}$/.test(text) && !Number.isNaN(Date.parse(day8(text)))

function formatOf(header: string[]): Format {
  const [, version, category, name, formatVersion] = header
  if (version !== '700') throw badHeader('Version Number', 'is invalid (2)')
  const found = Object.values(FORMATS).find(
    (one) => one.category === category && one.name === name && one.version === formatVersion,
  )
  if (found) return found
  throw badHeader('Data Category', 'Invalid combination of data category, format name and format version')
}

function checkHeader(header: string[], consultant: string, client: string): Format {
  if (header.length !== 31) throw badHeader('EXTF-header', 'Missing columns in EXTF-header')
  const format = formatOf(header)
  if (!/^\d{17}$/.test(header[5] ?? '')) throw badHeader('Created On', 'is invalid (6)')
  if (header[10] !== consultant) throw badHeader('Consultant', 'does not match with the upload request')
  if (header[11] !== client) throw badHeader('Client', 'does not match with the upload request')
  if (!isDay(header[12] ?? '')) throw badHeader('FY Begin', 'is invalid (13)')
  if (!/^[4-8]$/.test(header[13] ?? '')) throw badHeader('Length of Ledger Account', 'is invalid (14)')
  const [from = '', to = ''] = [header[14], header[15]]
  if (format.category === '21') {
    if (!isDay(from)) throw badHeader('Date From', 'is invalid (15)')
    if (!isDay(to)) throw badHeader('Date To', 'is invalid (16)')
    if (from > to) throw badHeader('Date From', 'DateFrom must not be greater than DateTo')
  }
  for (const field of [23, 24, 25, 26, 29, 30])
    if (header[field - 1] !== '') throw badHeader('Reserved', `must be empty (${field})`)
  return format
}

function checkRow(format: Format, row: string[], line: number, length: number): void {
  const at = (name: string): string => `${name} (row ${line})`
  if (row.length > format.columns.length) throw badFile(at('columns'), 'wrong number of columns')
  format.columns.forEach((column, index) => {
    const why = refuseCell(column, row[index] ?? '')
    if (why) throw badFile(at(column.name), why)
  })
  const account = (format.category === '21' ? row[6] : row[0]) ?? ''
  const persons = account.length === length + 1 && /^[1-9]/.test(account)
  if (!persons && (format.category === '16' || account.length > length))
    throw badFile(at('Konto'), 'is no account of this length')
}

function checkPosting(row: string[], line: number, from: string, to: string): void {
  const at = (name: string): string => `${name} (row ${line})`
  if (!/^\d{1,10},\d\d$/.test(row[0] ?? '') || /^0+,00$/.test(row[0] ?? ''))
    throw badFile(at('Umsatz'), 'must be positive')
  if (row[1] !== 'S' && row[1] !== 'H') throw badFile(at('Soll/Haben-Kennzeichen'), 'must be S or H')
  if (!row[7]) throw badFile(at('Gegenkonto'), 'is missing')
  const month = `${row[9]?.slice(2, 4)}${row[9]?.slice(0, 2)}`
  const day = [from.slice(0, 4), to.slice(0, 4)].map((year) => year + month)
  if (!day.some((one) => one >= from && one <= to))
    throw badFile(at('Belegdatum'), 'is outside of the period')
}

/** Checks a file as the service does, and gives its kind of content. */
function checkFile(bytes: Uint8Array, consultant: string, client: string): [Format, ExtfFile] {
  if (bytes.length === 0) throw badFile('file', 'No payload')
  const file = readSafely(bytes)
  if (file.header.join(';').length > HEADER_MOST) throw badHeader('EXTF-header', 'exceeds maximum length')
  const format = checkHeader(file.header, consultant, client)
  if (file.rows.length > MOST_ROWS) throw badFile('file', `More than ${MOST_ROWS} postings`)
  const [length, from = '', to = ''] = file.header.slice(13, 16)
  file.rows.forEach((row, index) => {
    checkRow(format, row, index + 1, Number(length))
    if (format.category === '21') checkPosting(row, index + 1, from, to)
  })
  return [format, file]
}

function readSafely(bytes: Uint8Array): ExtfFile {
  try {
    return readExtf(bytes)
  } catch (error) {
    if (!(error instanceof ErpError)) throw error
    throw error.field === 'header'
      ? badHeader('DATEV Format Identifier', "must be 'EXTF'")
      : badFile(error.field ?? 'file', 'cannot be read')
  }
}

/** What a job tells of its header, and how it ended. Accepted files are imported by the adviser of the demo at once. */
export function finish(job: Job, books: Books, consultant: string, client: string): void {
  try {
    const [format, file] = checkFile(job.bytes, consultant, client)
    const [from, to, label] = file.header.slice(14, 17)
    const locked =
      format.category === '21' && (file.header[20] !== '0' || file.rows.some((row) => row[113] === '1'))
    job.told = {
      data_category_id: Number(format.category),
      ...(from && to && { date_from: day8(from), date_to: day8(to) }),
      fiscal_year_begin: day8(file.header[12] ?? ''),
      label,
      number_of_accounting_records: file.rows.length,
      ...(locked && { locked }),
    }
    job.result = 'succeeded'
    for (const row of file.rows) book(books, format, row, from ?? '')
  } catch (error) {
    if (!(error instanceof Wrong)) throw error
    job.result = 'failed'
    const { help, title, elements } = error.fault
    job.told.validation_details = {
      type: `http://www.datev.de/hilfe/${help}`,
      title,
      detail: 'Fields with error',
      affected_elements: elements,
    }
  }
}

function book(books: Books, { category }: Format, row: string[], from: string): void {
  const cell = (column: number): string => row[column - 1] ?? ''
  if (category === '16') {
    const own = new Map(Array.from({ length: 10 }, (_, index) => [index + 1, cell(137 + index)]))
    books.write(cell(1), { ...Object.fromEntries(DEBTOR.map(([at, name]) => [name, cell(at)])), own })
    return
  }
  if (cell(11) === '') return
  const due = cell(117)
  books.post({
    account: cell(7),
    document: cell(11),
    day: `${from.slice(0, 4)}-${cell(10).slice(2)}-${cell(10).slice(0, 2)}`,
    due: due ? `${due.slice(4)}-${due.slice(2, 4)}-${due.slice(0, 2)}` : null,
    side: cell(2) === 'S' ? 'S' : 'H',
    amount: new Big(cell(1).replace(',', '.')),
    text: cell(14),
  })
}

/** What can be read of the header of a file before it is checked. */
function glance(bytes: Uint8Array): Record<string, unknown> {
  try {
    const { header } = readExtf(bytes)
    return { data_category_id: Number(header[2]), label: header[16] }
  } catch {
    return {}
  }
}

/** A job for an uploaded file. */
export function newJob(filename: string, reference: string, bytes: Uint8Array, polls: number): Job {
  return {
    id: randomUUID(),
    filename: filename.replace(/[^\w.-]/g, '_'),
    reference_id: reference,
    bytes,
    timestamp: new Date().toISOString(),
    polls,
    told: glance(bytes),
    result: 'pending',
  }
}
