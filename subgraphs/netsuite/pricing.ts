import Big from 'big.js'
import { z } from 'zod'
import { ErpError } from '../../schema/errors.ts'
import type { Id } from '../connector.ts'
import { rowOf, shaped } from '../shape.ts'
import type { Client } from './client.ts'
import type { Config } from './config.ts'
import { decimal, flag, id, text } from './map.ts'
import { chunks, inIds, isId } from './sql.ts'

/** From this quantity on, this unit price. */
export interface Break {
  from: string
  price: string
}

/** What one customer has agreed for one item. */
export interface Agreement {
  /** Internal id of the customer's own currency. */
  currency: Id | null
  /** The customer's price level. */
  level: Id | null
  /** The customer's level for the item's pricing group. */
  groupLevel: Id | null
  /** The customer's own prices or levels for the item; one per currency. */
  own: { level: Id | null; price: string | null; currency: string | null }[]
  /** Every level above. */
  levels: Id[]
}

/** The price matrix of one item: "level currency" -> breaks, ascending. */
export interface Sheet {
  nativeUnit: string | null
  breaks: Map<string, Break[]>
}

const agreed = z.object({
  customer: id,
  item: id.nullish(),
  currency: text,
  pricelevel: text,
  ownlevel: text,
  ownprice: decimal.nullish(),
  owncurrency: text,
  grouplevel: text,
})
const owner = z.object({ item: id })
const priced = z.object({
  item: id,
  subtype: text,
  isinactive: flag,
  saleunit: text,
  pricelevel: id,
  currency: id,
  quantity: decimal.nullish(),
  unitprice: decimal,
})

/** The level that stands for a price of its own. */
const CUSTOM = '-1'
/** Asked where no item is known, so that unknown customers are still told apart. */
const NO_ITEM = '0'

/**
 * What the customers have agreed for the items, by "customer item"; "customer " is there for every active
 * customer, so that an unknown one can be told from one without agreements.
 */
export async function readAgreements(
  client: Client,
  customers: Id[],
  items: Id[],
): Promise<Map<string, Agreement>> {
  const found = new Map<string, Agreement>()
  const known = items.filter(isId)
  for (const some of chunks(customers.filter(isId))) {
    for (const part of chunks(known.length > 0 ? known : [NO_ITEM])) {
      for (const row of await client.rows(agreementStatement(client.config, some, part))) {
        addAgreement(found, shaped(agreed, row, 'A price agreement'))
      }
    }
  }
  return found
}

function agreementStatement({ without, groupColumn }: Config, customers: Id[], items: Id[]): string {
  const own = !without.includes('itemPricing')
  const group = !without.includes('groupPricing')
  return [
    'SELECT c.id AS customer, c.currency, c.pricelevel, i.id AS item',
    own ? ', p.level AS ownlevel, p.price AS ownprice, p.currency AS owncurrency' : '',
    group ? ', g.level AS grouplevel' : '',
    ` FROM customer c LEFT JOIN item i ON ${inIds('i.id', items)}`,
    own ? ' LEFT JOIN customeritempricing p ON p.customer = c.id AND p.item = i.id' : '',
    group
      ? ` LEFT JOIN customergrouppricing g ON g.customer = c.id AND g.${groupColumn} = i.pricinggroup`
      : '',
    ` WHERE ${inIds('c.id', customers)} AND c.isinactive = 'F' ORDER BY c.id, i.id`,
    own ? ', p.currency' : '',
  ].join('')
}

function addAgreement(found: Map<string, Agreement>, row: z.output<typeof agreed>): void {
  const common = { currency: row.currency ?? null, level: row.pricelevel ?? null }
  const fresh = { ...common, groupLevel: row.grouplevel ?? null, own: [], levels: [] }
  found.set(`${row.customer} `, { ...fresh, groupLevel: null })
  if (!row.item) return
  const key = `${row.customer} ${row.item}`
  const agreement = found.get(key) ?? fresh
  const level = row.ownlevel && row.ownlevel !== CUSTOM ? row.ownlevel : null
  if (level !== null || row.ownprice != null) {
    // A level wins over a price beside it: NetSuite then only shows the price that the level gives.
    const price = level === null ? (row.ownprice ?? null) : null
    agreement.own.push({ level, price, currency: row.owncurrency ?? null })
  }
  agreement.levels = [agreement.level, agreement.groupLevel, ...agreement.own.map((one) => one.level)].filter(
    (one) => one !== null,
  )
  found.set(key, agreement)
}

/** The price matrix of the items for these levels and currencies only; items that are not sold are left out. */
export async function readSheets(
  client: Client,
  items: Id[],
  levels: Id[],
  currencies: Id[],
): Promise<Map<Id, Sheet | ErpError>> {
  const sheets = new Map<Id, Sheet | ErpError>()
  if (currencies.length === 0) return sheets
  for (const some of chunks(items.filter(isId))) {
    for (const native of await client.rows(sheetStatement(client.config, some, levels, currencies))) {
      const { item: key } = shaped(owner, native, 'A price')
      const known = sheets.get(key)
      if (known instanceof ErpError) continue
      const sheet = rowOf(() => withPrice(known, shaped(priced, native, 'A price'), client.config))
      if (sheet) sheets.set(key, sheet)
    }
  }
  return sheets
}

/** The sheet with one more price; null for an item that is not sold. */
function withPrice(known: Sheet | undefined, row: z.output<typeof priced>, config: Config): Sheet | null {
  if (row.isinactive || row.subtype === 'Purchase') return null
  const sheet = known ?? { nativeUnit: row.saleunit ?? null, breaks: new Map<string, Break[]>() }
  const key = `${row.pricelevel} ${row.currency}`
  const breaks = [
    ...(sheet.breaks.get(key) ?? []),
    { from: fromOf(row.quantity ?? '0', config), price: row.unitprice },
  ]
  sheet.breaks.set(
    key,
    breaks.toSorted((a, b) => new Big(a.from).cmp(b.from)),
  )
  return sheet
}

function sheetStatement({ without }: Config, items: Id[], levels: Id[], currencies: Id[]): string {
  const unit = without.includes('units') ? '' : 'BUILTIN.DF(i.saleunit) AS saleunit, '
  return (
    `SELECT pr.item, i.subtype, i.isinactive, ${unit}pr.pricelevel, pr.currency, pr.quantity, pr.unitprice ` +
    'FROM pricing pr JOIN item i ON i.id = pr.item ' +
    `WHERE ${inIds('pr.item', items)} AND ${inIds('pr.pricelevel', levels)} ` +
    `AND ${inIds('pr.currency', currencies)} AND pr.unitprice IS NOT NULL ORDER BY pr.item, pr.pricelevel, pr.currency, pr.quantity`
  )
}

/** pricing.quantity is the threshold itself, or the number of the break where the operator says so. */
function fromOf(quantity: string, { quantityBreaks }: Config): string {
  if (quantityBreaks.length === 0) return quantity
  const from = quantityBreaks[Number(quantity) - 1]
  if (from !== undefined) return from
  throw new ErpError('MAPPING_MISSING', `quantityBreaks has no break number ${quantity}.`, {
    field: 'quantityBreaks',
  })
}
