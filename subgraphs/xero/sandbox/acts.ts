import type { Ledger, SandboxAction } from '../../sandbox.ts'
import { type Row, num, textOf } from './answers.ts'
import { emptyContact } from './contacts.ts'
import type { Store } from './store.ts'

function itemOf(store: Store, sku: string): Row {
  const item = store.itemsByCode.get(sku)
  if (!item) throw new Error(`There is no item ${sku}.`)
  return item
}

/** Does what a person in Xero would do. */
export function act(store: Store, action: Exclude<SandboxAction, { do: 'expireTokens' }>): void {
  if (action.do === 'addItem') {
    store.addItem(action.sku, action.name, action.price, null)
  } else if (action.do === 'addCustomer') {
    const { name: Name, email: EmailAddress } = action
    store.put('Contacts', { ...emptyContact(), ContactID: store.nextId('Contacts'), Name, EmailAddress })
  } else if (action.do === 'setStock') {
    itemOf(store, action.sku)
    store.parts.get(action.sku)?.set(action.warehouse, action.onHand)
    store.count(action.sku)
  } else if (action.do === 'setPrice') {
    const item = itemOf(store, action.sku)
    Object.assign(item.SalesDetails as Row, { UnitPrice: num(action.price) })
    store.put('Items', item)
  } else if (action.do === 'deleteItem') {
    store.rows.Items.delete(String(itemOf(store, action.sku).ItemID))
    store.itemsByCode.delete(action.sku)
  } else {
    const set = action.do === 'setQuoteStatus' || !store.get('Invoices', action.id) ? 'Quotes' : 'Invoices'
    const row = store.get(set, action.id)
    if (!row) throw new Error(`There is no document ${action.id}.`)
    store.put(set, Object.assign(row, { Status: action.status }))
  }
}

const STATES: Record<string, Ledger['orders'][number]['state']> = {
  VOIDED: 'cancelled',
  DELETED: 'cancelled',
  DECLINED: 'cancelled',
  SENT: 'draft',
}

/** What is really booked. A draft invoice is whole: a person goes on with it; a draft quote is not an order yet. */
export function ledgerOf(store: Store): Ledger {
  const orders = (['Invoices', 'Quotes'] as const).flatMap((set) =>
    [...store.rows[set].values()].map((row): Ledger['orders'][number] => ({
      id: String(row.InvoiceID ?? row.QuoteID),
      number: String(row.InvoiceNumber ?? row.QuoteNumber),
      ref: String(row.Reference ?? '') || null,
      customer: String((row.Contact as Row).ContactID),
      state: STATES[String(row.Status)] ?? (set === 'Quotes' && row.Status === 'DRAFT' ? 'draft' : 'booked'),
      total: textOf(row.Total),
    })),
  )
  const customers = [...store.rows.Contacts.values()].map((row) => ({
    id: String(row.ContactID),
    name: String(row.Name),
    email: String(row.EmailAddress ?? '') || null,
  }))
  return { orders, customers }
}
