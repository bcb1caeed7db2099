import Big from 'big.js'
import { type Row, num, stamp, textOf } from './answers.ts'
import { contactOf, emptyContact } from './contacts.ts'
import { linesOf, totalsOf } from './lines.ts'
import { type Store, amounts } from './store.ts'

/** How strict the organisation is, and how many decimals a request wants. */
export interface Manner {
  places: number
  negativeStock: boolean
}

const INVOICE =
  /^(Type|InvoiceID|InvoiceNumber|Reference|Url|Contact|Date|DueDate|Status|LineAmountTypes|LineItems|CurrencyCode|CurrencyRate|SentToContact|ExpectedPaymentDate)$/
const QUOTE =
  /^(QuoteID|QuoteNumber|Reference|Title|Summary|Terms|Contact|Date|ExpiryDate|Status|LineAmountTypes|LineItems|CurrencyCode|CurrencyRate)$/
const STATES = ['DRAFT', 'SUBMITTED', 'AUTHORISED']
const CURRENCIES = ['EUR', 'USD']
/** The books are closed up to this day. */
const LOCKED_UNTIL = Date.UTC(2025, 11, 31)
/** Which status may follow which. */
const INVOICE_NEXT: Record<string, string[]> = {
  DRAFT: ['DRAFT', 'SUBMITTED', 'AUTHORISED', 'DELETED'],
  SUBMITTED: ['SUBMITTED', 'DRAFT', 'AUTHORISED', 'DELETED'],
  AUTHORISED: ['AUTHORISED', 'VOIDED'],
}
const QUOTE_NEXT: Record<string, string[]> = {
  DRAFT: ['DRAFT', 'SENT', 'DELETED'],
  SENT: ['SENT', 'ACCEPTED', 'DECLINED', 'DRAFT'],
  ACCEPTED: ['ACCEPTED', 'INVOICED', 'DECLINED'],
}
const MODIFY = 'Invoice not of valid status for modification'

/** What was made of an element, or what is wrong with it. */
export type Outcome = { row: Row } | { faults: string[] }

/** The contact of a document; an unknown name makes a new contact. */
function contactFor(store: Store, given: Row | undefined): Row | string {
  if (!given) return 'A Contact must be specified for this type of transaction'
  const { ContactID, ContactNumber, Name } = given
  const key = ContactID ?? ContactNumber
  const found =
    key === undefined
      ? [...store.rows.Contacts.values()].find((row) => row.Name === Name && row.ContactStatus === 'ACTIVE')
      : store.get('Contacts', String(key))
  if (found?.ContactStatus === 'ARCHIVED') return 'The Contact is archived. Restore it to use it.'
  if (found) return found
  if (key !== undefined || !Name) return 'The Contact could not be found'
  return store.put('Contacts', { ...emptyContact(), ContactID: store.nextId('Contacts'), Name })
}

function dayOf(value: unknown): number | null {
  const at = /^\d{4}-\d\d-\d\d$/.test(String(value)) ? Date.parse(String(value)) : NaN
  return Number.isNaN(at) ? null : at
}

function headFaults(given: Row, fields: RegExp): string[] {
  const { CurrencyCode: currency, Date: date, DueDate: due, LineAmountTypes: types } = given
  return [
    ...Object.keys(given).flatMap((name) => (fields.test(name) ? [] : [`${name} is not a field here`])),
    ...(currency && !CURRENCIES.includes(String(currency))
      ? [`Organisation is not subscribed to currency ${String(currency)}`]
      : []),
    ...[date, due].flatMap((day) =>
      day !== undefined && dayOf(day) === null ? ['The date is not valid'] : [],
    ),
    ...(types && !/^(exclusive|inclusive|notax)$/i.test(String(types))
      ? ['LineAmountTypes is not valid']
      : []),
  ]
}

/** Puts goods on the shelf (1) or takes them (-1); says which are too few. */
function move(store: Store, lines: Row[], sign: 1 | -1, refuse: boolean): string[] {
  const tracked = lines.flatMap((line) => {
    const item = store.itemsByCode.get(String(line.ItemCode ?? ''))
    return item?.IsTrackedAsInventory ? [{ item, by: new Big(textOf(line.Quantity)).times(sign) }] : []
  })
  const few = tracked.filter(({ item, by }) => new Big(textOf(item.QuantityOnHand)).plus(by).lt(0))
  if (refuse && few.length > 0)
    return few.map(({ item }) => `The quantity on hand of ${String(item.Code)} would become negative`)
  for (const { item, by } of tracked) {
    const parts = store.parts.get(String(item.Code)) ?? new Map<string, string>()
    const [first = 'DEFAULT'] = parts.keys()
    parts.set(first, new Big(parts.get(first) ?? 0).plus(by).toFixed())
    store.parts.set(String(item.Code), parts)
    store.count(String(item.Code))
  }
  return []
}

/** What Xero finds wrong with the head of a new invoice. */
function newFaults(
  store: Store,
  given: Row,
  { status, number, date, lines }: { status: string; number: unknown; date: number; lines: Row[] },
): string[] {
  const authorised = status === 'AUTHORISED'
  return [
    ...headFaults(given, INVOICE),
    ...(given.Type === 'ACCREC' || given.Type === 'ACCPAY' ? [] : ['Invoice Type must be specified']),
    ...(STATES.includes(status) ? [] : ['Invoice status is not valid']),
    ...(store.get('Invoices', String(number)) ? ['Invoice # must be unique.'] : []),
    ...(authorised && dayOf(given.DueDate) === null ? ['Due Date must be specified'] : []),
    ...(authorised && lines.length === 0 ? ['One or more line items must be specified'] : []),
    ...(authorised && date <= LOCKED_UNTIL
      ? ['The document date cannot be before the period lock date.']
      : []),
  ]
}

/** A new invoice as it is kept, once everything was checked. */
function invoiceOf(
  store: Store,
  given: Row,
  contact: Row,
  { status, number, date, lines }: Parameters<typeof newFaults>[2],
): Row {
  const types = String(given.LineAmountTypes ?? 'Exclusive')
  const due = dayOf(given.DueDate)
  const { row, total } = totalsOf(lines, types === 'Inclusive')
  return {
    Type: given.Type,
    InvoiceID: store.nextId('Invoices'),
    InvoiceNumber: number,
    Reference: given.Reference ?? '',
    ...(given.Url ? { Url: given.Url } : {}),
    Contact: contactOf(contact),
    Date: stamp(date),
    ...(due !== null && { DueDate: stamp(due) }),
    Status: status,
    LineAmountTypes: types,
    LineItems: lines,
    ...row,
    CurrencyCode: given.CurrencyCode ?? contact.DefaultCurrency ?? 'EUR',
    CurrencyRate: num('1.0'),
    ...amounts(total, {}),
    Payments: [],
    HasAttachments: false,
    HasErrors: false,
  }
}

/** A new invoice. */
export function createInvoice(store: Store, given: Row, manner: Manner): Outcome {
  const status = String(given.Status ?? 'DRAFT')
  const number = given.InvoiceNumber ?? store.nextNumber('Invoices')
  const inclusive = given.LineAmountTypes === 'Inclusive'
  const authorised = status === 'AUTHORISED'
  const date = dayOf(given.Date) ?? Date.parse(new Date().toISOString().slice(0, 10))
  const { lines, faults } = linesOf(store, (given.LineItems ?? []) as Row[], {
    ...manner,
    authorised,
    inclusive,
  })
  const head = { status, number, date, lines }
  const wrong = [...newFaults(store, given, head), ...faults]
  const contact = contactFor(store, given.Contact as Row | undefined)
  if (typeof contact === 'string') return { faults: [contact, ...wrong] }
  if (wrong.length > 0) return { faults: wrong }
  const few = authorised ? move(store, lines, -1, manner.negativeStock) : []
  if (few.length > 0) return { faults: few }
  if (contact.IsCustomer === false) store.put('Contacts', Object.assign(contact, { IsCustomer: true }))
  return { row: store.put('Invoices', invoiceOf(store, given, contact, head)) }
}

/** Changes an invoice; lines that are sent replace all. */
export function updateInvoice(store: Store, row: Row, given: Row, manner: Manner): Outcome {
  const before = String(row.Status)
  const status = String(given.Status ?? before)
  if (!INVOICE_NEXT[before]?.includes(status)) return { faults: [MODIFY] }
  const settled = { paid: new Big(textOf(row.AmountPaid)), credited: new Big(textOf(row.AmountCredited)) }
  if (status === 'VOIDED' && settled.paid.plus(settled.credited).gt(0)) return { faults: [MODIFY] }
  const inclusive = String(given.LineAmountTypes ?? row.LineAmountTypes) === 'Inclusive'
  const authorised = status === 'AUTHORISED'
  const options = { ...manner, authorised, inclusive }
  const { lines, faults } = given.LineItems
    ? linesOf(store, given.LineItems as Row[], options)
    : { lines: row.LineItems as Row[], faults: [] }
  const wrong = [...headFaults(given, INVOICE), ...faults]
  if (wrong.length > 0) return { faults: wrong }
  const few = authorised && before !== 'AUTHORISED' ? move(store, lines, -1, manner.negativeStock) : []
  if (few.length > 0) return { faults: few }
  if (status === 'VOIDED') move(store, lines, 1, false)
  const { row: sums, total } = totalsOf(lines, inclusive)
  const gone = status === 'VOIDED' || status === 'DELETED'
  const { Reference, DueDate, Url } = given
  Object.assign(row, {
    Status: status,
    ...(Reference !== undefined && { Reference }),
    ...(Url !== undefined && { Url }),
    ...(DueDate !== undefined && { DueDate: stamp(dayOf(DueDate) ?? 0) }),
    LineItems: lines,
    ...sums,
    ...amounts(total, settled, gone),
  })
  return { row: store.put('Invoices', row) }
}

/** A new quote. */
export function createQuote(store: Store, given: Row, manner: Manner): Outcome {
  const number = given.QuoteNumber ?? store.nextNumber('Quotes')
  const taken = [...store.rows.Quotes.values()].some((row) => row.QuoteNumber === number)
  const inclusive = given.LineAmountTypes === 'INCLUSIVE'
  const options = { ...manner, authorised: false, inclusive }
  const { lines, faults } = linesOf(store, (given.LineItems ?? []) as Row[], options)
  const contact = contactFor(store, given.Contact as Row | undefined)
  const wrong = [
    ...headFaults(given, QUOTE),
    ...(dayOf(given.Date) === null ? ['Date must be specified'] : []),
    ...(taken ? ['Quote number must be unique.'] : []),
    ...faults,
  ]
  if (typeof contact === 'string') return { faults: [contact, ...wrong] }
  if (wrong.length > 0) return { faults: wrong }
  return {
    row: store.put('Quotes', {
      QuoteID: store.nextId('Quotes'),
      QuoteNumber: number,
      Reference: given.Reference ?? '',
      Contact: { ContactID: contact.ContactID, Name: contact.Name },
      LineItems: lines,
      Date: stamp(dayOf(given.Date) ?? 0, ''),
      Status: given.Status ?? 'DRAFT',
      LineAmountTypes: given.LineAmountTypes ?? 'EXCLUSIVE',
      CurrencyCode: given.CurrencyCode ?? 'EUR',
      CurrencyRate: num('1.0'),
      ...totalsOf(lines, inclusive).row,
    }),
  }
}

/** Changes a quote; contact and date must be said again. */
export function updateQuote(store: Store, row: Row, given: Row): Outcome {
  const before = String(row.Status)
  const status = String(given.Status ?? before)
  const wrong = [
    ...headFaults(given, QUOTE),
    ...(given.Contact ? [] : ['Contact must be specified']),
    ...(dayOf(given.Date) === null ? ['Date must be specified'] : []),
    ...(QUOTE_NEXT[before]?.includes(status) ? [] : ['Quote not of valid status for modification']),
  ]
  if (wrong.length > 0) return { faults: wrong }
  return { row: store.put('Quotes', Object.assign(row, { Status: status })) }
}
