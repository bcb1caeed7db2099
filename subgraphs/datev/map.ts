import Big from 'big.js'
import { z } from 'zod'
import { ErpError } from '../../schema/errors.ts'
import type { Address } from '../../schema/index.ts'
import type { Credit, Customer, Invoice } from '../connector.ts'
import { plain } from '../json.ts'

/** Accounts have 9 digits in DATEVconnect, filled up with zeros at the end. */
const LONG = 9
const number = z.string().regex(/^-?\d+(\.\d+)?$/, 'must be a number')
const accountNumber = z.string().regex(/^\d{5,9}$/, 'must be an account')
const text = z.string().nullish()
const list = <T extends z.ZodType>(of: T) => z.array(of).nullish()

const address = z.object({
  street: text,
  postal_code: text,
  city: text,
  country_code: text,
  address_usage_type: z
    .object({
      is_correspondence_address: z.boolean().nullish(),
      is_default_payment_address: z.boolean().nullish(),
      is_default_delivery_address: z.boolean().nullish(),
    })
    .nullish(),
})

/** A debtor, as DATEVconnect tells it with `expand=all`. */
export const debtor = z.object({
  account_number: accountNumber,
  caption: text,
  third_party_number: text,
  legal_person: z.object({ legal_name: text }).nullish(),
  eu_vat_id_country_code: text,
  eu_vat_id_number: text,
  is_business_partner_active: z.boolean().nullish(),
  addresses: list(address),
  communications: list(z.object({ communication_type: text, communication_data_content: text })),
  accounting_information: z
    .object({
      account_balance: number.nullish(),
      credit_limit: number.nullish(),
      term_of_payment_id: text,
      tax_number: text,
    })
    .nullish(),
  date_last_modification: text,
})
/** A debtor row. */
export type Debtor = z.output<typeof debtor>

/** An invoice as the open item that stands for it. */
export const openItem = z.object({
  account_number: accountNumber,
  document_field1: text,
  date: text,
  due_date: text,
  amount_debit: number.nullish(),
  amount_credit: number.nullish(),
  open_balance_of_item: number,
  debit_credit_identifier: text,
  currency_code: text,
  dunning_level: text,
  is_cleared: z.boolean(),
  posting_description: text,
})
/** An open item row. */
export type OpenItem = z.output<typeof openItem>

/** 10004 as DATEVconnect writes it: 100040000. */
export function longAccount(account: string): string {
  return account.padEnd(LONG, '0')
}

/** 100040000 as it stands in files: 10004, where general ledger accounts have 4 digits. */
export function shortAccount(account: string, accountLength: number): string {
  return account.length === LONG ? account.slice(0, accountLength + 1) : account
}

function dayOf(value: string | null | undefined): string | null {
  if (!value) return null
  const day = value.slice(0, 10)
  if (/^\d{4}-\d\d-\d\d$/.test(day) && !Number.isNaN(Date.parse(day))) return day
  throw new ErpError('BAD_ANSWER', 'DATEVconnect told a day that is none.', { field: 'date' })
}

function instantOf(value: string | null | undefined): string | null {
  if (!value) return null
  const at = new Date(value)
  if (!Number.isNaN(at.getTime()) && /T.*(Z|[+-]\d\d:\d\d)$/.test(value)) return at.toISOString()
  throw new ErpError('BAD_ANSWER', 'DATEVconnect told an instant without a zone.', {
    field: 'date_last_modification',
  })
}

const filled = (value: string | null | undefined): string | null => value?.trim() || null
const REGIONS = new Intl.DisplayNames(['en'], { type: 'region', fallback: 'none' })

function countryOf(value: string | null | undefined): string | null {
  return value && /^[A-Z]{2}$/.test(value) && REGIONS.of(value) ? value : null
}

function toAddress(row: z.output<typeof address>): Address {
  const usage = row.address_usage_type
  const billing = usage?.is_correspondence_address ?? usage?.is_default_payment_address
  return {
    type: billing ? 'BILLING' : usage?.is_default_delivery_address ? 'SHIPPING' : 'OTHER',
    lines: [filled(row.street)].filter((line) => line !== null),
    postalCode: filled(row.postal_code),
    city: filled(row.city),
    country: countryOf(row.country_code),
  }
}

const EMAIL = /^[^\s@]{1,64}@[^\s@]{1,190}$/
const PHONE = /^[+\d][\d\s()./-]{2,30}$/

/** A debtor as a customer; its id is the account as it stands in files. */
export function toCustomer(row: Debtor, accountLength: number): Customer {
  const account = shortAccount(row.account_number, accountLength)
  const by = (type: string, form: RegExp) =>
    row.communications
      ?.filter(({ communication_type: one }) => one === type)
      .map(({ communication_data_content: content }) => filled(content))
      .find((content) => content !== null && form.test(content)) ?? null
  const vat = filled(row.eu_vat_id_number) && `${row.eu_vat_id_country_code ?? ''}${row.eu_vat_id_number}`
  const addresses = (row.addresses ?? []).map(toAddress)
  const foreign = filled(row.third_party_number)
  return {
    id: account,
    number: account,
    name: filled(row.caption) ?? filled(row.legal_person?.legal_name),
    email: by('email', EMAIL),
    phone: by('phone', PHONE),
    taxId: vat || filled(row.accounting_information?.tax_number),
    country: addresses.find(({ country }) => country)?.country ?? null,
    currency: null,
    paymentTerms: filled(row.accounting_information?.term_of_payment_id),
    addresses,
    active: row.is_business_partner_active ?? null,
    customAttributes: foreign ? [{ key: 'third_party_number', value: foreign }] : [],
    updatedAt: instantOf(row.date_last_modification),
  }
}

/** What a debtor owes. DATEV blocks no orders, so `onHold` stays open. */
export function toCredit({ accounting_information: info }: Debtor): Credit {
  const limit = info?.credit_limit && !new Big(info.credit_limit).eq(0) ? plain(info.credit_limit) : null
  const balance = info?.account_balance ? plain(info.account_balance) : null
  const money = (amount: string | null) => (amount === null ? null : { amount, currency: 'EUR' })
  const left = limit !== null && balance !== null ? new Big(limit).minus(balance).toFixed() : null
  return { limit: money(limit), balance: money(balance), available: money(left), onHold: null }
}

function stateOf(row: OpenItem, total: string | null, today: string): Pick<Invoice, 'state' | 'payment'> {
  const open = new Big(row.open_balance_of_item)
  if (row.is_cleared) return { state: 'PAID', payment: 'PAID' }
  const due = dayOf(row.due_date)
  if (due !== null && due < today) return { state: 'OPEN', payment: 'OVERDUE' }
  const partial = total !== null && open.abs().lt(new Big(total).abs())
  return { state: 'OPEN', payment: partial ? 'PARTIAL' : 'UNPAID' }
}

/**
 * An open item as an invoice; its id is its number. Null where it has none, as payments on account have. Its posting
 * text is any text, ours among them, and not the customer's name.
 */
export function toInvoice(row: OpenItem, accountLength: number, today: string): Invoice | null {
  const id = filled(row.document_field1)
  if (id === null) return null
  const credit = row.debit_credit_identifier === 'H'
  const amount = (credit ? row.amount_credit : row.amount_debit) ?? null
  const currency = filled(row.currency_code) ?? 'EUR'
  const level = filled(row.dunning_level)
  return {
    id,
    number: id,
    type: credit ? 'CREDIT_NOTE' : row.debit_credit_identifier === 'S' ? 'INVOICE' : 'UNKNOWN',
    ...stateOf(row, amount, today),
    dunningLevel: level && /^\d$/.test(level) ? Number(level) : null,
    nativeStatus: row.is_cleared ? 'cleared' : level && level !== '0' ? `dunning level ${level}` : 'open',
    customer: shortAccount(row.account_number, accountLength),
    issuedOn: dayOf(row.date),
    dueOn: dayOf(row.due_date),
    currency,
    total: amount === null ? null : { amount: plain(amount), currency },
    balance: { amount: plain(row.open_balance_of_item), currency },
    updatedAt: null,
  }
}
