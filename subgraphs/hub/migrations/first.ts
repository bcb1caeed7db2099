import { Migration } from '@mikro-orm/migrations'

/** The first tables. Forward only. */
export class First extends Migration {
  override up(): void {
    for (const statement of TABLES.split(';\n')) if (statement.trim()) this.addSql(statement)
  }
}

const TABLES = `
create table tenant (id text primary key, name text not null);
create table api_key (
  id text primary key, tenant text not null references tenant, name text not null, hash text not null unique,
  scopes text[] not null, connections text[], customer text, created_at timestamptz not null default now(),
  expires_at timestamptz, revoked_at timestamptz);
create table connection (
  id text primary key, tenant text not null references tenant, system text not null, position int not null default 0,
  state text not null default 'ACTIVE', settings jsonb not null default '{}', secrets text not null, tokens text,
  problem jsonb, created_at timestamptz not null default now());
create table product (
  id text primary key, tenant text not null references tenant, sku text not null, name text, description text,
  unit text, categories jsonb not null default '[]', minimum_quantity text, lead_time_days int,
  components jsonb not null default '[]', updated_at timestamptz not null default now(), unique (tenant, sku));
create table customer (
  id text primary key, tenant text not null references tenant, name text not null, email text, phone text,
  tax_id text, country text, currency text, customer_group text, payment_terms text,
  addresses jsonb not null default '[]', custom_attributes jsonb not null default '[]', home text,
  email_key text, tax_key text, name_key text not null, updated_at timestamptz not null default now());
create index customer_email on customer (tenant, email_key);
create index customer_tax on customer (tenant, tax_key);
create index customer_name on customer (tenant, name_key);
create table external_ref (
  connection text not null references connection, kind text not null, native_id text not null,
  tenant text not null, hub_id text not null, number text, seen_at timestamptz not null default now(),
  deleted boolean not null default false, primary key (connection, kind, native_id));
create index external_ref_hub on external_ref (hub_id, kind);
create table quote (
  id text primary key, tenant text not null references tenant, connection text not null references connection,
  native_id text not null, number text, state text not null, native_status text, customer_name text,
  sales_order text, problem jsonb, updated_at timestamptz not null default now(), unique (connection, native_id));
create table sales_order (
  id text primary key, tenant text not null references tenant, connection text not null references connection,
  native_id text, number text, reference text, state text, customer text references customer,
  quote text references quote, operation text, created_at timestamptz(3) not null default now(),
  updated_at timestamptz not null default now());
create unique index sales_order_native on sales_order (connection, native_id);
create table invoice (
  id text primary key, tenant text not null references tenant, connection text not null references connection,
  native_id text not null, number text, state text, customer text references customer,
  updated_at timestamptz not null default now(), unique (connection, native_id));
create table request (
  tenant text not null, idempotency_key text not null, hash text not null, answer jsonb not null,
  created_at timestamptz not null default now(), primary key (tenant, idempotency_key));
create table operation (
  id text primary key, tenant text not null references tenant, connection text not null references connection,
  direction text not null default 'OUT', object text not null, action text not null, status text not null,
  outcome text, reference text not null, input jsonb not null, sales_order text, customer text,
  depends_on text references operation, external_id text, external_number text, problem jsonb,
  before jsonb, after jsonb, attempts int not null default 0, tries int not null default 0,
  tried_since timestamptz not null default now(), fence bigint not null default 0, worker text,
  lease_until timestamptz, sent_at timestamptz, first_sent_at timestamptz, requested_by text,
  next_attempt_at timestamptz not null default now(), created_at timestamptz(3) not null default now(),
  finished_at timestamptz);
create index operation_due on operation (connection, next_attempt_at) where status in ('ACCEPTED', 'RUNNING', 'WAITING');
create index operation_order on operation (sales_order) where sales_order is not null;
create index operation_customer on operation (customer, connection) where object = 'CUSTOMER';
create index operation_dependent on operation (depends_on) where depends_on is not null;
create index operation_list on operation (tenant, created_at desc, id desc);
create index operation_reference on operation (tenant, reference);
create table attempt (
  operation text not null references operation, number int not null, worker text not null,
  started_at timestamptz not null default now(), finished_at timestamptz, outcome text, problem jsonb,
  exchanges jsonb not null default '[]', primary key (operation, number));
create table event (
  sequence bigint generated always as identity primary key, transaction xid8 not null default pg_current_xact_id(),
  at timestamptz not null default now(), tenant text not null, connection text not null, operation text not null,
  object text not null, status text not null, outcome text);
create index event_order on event (transaction, sequence);
create index event_operation on event (operation, sequence);
create table poll (
  connection text not null references connection, kind text not null, cursor text, fence bigint not null default 0,
  lease_until timestamptz, next_at timestamptz not null default now(), failures int not null default 0, problem jsonb,
  primary key (connection, kind));
`
