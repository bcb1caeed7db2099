import { asCall } from '../subgraphs/http.ts'
import { intake } from '../subgraphs/hub/intake.ts'
import { readOf } from '../subgraphs/hub/kinds.ts'
import type { TestHouse } from './whole.ts'

/** Reads the first records of a connection in, as a first poll would, but only as many as a test needs. */
export async function readIn(
  house: TestHouse,
  connection: string,
  items: number,
  customers = 10,
): Promise<void> {
  const open = house.hub.directory.find('default', connection)
  if (!open) throw new Error(`${connection} is not open.`)
  for (const [kind, first] of [['item', items] as const, ['customer', customers] as const]) {
    const page = await asCall({ lane: 'background' }, async () =>
      readOf(open.erp, kind)?.list({ first, after: null }),
    )
    await intake(house.hub, open, kind, page?.rows ?? [], { by: 'poll' })
    const sql = 'insert into poll (connection, kind, baseline_at) values (?, ?, now()) on conflict do nothing'
    await house.hub.db.em().execute(sql, [connection, kind])
  }
}
