import { createHash } from 'node:crypto'
import { z } from 'zod'
import type { Address } from '../../schema/index.ts'
import type { OrderInput } from '../connector.ts'
import { shaped } from '../shape.ts'
import type { Call } from './client.ts'
import { loadCall } from './load.ts'
import { id, isId } from './shapes.ts'
import { ADDRESS_FIELDS, toAddress } from './map/customer.ts'
import { childValues, filled } from './partner.ts'
import type { Odoo } from './setup.ts'

const partner = z.object({ id })

/**
 * Where an order is to be delivered: an address that the customer already has, or an import that makes it. The
 * import's external id is made of customer and address, so the same address is never made twice.
 */
export async function shipToOf(
  odoo: Odoo,
  input: OrderInput,
): Promise<{ id: string | null; load: Call | null }> {
  const { customer, shipTo } = input
  if (!shipTo || !isId(customer)) return { id: null, load: null }
  const domain = [
    '|',
    ['id', '=', Number(customer)],
    ['parent_id', '=', Number(customer)],
    ['active', '=', true],
  ]
  const rows = await odoo.rows('res.partner', ADDRESS_FIELDS, domain)
  const named = Boolean(shipTo.name)
  const wanted = placeOf(shipTo, named)
  const same = rows.find((row) => placeOf(toAddress(row), named) === wanted)
  if (same) return { id: shaped(partner, same, 'res.partner').id, load: null }
  const hash = createHash('sha256').update(wanted).digest('hex').slice(0, 24)
  const values = filled(await childValues(odoo, { ...shipTo, type: 'SHIPPING' }, 'shipTo'))
  const name = `ship_${customer}_${hash}`
  return { id: null, load: loadCall([{ name, values: { ...values, parent_id: Number(customer) } }]) }
}

/** What makes two addresses the same; the name only where one is named. */
function placeOf(address: Address, named: boolean): string {
  const { name, lines, postalCode, city, country } = address
  const parts = [named ? name : '', lines[0], lines.slice(1).join(', '), postalCode, city, country]
  return parts.map((part) => (part ?? '').trim().toLowerCase()).join('\n')
}
