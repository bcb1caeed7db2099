import { z } from 'zod'
import { ErpError } from '../../schema/errors.ts'
import { type Json, parseExact } from '../json.ts'
import { Kept } from '../kept.ts'
import { collectionOf } from '../odata.ts'
import { shaped } from '../shape.ts'
import type { Ask, Client } from './client.ts'
import type { Config } from './config.ts'
import { code, text, time, whole, yes } from './shapes.ts'
import { Zone } from '../zone.ts'

/** How units are called in German and English companies; `units` of the configuration comes first. */
const UNITS: Record<string, string> = {
  ...{ stk: 'H87', stück: 'H87', st: 'H87', each: 'H87', ea: 'H87', pc: 'H87', pcs: 'H87', piece: 'H87' },
  ...{ kg: 'KGM', kilogramm: 'KGM', kilogram: 'KGM', g: 'GRM', t: 'TNE', m: 'MTR', meter: 'MTR', cm: 'CMT' },
  ...{
    l: 'LTR',
    liter: 'LTR',
    litre: 'LTR',
    h: 'HUR',
    std: 'HUR',
    stunde: 'HUR',
    hour: 'HUR',
    m2: 'MTK',
    m3: 'MTQ',
  },
}
/** Both mean "piece". */
const PIECES = new Set(['H87', 'C62'])
const currencies = new Set(Intl.supportedValuesOf('currency'))

const info = z.object({ CompanyName: text, Version: whole.nullish() })
const clock = z.object({ CurrentDate: z.string().min(10), CurrentTime: time })
const warehouse = z.object({ WarehouseCode: code, WarehouseName: text })
const priceList = z.object({ PriceListNo: whole, PriceListName: text, IsGrossPrice: yes })
const term = z.object({ GroupNumber: whole, PaymentTermsGroupName: text })
const unit = z.object({ AbsEntry: whole, Code: code, InternationalSymbol: text })
const unitGroup = z.object({
  AbsEntry: whole,
  UoMGroupDefinitionCollection: z.array(z.object({ AlternateUoM: whole })),
})
const itemGroup = z.object({ Number: whole, GroupName: text })
const partnerGroup = z.object({ Code: whole, Name: text })

const SETS: Ask[] = [
  ['Warehouses', { select: Object.keys(warehouse.shape) }],
  ['PriceLists', { select: Object.keys(priceList.shape) }],
  ['PaymentTermsTypes', { select: Object.keys(term.shape) }],
  ['UnitOfMeasurements', { select: Object.keys(unit.shape) }],
  ['UnitOfMeasurementGroups', { select: Object.keys(unitGroup.shape) }],
  ['ItemGroups', { select: Object.keys(itemGroup.shape) }],
  ['BusinessPartnerGroups', { select: Object.keys(partnerGroup.shape) }],
]

const COMPANY = 'CompanyService_GetCompanyInfo'
const CURRENCY = 'SBOBobService_GetLocalCurrency'
const CLOCK = 'CompanyService_GetCurrentServerTime'

/** What is set up once in a company and seldom changes. */
export interface Settings {
  config: Config
  companyName: string | null
  version: string | null
  /** The local currency, ISO 4217. */
  currency: string
  /** Code -> name. */
  warehouses: Map<string, string | null>
  priceLists: Map<string, { name: string | null; gross: boolean }>
  /** Number -> name. */
  terms: Map<string, string | null>
  /** Entry -> code of the unit. */
  units: Map<string, string>
  /** Entry of a group of units -> entries of its units. */
  unitGroups: Map<string, string[]>
  /** Code of a unit, lower case -> UN/ECE Rec 20. */
  standard: Map<string, string>
  itemGroups: Map<string, string | null>
  partnerGroups: Map<string, string | null>
  zone: Zone
}

/** Set-up data: read in one call when first needed, again on a miss. */
export class Setup {
  readonly #kept: Kept<Settings>

  constructor(client: Client) {
    this.#kept = new Kept(() => load(client))
  }

  get(): Promise<Settings> {
    return this.#kept.get()
  }

  /** Fails with MAPPING_MISSING unless there is a warehouse with this code. */
  async checkWarehouse(wanted: string): Promise<void> {
    const known = await this.#kept.find(({ warehouses }) => warehouses.has(wanted) || undefined)
    if (!known) missing('warehouse', wanted)
  }

  /** The number of the payment terms with this name or number; MAPPING_MISSING where there are none. */
  term(wanted: string): Promise<string> {
    return this.#numbered('terms', wanted, 'paymentTerms')
  }

  /** The number of the group of customers with this name or number; MAPPING_MISSING where there is none. */
  group(wanted: string): Promise<string> {
    return this.#numbered('partnerGroups', wanted, 'group')
  }

  async #numbered(list: 'terms' | 'partnerGroups', wanted: string, field: string): Promise<string> {
    const name = wanted.trim().toLowerCase()
    const found = await this.#kept.find((all) => {
      const entries = [...all[list]]
      return (entries.find(([, said]) => said?.toLowerCase() === name) ??
        entries.find(([id]) => id === name))?.[0]
    })
    return found ?? missing(field, wanted)
  }
}

function missing(field: string, wanted: string): never {
  throw new ErpError('MAPPING_MISSING', `SAP Business One has no "${wanted.slice(0, 60)}" for ${field}.`, {
    field,
  })
}

/** The ISO 4217 code of a currency, "##" (all currencies) and codes that nobody knows are null. */
export function currencyOf(native: string | null, config: Config): string | null {
  const said = native === null ? null : (config.currencies[native] ?? native)
  return said !== null && currencies.has(said) ? said : null
}

/** A currency as the company calls it. */
export function nativeCurrency(iso: string, config: Config): string {
  return Object.entries(config.currencies).find(([, code]) => code === iso)?.[0] ?? iso
}

/** The Rec 20 code of a unit's name; null where nobody knows it. */
export function unitOf(name: string | null, { config, standard }: Settings): string | null {
  if (name === null) return null
  const small = name.trim().toLowerCase()
  const known = Object.hasOwn(UNITS, small) ? UNITS[small] : undefined
  return (
    (Object.hasOwn(config.units, name) ? config.units[name] : undefined) ??
    standard.get(small) ??
    known ??
    null
  )
}

/** Whether two Rec 20 codes mean the same. */
export function isSameUnit(one: string | null, other: string | null): boolean {
  return one === other || (one !== null && other !== null && PIECES.has(one) && PIECES.has(other))
}

/** An action may answer its value bare, or wrapped as {"value": …}. */
function bare(value: Json): Json {
  return value !== null && typeof value === 'object' && !Array.isArray(value) && 'value' in value
    ? (value.value ?? null)
    : value
}

function zoneOf({ timeZone }: Config, said: Json | null, asked: number): Zone {
  if (timeZone) return Zone.named(timeZone)
  const { CurrentDate: day, CurrentTime: now } = shaped(clock, said, "The server's clock")
  return Zone.measured(`${day.slice(0, 10)}T${now ?? '00:00:00'}`, asked)
}

/** The bodies of the sets and the actions, in one call. */
async function askAll(client: Client): Promise<{ rows(set: string): Json[]; said(action: string): Json }> {
  const actions = [COMPANY, CURRENCY, ...(client.config.timeZone ? [] : [CLOCK])]
  const parts = [...SETS.map((ask) => client.part(ask)), ...actions.map((name) => client.action(name, null))]
  const bodies = (await client.batch(parts)).map((answer) => {
    if (answer instanceof ErpError) throw answer
    return parseExact(answer.text)
  })
  const names = [...SETS.map(([set]) => set), ...actions]
  const said = (name: string) => bodies[names.indexOf(name)] ?? null
  return { said, rows: (set) => collectionOf(said(set), client.url('')).rows }
}

function localOf(said: Json, config: Config): string {
  const local = currencyOf(shaped(z.string(), bare(said), 'The local currency'), config)
  if (local !== null) return local
  const message = 'The local currency is no code of ISO 4217; map it in currencies.'
  throw new ErpError('MAPPING_MISSING', message, { field: 'currencies' })
}

async function load(client: Client): Promise<Settings> {
  const { config } = client
  const asked = Date.now()
  const { rows, said } = await askAll(client)
  const read = <T extends z.ZodType>(set: string, shape: T) =>
    rows(set).map((row) => shaped(shape, row, `A row of ${set}`))
  const { CompanyName, Version } = shaped(info, said(COMPANY), 'The company')
  const units = read('UnitOfMeasurements', unit)
  const standard = units.flatMap(({ Code, InternationalSymbol: symbol }): [string, string][] =>
    symbol && /^[A-Z0-9]{2,3}$/.test(symbol) ? [[Code.toLowerCase(), symbol]] : [],
  )
  const lists = read('PriceLists', priceList)
  return {
    config,
    companyName: CompanyName,
    version: Version ?? null,
    currency: localOf(said(CURRENCY), config),
    warehouses: new Map(read('Warehouses', warehouse).map((one) => [one.WarehouseCode, one.WarehouseName])),
    priceLists: new Map(
      lists.map((one) => [one.PriceListNo, { name: one.PriceListName, gross: one.IsGrossPrice }]),
    ),
    terms: new Map(
      read('PaymentTermsTypes', term).map((one) => [one.GroupNumber, one.PaymentTermsGroupName]),
    ),
    units: new Map(units.map(({ AbsEntry, Code }) => [AbsEntry, Code])),
    unitGroups: new Map(
      read('UnitOfMeasurementGroups', unitGroup).map((one) => [
        one.AbsEntry,
        one.UoMGroupDefinitionCollection.map(({ AlternateUoM }) => AlternateUoM),
      ]),
    ),
    standard: new Map(standard),
    itemGroups: new Map(read('ItemGroups', itemGroup).map((one) => [one.Number, one.GroupName])),
    partnerGroups: new Map(read('BusinessPartnerGroups', partnerGroup).map((one) => [one.Code, one.Name])),
    zone: zoneOf(config, said(CLOCK), asked),
  }
}
