import Big from 'big.js'
import type { Demo, DemoCustomer, DemoDocument, DemoProduct } from '../../demo.ts'
import { midnight } from '../time.ts'
import type { DocumentBody } from './body.ts'
import { type Doc, keep, openOf, relate } from './documents.ts'
import { type Row, type Store, num } from './store.ts'

const UNITS = { H87: 'Stück', KGM: 'kg', MTR: 'm', LTR: 'l', HUR: 'Stunde' }
const RATE = '19'

/** The prices of an article whose net price leads; digits stay as they are. */
export function priceOf(net: string): object {
  const gross = new Big(net).times('1.19').round(2, Big.roundHalfUp).toFixed()
  return { netPrice: num(net), grossPrice: num(gross), leadingPrice: 'NET', taxRate: num(RATE) }
}

/** An article without what every record has. */
export function articleOf(product: Pick<DemoProduct, 'sku' | 'name' | 'listPrice'> & Partial<DemoProduct>) {
  const { sku, name, listPrice, description, unit = 'H87', barcode } = product
  return {
    title: name,
    ...(description ? { description } : {}),
    type: unit === 'HUR' ? 'SERVICE' : 'PRODUCT',
    articleNumber: sku,
    ...(barcode ? { gtin: barcode } : {}),
    unitName: UNITS[unit],
    price: priceOf(listPrice),
  }
}

function contactOf(store: Store, customer: DemoCustomer): Record<string, unknown> {
  const { name, taxId, street, postalCode, city, country, email, phone } = customer
  const tax = country === 'US' ? { taxNumber: taxId } : { vatRegistrationId: taxId }
  return {
    roles: { customer: { number: num(store.next('contacts', 10001)) } },
    company: { name, ...tax, allowTaxFreeInvoices: false },
    addresses: { billing: [{ street, zip: postalCode, city, countryCode: country }] },
    emailAddresses: { business: [email] },
    phoneNumbers: { business: [phone] },
  }
}

/** Customers, and what a real organisation has beside: a supplier, and a customer with two billing addresses. */
function seedContacts(store: Store, demo: Demo): Map<string, Row> {
  const made = new Map(
    demo.customers.map((customer) => [customer.number, store.insert('contacts', contactOf(store, customer))]),
  )
  const last = made.get(demo.customers.at(-1)?.number ?? '')
  const addresses = last?.addresses as { billing: object[] } | undefined
  addresses?.billing.push({ street: 'Postfach 7', zip: '10117', city: 'Berlin', countryCode: 'DE' })
  store.insert('contacts', {
    roles: { vendor: { number: num(store.next('vendors', 70001)) } },
    company: { name: 'Acme Stahl & Co. KG' },
    addresses: {},
    emailAddresses: { business: [`a${demo.customers[0]?.email}`] },
    phoneNumbers: {},
  })
  return made
}

function bodyOf(articles: Map<string, Row>, buyer: Row, { on, lines }: DemoDocument): DocumentBody {
  return {
    voucherDate: midnight(on, 'on'),
    address: { contactId: buyer.id },
    lineItems: lines.map(({ sku, quantity, price }) => {
      const article = articles.get(sku)
      return {
        type: article?.type === 'SERVICE' ? 'service' : 'material',
        id: article?.id,
        name: String(article?.title),
        quantity: num(quantity),
        unitName: String(article?.unitName),
        unitPrice: { currency: 'EUR', netAmount: num(price), taxRatePercentage: num(RATE) },
      }
    }),
    totalPrice: { currency: 'EUR' },
    taxConditions: { taxType: 'net' },
    paymentConditions: { paymentTermLabel: '30 Tage netto', paymentTermDuration: num(30) },
    shippingConditions: { shippingType: 'none' },
    title: 'Auftragsbestätigung',
  }
}

/** The nth invoice: paid, paid in part, open, overdue, and so on. */
function billed(store: Store, body: DocumentBody, nth: number): Doc {
  const dueDate = midnight(nth % 4 === 3 ? '2026-11-10' : '2026-12-20', 'dueDate')
  const doc = keep(store, 'invoices', { ...body, title: 'Rechnung' }, { voucherStatus: 'open', dueDate })
  if (nth % 4 > 1) return doc
  const whole = openOf(doc)
  const parts =
    nth % 4 === 0 ? [whole.div(2).round(2), whole.minus(whole.div(2).round(2))] : [whole.div(4).round(2)]
  doc.paid = parts.map((part, at) => ({
    paymentItemType: at === 0 ? 'manualPayment' : 'partPaymentFinancialTransaction',
    postingDate: midnight('2026-11-18', 'postingDate'),
    amount: num(part.toFixed()),
  }))
  if (nth % 4 === 0) doc.voucherStatus = 'paid'
  return doc
}

const QUOTES: [string, string][] = [
  ['draft', '2026-12-31'],
  ['open', '2026-12-31'],
  ['accepted', '2026-12-31'],
  ['rejected', '2026-12-31'],
  ['open', '2026-11-12'],
]

/** The demo company in Lexware's words. What it cannot keep is left out: stock, agreed prices, dollars. */
export function seed(store: Store, demo: Demo): void {
  const articles = new Map(demo.products.map((one) => [one.sku, store.insert('articles', articleOf(one))]))
  const contacts = seedContacts(store, demo)
  let bills = 0
  for (const [at, order] of demo.orders.entries()) {
    const buyer = contacts.get(order.customer)
    if (!buyer) continue
    const body = bodyOf(articles, buyer, order)
    const archived = order.state === 'cancelled'
    const doc = keep(store, 'order-confirmations', body, { voucherStatus: 'open', archived })
    if (order.state === 'delivered')
      relate(
        ['order-confirmations', doc],
        ['delivery-notes', keep(store, 'delivery-notes', body, { voucherStatus: 'open' })],
      )
    if (order.state === 'invoiced')
      relate(['order-confirmations', doc], ['invoices', billed(store, body, bills++)])
    const [status, until] = QUOTES[at] ?? []
    if (!status || !until) continue
    const expirationDate = midnight(until, 'expirationDate')
    keep(store, 'quotations', { ...body, title: 'Angebot', expirationDate }, { voucherStatus: status })
  }
  // Money that the company owes one of its debtors.
  const debtor = demo.orders.find(({ state }) => state === 'invoiced')
  const buyer = debtor && contacts.get(debtor.customer)
  if (!debtor || !buyer) return
  const back = bodyOf(articles, buyer, {
    ...debtor,
    lines: debtor.lines.map((line) => ({ ...line, quantity: '1' })),
  })
  keep(store, 'credit-notes', { ...back, title: 'Rechnungskorrektur' }, { voucherStatus: 'open' })
}
