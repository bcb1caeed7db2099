import Big from 'big.js'
import { type Row, idOf, num, ref, textOf } from './answers.ts'

/** Price types: the usual one, and one for resellers. */
export const PRICE_TYPES = {
  usual: ref('product_sales_price_types', idOf('usual price'), 'Sales Price'),
  trade: ref('product_sales_price_types', idOf('trade price'), 'Trade'),
}
/** Tax rates with their percentages. */
export const TAX_RATES = [
  { ...ref('tax_rates', 'GB_STANDARD', 'Standard 20.00%'), percentage: num('20') },
  { ...ref('tax_rates', 'GB_ZERO', 'Zero Rated 0.00%'), percentage: num('0') },
]
/** The ledger account of sales, and the bank account that takes payments. */
export const SALES = ref('ledger_accounts', idOf('ledger 4000'), 'Sales - Products (4000)')
export const BANK = ref('bank_accounts', idOf('bank 1200'), 'Current (1200)')
/** The currencies of the business. */
export const CURRENCIES: Record<string, Row> = {
  EUR: ref('currencies', 'EUR', 'Euro (EUR)'),
  USD: ref('currencies', 'USD', 'US Dollar (USD)'),
}
/** Names of countries. */
export const COUNTRIES: Record<string, string> = {
  DE: 'Germany',
  AT: 'Austria',
  FR: 'France',
  US: 'United States',
  GB: 'United Kingdom',
}

const DAY_MS = 86_400_000

/** A country as other records name it. */
export function country(code: string): Row {
  return ref('countries', code, `${COUNTRIES[code] ?? code} (${code})`)
}

/** A status as documents name it. */
export function status(list: string, id: string): Row {
  const text = id.charAt(0) + id.slice(1).toLowerCase().replaceAll('_', ' ')
  return list === 'sales_invoices' ? ref('artefact_statuses', id, text) : { id, displayed_as: text }
}

/** A day some days later. */
export function later(day: string, days: number): string {
  return new Date(Date.parse(day) + days * DAY_MS).toISOString().slice(0, 10)
}

/** A price of goods under a price type. */
export function priceOf([type, price]: [Row, string], index: number): Row {
  return {
    id: idOf(`price ${String(type.id)} ${index}`),
    displayed_as: type.displayed_as,
    price_name: type.displayed_as,
    price: num(price),
    price_includes_tax: false,
    product_sales_price_type: type,
  }
}

/** A rate of a service. */
export function rateOf([, rate]: [Row, string]): Row {
  const type = ref('service_rate_types', idOf('hourly rate'), 'Hourly')
  return {
    id: idOf('rate'),
    displayed_as: 'Hourly',
    rate_name: 'Hourly',
    rate: num(rate),
    rate_includes_tax: false,
    service_rate_type: type,
  }
}

/** A contact as documents name it. */
export function nameOf(contact: Row): Row {
  return ref('contacts', String(contact.id), String(contact.displayed_as))
}

/** A contact without anything but its name. */
export function emptyContact(name: string, type: string): Row {
  return {
    displayed_as: name,
    deleted_at: null,
    contact_types: [ref('contact_types', type, type === 'VENDOR' ? 'Supplier' : 'Customer')],
    name,
    reference: null,
    tax_number: null,
    email: null,
    locale: 'en-GB',
    credit_limit: null,
    credit_days: null,
    currency: CURRENCIES.EUR,
    product_sales_price_type: null,
    source_guid: null,
    is_active: true,
    main_address: null,
    delivery_address: null,
    main_contact_person: null,
  }
}

/** The sums of lines, as a document tells them. */
export function sums(lines: Row[]): Row {
  const sum = (name: string) => lines.reduce((all, row) => all.plus(textOf(row[name])), new Big(0)).toFixed(2)
  return {
    net_amount: num(sum('net_amount')),
    tax_amount: num(sum('tax_amount')),
    total_amount: num(sum('total_amount')),
  }
}

/** What was paid of an invoice, what is left, and its status. */
export function settled(total: string, paid: string, rate = '1'): Row {
  const left = new Big(total).minus(paid)
  const id = left.lte(0) ? 'PAID' : new Big(paid).gt(0) ? 'PART_PAID' : 'UNPAID'
  return {
    total_paid: num(new Big(paid).toFixed(2)),
    outstanding_amount: num(left.toFixed(2)),
    base_currency_outstanding_amount: num(left.div(rate).toFixed(2)),
    status: status('sales_invoices', id),
  }
}
