import Big from 'big.js'
import type { Demo, DemoAgreement, DemoCustomer, DemoProduct } from '../../demo.ts'
import { type Row, num } from '../../exact.ts'
import { customerFields, emptyOf, itemFields } from './custom.ts'
import { dayOf } from './values.ts'

/** What an item is sold in, in the words of a German company. */
const UNITS: Record<DemoProduct['unit'], string> = { H87: 'Stk', KGM: 'kg', MTR: 'm', LTR: 'l', HUR: 'Std' }
/** Cables are sold by the metre or by the roll of a hundred: group of units 2. */
export const ROLL = { group: '2', metre: '3', roll: '6', metres: '100' }
/** Days -> number of the payment terms. */
export const TERMS: Record<number, number> = { 14: 1, 30: 2, 60: 3 }
const GROUPS: Record<DemoCustomer['group'], number> = { retail: 100, wholesale: 101, key: 102 }
const SPAN = { ValidFrom: null, ValidTo: null, FrozenFrom: null, FrozenTo: null }
const ACTIVE = { Valid: 'tYES', Frozen: 'tNO', ...SPAN }

/** When seeded rows were last changed: some days ago, at different times. */
export function stamp(index: number): Row {
  const day = String(1 + (index % 18)).padStart(2, '0')
  const minute = String(index % 60).padStart(2, '0')
  return { UpdateDate: dayOf(`2026-11-${day}`), UpdateTime: `10:${minute}:03`, DataVersion: num(1) }
}

/** The prices of an item in the three lists. */
export function itemPrices(price: string, usdRate: string): Row[] {
  const dollars = new Big(price).times(usdRate).toFixed()
  return [price, price, dollars].map((amount, index) => ({
    PriceList: num(index + 1),
    Price: num(amount),
    Currency: index === 2 ? 'USD' : 'EUR',
    AdditionalPrice1: num(0),
    AdditionalCurrency1: null,
    AdditionalPrice2: num(0),
    AdditionalCurrency2: null,
    BasePriceList: num(index + 1),
    Factor: num(1),
    UoMPrices: [],
  }))
}

/** A row of `Items`. */
export function itemRow(product: DemoProduct, demo: Demo, index: number): Row {
  const unit = UNITS[product.unit]
  const rolled = product.unit === 'MTR'
  const stocked = product.stock.length > 0
  return {
    ItemCode: product.sku,
    ItemName: product.name,
    ForeignName: product.description,
    BarCode: product.barcode,
    ItemsGroupCode: num(groupsOf(demo).indexOf(product.category) + 100),
    ItemType: product.unit === 'HUR' ? 'itLabor' : 'itItems',
    TreeType: 'iNotATree',
    SalesUnit: unit,
    SalesItemsPerUnit: num(1),
    InventoryUOM: unit,
    UoMGroupEntry: num(rolled ? ROLL.group : -1),
    DefaultSalesUoMEntry: rolled ? num(ROLL.metre) : null,
    SalesItem: 'tYES',
    InventoryItem: stocked ? 'tYES' : 'tNO',
    PurchaseItem: 'tYES',
    SalesVATGroup: 'A2',
    ...ACTIVE,
    ...itemFields(product),
    ...stamp(index),
    ItemPrices: itemPrices(product.listPrice, demo.usdRate),
    ItemWarehouseInfoCollection: product.stock.map((row) => ({
      ItemCode: product.sku,
      WarehouseCode: row.warehouse,
      InStock: num(row.onHand),
      Committed: num(row.reserved),
      Ordered: num(row.incoming),
      Locked: 'tNO',
      MinimalStock: num(0),
      StandardAveragePrice: num(product.cost),
    })),
  }
}

/** The names of the groups of items. */
export function groupsOf(demo: Demo): string[] {
  return [...new Set(demo.products.map(({ category }) => category))]
}

function listOf({ group, currency }: DemoCustomer): number {
  return group !== 'wholesale' ? 1 : currency === 'EUR' ? 2 : 3
}

/** A row of `BusinessPartners` with what every one has; `more` is what is known of it. */
export function partnerRow(more: Row, index: number): Row {
  const none = [
    ...['CardName', 'EmailAddress', 'Phone1', 'FederalTaxID', 'VATRegistrationNumber', 'UnifiedFederalTaxID'],
    ...['Country', 'Notes', 'Website'],
  ]
  return {
    CardCode: '',
    CardType: 'cCustomer',
    ...Object.fromEntries(none.map((name) => [name, null])),
    GroupCode: num(100),
    Currency: 'EUR',
    PriceListNum: num(1),
    PayTermsGrpCode: num(1),
    DiscountPercent: num(0),
    CreditLimit: num(0),
    CurrentAccountBalance: num(0),
    OpenOrdersBalance: num(0),
    OpenDeliveryNotesBalance: num(0),
    VatLiable: 'vLiable',
    ...emptyOf('OCRD'),
    BPAddresses: [],
    ContactEmployees: [],
    ...ACTIVE,
    ...stamp(index),
    ...more,
  }
}

/** An address with all its fields. */
export function addressRow(more: Row, card: string, index: number): Row {
  const none = ['Street', 'Block', 'BuildingFloorRoom', 'ZipCode', 'City', 'State', 'Country', 'AddressName2']
  return {
    ...Object.fromEntries(none.map((name) => [name, null])),
    AddressType: 'bo_BillTo',
    ...more,
    BPCode: card,
    RowNum: num(index),
  }
}

/** A demo customer as a row of `BusinessPartners`. */
export function customerRow(person: DemoCustomer, index: number): Row {
  const { street: Street, postalCode: ZipCode, city: City, country: Country, number } = person
  const place = { Street, ZipCode, City, Country }
  return partnerRow(
    {
      CardCode: number,
      CardName: person.name,
      EmailAddress: person.email,
      Phone1: person.phone,
      FederalTaxID: person.taxId,
      Country,
      GroupCode: num(GROUPS[person.group]),
      Currency: person.currency,
      PriceListNum: num(listOf(person)),
      PayTermsGrpCode: num(TERMS[person.termsDays] ?? 1),
      CreditLimit: num(person.creditLimit),
      CurrentAccountBalance: num(new Big(index).times('120.5')),
      ...customerFields(person),
      BPAddresses: [
        addressRow({ AddressName: 'Rechnung', ...place }, number, 0),
        addressRow({ AddressName: 'Lieferung', AddressType: 'bo_ShipTo', ...place }, number, 1),
      ],
    },
    index,
  )
}

/** The dates and quantities of a special price. */
function dateArea({ customer, sku, tiers, currency }: DemoAgreement, card: string): Row {
  const [base, ...steps] = tiers
  const shared = { BPCode: card, ItemNo: sku, PriceCurrency: currency }
  return {
    ...shared,
    RowNumber: num(0),
    DateFrom: dayOf('2026-01-01'),
    Dateto: null,
    PriceListNo: num(customer ? 1 : card.slice(1)),
    SpecialPrice: num(base?.price ?? 0),
    Discount: num(0),
    AutoUpdate: 'tNO',
    SpecialPriceQuantityAreas: steps.map(({ minimum, price }, index) => ({
      ...shared,
      SPDARowNumber: num(0),
      RowNumber: num(index),
      Quantity: num(minimum),
      SpecialPrice: num(price),
      Discountin: num(0),
      UoMEntry: num(-1),
    })),
  }
}

/** Special prices by "item customer"; "*2" is everybody with price list 2. */
export function specialPrices(demo: Demo): Map<string, Row> {
  const rows = demo.agreements.map((one): [string, Row] => {
    const { customer, currency, sku, tiers } = one
    const card = customer ?? (currency === 'EUR' ? '*2' : '*3')
    const row = {
      ItemCode: sku,
      CardCode: card,
      Price: num(tiers[0]?.price ?? 0),
      Currency: currency,
      DiscountPercent: num(0),
      PriceListNum: num(customer ? 1 : card.slice(1)),
      AutoUpdate: 'tNO',
      SourcePrice: 'sc_PrimaryCurrency',
      Valid: 'tYES',
      ValidFrom: null,
      ValidTo: null,
      SpecialPriceDataAreas: [dateArea(one, card)],
    }
    return [`${sku} ${card}`, row]
  })
  return new Map(rows)
}
