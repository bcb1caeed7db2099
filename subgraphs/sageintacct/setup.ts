import { Kept } from '../kept.ts'
import { shaped } from '../shape.ts'
import type { z } from 'zod'
import type { Client } from './client.ts'
import * as shapes from './shapes.ts'

type Named = Map<string, z.output<typeof shapes.named>>
/** A price schedule of customers. */
export type Schedule = z.output<typeof shapes.schedule>

/** What a company has set up, read once and kept. */
export class Setup {
  readonly warehouses: Kept<Named>
  readonly terms: Kept<Named>
  readonly schedules: Kept<Map<string, Schedule>>

  constructor(client: Client) {
    const book = <F extends z.ZodType<{ id: string }>>(object: string, fields: string[], form: F) =>
      new Kept(async () => {
        const rows = await client.all({ object, fields })
        return new Map(rows.map((row) => shaped(form, row, object)).map((row) => [row.id, row]))
      })
    this.warehouses = book('inventory-control/warehouse', ['id', 'status'], shapes.named)
    this.terms = book('accounts-receivable/term', ['id', 'status'], shapes.named)
    const schedule = ['id', 'discountPercent', 'priceList.id', 'status']
    this.schedules = book('order-entry/price-schedule', schedule, shapes.schedule)
  }
}
