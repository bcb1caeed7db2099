import Big from 'big.js'
import type { Change } from '../../connector.ts'
import type { Demo } from '../../demo.ts'
import { Num, type Row, bigOf, num, textOf } from '../../exact.ts'
import { Refusal } from '../../refusal.ts'
import { broken, noMatch } from './answers.ts'
import { ADDRESS, PARTNER, checkFields } from './fields.ts'
import { fixedSets } from './fixed.ts'
import type { Shelf } from './query.ts'
import { ROLL, addressRow, customerRow, itemRow, partnerRow, specialPrices } from './seed.ts'
import { clock, dayOf, etag, round, rowsIn } from './values.ts'

/** Items, business partners, prices and what is set up once. */
export class Master {
  readonly items: Map<string, Row>
  readonly partners: Map<string, Row>
  readonly fixed: ReturnType<typeof fixedSets>
  readonly usdRate: string
  listener: (change: Change) => void = () => undefined
  readonly #demo: Demo
  #specials: Map<string, Row> | null = null

  constructor(demo: Demo) {
    this.#demo = demo
    this.usdRate = demo.usdRate
    this.items = new Map(demo.products.map((one, index) => [one.sku, itemRow(one, demo, index)]))
    this.partners = new Map(demo.customers.map((one, index) => [one.number, customerRow(one, index)]))
    this.fixed = fixedSets(demo)
  }

  item(code: string): Row | undefined {
    return this.items.get(code)
  }

  partner(code: string): Row | undefined {
    return this.partners.get(code)
  }

  /** The special price of "item customer". */
  special(key: string): Row | undefined {
    return (this.#specials ??= specialPrices(this.#demo)).get(key)
  }

  tell(change: Change): void {
    this.listener(change)
  }

  /** The set of this name, where it is one of master data. */
  shelf(set: string): Shelf | undefined {
    const fixed = Object.hasOwn(this.fixed, set) ? this.fixed[set] : undefined
    if (fixed) return { set, entity: fixed[0], key: fixed[1], rows: fixed[2] }
    if (set === 'Items')
      return { set, entity: 'Item', key: 'ItemCode', rows: [...this.items.values()], byKey: this.items }
    if (set === 'BusinessPartners') {
      const rows = [...this.partners.values()]
      return { set, entity: 'BusinessPartner', key: 'CardCode', rows, byKey: this.partners }
    }
    if (set !== 'SpecialPrices') return undefined
    return {
      set,
      entity: 'SpecialPrice',
      key: 'ItemCode',
      rows: [...(this.#specials ??= specialPrices(this.#demo)).values()],
    }
  }

  hasTerm(code: unknown): boolean {
    const terms = this.fixed.PaymentTermsTypes?.[2] ?? []
    return terms.some(
      ({ GroupNumber }) =>
        GroupNumber instanceof Num && code instanceof Num && GroupNumber.text === code.text,
    )
  }

  /** What a line names must be there and may be sold. */
  checkLine(line: Row): void {
    const item = this.item(textOf(line, 'ItemCode'))
    const places = this.fixed.Warehouses?.[2] ?? []
    if (!item) throw noMatch(400)
    if (item.Frozen === 'tYES') throw broken('Item is inactive  [RDR1.ItemCode]')
    if (bigOf(line, 'Quantity').lte(0)) throw broken('Quantity must be greater than zero  [RDR1.Quantity]')
    if (line.WarehouseCode && !places.some(({ WarehouseCode }) => WarehouseCode === line.WarehouseCode))
      throw noMatch(400)
    const manual = bigOf(item, 'UoMGroupEntry').eq(-1)
    const known = manual ? ['-1'] : [ROLL.metre, ROLL.roll]
    if (line.UoMEntry instanceof Num && !known.includes(line.UoMEntry.text))
      throw broken('Unit of measure is not in the group of the item  [RDR1.UomEntry]')
  }

  /** An ordered quantity is committed in its warehouse. */
  commit(line: Row): void {
    const places = rowsIn(this.item(textOf(line, 'ItemCode')), 'ItemWarehouseInfoCollection')
    const place = places.find(({ WarehouseCode }) => WarehouseCode === line.WarehouseCode)
    if (place) place.Committed = num(bigOf(place, 'Committed').plus(bigOf(line, 'Quantity')))
  }

  /** An amount in the local currency, and in the document's where that is another. */
  both(amount: Big, currency: string, wanted: string): [local: Big, own: Big] {
    const local = currency === 'EUR' ? amount : round(amount.div(this.usdRate))
    if (wanted === 'EUR') return [local, new Big(0)]
    return [local, currency === wanted ? amount : round(amount.times(this.usdRate))]
  }

  touch(row: Row): void {
    const { day, time } = clock()
    const DataVersion = num(bigOf(row, 'DataVersion').plus(1))
    Object.assign(row, { UpdateDate: dayOf(day), UpdateTime: time, DataVersion })
    const item = textOf(row, 'ItemCode')
    this.tell({
      kind: item ? 'item' : 'customer',
      id: item || textOf(row, 'CardCode'),
      deleted: false,
      at: null,
    })
  }

  /** Adds a business partner; a series gives the code where there is none. */
  addPartner(body: Row): Row {
    this.#checkPartner(body)
    const series = body.Series === undefined ? '' : `C${20000 + this.partners.size}`
    const CardCode = textOf(body, 'CardCode') || series
    if (!CardCode) throw broken('Business partner code missing  [OCRD.CardCode]')
    if (this.partners.has(CardCode)) {
      const said = `1320000140 - Business partner code '${CardCode}' already assigned to a business partner; enter a unique business partner code`
      throw new Refusal(400, '-10', said)
    }
    const BPAddresses = rowsIn(body, 'BPAddresses').map((one, index) => addressRow(one, CardCode, index))
    const { Series: _, ...fields } = body
    const row = partnerRow({ ...fields, CardCode, BPAddresses }, 0)
    this.partners.set(CardCode, row)
    this.touch(row)
    row.DataVersion = num(1)
    return row
  }

  /** Changes what is named; addresses are matched by RowNum or name and type, others stay. */
  patchPartner(row: Row, body: Row, match: string | undefined): void {
    if (match !== undefined && match !== '*' && match !== etag(row.DataVersion)) {
      const said =
        'Another user or another operation modified data; to continue, open the window again (ODBC -2039)'
      throw new Refusal(412, '-2039', said)
    }
    this.#checkPartner(body)
    const { BPAddresses, CardCode: _, ...rest } = body
    const places = rowsIn(row, 'BPAddresses')
    for (const one of Array.isArray(BPAddresses) ? (BPAddresses as Row[]) : []) {
      const old = places.find((place) =>
        one.RowNum instanceof Num
          ? bigOf(place, 'RowNum').eq(one.RowNum.big)
          : place.AddressName === one.AddressName && place.AddressType === one.AddressType,
      )
      if (old) Object.assign(old, one)
      else places.push(addressRow(one, textOf(row, 'CardCode'), places.length))
    }
    Object.assign(row, rest)
    this.touch(row)
  }

  #checkPartner(body: Row): void {
    checkFields(body, PARTNER, 'BusinessPartner')
    for (const one of rowsIn(body, 'BPAddresses')) checkFields(one, ADDRESS, 'BPAddress')
    const wrong = rowsIn(body, 'BPAddresses').some(({ AddressName }) => !AddressName)
    if (wrong) throw broken('Address name missing  [CRD1.Address]')
    if (body.PayTermsGrpCode && !this.hasTerm(body.PayTermsGrpCode)) throw noMatch(400)
    const currency = body.Currency
    if (currency && !['EUR', 'USD', '##'].includes(String(currency))) throw noMatch(400)
  }
}
