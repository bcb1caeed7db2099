import Big from 'big.js'
import { type Element, at, childrenOf, element, textAt } from '../../xml.ts'
import { lineRow, orderHead } from './rows.ts'
import { type OrderRow, TERMS, type Tables } from './tables.ts'
import { type Row, document, elements, padded } from './wire.ts'

/** What the company has set up. */
export interface Setup {
  /** Whether one customer may use an order number twice. */
  allowDuplicates: boolean
}

class Refused extends Error {}

const HEAD_FIELDS: Record<string, string> = {
  RequestedShipDate: 'ReqShipDate',
  InvoiceTerms: 'InvTermsOverride',
  AlternateReference: 'AlternateKey',
}
const COPIED = [
  'ShipAddress1',
  'ShipAddress2',
  'ShipAddress3',
  'ShipAddress4',
  'ShipAddress5',
  'ShipPostalCode',
  'Email',
  'OrderDate',
]

function numeric(text: string | null, whole: number, part: number, name: string): string {
  const [left = '', right = ''] = (text ?? '').split('.')
  if (!/^\d+(\.\d+)?$/.test(text ?? '') || left.length > whole || right.length > part)
    throw new Refused(`${name} '${text}' is not numeric`)
  return text ?? ''
}

type Said = (name: string) => string | null

/** The price that a line enters; null where it enters none, or the order does not let it. */
function enteredPrice(said: Said, option: Said): string | null {
  const isUsed = said('Price') !== null && option('AlwaysUsePriceEntered') === 'Y'
  const price = isUsed ? numeric(said('Price'), 10, 5, 'Price') : null
  if (price !== null && said('PriceUom') === null) throw new Refused('Price unit of measure must be entered')
  return price
}

/** Imports and cancels sales orders (business object SORTOI). */
export class Imports {
  readonly #tables: Tables
  readonly #setup: Setup
  #last = 15_561

  constructor(tables: Tables, setup: Setup) {
    this.#tables = tables
    this.#setup = setup
  }

  /** The answer: counts alone for a clean import, the number where there is a warning, an empty number where it failed. */
  post(parameters: Element, input: Element): string {
    const header = at(input, 'Orders', 'OrderHeader')
    const po = textAt(header, 'CustomerPoNumber') ?? ''
    const action = textAt(header, 'OrderActionType') ?? ''
    const echo = (order: string, more: ReturnType<typeof element>) =>
      element('Order', [
        ...elements({ CustomerPoNumber: po, OrderActionType: action, SalesOrder: order }),
        ...more,
      ])
    try {
      const { number, warning } =
        action === 'D' ? this.#cancel(header, po) : this.#add(parameters, input, header, po)
      const messages = element('WarningMessages', element('WarningDescription', warning))
      return document('SalesOrders', [
        ...(warning ? echo(number, messages) : []),
        ...counts(1, warning ? 1 : 0),
      ])
    } catch (error) {
      if (!(error instanceof Refused)) throw error
      const messages = element('ErrorMessages', element('ErrorDescription', error.message))
      return document('SalesOrders', [...echo('', messages), ...counts(0, 0)])
    }
  }

  #add(
    parameters: Element,
    input: Element,
    header: Element | null,
    po: string,
  ): { number: string; warning: string | null } {
    const option = (name: string) => textAt(at(parameters, 'Parameters'), name)
    const code = textAt(header, 'Customer') ?? ''
    const customer = this.#tables.find('ArCustomer', 'Customer', code)
    if (!customer) throw new Refused(`Customer '${code}' not found`)
    if (customer.CustomerOnHold === 'Y') throw new Refused(`Customer '${code}' is on hold`)
    if (po === '' || po.length > 30) throw new Refused('Customer order number must be entered')
    const twice = [...this.#tables.orders.values()].some(
      ({ head }) => head.CustomerPoNumber === po && head.Customer === code,
    )
    if (twice && (!this.#setup.allowDuplicates || option('AllowDuplicateOrderNumbers') !== 'Y'))
      throw new Refused(`Customer order number '${po}' already exists`)
    const head = this.#head(header, customer, po)
    const allocated = option('AllocationAction') !== null
    head.OrderStatus = option('StatusInProcess') === 'Y' ? '0' : allocated ? '1' : '2'
    const lines = childrenOf(at(input, 'Orders', 'OrderDetails'), 'StockLine').map((line, index) =>
      this.#line(line, index, customer, option, allocated),
    )
    if (lines.length === 0) throw new Refused('At least one line must be entered')
    const comments = childrenOf(at(input, 'Orders', 'OrderDetails'), 'CommentLine').map(
      (line) => at(line, 'Comment')?.text ?? '',
    )
    const total = lines.reduce(
      (sum, line) => sum.plus(new Big(line.MOrderQty?.trim() ?? 0).times(line.MPrice?.trim() ?? 0)),
      new Big(0),
    )
    const over = total.gt(customer.CreditLimit?.trim() || 0)
    if (over && option('AcceptOrdersIfNoCredit') !== 'Y')
      throw new Refused('Customer is over the credit limit')
    const number = String(++this.#last).padStart(6, '0')
    if (option('ValidateOnly') !== 'Y')
      this.#tables.keepOrder({ head: { ...head, SalesOrder: number }, lines, comments })
    return { number, warning: over ? 'Customer is over the credit limit' : null }
  }

  #head(header: Element | null, customer: Row, po: string): Row {
    const head = orderHead('', customer.Customer ?? '', '2026-11-21')
    // What the order does not say of its address is that of the customer; only "{blank}" takes a line away.
    for (const line of [1, 2, 3, 4, 5]) head[`ShipAddress${line}`] = customer[`ShipToAddr${line}`] ?? ''
    head.ShipPostalCode = customer.ShipPostalCode ?? ''
    head.CustomerPoNumber = po
    head.Currency = customer.Currency ?? ''
    head.InvTermsOverride = customer.TermsCode ?? ''
    const currency = textAt(header, 'Currency')
    if (currency !== null && currency !== customer.Currency)
      throw new Refused(`Currency '${currency}' is not the currency of the customer`)
    const terms = textAt(header, 'InvoiceTerms')
    if (terms !== null && !(terms in TERMS)) throw new Refused(`Terms code '${terms}' not found`)
    for (const { name, text } of header?.children ?? []) {
      const column = HEAD_FIELDS[name] ?? (COPIED.includes(name) ? name : null)
      if (column === null || text === '') continue
      if (column.endsWith('Date') && !/^\d{4}-\d\d-\d\d$/.test(text))
        throw new Refused(`${name} '${text}' is an invalid date`)
      if (column.startsWith('ShipAddress') && text.length > 40) throw new Refused(`${name} is too long`)
      head[column] = text === '{blank}' ? '' : text
    }
    return head
  }

  #line(line: Element, index: number, customer: Row, option: Said, allocated: boolean): Row {
    const said: Said = (name) => textAt(line, name)
    const sku = said('StockCode') ?? ''
    const item = this.#tables.find('InvMaster', 'StockCode', sku)
    if (!item) throw new Refused(`Stock code '${sku}' not found`)
    const row = lineRow(index + 1, item.StockCode ?? sku, item)
    const warehouse = said('Warehouse')
    if (warehouse !== null && !this.#tables.find('InvWhControl', 'Warehouse', warehouse))
      throw new Refused(`Warehouse '${warehouse}' not found`)
    const uom = said('OrderUom')
    if (uom === null) throw new Refused('Order unit of measure must be entered')
    if (![item.StockUom, item.AlternateUom].includes(uom))
      throw new Refused(`Unit of measure '${uom}' not on file`)
    const quantity = numeric(said('OrderQty'), 12, 6, 'Order quantity')
    const price = enteredPrice(said, option)
    const own = option('UseStockDescSupplied') === 'Y' ? said('StockDescription') : null
    const percent = (name: string) => padded(numeric(said(name) ?? '0', 3, 2, name), 2)
    return {
      ...row,
      ...(own && { MStockDes: own }),
      ...(warehouse && { MWarehouse: warehouse }),
      MOrderQty: padded(quantity),
      MBackOrderQty: padded(allocated ? '0' : quantity),
      MOrderUom: uom,
      MPrice: padded(price ?? this.#tables.priceFor(customer, sku, quantity), 5),
      MPriceUom: said('PriceUom') ?? uom,
      MDiscPct1: percent('LineDiscPercent1'),
      MDiscPct2: percent('LineDiscPercent2'),
      MDiscPct3: percent('LineDiscPercent3'),
    }
  }

  #cancel(header: Element | null, po: string): { number: string; warning: null } {
    const code = textAt(header, 'Customer')
    const same = ({ head }: OrderRow) => head.CustomerPoNumber === po && head.Customer === code
    const found = [...this.#tables.orders.values()].find(same)
    if (!found) throw new Refused(`Sales order for '${po}' not found`)
    if (!/^[0-7FS]$/.test(found.head.OrderStatus ?? ''))
      throw new Refused(
        `Sales order ${found.head.SalesOrder} may not be cancelled in status ${found.head.OrderStatus}`,
      )
    found.head.OrderStatus = '\\'
    return { number: found.head.SalesOrder ?? '', warning: null }
  }
}

function counts(processed: number, warnings: number) {
  const six = (count: number) => String(count).padStart(6, '0')
  return element(
    'StatusOfItems',
    elements({
      ItemsProcessed: six(processed),
      ItemsRejectedWithWarnings: six(0),
      ItemsProcessedWithWarnings: six(warnings),
    }),
  )
}
