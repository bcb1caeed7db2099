import Big from 'big.js'
import { LRUCache } from 'lru-cache'
import { ErpError } from '../../schema/errors.ts'
import type { Answer, StockAsk, StockReading } from '../connector.ts'
import { Kept } from '../kept.ts'
import { type Element, at, childrenOf, element } from '../xml.ts'
import { type Client, fields } from './client.ts'
import { find, findEach } from './find.ts'
import { decimal, key, text } from './shapes.ts'
import { unitOf } from './words.ts'

const UNIT_MS = 10 * 60_000
/** The columns of InvWarehouse. */
export const STOCK_COLUMNS = [
  'StockCode',
  'Warehouse',
  'QtyOnHand',
  'QtyAllocated',
  'QtyAllocatedWip',
  'QtyOnOrder',
  'QtyInTransit',
]

/** An item's unit and its rows, one for each warehouse. */
interface Found {
  uom: string | null
  rows: Element[]
}
type Level = NonNullable<StockReading['levels']>[number]

/** Live stock per warehouse; names of warehouses and units of items are kept. */
export class Stock {
  /** Code of a warehouse -> its name. */
  readonly warehouses: Kept<Map<string, string | null>>
  readonly #client: Client
  readonly #units = new LRUCache<string, string>({ max: 50_000, ttl: UNIT_MS })

  constructor(client: Client) {
    this.#client = client
    this.warehouses = new Kept(async () => {
      const rows = await find(client, {
        table: 'InvWhControl',
        columns: ['Warehouse', 'Description'],
        orderBy: ['Warehouse'],
        rows: 9_999,
      })
      return new Map(rows.map((row) => [key(row, 'Warehouse'), text(row, 'Description')]))
    })
  }

  /** The whole batch in two searches, in one when the units are known; or one INVQRY for each item. */
  async stock(asks: StockAsk[]): Promise<Answer<StockReading>[]> {
    if (asks.length === 0) return []
    const names = await this.warehouses.get()
    const items = [...new Set(asks.map(({ item }) => item))]
    const found =
      this.#client.config.stock === 'table' ? await this.#table(items) : await this.#queries(items)
    return asks.map((ask) => {
      const one = found.get(ask.item)
      if (one === undefined || one instanceof ErpError) return one ?? null
      return readingOf(ask, one, names, this.#client)
    })
  }

  async #table(items: string[]): Promise<Map<string, Found | ErpError>> {
    const rows = await findEach(
      this.#client,
      { table: 'InvWarehouse', columns: STOCK_COLUMNS, orderBy: ['StockCode', 'Warehouse'] },
      'StockCode',
      items,
    )
    const found = Map.groupBy(rows, (row) => key(row, 'StockCode'))
    const unknown = [...found.keys()].filter((code) => !this.#units.has(code))
    const units = await findEach(
      this.#client,
      { table: 'InvMaster', columns: ['StockCode', 'StockUom'] },
      'StockCode',
      unknown,
    )
    for (const row of units) this.#units.set(key(row, 'StockCode'), text(row, 'StockUom') ?? '')
    return new Map([...found].map(([code, own]) => [code, { uom: this.#units.get(code) || null, rows: own }]))
  }

  async #queries(items: string[]): Promise<Map<string, Found | ErpError>> {
    const one = async (item: string): Promise<[string, Found | ErpError][]> => {
      try {
        const root = await this.#client.query('INVQRY', 'Query', [
          ...element('Key', element('StockCode', item)),
          ...element(
            'Option',
            fields({
              IncludeHistory: 'N',
              IncludeBins: 'N',
              IncludeLots: 'N',
              IncludeSerials: 'N',
              IncludeMovements: 'N',
              IncludeCustomForms: 'N',
            }),
          ),
        ])
        const rows = childrenOf(root, 'WarehouseItem')
        if (rows.length === 0) return []
        return [[item, { uom: text(at(root, 'StockItem') ?? root, 'StockUom'), rows }]]
      } catch (error) {
        if (!(error instanceof ErpError)) throw error
        return error.code === 'INVALID_ITEM' || error.code === 'NOT_FOUND' ? [] : [[item, error]]
      }
    }
    return new Map((await Promise.all(items.filter((item) => item.trim() !== '').map(one))).flat())
  }
}

function readingOf(
  { warehouses }: StockAsk,
  { uom, rows }: Found,
  names: Map<string, string | null>,
  client: Client,
): Answer<StockReading> {
  try {
    const levels = rows
      .map((row) => levelOf(row, names))
      .filter(({ warehouse }) => warehouses === null || warehouses.includes(warehouse.code))
    if (levels.length === 0) return null
    const sum = (part: 'available' | 'onHand' | 'reserved' | 'incoming') =>
      levels.reduce((total, level) => total.plus(level[part] ?? 0), new Big(0)).toFixed()
    return {
      available: sum('available'),
      onHand: sum('onHand'),
      reserved: sum('reserved'),
      incoming: sum('incoming'),
      unit: unitOf(uom, client.config),
      nativeUnit: uom,
      levels,
      source: client.config.stock === 'table' ? 'InvWarehouse' : 'INVQRY',
    }
  } catch (error) {
    if (error instanceof ErpError) return error
    throw error
  }
}

/** INVQRY tells what is available; the table does not, and on hand less allocations stands for it. */
function levelOf(row: Element, names: Map<string, string | null>): Level {
  const code = key(row, 'Warehouse')
  const onHand = decimal(row, 'QtyOnHand')
  const reserved = new Big(decimal(row, 'QtyAllocated')).plus(decimal(row, 'QtyAllocatedWip'))
  const told = childrenOf(row, 'AvailableQty').length > 0
  return {
    warehouse: { code, name: names.get(code) ?? text(row, 'Description') },
    available: told ? decimal(row, 'AvailableQty') : new Big(onHand).minus(reserved).toFixed(),
    onHand,
    reserved: reserved.toFixed(),
    incoming: new Big(decimal(row, 'QtyOnOrder')).plus(decimal(row, 'QtyInTransit')).toFixed(),
  }
}
