import { ErpError } from '../../schema/errors.ts'
import type { Address, CustomAttribute, DocumentLine, QuoteStatus } from '../../schema/index.ts'
import type { Customer, Item, Quote } from '../connector.ts'
import { type Columns, nameOf } from './columns.ts'
import type { Config } from './config.ts'
import type { Column, Contact, Deal, Line, Organization, Row, Service } from './port.ts'

type Wanted<E extends keyof Config['columns']> = Columns<keyof Config['columns'][E] & string>

/** Marks the id of a customer that is a contact without an organisation. */
export const PERSON = 'contact:'
const STAGES: Record<string, QuoteStatus> = {
  new: 'DRAFT',
  qualified: 'DRAFT',
  proposal: 'SENT',
  won: 'ACCEPTED',
  lost: 'REJECTED',
}
const CURRENCIES = new Set(Intl.supportedValuesOf('currency'))
const REGIONS = new Intl.DisplayNames(['en'], { type: 'region', fallback: 'none' })
const EMAIL = /^[^\s@]{1,64}@[^\s@]{1,190}$/

function valueIn(row: Row, column: Column | undefined): string | null {
  return (column && row.values.find(({ columnId }) => columnId === column.id)?.value) ?? null
}

/** What a person sees: the label of an option, else the value. */
function shownIn(row: Row, column: Column | undefined): string | null {
  const value = valueIn(row, column)
  return column?.options.find((option) => option.value === value)?.label ?? value
}

function attributesOf(row: Row, own: Column[]): CustomAttribute[] {
  return own.flatMap((column) => {
    const value = valueIn(row, column)
    return value === null ? [] : [{ key: nameOf(column, own), value }]
  })
}

function fitting(text: string | null | undefined, shape: RegExp): string | null {
  return text && shape.test(text) ? text : null
}

function unitIn(row: Service, { by }: Wanted<'services'>, config: Config): string | null {
  const native = shownIn(row, by.unit)
  return native === null ? null : (config.units[native] ?? fitting(native, /^[A-Z0-9]{2,3}$/))
}

/** A service as an item; its amount is the list price, in the currency that an operator named. */
export function toItem(row: Service, columns: Wanted<'services'>, config: Config): Item {
  return {
    id: row.id,
    sku: shownIn(row, columns.by.sku),
    name: row.name,
    type: 'UNKNOWN',
    unit: unitIn(row, columns, config),
    nativeUnit: shownIn(row, columns.by.unit),
    listPrice: row.amount === null ? null : { amount: row.amount, currency: row.currency ?? config.currency },
    customAttributes: attributesOf(row, columns.own),
    updatedAt: row.updatedAt,
  }
}

function addressOf(row: Organization, { by }: Wanted<'organizations'>): Address | null {
  const [street, postalCode, city, country] = [by.street, by.postalCode, by.city, by.country].map((column) =>
    shownIn(row, column),
  )
  if (!street && !postalCode && !city) return null
  return {
    type: 'OTHER',
    name: row.name,
    lines: street ? street.split(/\s*\n\s*/) : [],
    postalCode,
    city,
    country: countryOf(country),
  }
}

function countryOf(text: string | null | undefined): string | null {
  const code = fitting(text?.toUpperCase(), /^[A-Z]{2}$/)
  return code && REGIONS.of(code) ? code : null
}

/** An organisation as a customer; all but its name comes from custom columns. */
export function toCustomer(row: Organization, columns: Wanted<'organizations'>): Customer {
  const { by } = columns
  const address = addressOf(row, columns)
  const currency = shownIn(row, by.currency)
  return {
    id: row.id,
    number: shownIn(row, by.erpNumber),
    name: row.name,
    email: fitting(shownIn(row, by.email), EMAIL),
    phone: fitting(shownIn(row, by.phone), /^[+\d][\d\s()./-]{2,30}$/),
    taxId: shownIn(row, by.taxId),
    country: countryOf(shownIn(row, by.country)),
    currency: currency && CURRENCIES.has(currency) ? currency : null,
    addresses: address ? [address] : [],
    customAttributes: attributesOf(row, columns.own),
    updatedAt: row.updatedAt,
  }
}

/** The first e-mail address of a contact. */
export function emailOf(row: Contact): string | null {
  return row.emails.find((email) => EMAIL.test(email)) ?? null
}

function fullName(row: { firstName: string | null; lastName: string | null }): string | null {
  return [row.firstName, row.lastName].filter(Boolean).join(' ') || null
}

/** A contact without an organisation as a customer; null for one that has an organisation. */
export function toPerson(row: Contact): Customer | null {
  if (row.organizations.length > 0) return null
  return { id: PERSON + row.id, name: fullName(row), email: emailOf(row), updatedAt: row.updatedAt }
}

/** What stands beside a deal: its services by id, and who buys. */
export interface Beside {
  items: Map<string, Item>
  customer: Customer | null
  email: string | null
}

function refused(row: Deal, field: string, why: string): ErpError {
  return new ErpError('MAPPING_MISSING', `The deal "${row.name ?? row.id}" ${why}.`, {
    field: `columns.deals.${field}`,
  })
}

/** A value that decides what an order costs; PERMISSION_DENIED where it is hidden from us. */
function openIn(row: Deal, column: Column | undefined, field: string): string | null {
  const isHidden =
    column && row.values.some(({ columnId, restricted }) => restricted && columnId === column.id)
  if (!isHidden) return shownIn(row, column)
  throw new ErpError(
    'PERMISSION_DENIED',
    `The user of the API may not see "${column.label}" of the deal "${row.name ?? row.id}".`,
    { field: `columns.deals.${field}` },
  )
}

function currencyOf(row: Deal, { by }: Wanted<'deals'>, config: Config): string {
  const text = openIn(row, by.currency, 'currency') ?? row.currency ?? config.currency
  if (CURRENCIES.has(text)) return text
  throw refused(row, 'currency', `is in "${text}", which is no code of ISO 4217`)
}

function discountOf(row: Deal, { by }: Wanted<'deals'>): string | null {
  const text = openIn(row, by.discountPercent, 'discountPercent')
  const percent = text?.replace(/\s*%$/, '') ?? null
  if (percent === null || /^(100|\d{1,2}(\.\d{1,6})?)$/.test(percent)) return percent
  throw refused(row, 'discountPercent', `has the discount "${text}", which is no percentage`)
}

/** What a stage means for a quote: as an operator said, else by its value or label. */
function stateOf(row: Deal, stage: Column | undefined, config: Config): QuoteStatus {
  const words = [valueIn(row, stage), shownIn(row, stage)].flatMap((word) => word ?? [])
  const own = words.map((word) => config.stages[word]).find(Boolean)
  const known = words.map((word) => word.toLowerCase()).find((word) => Object.hasOwn(STAGES, word))
  return own ?? (known === undefined ? 'UNKNOWN' : (STAGES[known] ?? 'UNKNOWN'))
}

function toLine(line: Line, item: Item | undefined, currency: string): DocumentLine {
  const unitPrice = line.amount === null ? null : { amount: line.amount, currency: line.currency ?? currency }
  return {
    id: line.id,
    item: line.service,
    sku: item?.sku ?? null,
    description: line.name ?? item?.name ?? null,
    quantity: line.quantity,
    unit: item?.unit ?? null,
    unitPrice,
  }
}

/**
 * A deal as a quote. MAPPING_MISSING or PERMISSION_DENIED where its currency or discount cannot be read: nobody
 * may order at other conditions than were agreed. https://github.com/customermates/customermates
 */
export function toQuote(row: Deal, columns: Wanted<'deals'>, beside: Beside, config: Config): Quote {
  const { by } = columns
  const { customer } = beside
  const currency = currencyOf(row, columns, config)
  const percent = discountOf(row, columns)
  return {
    id: row.id,
    title: row.name,
    state: stateOf(row, by.stage, config),
    nativeStatus: shownIn(row, by.stage),
    customer: customer?.id ?? null,
    customerName: customer?.name ?? null,
    customerEmail: beside.email ?? customer?.email ?? null,
    customerTaxId: customer?.taxId ?? null,
    customerErpId: customer?.number ?? null,
    currency,
    validUntil: fitting(shownIn(row, by.validUntil), /^\d{4}-\d\d-\d\d/)?.slice(0, 10) ?? null,
    paymentTerms: shownIn(row, by.paymentTerms),
    purchaseOrderNumber: shownIn(row, by.purchaseOrderNumber),
    note: row.notes,
    lines: row.services.map((line) => toLine(line, beside.items.get(line.service ?? ''), currency)),
    discounts: percent === null ? [] : [{ percent }],
    net:
      row.totalValue && percent === null
        ? { amount: row.totalValue, currency: row.currency ?? currency }
        : null,
    updatedAt: row.updatedAt,
  }
}
