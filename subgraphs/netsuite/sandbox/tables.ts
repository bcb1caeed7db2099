import Big from 'big.js'
import type { Fields } from './suiteql/evaluate.ts'
import type { Catalogue, Table } from './suiteql/run.ts'
import type { Value } from './suiteql/tree.ts'
import type { AddressRow, CustomerRow } from './rows.ts'
import { addedTo, columnsOf } from './custom.ts'
import type { State } from './state.ts'
import { transactionTables } from './transactiontables.ts'

/** A number of SuiteQL. */
export function number(value: string | number | null): Value {
  return value === null ? null : new Big(value)
}

/** T or F. */
export function flag(value: boolean): Value {
  return value ? 'T' : 'F'
}

/** A table from rows; the columns are named once, so that an empty table has them too. */
export function table(columns: string, rows: () => Fields[], display?: Table['display']): Table {
  return { columns: columns.split(' '), rows, display }
}

/** The text of a reference by id in a list of names. */
export function shows(state: State, list: () => { id: number; name: string }[]): (value: Value) => Value {
  return (value) => (value instanceof Big ? state.nameOf(list(), value.toNumber()) : value)
}

/** The columns of an address table. */
export const ADDRESS = 'addressee attention addr1 addr2 addr3 city state zip country addrphone'

/** An address as a row. */
export function addressFields(row: AddressRow | null): Fields {
  return {
    addressee: row?.addressee ?? null,
    attention: null,
    addr1: row?.addr1 ?? null,
    addr2: row?.addr2 ?? null,
    addr3: row?.addr3 ?? null,
    city: row?.city ?? null,
    state: row?.state ?? null,
    zip: row?.zip ?? null,
    country: row?.country ?? null,
    addrphone: row?.addrPhone ?? null,
  }
}

/** Everything SuiteQL shows of the account. */
export function catalogue(state: State, options: { longStatus: boolean }, now: () => number): Catalogue {
  return {
    now: () => state.local(now()),
    tables: {
      dual: table('dummy', () => [{ dummy: 'X' }]),
      ...setupTables(state),
      ...itemTables(state),
      ...stockTables(state),
      ...priceTables(state),
      ...customerTables(state),
      ...transactionTables(state, options),
    },
  }
}

function named(rows: () => { id: number; name: string }[]): Table {
  return table('id name', () => rows().map(({ id, name }) => ({ id: number(id), name })))
}

function setupTables(state: State): Record<string, Table> {
  return {
    currency: table('id name symbol isbasecurrency', () =>
      state.currencies.map((row) => ({
        id: number(row.id),
        name: row.name,
        symbol: row.symbol,
        isbasecurrency: flag(row.base),
      })),
    ),
    term: named(() => state.terms),
    location: named(() => state.locations),
    pricinggroup: named(() => state.groups),
    pricelevel: table('id name discountpct', () =>
      state.levels.map(({ id, name, percent }) => ({ id: number(id), name, discountpct: number(percent) })),
    ),
    subsidiary: table('id name parent', () => [{ id: number(1), name: state.company, parent: null }]),
    deletedrecord: table('recordid type deleteddate', () =>
      state.deleted.map(({ id, type, at }) => ({
        recordid: number(id),
        type,
        deleteddate: state.local(at),
      })),
    ),
  }
}

function itemTables(state: State): Record<string, Table> {
  const unit = shows(state, () => state.units)
  const columns =
    'id itemid displayname description itemtype subtype isinactive upccode saleunit stockunit pricinggroup externalid lastmodifieddate ' +
    addedTo('inventoryItem').join(' ')
  return {
    item: table(
      columns,
      () =>
        state.items.map((row) => ({
          id: number(row.id),
          itemid: row.itemid,
          displayname: row.displayname,
          description: row.description || null,
          itemtype: row.itemtype,
          subtype: row.subtype,
          isinactive: flag(row.isinactive),
          upccode: row.upccode,
          saleunit: number(row.unit),
          stockunit: number(row.unit),
          pricinggroup: number(row.pricinggroup),
          externalid: row.externalid,
          lastmodifieddate: state.local(row.changed),
          ...columnsOf('inventoryItem', row.custom),
        })),
      { saleunit: unit, stockunit: unit, pricinggroup: shows(state, () => state.groups) },
    ),
  }
}

function stockTables(state: State): Record<string, Table> {
  return {
    aggregateitemlocation: table(
      'item location quantityonhand quantityavailable quantitycommitted quantityonorder',
      () =>
        state.items.flatMap((item) =>
          item.stock.map(({ location, onHand, committed, onOrder }) => ({
            item: number(item.id),
            location: number(location),
            quantityonhand: number(onHand),
            quantityavailable: new Big(onHand).minus(committed),
            // Nothing committed or on order is left out, not zero.
            quantitycommitted: committed === '0' ? null : number(committed),
            quantityonorder: onOrder === '0' ? null : number(onOrder),
          })),
        ),
      { location: shows(state, () => state.locations) },
    ),
  }
}

function priceTables(state: State): Record<string, Table> {
  return {
    pricing: table(
      'item pricelevel currency quantity unitprice',
      () =>
        state.prices.map((row) => ({
          item: number(row.item),
          pricelevel: number(row.level),
          currency: number(row.currency),
          quantity: number(row.quantity),
          unitprice: number(row.price),
        })),
      { pricelevel: shows(state, () => state.levels) },
    ),
    customeritempricing: table('customer item level price currency', () =>
      state.itemPricing.map((row) => ({
        customer: number(row.customer),
        item: number(row.item),
        level: number(row.level),
        price: number(row.price),
        currency: String(row.currency),
      })),
    ),
    customergrouppricing: table('customer group level', () =>
      state.groupPricing.map((row) => ({
        customer: number(row.customer),
        group: number(row.group),
        level: number(row.level),
      })),
    ),
  }
}

/** The open balance of a customer: what is unpaid on invoices less credit memos. */
export function balanceOf(state: State, customer: number): string {
  return state.transactions
    .filter(({ type, entity }) => (type === 'CustInvc' || type === 'CustCred') && entity === customer)
    .reduce((sum, { type, total, paid }) => {
      const open = new Big(total).minus(paid)
      return type === 'CustCred' ? sum.minus(open) : sum.plus(open)
    }, new Big(0))
    .toFixed()
}

function customerFields(state: State, row: CustomerRow): Fields {
  return {
    id: number(row.id),
    entityid: row.entityid,
    companyname: row.companyname,
    email: row.email,
    phone: row.phone,
    vatregnumber: row.vatregnumber,
    currency: number(row.currency),
    terms: number(row.terms),
    pricelevel: number(row.pricelevel),
    subsidiary: number(row.subsidiary),
    isinactive: flag(row.isinactive),
    externalid: row.externalid,
    creditlimit: number(row.creditlimit),
    balancesearch: number(balanceOf(state, row.id)),
    lastmodifieddate: state.local(row.changed),
    ...columnsOf('customer', row.custom),
  }
}

function customerTables(state: State): Record<string, Table> {
  const books = () =>
    state.customers.flatMap(({ id, addresses }) =>
      addresses.map((address, index) => ({ entity: id, nkey: id * 100 + index, address })),
    )
  return {
    customer: table(
      'id entityid companyname email phone vatregnumber currency terms pricelevel subsidiary isinactive externalid creditlimit balancesearch lastmodifieddate ' +
        addedTo('customer').join(' '),
      () => state.customers.map((row) => customerFields(state, row)),
      { terms: shows(state, () => state.terms), pricelevel: shows(state, () => state.levels) },
    ),
    customeraddressbook: table('internalid entity addressbookaddress defaultbilling defaultshipping', () =>
      books().map(({ entity, nkey, address }) => ({
        internalid: number(nkey),
        entity: number(entity),
        addressbookaddress: number(nkey),
        defaultbilling: flag(address.defaultBilling ?? false),
        defaultshipping: flag(address.defaultShipping ?? false),
      })),
    ),
    customeraddressbookentityaddress: table(`nkey ${ADDRESS}`, () =>
      books().map(({ nkey, address }) => ({ nkey: number(nkey), ...addressFields(address) })),
    ),
  }
}
