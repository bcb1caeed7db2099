import Big from 'big.js'
import { Answered } from '../../refusal.ts'
import { kept, mustBe } from './check.ts'
import { merged, mustBeNewest } from './parties.ts'
import { priced } from './pricing.ts'
import { invalid, problem } from './problem.ts'
import type { Row, Store } from './store.ts'

type Inner = Record<string, unknown>
/** Value added tax of the demo company; abroad it sells without. */
const TAX = { DE: '1.19' }
const ENTERED = 'ORDER_ENTRY_IN_PROGRESS'
const CONFIRMED = 'ORDER_CONFIRMATION_PRINTED'

/** Two decimals, as weclapp rounds the amounts of lines. */
function cents(value: Big): string {
  return value.round(2, Big.roundHalfUp).toFixed()
}

/** What is added for tax where the customer lives. */
export function taxOf(party: Row): string {
  const [first] = (party.addresses ?? []) as Inner[]
  return first?.countryCode === 'DE' ? TAX.DE : '1'
}

/** The article of a line; refuses one that is not sold. */
function soldArticle(store: Store, given: Inner, location: string): Row {
  const article = store.find('article', given.articleId)
  if (!article) throw invalid('reference', `${location}.articleId`, 'referenced entity not found')
  if (!article.active || !article.availableInSale)
    throw invalid('blocked', `${location}.articleId`, 'article is blocked for sale')
  return article
}

interface Head {
  party: Row
  body: Inner
  at: number
}

/** What one piece costs: as the line says by hand, or as the article does, with its reductions. */
function pricing(article: Row, given: Inner, quantity: string, { party, body, at }: Head) {
  if (given.manualUnitPrice === true && given.unitPrice !== undefined) {
    const unitPrice = String(given.unitPrice)
    return { manual: true, unitPrice, each: new Big(unitPrice), reductions: [] }
  }
  const asked = { currency: body.recordCurrencyId, channel: body.salesChannel, quantity, at }
  const own = priced(article, party, asked)
  return {
    manual: false,
    unitPrice: own?.unitPrice ?? '0',
    each: own?.net ?? new Big(0),
    reductions: own?.reductions ?? [],
  }
}

/** A line with its price and amounts; without a price of its own it gets the one of the article. */
function lineOf(store: Store, given: Inner, position: number, head: Head): Inner {
  const location = `$.orderItems[${position - 1}]`
  const article = soldArticle(store, given, location)
  if (given.quantity === undefined) throw invalid('not_empty', `${location}.quantity`, 'must not be empty')
  const quantity = String(given.quantity)
  const { manual, unitPrice, each, reductions } = pricing(article, given, quantity, head)
  const percent = String(given.discountPercentage ?? '0')
  const net = each.times(quantity).times(new Big(100).minus(percent)).div(100)
  return {
    ...store.meta(),
    positionNumber: position,
    itemType: 'DEFAULT',
    title: article.name,
    unitId: article.unitId,
    ...kept(given),
    quantity: new Big(quantity).toFixed(),
    unitPrice,
    manualUnitPrice: manual,
    discountPercentage: percent,
    netAmount: cents(net),
    grossAmount: cents(net.times(taxOf(head.party))),
    shipped: false,
    shippedQuantity: '0',
    invoicedQuantity: '0',
    returnedQuantity: '0',
    reductionAdditionItems: reductions.map((one, index) => ({
      position: index + 1,
      source: 'ARTICLE',
      title: one.name,
      type: one.type,
      value: one.value,
      specialPriceReduction: false,
    })),
    customAttributes: [],
  }
}

function totals(
  lines: Inner[],
  headerDiscount: string,
): { netAmount: string; grossAmount: string; grossAmountInCompanyCurrency: string } {
  const sum = (name: string) =>
    cents(
      lines
        .reduce((total, line) => total.plus(String(line[name])), new Big(0))
        .times(new Big(100).minus(headerDiscount))
        .div(100),
    )
  const gross = sum('grossAmount')
  return { netAmount: sum('netAmount'), grossAmount: gross, grossAmountInCompanyCurrency: gross }
}

function references(store: Store, body: Inner): void {
  const kinds = { recordCurrencyId: 'currency', termOfPaymentId: 'termOfPayment', warehouseId: 'warehouse' }
  for (const [name, resource] of Object.entries(kinds))
    if (body[name] !== undefined && !store.find(resource, body[name]))
      throw invalid('reference', name, 'referenced entity not found')
}

/** A copy of an address without its id and flags, as documents keep it. */
export function copyOf(address: Inner | undefined): Inner | undefined {
  if (!address) return undefined
  const names = ['company', 'street1', 'street2', 'zipcode', 'city', 'state', 'countryCode', 'phoneNumber']
  return Object.fromEntries(
    names.flatMap((name) => (address[name] === undefined ? [] : [[name, address[name]]])),
  )
}

/** The customer of an order; refuses one that may not order. */
function buyerOf(store: Store, body: Inner): Row {
  if (body.customerId === undefined) throw invalid('not_empty', 'customerId', 'must not be empty')
  const party = store.find('party', body.customerId)
  if (!party?.customer) throw invalid('reference', 'customerId', 'customer not found')
  if (party.customerBlocked) throw invalid('blocked', 'customerId', 'customer is blocked')
  return party
}

/** The properties of a new order, with everything that weclapp fills in. */
export function orderOf(store: Store, body: Inner): Inner {
  mustBe('salesOrder', body, '')
  const party = buyerOf(store, body)
  references(store, body)
  const at = Number(body.orderDate ?? store.now())
  const number = body.orderNumber ?? `SO-${1000 + store.all('salesOrder').length}`
  if (store.all('salesOrder').some((row) => row.orderNumber === number))
    throw invalid('duplicate', 'orderNumber', 'value already exists')
  const head = { recordCurrencyId: party.currencyId, salesChannel: party.customerSalesChannel, ...kept(body) }
  const lines = ((body.orderItems ?? []) as Inner[]).map((one, index) =>
    lineOf(store, one, index + 1, { party, body: head, at }),
  )
  const discount = String(body.headerDiscount ?? '0')
  const place = copyOf(((party.addresses ?? []) as Inner[])[0])
  return {
    status: ENTERED,
    shipped: false,
    invoiced: false,
    paid: false,
    servicesFinished: true,
    onlyServices: false,
    template: false,
    termOfPaymentId: party.customerTermOfPaymentId,
    recordAddress: place,
    deliveryAddress: place,
    headerSurcharge: '0',
    ...head,
    headerDiscount: discount,
    orderDate: at,
    orderNumber: number,
    orderItems: lines,
    shippingCostItems: [],
    statusHistory: [],
    tags: [],
    customAttributes: merged([], body.customAttributes),
    ...totals(lines, discount),
  }
}

function forbidden(text: string): Answered {
  return new Answered(problem(409, 'context', text))
}

/** PUT /salesOrder/id/<id>: properties of the head and the status. */
export function changeOrder(store: Store, id: string, body: Inner, partial: boolean): Row {
  const row = store.get('salesOrder', id)
  mustBe('salesOrder', body, '', ['id', 'version'])
  if (!partial) throw invalid('pattern', 'createdDate', 'property createdDate is read-only')
  mustBeNewest(row, body.version)
  references(store, body)
  const { id: _, version: __, orderItems, customAttributes, ...rest } = body
  if (orderItems !== undefined) throw forbidden('the sandbox does not change lines of an order')
  if (rest.status !== undefined && rest.status !== row.status) {
    const fits = row.status === ENTERED && rest.status === CONFIRMED
    if (!fits) throw forbidden(`status ${String(rest.status)} is not possible here`)
  }
  return store.change('salesOrder', row, {
    ...rest,
    customAttributes: merged(row.customAttributes, customAttributes),
  })
}

function lines(row: Row): Inner[] {
  return (row.orderItems ?? []) as Inner[]
}

/** POST /salesOrder/id/<id>/<action> */
export function actOnOrder(store: Store, id: string, action: string): object {
  const row = store.get('salesOrder', id)
  const started = lines(row).some(
    (one) => new Big(String(one.shippedQuantity)).gt(0) || new Big(String(one.invoicedQuantity)).gt(0),
  )
  if (action === 'cancelOrManuallyClose' || action === 'manuallyClose') {
    if (row.status === 'CANCELLED' || row.status === 'CLOSED') throw forbidden('the order is closed already')
    const status = started || action === 'manuallyClose' ? 'MANUALLY_CLOSED' : 'CANCELLED'
    return { result: store.change('salesOrder', row, { status }) }
  }
  if (action === 'activateProjectView')
    return { result: store.change('salesOrder', row, { projectModeActive: true }) }
  if (action === 'createShipment') {
    if (row.status !== CONFIRMED) throw forbidden('the order confirmation was not printed')
    const shipped = lines(row).map((one) => ({ ...one, shipped: true, shippedQuantity: one.quantity }))
    store.change('salesOrder', row, { orderItems: shipped, shipped: true })
    return { result: { id: store.nextId(), salesOrderId: id } }
  }
  throw new Answered(problem(404, 'not_found', `no action ${action}`))
}

/** DELETE /salesOrder/id/<id>: only while nothing depends on it. */
export function deleteOrder(store: Store, id: string): void {
  if (store.get('salesOrder', id).status !== ENTERED) throw forbidden('the order cannot be deleted any more')
  store.remove('salesOrder', id)
}
