import { z } from 'zod'
import Big from 'big.js'
import { ErpError } from '../../schema/errors.ts'
import type { Address } from '../../schema/index.ts'
import type { Id, OrderLineInput } from '../connector.ts'
import { shaped } from '../shape.ts'
import type { Client } from './client.ts'
import { flag, id, text, unitOf } from './map.ts'
import { type Setup, pick } from './setup.ts'
import { inIds, inTexts, isId, unique } from './sql.ts'

const QUANTITY = /^\d{1,28}(\.\d{1,18})?$/
const customer = z.object({ id, isinactive: flag })
const item = z.object({ id, itemid: z.string(), isinactive: flag, subtype: text, saleunit: text })

type Item = z.output<typeof item>

/** Fails with INVALID_CUSTOMER unless there is an active customer with this id. */
export async function checkCustomer(client: Client, wanted: Id): Promise<void> {
  const statement = 'SELECT c.id, c.isinactive FROM customer c WHERE'
  const rows = isId(wanted) ? await client.rows(`${statement} ${inIds('c.id', [wanted])} ORDER BY c.id`) : []
  const [row] = rows.map((one) => shaped(customer, one, 'A customer'))
  if (row && !row.isinactive) return
  const what = row ? 'is inactive' : 'is unknown to NetSuite'
  throw new ErpError('INVALID_CUSTOMER', `Customer ${wanted.slice(0, 40)} ${what}.`, { field: 'customer' })
}

/** The internal id of the item of each line; INVALID_ITEM naming the first line that has none. */
export async function itemIds(client: Client, lines: OrderLineInput[]): Promise<Id[]> {
  const ids = unique(lines.map((line) => line.item).filter((one) => one != null)).filter(isId)
  const skus = unique(lines.filter((line) => line.item == null).map(({ sku }) => sku))
  const wanted = [
    ...(ids.length > 0 ? [inIds('i.id', ids)] : []),
    ...(skus.length > 0 ? [inTexts('i.itemid', skus)] : []),
  ]
  const unit = client.config.without.includes('units') ? '' : ', BUILTIN.DF(i.saleunit) AS saleunit'
  const rows =
    wanted.length === 0
      ? []
      : await client.rows(
          `SELECT i.id, i.itemid, i.isinactive, i.subtype${unit} FROM item i ` +
            `WHERE (${wanted.join(' OR ')}) ORDER BY i.id`,
        )
  const items = rows.map((row) => shaped(item, row, 'An item'))
  return lines.map((line, index) => {
    const found = items.find((one) => (line.item == null ? one.itemid === line.sku : one.id === line.item))
    return checkItem(client, line, index, found)
  })
}

function checkItem(client: Client, line: OrderLineInput, index: number, found: Item | undefined): Id {
  const field = `lines.${index}.sku`
  if (!found) throw new ErpError('INVALID_ITEM', `NetSuite has no item ${line.sku}.`, { field })
  if (found.isinactive || found.subtype === 'Purchase') {
    throw new ErpError('INVALID_ITEM', `Item ${line.sku} is not sold.`, { field })
  }
  const unit = unitOf(found.saleunit, client.config)
  if (line.unit && found.saleunit && line.unit !== unit && line.unit !== found.saleunit) {
    throw new ErpError('VALIDATION', `Item ${line.sku} is sold in ${found.saleunit}, not in ${line.unit}.`, {
      field: `lines.${index}.unit`,
    })
  }
  return found.id
}

/** A decimal that a caller gave; VALIDATION naming the field for anything else. */
export function decimalOf(value: string, field: string): Big {
  if (/^-?\d{1,28}(\.\d{1,18})?$/.test(value)) return new Big(value)
  throw new ErpError('VALIDATION', `"${value.slice(0, 40)}" is no decimal number.`, { field })
}

/** Fails with VALIDATION for a quantity that is no positive number. */
export function checkQuantity(quantity: string, index: number): void {
  if (QUANTITY.test(quantity) && new Big(quantity).gt(0)) return
  throw new ErpError('VALIDATION', `"${quantity.slice(0, 40)}" is no quantity that can be ordered.`, {
    field: `lines.${index}.quantity`,
  })
}

/** A reference to a term, by the operator's map, name or internal id; MAPPING_MISSING where there is none. */
export async function termOf(client: Client, setup: Setup, wanted: string): Promise<{ id: Id }> {
  const native = client.config.paymentTerms[wanted] ?? wanted
  const found = await setup.terms.find(pick(native))
  if (found) return { id: found.id }
  throw new ErpError('MAPPING_MISSING', `NetSuite has no payment terms "${native}".`, {
    field: 'paymentTerms',
  })
}

/** A reference to a location, by name or internal id. */
export async function locationOf(setup: Setup, wanted: string, field: string): Promise<{ id: Id }> {
  const found = await setup.locations.find(pick(wanted))
  if (found) return { id: found.id }
  throw new ErpError('VALIDATION', `NetSuite has no location "${wanted}".`, { field })
}

/** An address in the words of the record API; lines beyond the third are joined to it. */
export function nativeAddress({ name, lines, postalCode, city, region, country, phone }: Address) {
  const [addr1, addr2, ...rest] = lines
  return {
    ...(name && { addressee: name }),
    ...(addr1 && { addr1 }),
    ...(addr2 && { addr2 }),
    ...(rest.length > 0 && { addr3: rest.join(', ') }),
    ...(postalCode && { zip: postalCode }),
    ...(city && { city }),
    ...(region && { state: region }),
    ...(country && { country: { id: country } }),
    ...(phone && { addrPhone: phone }),
  }
}
