import Big from 'big.js'
import { type Row, num, textOf } from '../../exact.ts'
import { Refusal } from '../../refusal.ts'
import type { Tables } from './data.ts'
import type { Shelf } from './query.ts'
import { guidOf } from './values.ts'

/** What the server says about an address that it does not have. */
export function gone(message = 'No HTTP resource was found that matches the request URI.'): Refusal {
  return new Refusal(404, 'BadRequest_NotFound', message)
}

/** The fields of the rows of a set. */
export function fieldsOf(rows: Row[]): Set<string> {
  return new Set(Object.keys(rows[0] ?? {}).filter((name) => !name.startsWith('$')))
}

/** The pages that an administrator has published. */
export function published(tables: Tables, name: string): Shelf {
  if (name === 'PriceListLines') {
    const rows = tables.priceLines
    return { rows, fields: fieldsOf(rows), expand: {} }
  }
  if (name !== 'CustomerList') throw gone()
  const rows = tables.customers.map((row): Row => ({
    No: row.number,
    Name: row.displayName,
    Customer_Price_Group: tables.groups.get(textOf(row, 'number')) ?? '',
  }))
  return { rows, fields: fieldsOf(rows), expand: {} }
}

/** Item ledger entries of the analytics API: each quantity came in two receipts. */
export function ledgerEntries(tables: Tables, name: string): Shelf {
  if (name !== 'itemLedgerEntries') throw gone()
  const rows = [...tables.stock].flatMap(([itemNo, places]) =>
    [...places].flatMap(([locationCode, onHand]) => {
      const whole = /^\d+$/.test(onHand) && Number(onHand) > 1
      const parts = new Big(onHand).eq(0) ? [] : whole ? ['1', new Big(onHand).minus(1).toFixed()] : [onHand]
      return parts.map((part, index): Row => ({
        id: guidOf(`entry ${itemNo} ${locationCode} ${index}`),
        itemNo,
        locationCode,
        open: true,
        positive: true,
        quantity: num(part),
        remainingQuantity: num(part),
        unitOfMeasureCode: 'PCS',
      }))
    }),
  )
  const fields = ['itemNo', 'locationCode', 'open', 'positive', 'quantity', 'remainingQuantity']
  return { rows, fields: new Set([...fields, 'unitOfMeasureCode']), expand: {} }
}
