import Big from 'big.js'
import { type Row, num, textOf } from './answers.ts'
import { emptyContact } from './contacts.ts'
import type { Outcome } from './documents.ts'
import { ACCOUNTS, type Store, amounts } from './store.ts'

const CONTACT =
  /^(ContactID|ContactNumber|AccountNumber|ContactStatus|Name|FirstName|LastName|EmailAddress|TaxNumber|Addresses|Phones|DefaultCurrency|PaymentTerms|ContactPersons|CompanyNumber)$/
const PAYMENT = /^(Invoice|Account|Date|Amount|Reference|CurrencyRate)$/

function nameTaken(store: Store, name: unknown, id: unknown): boolean {
  return [...store.rows.Contacts.values()].some(
    (row) =>
      row.ContactID !== id &&
      row.ContactStatus === 'ACTIVE' &&
      String(row.Name).toLowerCase() === String(name).toLowerCase(),
  )
}

function faults(store: Store, given: Row, id: unknown): string[] {
  const { Name, ContactNumber } = given
  const other = ContactNumber ? store.get('Contacts', String(ContactNumber)) : undefined
  return [
    ...Object.keys(given).flatMap((name) => (CONTACT.test(name) ? [] : [`${name} is not a field here`])),
    ...(Name !== undefined && nameTaken(store, Name, id)
      ? [
          `The contact name ${String(Name)} is already assigned to another contact. The contact name must be unique across all active contacts.`,
        ]
      : []),
    ...(other && other.ContactID !== id
      ? [`The contact number ${String(ContactNumber)} is already assigned to another contact.`]
      : []),
    ...(String(given.EmailAddress ?? '').length > 255 ? ['Email address is too long'] : []),
  ]
}

/** A list that is sent replaces the whole; every type always comes back, an empty one with empty texts. */
function replaced(old: Row[], given: Row[] | undefined, empty: Row[], type: string): Row[] {
  if (!given) return old
  const byType = new Map(empty.map((one) => [one[type], one]))
  for (const one of given) byType.set(one[type], { ...byType.get(one[type]), ...one })
  return [...byType.values()]
}

/** A new contact, or null where it must be refused. */
export function createContact(store: Store, given: Row): Outcome {
  const wrong = faults(store, given, null)
  if (!given.Name) wrong.push('The contact name must be specified')
  if (wrong.length > 0) return { faults: wrong }
  const base = emptyContact()
  return { row: store.put('Contacts', filled({ ...base, ContactID: store.nextId('Contacts') }, given)) }
}

function filled(row: Row, given: Row): Row {
  const empty = emptyContact()
  const list = (name: 'Addresses' | 'Phones', type: string): Row[] =>
    replaced(row[name] as Row[], given[name] as Row[] | undefined, empty[name] as Row[], type)
  return Object.assign(row, given, {
    Addresses: list('Addresses', 'AddressType'),
    Phones: list('Phones', 'PhoneType'),
  })
}

/** Changes a contact; what is left out stays. */
export function updateContact(store: Store, row: Row, given: Row): Outcome {
  const wrong = faults(store, given, row.ContactID)
  if (wrong.length > 0) return { faults: wrong }
  return { row: store.put('Contacts', filled(row, { ...given, ContactID: row.ContactID })) }
}

/** What is wrong with a payment; `before` is what others of the same request take of the invoice. */
function paymentFaults(given: Row, invoice: Row | undefined, before: Big): string[] {
  const account = (given.Account as Row | undefined)?.Code
  const amount = new Big(textOf(given.Amount))
  const due = new Big(textOf(invoice?.AmountDue)).minus(before)
  return [
    ...Object.keys(given).flatMap((name) => (PAYMENT.test(name) ? [] : [`${name} is not a field here`])),
    ...(invoice ? [] : ['Invoice could not be found']),
    ...(invoice && invoice.Status !== 'AUTHORISED'
      ? ['Payments can only be made against Authorised documents']
      : []),
    ...(ACCOUNTS[1] === account ? [] : ['Account code must be specified and take payments']),
    ...(amount.gt(0) ? [] : ['Amount must be greater than zero']),
    ...(amount.gt(due) ? ['Payment amount exceeds the amount outstanding on this document'] : []),
    ...(/^\d{4}-\d\d-\d\d$/.test(String(given.Date)) ? [] : ['Date must be specified']),
  ]
}

/** New payments: only checked where `save` is false. An invoice without anything due is paid. */
export function createPayment(store: Store, given: Row, save: boolean): Outcome {
  const key = (given.Invoice as Row | undefined)?.InvoiceID
  const invoice = key === undefined ? undefined : store.get('Invoices', String(key))
  const wrong = paymentFaults(given, invoice, new Big(0))
  if (wrong.length > 0 || !invoice) return { faults: wrong }
  if (!save) return { row: given }
  settle(store, invoice, { paid: new Big(textOf(given.Amount)) })
  const day = Date.parse(String(given.Date))
  return { row: store.addPayment(invoice, textOf(given.Amount), day, String(given.Reference ?? '')) }
}

/** Payments can only be deleted; the invoice is open again. */
export function deletePayment(store: Store, row: Row, given: Row): Outcome {
  if (given.Status !== 'DELETED' || row.Status === 'DELETED')
    return { faults: ['Payment not of valid status for modification'] }
  const invoice = store.get('Invoices', String((row.Invoice as Row).InvoiceID))
  if (invoice) settle(store, invoice, { paid: new Big(textOf(row.Amount)).times(-1) })
  return { row: store.put('Payments', Object.assign(row, { Status: 'DELETED' })) }
}

/** Pays an invoice or takes a credit off it; one without anything due is paid, and open again if it is taken back. */
export function settle(store: Store, invoice: Row, by: { paid?: Big; credited?: Big }): void {
  const paid = new Big(textOf(invoice.AmountPaid)).plus(by.paid ?? 0)
  const credited = new Big(textOf(invoice.AmountCredited)).plus(by.credited ?? 0)
  const total = new Big(textOf(invoice.Total))
  Object.assign(invoice, amounts(total, { paid, credited }), {
    Status: paid.plus(credited).gte(total) && total.gt(0) ? 'PAID' : 'AUTHORISED',
  })
  store.put('Invoices', invoice)
}

/** What each contact owes, in the currency of the organisation. */
export function balances(store: Store): Map<unknown, object> {
  const owed = new Map<unknown, Big>()
  for (const row of store.rows.Invoices.values()) {
    if (row.Type !== 'ACCREC' || row.Status !== 'AUTHORISED') continue
    const id = (row.Contact as Row).ContactID
    owed.set(id, (owed.get(id) ?? new Big(0)).plus(textOf(row.AmountDue)))
  }
  return new Map(
    [...store.rows.Contacts.keys()].map((id) => [
      id,
      {
        AccountsReceivable: {
          Outstanding: num((owed.get(id) ?? new Big(0)).toFixed(2)),
          Overdue: num('0.00'),
        },
      },
    ]),
  )
}
