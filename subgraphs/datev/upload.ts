import { ErpError } from '../../schema/errors.ts'
import type { Found, Ref, WireRequest, Write } from '../connector.ts'
import type { HttpRequest } from '../http.ts'
import { dayIn } from '../zone.ts'
import type { Client, Job } from './client.ts'
import type { Config } from './config.ts'
import { type Format, type Head, encodeExtf, headerOf, writeExtf } from './extf.ts'

/** A file for one record: under which id the record will stand, and what the file holds. */
export interface Draft {
  id: string
  rows: string[][]
  label: string
  /** The day whose month is the period of the postings; master data has none. */
  day?: string
}

/** Numbers of columns (from 1) with their values, as one row of the file. */
export function rowOf(format: Format, cells: Record<number, string>): string[] {
  return format.columns.map((_, index) => cells[index + 1] ?? '')
}

/** Our reference, and every other text, on one line. */
export function oneLine(text: string): string {
  return text.replace(/[\p{Cc}\s]+/gu, ' ').trim()
}

const two = (value: number): string => String(value).padStart(2, '0')

/** The month of a day, as far as it lies in the fiscal year of the day: one may begin within a month. */
function monthOf(day: string, start: string): { from: string; to: string } {
  const [year = 0, month = 1] = day.split('-').map(Number)
  const last = new Date(Date.UTC(year, month, 0)).getUTCDate()
  const [startMonth = 1, startDay = 1] = start.split('-').map(Number)
  const isCut = startMonth === month && startDay > 1
  const isOld = isCut && day.slice(5) < start
  const from = isCut && !isOld ? startDay : 1
  const to = isOld ? startDay - 1 : last
  return { from: `${year}${two(month)}${two(from)}`, to: `${year}${two(month)}${two(to)}` }
}

/** The first day of the fiscal year in which a day lies. */
function fiscalYearOf(day: string, start: string): string {
  const year = Number(day.slice(0, 4)) - (day.slice(5) < start ? 1 : 0)
  return `${year}${start.replace('-', '')}`
}

/** Today in Germany, as a calendar day. */
export function today(): string {
  return dayIn('Europe/Berlin', Date.now())
}

function headOf(config: Config, { label, day }: Draft): Head {
  const now = today()
  const { consultant, client, accountLength, chart } = config
  return {
    consultant,
    client,
    accountLength,
    chart,
    label,
    from: 'erp-supergraph',
    // The day alone, so that a plan and what is sent after it are the same file.
    created: `${now.replaceAll('-', '')}000000000`,
    fiscalYear: fiscalYearOf(day ?? now, config.fiscalYearStart),
    period: day === undefined ? undefined : monthOf(day, config.fiscalYearStart),
  }
}

/** What the kinds of records differ in. */
export interface Maker<I> {
  format: Format
  draft(input: I, ref: string): Promise<Draft>
  /** The id of the record in a file that was sent before. */
  idOf(job: Job): string | null
}

/**
 * Writing one record as a file of its own. Our reference is the reference of its job, stands in the file's name,
 * and in a field of the record for life. A file that is still checked is not done; a refused one booked nothing.
 * Nothing can be taken back: a person drops the batch from the import list, or posts a reversal.
 */
export class Uploads<I> implements Write<I> {
  readonly proof = 'lookup'
  readonly findLagMs = 2_000
  readonly maxPushMs = 2 * 60_000
  readonly #client: Client
  readonly #maker: Maker<I>

  constructor(client: Client, maker: Maker<I>) {
    this.#client = client
    this.#maker = maker
  }

  async plan(input: I, ref: string): Promise<WireRequest[]> {
    const draft = await this.#maker.draft(input, ref)
    return [this.#client.shown(this.#request(draft, ref))]
  }

  async find(ref: string): Promise<Found | null> {
    const job = await this.#client.job(this.#maker.format.category, ref)
    const id = job && this.#maker.idOf(job)
    if (!job || !id) return null
    if (job.result === 'succeeded') return { ref: refOf(id), step: 1, done: true }
    // `resume` has to know which file it waits for.
    return { ref: { ...refOf(id), version: job.id }, step: 1, done: false }
  }

  async create(input: I, ref: string): Promise<Ref> {
    return this.send(() => this.#maker.draft(input, ref), ref)
  }

  async resume(found: Ref): Promise<Ref> {
    if (found.version) await this.#client.settle(found.version, 0)
    return refOf(found.id)
  }

  /** Uploads what `make` drafts; drafted only when its turn has come, as new accounts follow what was sent before. */
  protected async send(make: () => Promise<Draft>, ref: string): Promise<Ref> {
    let id = ''
    await this.#client.upload(async () => {
      const draft = await make()
      id = draft.id
      return this.#request(draft, ref)
    })
    return refOf(id)
  }

  #request(draft: Draft, ref: string): HttpRequest {
    const { format } = this.#maker
    const { config } = this.#client
    const header = headerOf(format, headOf(config, draft))
    const text = writeExtf(format, { header, rows: draft.rows })
    const bytes = encodeExtf(text, config.encoding === 'windows-1252')
    const name = draft.day === undefined ? `${draft.id}_${ref}` : ref
    return this.#client.request(`EXTF_${name}.csv`, ref, bytes)
  }
}

function refOf(id: string): Ref {
  return { id, number: id }
}

/** Throws MISSING_REQUIRED_FIELD or VALIDATION where a day is none. */
export function mustBeDay(day: string, field: string): string {
  if (/^\d{4}-\d\d-\d\d$/.test(day) && new Date(`${day}T00:00:00Z`).toJSON()?.slice(0, 10) === day) return day
  throw new ErpError('VALIDATION', `"${day.slice(0, 40)}" is no day.`, { field })
}
