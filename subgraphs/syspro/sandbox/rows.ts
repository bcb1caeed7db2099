import type { DemoAgreement, DemoCustomer, DemoProduct } from '../../demo.ts'
import { type Row, padded } from './wire.ts'

const UOM: Record<DemoProduct['unit'], string> = { H87: 'EA', KGM: 'KG', MTR: 'M', LTR: 'L', HUR: 'HR' }
const COUNTRIES: Record<string, string> = { DE: 'Germany', AT: 'Austria', FR: 'France', US: 'United States' }

function currencyCode(iso: string): string {
  return iso === 'EUR' ? '$' : 'US$'
}

/** Order numbers may hold letters; one of the recorded ones does. */
export function orderKey(number: string): string {
  return number === '1' ? '16R069' : number.padStart(6, '0')
}

/** The number of the invoice of a demo order. */
export function invoiceKey(number: string): string {
  return String(200_000 + Number(number)).padStart(15, '0')
}

/** A row of InvMaster. */
export function itemRow({ sku, name, description, unit, category }: DemoProduct): Row {
  return {
    StockCode: sku,
    Description: name,
    LongDesc: description,
    AlternateKey1: '',
    StockUom: UOM[unit],
    AlternateUom: unit === 'H87' ? 'BX' : UOM[unit],
    ProductClass: category,
    TaxCode: 'A',
    KitType: 'N',
    StockOnHold: ' ',
    ListPriceCode: 'A',
    WarehouseToUse: 'MAIN',
  }
}

/** A row of InvPrice. */
export function priceRow(sku: string, code: string, price: string): Row {
  return { StockCode: sku, PriceCode: code, SellingPrice: padded(price, 5), PriceBasis: 'S' }
}

/** A row of InvWarehouse with every column. */
export function stockRow(
  sku: string,
  warehouse: string,
  onHand: string,
  reserved = '0',
  incoming = '0',
): Row {
  return {
    StockCode: sku,
    Warehouse: warehouse,
    QtyOnHand: padded(onHand),
    QtyAllocated: padded(reserved),
    QtyOnOrder: padded(incoming),
    QtyInTransit: padded('0'),
    QtyAllocatedWip: padded('0'),
    UnitCost: padded('1', 5),
  }
}

/** The rows of InvWarehouse of an item. */
export function stockRows({ sku, stock }: DemoProduct): Row[] {
  return stock.map(({ warehouse, onHand, reserved, incoming }) =>
    stockRow(sku, warehouse, onHand, reserved, incoming),
  )
}

/** The row of SorContractPrice of an agreement with one customer; quantity breaks are not in it. */
export function contractRows({ customer, sku, currency, tiers }: DemoAgreement): Row[] {
  if (customer === null) return []
  return [
    {
      CustomerBuygrp: customerKey(customer),
      ContractType: 'C',
      StockCode: sku,
      Contract: `K${customer.slice(-3)}`,
      FixedPrice: padded(tiers[0]?.price ?? '0', 5),
      Currency: currencyCode(currency),
      StartDate: '2026-01-01',
      ExpiryDate: '2027/12/31',
    },
  ]
}

/** C-10001 of the demo company is customer 0010001 here: numeric codes are padded to seven signs. */
export function customerKey(number: string): string {
  return number.replace(/\D/g, '').padStart(7, '0')
}

/** A row of ArCustomer. */
export function customerRow(one: DemoCustomer): Row {
  return {
    ...blankCustomer(customerKey(one.number), one.name),
    Email: one.email,
    Telephone: one.phone,
    CompanyTaxNumber: one.taxId,
    Currency: currencyCode(one.currency),
    PriceCode: one.group === 'wholesale' ? 'W' : 'A',
    TermsCode: String(one.termsDays),
    CustomerClass: { retail: 'RT', wholesale: 'WS', key: 'KY' }[one.group],
    CreditLimit: padded(one.creditLimit, 0),
    SoldToAddr1: one.street,
    SoldToAddr3: one.city,
    SoldToAddr5: COUNTRIES[one.country] ?? one.country,
    SoldPostalCode: one.postalCode,
  }
}

/** A row of ArCustomer with every column. */
export function blankCustomer(customer: string, name: string): Row {
  const lines = (prefix: string) =>
    Object.fromEntries([1, 2, 3, 4, 5].map((line) => [`${prefix}${line}`, '']))
  return {
    Customer: customer,
    Name: name,
    ShortName: '',
    Email: '',
    Telephone: '',
    Contact: '',
    TaxExemptNumber: '',
    CompanyTaxNumber: '',
    Currency: '$',
    PriceCode: 'A',
    TermsCode: '30',
    CustomerClass: 'RT',
    Salesperson: '100',
    Branch: '10',
    Area: 'S',
    CreditStatus: '0',
    BalanceType: 'I',
    CreditLimit: padded('0', 0),
    CustomerOnHold: 'N',
    UserField1: '',
    ...lines('SoldToAddr'),
    SoldPostalCode: '',
    ...lines('ShipToAddr'),
    ShipPostalCode: '',
  }
}

/** The header of an order with every column. */
export function orderHead(number: string, customer: string, on: string): Row {
  const lines = Object.fromEntries([1, 2, 3, 4, 5].map((line) => [`ShipAddress${line}`, '']))
  return {
    SalesOrder: number,
    Customer: customer,
    CustomerPoNumber: '',
    OrderStatus: '1',
    OrderDate: on,
    ReqShipDate: '0000-00-00',
    InvTermsOverride: '30',
    LastInvoice: '',
    Currency: '$',
    ...lines,
    ShipPostalCode: '',
    Email: '',
    AlternateKey: '',
  }
}

/** A line of an order with every column. */
export function lineRow(number: number, sku: string, item: Row): Row {
  return {
    SalesOrderLine: String(number),
    MStockCode: sku,
    MStockDes: item.Description ?? sku,
    MWarehouse: item.WarehouseToUse ?? '',
    MOrderQty: padded('0'),
    MShipQty: padded('0'),
    MBackOrderQty: padded('0'),
    MOrderUom: item.StockUom ?? 'EA',
    MPrice: padded('0', 5),
    MPriceUom: item.StockUom ?? 'EA',
    MDiscPct1: padded('0', 2),
    MDiscPct2: padded('0', 2),
    MDiscPct3: padded('0', 2),
  }
}
