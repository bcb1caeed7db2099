import { ErpError } from '../../schema/errors.ts'
import type { CustomerInput, Id } from '../connector.ts'
import type { OpenConnection } from '../connections.ts'
import type { Manager } from './database.ts'
import { matchKeys } from './identity.ts'
import type { Operation } from './operations.ts'

/** Who decides which record is which customer holds this lock of the tenant to the end of the transaction. */
export async function lockCustomers(em: Manager, tenant: string): Promise<void> {
  await em.execute('select pg_advisory_xact_lock(hashtext(?))', [`customers ${tenant}`])
}

/**
 * Looks in the ERP itself, because a person may have created the customer there meanwhile: CONFLICT naming the
 * record where tax id or e-mail are the same. It is never merged by itself.
 */
export async function refuseTwin(open: OpenConnection, input: CustomerInput): Promise<void> {
  const wanted = matchKeys(input)
  for (const search of [input.email, input.taxId]) {
    if (!search || !open.erp.customers) continue
    const { rows: found } = await open.erp.customers.list({ first: 20, after: null, search })
    const twin = found.find((row) => {
      const { emailKey, taxKey } = matchKeys(row)
      return (emailKey && emailKey === wanted.emailKey) || (taxKey && taxKey === wanted.taxKey)
    })
    if (!twin) continue
    const told = `${open.id} already has this customer: ${twin.name ?? ''} (${twin.number ?? twin.id}). Link it by resolveOperation with found: "${twin.id}".`
    throw new ErpError('CONFLICT', told, { connection: open.id, retryable: false, field: 'customer' })
  }
}

const FORGET = `
delete from customer c using external_ref r
where r.connection = ? and r.kind = 'customer' and r.native_id = ? and c.id = r.hub_id and c.id <> ?
  and not exists (select from external_ref o where o.hub_id = c.id and o.kind = 'customer'
    and (o.connection, o.native_id) <> (r.connection, r.native_id))
  and not exists (select from sales_order s where s.customer = c.id)
  and not exists (select from invoice i where i.customer = c.id)
  and not exists (select from operation p where p.customer = c.id)`

const FOLLOW = `
update operation set customer = ? where direction = 'IN' and object = 'CUSTOMER' and connection = ? and external_id = ?`

/** A poll may have met the new customer before its push was booked, and made a record that nobody used yet. */
export async function forgetOrphan(em: Manager, op: Operation, native: Id): Promise<void> {
  await em.execute(FOLLOW, [op.customer, op.connection, native])
  await em.execute(FORGET, [op.connection, native, op.customer])
}
