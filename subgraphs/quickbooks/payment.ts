import Big from 'big.js'
import { ErpError } from '../../schema/errors.ts'
import type { Found, PaymentInput, Ref, WireRequest, Write } from '../connector.ts'
import { exactNumber, plain } from '../json.ts'
import { shaped } from '../shape.ts'
import { type Client, among, isId } from './client.ts'
import { documentNumber, privateNote } from './reference.ts'
import { bearing, refOf } from './order.ts'
import type { Setup } from './setup.ts'
import { customer, document } from './shapes.ts'

/** How long a request id counts; Intuit publishes no figure. */
const KEY_TTL_MS = 10 * 60_000
/** How many of the newest payments are looked through: neither number nor note of a payment can be searched. */
const NEWEST = 200

function refuse(field: string, message: string, code: ErpError['code'] = 'VALIDATION'): never {
  throw new ErpError(code, message, { field })
}

function amount(text: string, field: string): Big {
  if (!/^\d{1,15}(\.\d{1,18})?$/.test(text)) refuse(field, `"${text.slice(0, 40)}" is no amount.`)
  return new Big(text)
}

/** Payments against invoices. */
export class Payments implements Write<PaymentInput> {
  readonly proof = 'key'
  readonly keyTtlMs = KEY_TTL_MS
  readonly findLagMs = 2_000
  readonly maxPushMs = 120_000
  readonly #client: Client
  readonly #setup: Setup

  constructor(client: Client, setup: Setup) {
    this.#client = client
    this.#setup = setup
  }

  async plan(input: PaymentInput, ref: string): Promise<WireRequest[]> {
    return [this.#client.shown(await this.#request(input, ref))]
  }

  async find(ref: string): Promise<Found | null> {
    const [rows = []] = await this.#client.query([{ entity: 'Payment', order: 'Id DESC', max: NEWEST }])
    const found = bearing(rows, 'PrivateNote', ref)
    return found && { ref: refOf(found), step: 1, done: true }
  }

  async create(input: PaymentInput, ref: string): Promise<Ref> {
    return refOf(await this.#client.write(await this.#request(input, ref), 'Payment'))
  }

  async #request(input: PaymentInput, ref: string): Promise<WireRequest> {
    const total = amount(input.amount.amount, 'amount')
    const { manyCurrencies } = await this.#setup.get()
    await this.#check(input, total)
    const method = input.method ? await this.#setup.idOf('methods', input.method) : null
    const body = {
      CustomerRef: { value: input.customer },
      TotalAmt: exactNumber(plain(input.amount.amount)),
      TxnDate: input.paidOn,
      ...(manyCurrencies && { CurrencyRef: { value: input.amount.currency } }),
      ...(method && { PaymentMethodRef: { value: method } }),
      PaymentRefNum: documentNumber(ref),
      PrivateNote: privateNote(ref),
      Line: input.allocations.map((one) => ({
        Amount: exactNumber(plain(one.amount.amount)),
        LinkedTxn: [{ TxnId: one.invoice, TxnType: 'Invoice' }],
      })),
    }
    return this.#client.request('payment', body, 'create')
  }

  async #check(input: PaymentInput, total: Big): Promise<void> {
    const { allocations, amount: paid } = input
    if (!isId(input.customer)) refuse('customer', 'There is no such customer.', 'INVALID_CUSTOMER')
    const bills = among('Invoice', 'Id', allocations.map(({ invoice }) => invoice).filter(isId))
    const [[row] = [], ...found] = await this.#client.query([
      ...among('Customer', 'Id', [input.customer]),
      ...bills,
    ])
    if (!row) refuse('customer', `There is no customer ${input.customer}.`, 'INVALID_CUSTOMER')
    const { home } = await this.#setup.get()
    const currency = shaped(customer, row, 'A customer').CurrencyRef ?? home
    const others = [paid, ...allocations.map((one) => one.amount)].filter((one) => one.currency !== currency)
    if (others[0]) refuse('amount', `The customer is kept in ${currency}, not in ${others[0].currency}.`)
    const invoices = found.flat().map((one) => shaped(document, one, 'An invoice'))
    const sum = allocations.reduce((all, one, index) => {
      const field = `allocations.${index}`
      const part = amount(one.amount.amount, field)
      const invoice = invoices.find(({ Id }) => Id === one.invoice)
      if (!invoice) refuse(field, `There is no invoice ${one.invoice.slice(0, 40)}.`)
      if (invoice.Balance !== null && part.gt(invoice.Balance))
        refuse(field, `Invoice ${invoice.DocNumber ?? one.invoice} is open for ${invoice.Balance} only.`)
      return all.plus(part)
    }, new Big(0))
    if (sum.gt(total)) refuse('allocations', 'More is settled than was paid.')
  }
}
