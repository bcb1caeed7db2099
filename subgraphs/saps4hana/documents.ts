import Big from 'big.js'
import type { Discount, DocumentLine, Money } from '../../schema/index.ts'
import type { Credit, Invoice, Order, Quote } from '../connector.ts'
import { type Billed, INVOICE } from './billed.ts'
import type { Config } from './config.ts'
import { effective, money, priceOf, unitOf, unpadded } from './map.ts'
import { readReference } from './reference.ts'
import type { AccountItem, NativeBilling, NativeItem, NativeOrder, NativeQuotation } from './shapes.ts'

/** A = not started, B = partly, C = complete; empty where it does not apply. */
const KNOWN = new Set([null, 'A', 'B', 'C'])
/** Categories of billing documents: invoice, debit memo, credit memo, and what cancels an invoice. */
const CATEGORIES: Record<string, Invoice['type']> = {
  M: 'INVOICE',
  P: 'INVOICE',
  O: 'CREDIT_NOTE',
  N: 'CREDIT_NOTE',
}

function unpaddedOr(key: string | null): string | null {
  return key === null ? null : unpadded(key)
}

function discountsOf(native: NativeItem): Discount[] {
  return effective(native.to_PricingElement).flatMap((one): Discount[] => {
    const { ConditionCalculationType: kind, ConditionClass: group, ConditionRateValue: rate } = one
    if (group === 'B' || new Big(rate).gte(0)) return []
    if (kind === 'A') return [{ reason: one.ConditionType, percent: new Big(rate).abs().toFixed() }]
    return []
  })
}

/** Per unit before discounts, where the item has one price for a quantity; else what is left of the net value. */
function unitPriceOf(native: NativeItem, currency: string | null): Money | null {
  const price = priceOf(native.to_PricingElement, currency)
  if (price && new Big(price.per).eq(1)) return money(price.rate, currency)
  if (price) return money(new Big(price.rate).div(price.per).round(9).toFixed(), currency)
  if (new Big(native.RequestedQuantity).eq(0)) return null
  return money(new Big(native.NetAmount).div(native.RequestedQuantity).round(9).toFixed(), currency)
}

function lineOf(native: NativeItem, currency: string | null, config: Config): DocumentLine {
  return {
    sku: native.Material,
    item: native.Material,
    quantity: native.RequestedQuantity,
    unit: unitOf(native.RequestedQuantityUnit, config),
    unitPrice: unitPriceOf(native, currency),
    discounts: discountsOf(native),
    net: money(native.NetAmount, currency),
  }
}

function orderState(
  native: NativeOrder,
  invoicing: Order['invoicing'],
  { statuses }: Config,
): Order['state'] {
  const { OverallSDProcessStatus: process, OverallTotalDeliveryStatus: delivery } = native
  const rejected = native.OverallSDDocumentRejectionSts
  if (process !== null && Object.hasOwn(statuses, process)) return statuses[process]
  if (![process, delivery, rejected].every((status) => KNOWN.has(status))) return 'UNKNOWN'
  if (rejected === 'C' && delivery !== 'B' && delivery !== 'C') return 'CANCELLED'
  if (native.SalesDocApprovalStatus === 'A') return 'PENDING_APPROVAL'
  if (process === 'C' && (rejected === 'B' || rejected === 'C')) return 'CLOSED'
  if (delivery === 'B') return 'PARTIALLY_FULFILLED'
  if (delivery === 'C' || process === 'C') return invoicing === 'FULL' ? 'INVOICED' : 'FULFILLED'
  return 'OPEN'
}

const FULFILMENT: Record<string, Order['fulfilment']> = { A: 'NONE', B: 'PARTIAL', C: 'FULL' }

/** Items that were rejected or are free of charge need no invoice. */
function invoicingOf(native: NativeOrder, billed: Billed): Order['invoicing'] {
  const { OverallOrdReltdBillgStatus: own, SalesOrder: id } = native
  if (own === 'B' || own === 'C') return own === 'C' ? 'FULL' : 'PARTIAL'
  if (!native.to_SubsequentProcFlowDoc.some(({ SubsequentDocumentCategory: kind }) => kind === INVOICE))
    return 'NONE'
  if (billed === null) return 'UNKNOWN'
  const shares = native.to_Item.flatMap((one) => {
    const done = billed(id, one.SalesOrderItem, one.RequestedQuantityUnit)
    const wanted = one.SalesDocumentRjcnReason === null && !new Big(one.NetAmount).eq(0)
    return wanted || done.gt(0) ? [[done, wanted ? new Big(one.RequestedQuantity) : done] as const] : []
  })
  if (shares.every(([done]) => done.eq(0))) return 'NONE'
  return shares.every(([done, wanted]) => done.gte(wanted)) ? 'FULL' : 'PARTIAL'
}

function shipToOf(native: NativeOrder): Order['shipTo'] {
  const to = native.to_Partner?.find(({ PartnerFunction: role }) => role === 'SH' || role === 'WE')
    ?.to_Address?.[0]
  if (!to) return null
  const street = [to.StreetName, to.HouseNumber].filter(Boolean).join(' ')
  return {
    type: 'SHIPPING',
    name: to.OrganizationName1,
    lines: [street, to.StreetSuffixName1, to.StreetSuffixName2].filter((line): line is string =>
      Boolean(line),
    ),
    postalCode: to.PostalCode,
    city: to.CityName,
    region: to.Region,
    country: to.Country,
  }
}

/** A row of `A_SalesOrder` with what was invoiced of it. Rejected items stay as lines of the order. */
export function orderOf(native: NativeOrder, billed: Billed, config: Config): Order {
  const { TransactionCurrency: currency } = native
  const reference = native[config.referenceField]
  const invoicing = invoicingOf(native, billed)
  const tax = native.to_Item.reduce((sum, one) => sum.plus(one.TaxAmount), new Big(0))
  return {
    id: unpadded(native.SalesOrder),
    number: unpadded(native.SalesOrder),
    reference: typeof reference === 'string' ? readReference(reference) : null,
    purchaseOrderNumber: native.PurchaseOrderByCustomer,
    customer: unpaddedOr(native.SoldToParty),
    state: orderState(native, invoicing, config),
    nativeStatus: native.OverallSDProcessStatus,
    fulfilment: FULFILMENT[native.OverallTotalDeliveryStatus ?? 'A'] ?? 'UNKNOWN',
    invoicing,
    orderedOn: native.SalesOrderDate,
    requestedDelivery: native.RequestedDeliveryDate,
    currency,
    paymentTerms: native.CustomerPaymentTerms,
    shipTo: shipToOf(native),
    note: native.to_Text.find(({ LongTextID: kind }) => kind === config.noteText)?.LongText,
    lines: native.to_Item.map((one) => ({
      ...lineOf(one, currency, config),
      id: unpadded(one.SalesOrderItem),
      description: one.SalesOrderItemText,
      tax: money(one.TaxAmount, currency),
      warehouse: [one.ProductionPlant, one.StorageLocation].filter(Boolean).join('/') || null,
      invoiced: billed && billed(native.SalesOrder, one.SalesOrderItem, one.RequestedQuantityUnit).toFixed(),
    })),
    net: money(native.TotalNetAmount, currency),
    tax: money(tax.toFixed(), currency),
    total: money(tax.plus(native.TotalNetAmount).toFixed(), currency),
    updatedAt: native.LastChangeDateTime,
  }
}

function quoteState(native: NativeQuotation, today: string): Quote['state'] {
  const { OverallSDProcessStatus: process, OverallSDDocumentRejectionSts: rejected } = native
  if (!KNOWN.has(process) || !KNOWN.has(rejected)) return 'UNKNOWN'
  if (rejected === 'C') return 'REJECTED'
  if (native.SalesDocApprovalStatus === 'A') return 'PENDING_APPROVAL'
  if (process === 'C') return 'ACCEPTED'
  const until = native.BindingPeriodValidityEndDate
  return until !== null && until < today ? 'EXPIRED' : 'SENT'
}

/** A row of `A_SalesQuotation`. */
export function quoteOf(native: NativeQuotation, config: Config, today: string): Quote {
  const { TransactionCurrency: currency } = native
  return {
    id: unpadded(native.SalesQuotation),
    number: unpadded(native.SalesQuotation),
    state: quoteState(native, today),
    nativeStatus: native.OverallSDProcessStatus,
    customer: unpaddedOr(native.SoldToParty),
    customerErpId: unpaddedOr(native.SoldToParty),
    currency,
    issuedOn: native.SalesQuotationDate,
    validUntil: native.BindingPeriodValidityEndDate,
    paymentTerms: native.CustomerPaymentTerms,
    purchaseOrderNumber: native.PurchaseOrderByCustomer,
    lines: native.to_Item.map((one) => ({
      ...lineOf(one, currency, config),
      id: unpadded(one.SalesQuotationItem),
      description: one.SalesQuotationItemText,
      warehouse: one.Plant,
    })),
    net: money(native.TotalNetAmount, currency),
    updatedAt: native.LastChangeDateTime,
  }
}

/** What is still open of the items that are the invoice's own, or refer to it: partial payments stand apart. */
function balanceOf(items: AccountItem[]): Big {
  const open = items.filter(({ ClearingAccountingDocument: cleared }) => cleared === null)
  return open.reduce((sum, one) => sum.plus(one.AmountInTransactionCurrency), new Big(0))
}

/** Whether an invoice is open, and how far it is paid, by its clearing and what is still open of it. */
function standingOf(
  native: NativeBilling,
  balance: Big | null,
  late: boolean,
): Pick<Invoice, 'state' | 'payment'> {
  const { InvoiceClearingStatus: clearing } = native
  if (native.BillingDocumentIsCancelled) return { state: 'VOID', payment: 'REVERSED' }
  if (clearing === 'C') return { state: 'PAID', payment: 'PAID' }
  if (!KNOWN.has(clearing)) return { state: 'UNKNOWN', payment: 'UNKNOWN' }
  const some = clearing === 'B' || balance?.lt(native.TotalGrossAmount)
  return { state: 'OPEN', payment: late ? 'OVERDUE' : some ? 'PARTIAL' : 'UNPAID' }
}

/**
 * A row of `A_BillingDocument` with the items of the customer's account that belong to it, where a credit stands below
 * zero; it falls due on no day.
 */
export function invoiceOf(
  native: NativeBilling,
  items: AccountItem[],
  config: Config,
  today: string,
): Invoice {
  const { TransactionCurrency: currency } = native
  const own = items.find(({ AccountingDocument: number }) => number === native.AccountingDocument)
  const type = CATEGORIES[native.SDDocumentCategory ?? ''] ?? 'UNKNOWN'
  const isCredit = type === 'CREDIT_NOTE'
  const balance = own ? balanceOf(items).times(isCredit ? -1 : 1) : null
  const dueOn = isCredit ? null : (own?.NetDueDate ?? null)
  return {
    id: unpadded(native.BillingDocument),
    number: unpadded(native.BillingDocument),
    type,
    ...standingOf(native, balance, dueOn !== null && dueOn < today),
    nativeStatus: native.InvoiceClearingStatus,
    customer: unpaddedOr(native.SoldToParty),
    orders: [...new Set(native.to_Item.flatMap(({ SalesDocument: id }) => (id ? [unpadded(id)] : [])))],
    issuedOn: native.BillingDocumentDate,
    dueOn,
    currency,
    lines: native.to_Item.map((one) => ({
      id: unpadded(one.BillingDocumentItem),
      sku: one.Material,
      item: one.Material,
      description: one.BillingDocumentItemText,
      quantity: one.BillingQuantity,
      unit: unitOf(one.BillingQuantityUnit, config),
      net: money(one.NetAmount, currency),
      tax: money(one.TaxAmount, currency),
    })),
    net: money(native.TotalNetAmount, currency),
    tax: money(native.TaxAmount, currency),
    total: money(native.TotalGrossAmount, currency),
    balance: balance && money(balance.toFixed(), currency),
    updatedAt: native.LastChangeDateTime,
  }
}

/** What a customer owes in the company code. The services of sales tell no credit limit. */
export function creditOf(items: AccountItem[], currency: string | null, onHold: boolean): Credit {
  const sum = items.reduce((total, one) => total.plus(one.AmountInCompanyCodeCurrency), new Big(0))
  return { balance: money(sum.toFixed(), items[0]?.CompanyCodeCurrency ?? currency), onHold }
}
