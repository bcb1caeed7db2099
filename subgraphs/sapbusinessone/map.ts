import Big from 'big.js'
import type { Address, Money } from '../../schema/index.ts'
import type { Credit, Customer, Item } from '../connector.ts'
import { type Settings, currencyOf, unitOf } from './setup.ts'
import type { NativeAddress, NativeItem, NativePartner } from './shapes.ts'

/** No unit of a group but the text of the item itself. */
const MANUAL = '-1'
const TYPES: Record<string, Item['type']> = { itItems: 'GOODS', itLabor: 'SERVICE', itTravel: 'SERVICE' }
const PLACES: Record<string, Address['type']> = { bo_BillTo: 'BILLING', bo_ShipTo: 'SHIPPING' }
const KITS = new Set(['iSalesTree', 'iAssemblyTree', 'iTemplateTree'])
const EMAIL = /^[^\s@]{1,64}@[^\s@]{1,190}$/
const PHONE = /^[+\d][\d\s()./-]{2,30}$/
const regions = new Intl.DisplayNames(['en'], { type: 'region', fallback: 'none' })

/** An amount in a currency; null where either is missing. */
export function money(amount: string | null | undefined, currency: string | null): Money | null {
  return amount != null && currency ? { amount, currency } : null
}

/** When a row changed, UTC; null where it says none. */
export function stampOf(row: { UpdateDate: string | null; UpdateTime: string | null }, { zone }: Settings) {
  return row.UpdateDate === null ? null : zone.toUtc(`${row.UpdateDate}T${row.UpdateTime ?? '00:00:00'}`)
}

type Switches = Pick<NativeItem, 'Valid' | 'ValidFrom' | 'ValidTo' | 'Frozen' | 'FrozenFrom' | 'FrozenTo'>

function within(day: string, from: string | null, to: string | null): boolean {
  return (from ?? '') <= day && day <= (to ?? '9999')
}

/** Two switches, each with an optional span of days: frozen wins, and valid without a span means always. */
export function isActive(row: Switches, today: string): boolean {
  if (row.Frozen) return !within(today, row.FrozenFrom, row.FrozenTo)
  return row.Valid
    ? within(today, row.ValidFrom, row.ValidTo)
    : row.ValidFrom === null && row.ValidTo === null
}

/** The unit in which an item is sold, as the company calls it. */
export function salesUnit(native: NativeItem, { units }: Settings): string | null {
  const { UoMGroupEntry: group, DefaultSalesUoMEntry: entry, SalesUnit, InventoryUOM } = native
  if (group !== null && group !== MANUAL && entry !== null) return units.get(entry) ?? SalesUnit
  return SalesUnit ?? InventoryUOM
}

/** The price of an item in a price list; null where the list has none. */
export function listPriceOf(native: NativeItem, list: string, settings: Settings): Money | null {
  const row = native.ItemPrices.find(({ PriceList }) => PriceList === list)
  return money(row?.Price, currencyOf(row?.Currency ?? null, settings.config))
}

function typeOf({ TreeType, ItemType }: NativeItem): Item['type'] {
  if (KITS.has(TreeType)) return 'KIT'
  return (Object.hasOwn(TYPES, ItemType) ? TYPES[ItemType] : undefined) ?? 'UNKNOWN'
}

/** A row of `Items`. */
export function itemOf(native: NativeItem, settings: Settings, today: string): Item {
  const unit = salesUnit(native, settings)
  const group = settings.itemGroups.get(native.ItemsGroupCode ?? '')
  return {
    id: native.ItemCode,
    sku: native.ItemCode,
    name: native.ItemName ?? native.ItemCode,
    description: native.ForeignName,
    type: typeOf(native),
    unit: unitOf(unit, settings),
    nativeUnit: unit,
    active: native.SalesItem && isActive(native, today),
    barcode: native.BarCode,
    categories: group ? [group] : [],
    listPrice: listPriceOf(native, String(settings.config.priceList), settings),
    updatedAt: stampOf(native, settings),
  }
}

/** ISO 3166-1, or null for codes that only this company knows. */
export function countryOf(native: string | null): string | null {
  return native && /^[A-Z]{2}$/.test(native) && regions.of(native) !== undefined ? native : null
}

function addressOf(native: NativeAddress): Address {
  return {
    type: PLACES[native.AddressType] ?? 'OTHER',
    name: native.AddressName2 ?? native.AddressName,
    lines: [native.Street, native.Block, native.BuildingFloorRoom].filter((one) => one !== null),
    postalCode: native.ZipCode,
    city: native.City,
    region: native.State,
    country: countryOf(native.Country),
  }
}

/** A row of `BusinessPartners`. */
export function customerOf(native: NativePartner, settings: Settings, today: string): Customer {
  const { EmailAddress: email, Phone1: phone } = native
  const first = email?.split(/[;,]/)[0]?.trim() ?? ''
  return {
    id: native.CardCode,
    number: native.CardCode,
    name: native.CardName ?? native.CardCode,
    email: EMAIL.test(first) ? first : null,
    phone: phone && PHONE.test(phone) ? phone : null,
    taxId: native[settings.config.taxIdField],
    country: countryOf(native.Country ?? native.BPAddresses[0]?.Country ?? null),
    currency: currencyOf(native.Currency, settings.config),
    group: settings.partnerGroups.get(native.GroupCode ?? '') ?? null,
    paymentTerms: settings.terms.get(native.PayTermsGrpCode ?? '') ?? null,
    addresses: native.BPAddresses.map(addressOf),
    active: isActive(native, today),
    updatedAt: stampOf(native, settings),
  }
}

/** Credit in the local currency; open orders and deliveries count. A limit of 0 means none. */
export function creditOf(native: NativePartner, settings: Settings, today: string): Credit {
  const { currency } = settings
  const limited = !new Big(native.CreditLimit).eq(0)
  const left = new Big(native.CreditLimit)
    .minus(native.CurrentAccountBalance)
    .minus(native.OpenOrdersBalance)
    .minus(native.OpenDeliveryNotesBalance)
  return {
    limit: limited ? money(native.CreditLimit, currency) : null,
    balance: money(native.CurrentAccountBalance, currency),
    available: limited ? money(left.toFixed(), currency) : null,
    onHold: !isActive(native, today),
  }
}
