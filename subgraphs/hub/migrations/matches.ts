import { Migration } from '@mikro-orm/migrations'

/**
 * Who may be the same customer: keys for matching, thresholds, the queue of people's decisions, merges with what they
 * moved, and what the sources of quotes were told.
 */
export class Matches extends Migration {
  override up(): void {
    for (const statement of TABLES.split(';\n')) if (statement.trim()) this.addSql(statement)
    for (const statement of FOLLOW) this.addSql(statement)
  }
}

const TABLES = `
alter table customer add column phone_key text, add column name_block text[] not null default '{}';
update customer set phone_key = case when phone like '+%' then regexp_replace(phone, '[^0-9]', '', 'g') end,
  name_block = array(select distinct left(w, 5) from regexp_split_to_table(regexp_replace(name_key, '([aou])e', '\\1', 'g'), ' +') w
    where length(w) > 1 and w !~ '^[0-9]+$' and w not in ('und', 'and', 'et'));
create index customer_phone on customer (tenant, phone_key) where phone_key is not null;
create index customer_block on customer using gin (name_block);
alter table external_ref add column linked_at timestamptz not null default clock_timestamp();
create index external_ref_number on external_ref (tenant, number) where kind = 'customer' and number is not null;
create table match_policy (
  tenant text primary key references tenant, auto_link double precision not null, review double precision not null,
  shared_numbers jsonb not null default '[]');
create table match_candidate (
  id text primary key, tenant text not null references tenant, customer text not null, other text not null,
  connection text not null references connection, native_id text not null, score double precision not null,
  reasons jsonb not null default '[]', state text not null default 'OPEN', decided_by text, decided_at timestamptz,
  created_at timestamptz(3) not null default now());
create unique index match_candidate_pair on match_candidate (tenant, least(customer, other), greatest(customer, other));
create index match_candidate_list on match_candidate (tenant, state, created_at desc, id desc);
create table customer_alias (
  id text primary key, tenant text not null references tenant, customer text not null references customer on delete cascade);
create index customer_alias_customer on customer_alias (customer);
create table customer_merge (
  id text primary key, tenant text not null references tenant, kept text not null, gone text not null,
  content jsonb not null, moved jsonb not null, done_by text not null, done_at timestamptz not null default now(),
  undone_at timestamptz);
create index customer_merge_gone on customer_merge (gone);
create table told (
  connection text not null references connection, kind text not null, native_id text not null,
  tenant text not null references tenant, said jsonb not null default '{}', problem jsonb, busy_until timestamptz,
  told_at timestamptz, primary key (connection, kind, native_id));
`

/**
 * Each end of a write and each change of an order, invoice or payment is a row of the table of events, and each
 * refusal stands at its quote. What the source has to hear of becomes a job in the very transaction that wrote it, and
 * so does the next try of a quote that waited for a field of its customer.
 */
const FOLLOW = [
  `create function quotes_of_operation(asked text) returns table (id text, tenant text) language sql stable as $$
    select distinct q.id, q.tenant from operation o
    left join invoice i on o.object = 'INVOICE' and i.id = o.subject
    left join payment p on o.object = 'PAYMENT' and p.id = o.subject
    join sales_order s on s.id = o.sales_order or s.id = i.sales_order or (p.id is not null and s.id in (
      select paid.sales_order from jsonb_array_elements(p.allocations) a
      join invoice paid on paid.connection = p.connection and paid.native_id = a->>'invoice'))
    join quote q on q.id = s.quote
    where o.id = asked
  $$`,
  `create function tell_quotes_of_event() returns trigger language plpgsql as $$ begin
    insert into job (tenant, kind, subject) select q.tenant, 'back-quote', q.id || ' ' || new.sequence
    from quotes_of_operation(new.operation) q on conflict do nothing;
    return null; end $$`,
  `create trigger event_told after insert on event for each row
    when (new.object in ('ORDER', 'INVOICE', 'PAYMENT')
      and new.status in ('DONE', 'REFUSED', 'DEAD', 'UNCERTAIN', 'CANCELLED'))
    execute function tell_quotes_of_event()`,
  `create function tell_quote() returns trigger language plpgsql as $$ begin
    insert into job (tenant, kind, subject) values (new.tenant, 'back-quote', new.id || ' ' || gen_random_uuid());
    return null; end $$`,
  `create trigger quote_told after update on quote for each row
    when (old.problem is distinct from new.problem or old.sales_order is distinct from new.sales_order)
    execute function tell_quote()`,
  `create index quote_waiting on quote (tenant) where sales_order is null and problem->>'code' = 'MISSING_REQUIRED_FIELD'`,
  `create function try_quotes_again() returns trigger language plpgsql as $$ begin
    insert into job (tenant, kind, subject, payload)
    select new.tenant, 'back-required', new.id || ' ' || pg_current_xact_id(), jsonb_build_object('customer', new.id)
    where exists (select from quote where tenant = new.tenant and sales_order is null
      and problem->>'code' = 'MISSING_REQUIRED_FIELD') on conflict do nothing;
    return null; end $$`,
  `create trigger customer_changed after update on customer for each row
    when ((old.name, old.email, old.phone, old.tax_id, old.country, old.currency, old.customer_group, old.payment_terms,
      old.addresses) is distinct from (new.name, new.email, new.phone, new.tax_id, new.country, new.currency,
      new.customer_group, new.payment_terms, new.addresses))
    execute function try_quotes_again()`,
]
