import { z } from 'zod'
import type { Id } from '../connector.ts'
import type { Json } from '../json.ts'
import { shaped } from '../shape.ts'
import type { Client } from './client.ts'
import { rowsById } from './read.ts'
import { link } from './shapes.ts'

/** Object types of a sales order and a delivery, as lines of later documents name them. */
export const [ORDER_TYPE, DELIVERY_TYPE] = ['17', '15']

const based = z.object({ DocumentLines: z.array(z.object({ BaseType: link, BaseEntry: link })) })
const source = { set: 'DeliveryNotes', key: 'DocEntry', entry: true, select: ['DocEntry', 'DocumentLines'] }

/** The documents of a type that the lines of a row were made from. */
function basesOf(row: Json, type: string): Id[] {
  const { DocumentLines: lines } = shaped(based, row, 'A document')
  return [
    ...new Set(lines.flatMap(({ BaseType, BaseEntry }) => (BaseType === type ? (BaseEntry ?? []) : []))),
  ]
}

/** Delivery -> the orders it was made from, for the deliveries that invoices name. One call, none without any. */
export async function ordersOf(client: Client, invoices: Json[]): Promise<Map<Id, Id[]>> {
  const deliveries = [...new Set(invoices.flatMap((row) => basesOf(row, DELIVERY_TYPE)))]
  const rows = await rowsById(client, source, deliveries)
  return new Map([...rows].map(([id, row]) => [id, basesOf(row, ORDER_TYPE)]))
}
