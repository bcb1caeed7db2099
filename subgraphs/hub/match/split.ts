import { ErpError } from '../../../schema/errors.ts'
import { FIELD_NAMES } from '../conflict/fields.ts'
import { writeGolden } from '../conflict/golden.ts'
import { type Manager, rows } from '../database.ts'
import { newId } from '../identity.ts'
import { ruleOut } from './candidates.ts'
import { FOLLOWERS, type Moved } from './merge.ts'

/** A record of an ERP. */
export interface RecordKey {
  connection: string
  native: string
}

/** What is taken out of a golden record. */
export interface Split {
  tenant: string
  customer: string
  records: RecordKey[]
  by: string
}

interface Past {
  id: string
  gone: string
  content: object
  moved: Moved
}

/** The newest merge that brought exactly these records, or the merge of an old id. */
export async function mergeOf(
  em: Manager,
  { tenant, customer, records }: Split,
  old: string | null,
): Promise<Past | null> {
  const sql = `select id, gone, content, moved from customer_merge
    where tenant = ? and kept = ? and undone_at is null and (?::text is null or gone = ?) order by done_at desc`
  const all = await rows<Past>(em, sql, [tenant, customer, old, old])
  if (old) return all[0] ?? null
  const wanted = textOf(records)
  return all.find(({ moved }) => moved.records.length > 0 && textOf(moved.records) === wanted) ?? null
}

function textOf(records: RecordKey[]): string {
  return records
    .map(({ connection, native }) => `${connection} ${native}`)
    .sort()
    .join('\n')
}

const REFS = `select connection, native_id as native from external_ref where tenant = ? and kind = 'customer'
  and hub_id = ? order by linked_at, connection, native_id`

/** Checks that records belong to the customer and that something stays. Throws NOT_FOUND, VALIDATION. */
export async function checkSplit(em: Manager, split: Split, isUndone: boolean): Promise<void> {
  const mine = await rows<RecordKey>(em, REFS, [split.tenant, split.customer])
  for (const [index, { connection, native }] of split.records.entries()) {
    if (mine.some((one) => one.connection === connection && one.native === native)) continue
    throw new ErpError('NOT_FOUND', 'The customer has no such record.', { field: `records.${index}` })
  }
  if (isUndone) return
  if (split.records.length === 0)
    throw new ErpError('MISSING_REQUIRED_FIELD', 'Name the records that are another customer.', {
      field: 'records',
    })
  if (
    new Set(mine.map((one) => textOf([one]))).size === new Set(split.records.map((one) => textOf([one]))).size
  )
    throw new ErpError('VALIDATION', 'One record has to stay with the customer.', { field: 'records' })
}

/**
 * Takes records out of a golden record, inside the caller's transaction that holds lockCustomers. Where they came by a
 * merge, that is undone: the old golden record is there again by its old id, with what belonged to it. Both are
 * remembered as different. Gives the id of the golden record that the records belong to now.
 */
export async function splitOff(em: Manager, split: Split, past: Past | null): Promise<string> {
  const { tenant, customer, by } = split
  const id = past?.gone ?? newId('cus')
  if (past) await restore(em, past, id, customer)
  else await copy(em, split, id)
  const records = JSON.stringify(past && split.records.length === 0 ? past.moved.records : split.records)
  await em.execute(MOVE_REFS, [id, records, customer])
  if (past) await moveBack(em, past.moved, customer, id)
  for (const [table, kind] of DOCUMENTS) await em.execute(moveDocuments(table, kind), [id, records, customer])
  await em.execute(MOVE_OPERATIONS, [id, records, customer, id])
  await em.execute(MOVE_INPUTS, [id, id, customer])
  await em.execute(HOMES, [customer, id])
  const [first = { connection: '', native: '' }] = split.records
  if (first.connection) await ruleOut(em, { tenant, ...first, customer: id }, customer, by)
  return id
}

const MOVE_REFS = `
update external_ref r set hub_id = ?, linked_at = clock_timestamp()
from jsonb_to_recordset(?::jsonb) as m(connection text, native text)
where r.kind = 'customer' and r.hub_id = ? and r.connection = m.connection and r.native_id = m.native`

const DOCUMENTS = [
  ['sales_order', 'order'],
  ['invoice', 'invoice'],
  ['payment', 'payment'],
] as const

/** Documents whose last known content names one of the records as its buyer. */
function moveDocuments(table: string, kind: string): string {
  return `update ${table} d set customer = ? from mirror m, jsonb_to_recordset(?::jsonb) as r(connection text, native text)
    where d.customer = ? and m.connection = d.connection and m.kind = '${kind}' and m.native_id = d.native_id
      and r.connection = d.connection and r.native = m.content->>'customer'`
}

const MOVE_OPERATIONS = `
update operation o set customer = ? from jsonb_to_recordset(?::jsonb) as r(connection text, native text)
where o.customer = ? and o.connection = r.connection and ((o.object = 'CUSTOMER' and o.external_id = r.native)
  or exists (select from sales_order s where s.id = o.sales_order and s.customer = ?))`

const MOVE_INPUTS = `
update operation set input = jsonb_set(input, '{customer}', to_jsonb(?::text))
where customer = ? and direction = 'OUT' and input->>'customer' = ?`

/** A home is where the customer is known; it may have gone with the records. */
const HOMES = `
update customer set home = coalesce((select c.id from external_ref r join connection c on c.id = r.connection
  where r.kind = 'customer' and r.hub_id = customer.id and not r.deleted
  order by c.id = customer.home desc, c.position, c.id limit 1), home) where id in (?, ?)`

/** Those that were merged into it before are its own again. */
const OWN_ALIASES = `update customer_alias set customer = ? where customer = ? and id in (
  select gone from customer_merge where kept = ? and undone_at is null)`

async function restore(em: Manager, past: Past, id: string, kept: string): Promise<void> {
  await em.execute('delete from customer_alias where id = ?', [id])
  // A column that is newer than the merge is as in the record that was kept.
  const sql = `insert into customer select n.* from customer k
    cross join lateral jsonb_populate_record(k, ?::jsonb) n where k.id = ?`
  await em.execute(sql, [JSON.stringify(past.content), kept])
  await em.execute(OWN_ALIASES, [id, kept, id])
  await em.execute('update customer_merge set undone_at = now() where id = ?', [past.id])
}

async function moveBack(em: Manager, moved: Moved, customer: string, id: string): Promise<void> {
  for (const table of FOLLOWERS) {
    const sql = `update ${table} set customer = ? where customer = ?
      and id in (select jsonb_array_elements_text(?::jsonb))`
    await em.execute(sql, [id, customer, JSON.stringify(moved[table])])
  }
}

const COPY = `
insert into customer (id, tenant, name, email, phone, tax_id, country, currency, customer_group, payment_terms, addresses,
  custom_attributes, home, email_key, tax_key, phone_key, name_key, name_block)
select ?, tenant, name, email, phone, tax_id, country, currency, customer_group, payment_terms, addresses,
  custom_attributes, home, email_key, tax_key, phone_key, name_key, name_block from customer where id = ?`

const CONTENT = `select content from mirror where connection = ? and kind = 'customer' and native_id = ?`

/** Without a merge that is undone the new golden record is what its first record says. */
async function copy(em: Manager, { customer, records, by }: Split, id: string): Promise<void> {
  await em.execute(COPY, [id, customer])
  const [first = { connection: '', native: '' }] = records
  const values = [first.connection, first.native]
  const [found] = await rows<{ content: Record<string, unknown> }>(em, CONTENT, values)
  const said = FIELD_NAMES.filter((field) => found && field in found.content)
  await writeGolden(em, id, Object.fromEntries(said.map((field) => [field, found?.content[field]])), by)
}
