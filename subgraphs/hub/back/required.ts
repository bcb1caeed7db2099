import { ErpError } from '../../../schema/errors.ts'
import type { OpenConnection } from '../../connections.ts'
import { FIELDS, type Field, same } from '../conflict/fields.ts'
import { writeGolden } from '../conflict/golden.ts'
import { rows } from '../database.ts'
import type { Hub } from '../hub.ts'
import { importIds } from '../intake.ts'
import { jobHandler } from '../jobs.ts'
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
  const [record] = native ? ((await open.erp.customers?.byId([native])) ?? []) : []
  if (record instanceof ErpError) throw record
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
  and r.hub_id = (select customer from operation where id = ?) order by q.id limit 100`

const SOON_MS = 2_000

/** Tries quotes again that waited for a field of their customer, when the customer was changed anywhere. */
export const backRequired = jobHandler<{ again?: boolean }>({
  kind: 'back-required',
  parallel: 2,
  wants: async (hub, open, kind) =>
    kind === 'customer' &&
    hub.directory.all(open.tenant).some(({ connector }) => connector.role === 'source'),
  async work(hub, { tenant, subject, payload }, run) {
    const waiting = () =>
      rows<{ connection: string; native: string }>(hub.db.em(), WAITING, [tenant, subject])
    for (const { connection, native } of await waiting()) {
      const open = hub.directory.find(tenant, connection)
      if (open) await importIds(hub, open, 'quote', [native], { by: 'poll' })
    }
    // A change of an ERP reaches the golden record by a job of its own, which may come later than this one.
    if (payload.again || (await waiting()).length === 0) return
    await run.keep({ again: true })
    return { againInMs: SOON_MS }
  },
})
