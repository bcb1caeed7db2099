import Big from 'big.js'
import { exactNumber } from '../../json.ts'
import { balanceOf } from './tables.ts'
import { shownOf } from './custom.ts'
import type { AddressRow, CustomerRow, LineRow, TransactionRow } from './rows.ts'
import type { State } from './state.ts'
import { STATUS } from './transactiontables.ts'

function exact(value: string): object {
  const text = new Big(value).toFixed()
  return exactNumber(text.includes('.') ? text : `${text}.0`)
}

function reference(id: number | null, name: string | null): object | undefined {
  return id === null ? undefined : { links: [], id: String(id), refName: name ?? undefined }
}

function utc(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 19)}Z`
}

function address(row: AddressRow): object {
  const { country, defaultBilling: _b, defaultShipping: _s, ...plain } = row
  return { ...plain, ...(country && { country: { id: country } }) }
}

function lineOf(state: State, line: LineRow): object {
  return {
    line: line.line,
    item: reference(line.item, state.item(line.item)?.itemid ?? null),
    description: line.description ?? undefined,
    quantity: exact(line.quantity ?? '0'),
    rate: exact(line.rate),
    amount: exact(line.amount),
    price: reference(line.price, line.price === -1 ? 'Custom' : state.nameOf(state.levels, line.price)),
    quantityFulfilled: exact(line.fulfilled),
    quantityBilled: exact(line.billed),
    isClosed: line.closed,
    expectedShipDate: line.shipdate ?? undefined,
    location: reference(line.location, state.nameOf(state.locations, line.location)),
  }
}

/** A sales order as the record API shows it; sublists are links unless they are expanded. */
export function orderRecord(state: State, row: TransactionRow, root: string, expand: boolean): object {
  const self = `${root}/salesOrder/${row.id}`
  const customer = state.customer(row.entity)
  const label = STATUS.SalesOrd[row.status] ?? row.status
  return {
    links: [{ rel: 'self', href: self }],
    id: String(row.id),
    externalId: row.externalid ?? undefined,
    tranId: row.tranid,
    tranDate: row.trandate,
    entity: reference(row.entity, `${customer?.entityid} ${customer?.companyname}`),
    otherRefNum: row.otherrefnum ?? undefined,
    memo: row.memo ?? undefined,
    orderStatus: { id: row.status, refName: label },
    status: { id: label, refName: label },
    currency: reference(row.currency, row.currency === 2 ? 'US Dollar' : 'Euro'),
    exchangeRate: exact('1'),
    subtotal: exact(new Big(row.total).minus(row.tax).toFixed()),
    taxTotal: exact(row.tax),
    total: exact(row.total),
    terms: reference(row.terms, state.nameOf(state.terms, row.terms)),
    shipDate: row.shipdate ?? undefined,
    location: reference(row.location, state.nameOf(state.locations, row.location)),
    subsidiary: reference(1, state.company),
    discountItem: reference(row.discountItem, 'Order Discount'),
    discountRate:
      row.discountRate?.endsWith('%') === false ? exact(row.discountRate) : (row.discountRate ?? undefined),
    shippingAddress: row.shipping ? address(row.shipping) : undefined,
    createdDate: utc(row.created),
    lastModifiedDate: utc(row.changed),
    ...shownOf('salesOrder', row.custom),
    item: expand
      ? { items: row.lines.map((line) => lineOf(state, line)), totalResults: row.lines.length }
      : { links: [{ rel: 'self', href: `${self}/item` }] },
  }
}

/** A customer as the record API shows it. */
export function customerRecord(state: State, row: CustomerRow, root: string, expand: boolean): object {
  const self = `${root}/customer/${row.id}`
  return {
    links: [{ rel: 'self', href: self }],
    id: String(row.id),
    externalId: row.externalid ?? undefined,
    entityId: row.entityid,
    isPerson: false,
    companyName: row.companyname,
    email: row.email ?? undefined,
    phone: row.phone ?? undefined,
    vatRegNumber: row.vatregnumber ?? undefined,
    currency: reference(row.currency, row.currency === 2 ? 'US Dollar' : 'Euro'),
    subsidiary: reference(row.subsidiary, state.company),
    terms: reference(row.terms, state.nameOf(state.terms, row.terms)),
    priceLevel: reference(row.pricelevel, state.nameOf(state.levels, row.pricelevel)),
    isInactive: row.isinactive,
    balance: exact(balanceOf(state, row.id)),
    dateCreated: utc(row.changed),
    lastModifiedDate: utc(row.changed),
    ...shownOf('customer', row.custom),
    addressBook: expand
      ? {
          items: row.addresses.map((one) => ({
            defaultBilling: one.defaultBilling ?? false,
            defaultShipping: one.defaultShipping ?? false,
            addressBookAddress: address(one),
          })),
          totalResults: row.addresses.length,
        }
      : { links: [{ rel: 'self', href: `${self}/addressBook` }] },
  }
}
