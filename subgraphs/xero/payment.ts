import Big from 'big.js'
import { ErpError } from '../../schema/errors.ts'
import type { Found, PaymentInput, Ref, WireRequest, Write } from '../connector.ts'
import { type Json, exactNumber } from '../json.ts'
import { shaped } from '../shape.ts'
import { groups, isGuid } from './client.ts'
import { isSafe, mustBeSafe } from './order.ts'
import type { Connection } from './setup.ts'
import { type InvoiceRow, type PaymentRow, invoice, payment } from './shapes.ts'
import { dayOf } from '../zone.ts'

/** All parts or none: without it good parts would stand and bad ones not. */
const QUERY = { summarizeErrors: true }

function wrong(field: string, message: string): ErpError {
  return new ErpError('VALIDATION', message, { field })
}

/** Payments: each part belongs to one invoice; the parts of one payment share our reference. */
export class Payments implements Write<PaymentInput> {
  readonly proof = 'lookup'
  readonly findLagMs = 2_000
  readonly maxPushMs = 5 * 60_000
  readonly #connection: Connection

  constructor(connection: Connection) {
    this.#connection = connection
  }

  async plan(input: PaymentInput, ref: string): Promise<WireRequest[]> {
    return [this.#connection.client.shown(await this.#request(input, ref))]
  }

  async create(input: PaymentInput, ref: string): Promise<Ref> {
    const request = await this.#request(input, ref)
    const refOf = (rows: Json[]) => lowest(rows.map((row) => shaped(payment, row, 'A payment')))
    return this.#connection.client.create(request, 'Payments', () => this.find(ref), refOf)
  }

  async find(ref: string): Promise<Found | null> {
    if (!isSafe(ref)) return null
    const rows = await this.#parts(ref)
    return rows.length > 0 ? { ref: lowest(rows), step: 1, done: true } : null
  }

  /** Deletes every part; the invoices are open again. A payment cannot be changed in any other way. */
  async undo({ id }: Ref): Promise<void> {
    const { client } = this.#connection
    const row = await client.row('Payments', id)
    if (row === undefined) throw new ErpError('NOT_FOUND', `There is no payment ${id.slice(0, 40)}.`)
    const first = shaped(payment, row, 'A payment')
    const parts = first.Reference && isSafe(first.Reference) ? await this.#parts(first.Reference) : [first]
    for (const part of parts.filter(({ Status }) => Status !== 'DELETED')) {
      const body = { Status: 'DELETED' }
      const request = await client.request('POST', `Payments/${part.PaymentID}`, {}, body)
      const [after] = await client.write(request, 'Payments')
      if (shaped(payment, after, 'A payment').Status !== 'DELETED')
        throw new ErpError('CONFLICT', `The payment ${part.PaymentID} still stands.`)
    }
  }

  async #parts(ref: string): Promise<PaymentRow[]> {
    const where = `PaymentType=="ACCRECPAYMENT" AND Reference=="${ref}"`
    const rows = await this.#connection.client.rows('Payments', { where, page: 1, pageSize: 100 })
    return rows.map((row) => shaped(payment, row, 'A payment')).filter(({ Reference }) => Reference === ref)
  }

  async #request(input: PaymentInput, ref: string): Promise<WireRequest> {
    mustBeSafe(ref)
    const { client } = this.#connection
    const Code = (input.method && client.config.paymentAccounts[input.method]) || client.config.paymentAccount
    if (!Code)
      throw new ErpError('MAPPING_MISSING', 'No account is named for payments.', { field: 'paymentAccount' })
    const paidOn = dayOf(input.paidOn, 'paidOn')
    const invoices = await this.#invoices(input)
    const parts = input.allocations.map(({ invoice: id, amount }, index) => ({
      Invoice: { InvoiceID: check(input, index, invoices.get(id.toLowerCase())).InvoiceID },
      Account: { Code },
      Date: paidOn,
      Amount: exactNumber(amount.amount),
      Reference: ref,
    }))
    return client.request('PUT', 'Payments', QUERY, { Payments: parts }, `payment-${ref}`)
  }

  async #invoices({ amount, allocations }: PaymentInput): Promise<Map<string, InvoiceRow>> {
    const amounts = [amount, ...allocations.map((part) => part.amount)]
    for (const { amount: one, currency } of amounts)
      if (!/^\d+(\.\d+)?$/.test(one) || currency !== amount.currency)
        throw wrong('amount', 'The amounts of a payment are numbers in one currency.')
    const sum = allocations.reduce((total, part) => total.plus(part.amount.amount), new Big(0))
    if (allocations.length === 0 || !sum.eq(amount.amount))
      throw wrong('allocations', 'A payment in Xero settles invoices: its parts must add up to it.')
    const ids = allocations.map((part) => part.invoice).filter(isGuid)
    const pages = groups(ids).map((part) =>
      this.#connection.client.rows('Invoices', { IDs: part, page: 1, pageSize: 100, unitdp: 4 }),
    )
    const rows = (await Promise.all(pages)).flat().map((row) => shaped(invoice, row, 'An invoice'))
    return new Map(rows.map((row) => [row.InvoiceID.toLowerCase(), row]))
  }
}

function check(input: PaymentInput, index: number, row: InvoiceRow | undefined): InvoiceRow {
  const field = `allocations.${index}.invoice`
  if (row?.Type !== 'ACCREC') throw wrong(field, 'There is no such invoice.')
  if (row.Contact?.ContactID?.toLowerCase() !== input.customer.toLowerCase())
    throw new ErpError('INVALID_CUSTOMER', 'The invoice is of another customer.', { field })
  if (row.Status !== 'AUTHORISED') throw wrong(field, `The invoice has the status ${row.Status}.`)
  if (row.CurrencyCode !== input.amount.currency)
    throw wrong(field, `The invoice is in ${row.CurrencyCode}, and so must its payment be.`)
  return row
}

function lowest(rows: PaymentRow[]): Ref {
  const [first] = rows.toSorted((a, b) => (a.PaymentID < b.PaymentID ? -1 : 1))
  if (!first) throw new ErpError('BAD_ANSWER', 'Xero answered no payment.')
  return { id: first.PaymentID, number: first.Reference || null }
}
