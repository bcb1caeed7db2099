import { getMetadataStorage } from 'type-graphql'
import { ErpError } from '../../../schema/errors.ts'
import { ErpCustomer, ErpInvoice, ErpItem, ErpOrder, ErpPayment, ErpQuote } from '../../../schema/index.ts'
import type { Kind } from '../../records.ts'
import { FIELDS, FIELD_NAMES } from '../conflict/fields.ts'
import { type Manager, rows } from '../database.ts'
import { newId } from '../identity.ts'
import { enqueue, jobHandler } from '../jobs.ts'
import { objectOf } from '../kinds.ts'
import { NEEDED, allowedIn, trimmed } from './admit.ts'
import { rewrite } from './scrub.ts'

const TYPES = {
  item: ErpItem,
  customer: ErpCustomer,
  order: ErpOrder,
  invoice: ErpInvoice,
  payment: ErpPayment,
  quote: ErpQuote,
} as const satisfies Record<Kind, unknown>

/** The fields of a kind of record that may be left out. */
export function fieldsOf(kind: Kind): string[] {
  const { fields } = getMetadataStorage()
  const own = fields.filter(({ target }) => target === TYPES[kind]).map(({ name }) => name)
  return own.filter((name) => !NEEDED.includes(name))
}

/** Throws VALIDATION naming a field that the kind of record does not have. */
export function checkFields(kind: Kind, fields: string[]): void {
  const known = fieldsOf(kind)
  const wrong = fields.find((name) => !known.includes(name) && !NEEDED.includes(name))
  if (wrong === undefined) return
  const why = `${objectOf(kind)} has no field ${wrong.slice(0, 60)}; there are ${known.join(', ')}.`
  throw new ErpError('VALIDATION', why, { field: 'fields' })
}

const SET = `insert into allowed_field (tenant, connection, kind, fields) values (?, ?, ?, ?::jsonb)
  on conflict (connection, kind) do update set fields = excluded.fields`
const JOB = 'allowed-fields'

/** Allows fields of a kind of record, all with null; what is kept already is cut by a job. */
export async function allow(
  em: Manager,
  tenant: string,
  connection: string,
  kind: Kind,
  fields: string[] | null,
): Promise<void> {
  if (!fields) {
    await em.execute('delete from allowed_field where connection = ? and kind = ?', [connection, kind])
    return
  }
  await em.execute(SET, [tenant, connection, kind, JSON.stringify([...new Set(fields)])])
  const payload = { connection, kind, after: '' }
  await enqueue(em, [{ tenant, kind: JOB, subject: newId('alw'), payload }])
}

const AT_ONCE = 500
const MIRRORED = `select connection, kind, native_id, content, synced from mirror
  where connection = ? and kind = ? and native_id > ? order by native_id limit ${AT_ONCE}`
const LOGGED = `update operation set
    before = (select jsonb_object_agg(key, value) from jsonb_each(before) where ?::jsonb @> to_jsonb(key)),
    after = (select jsonb_object_agg(key, value) from jsonb_each(after) where ?::jsonb @> to_jsonb(key))
  where connection = ? and object = ? and (before is not null or after is not null)`
const WIRED = `update attempt set exchanges = (
    select coalesce(jsonb_agg(case when jsonb_typeof(e->'response') = 'object'
      then jsonb_set(e, '{response,body}', '"•••"') else e end), '[]') from jsonb_array_elements(exchanges) e)
  where operation in (select id from operation where connection = ? and object = ?)`

/** Cuts what is kept already to the fields that are allowed now. */
export const allowedFieldsJob = jobHandler<{ connection: string; kind: Kind; after: string }>({
  kind: JOB,
  parallel: 2,
  async work(hub, { payload }, run) {
    const { connection, kind } = payload
    const em = hub.db.em()
    const allowed = await allowedIn(em, connection, kind)
    if (!allowed) return
    let { after } = payload
    for (;;) {
      const found = await rows<Parameters<typeof rewrite>[1]>(em, MIRRORED, [connection, kind, after])
      await em.transactional(async (inner) => {
        for (const row of found) await rewrite(inner, row, (content) => trimmed(content, allowed))
      })
      after = found.at(-1)?.native_id ?? after
      await run.keep({ connection, kind, after })
      if (found.length < AT_ONCE) break
    }
    const all = JSON.stringify([...allowed, ...NEEDED])
    await em.execute(LOGGED, [all, all, connection, objectOf(kind)])
    await em.execute(WIRED, [connection, objectOf(kind)])
    if (kind === 'customer') await cutGolden(em, connection, allowed)
    hub.db.bus.tell('catalogue', connection)
  },
})

/** Empties the fields of golden records that nobody but this connection told. */
async function cutGolden(em: Manager, connection: string, allowed: string[]): Promise<void> {
  const columns = FIELD_NAMES.filter((field) => field !== 'name' && !allowed.includes(field)).map(
    (field) => `${FIELDS[field].column} = ${FIELDS[field].isList ? "'[]'" : 'null'}`,
  )
  if (!allowed.includes('email')) columns.push('email_key = null')
  if (!allowed.includes('taxId')) columns.push('tax_key = null')
  if (!allowed.includes('phone')) columns.push('phone_key = null')
  if (!allowed.includes('name')) columns.push(`name_block = '{}'`)
  // A customer has a name; where it may not be kept, its number stands there.
  if (!allowed.includes('name'))
    columns.push(
      `name = coalesce(r.number, r.native_id)`,
      `name_key = lower(coalesce(r.number, r.native_id))`,
    )
  if (columns.length === 0) return
  const sql = `update customer c set ${columns.join(', ')} from external_ref r
    where r.hub_id = c.id and r.kind = 'customer' and r.connection = ? and not exists (
      select from external_ref o where o.hub_id = c.id and o.kind = 'customer' and o.connection <> r.connection)`
  await em.execute(sql, [connection])
}
