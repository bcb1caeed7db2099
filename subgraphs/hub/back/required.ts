import { ErpError } from '../../../schema/errors.ts'
import type { OpenConnection } from '../../connections.ts'
import { FIELDS, type Field, same } from '../conflict/fields.ts'
import { writeGolden } from '../conflict/golden.ts'
import { rows } from '../database.ts'
import type { Hub } from '../hub.ts'
import { importIds } from '../intake.ts'
import { jobHandler } from '../jobs.ts'
import { admitted } from '../privacy/admit.ts'
import { lockCustomers } from '../twins.ts'

type Values = Partial<Record<Field, unknown>>

/**
 * Checks that a customer of a source has the fields without which nothing of it may go to an ERP. What only the
 * source knows fills the golden record. Throws MISSING_REQUIRED_FIELD naming all that are missing.
 */
export async function requireFields(
  hub: Hub,
  open: OpenConnection,
  native: string | null,
  customer: string,
): Promise<void> {
  const { requiredCustomerFields: needed } = open.settings
  if (open.connector.role !== 'source' || needed.length === 0) return
  const columns = needed.map((field) => `${FIELDS[field].column} as "${field}"`).join(', ')
  const [golden = {}] = await rows<Values>(hub.db.em(), `select ${columns} from customer where id = ?`, [
    customer,
  ])
  const lacking = needed.filter((field) => same(golden[field], null))
  if (lacking.length === 0) return
  const [read] = native ? ((await open.erp.customers?.byId([native])) ?? []) : []
  if (read instanceof ErpError) throw read
  const [record] = read ? await admitted(hub, open, 'customer', [read]) : []
  const said: Values = { ...record }
  const known = lacking.filter((field) => !same(said[field], null))
  await fill(hub, open, customer, Object.fromEntries(known.map((field) => [field, said[field]])))
  const missing = lacking.filter((field) => !known.includes(field))
  if (missing.length === 0) return
  const told = `The customer ${record?.name ?? ''} lacks ${missing.join(', ')}.`.replace('  ', ' ')
  throw new ErpError('MISSING_REQUIRED_FIELD', told, { connection: open.id, field: `customer.${missing[0]}` })
}

async function fill(hub: Hub, open: OpenConnection, customer: string, values: Values): Promise<void> {
  if (Object.keys(values).length === 0) return
  await hub.db.em().transactional(async (em) => {
    await lockCustomers(em, open.tenant)
    await writeGolden(em, customer, values, open.id)
  })
  // The order that follows at once reads the customer from memory.
  hub.catalogue.clear()
  hub.db.bus.tell('catalogue', customer)
}

const WAITING = `
select q.connection, q.native_id as native from quote q
join mirror m on m.connection = q.connection and m.kind = 'quote' and m.native_id = q.native_id
join external_ref r on r.connection = q.connection and r.kind = 'customer' and r.native_id = m.content->>'customer'
where q.tenant = ? and q.sales_order is null and q.problem->>'code' = 'MISSING_REQUIRED_FIELD'
  and r.hub_id = coalesce(?, (select customer from operation where id = ?)) order by q.id limit 100`

/**
 * Tries quotes again that waited for a field of their customer: when the source changed it, and when the golden record
 * was changed, of which the database makes a job.
 */
export const backRequired = jobHandler<{ customer?: string }>({
  kind: 'back-required',
  parallel: 2,
  wants: async (_hub, open, kind) => kind === 'customer' && open.connector.role === 'source',
  async work(hub, { tenant, subject, payload }) {
    const values = [tenant, payload.customer ?? null, subject]
    const waiting = await rows<{ connection: string; native: string }>(hub.db.em(), WAITING, values)
    for (const { connection, native } of waiting) {
      const open = hub.directory.find(tenant, connection)
      if (open) await importIds(hub, open, 'quote', [native], { by: 'poll' })
    }
  },
})
