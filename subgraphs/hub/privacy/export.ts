import { type Manager, rows } from '../database.ts'

/** Everything that hangs on a customer: where it stands, under which name, and who it belongs to. `?` is the customer. */
const PARTS: [name: string, sql: string][] = [
  [
    'customer',
    "select to_jsonb(c) - array['email_key', 'tax_key', 'name_key'] as row from customer c where c.id = ?",
  ],
  ['fields', 'select to_jsonb(f) as row from customer_field f where f.customer = ? order by f.field'],
  [
    'records',
    "select to_jsonb(e) as row from external_ref e where e.hub_id = ? and e.kind = 'customer' order by e.connection",
  ],
  ['orders', 'select to_jsonb(s) as row from sales_order s where s.customer = ? order by s.created_at, s.id'],
  ['invoices', 'select to_jsonb(i) as row from invoice i where i.customer = ? order by i.id'],
  ['payments', 'select to_jsonb(p) as row from payment p where p.customer = ? order by p.id'],
  ['conflicts', 'select to_jsonb(f) as row from conflict f where f.customer = ? order by f.created_at, f.id'],
  [
    'keys',
    `select jsonb_build_object('name', k.name, 'scopes', k.scopes, 'created_at', k.created_at, 'last_used_at', k.last_used_at)
    as row from api_key k where k.customer = ? order by k.created_at`,
  ],
  [
    'operations',
    `select to_jsonb(o) - array['fence', 'worker', 'lease_until'] as row from operation o where o.customer = ?
    order by o.created_at, o.id`,
  ],
  [
    'attempts',
    `select to_jsonb(a) - 'worker' as row from attempt a join operation o on o.id = a.operation where o.customer = ?
    order by a.started_at, a.number`,
  ],
  [
    'webhookMessages',
    `select jsonb_build_object('id', d.id, 'url', s.url, 'operation', d.operation, 'state', d.state, 'at', d.created_at)
    as row from webhook_delivery d join webhook_subscription s on s.id = d.subscription join operation o on o.id = d.operation
    where o.customer = ? order by d.created_at, d.id`,
  ],
  [
    'erasures',
    "select to_jsonb(e) - 'idempotency_key' as row from erasure e where e.customer = ? order by e.created_at",
  ],
  [
    'mirrored',
    `select jsonb_build_object('connection', m.connection, 'kind', m.kind, 'id', m.native_id, 'content', m.content,
      'seen_at', m.seen_at) as row
    from mirror m join external_ref e on e.connection = m.connection and e.kind = 'customer' and e.hub_id = ?
    where (m.kind = 'customer' and m.native_id = e.native_id) or (m.kind <> 'customer' and m.content->>'customer' = e.native_id)
    order by m.connection, m.kind, m.native_id`,
  ],
  [
    'quotes',
    `select to_jsonb(q) as row from quote q join external_ref e on e.connection = q.connection and e.kind = 'customer'
      and e.hub_id = ? join mirror m on m.connection = q.connection and m.kind = 'quote' and m.native_id = q.native_id
    where m.content->>'customer' = e.native_id order by q.id`,
  ],
]

/** Everything that is known of one customer, by where it stands. */
export async function everythingOf(em: Manager, customer: string): Promise<Record<string, object[]>> {
  const all: Record<string, object[]> = {}
  for (const [name, sql] of PARTS)
    all[name] = (await rows<{ row: object }>(em, sql, [customer])).map(({ row }) => row)
  return all
}
