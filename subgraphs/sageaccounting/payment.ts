import Big from 'big.js'
import { ErpError } from '../../schema/errors.ts'
import type { Found, PaymentInput, Ref, WireRequest, Write } from '../connector.ts'
import { exactNumber } from '../json.ts'
import { rowOf, shaped } from '../shape.ts'
import { dayOf } from '../zone.ts'
import type { Connection } from './connection.ts'
import { currencyOf } from './map.ts'
import { idempotencyId, isSafe, mustBeSafe } from './order.ts'
import * as shapes from './shapes.ts'

function wrong(field: string, message: string): ErpError {
  return new ErpError('VALIDATION', message, { field })
}

/** Pages of the newest payments that are looked through: five are a thousand payments. */
const NEWEST_PAGES = 5

/**
 * Payments of customers, allocated to invoices. They are not searched by text, so `find` looks through the newest
 * thousand: all that were ever booked would use up a day's requests. For what is older, the idempotency id makes
 * Sage answer a second write with the first payment (https://developer.sage.com/accounting/guides/concepts/idempotency).
 */
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
    const row = await this.#connection.client.write(await this.#request(input, ref))
    return refOf(shaped(shapes.payment, row, 'A payment'))
  }

  async find(ref: string): Promise<Found | null> {
    if (!isSafe(ref)) return null
    const { client } = this.#connection
    const query = { transaction_type_id: client.config.receiptType, sort: 'created_at:desc' }
    for (let page = 1; page <= NEWEST_PAGES; page += 1) {
      const { rows, more } = await client.page('contact_payments', query, page)
      const own = rows
        .map((row) => shaped(shapes.payment, row, 'A payment'))
        .filter(({ reference }) => reference === ref)
      const [first] = own.toSorted((a, b) => (a.id < b.id ? -1 : 1))
      if (first) return { ref: refOf(first), step: 1, done: true }
      if (!more) return null
    }
    return null
  }

  async #request(input: PaymentInput, ref: string): Promise<WireRequest> {
    mustBeSafe(ref)
    const { client } = this.#connection
    const { bankAccountId, receiptType, paymentMethods } = client.config
    if (!bankAccountId)
      throw new ErpError('MAPPING_MISSING', 'No bank account is named for payments.', {
        field: 'bankAccountId',
      })
    const method = input.method && Object.hasOwn(paymentMethods, input.method) && paymentMethods[input.method]
    if (input.method && !method)
      throw new ErpError('MAPPING_MISSING', `No payment method is mapped for ${input.method.slice(0, 40)}.`, {
        field: 'method',
      })
    await this.#check(input)
    const business = client.config.businessId ?? (await client.business.get()).id
    return client.request('POST', 'contact_payments', {
      contact_payment: {
        idempotency_id: idempotencyId(business, 'PAYMENT', ref),
        transaction_type_id: receiptType,
        contact_id: input.customer,
        bank_account_id: bankAccountId,
        ...(method && { payment_method_id: method }),
        date: dayOf(input.paidOn, 'paidOn'),
        reference: ref,
        currency_id: input.amount.currency,
        total_amount: exactNumber(input.amount.amount),
        allocated_artefacts: input.allocations.map(({ invoice, amount }) => ({
          artefact_id: invoice,
          amount: exactNumber(amount.amount),
        })),
      },
    })
  }

  async #check({ customer, amount, allocations }: PaymentInput): Promise<void> {
    for (const { amount: one, currency } of [amount, ...allocations.map((part) => part.amount)])
      if (!/^\d+(\.\d+)?$/.test(one) || currency !== amount.currency)
        throw wrong('amount', 'The amounts of a payment are numbers in one currency.')
    const sum = allocations.reduce((total, part) => total.plus(part.amount.amount), new Big(0))
    if (sum.gt(amount.amount)) throw wrong('allocations', 'The parts of a payment are more than the whole.')
    for (const [index, { invoice, amount: part }] of allocations.entries()) {
      const field = `allocations.${index}.invoice`
      const raw = await this.#connection.client.one('sales_invoices', invoice)
      const row = raw === null ? null : rowOf(() => shaped(shapes.paper, raw, 'An invoice'))
      if (row instanceof ErpError) throw row
      if (row === null) throw wrong(field, 'There is no such invoice.')
      if (row.contact?.id !== customer)
        throw new ErpError('INVALID_CUSTOMER', 'The invoice is of another customer.', { field })
      if (currencyOf(row.currency) !== amount.currency)
        throw wrong(field, `The invoice is in ${row.currency?.id}, and so must its payment be.`)
      if (new Big(part.amount).gt(row.outstanding_amount ?? 0))
        throw wrong(field, `Of the invoice ${row.outstanding_amount ?? 0} is still to be paid.`)
    }
  }
}

function refOf({ id, reference }: shapes.PaymentRow): Ref {
  return { id, number: reference || null }
}
