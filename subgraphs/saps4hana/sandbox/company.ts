import Big from 'big.js'
import type { Demo, DemoCustomer } from '../../demo.ts'
import { customerExtras, productExtras } from '../../extras.ts'
import { jsonDate } from '../../odata2.ts'
import { type Row, row } from './types.ts'

/** The sales area of the demo company. */
export const AREA = { SalesOrganization: '1010', DistributionChannel: '10' }
/** The company code, and the only division. */
export const [COMPANY, DIVISION] = ['1010', '00']
/** Plants with one storage location each, in the order of the demo's warehouses. */
export const PLANTS = ['1010/101A', '1020/102A', '1710/171A']
/** The time zone of the system. */
export const ZONE = 'Europe/Berlin'
/** Codes of units, by Rec 20. */
export const UNITS: Record<string, string> = { H87: 'PC', KGM: 'KG', MTR: 'M', LTR: 'L', HUR: 'H' }
/** Codes of the price groups of customers. */
export const GROUPS: Record<DemoCustomer['group'], string> = { retail: 'C1', wholesale: 'C2', key: 'C3' }
const [FIRST_CUSTOMER, BEGIN] = [10100001, Date.parse('2026-11-01T08:00:00.123Z')]
const CLOCK = new Intl.DateTimeFormat('sv', { timeZone: ZONE, dateStyle: 'short', timeStyle: 'medium' })

/** A decimal with three places, as quantities are told. */
export function three(value: string): string {
  const exact = new Big(value)
  return exact.toFixed(Math.max(3, exact.c.length - exact.e - 1))
}

/** "/Date(ms+0000)/" */
export function stamp(ms: number): string {
  return `/Date(${ms}+0000)/`
}

/** The day and the time of the system's own zone. */
export function localTime(ms: number): { date: string; time: string } {
  const shown = CLOCK.format(ms)
  const [day = '', clock = ''] = shown.split(' ')
  const [hours, minutes, seconds] = clock.split(':')
  return { date: jsonDate(day), time: `PT${hours}H${minutes}M${seconds}S` }
}

/** The system's code of a group of materials, from the name of the demo. */
function groupOf(category: string): string {
  return category.toUpperCase().replaceAll('Ö', 'OE').slice(0, 9)
}

/** The units of a material: its own, and for pieces a carton of twelve. */
function unitRows(sku: string, base: string): Row[] {
  const unit = (name: string, count: string) =>
    row('A_ProductUnitsOfMeasure', {
      Product: sku,
      AlternativeUnit: name,
      QuantityNumerator: count,
      QuantityDenominator: '1',
      BaseUnit: base,
    })
  return [unit(base, '1'), ...(base === 'PC' ? [unit('CAR', '12')] : [])]
}

/** A material of the demo, sold in our sales area. */
export function productRow(
  sku: string,
  name: string,
  unit: string,
  category: string,
  more: Row,
  at: number,
): Row {
  const base = UNITS[unit] ?? 'PC'
  const { date } = localTime(at)
  return row('A_Product', {
    Product: sku,
    ProductType: unit === 'HUR' ? 'SERV' : 'HAWA',
    ProductGroup: groupOf(category),
    BaseUnit: base,
    GrossWeight: '1.200',
    WeightUnit: 'KG',
    CreationDate: date,
    LastChangeDate: date,
    LastChangeDateTime: stamp(at),
    ...more,
    to_Description: [
      row('A_ProductDescription', { Product: sku, Language: 'DE', ProductDescription: `Handelsware ${sku}` }),
      row('A_ProductDescription', { Product: sku, Language: 'EN', ProductDescription: name }),
    ],
    to_SalesDelivery: [
      row('A_ProductSalesDelivery', {
        Product: sku,
        ProductSalesOrg: AREA.SalesOrganization,
        ProductDistributionChnl: AREA.DistributionChannel,
        MinimumOrderQuantity: three(typeof more.minimum === 'string' ? more.minimum : '0'),
        SupplyingPlant: '1010',
      }),
    ],
    to_ProductUnitsOfMeasure: unitRows(sku, base),
  })
}

/** The materials of the demo company. */
export function products(demo: Demo): Row[] {
  return demo.products.map((one, index) => {
    const { barcode: ProductStandardID, minimum } = one
    const own = { ProductStandardID, minimum, YY1_Hazardous_PRD: productExtras(one).hazardous }
    return productRow(one.sku, one.name, one.unit, one.category, own, BEGIN + index * 1000)
  })
}

/** A quantity of a material at a place; 01 is unrestricted, 04 in transfer, 07 blocked. */
export function stockRow(material: string, unit: string, place: string, type: string, quantity: string): Row {
  const [plant = '', storage = ''] = place.split('/')
  return row('A_MatlStkInAcctMod', {
    Material: material,
    Plant: plant,
    StorageLocation: storage,
    WBSElementInternalID: '0',
    SDDocumentItem: '0',
    InventoryStockType: type,
    MaterialBaseUnit: unit,
    MatlWrhsStkQtyInMatlBaseUnit: quantity,
  })
}

/** Stock of the demo company: rows stand only where stock is. */
export function stocks(demo: Demo): Row[] {
  return demo.products.flatMap(({ sku, unit, stock }) => {
    const base = UNITS[unit] ?? 'PC'
    const free = stock.flatMap(({ onHand }, at) =>
      onHand === '0' ? [] : [stockRow(sku, base, PLANTS[at] ?? '', '01', onHand)],
    )
    if (free.length === 0) return []
    const others = [
      stockRow(sku, base, PLANTS[0] ?? '', '04', '5'),
      stockRow(sku, base, PLANTS[0] ?? '', '07', '2.500'),
    ]
    return [
      row('A_MaterialStock', {
        Material: sku,
        MaterialBaseUnit: base,
        to_MatlStkInAcctMod: [...free, ...others],
      }),
    ]
  })
}

type Person = Partial<DemoCustomer> & { name: string }

function addressRow(id: string, { email, phone, country = 'DE', ...person }: Person): Row {
  const address = String(Number(id) - 10000000)
  const keys = { AddressID: address, OrdinalNumber: '1' }
  return row('A_BusinessPartnerAddress', {
    BusinessPartner: id,
    AddressID: address,
    StreetName: person.street ?? '',
    PostalCode: person.postalCode ?? '',
    CityName: person.city ?? '',
    Country: country,
    Language: 'EN',
    to_EmailAddress: email
      ? [row('A_AddressEmailAddress', { ...keys, EmailAddress: email, IsDefaultEmailAddress: true })]
      : [],
    to_PhoneNumber: phone
      ? [row('A_AddressPhoneNumber', { ...keys, PhoneNumber: phone, InternationalPhoneNumber: phone })]
      : [],
  })
}

/** The part of a partner that is a customer, in our sales area and company code. */
function salesRow(id: string, { name, currency = 'EUR', group = 'retail', termsDays = 30 }: Person): Row {
  return row('A_Customer', {
    Customer: id,
    CustomerName: name,
    CustomerAccountGroup: 'CUST',
    to_CustomerSalesArea: [
      row('A_CustomerSalesArea', {
        Customer: id,
        ...AREA,
        Division: DIVISION,
        Currency: currency,
        CustomerPaymentTerms: `NT${termsDays}`,
        CustomerPriceGroup: GROUPS[group],
        CustomerGroup: '01',
        CustomerPricingProcedure: '01',
        ShippingCondition: '01',
      }),
    ],
    to_CustomerCompany: [
      row('A_CustomerCompany', { Customer: id, CompanyCode: COMPANY, ReconciliationAccount: '12100000' }),
    ],
  })
}

/** A customer of the demo company as a business partner. */
export function partnerRow(id: string, person: Person, at: number): Row {
  const { date, time } = localTime(at)
  const { taxId = '', country = 'DE' } = person
  return row('A_BusinessPartner', {
    BusinessPartner: id,
    Customer: id,
    BusinessPartnerCategory: '2',
    BusinessPartnerGrouping: 'BP02',
    BusinessPartnerFullName: person.name,
    OrganizationBPName1: person.name,
    SearchTerm1: person.name.toUpperCase().slice(0, 20),
    CorrespondenceLanguage: 'EN',
    CreationDate: date,
    CreationTime: time,
    ETag: `KEY${at}`,
    to_BusinessPartnerAddress: [addressRow(id, person)],
    to_BusinessPartnerTax: taxId
      ? [
          row('A_BusinessPartnerTaxNumber', {
            BusinessPartner: id,
            BPTaxType: country === 'US' ? 'US01' : `${country}0`,
            BPTaxNumber: taxId,
          }),
        ]
      : [],
    to_BusinessPartnerRole: [
      row('A_BusinessPartnerRole', { BusinessPartner: id, BusinessPartnerRole: 'FLCU01' }),
    ],
    to_Customer: salesRow(id, person),
  })
}

/** The number of a customer of the demo: "C-10001" is 10100001. */
export function customerNumber(number: string): string {
  return String(FIRST_CUSTOMER + Number(number.slice(2)) - 10001)
}

/** The customers of the demo company. */
export function partners(demo: Demo): Row[] {
  return demo.customers.map((person, index) => {
    const { route: YY1_Route_BUS, abcClass: YY1_AbcClass_BUS, customerSince } = customerExtras(person)
    const row = partnerRow(customerNumber(person.number), person, BEGIN + index * 60_000)
    return { ...row, YY1_Route_BUS, YY1_AbcClass_BUS, YY1_Since_BUS: jsonDate(customerSince) }
  })
}
