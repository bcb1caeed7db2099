import { randomUUID } from 'node:crypto'
import type { Customer, Item, Order } from '../connector.ts'
import type { OpenConnection } from '../connections.ts'
import { type Database, type Manager, rows } from './database.ts'
import { noteCandidates } from './match/candidates.ts'
import { likelyFor, linkOf } from './match/find.ts'
import { nameBlock, phoneKey } from './match/keys.ts'
import { type Policy, policyOf } from './match/policy.ts'

/** What two records of one customer have in common, however they are written. */
export interface MatchKeys {
  emailKey: string | null
  taxKey: string | null
  phoneKey: string | null
  nameKey: string
}

const LEGAL_FORMS =
  /\b(gmbh|mbh|ag|kg|ohg|ug|ltd|limited|inc|llc|corp|co|sarl|sas|sa|bv|nv|srl|spa|plc|oy|ab|as)\b/g

/** Normalises name, e-mail, phone and tax id for matching: case, accents, legal forms, blanks and punctuation. */
export function matchKeys(customer: {
  name?: string | null
  email?: string | null
  taxId?: string | null
  phone?: string | null
  country?: string | null
}): MatchKeys {
  const plain = (customer.name ?? '')
    .toLowerCase()
    .replaceAll('ß', 'ss')
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
  const words = plain.replace(/[^\p{L}\p{N}]+/gu, ' ').replace(LEGAL_FORMS, ' ')
  return {
    emailKey: customer.email?.trim().toLowerCase() || null,
    taxKey: customer.taxId?.toUpperCase().replace(/[^A-Z0-9]/g, '') || null,
    phoneKey: phoneKey(customer.phone, customer.country),
    nameKey: words.split(' ').filter(Boolean).join(' ') || plain.trim(),
  }
}

/** A new id of the hub: a prefix that says what it is, and a random part. */
export function newId(prefix: string): string {
  return `${prefix}_${randomUUID().replaceAll('-', '')}`
}

/** Writes items of one connection into the catalogue: one product per SKU, and who knows it by which id. */
export async function importItems(db: Database, open: OpenConnection, items: Item[]): Promise<void> {
  const sold = items.filter((item) => item.sku)
  if (sold.length === 0) return
  await db.em().transactional(async (em) => {
    const data = sold.map((item) => ({
      ...item,
      hub: newId('prd'),
      categories: item.categories ?? [],
      components: item.components ?? [],
    }))
    await em.execute(UPSERT_PRODUCTS, [open.tenant, JSON.stringify(data)])
    await em.execute(UPSERT_ITEM_REFS, [open.id, open.tenant, JSON.stringify(data), open.tenant])
  })
  db.bus.tell('catalogue', open.id)
}

const UPSERT_PRODUCTS = `
insert into product (id, tenant, sku, name, description, unit, categories, minimum_quantity, lead_time_days, components)
select distinct on (i.sku) i.hub, ?, i.sku, i.name, i.description, i.unit, i.categories, i."minimumQuantity", i."leadTimeDays", i.components
from jsonb_to_recordset(?::jsonb) as i(hub text, sku text, name text, description text, unit text, categories jsonb,
  "minimumQuantity" text, "leadTimeDays" int, components jsonb)
on conflict (tenant, sku) do update set
  name = coalesce(product.name, excluded.name), description = coalesce(product.description, excluded.description),
  unit = coalesce(product.unit, excluded.unit), minimum_quantity = coalesce(product.minimum_quantity, excluded.minimum_quantity),
  lead_time_days = coalesce(product.lead_time_days, excluded.lead_time_days),
  categories = case when product.categories = '[]' then excluded.categories else product.categories end,
  components = case when product.components = '[]' then excluded.components else product.components end, updated_at = now()`

const UPSERT_ITEM_REFS = `
insert into external_ref (connection, kind, native_id, tenant, hub_id, number)
select ?, 'item', i.id, ?, product.id, i.sku
from jsonb_to_recordset(?::jsonb) as i(id text, sku text) join product on product.tenant = ? and product.sku = i.sku
on conflict (connection, kind, native_id) do update set
  hub_id = excluded.hub_id, number = excluded.number, seen_at = now(), deleted = false`

/**
 * Writes customers of one connection: known by an earlier reference, else matched as the tenant's policy says, else a
 * new one; whoever may be the same without being sure waits for a person's decision.
 */
export async function importCustomers(
  db: Database,
  open: OpenConnection,
  customers: Customer[],
): Promise<void> {
  if (customers.length === 0) return
  await db.em().transactional(async (em) => {
    await em.execute('select pg_advisory_xact_lock(hashtext(?))', [`customers ${open.tenant}`])
    const policy = await policyOf(em, open.tenant)
    for (const customer of customers) await importCustomer(em, open, customer, policy)
  })
  db.bus.tell('catalogue', open.id)
}

async function importCustomer(
  em: Manager,
  open: OpenConnection,
  customer: Customer,
  policy: Policy,
): Promise<void> {
  const [known] = await rows<{ id: string }>(em, FIND_CUSTOMER, [open.id, customer.id])
  const likely = known ? [] : await likelyFor(em, open, customer, policy)
  const link = known?.id ?? linkOf(likely)
  const id = link ?? newId('cus')
  if (!link) await insertCustomer(em, open, id, customer)
  else if (!known) await em.execute(FILL, [customer.country ?? null, customer.currency ?? null, id])
  const others = likely.filter((one) => one.customer !== id && (!link || one.isSure))
  await noteCandidates(
    em,
    { tenant: open.tenant, connection: open.id, native: customer.id, customer: id },
    others,
  )
  await em.execute(UPSERT_REF, [open.id, 'customer', customer.id, open.tenant, id, customer.number ?? null])
  if (open.connector.role === 'erp') await em.execute(SET_HOME, [open.id, id, open.id])
}

// Who is met again in another system fills what nobody knew and nothing is matched by; what is known stays.
const FILL =
  'update customer set country = coalesce(country, ?), currency = coalesce(currency, ?) where id = ?'

const FIND_CUSTOMER = `
select hub_id as id from external_ref where connection = ? and kind = 'customer' and native_id = ?`

async function insertCustomer(
  em: Manager,
  open: OpenConnection,
  id: string,
  customer: Customer,
): Promise<void> {
  const { emailKey, taxKey, phoneKey: phone, nameKey } = matchKeys(customer)
  const own = [
    customer.name ?? customer.number ?? customer.id,
    customer.email,
    customer.phone,
    customer.taxId,
    customer.country,
  ]
  const terms = [
    customer.currency,
    customer.group,
    customer.paymentTerms,
    JSON.stringify(customer.addresses ?? []),
    JSON.stringify((customer.customAttributes ?? []).filter(({ value }) => value)),
    // A home is an ERP: a source takes no orders and has no prices.
    open.connector.role === 'erp' ? open.id : null,
  ]
  const keys = [emailKey, taxKey, phone, nameKey, JSON.stringify(nameBlock(nameKey))]
  // The driver takes undefined for the name of a column, and a connector may leave out what it does not know.
  const values = [...own, ...terms].map((text) => text ?? null)
  await em.execute(INSERT_CUSTOMER, [id, open.tenant, ...values, ...keys])
}

const INSERT_CUSTOMER = `
insert into customer (id, tenant, name, email, phone, tax_id, country, currency, customer_group, payment_terms, addresses,
  custom_attributes, home, email_key, tax_key, phone_key, name_key, name_block)
values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?::jsonb, ?::jsonb, ?, ?, ?, ?, ?, array(select jsonb_array_elements_text(?::jsonb)))`

const UPSERT_REF = `
insert into external_ref (connection, kind, native_id, tenant, hub_id, number) values (?, ?, ?, ?, ?, ?)
on conflict (connection, kind, native_id) do update set number = excluded.number, seen_at = now(), deleted = false`

// The home is the first ERP in configured order that knows the customer, in whatever order they were read.
const SET_HOME = `
update customer set home = ? where id = ? and (home is null
  or (select position from connection where id = home) > (select position from connection where id = ?))`

/** Writes orders that a connection told of; one that we pushed is recognised by the ERP's id. */
export async function importOrders(db: Database, open: OpenConnection, orders: Order[]): Promise<void> {
  for (const order of orders) {
    const values = [
      newId('ord'),
      open.tenant,
      open.id,
      order.id,
      order.number ?? null,
      order.reference ?? null,
      order.state ?? null,
    ]
    const found = await rows(db.em(), OWN_ORDER, [
      ...values.slice(3, 5),
      order.state ?? null,
      open.id,
      order.reference ?? null,
      order.id,
    ])
    if (found.length > 0) continue
    await db.em().execute(UPSERT_ORDER, [...values, open.id, order.customer ?? null])
  }
}

// One that we push ourselves is recognised by our reference before its push is booked.
const OWN_ORDER = `
update sales_order set native_id = ?, number = ?, state = ?, updated_at = now()
where connection = ? and reference = ? and (native_id = ?
  or (native_id is null and number is null and operation is not null)) returning id`

const UPSERT_ORDER = `
insert into sales_order (id, tenant, connection, native_id, number, reference, state, customer)
values (?, ?, ?, ?, ?, ?, ?, (select hub_id from external_ref where connection = ? and kind = 'customer' and native_id = ?))
on conflict (connection, native_id) do update set number = excluded.number, state = excluded.state, updated_at = now(),
  customer = coalesce(sales_order.customer, excluded.customer)`
