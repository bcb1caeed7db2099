import Big from 'big.js'
import type { Demo, DemoCustomer, DemoDocument, DemoProduct } from '../../demo.ts'
import { type Row, num } from '../../exact.ts'
import { timeOf } from './rows.ts'
import { purchaseRow, timeRow } from './work.ts'

/** When the demo company was filled in. */
const BEGIN = Date.parse('2026-11-01T08:00:00Z')
/** Countries as people of an American product write them. */
const COUNTRIES: Record<string, string> = { US: 'USA', DE: 'Germany', AT: 'AUT', FR: 'FR' }
const CURRENCIES: Record<string, string> = { EUR: 'Euro', USD: 'United States Dollar' }
/** The id of the tax code of 19 percent. */
export const TAX = '2'
const TAX_PERCENT = 19

/** What a company keeps. */
export const ENTITIES = [
  'Item',
  'Customer',
  'Estimate',
  'Invoice',
  'SalesReceipt',
  'CreditMemo',
  'Payment',
  'TimeActivity',
  'Purchase',
  'Term',
  'PaymentMethod',
]

/** Everything of a company, by entity and id. */
export type Tables = Map<string, Map<string, Row>>

/** A reference to a currency. */
export function currencyRef(code: string): Row {
  return { value: code, name: CURRENCIES[code] ?? code }
}

/** What every object has. */
export function headOf(id: string, ms: number): Row {
  const time = timeOf(ms)
  return {
    Id: id,
    SyncToken: '0',
    domain: 'QBO',
    sparse: false,
    MetaData: { CreateTime: time, LastUpdatedTime: time },
  }
}

/** An item; goods are kept in stock, services are not. */
export function itemRow(
  id: string,
  ms: number,
  product: Pick<DemoProduct, 'sku' | 'name' | 'listPrice'> & Partial<DemoProduct>,
): Row {
  const goods = product.unit !== 'HUR'
  const stock = (product.stock ?? []).reduce((sum, { onHand }) => sum.plus(onHand), new Big(0))
  return {
    Name: product.name,
    Sku: product.sku,
    ...(product.description && { Description: product.description }),
    Active: true,
    FullyQualifiedName: product.category ? `${product.category}:${product.name}` : product.name,
    ...(product.category && { SubItem: true, Level: num(1) }),
    Taxable: true,
    SalesTaxIncluded: false,
    UnitPrice: num(product.listPrice),
    Type: goods ? 'Inventory' : 'Service',
    IncomeAccountRef: { value: '79', name: 'Sales of Product Income' },
    PurchaseCost: num(product.cost ?? '0'),
    TrackQtyOnHand: goods,
    ...(goods && { QtyOnHand: num(stock), InvStartDate: '2026-01-01' }),
    SalesTaxCodeRef: { value: TAX, name: '19% VAT' },
    ...headOf(id, ms),
  }
}

type Person = Partial<DemoCustomer> & { name: string }

/** An address has an id of its own. */
function addressRow(id: string, { street, city, postalCode, country = 'DE' }: Person): Row {
  return {
    Id: id,
    Line1: street,
    City: city,
    PostalCode: postalCode,
    Country: COUNTRIES[country] ?? country,
  }
}

/** A customer. */
export function customerRow(id: string, ms: number, person: Person): Row {
  const { name, email, phone, city, currency = 'EUR', termsDays, taxId } = person
  return {
    Taxable: true,
    ...(city && { BillAddr: addressRow(`9${id}`, person) }),
    Job: false,
    BillWithParent: false,
    Balance: num(0),
    BalanceWithJobs: num(0),
    CurrencyRef: currencyRef(currency),
    ...(termsDays && { SalesTermRef: { value: String(termsDays), name: `Net ${termsDays}` } }),
    CompanyName: name,
    FullyQualifiedName: name,
    DisplayName: name,
    PrintOnCheckName: name,
    Active: true,
    ...(phone && { PrimaryPhone: { FreeFormNumber: phone } }),
    ...(email && { PrimaryEmailAddr: { Address: email } }),
    ...(taxId && { PrimaryTaxIdentifier: `XXXXXXX${taxId.slice(-4)}` }),
    ...headOf(id, ms),
  }
}

interface Made {
  lines: Row[]
  net: Big
  tax: Big
}

function linesOf({ lines }: DemoDocument, items: Map<string, Row>): Made {
  const own = lines.map(({ sku, quantity, price }, index): [Row, Big] => {
    const item = items.get(sku)
    const amount = new Big(quantity).times(price).round(2)
    const detail = {
      ItemRef: { value: item?.Id, name: item?.Name },
      UnitPrice: num(price),
      Qty: num(quantity),
      TaxCodeRef: { value: TAX },
    }
    const line = {
      Id: String(index + 1),
      LineNum: num(index + 1),
      Description: item?.Description ?? sku,
      Amount: num(amount),
    }
    return [{ ...line, DetailType: 'SalesItemLineDetail', SalesItemLineDetail: detail }, amount]
  })
  const net = own.reduce((sum, [, amount]) => sum.plus(amount), new Big(0))
  const subtotal = { Amount: num(net), DetailType: 'SubTotalLineDetail', SubTotalLineDetail: {} }
  return {
    lines: [...own.map(([line]) => line), subtotal],
    net,
    tax: net.times(TAX_PERCENT).div(100).round(2),
  }
}

/** Fills a company with the demo data, in the words of QuickBooks. */
export class Seed {
  readonly tables: Tables = new Map(ENTITIES.map((name) => [name, new Map()]))
  /** SKU -> warehouse of the demo -> on hand; QuickBooks shows the sum alone. */
  readonly stock = new Map<string, Map<string, string>>()
  readonly #items = new Map<string, Row>()
  readonly #customers = new Map<string, Row>()
  #transaction = 1000
  #clock = BEGIN

  constructor(demo: Demo) {
    for (const days of [14, 30, 60])
      this.#add('Term', {
        Name: `Net ${days}`,
        Active: true,
        Type: 'STANDARD',
        DueDays: num(days),
        ...headOf(String(days), BEGIN),
      })
    for (const [index, Name] of ['Cash', 'Check', 'Wire'].entries())
      this.#add('PaymentMethod', { Name, Active: true, ...headOf(String(index + 1), BEGIN) })
    this.#goods(demo)
    for (const [index, person] of demo.customers.entries()) {
      const row = customerRow(String(101 + index), this.#tick(), person)
      this.#customers.set(person.number, row)
      this.#add('Customer', row)
    }
    for (const [index, order] of demo.orders.entries()) this.#order(order, index)
    for (const [index, order] of demo.orders.slice(0, 5).entries())
      this.#add(
        'Estimate',
        this.#document(order, `Q-${index + 1}`, { TxnStatus: 'Pending', ExpirationDate: '2026-12-20' }),
      )
    for (const [index, { customer, on }] of demo.orders.slice(0, 4).entries()) {
      const head = headOf(String(++this.#transaction), this.#tick())
      this.#add('TimeActivity', { ...head, ...timeRow(this.#customers.get(customer), on, index) })
      const spent = headOf(String(++this.#transaction), this.#tick())
      this.#add('Purchase', { ...spent, ...purchaseRow(this.#customers.get(customer), on, index) })
    }
    const billed = demo.orders.filter(({ state }) => state === 'invoiced').slice(0, 2)
    for (const [index, order] of billed.entries()) this.#credit(order, index === 0)
  }

  #tick(): number {
    this.#clock += 60_000
    return this.#clock
  }

  #add(entity: string, row: Row): Row {
    this.tables.get(entity)?.set(String(row.Id), row)
    return row
  }

  #goods({ products }: Demo): void {
    const categories = [...new Set(products.map(({ category }) => category))]
    for (const [index, Name] of categories.entries())
      this.#add('Item', {
        Name,
        FullyQualifiedName: Name,
        Active: true,
        Type: 'Category',
        ...headOf(String(index + 1), BEGIN),
      })
    for (const [index, product] of products.entries()) {
      const row = itemRow(String(21 + index), this.#tick(), product)
      row.ParentRef = { value: String(categories.indexOf(product.category) + 1), name: product.category }
      this.#items.set(product.sku, row)
      this.stock.set(product.sku, new Map(product.stock.map(({ warehouse, onHand }) => [warehouse, onHand])))
      this.#add('Item', row)
    }
  }

  #document(order: DemoDocument, number: string, more: Row): Row {
    const { lines, net, tax } = linesOf(order, this.#items)
    const buyer = this.#customers.get(order.customer) ?? {}
    return {
      ...headOf(String(++this.#transaction), this.#tick()),
      DocNumber: number,
      TxnDate: order.on,
      CurrencyRef: buyer.CurrencyRef,
      LinkedTxn: [],
      Line: lines,
      TxnTaxDetail: { TotalTax: num(tax) },
      CustomerRef: { value: buyer.Id, name: buyer.DisplayName },
      GlobalTaxCalculation: 'TaxExcluded',
      TotalAmt: num(net.plus(tax)),
      PrintStatus: 'NotSet',
      EmailStatus: 'NotSet',
      ...more,
    }
  }

  /** An order is an estimate; what was delivered or invoiced has an invoice, and every other one of these is paid. */
  #order(order: DemoDocument, index: number): void {
    const status = { open: 'Accepted', delivered: 'Accepted', invoiced: 'Closed', cancelled: 'Rejected' }[
      order.state
    ]
    const estimate = this.#add('Estimate', this.#document(order, `SO-${order.number}`, { TxnStatus: status }))
    if (order.state !== 'invoiced' && order.state !== 'delivered') return
    const invoice = this.#add(
      'Invoice',
      this.#document(order, `INV-${order.number}`, { DueDate: '2026-12-15' }),
    )
    const links: Row[] = order.state === 'invoiced' ? [{ TxnId: estimate.Id, TxnType: 'Estimate' }] : []
    if (order.state === 'invoiced') estimate.LinkedTxn = [{ TxnId: invoice.Id, TxnType: 'Invoice' }]
    const paid = index % 2 === 0
    invoice.LinkedTxn = links
    invoice.Balance = paid ? num(0) : invoice.TotalAmt
    const buyer = this.#customers.get(order.customer)
    if (!paid && buyer) this.#owe(buyer, String((invoice.TotalAmt as { text: string }).text))
    if (!paid) return
    const payment = this.#add('Payment', {
      ...headOf(String(++this.#transaction), this.#tick()),
      TxnDate: '2026-11-20',
      CurrencyRef: invoice.CurrencyRef,
      CustomerRef: invoice.CustomerRef,
      PaymentRefNum: `WIRE-${order.number}`,
      TotalAmt: invoice.TotalAmt,
      UnappliedAmt: num(0),
      ProcessPayment: false,
      Line: [{ Amount: invoice.TotalAmt, LinkedTxn: [{ TxnId: invoice.Id, TxnType: 'Invoice' }] }],
    })
    links.push({ TxnId: payment.Id, TxnType: 'Payment' })
  }

  /** Goods that came back: the credit is used up, or lowers what the customer owes. */
  #credit(order: DemoDocument, used: boolean): void {
    const memo = this.#add('CreditMemo', this.#document(order, `CM-${order.number}`, {}))
    const left = used ? num(0) : memo.TotalAmt
    Object.assign(memo, { RemainingCredit: left, Balance: left })
    const buyer = this.#customers.get(order.customer)
    if (!used && buyer) this.#owe(buyer, `-${(memo.TotalAmt as { text: string }).text}`)
  }

  #owe(buyer: Row, amount: string): void {
    const sum = num(new Big((buyer.Balance as { text: string }).text).plus(amount))
    buyer.Balance = sum
    buyer.BalanceWithJobs = sum
  }
}
