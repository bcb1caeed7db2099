import { z } from 'zod'
import { ErpError } from '../../schema/errors.ts'
import type { Answer, Id, Page, Payment, Read } from '../connector.ts'
import { plain } from '../json.ts'
import { rowOf, shaped } from '../shape.ts'
import { type Element, type Markup, at, childrenOf, element, textAt } from '../xml.ts'
import { type Client, groups } from './client.ts'
import { invoiceId } from './documents.ts'
import { type Gateway, functionOf } from './gateway.ts'
import { money } from './map.ts'
import * as shapes from './shapes.ts'

const CHANGED = 'WHENMODIFIED'
const SEARCHED = ['DOCNUMBER', 'CUSTOMERID']
const twin = shapes.invoice.pick({ key: true, invoiceNumber: true })
/** https://developer.intacct.com/web-services/queries/ : at most 2000 rows */
const MAX_PAGE = 500
const figure = z
  .string()
  .regex(/^-?\d{1,28}(\.\d{1,18})?$/)
  .transform(plain)

function compare(operator: string, field: string, value: string): Markup[] {
  return element(operator, [...element('field', field), ...element('value', value)])
}

/** An instant as the gateway writes it. */
function stampOf(iso: string): string {
  const [, year, month, date, time] = /^(\d{4})-(\d\d)-(\d\d)T(\d\d:\d\d:\d\d)/.exec(iso) ?? []
  return `${month}/${date}/${year} ${time}`
}

/** "11/20/2026" */
function dayOf(text: string | null): string | null {
  if (text === null) return null
  const [, month, date, year] = /^(\d\d)\/(\d\d)\/(\d{4})$/.exec(text) ?? []
  if (year) return `${year}-${month}-${date}`
  throw new ErpError('BAD_ANSWER', `"${text.slice(0, 40)}" is no day.`, { field: 'RECEIPTDATE' })
}

/** "11/20/2026 07:12:44", in GMT. */
function instantOf(text: string | null): string | null {
  const [, month, date, year, time] = /^(\d\d)\/(\d\d)\/(\d{4}) (\d\d:\d\d:\d\d)$/.exec(text ?? '') ?? []
  return year ? `${year}-${month}-${date}T${time}.000Z` : null
}

/**
 * Payments received, through the gateway: there the parts that settle invoices are documented, and REST leaves
 * them to each company's model. https://developer.intacct.com/api/accounts-receivable/ar-payments/
 */
export class Payments implements Read<Payment> {
  readonly #client: Client
  readonly #gateway: Gateway

  constructor(client: Client, gateway: Gateway) {
    this.#client = client
    this.#gateway = gateway
  }

  async byId(ids: Id[]): Promise<Answer<Payment>[]> {
    const found = await this.#whole(ids.filter((id) => shapes.key.safeParse(id).success))
    return ids.map((id) => found.get(id) ?? null)
  }

  async list(ask: Parameters<Read<Payment>['list']>[0]): Promise<Page<Payment>> {
    const size = Math.min(Math.max(ask.first, 1), MAX_PAGE)
    const text = ask.search?.trim() || null
    let last = placeOf(ask.after)
    for (;;) {
      const rows = await this.#page(last, text, size + 1)
      const page = rows.slice(0, size)
      const fitting = page.filter((row) => text === null || SEARCHED.some((field) => holds(row, field, text)))
      const keys = fitting.map((row) => keyOf(row))
      const end = rows.length > size ? keyOf(page.at(-1)) : null
      if (end !== null && BigInt(end) <= BigInt(last))
        throw new ErpError('BAD_ANSWER', 'The rows do not follow their keys.', { field: 'RECORDNO' })
      last = end ?? last
      if (keys.length === 0 && end !== null) continue
      const found = await this.#whole(keys)
      const shown = keys.flatMap((key): Payment[] => {
        const row = found.get(key)
        if (row instanceof ErpError) throw row
        return row ? [row] : []
      })
      return { rows: shown, next: end === null ? null : `sageintacct:ARPYMT:${end}` }
    }
  }

  /** Payments that changed behind a place, oldest first, by the time of their last change. */
  async changed(after: string, last: string, size: number): Promise<{ key: string; id: Id; at: string }[]> {
    const at = stampOf(after)
    const same = element('and', [
      ...compare('equalto', CHANGED, at),
      ...compare('greaterthan', 'RECORDNO', last),
    ])
    const filter = element('or', [...compare('greaterthan', CHANGED, at), ...same])
    const rows = await this.#query(filter, ['RECORDNO', CHANGED], [CHANGED, 'RECORDNO'], size)
    return rows.map((row) => {
      const [key, changed] = [keyOf(row), instantOf(textAt(row, CHANGED))]
      if (changed !== null) return { key, id: key, at: changed }
      throw new ErpError('BAD_ANSWER', 'A payment has no time of its last change.', { field: CHANGED })
    })
  }

  async #page(last: string, text: string | null, size: number): Promise<Element[]> {
    // A wildcard in the text stands for one letter; the rows are looked at again.
    const some = SEARCHED.flatMap((field) => compare('like', field, `%${text?.replaceAll(/[%_]/g, '_')}%`))
    const after = compare('greaterthan', 'RECORDNO', last)
    const filter = text === null ? after : element('and', [...after, ...element('or', some)])
    return this.#query(filter, ['RECORDNO', ...SEARCHED], ['RECORDNO'], size)
  }

  /** https://developer.intacct.com/web-services/queries/ */
  async #query(filter: Markup[], fields: string[], order: string[], size: number): Promise<Element[]> {
    const sorted = order.flatMap((field) =>
      element('order', [...element('field', field), ...element('ascending', '')]),
    )
    const content = [
      ...element('object', 'ARPYMT'),
      ...element(
        'select',
        fields.flatMap((field) => element('field', field)),
      ),
      ...element('filter', filter),
      ...element('orderby', sorted),
      ...element('options', [...element('caseinsensitive', 'true'), ...element('showprivate', 'true')]),
      ...element('pagesize', String(size)),
      ...element('offset', '0'),
    ]
    return this.#run('query', element('query', content))
  }

  async #run(name: string, content: Markup[]): Promise<Element[]> {
    const work = { controlId: name, functions: functionOf(name, content), unique: false, repeatable: true }
    const [result] = await this.#gateway.run(work)
    const data = at(result, 'data')
    if (!data) throw new ErpError('BAD_ANSWER', 'The gateway answered without data.', { field: 'data' })
    // An answer that was cut short must not pass for a whole one.
    const count = data.attributes.count
    if (count !== undefined && count !== String(data.children.length))
      throw new ErpError('BAD_ANSWER', 'The gateway gave another count of rows than it says.', {
        field: 'count',
      })
    return data.children
  }

  async #whole(keys: string[]): Promise<Map<Id, Payment | ErpError>> {
    const rows: Element[] = []
    for (const some of groups(keys, 100)) {
      const content = [
        ...element('object', 'ARPYMT'),
        ...element('keys', some.join(',')),
        ...element('fields', '*'),
      ]
      rows.push(...(await this.#run('read', element('read', content))))
    }
    const invoices = await this.#invoices(
      rows.flatMap(detailsOf).flatMap((part) => textAt(part, 'RECORDKEY') ?? []),
    )
    return new Map(rows.map((row) => [keyOf(row), rowOf(() => paymentOf(row, invoices))]))
  }

  /** Our ids of invoices by the records that payments name. */
  async #invoices(keys: string[]): Promise<Map<string, Id>> {
    const wanted = keys.filter((key) => shapes.key.safeParse(key).success)
    const rows = await Promise.all(
      groups(wanted).map((some) =>
        this.#client.all({
          object: 'accounts-receivable/invoice',
          fields: ['key', 'invoiceNumber'],
          filters: [{ $in: { key: some } }],
        }),
      ),
    )
    return new Map(
      rows.flat().map((row) => {
        const native = shaped(twin, row, 'An invoice')
        return [native.key, invoiceId(native)]
      }),
    )
  }
}

function keyOf(row: Element | undefined): string {
  return shaped(shapes.key, textAt(row, 'RECORDNO'), 'The number of a payment')
}

function detailsOf(row: Element): Element[] {
  const inside = at(row, 'ARPYMTDETAILS')
  return [...childrenOf(inside, 'ARPYMTDETAIL'), ...childrenOf(inside, 'arpymtdetail')]
}

function holds(row: Element, field: string, text: string): boolean {
  return textAt(row, field)?.toLowerCase().includes(text.toLowerCase()) ?? false
}

function amountOf(row: Element, name: string): string | null {
  const text = textAt(row, name)
  return text === null ? null : shaped(figure, text, name)
}

function paymentOf(row: Element, invoices: Map<string, Id>): Payment {
  const currency = textAt(row, 'CURRENCY')
  return {
    id: keyOf(row),
    number: textAt(row, 'DOCNUMBER') ?? keyOf(row),
    customer: textAt(row, 'CUSTOMERID'),
    amount: money(amountOf(row, 'TRX_TOTALENTERED'), currency),
    paidOn: dayOf(textAt(row, 'RECEIPTDATE') ?? textAt(row, 'PAYMENTDATE')),
    nativeStatus: textAt(row, 'STATE'),
    allocations: detailsOf(row).flatMap((part) => {
      const invoice = invoices.get(textAt(part, 'RECORDKEY') ?? '')
      return invoice ? [{ invoice, amount: money(amountOf(part, 'TRX_PAYMENTAMOUNT'), currency) }] : []
    }),
    updatedAt: instantOf(textAt(row, 'WHENMODIFIED')),
  }
}

function placeOf(cursor: string | null): string {
  const [, key] = cursor === null ? ['', '0'] : (/^sageintacct:ARPYMT:(\d{1,18})$/.exec(cursor) ?? [])
  if (key !== undefined) return key
  throw new ErpError('VALIDATION', 'The cursor is none of ours.', { field: 'after' })
}
