import type { CustomerInput, OrderInput } from '../../connector.ts'
import type { OpenConnection } from '../../connections.ts'
import { rows } from '../database.ts'
import type { Hub } from '../hub.ts'
import { outwards } from './apply.ts'
import { mappingsOf } from './read.ts'

const GOLDEN = `select name, email, phone, tax_id as "taxId", country, currency, customer_group as "group",
  payment_terms as "paymentTerms", addresses, custom_attributes as "customAttributes" from customer where id = ?`

/** A customer in the ERP's own fields and words. Throws MAPPING_MISSING, VALIDATION, MISSING_REQUIRED_FIELD. */
export async function ownCustomer(
  hub: Hub,
  open: OpenConnection,
  input: CustomerInput,
  { isNew, customer }: { isNew: boolean; customer: string | null },
): Promise<CustomerInput> {
  const em = hub.db.em()
  const set = await mappingsOf(hub.db, em, { tenant: open.tenant, connection: open.id, kind: 'customer' })
  if (set.isEmpty) return input
  const [whole] = customer ? await rows(em, GOLDEN, [customer]) : []
  return outwards(set, input, { isNew, whole: whole ?? {} })
}

/** An order in the ERP's own fields and words. Throws MAPPING_MISSING, VALIDATION, MISSING_REQUIRED_FIELD. */
export async function ownOrder(hub: Hub, open: OpenConnection, input: OrderInput): Promise<OrderInput> {
  const at = { tenant: open.tenant, connection: open.id, kind: 'order' } as const
  return outwards(await mappingsOf(hub.db, hub.db.em(), at), input, { isNew: true, whole: {} })
}
