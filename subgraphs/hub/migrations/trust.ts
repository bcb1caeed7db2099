import { Migration } from '@mikro-orm/migrations'

/** Webhooks to others, what was erased and may be kept of people, and the chained record of who changed what. */
export class Trust extends Migration {
  override up(): void {
    for (const statement of TABLES.split(';\n')) if (statement.trim()) this.addSql(statement)
    this.addSql(REFUSE)
    for (const statement of GUARDS.split(';\n')) if (statement.trim()) this.addSql(statement)
  }
}

const TABLES = `
create table webhook_subscription (
  id text primary key, tenant text not null references tenant, url text not null, description text not null default '',
  filter jsonb not null default '{}', maker jsonb not null, secret text not null, previous_secret text,
  previous_until timestamptz, state text not null default 'ACTIVE', problem jsonb, event_transaction text not null,
  event_sequence text not null, tries int not null default 0, failing_since timestamptz, next_at timestamptz,
  delivered_at timestamptz, stopped_at timestamptz, created_at timestamptz(3) not null default now());
create index webhook_subscription_tenant on webhook_subscription (tenant, created_at);
create table webhook_delivery (
  id text primary key, subscription text not null references webhook_subscription on delete cascade,
  tenant text not null, operation text not null, event_transaction text not null, event_sequence text not null,
  event_at timestamptz not null, status text not null, state text not null, tries int not null default 0,
  created_at timestamptz(3) not null default now(), finished_at timestamptz);
create index webhook_delivery_list on webhook_delivery (subscription, created_at desc, id desc);
create index webhook_delivery_replay on webhook_delivery (subscription) where state = 'REPLAY';
create index webhook_delivery_operation on webhook_delivery (operation);
create table webhook_attempt (
  delivery text not null references webhook_delivery on delete cascade, number int not null,
  at timestamptz not null, duration_ms int not null, status int, response text, problem jsonb,
  primary key (delivery, number));
create table allowed_field (
  tenant text not null references tenant, connection text not null references connection, kind text not null,
  fields jsonb not null, primary key (connection, kind));
create table erasure (
  id text primary key, tenant text not null references tenant, idempotency_key text not null, customer text not null,
  mode text not null, state text not null default 'RUNNING', results jsonb not null default '[]',
  requested_by text not null, created_at timestamptz(3) not null default now(), finished_at timestamptz,
  unique (tenant, idempotency_key));
create index erasure_list on erasure (tenant, created_at desc, id desc);
create table erased_key (
  tenant text not null references tenant, hash text not null, erasure text not null references erasure,
  primary key (tenant, hash));
create table audit (
  tenant text not null references tenant, sequence bigint not null, at timestamptz(3) not null, actor text not null,
  request text not null, action text not null, stage text not null, details text not null, previous text not null,
  hash text not null, primary key (tenant, sequence));
create index audit_action on audit (tenant, action, sequence);
`

const REFUSE = `
create function refuse_change() returns trigger language plpgsql as $$
begin
  raise exception 'The table % is only ever added to.', tg_table_name;
end $$`

const GUARDS = `
create trigger audit_rows before update or delete on audit for each row execute function refuse_change();
create trigger audit_whole before truncate on audit for each statement execute function refuse_change();
`
