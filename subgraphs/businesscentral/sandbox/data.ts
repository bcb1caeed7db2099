import Big from 'big.js'
import type { Demo, DemoCustomer, DemoProduct } from '../../demo.ts'
import { type Row, num } from '../../exact.ts'
import { NO_ID, guidOf, timeOf } from './values.ts'

/** UN/ECE Rec 20 -> the code of the company. */
export const UNITS: Record<string, string> = { H87: 'PCS', KGM: 'KG', MTR: 'M', LTR: 'L', HUR: 'HOUR' }
const CREATED = Date.parse('2026-11-01T08:00:00.420Z')

/** The sets of a company that a client can name; stock and prices stand beside them. */
export interface Tables {
  items: Row[]
  customers: Row[]
  locations: Row[]
  unitsOfMeasure: Row[]
  paymentTerms: Row[]
  currencies: Row[]
  companyInformation: Row[]
  priceLines: Row[]
  /** Number of an item -> location -> quantity on hand. */
  stock: Map<string, Map<string, string>>
  /** Number of a customer -> price group. */
  groups: Map<string, string>
}

/** A row of `items`. */
export function itemRow(product: Pick<DemoProduct, 'sku' | 'name' | 'unit' | 'category'>, more: Row): Row {
  const unit = UNITS[product.unit] ?? 'PCS'
  const category = product.category.toUpperCase().slice(0, 20)
  return {
    id: guidOf(`item ${product.sku}`),
    number: product.sku,
    displayName: product.name,
    displayName2: '',
    type: product.unit === 'HUR' ? 'Service' : 'Inventory',
    itemCategoryId: guidOf(`category ${category}`),
    itemCategoryCode: category,
    blocked: false,
    gtin: '',
    inventory: num(0),
    unitPrice: num(0),
    priceIncludesTax: false,
    unitCost: num(0),
    taxGroupId: NO_ID,
    taxGroupCode: '',
    baseUnitOfMeasureId: guidOf(`unit ${unit}`),
    baseUnitOfMeasureCode: unit,
    generalProductPostingGroupId: guidOf('posting RETAIL'),
    generalProductPostingGroupCode: 'RETAIL',
    inventoryPostingGroupId: guidOf('posting RESALE'),
    inventoryPostingGroupCode: 'RESALE',
    lastModifiedDateTime: timeOf(CREATED),
    ...more,
  }
}

/** A row of `customers`. */
export function customerRow(number: string, more: Row): Row {
  return {
    id: guidOf(`customer ${number}`),
    number,
    displayName: '',
    type: 'Company',
    addressLine1: '',
    addressLine2: '',
    city: '',
    state: '',
    country: '',
    postalCode: '',
    phoneNumber: '',
    email: '',
    website: '',
    salespersonCode: '',
    balanceDue: num(0),
    creditLimit: num(0),
    taxLiable: false,
    taxAreaId: NO_ID,
    taxAreaDisplayName: '',
    taxRegistrationNumber: '',
    currencyId: NO_ID,
    currencyCode: 'EUR',
    paymentTermsId: NO_ID,
    shipmentMethodId: NO_ID,
    paymentMethodId: NO_ID,
    blocked: '_x0020_',
    lastModifiedDateTime: timeOf(CREATED),
    ...more,
  }
}

function demoItem(product: DemoProduct, index: number): Row {
  const stock = product.stock.reduce((sum, { onHand }) => sum.plus(onHand), new Big(0))
  return itemRow(product, {
    gtin: product.barcode,
    inventory: num(stock),
    unitPrice: num(product.listPrice),
    unitCost: num(product.cost),
    lastModifiedDateTime: timeOf(CREATED + index * 61_000),
  })
}

function demoCustomer(person: DemoCustomer, index: number): Row {
  return customerRow(person.number, {
    displayName: person.name,
    addressLine1: person.street,
    city: person.city,
    country: person.country,
    postalCode: person.postalCode,
    phoneNumber: person.phone,
    email: person.email,
    taxRegistrationNumber: person.taxId,
    creditLimit: num(index % 7 === 0 ? 0 : person.creditLimit),
    currencyId: person.currency === 'EUR' ? NO_ID : guidOf(`currency ${person.currency}`),
    currencyCode: person.currency,
    paymentTermsId: guidOf(`terms ${person.termsDays}D`),
    blocked: index === 59 ? 'Invoice' : '_x0020_',
    lastModifiedDateTime: timeOf(CREATED + index * 59_000),
  })
}

function coded(kind: string, code: string, displayName: string, more: Row = {}): Row {
  return {
    id: guidOf(`${kind} ${code}`),
    code,
    displayName,
    lastModifiedDateTime: timeOf(CREATED),
    ...more,
  }
}

function locations(demo: Demo): Row[] {
  const empty = ['contact', 'addressLine1', 'addressLine2', 'city', 'state', 'country', 'postalCode']
  const fields = [...empty, 'phoneNumber', 'email', 'website'].map((name) => [name, ''])
  return demo.warehouses.map(({ code, name }) =>
    coded('location', code, name, Object.fromEntries(fields) as Row),
  )
}

function priceLines(demo: Demo): Row[] {
  return demo.agreements.flatMap((agreement, at) =>
    agreement.tiers.map((tier, index): Row => ({
      Price_List_Code: agreement.customer ? `S-${agreement.customer}` : 'S-WHOLESALE',
      Line_No: num(at * 100 + index + 1),
      Source_Type: agreement.customer ? 'Customer' : 'Customer_x0020_Price_x0020_Group',
      Source_No: agreement.customer ?? agreement.group?.toUpperCase() ?? '',
      Asset_Type: 'Item',
      Asset_No: agreement.sku,
      Variant_Code: '',
      Unit_of_Measure_Code: '',
      Minimum_Quantity: num(tier.minimum),
      Unit_Price: num(tier.price),
      Line_Discount_Percent: num(0),
      Starting_Date: '0001-01-01',
      Ending_Date: '0001-01-01',
      Currency_Code: agreement.currency === demo.currency ? '' : agreement.currency,
      Status: 'Active',
    })),
  )
}

const company = ['addressLine1', 'addressLine2', 'city', 'state', 'country', 'postalCode', 'phoneNumber']
const rest = ['faxNumber', 'email', 'website', 'taxRegistrationNumber', 'industry', 'experience']

/** The demo company as Business Central keeps it. */
export function tables(demo: Demo): Tables {
  const terms = [14, 30, 60].map((days) =>
    coded('terms', `${days}D`, `${days} days net`, {
      dueDateCalculation: `${days}D`,
      discountDateCalculation: '',
      discountPercent: num(0),
      calculateDiscountOnCreditMemos: false,
    }),
  )
  const units = Object.entries(UNITS).map(([iso, code]) =>
    coded('unit', code, code, { internationalStandardCode: iso, symbol: '' }),
  )
  const currency = { symbol: '$', amountDecimalPlaces: '2:2', amountRoundingPrecision: num('0.01') }
  const info = coded('company', demo.company, demo.company, { currencyCode: demo.currency })
  const { code: _, ...named } = info
  const blank = Object.fromEntries([...company, ...rest].map((name) => [name, '']))
  return {
    items: demo.products.map(demoItem),
    customers: demo.customers.map(demoCustomer),
    locations: locations(demo),
    unitsOfMeasure: units,
    paymentTerms: terms,
    currencies: [coded('currency', 'USD', 'US Dollar', currency)],
    companyInformation: [{ ...named, ...blank, currentFiscalYearStartDate: '2026-01-01' }],
    priceLines: priceLines(demo),
    stock: new Map(
      demo.products.map(({ sku, stock }) => [
        sku,
        new Map(stock.map(({ warehouse, onHand }) => [warehouse, onHand])),
      ]),
    ),
    groups: new Map(demo.customers.map(({ number, group }) => [number, group.toUpperCase()])),
  }
}
