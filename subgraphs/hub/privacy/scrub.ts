import { type Manager, rows } from '../database.ts'
import { contentOf } from '../mirror.ts'
import { depersonalised } from './personal.ts'

/** A record of the person in a connection. */
export interface Place {
  connection: string
  id: string
}

/** Who is taken out of the hub, and how much there was of them. */
export interface Scrubbed {
  [what: string]: number
}

const CANCEL = `
with ended as (
  update operation set status = 'CANCELLED', outcome = 'WARNING', finished_at = now(), fence = fence + 1,
    problem = '{"code": "CONFLICT", "message": "The customer was erased.", "resolution": "Nothing to do."}'
  where customer = ? and status in ('DEAD', 'REFUSED') and direction = 'OUT' returning *)
insert into event (tenant, connection, operation, object, status, outcome)
select tenant, connection, id, object, status, outcome from ended`

/** Statements about everything that hangs on the customer; `?` is its id each time. */
const STATEMENTS: [what: string, sql: string][] = [
  [
    'customerOperations',
    `update operation set before = null, after = null, external_number = null, input = jsonb_build_object('customer', customer),
      problem = problem || '{"message": "Erased."}' where customer = ? and object = 'CUSTOMER'`,
  ],
  [
    'exchanges',
    `update attempt set exchanges = '[]', problem = problem || '{"message": "Erased."}'
      where operation in (select id from operation where customer = ?)`,
  ],
  [
    'words',
    `update operation set problem = problem || '{"message": "Erased."}', discard_reason = null,
      warnings = (select jsonb_agg(told || '{"message": "Erased."}') from jsonb_array_elements(warnings) told)
      where customer = ? and num_nonnulls(problem, warnings, discard_reason) > 0`,
  ],
  [
    'jobs',
    `update job set problem = problem || '{"message": "Erased."}'
      where problem is not null and operation in (select id from operation where customer = ?)`,
  ],
  [
    'flows',
    `update flow_run r set problem = r.problem || '{"message": "Erased."}' from operation o
      where r.problem is not null and o.id in (r.operation, r.cause) and o.customer = ?`,
  ],
  ['conflicts', 'delete from conflict where customer = ?'],
  ['changes', 'delete from customer_field where customer = ?'],
  [
    'webhookAnswers',
    `update webhook_attempt set response = null where delivery in (
      select d.id from webhook_delivery d join operation o on o.id = d.operation where o.customer = ?)`,
  ],
  [
    'rollbacks',
    "update rollback_row set changes = '[]', number = null, message = null where operation in (select id from operation where customer = ?)",
  ],
  ['matches', 'delete from match_candidate where ? in (customer, other)'],
  ['merges', 'delete from customer_merge where ? in (kept, gone)'],
  [
    'told',
    `delete from told where kind = 'customer' and (connection, native_id) in (
      select connection, native_id from external_ref where kind = 'customer' and hub_id = ?)`,
  ],
  ['comparisons', 'delete from reconcile_record where hub = ?'],
  ['keys', 'update api_key set revoked_at = now() where customer = ? and revoked_at is null'],
  [
    'references',
    "update external_ref set deleted = true, number = null where hub_id = ? and kind = 'customer'",
  ],
  [
    'customer',
    `update customer set name = 'Erased', name_key = id, email = null, phone = null, tax_id = null, country = null,
      customer_group = null, payment_terms = null, addresses = '[]', custom_attributes = '[]', email_key = null,
      tax_key = null, phone_key = null, name_block = '{}', updated_at = now() where id = ?`,
  ],
]

/** Takes a person out of everything that the hub keeps; repeatable. Documents stay, without the person. */
export async function scrub(
  em: Manager,
  tenant: string,
  customer: string,
  places: Place[],
): Promise<Scrubbed> {
  const where = JSON.stringify(places)
  await em.execute(CANCEL, [customer])
  // The quotes first: whose they are stands only in the mirror.
  const counts: Scrubbed = { quotes: await count(em, QUOTES, [where, where, customer]) }
  counts.documentOperations = await documents(em, customer, where)
  counts.mirror = await mirror(em, tenant, where)
  counts.mirror += await count(em, MIRROR, [where])
  await em.execute(COMPARED, [where])
  await em.execute(IMPORTED, [where])
  for (const [what, sql] of STATEMENTS) counts[what] = await count(em, sql, [customer])
  return counts
}

const QUOTES = `
update quote q set customer_name = null, problem = q.problem || '{"message": "Erased."}' from jsonb_to_recordset(?::jsonb) as p(connection text, id text)
where q.connection = p.connection and q.customer_name is not null and (exists (
    select from mirror m where m.connection = q.connection and m.kind = 'quote' and m.native_id = q.native_id
      and m.content->>'customer' = p.id)
  or exists (select from jsonb_array_elements(?::jsonb) x join customer c on c.name = q.customer_name where c.id = ?))`
const MIRROR = `delete from mirror m using jsonb_to_recordset(?::jsonb) as p(connection text, id text)
  where m.connection = p.connection and m.kind = 'customer' and m.native_id = p.id`
const COMPARED = `update reconcile_row r set left_value = null, right_value = null
  from jsonb_to_recordset(?::jsonb) as p(connection text, id text)
  where r.object = 'CUSTOMER' and (r.left_record = p.id or r.right_record = p.id)`

const IMPORTED = `update sync_import_failure f set number = null, problem = f.problem || '{"message": "Erased."}'
  from sync_import i, jsonb_to_recordset(?::jsonb) as p(connection text, id text)
  where i.id = f.import and f.kind = 'customer' and i.connection = p.connection and f.native_id = p.id`

async function count(em: Manager, sql: string, values: unknown[]): Promise<number> {
  return (await rows(em, `${sql} returning 1`, values)).length
}

interface Written {
  id: string
  before: object | null
  after: object | null
  input: object
}

const OPERATIONS = `
select o.id, o.before, o.after, o.input from operation o where o.object <> 'CUSTOMER' and (o.customer = ? or exists (
  select from jsonb_to_recordset(?::jsonb) as p(connection text, id text) where p.connection = o.connection
    and o.direction = 'IN' and (o.after->>'customer' = p.id or o.before->>'customer' = p.id)))`

/** Orders, invoices, payments and quotes in the log, as they were sent and as they were taken over. */
async function documents(em: Manager, customer: string, where: string): Promise<number> {
  const found = await rows<Written>(em, OPERATIONS, [customer, where])
  const json = (value: object | null) => value && JSON.stringify(depersonalised(value))
  const sql = 'update operation set before = ?::jsonb, after = ?::jsonb, input = ?::jsonb where id = ?'
  for (const { id, before, after, input } of found)
    await em.execute(sql, [json(before), json(after), json(input), id])
  return found.length
}

interface Mirrored {
  connection: string
  kind: string
  native_id: string
  content: object
  synced: object | null
}

const DOCUMENTS = `select m.connection, m.kind, m.native_id, m.content, m.synced from mirror m
  join jsonb_to_recordset(?::jsonb) as p(connection text, id text) on p.connection = m.connection
  where m.tenant = ? and m.kind <> 'customer' and m.content->>'customer' = p.id`
const REWRITE = `update mirror set content = ?::jsonb, hash = ?, synced = ?::jsonb
  where connection = ? and kind = ? and native_id = ?`

async function mirror(em: Manager, tenant: string, where: string): Promise<number> {
  const found = await rows<Mirrored>(em, DOCUMENTS, [where, tenant])
  for (const row of found) await rewrite(em, row, depersonalised)
  return found.length
}

/** Writes the content of a mirrored record as `change` makes it, with its hash, so that no poll takes it for a change. */
export async function rewrite(
  em: Manager,
  { connection, kind, native_id: id, content: old, synced }: Mirrored,
  change: (content: object) => object,
): Promise<void> {
  const { content, hash } = contentOf({ id, ...change(old) })
  const agreed = synced && JSON.stringify(change(synced))
  await em.execute(REWRITE, [JSON.stringify(content), hash, agreed, connection, kind, id])
}
