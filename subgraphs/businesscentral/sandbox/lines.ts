import Big from 'big.js'
import { type Row, bigOf, num, textOf } from '../../exact.ts'
import { NO_DAY, NO_ID, guidOf } from './values.ts'

function round(value: Big): Big {
  return value.round(2, Big.roundHalfUp)
}

/** What a line costs, with its discount and its tax. */
function amountsOf(body: Row, rate: number): Row {
  const gross = round(bigOf(body, 'quantity').times(bigOf(body, 'unitPrice')))
  const net = round(gross.times(new Big(100).minus(bigOf(body, 'discountPercent'))).div(100))
  const tax = round(net.times(rate).div(100))
  return {
    discountAmount: num(gross.minus(net)),
    discountPercent: body.discountPercent ?? num(0),
    discountAppliedBeforeTax: false,
    amountExcludingTax: num(net),
    totalTaxAmount: num(tax),
    amountIncludingTax: num(net.plus(tax)),
    netAmount: num(net),
    netTaxAmount: num(tax),
    netAmountIncludingTax: num(net.plus(tax)),
  }
}

/** What only lines of one kind of document have. */
function ownOf(head: Row, line: Row, body: Row, more: Row): Row {
  if (head.invoiceDate !== undefined || head.creditMemoDate !== undefined)
    return { invoiceDiscountAllocation: num(0), shipmentDate: NO_DAY }
  if (head.orderDate === undefined) return {}
  return {
    invoiceDiscountAllocation: num(0),
    shipmentDate: body.shipmentDate ?? '2026-11-21',
    shippedQuantity: num(0),
    invoicedQuantity: num(0),
    invoiceQuantity: line.quantity,
    shipQuantity: line.quantity,
    ...more,
  }
}

/** A line of a document: what was sent of it, its item, its price and what follows from them. */
export function lineOf(
  head: Row,
  body: Row,
  { item, customer, sequence }: { item: Row | undefined; customer: Row; sequence: Big },
  more: Row,
): Row {
  const rate = customer.country === 'DE' ? 19 : 0
  const line: Row = {
    id: guidOf(`line ${textOf(head, 'id')} ${sequence.toFixed()}`),
    documentId: head.id,
    sequence: num(sequence),
    itemId: item?.id ?? NO_ID,
    accountId: NO_ID,
    lineType: body.lineType,
    lineObjectNumber: body.lineObjectNumber ?? '',
    description: body.description ?? item?.displayName ?? '',
    description2: '',
    unitOfMeasureId: item?.baseUnitOfMeasureId ?? NO_ID,
    unitOfMeasureCode: item?.baseUnitOfMeasureCode ?? '',
    quantity: num(bigOf(body, 'quantity')),
    unitPrice: body.unitPrice,
    taxCode: item ? `VAT${rate}` : '',
    taxPercent: num(item ? rate : 0),
    ...amountsOf(body, rate),
    itemVariantId: NO_ID,
    locationId: body.locationId ?? NO_ID,
    ...more,
  }
  return { ...line, ...ownOf(head, line, body, more) }
}
