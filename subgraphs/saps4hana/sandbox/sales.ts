import Big from 'big.js'
import { milliseconds } from '../../odata2.ts'
import { Refusal } from '../../refusal.ts'
import { AREA, PLANTS, stamp } from './company.ts'
import { settle } from './documents.ts'
import { manualOf, priced } from './pricing.ts'
import type { State } from './state.ts'
import { type Row, bare, row, rowsIn, textIn } from './types.ts'

const TERMS = new Set(['0001', 'NT14', 'NT30', 'NT60'])
const CURRENCIES = new Set(['EUR', 'USD'])
const REASONS = new Set(['01', '02', '50', 'Z1'])
const SETS: Record<string, { item: string; condition: string; key: string; itemKey: string }> = {
  A_SalesOrder: {
    item: 'A_SalesOrderItem',
    condition: 'A_SalesOrderItemPrElement',
    key: 'SalesOrder',
    itemKey: 'SalesOrderItem',
  },
  A_SalesQuotation: {
    item: 'A_SalesQuotationItem',
    condition: 'A_SalesQuotationItemPrcgElmnt',
    key: 'SalesQuotation',
    itemKey: 'SalesQuotationItem',
  },
  A_SalesOrderSimulation: {
    item: 'A_SalesOrderItemSimulation',
    condition: 'A_SalesOrderItmPrcgElmntSimln',
    key: 'SalesOrder',
    itemKey: 'SalesOrderItem',
  },
}

const NOWHERE = { item: '', condition: '', key: '', itemKey: '' }

function enter(input: Row, names: string[]): void {
  for (const name of names) if (!textIn(input, name)) throw new Refusal(400, 'V1/308', `Enter ${name}`, name)
}

/** The sales area of a sold-to party; refused as the check of the partner does. */
function soldTo(state: State, input: Row): Row {
  const id = bare(textIn(input, 'SoldToParty'))
  const partner = state.rows('A_BusinessPartner').find((one) => textIn(one, 'Customer') === id)
  const [customer] = partner ? rowsIn(partner, 'to_Customer') : []
  if (!partner || !customer)
    throw new Refusal(400, 'VP/199', `No customer master record exists for customer ${id}`, 'SoldToParty')
  if (textIn(customer, 'OrderIsBlockedForCustomer'))
    throw new Refusal(400, 'VP/147', `Customer ${id} is blocked for orders`, 'SoldToParty')
  const area = rowsIn(customer, 'to_CustomerSalesArea')[0]
  const org = `${AREA.SalesOrganization} ${AREA.DistributionChannel} 00`
  if (!area)
    throw new Refusal(
      400,
      'V1/008',
      `Sold-to party ${id} not maintained for sales area ${org}`,
      'SoldToParty',
    )
  return area
}

function unitFor(material: Row, given: string): string {
  const units = rowsIn(material, 'to_ProductUnitsOfMeasure').map((one) => textIn(one, 'AlternativeUnit'))
  if (!given) return textIn(material, 'BaseUnit')
  if (units.includes(given)) return given
  throw new Refusal(
    400,
    'M3/351',
    `Unit of measure ${given} is not defined for ${textIn(material, 'Product').replace(/^/, 'product ')}`,
    'RequestedQuantityUnit',
  )
}

function materialOf(state: State, input: Row): Row {
  const id = bare(textIn(input, 'Material'))
  const found = state.product(id)
  if (found && found.IsMarkedForDeletion !== true) return found
  throw new Refusal(
    400,
    'V1/382',
    `Material ${id} is not defined for sales org.1010, distr.chan.10, language EN`,
    'Material',
  )
}

/** What all items of a document share. */
interface Frame {
  set: string
  id: string
  customer: string
  priceGroup: string
  /** Without one nothing is priced, and it is no error. */
  procedure: string
  currency: string
  on: number
}

/** Where an item is delivered from; refused where there is no such plant. */
function plantOf(input: Row): string {
  const plant = textIn(input, 'ProductionPlant') || '1010'
  if (PLANTS.some((one) => one.startsWith(plant))) return plant
  throw new Refusal(400, 'V1/390', `Plant ${plant} is not defined for this sales area`, 'ProductionPlant')
}

/** How much is wanted. */
function quantityOf(input: Row): Big {
  const quantity = new Big(textIn(input, 'RequestedQuantity') || '0')
  if (quantity.gt(0)) return quantity
  throw new Refusal(400, 'V1/309', 'Enter RequestedQuantity', 'RequestedQuantity')
}

function itemOf(state: State, input: Row, frame: Frame): Row {
  const { item, condition, key, itemKey } = SETS[frame.set] ?? NOWHERE
  const material = materialOf(state, input)
  const product = textIn(material, 'Product')
  const quantity = quantityOf(input)
  const unit = unitFor(material, textIn(input, 'RequestedQuantityUnit'))
  const plant = plantOf(input)
  const own = { [key]: frame.id, [itemKey]: textIn(input, itemKey) }
  const { net, tax, conditions } = priced(
    frame.procedure ? state.prices(product) : [],
    {
      ...frame,
      material: product,
      unit,
      quantity,
      usdRate: state.demo.usdRate,
      manual: rowsIn(input, 'to_PricingElement'),
    },
    condition,
  )
  const name = rowsIn(material, 'to_Description').find((one) => one.Language === 'EN')
  const taxed: Row = frame.set === 'A_SalesQuotation' ? {} : { TaxAmount: tax.toFixed(2) }
  return row(item, {
    ...(frame.set === 'A_SalesOrder' ? { ProductionPlant: plant } : { Plant: plant }),
    ...input,
    ...own,
    ...taxed,
    [`${itemKey}Text`]: textIn(input, `${itemKey}Text`) || textIn(name ?? {}, 'ProductDescription'),
    Material: product,
    RequestedQuantity: quantity.toFixed(),
    RequestedQuantityUnit: unit,
    TransactionCurrency: frame.currency,
    NetAmount: net.toFixed(2),
    to_PricingElement: conditions.map((one) => ({ ...one, ...own })),
  })
}

/** A discount of the whole document is shared out by value; what is left over goes to the last item. */
function shareOut(document: Row, discounts: Row[]): void {
  const items = rowsIn(document, 'to_Item')
  const total = items.reduce((sum, one) => sum.plus(textIn(one, 'NetAmount')), new Big(0))
  for (const discount of discounts) {
    manualOf(discount)
    const off = new Big(textIn(discount, 'ConditionRateValue') || '0')
    let left = off
    for (const [index, item] of items.entries()) {
      const share = total.eq(0) ? new Big(0) : off.times(textIn(item, 'NetAmount')).div(total).round(2)
      const part = index === items.length - 1 ? left : share
      left = left.minus(part)
      item.NetAmount = new Big(textIn(item, 'NetAmount')).plus(part).toFixed(2)
    }
  }
}

/** What holds for every item; refused where the head names what there is not. */
function frameOf(state: State, set: string, input: Row, id: string, at: number): Frame & { terms: string } {
  enter(input, ['SalesOrganization', 'DistributionChannel', 'OrganizationDivision', 'SoldToParty'])
  if (set !== 'A_SalesQuotation') enter(input, ['SalesOrderType'])
  if (textIn(input, 'SalesOrganization') !== AREA.SalesOrganization)
    throw new Refusal(
      400,
      'V1/003',
      `Sales organization ${textIn(input, 'SalesOrganization')} is not defined`,
      'SalesOrganization',
    )
  const area = soldTo(state, input)
  const currency = textIn(input, 'TransactionCurrency') || textIn(area, 'Currency')
  if (!CURRENCIES.has(currency))
    throw new Refusal(400, 'VK/009', `Currency ${currency} is not defined`, 'TransactionCurrency')
  const terms = textIn(input, 'CustomerPaymentTerms') || textIn(area, 'CustomerPaymentTerms')
  if (!TERMS.has(terms))
    throw new Refusal(400, 'V1/156', `Terms of payment ${terms} are not defined`, 'CustomerPaymentTerms')
  const priceGroup = textIn(area, 'CustomerPriceGroup')
  const procedure = textIn(area, 'CustomerPricingProcedure')
  const customer = bare(textIn(input, 'SoldToParty'))
  const on = milliseconds(textIn(input, 'PricingDate')) ?? at
  return { set, id, customer, priceGroup, procedure, currency, on, terms }
}

/** The totals of a document, shown where its kind has them. */
function addTotals(document: Row, set: string, currency: string): void {
  const net = rowsIn(document, 'to_Item').reduce((sum, one) => sum.plus(textIn(one, 'NetAmount')), new Big(0))
  if (set !== 'A_SalesOrderSimulation') {
    document.TotalNetAmount = net.toFixed(2)
    return
  }
  document.to_Pricing = row('A_SalesOrderPricingSimulation', {
    TotalNetAmount: net.toFixed(2),
    TransactionCurrency: currency,
  })
  document.to_Credit = row('A_SalesOrderCreditSimulation', { TotalCreditCheckStatus: 'A' })
}

/** A priced document that is not stored yet: an order, a quotation or a simulation. */
export function newDocument(state: State, set: string, input: Row, id: string, at: number): Row {
  const { key } = SETS[set] ?? { key: '' }
  const { terms, ...frame } = frameOf(state, set, input, id, at)
  const { customer, priceGroup, currency } = frame
  const items = rowsIn(input, 'to_Item').map((one, index) => {
    const { itemKey = '' } = SETS[set] ?? {}
    return itemOf(state, { [itemKey]: String((index + 1) * 10), ...one }, frame)
  })
  const linked = (name: string) => rowsIn(input, name).map((one) => ({ ...one, [key]: id }))
  const document = row(set, {
    ...input,
    [key]: id,
    SoldToParty: customer,
    TransactionCurrency: currency,
    CustomerPaymentTerms: terms,
    ...(set === 'A_SalesOrderSimulation'
      ? { CustomerPriceGroup: priceGroup }
      : { LastChangeDateTime: stamp(at), OverallSDProcessStatus: 'A', OverallSDDocumentRejectionSts: 'A' }),
    ...(set === 'A_SalesOrder' && {
      OverallTotalDeliveryStatus: 'A',
      OverallDeliveryStatus: 'A',
      TotalCreditCheckStatus: 'A',
      to_Text: linked('to_Text').map((one) => row('A_SalesOrderText', one)),
      to_Partner: linked('to_Partner').map(partnerOf),
    }),
    to_Item: items,
  })
  shareOut(document, rowsIn(input, 'to_PricingElement'))
  addTotals(document, set, currency)
  return document
}

function partnerOf(partner: Row): Row {
  const own = { SalesOrder: partner.SalesOrder ?? '', PartnerFunction: partner.PartnerFunction ?? '' }
  const addresses = rowsIn(partner, 'to_Address').map((one) =>
    row('A_SalesOrderPartnerAddress', { ...one, ...own }),
  )
  return row('A_SalesOrderHeaderPartner', { ...partner, to_Address: addresses })
}

/** Stores a new order. The same customer reference twice is no error. */
export function createOrder(state: State, input: Row): Row {
  const orders = state.rows('A_SalesOrder')
  const number = Math.max(...orders.map((one) => Number(textIn(one, 'SalesOrder')))) + 1
  const order = newDocument(state, 'A_SalesOrder', input, String(number), state.now())
  orders.push(order)
  return order
}

/** The order of an item. */
export function orderOf(state: State, id: string): Row {
  const found = state.rows('A_SalesOrder').find((one) => textIn(one, 'SalesOrder') === bare(id))
  if (!found)
    throw new Refusal(404, '/IWBEP/CM_MGW_RT/020', "Resource not found for segment 'A_SalesOrderType'")
  return found
}

/** Changes an order or one of its items: neither while somebody has it open, nor an item that was delivered. */
export function changeOrder(state: State, order: Row, target: Row, change: Row): void {
  const id = textIn(order, 'SalesOrder')
  if (order.locked === true)
    throw new Refusal(400, 'V1/042', `Sales document ${id} is currently being processed (by user MUELLER)`)
  const reason = textIn(change, 'SalesDocumentRjcnReason')
  if (reason && !REASONS.has(reason))
    throw new Refusal(
      400,
      'V1/501',
      `Reason for rejection ${reason} is not defined`,
      'SalesDocumentRjcnReason',
    )
  if (reason && textIn(order, 'OverallTotalDeliveryStatus') !== 'A')
    throw new Refusal(
      400,
      'V1/522',
      `Item ${textIn(target, 'SalesOrderItem')} was already delivered and cannot be rejected`,
    )
  const terms = textIn(change, 'CustomerPaymentTerms')
  if (terms && !TERMS.has(terms))
    throw new Refusal(400, 'V1/156', `Terms of payment ${terms} are not defined`, 'CustomerPaymentTerms')
  Object.assign(target, change)
  if (target !== order) settle(order)
  order.LastChangeDateTime = stamp(state.now())
}
